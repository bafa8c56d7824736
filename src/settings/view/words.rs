//! What settings are called in the reader's language.

use crate::{
    error::AppError,
    losses::{self, rules::Outcome},
    people::rules::{Role, Tier},
    pipeline::api::{Direction, Party},
    settings::{
        api::{Named, Standing},
        model::{Decision, FieldKind, Section, SkillKind, Subject},
        rules::Why,
    },
};

pub use losses::view::words::{I18n, language};

macro_rules! w {
    ($i18n:expr, $key:ident) => {
        $crate::i18n::t_string!($i18n, settings.$key).to_string()
    };
}
pub(super) use w;

/// The name with this id; empty when there is none.
pub fn named(i18n: I18n, list: &[Named], id: Option<i64>) -> String {
    let found = id.and_then(|id| list.iter().find(|named| named.id == id));
    found.map(|named| named.name.pick(language(i18n)).to_owned()).unwrap_or_default()
}

/// Takes an entry out of a list.
pub fn remove_entry(i18n: I18n) -> String {
    w!(i18n, remove_entry)
}

/// A page of the settings, and what it is for.
pub fn section(i18n: I18n, section: Section) -> (String, String) {
    match section {
        Section::Me => (w!(i18n, s_me), w!(i18n, s_me_hint)),
        Section::Organisation => (w!(i18n, s_organisation), w!(i18n, s_organisation_hint)),
        Section::People => (w!(i18n, s_people), w!(i18n, s_people_hint)),
        Section::Teams => (w!(i18n, s_teams), w!(i18n, s_teams_hint)),
        Section::Holidays => (w!(i18n, s_holidays), w!(i18n, s_holidays_hint)),
        Section::Stages => (w!(i18n, s_stages), w!(i18n, s_stages_hint)),
        Section::Reasons => (w!(i18n, s_reasons), w!(i18n, s_reasons_hint)),
        Section::BusinessLines => (w!(i18n, s_lines), w!(i18n, s_lines_hint)),
        Section::Products => (w!(i18n, s_products), w!(i18n, s_products_hint)),
        Section::Segments => (w!(i18n, s_segments), w!(i18n, s_segments_hint)),
        Section::Tags => (w!(i18n, s_tags), w!(i18n, s_tags_hint)),
        Section::Sources => (w!(i18n, s_sources), w!(i18n, s_sources_hint)),
        Section::Campaigns => (w!(i18n, s_campaigns), w!(i18n, s_campaigns_hint)),
        Section::Fields => (w!(i18n, s_fields), w!(i18n, s_fields_hint)),
        Section::Currencies => (w!(i18n, s_currencies), w!(i18n, s_currencies_hint)),
    }
}

/// What a setting is about.
pub fn subject(i18n: I18n, subject: Subject) -> String {
    match subject {
        Subject::Organisation => w!(i18n, s_organisation),
        Subject::Profile => w!(i18n, b_profile),
        Subject::Person => w!(i18n, b_person),
        Subject::Team => w!(i18n, b_team),
        Subject::Queue => w!(i18n, b_queue),
        Subject::Holiday => w!(i18n, b_holiday),
        Subject::BusinessLine => w!(i18n, b_line),
        Subject::Product => w!(i18n, b_product),
        Subject::Segment => w!(i18n, b_segment),
        Subject::Tag => w!(i18n, b_tag),
        Subject::Source => w!(i18n, b_source),
        Subject::Campaign => w!(i18n, b_campaign),
        Subject::Currency => w!(i18n, b_currency),
        Subject::Field => w!(i18n, b_field),
        Subject::Stage => w!(i18n, b_stage),
        Subject::Reason => w!(i18n, b_reason),
        Subject::StageOrder => w!(i18n, b_stage_order),
        Subject::ReasonOrder => w!(i18n, b_reason_order),
        Subject::FieldOrder => w!(i18n, b_field_order),
    }
}

/// What was done with a thing.
pub fn act(i18n: I18n, act: &str) -> String {
    match act {
        "added" => w!(i18n, a_added),
        "removed" => w!(i18n, a_removed),
        "invited" => w!(i18n, a_invited),
        "closed" => w!(i18n, a_closed),
        "reopened" => w!(i18n, a_reopened),
        "password_changed" => w!(i18n, a_password),
        "set_up" => w!(i18n, a_set_up),
        _ => w!(i18n, a_changed),
    }
}

