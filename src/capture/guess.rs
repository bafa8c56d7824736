//! What a file's columns probably mean: by their names in four languages, then by what stands in them. Only a beginning:
//! somebody looks at it before anything is imported.

use super::{
    dates,
    preset::{Becomes, DateColumn, Field, Others, OutcomeRule, Owners, Preset, ValueMeaning},
    reader::Table,
};
use crate::{
    capture::api::ColumnFacts,
    fold::fold,
    leads::rules::{email_key, phone_key},
};
use std::collections::{BTreeSet, HashMap};

/// A column with more different values than this has no list of them: it holds texts.
pub const MOST_VALUES: usize = 80;
/// Values shown as examples.
const EXAMPLES: usize = 3;
/// No e-mail address is longer.
const LONGEST_CONTACT: usize = 254;
/// Values longer than this are no words.
const LONGEST_VALUE: usize = 200;

/// Names that columns go by, folded; the first field whose name matches wins.
const NAMES: &[(Field, &[&str])] = &[
    (Field::DoNotCall, &["do not call", "dnc", "no call", "aranmasin", "arama izni yok", "не звонить", "تماس نگیرید"]),
    (
        Field::DoNotEmail,
        &["do not email", "do not e mail", "no email", "email opt out", "e posta gonderilmesin", "не писать"],
    ),
    (
        Field::LastName,
        &["last name", "surname", "family name", "soyad", "soyadi", "soy isim", "фамилия", "نام خانوادگی"],
    ),
    (
        Field::Name,
        &[
            "name",
            "full name",
            "first name",
            "lead name",
            "contact",
            "contact name",
            "customer",
            "customer name",
            "ad soyad",
            "adi soyadi",
            "ad",
            "adi",
            "isim",
            "isim soyisim",
            "musteri",
            "musteri adi",
            "имя",
            "фио",
            "клиент",
            "نام",
            "نام و نام خانوادگی",
            "مشتری",
        ],
    ),
    (
        Field::Company,
        &[
            "company",
            "company name",
            "organisation",
            "organization",
            "account",
            "account name",
            "sirket",
            "sirket adi",
            "firma",
            "firma adi",
            "unvan",
            "kurum",
            "компания",
            "организация",
            "شرکت",
        ],
    ),
    (
        Field::Email,
        &[
            "email",
            "e mail",
            "mail",
            "email address",
            "e mail address",
            "eposta",
            "e posta",
            "e posta adresi",
            "почта",
            "эл почта",
            "электронная почта",
            "ایمیل",
        ],
    ),
    (
        Field::Phone,
        &[
            "phone",
            "phone number",
            "mobile",
            "mobile phone",
            "cell",
            "tel",
            "telephone",
            "whatsapp",
            "telefon",
            "telefon no",
            "telefon numarasi",
            "cep",
            "cep telefonu",
            "gsm",
            "телефон",
            "моб телефон",
            "мобильный",
            "تلفن",
            "موبایل",
            "شماره تماس",
        ],
    ),
    (
        Field::ExternalId,
        &[
            "id",
            "lead id",
            "lead number",
            "lead no",
            "number",
            "no",
            "record id",
            "customer id",
            "customer number",
            "numara",
            "kayit no",
            "aday no",
            "musteri no",
            "musteri numarasi",
            "номер",
            "ид",
            "شماره",
            "شناسه",
            "کد",
        ],
    ),
    (Field::Country, &["country", "ulke", "страна", "کشور"]),
    (Field::City, &["city", "town", "sehir", "il", "город", "شهر"]),
    (Field::Address, &["address", "street", "adres", "адрес", "ادرس", "آدرس"]),
    (Field::Website, &["website", "web site", "web", "url", "homepage", "web sitesi", "сайт", "وب سایت"]),
    (
        Field::Occupation,
        &[
            "occupation",
            "job",
            "job title",
            "title",
            "position",
            "profession",
            "meslek",
            "unvani",
            "gorev",
            "pozisyon",
            "должность",
            "профессия",
            "شغل",
        ],
    ),
    (Field::Industry, &["industry", "sector", "sektor", "отрасль", "сфера", "صنعت"]),
    (
        Field::Request,
        &[
            "request",
            "message",
            "enquiry",
            "inquiry",
            "comment",
            "comments",
            "notes",
            "note",
            "description",
            "talep",
            "mesaj",
            "not",
            "notlar",
            "aciklama",
            "сообщение",
            "комментарий",
            "запрос",
            "پیام",
            "درخواست",
            "توضیحات",
        ],
    ),
    (
        Field::Source,
        &["source", "lead source", "channel", "kaynak", "kanal", "aday kaynagi", "источник", "канал", "منبع"],
    ),
    (Field::Campaign, &["campaign", "utm campaign", "kampanya", "кампания", "کمپین"]),
    (
        Field::Product,
        &[
            "product",
            "service",
            "course",
            "interest",
            "urun",
            "hizmet",
            "ilgilendigi urun",
            "продукт",
            "товар",
            "услуга",
            "محصول",
            "خدمت",
        ],
    ),
    (Field::Segment, &["segment", "customer group", "musteri grubu", "сегмент", "بخش"]),
    (
        Field::Value,
        &[
            "value",
            "amount",
            "deal size",
            "deal value",
            "budget",
            "price",
            "revenue",
            "tutar",
            "deger",
            "butce",
            "fiyat",
            "сумма",
            "бюджет",
            "مبلغ",
            "ارزش",
        ],
    ),
    (Field::Currency, &["currency", "para birimi", "doviz", "валюта", "ارز"]),
];
const OWNERS: &[&str] = &[
    "owner",
    "lead owner",
    "assigned to",
    "sales rep",
    "rep",
    "agent",
    "responsible",
    "sorumlu",
    "temsilci",
    "satis temsilcisi",
    "danisman",
    "atanan",
    "ответственный",
    "менеджер",
    "مسئول",
    "کارشناس",
];
const AROSE: &[&str] = &[
    "created",
    "created at",
    "created on",
    "create date",
    "creation date",
    "date",
    "lead date",
    "date created",
    "enquiry date",
    "registered",
    "tarih",
    "kayit tarihi",
    "olusturma tarihi",
    "basvuru tarihi",
    "дата",
    "дата создания",
    "создан",
    "تاریخ",
    "تاریخ ایجاد",
];
const CLOSED: &[&str] = &[
    "closed",
    "closed at",
    "closed on",
    "close date",
    "closing date",
    "won date",
    "lost date",
    "kapanis",
    "kapanis tarihi",
    "satis tarihi",
    "дата закрытия",
    "تاریخ بستن",
];
const STATUS: &[&str] = &[
    "status",
    "lead status",
    "stage",
    "lead stage",
    "deal stage",
    "outcome",
    "result",
    "state",
    "converted",
    "durum",
    "asama",
    "sonuc",
    "aday durumu",
    "статус",
    "этап",
    "стадия",
    "результат",
    "وضعیت",
    "مرحله",
    "نتیجه",
];

