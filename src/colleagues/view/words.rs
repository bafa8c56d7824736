//! The slice's vocabularies in the reader's language.

use crate::{
    colleagues::{
        api::Question,
        rules::{AnswerProblem, AskProblem, Discount, QuestionKind, Verdict},
    },
    format,
    i18n::{Locale, t_string},
    leads::api::{ActivityKind, Entry},
    losses::view::words::I18n,
    pipeline::api::Money,
};

/// A discount: 12.5 %, or €200.
pub fn discount(i18n: I18n, discount: &Discount) -> String {
    match discount {
        Discount::Percent(hundredths) => percent(i18n.get_locale(), *hundredths),
        Discount::Amount(money) => format::money(i18n.get_locale(), money),
    }
}

/// Hundredths of a percent, without idle noughts.
fn percent(locale: Locale, hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match locale {
        Locale::tr => format!("%{}", text.replace('.', ",")),
        _ => format!("{text}\u{a0}%"),
    }
}

/// What was asked for.
pub fn asked(i18n: I18n, kind: QuestionKind, amount: Option<&Discount>) -> String {
    match (kind, amount) {
        (QuestionKind::Discount, Some(amount)) => {
            t_string!(i18n, colleagues.kind_discount, amount = discount(i18n, amount)).to_string()
        }
        _ => t_string!(i18n, colleagues.kind_help).to_string(),
    }
}

/// Who asks for what, for whoever is asked.
pub fn asks(i18n: I18n, question: &Question) -> String {
    let who = question.by_name.clone();
    match (question.kind, &question.discount) {
        (QuestionKind::Discount, Some(amount)) => {
            t_string!(i18n, colleagues.asks_discount, who = who, amount = discount(i18n, amount)).to_string()
        }
        _ => t_string!(i18n, colleagues.asks_help, who = who).to_string(),
    }
}

/// What a verdict is called.
pub fn verdict(i18n: I18n, verdict: Verdict) -> String {
    match verdict {
        Verdict::Agreed => t_string!(i18n, colleagues.agreed).to_string(),
        Verdict::Declined => t_string!(i18n, colleagues.declined).to_string(),
        Verdict::Comment => t_string!(i18n, colleagues.comment).to_string(),
    }
}

/// A question or its answer as the history says it.
pub fn entry(i18n: I18n, entry: &Entry) -> String {
    let coded = |key: &str| entry.detail.get(key).map(String::as_str);
    let number = |key: &str| coded(key).and_then(|text| text.parse::<i64>().ok());
    if entry.kind == ActivityKind::Answer {
        return match coded("verdict").and_then(|word| word.parse().ok()) {
            Some(Verdict::Agreed) => t_string!(i18n, colleagues.kind_answer_agreed).to_string(),
            Some(Verdict::Declined) => t_string!(i18n, colleagues.kind_answer_declined).to_string(),
            _ => t_string!(i18n, colleagues.kind_answer_comment).to_string(),
        };
    }
    let amount = match (number("percent"), number("minor").zip(coded("currency"))) {
        (Some(hundredths), _) => Some(Discount::Percent(hundredths)),
        (None, Some((minor, currency))) => Some(Discount::Amount(Money { minor, currency: currency.to_owned() })),
        (None, None) => None,
    };
    let kind = coded("kind").and_then(|word| word.parse().ok()).unwrap_or(QuestionKind::Help);
    asked(i18n, kind, amount.as_ref())
}

/// Why a question is not asked, and what to do.
pub fn ask_problem(i18n: I18n, problem: &AskProblem) -> String {
    match problem {
        AskProblem::NotYours => t_string!(i18n, colleagues.not_yours).to_string(),
        AskProblem::TextMissing => t_string!(i18n, colleagues.text_missing).to_string(),
        AskProblem::AmountMissing => t_string!(i18n, colleagues.amount_missing).to_string(),
        AskProblem::NotAManager => t_string!(i18n, colleagues.not_a_manager).to_string(),
        AskProblem::AlreadyAsked { name } => t_string!(i18n, colleagues.already_asked, name = name.clone()).to_string(),
    }
}

/// Why a question is not answered, and what to do.
pub fn answer_problem(i18n: I18n, problem: &AnswerProblem) -> String {
    match problem {
        AnswerProblem::NotYours => t_string!(i18n, colleagues.not_yours_to_answer).to_string(),
        AnswerProblem::OwnQuestion => t_string!(i18n, colleagues.own_question).to_string(),
        AnswerProblem::TextMissing => t_string!(i18n, colleagues.answer_text_missing).to_string(),
    }
}
