//! Finding designs: the front of cost against attainment, and the cheapest design that meets what is wanted.
//!
//! ```text
//!   start ─────────► explore ─────────────► polish ────────► confirm ──────────► over
//!   Halton points,   surrogate + breeding   equal            candidates from the
//!   few replications choose new designs;    replications     cheapest on, on
//!   each             the unsure are raced   for the front    fresh replications
//! ```
//!
//! - **Space** ([`Space`]): each knob has a ladder of round values, or choices without an order.
//! - **Start**: scrambled Halton points (Halton 1960), beside the design as it is.
//! - **Explore**: children of the front by crossing and mutation (NSGA-II, Deb et al. 2002) and their neighbours are
//!   judged by Gaussian processes of cost and of the budget consumed; tried are those that would add most to the area
//!   below the front (hypervolume, Zitzler & Thiele 1998) by an optimistic guess, and the cheapest that promise what
//!   is wanted. Part of each round goes to designs that may be on the front and are little known (racing).
//! - **Common random numbers**: all designs see the same replications, so differences show after a few of them.
//! - **Confirm**: the replications that chose a design do not judge it; see `confirm.rs` for why a recommendation
//!   holds in at least 95 % of searches.
//!
//! When it is wrong: designs between the rungs are not tried; a narrow good region that no start point lies near may
//! be missed; the front's own intervals are those of replications that chose it, so its ends look a little too good.
//!
//! Beside it stands the design that is regretted least over the uncertain inputs; see `regret.rs`.

mod breed;
mod confirm;
mod explore;
mod fill;
mod front;
mod judge;
mod ranking;
mod regret;
mod report;
mod search;
mod space;
mod surrogate;
mod trial;

pub use confirm::at_least;
pub use front::{front_of, front3_of, hypervolume, hypervolume3, knee};
pub use regret::LeastRegret;
pub use report::{Recommendation, SearchReport};
pub use search::Search;
pub use space::{Ladder, Space};
