//! What a chart lets through.

/// A condition on one dimension's codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// One of these codes.
    Only(Vec<u16>),
    /// None of these codes.
    Except(Vec<u16>),
    /// From this code to that, both included.
    Between(u16, u16),
}

impl Clause {
    /// Whether records with `code` pass.
    pub fn admits(&self, code: u16) -> bool {
        match self {
            Self::Only(codes) => codes.contains(&code),
            Self::Except(codes) => !codes.contains(&code),
            Self::Between(first, last) => (*first..=*last).contains(&code),
        }
    }
}

/// Whether each code below `size` passes; without a clause all do.
pub(crate) fn admitted(clause: Option<&Clause>, size: usize) -> Vec<bool> {
    let mut admitted = vec![!matches!(clause, Some(Clause::Only(_) | Clause::Between(..))); size];
    let mut say = |codes: &[u16], passes| {
        for code in codes {
            if let Some(admitted) = admitted.get_mut(usize::from(*code)) {
                *admitted = passes;
            }
        }
    };
    match clause {
        None => {}
        Some(Clause::Only(codes)) => say(codes, true),
        Some(Clause::Except(codes)) => say(codes, false),
        Some(Clause::Between(first, last)) => {
            let end = (usize::from(*last) + 1).min(size);
            if let Some(range) = admitted.get_mut(usize::from(*first)..end) {
                range.fill(true);
            }
        }
    }
    admitted
}
