//! People and companies of four languages, and what becomes of their names under hasty fingers. The same ones every time.

use crate::harness::TestApp;
use sqlx::PgConnection;

const TURKISH: [&str; 24] = [
    "Ayşe", "Mehmet", "Çağla", "Şule", "Gülşah", "Ömer", "İbrahim", "Yiğit", "Tuğba", "Ege", "Işıl", "Can", "Elif",
    "Oğuzhan", "Zeynep", "Barış", "Nazlı", "Kağan", "Derya", "Ümit", "Selin", "Efe", "Hülya", "Tolga",
];
const TURKISH_FAMILY: [&str; 24] = [
    "Yılmaz",
    "Öztürk",
    "Kılıç",
    "Çelik",
    "Şahin",
    "Doğan",
    "Aydın",
    "Özdemir",
    "Arslan",
    "Koç",
    "Kurt",
    "Güneş",
    "Akın",
    "Işık",
    "Erdoğan",
    "Yıldırım",
    "Bulut",
    "Taş",
    "Uçar",
    "Gök",
    "Karaca",
    "Sönmez",
    "Avcı",
    "Tekin",
];
const ENGLISH: [&str; 24] = [
    "James",
    "Charlotte",
    "Oliver",
    "Sophie",
    "Thomas",
    "Harriet",
    "George",
    "Phoebe",
    "William",
    "Emily",
    "Jack",
    "Chloe",
    "Matthew",
    "Abigail",
    "Henry",
    "Grace",
    "Samuel",
    "Lucy",
    "Philip",
    "Ruth",
    "Stephen",
    "Joanna",
    "Mark",
    "Zoe",
];
const ENGLISH_FAMILY: [&str; 24] = [
    "Smith",
    "Wright",
    "Thompson",
    "Walker",
    "Hughes",
    "Sharp",
    "Chapman",
    "O'Brien",
    "Clarke",
    "Whitfield",
    "Bennett",
    "Fisher",
    "Knight",
    "Griffiths",
    "Shaw",
    "Phillips",
    "Moss",
    "Kaye",
    "Booth",
    "Schofield",
    "Hale",
    "Pugh",
    "Rhys",
    "Yates",
];
const RUSSIAN: [&str; 24] = [
    "Иван",
    "Алексей",
    "Юлия",
    "Пётр",
    "Щербина",
    "Дмитрий",
    "Наталья",
    "Сергей",
    "Анна",
    "Фёдор",
    "Екатерина",
    "Жанна",
    "Михаил",
    "Ольга",
    "Лев",
    "Ирина",
    "Виктор",
    "Зоя",
    "Андрей",
    "Ксения",
    "Юрий",
    "Яна",
    "Роман",
    "Эльвира",
];
const RUSSIAN_FAMILY: [&str; 24] = [
    "Иванов",
    "Хрущёв",
    "Кузнецова",
    "Щербаков",
    "Цветаева",
    "Жуков",
    "Чехов",
    "Шишкин",
    "Соловьёв",
    "Васильева",
    "Попов",
    "Морозов",
    "Лебедева",
    "Козлов",
    "Новиков",
    "Яковлев",
    "Юдин",
    "Эрнст",
    "Белый",
    "Гагарин",
    "Зайцев",
    "Тихонов",
    "Фомин",
    "Ким",
];
const PERSIAN: [&str; 24] = [
    "علی",
    "رضا",
    "فاطمه",
    "زهرا",
    "محمد",
    "حسین",
    "مریم",
    "سارا",
    "امیر",
    "پریسا",
    "نگار",
    "کاوه",
    "آرش",
    "لیلا",
    "شیرین",
    "بهرام",
    "مهدی",
    "یاسمن",
    "گلناز",
    "سینا",
    "پویا",
    "نسرین",
    "داریوش",
    "ثریا",
];
const PERSIAN_FAMILY: [&str; 24] = [
    "کریمی",
    "محمدی",
    "احمدی",
    "رضایی",
    "حسینی",
    "موسوی",
    "جعفری",
    "صادقی",
    "تهرانی",
    "شیرازی",
    "کاظمی",
    "رستمی",
    "نوری",
    "قاسمی",
    "هاشمی",
    "یزدانی",
    "فرهادی",
    "زمانی",
    "بهرامی",
    "گلستانی",
    "پارسا",
    "مرادی",
    "عباسی",
    "خسروی",
];
const COMPANIES: [[&str; 10]; 4] = [
    [
        "Anadolu Lojistik",
        "Boğaziçi Yazılım",
        "Çınar Mobilya",
        "Doğuş Tekstil",
        "Ege Seramik",
        "Güneş Enerji",
        "Işıltı Kuyumculuk",
        "Öz Gıda",
        "Şirin Kreş",
        "Ülker Otomotiv",
    ],
    [
        "Northern Shipping",
        "Bright Dental",
        "Oakwood Furniture",
        "Thames Catering",
        "Whitby Glass",
        "Kingsway Motors",
        "Chiltern Foods",
        "Quayside Hotels",
        "Phoenix Roofing",
        "Shire Logistics",
    ],
    [
        "Северный Ветер",
        "Уральские Машины",
        "Чайная Роща",
        "Жилой Квартал",
        "Южный Берег",
        "Яркий Свет",
        "Щедрый Стол",
        "Хлебный Двор",
        "Цифровой Мост",
        "Эра Стекла",
    ],
    [
        "پارس خودرو",
        "البرز دارو",
        "کاشی ایرانا",
        "نان سحر",
        "فولاد غرب",
        "گلاب کاشان",
        "سیمان شرق",
        "پویا رایانه",
        "چاپ نگارین",
        "زعفران قائن",
    ],
];
const LETTERS: [&str; 4] = [
    "abcçdefgğhıijklmnoöprsştuüvyz",
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщыэюя",
    "ابپتثجچحخدرزژسشصضطعغفقکگلمنوهی",
];