/// Words that values begin with, folded, and what they make of a lead.
const VALUES: &[(Becomes, &[&str])] = &[
    (
        Becomes::Unqualified,
        &["unqualified", "disqualified", "not qualified", "junk", "uygun degil", "niteliksiz", "некач", "نامناسب"],
    ),
    (
        Becomes::Lost,
        &[
            "lost",
            "closed lost",
            "dead",
            "rejected",
            "kaybedildi",
            "kayip",
            "olumsuz",
            "iptal",
            "потерян",
            "проигран",
            "отказ",
            "از دست",
        ],
    ),
    (
        Becomes::Customer,
        &[
            "won",
            "closed won",
            "customer",
            "converted",
            "sold",
            "paid",
            "kazanildi",
            "musteri",
            "satis",
            "satildi",
            "olumlu",
            "выигран",
            "клиент",
            "продан",
            "برنده",
            "مشتری",
            "فروخته",
        ],
    ),
    (
        Becomes::Negotiation,
        &["negotiation", "proposal", "quote", "offer", "teklif", "pazarlik", "переговоры", "предложение", "مذاکره"],
    ),
    (Becomes::Qualified, &["qualified", "demo", "trial", "sql", "nitelikli", "квалиф", "واجد"]),
    (Becomes::Nurturing, &["nurturing", "warm", "mql", "besleme", "прогрев"]),
    (
        Becomes::Contacted,
        &[
            "contacted",
            "in progress",
            "working",
            "called",
            "reached",
            "gorusuldu",
            "arandi",
            "iletisim",
            "в работе",
            "связались",
            "تماس",
        ],
    ),
    (Becomes::Open, &["open", "new", "fresh", "yeni", "acik", "новый", "новая", "открыт", "جدید"]),
];

