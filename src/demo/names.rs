//! Made-up people and companies. Their e-mail addresses end in `.example`, which nobody owns, and their telephone numbers
//! begin with digits that no network has given out.

use super::chance::Chance;
use crate::fold::fold;

/// Where somebody comes from: the order is that of the clinic's segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Türkiye.
    Turkish,
    /// Western and central Europe.
    European,
    /// Russian-speaking countries.
    Russian,
    /// Iran.
    Persian,
    /// The Gulf.
    Arabic,
}

impl Origin {
    /// In the order of the clinic's segments.
    pub const ALL: [Self; 5] = [Self::Turkish, Self::European, Self::Russian, Self::Persian, Self::Arabic];

    /// The language they write.
    pub fn language(self) -> &'static str {
        match self {
            Self::Turkish => "tr",
            Self::European => "en",
            Self::Russian => "ru",
            Self::Persian => "fa",
            Self::Arabic => "ar",
        }
    }
}

const TURKISH_FIRST: [&str; 48] = [
    "Ahmet", "Mehmet", "Mustafa", "Hüseyin", "Hasan", "İbrahim", "Osman", "Yusuf", "Murat", "Ömer", "Emre", "Burak",
    "Kerem", "Serkan", "Volkan", "Tolga", "Onur", "Barış", "Cem", "Kaan", "Fatma", "Ayşe", "Emine", "Hatice", "Zeynep",
    "Elif", "Meryem", "Şerife", "Sultan", "Zehra", "Gülsüm", "Hülya", "Özlem", "Sevgi", "Derya", "Ebru", "Pınar",
    "Şeyma", "İpek", "Nazlı", "Gizem", "Çağla", "Işık", "Yağmur", "Beren", "Duygu", "Tuğçe", "Melis",
];
const TURKISH_LAST: [&str; 44] = [
    "Yılmaz",
    "Kaya",
    "Demir",
    "Çelik",
    "Şahin",
    "Yıldız",
    "Yıldırım",
    "Öztürk",
    "Aydın",
    "Özdemir",
    "Arslan",
    "Doğan",
    "Kılıç",
    "Aslan",
    "Çetin",
    "Kara",
    "Koç",
    "Kurt",
    "Özkan",
    "Şimşek",
    "Polat",
    "Korkmaz",
    "Çakır",
    "Erdoğan",
    "Acar",
    "Güneş",
    "Aksoy",
    "Bozkurt",
    "Tekin",
    "Işık",
    "Avcı",
    "Taş",
    "Bulut",
    "Keskin",
    "Ünal",
    "Turan",
    "Gül",
    "Özer",
    "Karaca",
    "Ateş",
    "Duman",
    "Sarı",
    "Uçar",
    "Tunç",
];
const EUROPEAN: [(&str, &[&str], &[&str]); 6] = [
    (
        "Germany",
        &["Anna", "Lukas", "Sabine", "Jürgen", "Katrin", "Felix", "Miriam", "Stefan"],
        &["Müller", "Schäfer", "Vogel", "Krüger", "Lindner", "Weiß", "Böhm", "Hartmann"],
    ),
    (
        "United Kingdom",
        &["Oliver", "Grace", "Harry", "Emily", "James", "Chloe", "Daniel", "Sophie"],
        &["Bennett", "Walsh", "Hughes", "O'Neill", "Carter", "Ashworth", "Reid", "Palmer"],
    ),
    (
        "France",
        &["Camille", "Julien", "Élodie", "Nicolas", "Aurélie", "Mathieu", "Chloé", "René"],
        &["Moreau", "Lefèvre", "Girard", "Rousseau", "Fontaine", "Chevalier", "Marchand", "Renaud"],
    ),
    (
        "Netherlands",
        &["Sanne", "Daan", "Femke", "Bram", "Lotte", "Thijs", "Anouk", "Ruben"],
        &["van Dijk", "de Vries", "Bakker", "Visser", "Jansen", "Smit", "Mulder", "de Boer"],
    ),
    (
        "Italy",
        &["Giulia", "Marco", "Chiara", "Lorenzo", "Elena", "Matteo", "Paola", "Davide"],
        &["Rossi", "Bianchi", "Ferrari", "Ricci", "Gallo", "Conti", "Greco", "Marino"],
    ),
    (
        "Poland",
        &["Agnieszka", "Paweł", "Katarzyna", "Łukasz", "Małgorzata", "Tomasz", "Zofia", "Michał"],
        &["Nowak", "Wiśniewska", "Zieliński", "Kamińska", "Dąbrowski", "Wójcik", "Mazur", "Król"],
    ),
];
const RUSSIAN_MEN: [&str; 10] =
    ["Алексей", "Дмитрий", "Сергей", "Иван", "Фёдор", "Николай", "Андрей", "Павел", "Артём", "Виктор"];
