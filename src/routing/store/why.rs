//! The answer to "why me?".

use crate::{
    error::AppError,
    ids::LeadId,
    leads::store::readable,
    people::guard::Permit,
    routing::{
        api::Explanation,
        rules::{plan::Route, rule_set::RuleSet},
    },
};
use sqlx::types::Json;
use std::collections::BTreeMap;

/// Each time that the rules gave a lead to somebody, the latest first, for everybody who may read the lead.
pub async fn why(permit: &Permit, lead: LeadId) -> Result<Vec<Explanation>, AppError> {
    let mut connection = permit.pool().acquire().await?;
    readable(&mut connection, permit, lead).await?;
    let rows = sqlx::query!(
        r#"select a.at, a.rule_set_id, a.route as "route: Json<Route>", r.rules as "rules: Json<RuleSet>",
                  p.name as "person?", q.name as "queue?", h.name as "by?",
                  coalesce((select jsonb_object_agg(u.id, u.name) from app_user u), '{}')
                      as "people!: Json<BTreeMap<String, String>>"
           from assignment a join rule_set r on r.id = a.rule_set_id
           join activity e on e.id = a.activity_id left join app_user h on h.id = e.actor_id
           left join app_user p on p.id = a.person_id left join queue q on q.id = a.queue_id
           where a.lead_id = $1 order by a.activity_id desc"#,
        lead.0
    )
    .fetch_all(&mut *connection)
    .await?;
    let why = |at, rule_set, route: Route, rules: RuleSet, person, queue, by, people: BTreeMap<String, String>| {
        let signals = rules.signals.into_iter().map(|kind| (kind.key, kind.name));
        let named = rules.rules.into_iter().map(|rule| (rule.key, rule.name));
        let traits = rules.profile.of(route.assessment.suits.party).iter().map(|one| one.name.clone()).collect();
        let territories = rules.territories.into_iter().map(|territory| (territory.key, territory.name));
        Explanation {
            at: permit.moment(at),
            rule_set,
            by,
            person,
            queue,
            people: people.into_iter().filter_map(|(id, name)| Some((id.parse().ok()?, name))).collect(),
            signals: signals.collect(),
            rules: named.collect(),
            traits,
            territories: territories.collect(),
            route,
        }
    };
    let rows = rows
        .into_iter()
        .map(|row| why(row.at, row.rule_set_id, row.route.0, row.rules.0, row.person, row.queue, row.by, row.people.0));
    Ok(rows.collect())
}
