//! What an import did or would do.

use super::problems::RowProblem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A row that cannot become a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Its number, as a spreadsheet counts.
    pub row: i64,
    /// Why, in an English sentence.
    pub reason: String,
    /// Why, for saying it in any language; imports of earlier versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<RowProblem>,
    /// What stands in it, long texts cut off.
    #[serde(skip)]
    pub cells: Vec<String>,
}

/// What an import did, or would do. The last thing that `winback import` prints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The file's name.
    pub file: String,
    /// The preset's name.
    pub preset: String,
    /// Whether nothing was written: everything below would happen.
    pub dry_run: bool,
    /// Rows below the header that are not blank.
    pub rows: usize,
    /// Leads that came in.
    pub imported: usize,
    /// Of the imported: withdrawn before, and here again.
    #[serde(default)]
    pub revived: usize,
    /// Leads that were here before.
    pub already_there: usize,
    /// Of those: with people whose leads whoever imports may not change. They may be others of the same number.
    #[serde(default)]
    pub elsewhere: usize,
    /// Rows that are no leads.
    pub rejected: usize,
    /// The first of them.
    pub rejections: Vec<Rejection>,
    /// Of the imported: on the board.
    pub open: usize,
    /// Of the imported: won.
    pub customers: usize,
    /// Of the imported: lost, by reason.
    pub lost: BTreeMap<String, usize>,
    /// Of the imported: unqualified, by reason.
    pub unqualified: BTreeMap<String, usize>,
    /// Of the imported: not to be called.
    pub do_not_call: usize,
    /// Of the imported: not to be sent e-mails.
    pub do_not_email: usize,
    /// Of the imported: without the date on which they arose, so in no trend.
    #[serde(default)]
    pub undated: usize,
    /// Rows that were not reached, because somebody stopped the import.
    #[serde(default)]
    pub not_reached: usize,
    /// How long it took.
    pub seconds: f64,
}

impl Summary {
    /// How many leads were lost or unqualified.
    pub fn losses(&self) -> usize {
        self.lost.values().chain(self.unqualified.values()).sum()
    }
}
