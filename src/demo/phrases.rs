//! What people write and say, in Turkish and English as it comes in such a team; customers also in their own language.
//! `{p}` is the product, `{r}` a competitor, `{k}` somebody else at the customer's.

use super::company::Line;

/// The language in which a rep writes a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// Turkish.
    Turkish,
    /// English.
    English,
}

type Texts = &'static [&'static str];

/// The text with the product in it; a product that begins the text is capitalised as Turkish does, too.
pub fn about(text: &str, product: &str) -> String {
    let text = match text.strip_prefix("{p}") {
        Some(rest) => {
            let mut letters = product.chars();
            let first = match letters.next() {
                Some('i') => "İ".to_owned(),
                other => other.into_iter().flat_map(char::to_uppercase).collect(),
            };
            format!("{first}{}{rest}", letters.as_str())
        }
        None => text.to_owned(),
    };
    text.replace("{p}", product)
}

/// The first message of a customer, in their language.
pub fn request(line: Line, language: &str) -> Texts {
    match (line, language) {
        (Line::Clinic, "tr") => &[
            "Merhaba, {p} için fiyat alabilir miyim? Taksit yapıyor musunuz?",
            "{p} düşünüyorum, önümüzdeki ay müsait gününüz var mı?",
            "İnternette yorumlarınızı okudum. {p} ne kadar sürüyor, aynı gün eve dönebilir miyim?",
            "Selam, annem için {p} hakkında bilgi rica ediyorum. Kendisi 64 yaşında, şeker hastası.",
            "{p} fiyatı nedir?",
            "Arkadaşım sizde yaptırdı çok memnun. Ben de {p} için görüşmek istiyorum.",
        ],
        (Line::Clinic, "ru") => &[
            "Здравствуйте! Сколько стоит {p}? Нужна ли виза и помогаете ли с отелем?",
            "Добрый день, интересует {p}. Можно ли прилететь на три дня?",
            "Пришлите, пожалуйста, цену и фото работ до и после.",
        ],
        (Line::Clinic, "fa") => &[
            "سلام، هزینه {p} چقدر است؟ مترجم فارسی دارید؟",
            "برای ماه آینده وقت خالی دارید؟ می‌خواهم برای {p} به استانبول بیایم.",
            "Salam, please tell me the price of {p} and how many days I must stay.",
        ],
        (Line::Clinic, "ar") => &[
            "السلام عليكم، كم تكلفة {p}؟ وهل يشمل السعر الفندق والمواصلات؟",
            "أرغب في معرفة تفاصيل {p} ومواعيدكم في الشهر القادم.",
            "Hello, I would like {p} for me and my brother. Do you have an Arabic-speaking coordinator?",
        ],
        (Line::Clinic, _) => &[
            "Hi, could you send me a quote for {p}? I can travel any time after the 10th.",
            "I had a consultation for {p} at home and the price was shocking. What would it be with you, all included?",
            "How experienced is the surgeon for {p}, and what happens if I am not happy with the result?",
            "Interested in {p}. I have attached photos. Is one trip enough?",
            "What does {p} cost?",
            "A friend of mine came to you last year. I would like the same doctor for {p}.",
        ],
        (Line::Supply, "tr") => &[
            "Yıllık bakım ihtiyacımız için {p} teklifi rica ederiz. Termin süreniz nedir?",
            "Mevcut tedarikçimiz geciktiriyor. {p} için stoktan teslim edebilir misiniz?",
            "Yeni hattımız için {p} arıyoruz, teknik şartname ektedir.",
            "{p} konusunda bir sunum yapabilir misiniz? Üç tesisimiz var.",
            "{p} için birim fiyat ve minimum sipariş adedi lazım.",
        ],
        (Line::Supply, _) => &[
            "We need {p} for a new line that starts in autumn. Please quote with delivery time.",
            "Our present supplier cannot deliver {p} in time. What do you have in stock?",
            "Could you show us your {p}? Two of our plants would be interested.",
            "Request for quotation: {p}, yearly volume see attachment, payment 60 days.",
        ],
    }
}