const RUSSIAN_WOMEN: [&str; 10] =
    ["Анна", "Екатерина", "Ольга", "Наталья", "Мария", "Светлана", "Ирина", "Юлия", "Алёна", "Татьяна"];
const RUSSIAN_LAST: [&str; 14] = [
    "Иванов",
    "Смирнов",
    "Кузнецов",
    "Попов",
    "Соколов",
    "Лебедев",
    "Козлов",
    "Новиков",
    "Морозов",
    "Волков",
    "Зайцев",
    "Павлов",
    "Королёв",
    "Фролов",
];
const RUSSIAN_LATIN: [&str; 16] = [
    "Alexey Ivanov",
    "Dmitry Smirnov",
    "Sergey Kuznetsov",
    "Ivan Popov",
    "Fyodor Sokolov",
    "Anna Lebedeva",
    "Ekaterina Kozlova",
    "Olga Novikova",
    "Natalia Morozova",
    "Maria Volkova",
    "Aigul Nurlanova",
    "Timur Akhmetov",
    "Leyla Mammadova",
    "Rustam Aliyev",
    "Svetlana Pavlova",
    "Igor Korolyov",
];
const PERSIAN_FIRST: [&str; 14] =
    ["علی", "محمد", "رضا", "حسین", "امیر", "مهدی", "سعید", "زهرا", "فاطمه", "مریم", "سارا", "نرگس", "لیلا", "شیرین"];
const PERSIAN_LAST: [&str; 12] =
    ["کریمی", "محمدی", "احمدی", "حسینی", "رضایی", "موسوی", "صادقی", "جعفری", "رحیمی", "هاشمی", "نوری", "فرهادی"];
const PERSIAN_LATIN: [&str; 14] = [
    "Ali Karimi",
    "Mohammad Ahmadi",
    "Reza Hosseini",
    "Amir Rezaei",
    "Saeed Mousavi",
    "Zahra Sadeghi",
    "Maryam Jafari",
    "Sara Rahimi",
    "Narges Hashemi",
    "Leila Nouri",
    "Shirin Farhadi",
    "Hamid Tehrani",
    "Parisa Moradi",
    "Kaveh Shirazi",
];
const ARABIC_FIRST: [&str; 14] =
    ["أحمد", "محمد", "خالد", "عبدالله", "سلطان", "فهد", "يوسف", "عمر", "فاطمة", "نورة", "مريم", "سارة", "هند", "ليلى"];
const ARABIC_LAST: [&str; 12] = [
    "القحطاني",
    "العتيبي",
    "الشمري",
    "الهاشمي",
    "المنصوري",
    "النعيمي",
    "الكعبي",
    "الحربي",
    "الزهراني",
    "الغامدي",
    "الدوسري",
    "الصباح",
];
const ARABIC_LATIN: [&str; 14] = [
    "Ahmed Al Mansoori",
    "Khalid Al Qahtani",
    "Fahad Al Otaibi",
    "Omar Haddad",
    "Yousef Al Kaabi",
    "Noura Al Shammari",
    "Fatima Al Hashimi",
    "Mariam Al Nuaimi",
    "Hind Al Suwaidi",
    "Layla Al Harbi",
    "Sultan Al Ghamdi",
    "Sara Al Dosari",
    "Abdullah Al Sabah",
    "Reem Al Zahrani",
];