/// What can be seen of each column.
pub fn survey(table: &Table) -> Vec<ColumnFacts> {
    (0..table.columns.len()).map(|column| facts(table, column)).collect()
}

fn facts(table: &Table, column: usize) -> ColumnFacts {
    let cells = || table.rows.iter().filter_map(|row| row.cells.get(column)).map(String::as_str);
    let filled = || cells().filter(|cell| !cell.is_empty());
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut is_short = true;
    for cell in cells() {
        is_short &= cell.len() <= LONGEST_VALUE;
        *counts.entry(cell).or_default() += 1;
        if counts.len() > MOST_VALUES || !is_short {
            break;
        }
    }
    let is_list = is_short && counts.len() <= MOST_VALUES;
    let mut values: Vec<(String, usize)> = match is_list {
        true => counts.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect(),
        false => Vec::new(),
    };
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut examples: Vec<String> = Vec::new();
    for cell in filled().take(200) {
        let example = super::problems::shortened(cell, 40);
        if examples.len() < EXAMPLES && !examples.contains(&example) {
            examples.push(example);
        }
    }
    // A few typing errors do not make it another kind of column: they are rejected, and say so.
    let dated: Vec<&str> = filled().take(500).collect();
    let dates = match dates::formats(dated.iter().copied()) {
        formats if formats.is_empty() => mostly_dates(&dated),
        formats => formats,
    };
    ColumnFacts { name: table.columns[column].clone(), filled: filled().count(), examples, values, dates }
}

/// The formats that nineteen of twenty cells have.
fn mostly_dates(cells: &[&str]) -> Vec<super::preset::DateFormat> {
    let fits = |format: &super::preset::DateFormat| {
        let dates = cells.iter().filter(|cell| dates::parse(cell, *format).is_some()).count();
        dates > 0 && dates * 20 >= cells.len() * 19
    };
    super::preset::DateFormat::ALL.iter().copied().filter(fits).collect()
}

/// How names are compared: folded, and what is neither letter nor digit is a space.
fn name_key(name: &str) -> String {
    let spaced: String =
        name.chars().map(|character| if character.is_alphanumeric() { character } else { ' ' }).collect();
    fold(&spaced).trim().to_owned()
}

/// The columns that bear one of these names, the best name first.
fn named<'a>(columns: &'a [ColumnFacts], names: &[&str]) -> Option<&'a ColumnFacts> {
    names.iter().find_map(|name| columns.iter().find(|column| name_key(&column.name) == *name))
}

/// A preset to begin with.
pub fn preset(name: String, table: &Table, columns: &[ColumnFacts]) -> Preset {
    let mut preset = Preset::blank(name);
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    if let Some(column) = named(columns, OWNERS) {
        taken.insert(&column.name);
        preset.owners = Owners::Column { column: column.name.clone(), otherwise: None };
    }
    let is_date = |column: &&ColumnFacts| dates::is_surely_dates(&column.dates);
    for (names, place) in [(AROSE, &mut preset.arose), (CLOSED, &mut preset.closed)] {
        if let Some(column) =
            named(columns, names).filter(is_date).filter(|column| !taken.contains(column.name.as_str()))
            && let [format] = column.dates[..]
        {
            taken.insert(&column.name);
            *place = Some(DateColumn { column: column.name.clone(), format });
        }
    }
    if let Some(column) = named(columns, STATUS).filter(|column| !column.values.is_empty()) {
        taken.insert(&column.name);
        preset.outcome.push(outcome_rule(column));
    }
    for (field, names) in NAMES {
        let free: Vec<ColumnFacts> =
            columns.iter().filter(|column| !taken.contains(column.name.as_str())).cloned().collect();
        let found = named(&free, names).map(|column| column.name.clone());
        let column = found.or_else(|| by_content(*field, table, &free));
        if let Some(column) = column.and_then(|name| columns.iter().find(|column| column.name == name)) {
            taken.insert(&column.name);
            preset.columns.insert(*field, column.name.clone());
        }
    }
    preset
}