/// What a rep writes after reaching somebody.
pub fn reached(line: Line, tongue: Tongue) -> Texts {
    match (line, tongue) {
        (Line::Clinic, Tongue::Turkish) => &[
            "İhtiyacını konuştuk, {p} için uygun görünüyor. Fotoğraf isteyeceğim.",
            "Doktorla görüntülü görüşme istiyor. Perşembe uygun.",
            "Fiyatı ve neyin dahil olduğunu anlattım. Eşine danışacak.",
            "Ulaşım ve konaklamayı sordu, paketi gönderdim.",
            "Daha önce başka yerde kötü deneyim yaşamış, güven arıyor. Eski hastalarımızın videolarını attım.",
            "Sorularını tek tek cevapladım. Kararını hafta sonu verecek.",
            "Kan tahlili sonuçlarını gönderdi, doktor onayladı.",
        ],
        (Line::Clinic, Tongue::English) => &[
            "Talked through the need: suitable for {p}. Asked for photos.",
            "Wants a video call with the doctor. Thursday works.",
            "Explained the price and what is included. Will discuss it with the family.",
            "Asked about hotel and transfers. Sent our package.",
            "Had a bad experience elsewhere and looks for trust. Sent stories of former patients.",
            "Answered all questions one by one. Will decide at the weekend.",
            "Worried about the recovery time. Sent the day-by-day plan.",
        ],
        (Line::Supply, Tongue::Turkish) => &[
            "Bakım müdürüyle görüştüm, yıllık ihtiyacı çıkarıyorlar.",
            "Satın alma üç teklif topluyor, bizimki listede.",
            "Teknik ekip numune istedi, kargoya verildi.",
            "Sahada ölçüm yaptık, {p} mevcut hatta uyuyor.",
            "Bütçe onayı bekliyorlar, yıl sonundan önce karar verecekler.",
            "{k} karar veriyor, onunla da tanıştım. Teslim süresini önemsiyor.",
            "Mevcut tedarikçiden memnun değiller, gecikme çok.",
        ],
        (Line::Supply, Tongue::English) => &[
            "Spoke to the maintenance lead, they are working out the yearly need.",
            "Purchasing collects three quotes, ours is on the list.",
            "Engineering asked for a sample. Sent today.",
            "Measured on site: {p} fits the existing line.",
            "Waiting for the budget. They decide before the end of the year.",
            "{k} decides and was in the meeting. Delivery time matters most.",
            "Unhappy with the present supplier, too many delays.",
        ],
    }
}

/// What a rep writes when nobody answered.
pub fn no_answer(tongue: Tongue) -> Texts {
    match tongue {
        Tongue::Turkish => &[
            "Aradım, açmadı.",
            "Mesaj bıraktım, dönüş yok.",
            "Telefon çaldı, meşgule attı. Yarın tekrar denerim.",
            "Yazdım, okundu ama cevap yok.",
            "",
            "",
        ],
        Tongue::English => &[
            "Called, nobody picked up.",
            "Left a message, no reply yet.",
            "Rang and was declined. Will try again tomorrow.",
            "Wrote to them. Read, but not answered.",
            "",
            "",
        ],
    }
}

/// What a rep writes when somebody took time to think.
pub fn thinking(tongue: Tongue) -> Texts {
    match tongue {
        Tongue::Turkish => &[
            "Biraz düşünmek istiyor, acele ettirmedim.",
            "Ailesiyle konuşacak, haftaya döneceğini söyledi.",
            "İki teklif arasında kararsız. Farkımızı yazılı gönderdim.",
        ],
        Tongue::English => &[
            "Wants to think it over. Did not push.",
            "Will talk to the family and call back next week.",
            "Undecided between two offers. Sent what sets us apart in writing.",
        ],
    }
}

/// A note between two contacts.
pub fn note(line: Line, tongue: Tongue) -> Texts {
    match (line, tongue) {
        (Line::Clinic, Tongue::Turkish) => &[
            "Doktor fotoğraflara baktı: uygun, iki seans gerekebilir.",
            "Uçuş tarihleri netleşince takvimde yer tutacağım.",
            "Fiyat hassas. Taksit seçeneğini öne çıkarmak lazım.",
            "Kız kardeşi de düşünüyormuş, ikisine birlikte paket yapılabilir.",
            "Akşam 18'den sonra aranmak istiyor.",
        ],
        (Line::Clinic, Tongue::English) => &[
            "The doctor looked at the photos: suitable, perhaps two sessions.",
            "Hold a slot as soon as the flights are fixed.",
            "Sensitive to price. Lead with the instalments.",
            "The sister is thinking about it, too: a package for both?",
            "Prefers to be called after six in the evening.",
        ],
        (Line::Supply, Tongue::Turkish) => &[
            "Rakibin fiyatını öğrendim, bizden %4 aşağıda ama termin 10 hafta.",
            "Referans istediler, iki müşterinin iletişimini verdim.",
            "Ödeme vadesi pazarlık konusu olacak: 90 gün istiyorlar.",
            "{k} projeye karşı, eski tedarikçiyle yakın. Onu atlamadan ilerlemeliyiz.",
            "Yeni tesis yatırımı haberlerde, ihtiyaç büyüyebilir.",
        ],
        (Line::Supply, Tongue::English) => &[
            "Learnt the rival's price: 4 % below ours, but ten weeks' delivery.",
            "They asked for references. Gave them two customers.",
            "Terms will be the issue: they want 90 days.",
            "{k} is against it, close to the old supplier. Do not go around him.",
            "A new plant is in the news: the need may grow.",
        ],
    }
}