/// What a field is called; its own name where it has no other.
pub fn label(i18n: I18n, field: &str) -> String {
    match field {
        "name" => w!(i18n, f_name),
        "name_en" => w!(i18n, f_name_en),
        "name_tr" => w!(i18n, f_name_tr),
        "meaning_en" => w!(i18n, f_meaning_en),
        "meaning_tr" => w!(i18n, f_meaning_tr),
        "base_currency" => w!(i18n, f_base_currency),
        "time_zone" => w!(i18n, f_time_zone),
        "fiscal_year_starts_in" => w!(i18n, f_fiscal_year),
        "everyone_reads_all" => w!(i18n, f_everyone_reads_all),
        "inactive_after_months" => w!(i18n, f_inactive),
        "hours" => w!(i18n, f_hours),
        "email" => w!(i18n, f_email),
        "role" => w!(i18n, f_role),
        "tier" => w!(i18n, f_tier),
        "team" => w!(i18n, b_team),
        "backup" => w!(i18n, f_backup),
        "capacity" => w!(i18n, f_capacity),
        "absences" => w!(i18n, f_absences),
        "skills" => w!(i18n, f_skills),
        "managers" => w!(i18n, f_managers),
        "manager" => w!(i18n, f_manager),
        "on_day" => w!(i18n, f_day),
        "owner" => w!(i18n, f_owner),
        "source" => w!(i18n, b_source),
        "starts_on" => w!(i18n, f_starts_on),
        "ends_on" => w!(i18n, f_ends_on),
        "spend" => w!(i18n, f_spend),
        "estimate_hour" => w!(i18n, f_estimate_hour),
        "offered" => w!(i18n, f_offered),
        "in_use" => w!(i18n, f_in_use),
        "rates" => w!(i18n, f_rates),
        "kind" => w!(i18n, f_kind),
        "choices" => w!(i18n, f_choices),
        "retired" => w!(i18n, f_retired),
        "win_probability" => w!(i18n, f_win_probability),
        "stale_days" => w!(i18n, f_stale_days),
        "unanswered_days" => w!(i18n, f_unanswered_days),
        "attempts_limit" => w!(i18n, f_attempts_limit),
        "outcome" => w!(i18n, f_outcome),
        "excuse" => w!(i18n, f_excuse),
        "informs" => w!(i18n, f_informs),
        "non_target" => w!(i18n, f_non_target),
        "evidence" => w!(i18n, f_evidence),
        "attempts_needed" => w!(i18n, f_attempts),
        "channels_needed" => w!(i18n, f_channels),
        "offers_recontact" => w!(i18n, f_recontact),
        "scopes" => w!(i18n, f_scopes),
        "merged_into" => w!(i18n, f_merged_into),
        "language" => w!(i18n, f_language),
        "ids" => w!(i18n, f_order),
        other => other.to_owned(),
    }
}

/// What is wrong, and what to do about it.
pub fn why(i18n: I18n, why: Why) -> String {
    match why {
        Why::NotAllowed => w!(i18n, w_not_allowed),
        Why::Missing => w!(i18n, w_missing),
        Why::TooLong => w!(i18n, w_too_long),
        Why::Taken => w!(i18n, w_taken),
        Why::NotAnEmail => w!(i18n, w_not_an_email),
        Why::EmailTaken => w!(i18n, w_email_taken),
        Why::NotANumber => w!(i18n, w_not_a_number),
        Why::NotADate => w!(i18n, w_not_a_date),
        Why::NotATime => w!(i18n, w_not_a_time),
        Why::Turned => w!(i18n, w_turned),
        Why::Overlap => w!(i18n, w_overlap),
        Why::UnknownZone => w!(i18n, w_unknown_zone),
        Why::UnknownLanguage => w!(i18n, w_unknown_language),
        Why::UnknownCurrency => w!(i18n, w_unknown_currency),
        Why::LastAdmin => w!(i18n, w_last_admin),
        Why::RepNeedsTier => w!(i18n, w_rep_needs_tier),
        Why::RepNeedsTeam => w!(i18n, w_rep_needs_team),
        Why::BackupIsSelf => w!(i18n, w_backup_is_self),
        Why::NobodyThere => w!(i18n, w_nobody_there),
        Why::NotAManager => w!(i18n, w_not_a_manager),
        Why::ManagesQueue => w!(i18n, w_manages_queue),
        Why::InUse => w!(i18n, w_in_use),
        Why::MoneyIsStored => w!(i18n, w_money_is_stored),
        Why::OutcomeInUse => w!(i18n, w_outcome_in_use),
        Why::KindInUse => w!(i18n, w_kind_in_use),
        Why::TooFewChoices => w!(i18n, w_too_few_choices),
        Why::FixedByKind => w!(i18n, w_fixed_by_kind),
        Why::RateIsHistory => w!(i18n, w_rate_is_history),
        Why::NoRate => w!(i18n, w_no_rate),
        Why::BaseCurrency => w!(i18n, w_base_currency),
        Why::MoreChannelsThanAttempts => w!(i18n, w_more_channels),
        Why::NoScope => w!(i18n, w_no_scope),
        Why::OrderOfKinds => w!(i18n, w_order_of_kinds),
        Why::NoReplacement => w!(i18n, w_no_replacement),
        Why::StandsForOthers => w!(i18n, w_stands_for_others),
        Why::ListHasChanged => w!(i18n, w_list_has_changed),
        Why::PasswordTooShort => w!(i18n, w_password_too_short),
        Why::PasswordWrong => w!(i18n, w_password_wrong),
        Why::HasLeads => w!(i18n, w_has_leads),
        Why::AccountIsClosed => w!(i18n, w_account_is_closed),
    }
}

