//! Random sound batch jobs: small enough to play in a test, under every policy.

use super::distribution::distribution;
use proptest::prelude::*;
use sim_core::scenario::document::*;

/// One to three jobs.
pub fn batch() -> impl Strategy<Value = BatchDocument> {
    proptest::collection::vec(job(), 1..4).prop_map(|mut jobs| {
        for (job, number) in jobs.iter_mut().zip(1..) {
            job.name = format!("Job {number}");
        }
        BatchDocument { jobs }
    })
}

fn job() -> impl Strategy<Value = JobDocument> {
    let saves = prop_oneof![
        Just(SavesDocument::Never {}),
        Just(SavesDocument::OnNotice {}),
        (1.0..300.0_f64, 0.0..600.0_f64).prop_map(|(interval_minutes, cost_seconds)| {
            SavesDocument::Checkpoints(CheckpointsDocument {
                interval_minutes,
                cost_seconds,
            })
        }),
    ];
    let policy = prop_oneof![
        Just(JobPolicyDocument::OnDemand {}),
        Just(JobPolicyDocument::SpotGreedy {}),
        Just(JobPolicyDocument::UniformProgress {}),
        (0..3_u32).prop_map(|machines| JobPolicyDocument::OnDemandBase { machines }),
    ];
    (
        (8.0..100.0_f64, distribution(6.0), 1.0..40.0_f64),
        (2..6_u32, 1.0..100.0_f64),
        (saves, policy),
        (0.0..600.0_f64, 0.0..600.0_f64),
        proptest::collection::vec(pool(), 1..4),
        (
            proptest::option::of(0.5..20.0_f64),
            proptest::option::of(100.0..3600.0_f64),
        ),
    )
        .prop_map(
            |(
                (every_hours, work_hours, deadline_hours),
                (parallelism, on_time_percent),
                (saves, policy),
                (start_seconds, restart_seconds),
                mut pools,
                (planned_hours, look_every_seconds),
            )| {
                for (pool, number) in pools.iter_mut().zip(1..) {
                    pool.name = format!("Pool {number}");
                }
                JobDocument {
                    name: String::new(),
                    every_hours,
                    work_hours,
                    planned_hours,
                    parallelism,
                    deadline_hours,
                    on_time_percent,
                    saves,
                    start_seconds,
                    restart_seconds,
                    policy,
                    pools,
                    look_every_seconds,
                }
            },
        )
}

fn pool() -> impl Strategy<Value = PoolDocument> {
    let market = prop_oneof![
        (
            0.5..100.0_f64,
            prop_oneof![Just(0.0), 0.1..300.0_f64],
            any::<bool>()
        )
            .prop_map(
                |(mean_hours_between_reclaims, mean_minutes_unavailable, together)| {
                    MarketDocument::Random(RandomMarketDocument {
                        mean_hours_between_reclaims,
                        mean_minutes_unavailable,
                        reclaims: if together {
                            Reclaims::WholePool
                        } else {
                            Reclaims::EachMachine
                        },
                    })
                }
            ),
        (60.0..7200.0_f64, "[01]{1,60}").prop_map(|(step_seconds, available)| {
            MarketDocument::Recorded(RecordedMarketDocument {
                step_seconds,
                available,
            })
        }),
    ];
    (0.0..5.0_f64, 0.0..2.0_f64, market).prop_map(
        |(on_demand_usd_per_hour, spot_usd_per_hour, market)| PoolDocument {
            name: String::new(),
            on_demand_usd_per_hour,
            spot_usd_per_hour,
            market,
        },
    )
}