/// What customers write in between.
pub fn reply(line: Line, language: &str) -> Texts {
    match (line, language) {
        (Line::Clinic, "tr") => &[
            "Teşekkürler, bilgileri aldım.",
            "Fotoğrafları gönderdim, doktor bakabildi mi?",
            "Otel dahil mi?",
            "Taksit kaç ay oluyor?",
            "Cumartesi de çalışıyor musunuz?",
        ],
        (Line::Clinic, "ru") => &["Спасибо, получила.", "А гарантия есть?", "Можно фото клиники?"],
        (Line::Clinic, "fa") => &["ممنون، دریافت شد.", "هتل هم شامل می‌شود؟"],
        (Line::Clinic, "ar") => &["شكراً لكم.", "هل السعر نهائي؟"],
        (Line::Clinic, _) => &[
            "Thank you, got it.",
            "I have sent the photos. Could the doctor have a look?",
            "Is the hotel included?",
            "How many days do I have to stay?",
            "Is the price in euros final?",
        ],
        (Line::Supply, "tr") => {
            &["Teklifinizi aldık, inceliyoruz.", "Teslim süresini kısaltabilir misiniz?", "Teknik sorularımız ektedir."]
        }
        (Line::Supply, _) => &[
            "We have your quote and are looking at it.",
            "Could you shorten the delivery time?",
            "Please find our technical questions attached.",
        ],
    }
}

/// What some reps write when a lead is lost, though it says nothing.
pub fn hollow_note(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::Turkish => "Olmadı.",
        Tongue::English => "Lost.",
    }
}

/// What distinguishes one loss from another in a rep's note: `{d}` is the day, `{n}` how many days the run had taken.
pub fn loss_detail(place: usize, tongue: Tongue) -> &'static str {
    let details: Texts = match tongue {
        Tongue::Turkish => &[
            "Konu: {p}. Son görüşme {d}, talepten {n} gün sonra.",
            "{d} günü kapattık; {p} talebi {n} gün sürdü.",
            "{p} için {n} gün uğraştık, {d} günü netleşti.",
        ],
        Tongue::English => &[
            "It was about {p}; we last spoke on {d}, {n} days after they asked.",
            "Closed on {d}; {p} had been on their mind for {n} days.",
            "{n} days of work on {p}, clear since {d}.",
        ],
    };
    details[place % details.len()]
}

