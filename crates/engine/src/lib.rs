//! The cross-filter engine of the loss cockpit.
//!
//! Facts stand here as columns: a small integer code per dimension, an amount of money, and which lead a record is of.
//! Every chart is a [`View`]: records grouped by its own dimensions, as far as the clauses of the *other* dimensions let
//! them through. A [`Cube`] keeps the groups of all views while clauses come and go.
//!
//! The idea that makes a touched chart free is Falcon's (Moritz, Howe, Heer: "Falcon: Balancing Interactive Latency and
//! Resolution Sensitivity for Scalable Linked Visualizations", CHI 2019): when a dimension is *taken up*, one pass over the
//! records builds a tile per view, its bins for each bin of the dimension in hand. From then on a change of that
//! dimension's clause only adds up rows of tiles: it costs the same for a thousand records and for a million.
//!
//! It is a package of its own, without Leptos, so that it can be compiled at `opt-level = 3` with Wasm SIMD for it alone,
//! and be tested and measured natively.

mod clause;
mod cube;
mod facts;
mod tile;
pub mod wire;

pub use clause::Clause;
pub use cube::{Cube, View, only};
pub use facts::{Column, Facts, Malformed, Numbers, Record};
pub use tile::Group;
