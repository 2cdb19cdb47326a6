//! Spot capacity: nodes that cost less and may be taken back.
//!
//! ```text
//!   pools (instance type + zone) ──► market: who has capacity, at what price, which nodes are reclaimed when
//!        each node alone: exponential life         │
//!        the whole pool:  runs out, comes back     ▼
//!        a recorded trace: 1 = capacity     node group: on-demand base, spot share above it, fallback
//!                                           Karpenter: where there is capacity, else on demand
//!                                           Cluster Autoscaler: groups of spot nodes, another group after a time-out
//! ```
//!
//! Sources: AWS EC2 user guide (spot interruptions, allocation strategies, mixed instances policy of Auto Scaling
//! groups); the trace format of github.com/skypilot-org/spot-traces. The rate of single interruptions from a monthly
//! share is an assumption: see [`hazard_per_hour`].

mod group;
mod market;
pub mod model;
mod taken;
pub mod trace;
mod words;

pub(super) use group::SpotGroup;
pub(super) use market::Market;
pub use model::{PoolModel, SpotModel};
pub(super) use taken::SpotNodes;
pub use trace::{SpotTrace, TraceStatistics};

use crate::cost::HOURS_PER_MONTH;

/// Most pools of a fleet.
pub const MAX_SPOT_POOLS: u32 = 16;
/// Most pools of a fleet where a provisioner takes one for each of its types.
pub const MAX_SPOT_OFFERS: u32 = 400;

/// Rate at which a node is reclaimed, when this share of the nodes is within a month of 730 hours: −ln(1 − share) / 730 h.
/// Providers publish the share; that a node's life is exponential is our assumption.
pub fn hazard_per_hour(monthly_share: f64) -> f64 {
    -libm::log1p(-monthly_share.clamp(0.0, 0.999_999)) / HOURS_PER_MONTH
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The midpoints of the advisor's bands, per hour (shared reference on autoscalers, §9.1).
    #[test]
    fn hazards_of_the_advisors_bands() {
        let bands = [
            (0.025, 3.5e-5),
            (0.075, 1.07e-4),
            (0.125, 1.83e-4),
            (0.175, 2.64e-4),
            (0.25, 3.94e-4),
        ];
        for (share, expected) in bands {
            let hazard = hazard_per_hour(share);
            assert!((hazard / expected - 1.0).abs() < 0.01, "{share}: {hazard}");
        }
        assert_eq!(hazard_per_hour(0.0), 0.0);
    }
}