/// What a rep observed when the lead was lost.
pub fn loss_note(reason: &str, line: Line, tongue: Tongue) -> Texts {
    match (reason, tongue) {
        ("price_too_high", Tongue::Turkish) => &[
            "Bütçesi bizim fiyatın yarısı kadar. İndirim de kurtarmadı.",
            "{r} aynı iş için belirgin daha ucuz teklif vermiş. Farkı anlattım ama karar fiyatla verildi.",
            "Fiyatı duyunca konuşma kapandı. Baştan bütçe sormalıydım.",
            "Son teklifimizi de yüksek buldu, peşin ödeyemeyecek.",
            "Kur artınca fiyat bütçeyi aştı, vazgeçtiler.",
        ],
        ("price_too_high", Tongue::English) => &[
            "Their budget is about half of our price. A discount did not close the gap.",
            "{r} quoted clearly less for the same. Explained the difference, the price decided.",
            "The conversation ended with the price. Should have asked for the budget first.",
            "Found our last offer too high as well and cannot pay up front.",
        ],
        ("competitor_preferred", Tongue::Turkish) => &[
            "{r} ile anlaşmış. Onlar aynı hafta randevu verebilmiş.",
            "{r} daha hızlı teklif verdi, biz üç gün geciktik.",
            "Karar verici {r} ile eskiden tanışıyor. Baştan zordu.",
            "{r} ücretsiz kontrol ve garanti vermiş, bizde yoktu.",
        ],
        ("competitor_preferred", Tongue::English) => &[
            "Signed with {r}: they had an appointment in the same week.",
            "{r} quoted faster, we took three days.",
            "The one who decides knows {r} from before. Hard from the start.",
            "{r} gives a free follow-up and a guarantee, we did not.",
        ],
        ("timing_not_suitable", Tongue::Turkish) => &[
            "Şu an izin alamıyor, ilkbaharda tekrar konuşalım dedi.",
            "Yatırım gelecek bütçe yılına kaldı. İlgi devam ediyor.",
            "Hamilelik nedeniyle erteledi, kendisi arayacak.",
            "Taşınma süreci bitmeden karar vermeyecek.",
        ],
        ("timing_not_suitable", Tongue::English) => &[
            "Cannot take time off now. Asked to talk again in spring.",
            "The investment moved to the next budget year. Still interested.",
            "Postponed for family reasons and will call us.",
            "Will not decide before the move is over.",
        ],
        ("contact_lost", Tongue::Turkish) => &[
            "Artık cevap vermiyor. Son mesaj okunmadı bile.",
            "Telefonu kapalı, e-postaya dönüş yok.",
            "İlk görüşmeden sonra kayboldu.",
        ],
        ("contact_lost", Tongue::English) => &[
            "No answer any more. The last message was not even read.",
            "The phone is off and the e-mail stays unanswered.",
            "Disappeared after the first conversation.",
        ],
        ("trust", Tongue::Turkish) => &[
            "Olumsuz bir yorum okumuş, ikna edemedik.",
            "Bizi tanımıyorlar, referans görmeden ilerlemek istemediler.",
            "Uzaktan ödeme yapmaktan çekindi.",
        ],
        ("trust", Tongue::English) => &[
            "Read a bad review and could not be convinced.",
            "Do not know us and would not go on without references nearby.",
            "Was afraid to pay from abroad.",
        ],
        ("still_thinking", Tongue::Turkish) => &[
            "Bir türlü karar veremiyor, üç kez yer ayırdık.",
            "Düşünüyorum deyip duruyor. Asıl engel eşi olabilir.",
            "Yönetim kurulu gündemine giremedi, bekliyorlar.",
        ],
        ("still_thinking", Tongue::English) => &[
            "Cannot make up their mind, we held a slot three times.",
            "Keeps saying \"still thinking\". The real obstacle may be at home.",
            "Did not get on the board's agenda. They wait.",
        ],
        ("needs_dont_match", Tongue::Turkish) => &[
            "Aradığı şey bizim yaptığımız değil, yanlış anlaşılma.",
            "Tıbben uygun değil, doktor önermedi.",
            "İhtiyaçları perakende, biz toptan çalışıyoruz.",
        ],
        ("needs_dont_match", Tongue::English) if line == Line::Clinic => &[
            "What they look for is not what we do: a misunderstanding.",
            "Not suitable medically, the doctor advised against it.",
        ],
        ("needs_dont_match", Tongue::English) => {
            &["They buy single pieces, we sell volumes.", "No machines of this kind in the plant."]
        }
        ("unreachable", Tongue::Turkish) => &[
            "Numara kullanılmıyor, e-posta geri döndü.",
            "Listedeki numara başkasına ait çıktı.",
            "Defalarca denendi, santral bağlamıyor.",
        ],
        ("unreachable", Tongue::English) => &[
            "The number is not in use, the e-mail bounced.",
            "The number on the list belongs to somebody else.",
            "Tried many times, the switchboard does not put us through.",
        ],
        ("closed_down", Tongue::Turkish) => &["Firma geçen yıl kapanmış.", "İflas etmiş, tesis boş."],
        ("closed_down", Tongue::English) => &["Closed last year.", "Insolvent, the site is empty."],
        ("too_small_or_too_big", Tongue::Turkish) => {
            &["Üç kişilik atölye, yıllık ihtiyaç tek sipariş etmez.", "Çok uluslu grup, alımı merkezden yapıyorlar."]
        }
        ("too_small_or_too_big", Tongue::English) => {
            &["A workshop of three: their yearly need is not one order.", "Part of a group that buys centrally."]
        }
        ("tied_supplier", Tongue::Turkish) => {
            &["{r} ile üç yıllık sözleşmeleri var.", "Ana şirket tedarikçiyi belirliyor."]
        }
        ("tied_supplier", Tongue::English) => {
            &["Bound to {r} for three years.", "The parent company chooses the supplier."]
        }
        ("estimate_only", Tongue::Turkish) => &[
            "Sadece fiyat merak etmiş, niyeti yok.",
            "Fiyatı alıp teşekkür etti, başka sorusu olmadı.",
            "Karşılaştırma için fiyat topluyor, arkadaşı için sormuş.",
        ],
        ("estimate_only", Tongue::English) => &[
            "Only curious about the price, no intention.",
            "Took the price, said thank you, had no other question.",
            "Collects prices to compare, asked for a friend.",
        ],
        ("not_in_our_range", Tongue::Turkish) => {
            &["İstediği ürünü satmıyoruz, yönlendirdim.", "Aradığı işlem bizde yapılmıyor."]
        }
        ("not_in_our_range", Tongue::English) => {
            &["We do not sell what they asked for. Pointed them elsewhere.", "Not done in our house."]
        }
        (_, Tongue::Turkish) => {
            &["Aile içi bir durum, ayrıntı vermek istemedi.", "Şirket içinde yeniden yapılanma, proje durdu."]
        }
        (_, Tongue::English) => &["A family matter, would not say more.", "Reorganised, the project has stopped."],
    }
}