/// Cities by country of the patients, the dialling prefix that nobody has, and the digits that follow it.
const PLACES: [(&str, &str, usize, &[&str]); 14] = [
    ("Türkiye", "+90 500", 7, &["İstanbul", "Ankara", "İzmir", "Bursa", "Antalya", "Konya", "Eskişehir", "Kayseri"]),
    ("Germany", "+49 170 000", 5, &["Berlin", "Köln", "Hamburg", "München", "Frankfurt"]),
    ("United Kingdom", "+44 7000", 6, &["London", "Manchester", "Leeds", "Glasgow"]),
    ("France", "+33 6 00", 6, &["Paris", "Lyon", "Marseille", "Strasbourg"]),
    ("Netherlands", "+31 6 00", 6, &["Rotterdam", "Amsterdam", "Utrecht"]),
    ("Italy", "+39 300 00", 5, &["Milano", "Torino", "Roma"]),
    ("Poland", "+48 500 00", 4, &["Warszawa", "Kraków", "Wrocław"]),
    ("Russia", "+7 900 00", 5, &["Москва", "Санкт-Петербург", "Казань", "Moscow"]),
    ("Kazakhstan", "+7 700 00", 5, &["Almaty", "Astana"]),
    ("Azerbaijan", "+994 50 00", 5, &["Bakı", "Gəncə"]),
    ("Iran", "+98 900 00", 5, &["Tehran", "تهران", "Shiraz", "Tabriz"]),
    ("United Arab Emirates", "+971 50 00", 5, &["Dubai", "Abu Dhabi", "Sharjah"]),
    ("Saudi Arabia", "+966 50 00", 5, &["Riyadh", "Jeddah", "الرياض"]),
    ("Kuwait", "+965 500", 5, &["Kuwait City", "الكويت"]),
];

/// What identifies a person.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// As they write it.
    pub name: String,
    /// Their country.
    pub country: &'static str,
    /// Their city.
    pub city: &'static str,
    /// Their telephone number.
    pub phone: String,
    /// Their e-mail address.
    pub email: String,
    /// What they do for a living.
    pub occupation: &'static str,
}

/// What identifies a company.
#[derive(Debug, Clone)]
pub struct Company {
    /// Its name.
    pub name: String,
    /// Its mail domain.
    pub domain: String,
    /// Its country.
    pub country: &'static str,
    /// Its city.
    pub city: &'static str,
    /// How many people work there.
    pub employees: i32,
}

const OCCUPATIONS: [&str; 16] = [
    "Teacher",
    "Engineer",
    "Nurse",
    "Lawyer",
    "Driver",
    "Shop owner",
    "Accountant",
    "Student",
    "Cook",
    "Architect",
    "Civil servant",
    "Software developer",
    "Öğretmen",
    "Esnaf",
    "Mühendis",
    "Emekli",
];

fn place(country: &str) -> &'static (&'static str, &'static str, usize, &'static [&'static str]) {
    PLACES.iter().find(|place| place.0 == country).unwrap_or(&PLACES[0])
}

fn phone(country: &str, chance: &mut Chance) -> String {
    let (_, prefix, digits, _) = place(country);
    let number: Vec<String> = (0..*digits).map(|_| chance.between(0, 9).to_string()).collect();
    let (head, tail) = number.split_at(digits / 2);
    format!("{prefix} {} {}", head.concat(), tail.concat())
}

/// A person of this origin; `number` keeps their e-mail address apart from everybody else's.
pub fn person(origin: Origin, number: usize, chance: &mut Chance) -> Person {
    let (name, country) = match origin {
        Origin::Turkish => (turkish(chance), "Türkiye"),
        Origin::European => {
            let (country, first, last) = chance.pick(&EUROPEAN);
            (format!("{} {}", chance.pick(first), chance.pick(last)), country)
        }
        Origin::Russian => {
            (russian(chance), chance.weighted(&[("Russia", 0.6), ("Kazakhstan", 0.2), ("Azerbaijan", 0.2)]))
        }
        Origin::Persian => (either(&PERSIAN_LATIN, &PERSIAN_FIRST, &PERSIAN_LAST, chance), "Iran"),
        Origin::Arabic => {
            let countries = [("United Arab Emirates", 0.45), ("Saudi Arabia", 0.35), ("Kuwait", 0.2)];
            (either(&ARABIC_LATIN, &ARABIC_FIRST, &ARABIC_LAST, chance), chance.weighted(&countries))
        }
    };
    let mailbox = slug(&name);
    let mailbox = if mailbox.is_empty() { origin.language().to_owned() } else { mailbox };
    let provider = chance.pick(&["posta", "mail", "inbox", "letters"]);
    Person {
        country,
        city: chance.pick(place(country).3),
        phone: phone(country, chance),
        email: format!("{mailbox}{number}@{provider}.example"),
        occupation: chance.pick(&OCCUPATIONS),
        name,
    }
}

