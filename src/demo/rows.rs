//! The rows of a plan, named like the columns that they fill.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// Makes structs whose fields are columns.
macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($column:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Serialize)]
        pub struct $name { $(pub $column: $type,)+ }
    )+};
}

type Text = Option<String>;
type Word = Option<&'static str>;
type At = Option<DateTime<Utc>>;
type Id = Option<i64>;

rows! {
    /// A line of business.
    BusinessLine { id: i64, code: String, name: Value }
    /// A source, product, segment, campaign or tag.
    Term {
        id: i64, name: String, key: String, retired_at: At, owner_id: Id, source_id: Id,
        starts_on: Option<NaiveDate>, ends_on: Option<NaiveDate>,
    }
    /// What a campaign cost in a month.
    Spend { campaign_id: i64, month: Option<NaiveDate>, amount_minor: i64, currency: String, amount_base_minor: i64 }
    /// A field of the team's own.
    CustomField { id: i64, key: String, name: Value, kind: String, choices: Value, position: i32 }
    /// What a currency is worth from a day on.
    Rate { currency: String, from_day: Option<NaiveDate>, rate: f64 }
    /// A day off for everybody.
    Holiday { on_day: Option<NaiveDate>, name: String }
    /// When a team works.
    Hours { team_id: i64, weekday: i16, opens: Option<NaiveTime>, closes: Option<NaiveTime> }
    /// Somebody is away.
    Away { user_id: i64, first_day: Option<NaiveDate>, last_day: Option<NaiveDate> }
    /// What somebody can do.
    Skill { user_id: i64, kind: String, value: String }
    /// Who stands in for whom, and how many open leads each can work.
    Duty { user_id: i64, backup_id: Id, capacity: Option<i32> }
    /// A person or company behind leads.
    Account {
        id: i64, party: String, name: String, name_key: String, website: Text, owner_id: Id,
        relationship_owner_id: Id, recorded_at: At,
    }
    /// A mail domain.
    Domain { domain: String, account_id: i64 }
    /// Somebody at an account.
    Contact {
        id: i64, account_id: i64, name: String, email: Text, phone: Text, decides: bool, pays: bool, uses: bool,
        blocks: bool, search_key: String, recorded_at: At,
    }
    /// A lead as it stands in the end.
    Lead {
        id: i64, direction: String, party: String, business_line_id: Id, name: Text, company: Text, email: Text,
        phone: Text, country: Text, city: Text, request: Text, source_id: Id, product_id: Id, segment_id: Id,
        campaign_id: Id, custom: Value, search_key: String, do_not_call: bool, do_not_email: bool, value_minor: Id,
        currency: Text, value_base_minor: Id, temperature: Word, owner_id: Id, queue_id: Id, next_step: Text,
        next_step_channel: Word, next_step_due: At, stage_id: Id, stage_kind: Word, stage_entered_at: At, rank: String,
        move_version: i64, run_started_at: At, standing_loss_id: Id, standing_outcome: Word, arose_at: At,
        recorded_at: At, account_id: Id, occupation: Text, industry: Text, employees: Option<i32>, website: Text,
        address: Text, language: Text, birth_date: Option<NaiveDate>, social: Value, phone_key: Text, email_key: Text,
    }
    /// A lead's tag.
    LeadTag { lead_id: i64, tag_id: i64 }
    /// An entry of a lead's history.
    Activity {
        id: i64, lead_id: i64, kind: String, actor_id: Id, at: At, move_version: Id, from_stage_id: Id, to_stage_id: Id,
        loss_id: Id, detail: Value, body: Text, direction: Word,
    }
    /// An outbound activity with its outcome.
    Attempt { activity_id: i64, lead_id: i64, channel: String, approach: String, result: String, at: At }
    /// A loss episode; `run` is the place of its run among the lead's, `run_began` when that run began.
    Loss {
        id: i64, lead_id: i64, outcome: String, reason_id: i64, at: At, recorded_at: At, by_id: Id, owner_id: Id,
        queue_id: Id, stage_id: Id, note: String, customer_words: Text, retry_potential: Word, evidence: Value,
        attempt_id: Id, attempt_exception: Word, same_again_because: Text, override_by: Id, override_because: Text,
        recontact_on: Option<NaiveDate>, closed_at: At, closed_by: Id, closure: Word, closure_cause: Word,
        closure_note: Text, search_key: String, run: usize, run_began: At,
    }
    /// A win episode.
    Win {
        id: i64, lead_id: i64, move_version: i64, won_on: Option<NaiveDate>, recorded_at: At, by_id: Id, owner_id: Id,
        from_stage_id: Id, product_id: Id, amount_minor: i64, currency: String, amount_base_minor: i64, undone_at: At,
        undone_by: Id,
    }
    /// When a lost lead is asked again.
    Recontact {
        id: i64, loss_id: i64, lead_id: i64, due_on: Option<NaiveDate>, channel: String, user_id: i64, note: Text,
        created_by: i64, created_at: At, ended_at: At, ended_by: Id, ending: Word,
    }
    /// What an estimate took and cost.
    Estimate {
        activity_id: i64, lead_id: i64, hours: f64, by_id: Id, fee_minor: i64, currency: String, fee_base_minor: i64,
        paid_on: Option<NaiveDate>, credited_on_winning: bool,
    }
    /// What was offered.
    Offer {
        activity_id: i64, lead_id: i64, amount_minor: i64, currency: String, amount_base_minor: i64,
        discount_percent: f64, expires_on: Option<NaiveDate>,
    }
    /// A document.
    Attachment { id: i64, lead_id: i64, activity_id: i64, name: String, media_type: String, text: String }
}