/// What the customer said, in their words.
pub fn customer_words(reason: &str, is_turkish: bool) -> Texts {
    match (reason, is_turkish) {
        ("price_too_high", true) => &[
            "Bu fiyata iki tanesini yaptırırım.",
            "Bütçemin çok üstünde.",
            "Daha uygununu buldum.",
            "İndirim olursa haber verin.",
        ],
        ("price_too_high", false) => &[
            "That is far above what I can spend.",
            "For this price I could have it done at home.",
            "We found it cheaper.",
            "Let me know when there is an offer.",
        ],
        ("competitor_preferred", true) => {
            &["Başka bir yerle anlaştık.", "{r} daha hızlı döndü.", "Arkadaşım {r} önerdi."]
        }
        ("competitor_preferred", false) => {
            &["We decided for somebody else.", "{r} came back to us first.", "A friend recommended {r}."]
        }
        ("timing_not_suitable", true) => {
            &["Şimdi olmaz, yazdan sonra bakarız.", "Bu sene bütçe bitti.", "Seneye mutlaka."]
        }
        ("timing_not_suitable", false) => {
            &["Not now, perhaps after the summer.", "This year's budget is spent.", "Next year for sure."]
        }
        ("trust", true) => &["Kapora göndermek istemiyorum.", "Yorumlar beni korkuttu."],
        ("trust", false) => &["I do not want to send a deposit.", "The reviews made me nervous."],
        ("still_thinking", true) => &["Biraz daha düşüneyim.", "Ben size dönerim."],
        ("still_thinking", false) => &["Let me think a little longer.", "I will come back to you."],
        ("estimate_only", true) => &["Sadece fiyat öğrenmek istemiştim.", "Tamam teşekkürler."],
        ("estimate_only", false) => &["I only wanted to know the price.", "OK thanks."],
        ("tied_supplier", true) => &["Sözleşmemiz var, değiştiremeyiz."],
        ("tied_supplier", false) => &["We have a contract and cannot change."],
        (_, true) => &["İhtiyacımız yok.", "Bize uygun değil."],
        (_, false) => &["We have no need.", "It is not for us."],
    }
}

/// Why the last attempt took the same way again.
pub fn same_again(tongue: Tongue) -> Texts {
    match tongue {
        Tongue::Turkish => &["Sadece bu kanaldan cevap veriyor.", "Kendisi bu şekilde aranmak istedi."],
        Tongue::English => &["Answers on this channel only.", "Asked to be contacted this way."],
    }
}

/// Why a manager waived the attempts.
pub fn waived(tongue: Tongue) -> Texts {
    match tongue {
        Tongue::Turkish => &["Liste temizliği, daha fazla zaman harcamayalım.", "Potansiyel düşük, kapatıyoruz."],
        Tongue::English => &["Clearing the list, no more time on this one.", "Low potential, we close it."],
    }
}

