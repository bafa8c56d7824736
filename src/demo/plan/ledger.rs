//! Money: what things cost in which currency, and what that is in euros on the day.

use super::{World, first_of_month, months_between};
use crate::demo::{company::RATES, rows};
use chrono::{Months, NaiveDate};

/// An amount of money.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    /// Minor units.
    pub minor: i64,
    /// Of this currency.
    pub currency: &'static str,
    /// In euro cents at the day's rate.
    pub base: i64,
}

impl World {
    /// So many euros in this currency on this day, rounded as people round prices.
    pub(super) fn amount(&self, euros: f64, currency: &'static str, day: NaiveDate) -> Amount {
        self.in_units(euros * 1e6 / self.rate(currency, day) as f64, currency, day)
    }

    /// So many units of this currency on this day, rounded likewise.
    pub(super) fn in_units(&self, units: f64, currency: &'static str, day: NaiveDate) -> Amount {
        let step = if currency == "TRY" { 100.0 } else { 5.0 };
        let minor = ((units / step).round().max(1.0) * step) as i64 * 100;
        // As the database rounds: half away from zero.
        Amount { minor, currency, base: (minor * self.rate(currency, day) + 500_000) / 1_000_000 }
    }

    /// Millionths of a euro for one unit.
    fn rate(&self, currency: &str, day: NaiveDate) -> i64 {
        let months = months_between(self.calendar.start, day) as f64;
        let known = RATES.iter().find(|(code, ..)| *code == currency);
        known.map_or(1_000_000, |(_, first, change)| (first * 1e6 * (1.0 + change * months)).round() as i64)
    }

    /// The rates of every month.
    pub(super) fn rates(&self) -> Vec<rows::Rate> {
        let first = first_of_month(self.calendar.start);
        let months = months_between(first, self.calendar.today) as u32;
        (0..=months)
            .map(|month| first + Months::new(month))
            .flat_map(|day| RATES.map(|(currency, ..)| (currency, day)))
            .map(|(currency, day)| rows::Rate {
                currency: currency.to_owned(),
                from_day: Some(day),
                rate: self.rate(currency, day) as f64 / 1e6,
            })
            .collect()
    }
}
