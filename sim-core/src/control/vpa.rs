//! The Kubernetes Vertical Pod Autoscaler, rule for rule: how large a pod should be, and which pods to replace.
//!
//! Source: `vertical-pod-autoscaler/pkg/recommender` (`util`, `model`, `logic`) and `pkg/updater` (`priority`,
//! `restriction`) of kubernetes/autoscaler. No code of it is used here. Held against the tables of its unit tests
//! by the test target `vectors`.
//!
//! ```text
//!   CPU sample of a container    ──► usage.rs: weight 0.1 ─┐
//!   memory sample, OOM kill      ──► peaks.rs: one peak a day, an OOM raises it ─┤
//!                                                          ▼
//!                         decaying.rs over histogram.rs over buckets.rs: half-life of a day
//!                                                          │ percentiles
//!                         recommend.rs: target P90, lower P50, upper P95, × margin × confidence, ≥ the floors
//!                                                          │
//!                         priority.rs: outside the bounds? how far from the target? killed soon after its start?
//!                         disruption.rs: how many pods of a group may be missing at once
//! ```
//!
//! Amounts are integers, milli-cores or bytes, truncated and kept within [0, [`MAX_AMOUNT`]]; percentiles are
//! `f64` in cores or bytes. Time is an input: milliseconds on the caller's clock. The half-life rounds times to
//! its multiples, so a clock whose zero is a midnight gives what upstream gives.

mod amount;
mod buckets;
mod decaying;
mod disruption;
mod histogram;
mod peaks;
mod priority;
mod recommend;
mod usage;

pub use amount::{MAX_AMOUNT, amount, scaled};
pub use buckets::Buckets;
pub use decaying::DecayingHistogram;
pub use disruption::Disruption;
pub use histogram::Histogram;
pub use peaks::{MemoryPeaks, OomBump, Peak, PeakChange};
pub use priority::{ContainerSize, Sizing, UpdatePriority, UpdateRules};
pub use recommend::{
    Amounts, Bounds, Percentiles, Recommendation, Recommender, at_least_share_of, with_confidence,
    with_margin,
};
pub use usage::{ContainerUsage, confidence};

/// A day in milliseconds: half-lives, memory intervals and confidence are measured in it.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;