/// Why a lost lead is tried again.
pub fn reopened(returned: bool, tongue: Tongue) -> Texts {
    match (returned, tongue) {
        (true, Tongue::Turkish) => {
            &["Kendisi yeniden yazdı, hâlâ ilgileniyor.", "Aradı: şartlar değişmiş, yeni teklif istiyor."]
        }
        (true, Tongue::English) => {
            &["Wrote to us again, still interested.", "Called: things have changed, asks for a new offer."]
        }
        (false, Tongue::Turkish) => &["Yeni kampanya tam ona göre.", "Rakipten memnun kalmamış diye duydum."],
        (false, Tongue::English) => {
            &["The new campaign fits them.", "Heard that they are not happy with the competitor."]
        }
    }
}

/// Why a loss was a mistake.
pub fn mistaken(tongue: Tongue) -> Texts {
    match tongue {
        Tongue::Turkish => &["Yanlış kartı sürükledim.", "Aynı isimli başka kayıtla karıştı."],
        Tongue::English => &["Dragged the wrong card.", "Mixed up with another lead of the same name."],
    }
}

/// What happens next: what, and by which channel.
pub fn next_step(line: Line, tongue: Tongue) -> &'static [(&'static str, &'static str)] {
    match (line, tongue) {
        (Line::Clinic, Tongue::Turkish) => &[
            ("Fotoğrafları iste", "whatsapp"),
            ("Doktorla görüntülü görüşme ayarla", "call"),
            ("Kararını sor", "call"),
            ("Paket fiyatını gönder", "email"),
            ("Muayene randevusu", "meeting"),
            ("Tahlil sonuçlarını hatırlat", "whatsapp"),
        ],
        (Line::Clinic, Tongue::English) => &[
            ("Ask for photos", "whatsapp"),
            ("Arrange the video call with the doctor", "call"),
            ("Ask for the decision", "call"),
            ("Send the package price", "email"),
            ("Examination", "meeting"),
            ("Remind of the blood test", "whatsapp"),
        ],
        (Line::Supply, Tongue::Turkish) => &[
            ("Teklifi takip et", "call"),
            ("Teknik sunum", "meeting"),
            ("Numune sonucunu sor", "call"),
            ("Revize teklifi gönder", "email"),
            ("Satın almayla görüş", "call"),
        ],
        (Line::Supply, Tongue::English) => &[
            ("Follow up on the quote", "call"),
            ("Technical presentation", "meeting"),
            ("Ask how the sample did", "call"),
            ("Send the revised quote", "email"),
            ("Speak to purchasing", "call"),
        ],
    }
}

/// A document: file name and what it says.
pub fn document(line: Line, tongue: Tongue) -> (&'static str, &'static str) {
    match (line, tongue) {
        (Line::Clinic, Tongue::Turkish) => (
            "tedavi-planı.txt",
            "Tedavi planı\n\n1. gün: karşılama, muayene, kan tahlili\n2. gün: işlem\n3. gün: kontrol\n6. ay: ücretsiz kontrol\n",
        ),
        (Line::Clinic, Tongue::English) => (
            "treatment-plan.txt",
            "Treatment plan\n\nDay 1: welcome, examination, blood test\nDay 2: treatment\nDay 3: check\nMonth 6: free check\n",
        ),
        (Line::Supply, Tongue::Turkish) => (
            "teknik-şartname.txt",
            "Teknik şartname\n\nÇalışma basıncı: 210 bar\nOrtam: 5-45 °C\nTeslim: siparişten sonra 4 hafta\nGaranti: 24 ay\n",
        ),
        (Line::Supply, Tongue::English) => (
            "specification.txt",
            "Specification\n\nWorking pressure: 210 bar\nAmbient: 5-45 °C\nDelivery: 4 weeks after order\nWarranty: 24 months\n",
        ),
    }
}

/// What an offer was sent with.
pub fn offered(tongue: Tongue) -> Texts {
    match tongue {
        Tongue::Turkish => {
            &["Teklif gönderildi.", "Revize teklif iletildi, iki hafta geçerli.", "Teklifi telefonda birlikte geçtik."]
        }
        Tongue::English => {
            &["Offer sent.", "Revised offer sent, valid for two weeks.", "Went through the offer on the phone."]
        }
    }
}

/// What an estimate was about.
pub fn estimated(tongue: Tongue) -> Texts {
    match tongue {
        Tongue::Turkish => &["Ön değerlendirme yapıldı.", "Keşif ve ölçüm yapıldı."],
        Tongue::English => &["Assessed beforehand.", "Looked at it and measured."],
    }
}