/// What somebody may do.
pub fn role(i18n: I18n, role: Role) -> String {
    match role {
        Role::Rep => w!(i18n, r_rep),
        Role::Manager => w!(i18n, r_manager),
        Role::Admin => w!(i18n, r_admin),
    }
}

/// A rep's tier.
pub fn tier(i18n: I18n, tier: Tier) -> String {
    match tier {
        Tier::Sdr => w!(i18n, t_sdr),
        Tier::Junior => w!(i18n, t_junior),
        Tier::Mid => w!(i18n, t_mid),
        Tier::Senior => w!(i18n, t_senior),
        Tier::AccountDirector => w!(i18n, t_director),
    }
}

/// Where somebody stands with winback.
pub fn standing(i18n: I18n, standing: Standing) -> Option<String> {
    match standing {
        Standing::Joined => None,
        Standing::Invited => Some(w!(i18n, st_invited)),
        Standing::Waiting => Some(w!(i18n, st_waiting)),
        Standing::Closed => Some(w!(i18n, st_closed)),
    }
}

/// Which decision a reason informs.
pub fn decision(i18n: I18n, decision: Decision) -> String {
    match decision {
        Decision::PricePolicy => w!(i18n, d_price),
        Decision::Competition => w!(i18n, d_competition),
        Decision::Communication => w!(i18n, d_communication),
        Decision::Process => w!(i18n, d_process),
        Decision::Training => w!(i18n, d_training),
        Decision::Product => w!(i18n, d_product),
        Decision::Targeting => w!(i18n, d_targeting),
    }
}

/// Lost or unqualified.
pub fn outcome(i18n: I18n, outcome: Outcome) -> String {
    match outcome {
        Outcome::Lost => w!(i18n, o_lost),
        Outcome::Unqualified => w!(i18n, o_unqualified),
    }
}

/// Who came to whom.
pub fn direction(i18n: I18n, direction: Direction) -> String {
    match direction {
        Direction::Inbound => w!(i18n, x_inbound),
        Direction::Outbound => w!(i18n, x_outbound),
    }
}

/// A person or a company.
pub fn party(i18n: I18n, party: Party) -> String {
    match party {
        Party::Person => w!(i18n, x_person),
        Party::Company => w!(i18n, x_company),
    }
}

/// What a field holds.
pub fn field_kind(i18n: I18n, kind: FieldKind) -> String {
    match kind {
        FieldKind::Text => w!(i18n, k_text),
        FieldKind::Number => w!(i18n, k_number),
        FieldKind::Date => w!(i18n, k_date),
        FieldKind::Choice => w!(i18n, k_choice),
        FieldKind::YesNo => w!(i18n, k_yes_no),
    }
}

/// What somebody can be good at.
pub fn skill_kind(i18n: I18n, kind: SkillKind) -> String {
    match kind {
        SkillKind::Language => w!(i18n, f_language),
        SkillKind::Product => w!(i18n, b_product),
        SkillKind::Segment => w!(i18n, b_segment),
        SkillKind::Region => w!(i18n, k_region),
    }
}

/// A day of the week, 1 is Monday.
pub fn weekday(i18n: I18n, day: i16) -> String {
    match day {
        1 => w!(i18n, day_1),
        2 => w!(i18n, day_2),
        3 => w!(i18n, day_3),
        4 => w!(i18n, day_4),
        5 => w!(i18n, day_5),
        6 => w!(i18n, day_6),
        _ => w!(i18n, day_7),
    }
}

/// A month, 1 is January.
pub fn month(i18n: I18n, month: i16) -> String {
    match month {
        1 => w!(i18n, month_1),
        2 => w!(i18n, month_2),
        3 => w!(i18n, month_3),
        4 => w!(i18n, month_4),
        5 => w!(i18n, month_5),
        6 => w!(i18n, month_6),
        7 => w!(i18n, month_7),
        8 => w!(i18n, month_8),
        9 => w!(i18n, month_9),
        10 => w!(i18n, month_10),
        11 => w!(i18n, month_11),
        _ => w!(i18n, month_12),
    }
}

/// What to do now that a request got no answer.
pub fn trouble(i18n: I18n, error: AppError) -> String {
    match error {
        AppError::Forbidden | AppError::NotFound => w!(i18n, w_not_allowed),
        error => losses::view::words::trouble(i18n, error),
    }
}
