//! The small demo team: one admin, two managers with a team each, ten reps of all five tiers. It comes only when asked
//! for: a production database never has these passwords.

use crate::{
    clock::Clock,
    people::{
        password,
        rules::{Email, Role, Tier},
        store,
    },
};
use sqlx::PgPool;

/// Everyone of the demo team signs in with this.
const PASSWORD: &str = "winback-demo";
/// How the greeting says so.
pub const PASSWORD_HINT: &str = "password: winback-demo";

/// One of the demo team.
pub struct Member {
    /// Where they sign in with.
    pub email: &'static str,
    name: &'static str,
    role: Role,
    tier: Option<Tier>,
    team: Option<&'static str>,
}

impl Member {
    /// For reps.
    pub fn tier(&self) -> Option<Tier> {
        self.tier
    }

    /// Who this is, in a line.
    pub fn description(&self) -> String {
        let role = match (self.role, self.tier) {
            (Role::Rep, Some(tier)) => format!("rep, {}", tier.word().replace('_', " ")),
            (role, _) => role.word().to_owned(),
        };
        match self.team {
            Some(team) => format!("{}, {role}, team {team}", self.name),
            None => format!("{}, {role}", self.name),
        }
    }
}

const fn member(
    email: &'static str,
    name: &'static str,
    role: Role,
    tier: Option<Tier>,
    team: Option<&'static str>,
) -> Member {
    Member { email, name, role, tier, team }
}

/// Everybody, the admin first.
pub const TEAM: [Member; 13] = [
    member("admin@demo.winback", "Deniz Aydın", Role::Admin, None, None),
    member("selin@demo.winback", "Selin Yıldız", Role::Manager, None, Some("Ankara")),
    member("mert@demo.winback", "Mert Kaya", Role::Manager, None, Some("İzmir")),
    member("ayse@demo.winback", "Ayşe Yılmaz", Role::Rep, Some(Tier::Sdr), Some("Ankara")),
    member("burak@demo.winback", "Burak Şahin", Role::Rep, Some(Tier::Junior), Some("Ankara")),
    member("cigdem@demo.winback", "Çiğdem Arslan", Role::Rep, Some(Tier::Mid), Some("Ankara")),
    member("emre@demo.winback", "Emre Güneş", Role::Rep, Some(Tier::Senior), Some("Ankara")),
    member("irem@demo.winback", "İrem Doğan", Role::Rep, Some(Tier::AccountDirector), Some("Ankara")),
    member("isil@demo.winback", "Işıl Koç", Role::Rep, Some(Tier::Sdr), Some("İzmir")),
    member("jan@demo.winback", "Jan Novák", Role::Rep, Some(Tier::Junior), Some("İzmir")),
    member("omer@demo.winback", "Ömer Çelik", Role::Rep, Some(Tier::Mid), Some("İzmir")),
    member("sule@demo.winback", "Şule Demir", Role::Rep, Some(Tier::Senior), Some("İzmir")),
    member("umit@demo.winback", "Ümit Öztürk", Role::Rep, Some(Tier::AccountDirector), Some("İzmir")),
];

/// Their teams: the clinic's and the supplier's.
pub const TEAMS: [&str; 2] = ["Ankara", "İzmir"];

/// Where they sign in with.
pub fn emails() -> Vec<String> {
    TEAM.iter().map(|member| member.email.to_owned()).collect()
}

/// Whether the demo team is in this database.
pub async fn is_here(pool: &PgPool) -> Result<bool, crate::error::AppError> {
    Ok(store::account(pool, TEAM[0].email).await?.is_some())
}

/// Adds those of the team who are missing, to a database in which nobody else signs in.
pub async fn add(pool: &PgPool, clock: &Clock) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let is_empty = store::is_empty(pool).await?;
    if !is_empty && !is_here(pool).await? {
        return Err("real people sign in to this database: demo people and demo data do not go where they work".into());
    }
    let password_hash = password::hash(PASSWORD)?;
    for member in &TEAM {
        let email: Email = member.email.parse()?;
        if !is_empty && store::account(pool, &email.key()).await?.is_some() {
            continue;
        }
        let user = store::NewUser {
            email: &email,
            name: member.name,
            role: member.role,
            tier: member.tier,
            team: member.team,
            password_hash: &password_hash,
        };
        store::add_user(pool, user, clock.now()).await?;
    }
    Ok(())
}

/// Prints how everybody signs in.
pub fn list() {
    println!("The demo team ({PASSWORD_HINT}):");
    for member in &TEAM {
        println!("  {:<22} {}", member.email, member.description());
    }
}