/// A Turkish first and last name.
pub fn turkish(chance: &mut Chance) -> String {
    format!("{} {}", chance.pick(&TURKISH_FIRST), chance.pick(&TURKISH_LAST))
}

fn russian(chance: &mut Chance) -> String {
    if chance.hits(0.45) {
        return chance.pick(&RUSSIAN_LATIN).to_owned();
    }
    let last = chance.pick(&RUSSIAN_LAST);
    if chance.hits(0.5) {
        format!("{} {last}", chance.pick(&RUSSIAN_MEN))
    } else {
        format!("{} {last}а", chance.pick(&RUSSIAN_WOMEN))
    }
}

fn either(latin: &[&'static str], first: &[&'static str], last: &[&'static str], chance: &mut Chance) -> String {
    if chance.hits(0.5) {
        chance.pick(latin).to_owned()
    } else {
        format!("{} {}", chance.pick(first), chance.pick(last))
    }
}

const COMPANY_FIRST: [&str; 40] = [
    "Anadolu",
    "Ege",
    "Marmara",
    "Toros",
    "Kapadokya",
    "Boğaz",
    "Trakya",
    "Fırat",
    "Dicle",
    "Uludağ",
    "Erciyes",
    "Akdeniz",
    "Karadeniz",
    "Yakut",
    "Zümrüt",
    "Kartal",
    "Şahin",
    "Doruk",
    "Güven",
    "Birlik",
    "Öncü",
    "Yeni",
    "Altın",
    "Gümüş",
    "Demir",
    "Çınar",
    "Meşe",
    "Lale",
    "Nergis",
    "Yıldız",
    "Güneş",
    "Ay",
    "Deniz",
    "Ufuk",
    "Bahar",
    "Özgür",
    "Başak",
    "Kule",
    "Köprü",
    "Liman",
];
const COMPANY_SECOND: [&str; 20] = [
    "",
    "Kardeşler",
    "Aydınlar",
    "Öz",
    "Star",
    "Tek",
    "Pro",
    "Plus",
    "Modern",
    "Global",
    "Er",
    "Kaya",
    "Yolu",
    "Birliği",
    "Dağ",
    "Işık",
    "Çağ",
    "Ata",
    "Han",
    "Soy",
];
const FOREIGN: [&str; 24] = [
    "Lindqvist",
    "Kessler",
    "Moreau",
    "Van Acker",
    "Brandt",
    "Novotny",
    "Szabo",
    "Petrescu",
    "Kowal",
    "Ferrante",
    "Halvorsen",
    "Ostermann",
    "Delacroix",
    "Rademaker",
    "Zelenka",
    "Horvath",
    "Marchetti",
    "Sorensen",
    "Wagner-Roth",
    "Tóth",
    "Nyström",
    "Dubois",
    "Keller",
    "Albrecht",
];

/// How a company of a segment is named after what it does, and where such companies are.
fn trade(segment: &str) -> (&'static [&'static str], &'static [&'static str], &'static [&'static str]) {
    match segment {
        "Food producers" => {
            (&["Gıda", "Un", "Süt", "Zeytin", "Et"], &["Foods", "Dairy"], &["Balıkesir", "Manisa", "Konya", "Aydın"])
        }
        "Automotive suppliers" => {
            (&["Otomotiv", "Döküm", "Pres", "Kalıp"], &["Automotive", "Casting"], &["Bursa", "Kocaeli", "Sakarya"])
        }
        "Construction" => {
            (&["İnşaat", "Yapı", "Beton", "Hafriyat"], &["Bau", "Construction"], &["Ankara", "İzmir", "İstanbul"])
        }
        "Textile mills" => {
            (&["Tekstil", "İplik", "Dokuma", "Boya"], &["Textiles", "Weaving"], &["Denizli", "Gaziantep", "Uşak"])
        }
        _ => (&["Lojistik", "Nakliyat", "Depolama"], &["Logistics", "Freight"], &["Mersin", "İstanbul", "İzmir"]),
    }
}