/// E-mail addresses and phone numbers are known by how they look.
fn by_content(field: Field, table: &Table, free: &[ColumnFacts]) -> Option<String> {
    let looks = |cell: &str| match field {
        Field::Email => cell.contains('.') && email_key(cell).is_some(),
        Field::Phone => {
            let is_written_so =
                cell.starts_with(['+', '0', '(']) && !cell.contains(|character: char| character.is_alphabetic());
            is_written_so && phone_key(cell).is_some() && dates::formats([cell].into_iter()).is_empty()
        }
        _ => false,
    };
    let column = free.iter().find(|column| {
        let Some(place) = table.position(&column.name) else { return false };
        let cells = table.rows.iter().take(500).filter_map(|row| row.cells.get(place));
        let cells = cells.filter(|cell| !cell.is_empty() && cell.len() <= LONGEST_CONTACT);
        let (fitting, all) = cells.fold((0, 0), |(fitting, all), cell| (fitting + usize::from(looks(cell)), all + 1));
        all > 0 && fitting * 10 >= all * 6
    })?;
    Some(column.name.clone())
}

/// A rule that explains the values that speak for themselves; a loss still needs its reason, which nobody can guess.
pub fn outcome_rule(column: &ColumnFacts) -> OutcomeRule {
    let means = |(value, _): &(String, usize)| {
        let key = name_key(value);
        let becomes = VALUES.iter().find(|(_, words)| words.iter().any(|word| key.starts_with(word)))?.0;
        Some(ValueMeaning { values: vec![value.clone()], becomes, reason: None })
    };
    OutcomeRule {
        column: column.name.clone(),
        others: Others::Undecided,
        keep: true,
        meaning: column.values.iter().filter_map(means).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{
        preset::{DateFormat, Layout},
        reader,
    };

    fn guessed(text: &str) -> Preset {
        let table = reader::read(text.as_bytes(), &[], &Layout::default()).expect("readable");
        preset("list".to_owned(), &table, &survey(&table))
    }

    #[test]
    fn columns_are_known_by_name_in_four_languages() {
        for (header, expected) in [
            (
                "Lead Number,Full Name,E-Mail,Phone,City",
                [Field::ExternalId, Field::Name, Field::Email, Field::Phone, Field::City],
            ),
            (
                "Kayıt No,Ad Soyad,E-posta,Cep Telefonu,Şehir",
                [Field::ExternalId, Field::Name, Field::Email, Field::Phone, Field::City],
            ),
            (
                "Номер,ФИО,Эл. почта,Телефон,Город",
                [Field::ExternalId, Field::Name, Field::Email, Field::Phone, Field::City],
            ),
            ("شناسه,نام,ایمیل,موبایل,شهر", [Field::ExternalId, Field::Name, Field::Email, Field::Phone, Field::City]),
        ] {
            let preset = guessed(&format!("{header}\n1,A,a@x.com,+90 532 000 11 22,B\n"));
            assert_eq!(preset.columns.keys().copied().collect::<BTreeSet<_>>(), expected.into(), "{header}");
        }
    }

    #[test]
    fn columns_are_known_by_what_stands_in_them() {
        let preset = guessed("Wer,Wie,Wann\nA,a@x.com,+90 532 000 11 22\nB,b@y.org,0532 000 11 23\n");
        assert_eq!(preset.columns.get(&Field::Email).map(String::as_str), Some("Wie"));
        assert_eq!(preset.columns.get(&Field::Phone).map(String::as_str), Some("Wann"));
    }

    #[test]
    fn owners_dates_and_outcomes_are_recognised_but_nothing_ambiguous_is_decided() {
        let text = "Name;Sorumlu;Kayıt Tarihi;Kapanış Tarihi;Durum\nA;Ayşe;25.02.2026;03.02.2026;Kazanıldı\nB;Can;03.02.2026;04.02.2026;Yeni\nC;Can;03.02.2026;;Askıda\n";
        let preset = guessed(text);
        assert_eq!(preset.owners, Owners::Column { column: "Sorumlu".into(), otherwise: None });
        assert_eq!(preset.arose, Some(DateColumn { column: "Kayıt Tarihi".into(), format: DateFormat::DayFirst }));
        assert_eq!(preset.closed, None, "day and month cannot be told apart");
        let means: Vec<_> =
            preset.outcome[0].meaning.iter().map(|meaning| (meaning.values[0].as_str(), meaning.becomes)).collect();
        assert_eq!(means, [("Kazanıldı", Becomes::Customer), ("Yeni", Becomes::Open)]);
    }
}