fn given() -> [&'static [&'static str]; 4] {
    [&TURKISH, &ENGLISH, &RUSSIAN, &PERSIAN]
}

fn family() -> [&'static [&'static str]; 4] {
    [&TURKISH_FAMILY, &ENGLISH_FAMILY, &RUSSIAN_FAMILY, &PERSIAN_FAMILY]
}

/// Fifty of each language: forty people, ten companies.
pub fn everybody() -> Vec<Vec<String>> {
    (0..4)
        .map(|language| {
            let person = |n: usize| {
                let (given, family) = (given()[language], family()[language]);
                format!("{} {}", given[n % given.len()], family[(n * 5 + n / given.len()) % family.len()])
            };
            (0..40).map(person).chain(COMPANIES[language].iter().map(|name| (*name).to_owned())).collect()
        })
        .collect()
}

/// So many others with the same names in all other pairs, so that every word is one of many.
pub fn crowd(size: usize) -> Vec<String> {
    let wanted: Vec<String> = everybody().into_iter().flatten().collect();
    let mut chance = Chance(7);
    let mut crowd = Vec::with_capacity(size);
    while crowd.len() < size {
        let language = crowd.len() % 4;
        let (given, family) = (given()[language], family()[language]);
        let name = format!("{} {}", given[chance.below(given.len())], family[chance.below(family.len())]);
        if !wanted.contains(&name) {
            crowd.push(name);
        }
    }
    crowd
}

/// The `turn`th question: one slip in the name, or (every fifth Russian one) all of it in Latin letters.
pub fn mistyped(name: &str, turn: usize) -> String {
    let mut chance = Chance(turn as u64 + 1);
    let language = turn / 50;
    if language == 2 && turn.is_multiple_of(5) {
        return passport(name);
    }
    let alphabet: Vec<char> = LETTERS[language].chars().collect();
    let mut letters: Vec<char> = name.chars().collect();
    let inside = |letters: &[char], place: usize| letters[place].is_alphabetic();
    loop {
        let place = chance.below(letters.len());
        let other = alphabet[chance.below(alphabet.len())];
        match turn % 4 {
            0 if inside(&letters, place) && letters[place].to_lowercase().ne(other.to_lowercase()) => {
                letters[place] = other
            }
            1 if inside(&letters, place) => drop(letters.remove(place)),
            2 if inside(&letters, place) => letters.insert(place, other),
            3 if place + 1 < letters.len()
                && inside(&letters, place)
                && inside(&letters, place + 1)
                && letters[place] != letters[place + 1] =>
            {
                letters.swap(place, place + 1);
            }
            _ => continue,
        }
        return letters.into_iter().collect();
    }
}

/// A Russian name as it stands in a passport.
fn passport(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'а' => "a",
            'б' => "b",
            'в' => "v",
            'г' => "g",
            'д' => "d",
            'е' | 'ё' | 'э' => "e",
            'ж' => "zh",
            'з' => "z",
            'и' => "i",
            'й' => "y",
            'к' => "k",
            'л' => "l",
            'м' => "m",
            'н' => "n",
            'о' => "o",
            'п' => "p",
            'р' => "r",
            'с' => "s",
            'т' => "t",
            'у' => "u",
            'ф' => "f",
            'х' => "kh",
            'ц' => "ts",
            'ч' => "ch",
            'ш' => "sh",
            'щ' => "shch",
            'ы' => "y",
            'ю' => "yu",
            'я' => "ya",
            'ь' | 'ъ' => "",
            _ => " ",
        })
        .collect()
}

/// Numbers that look random and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }
}

/// Puts leads of these names and owners on the board, all at once.
pub async fn add(app: &TestApp, leads: &[(String, &str)]) {
    let mut transaction = app.pool.begin().await.expect("a transaction");
    add_in(&mut transaction, leads).await;
    transaction.commit().await.expect("whole leads");
}

/// The same within a transaction.
pub async fn add_in(connection: &mut PgConnection, leads: &[(String, &str)]) {
    let (names, owners): (Vec<String>, Vec<String>) =
        leads.iter().map(|(name, owner)| (name.clone(), (*owner).to_owned())).unzip();
    sqlx::query(
        "with made as (
             insert into lead (direction, party, name, search_key, owner_id, stage_id, stage_kind, stage_entered_at, rank,
                               run_started_at, recorded_at)
             select 'inbound', 'person', given.name, lower(given.name), u.id, s.id, s.kind, '2026-03-02 09:00Z', 'V',
                    '2026-03-02 09:00Z', '2026-03-02 09:00Z'
             from unnest($1::text[], $2::text[]) as given (name, owner)
             join app_user u on u.email = given.owner cross join stage s where s.kind = 'contacted' returning id)
         insert into activity (lead_id, kind, at, move_version) select id, 'created', '2026-03-02 09:00Z', 0 from made",
    )
    .bind(&names)
    .bind(&owners)
    .execute(connection)
    .await
    .expect("leads");
}
