//! What is compared with what. Pairs in which one says the other by definition are not here: a reason and whether it is an
//! excuse, a stage and whether a run was lost there, attempts and whether it was lost (a loss needs one).

use crate::analytics::selection::Dim;

/// Whose share is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// This period's, against the one before.
    Now,
    /// Each bar's, against the others of its chart.
    Of(Dim),
}

/// The share of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Lost of won or lost.
    Lost,
    /// Unqualified of all that ended.
    Unqualified,
    /// Won of the losses that were tried again.
    WonBack,
    /// Each bar's of the losses.
    Bars(Dim),
}

/// One table of comparisons; within each bar of a chart for itself, where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Within each bar of this.
    pub within: Option<Dim>,
    /// Whose share.
    pub by: By,
    /// The share of what.
    pub what: What,
}

impl Look {
    /// What runs are alike in when they are compared: the business line and the source, because what is sold differs between
    /// lines and who is asked differs between sources. What is looked at itself is none of it.
    pub fn alike(self) -> impl Iterator<Item = Dim> {
        let by = if let By::Of(dim) = self.by { Some(dim) } else { None };
        let what = if let What::Bars(dim) = self.what { Some(dim) } else { None };
        let looked_at = [self.within, by, what];
        [Dim::Line, Dim::Source].into_iter().filter(move |dim| !looked_at.contains(&Some(*dim)))
    }
}

/// What a lead is known by before it ends.
const OF_LEADS: [Dim; 7] = [Dim::Rep, Dim::Source, Dim::Campaign, Dim::Product, Dim::Segment, Dim::Country, Dim::Size];

/// What we did about it. How many attempts there were is not here: a loss needs them, a win does not.
const HANDLED: [Dim; 3] = [Dim::Tier, Dim::Answer, Dim::Discount];

/// All tables; what changed only where there is a period before.
pub fn looks(has_before: bool) -> Vec<Look> {
    let stand_out = [What::Lost, What::Unqualified].into_iter().flat_map(|what| all(None, &OF_LEADS, what));
    // Of runs that took as long: what ended soon stood nowhere long, and most of it was lost.
    let handled = all(None, &HANDLED, What::Lost).chain(all(Some(Dim::Lasted), &[Dim::Stood], What::Lost));
    let hands = [Dim::Size, Dim::Product, Dim::Source].into_iter();
    let in_hands = hands.flat_map(|within| all(Some(within), &[Dim::Rep, Dim::Tier], What::Lost));
    let tried_again = [Dim::Reason, Dim::Rep, Dim::Source, Dim::Product, Dim::Segment];
    let reasons = all(None, &OF_LEADS, What::Bars(Dim::Reason));
    let why = all(None, &[Dim::Stage, Dim::Tries], What::Bars(Dim::Reason));
    let few = [Dim::Rep, Dim::Source, Dim::Product, Dim::Segment, Dim::Size];
    let mut looks: Vec<_> = stand_out.chain(handled).chain(in_hands).chain(reasons).chain(why).collect();
    looks.extend(all(None, &tried_again, What::WonBack));
    looks.extend(all(None, &few, What::Bars(Dim::Stage)));
    looks.extend(all(None, &few, What::Bars(Dim::Kind)).chain(all(None, &[Dim::Stage], What::Bars(Dim::Kind))));
    if has_before {
        looks.extend(changes());
    }
    looks
}

fn all(within: Option<Dim>, dims: &[Dim], what: What) -> impl Iterator<Item = Look> {
    dims.iter().map(move |dim| Look { within, by: By::Of(*dim), what })
}

/// The shares of reps and campaigns are not among them: they change when somebody is hired or a campaign ends.
fn changes() -> impl Iterator<Item = Look> {
    let shares = [Dim::Reason, Dim::Stage, Dim::Source, Dim::Product, Dim::Segment, Dim::Country, Dim::Size, Dim::Kind];
    let whole = [What::Lost, What::Unqualified].into_iter().chain(shares.map(What::Bars));
    let whole = whole.map(|what| Look { within: None, by: By::Now, what });
    let parts = [Dim::Product, Dim::Source, Dim::Segment, Dim::Rep].into_iter();
    let parts = parts.flat_map(|within| {
        [What::Bars(Dim::Reason), What::Lost].map(|what| Look { within: Some(within), by: By::Now, what })
    });
    whole.chain(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_held_against_itself_or_looked_at_twice() {
        let looks = looks(true);
        for (place, look) in looks.iter().enumerate() {
            let dims = [look.within, if let By::Of(dim) = look.by { Some(dim) } else { None }];
            let what = if let What::Bars(dim) = look.what { Some(dim) } else { None };
            assert!(dims[0].is_none() || dims[0] != dims[1], "{look:?}");
            assert!(what.is_none() || !dims.contains(&what), "{look:?}");
            let turned = |other: &Look| match (look.by, look.what, other.by, other.what) {
                (By::Of(a), What::Bars(b), By::Of(c), What::Bars(d)) => a == d && b == c && look.within == other.within,
                _ => false,
            };
            assert!(looks[place + 1..].iter().all(|other| other != look && !turned(other)), "{look:?}");
            assert!(look.alike().all(|dim| !dims.contains(&Some(dim)) && what != Some(dim)), "{look:?}");
        }
        assert!(super::looks(false).iter().all(|look| look.by != By::Now));
    }
}
