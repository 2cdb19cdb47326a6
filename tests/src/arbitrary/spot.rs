//! Random sound spot nodes and commitments.

use proptest::prelude::*;
use sim_core::scenario::document::*;

/// Spot nodes in one to three pools, of the fleet's own type, that are reclaimed often enough to be seen in an hour.
pub fn spot() -> impl Strategy<Value = SpotDocument> {
    let allocation = prop_oneof![
        Just(SpotAllocation::LowestPrice),
        Just(SpotAllocation::CapacityOptimized),
        Just(SpotAllocation::PriceCapacityOptimized),
        Just(SpotAllocation::Diversified),
    ];
    let on_notice = prop_oneof![Just(OnNotice::Drain), Just(OnNotice::Ignore)];
    let share = || prop_oneof![Just(0.0), Just(100.0), 0.0..100.0_f64];
    (
        (0..4_u32, share(), share()),
        (1..2000_u32, prop_oneof![Just(0), 1..300_u32]),
        (allocation, on_notice),
        prop_oneof![Just(0.0), 0.0..300.0_f64],
        proptest::collection::vec(pool(), 1..4),
    )
        .prop_map(
            |(shares, times, (allocation, on_notice), recovery_s, mut pools)| {
                for (index, pool) in pools.iter_mut().enumerate() {
                    pool.name = format!("zone {index}");
                }
                SpotDocument {
                    on_demand_base: shares.0,
                    spot_share_percent: shares.1,
                    fallback_percent: shares.2,
                    retry_spot_after_s: times.0,
                    allocation,
                    notice_s: times.1,
                    on_notice,
                    recovery_s,
                    pools,
                }
            },
        )
}

fn pool() -> impl Strategy<Value = SpotPoolDocument> {
    let reclaims = (1.0..1000.0_f64, 0.0..=100.0_f64, 0.1..600.0_f64).prop_map(
        |(per_month, nodes_percent, mean_unavailable_minutes)| PoolReclaimsDocument {
            per_month,
            nodes_percent,
            mean_unavailable_minutes,
        },
    );
    let kind = prop_oneof![
        2 => Just((None, None)),
        2 => reclaims.prop_map(|reclaims| (Some(reclaims), None)),
        1 => trace().prop_map(|trace| (None, Some(trace))),
    ];
    (
        0.0..95.0_f64,
        proptest::option::of(0.0..1.0_f64),
        prop_oneof![Just(0.0), 0.0..99.0_f64],
        0.01..100.0_f64,
        kind,
    )
        .prop_map(
            |(discount_percent, usd_per_hour, monthly_interruption_percent, depth, kind)| {
                SpotPoolDocument {
                    name: String::new(),
                    instance_type: None,
                    discount_percent,
                    usd_per_hour,
                    monthly_interruption_percent,
                    depth,
                    reclaims: kind.0,
                    trace: kind.1,
                }
            },
        )
}

fn trace() -> impl Strategy<Value = SpotTraceDocument> {
    let start = prop_oneof![Just(TraceStart::Random), Just(TraceStart::First)];
    (
        10.0..2000.0_f64,
        proptest::collection::vec((0..=1_u32, 0.0..2.0_f64), 1..40),
        any::<bool>(),
        start,
    )
        .prop_map(|(gap_s, steps, has_prices, start)| SpotTraceDocument {
            gap_s,
            available: steps.iter().map(|(up, _)| *up).collect(),
            usd_per_hour: if has_prices {
                steps.iter().map(|(_, usd)| *usd).collect()
            } else {
                Vec::new()
            },
            start,
        })
}

/// A commitment of any size and term.
pub fn commitments() -> impl Strategy<Value = CommitmentsDocument> {
    let term = prop_oneof![
        Just(CommitmentTerm::OneYearNoUpfront),
        Just(CommitmentTerm::OneYearPartialUpfront),
        Just(CommitmentTerm::OneYearAllUpfront),
        Just(CommitmentTerm::ThreeYears),
    ];
    (
        prop_oneof![Just(0.0), 0.0..40.0_f64],
        term,
        proptest::option::of(0.0..95.0_f64),
    )
        .prop_map(|(nodes, term, discount_percent)| CommitmentsDocument {
            nodes,
            term,
            discount_percent,
        })
}