/// A company of this segment; `number` keeps its mail domain apart from all others.
pub fn company(segment: &str, is_foreign: bool, number: usize, chance: &mut Chance) -> Company {
    let (turkish, foreign, cities) = trade(segment);
    let (name, country, city) = if is_foreign {
        let (country, _, _) = chance.pick(&EUROPEAN);
        let form = match country {
            "Germany" => "GmbH",
            "United Kingdom" => "Ltd",
            "France" => "SARL",
            "Netherlands" => "B.V.",
            "Italy" => "S.r.l.",
            _ => "Sp. z o.o.",
        };
        (format!("{} {} {form}", chance.pick(&FOREIGN), chance.pick(foreign)), country, chance.pick(place(country).3))
    } else {
        let second = chance.pick(&COMPANY_SECOND);
        let form = chance.weighted(&[("A.Ş.", 0.4), ("Ltd. Şti.", 0.4), ("San. ve Tic. A.Ş.", 0.2)]);
        let words = [chance.pick(&COMPANY_FIRST), second, chance.pick(turkish), form];
        let name: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        (name.join(" "), "Türkiye", chance.pick(cities))
    };
    let short: String = slug(&name).chars().take(18).collect();
    let employees = chance.around(85.0, 3.0).round() as i32;
    Company { domain: format!("{}{number}.example", short.trim_matches('.')), name, country, city, employees }
}

/// Somebody who works at a company.
pub fn employee(company: &Company, chance: &mut Chance) -> Person {
    let name = if company.country == "Türkiye" {
        turkish(chance)
    } else {
        let (_, first, last) =
            EUROPEAN.iter().find(|(country, _, _)| *country == company.country).unwrap_or(&EUROPEAN[0]);
        format!("{} {}", chance.pick(first), chance.pick(last))
    };
    Person {
        email: format!("{}@{}", slug(&name), company.domain),
        country: company.country,
        city: company.city,
        phone: phone(company.country, chance),
        occupation: chance.pick(&[
            "Purchasing manager",
            "Plant manager",
            "Maintenance lead",
            "Owner",
            "Satın alma müdürü",
        ]),
        name,
    }
}

/// The same person as a second enquiry spells them: other letters, another mailbox or another way to write the number.
pub fn respelt(person: &Person, chance: &mut Chance) -> Person {
    let plain: String = slug(&person.name).split('.').map(capital).collect::<Vec<_>>().join(" ");
    let is_latin = plain.chars().count() > 3;
    let mut twin = person.clone();
    twin.name = match chance.below(3) {
        0 if is_latin => plain,
        1 => person.name.to_uppercase(),
        _ => person.name.clone(),
    };
    if chance.hits(0.6) {
        let digits: String = person.phone.chars().filter(char::is_ascii_digit).collect();
        twin.phone = format!("00{digits}");
    }
    if chance.hits(0.5) {
        twin.email = person.email.replacen('@', "+2@", 1);
    }
    twin
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A name as it stands in an address: plain Latin letters with dots between the words.
fn slug(name: &str) -> String {
    let words = fold(name);
    let words = words.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_nobodys() {
        let mut chance = Chance::new(1, 0);
        for number in 0..500 {
            for origin in Origin::ALL {
                let person = person(origin, number, &mut chance);
                assert!(person.email.is_ascii() && person.email.ends_with(".example"), "{person:?}");
                assert!(crate::leads::rules::email_key(&person.email).is_some(), "{person:?}");
                assert!(crate::leads::rules::phone_key(&person.phone).is_some(), "{person:?}");
            }
            let company = company("Construction", number % 2 == 0, number, &mut chance);
            let domain = company.domain.strip_suffix(".example").expect("a domain that nobody owns");
            assert!(!domain.is_empty() && !domain.contains(".."), "{company:?}");
        }
    }

    #[test]
    fn a_second_spelling_is_recognised_by_number_or_address() {
        let mut chance = Chance::new(2, 0);
        for number in 0..200 {
            let one = person(Origin::Turkish, number, &mut chance);
            let other = respelt(&one, &mut chance);
            let key = |person: &Person| crate::leads::rules::phone_key(&person.phone);
            assert_eq!(key(&one), key(&other), "{one:?} {other:?}");
        }
    }
}
