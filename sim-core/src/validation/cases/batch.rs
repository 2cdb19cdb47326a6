//! Batch jobs on spot: played against closed forms, and a small recorded market by hand.

use super::super::case::About;
use super::super::{Case, Family, Oracle, Value};
use super::law;
use crate::batch::checkpoint::{Checkpoints, Interruptions};
use crate::batch::job::RunKey;
use crate::batch::pool::{PoolRun, PoolRuns};
use crate::batch::{Job, Market, Policy, Pool, RunResult, Saves};
use crate::random::{Distribution, Purpose, StreamKey};

const HOUR_S: f64 = 3600.0;

/// Runs of a job that make a sample.
const RUNS: u32 = 1000;

/// Hours between reclaims, and hours without machines after one.
const UP_H: f64 = 5.0;
const DOWN_H: f64 = 0.5;

/// What is read from a run.
type Reading = fn(&RunResult) -> f64;

/// Jobs that are run again and again, and the means that are read from each.
#[derive(Clone, Debug)]
pub struct Nights(Vec<(Job, Vec<Reading>)>);

impl Nights {
    /// A sample: the mean of each figure over the runs.
    pub(in super::super) fn play(&self, seed: u64, index: u32) -> Vec<f64> {
        let mean_of = |(job, (played, readings)): (u32, &(Job, Vec<Reading>))| {
            let mut sums = vec![0.0; readings.len()];
            for run in 0..RUNS {
                let result = played.run(RunKey {
                    seed,
                    replication: index,
                    job,
                    run,
                });
                for (sum, read) in sums.iter_mut().zip(readings) {
                    *sum += read(&result);
                }
            }
            sums.into_iter()
                .map(|sum| sum / f64::from(RUNS))
                .collect::<Vec<_>>()
        };
        (0..).zip(&self.0).flat_map(mean_of).collect()
    }
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        never_saved(),
        checkpoints(),
        on_notice(),
        one_fallback(),
        recorded(),
    ]
}

/// Work of constant length on one machine at 1 $ on demand and 0.3 $ on spot, without a deadline to speak of.
fn job(work_h: f64, saves: Saves, market: Market) -> Job {
    Job {
        name: "job".to_owned(),
        every_s: 24.0 * HOUR_S,
        work_s: law(Distribution::deterministic(work_h * HOUR_S)),
        planned_s: None,
        machines: 1,
        deadline_s: 1e9,
        saves,
        start_s: 0.0,
        restart_s: 0.0,
        policy: Policy::SpotGreedy,
        pools: vec![Pool {
            name: "pool".to_owned(),
            on_demand_usd_per_hour: 1.0,
            spot_usd_per_hour: 0.3,
            market,
        }],
        look_s: None,
        on_time_share: 1.0,
    }
}

fn market(down_h: f64) -> Market {
    Market::Exponential {
        mean_up_s: UP_H * HOUR_S,
        mean_down_s: down_h * HOUR_S,
        together: false,
    }
}

fn interruptions(down_h: f64) -> Interruptions {
    Interruptions {
        rate_per_h: 1.0 / UP_H,
        downtime_h: down_h,
        recovery_h: 0.0,
    }
}

/// Expected hours of waiting for the first machine.
fn first_wait_h() -> f64 {
    DOWN_H * DOWN_H / (UP_H + DOWN_H)
}

fn interval(
    key: &'static str,
    figure: &str,
    formula: &'static str,
    expected: f64,
    precision: f64,
) -> Oracle {
    Oracle::interval(key, figure, formula, expected, precision)
}

fn never_saved() -> Case {
    let some = interruptions(DOWN_H);
    let evictions = some.restart_count(6.0);
    let done_h = some.restart_h(6.0) + first_wait_h();
    let spot_h = done_h - first_wait_h() - evictions * DOWN_H;
    Case::of_nights(
        About {
            id: "J1",
            family: Family::Batch,
            subject: "6 h of work that is never saved, a reclaim every 5 h, half an hour without machines after it".to_owned(),
            shows: "Lost work is done again and again.",
            source: "the restart problem: Daly 2006, Bougeret et al. 2011",
        },
        20,
        Nights(vec![(
            job(6.0, Saves::Never, market(DOWN_H)),
            vec![
                |run| run.completion_h,
                |run| run.evictions,
                RunResult::usd,
            ],
        )]),
        vec![
            interval("hours", "mean time to completion, h", "(1/λ + D)(e^(λW) − 1) + first wait", done_h, 0.02),
            interval("evictions", "reclaims of a run", "e^(λW) − 1", evictions, 0.03),
            interval("usd", "cost of a run, $", "spot price × (e^(λW) − 1)/λ", 0.3 * spot_h, 0.02),
        ],
    )
}

fn checkpoints() -> Case {
    let (work_h, cost_h) = (24.0, 0.1);
    let hours = |segments: u32| {
        let how = Checkpoints {
            segments,
            cost_h,
            after_last: false,
        };
        interruptions(DOWN_H).checkpointed_h(work_h, how) + first_wait_h()
    };
    let played = |segments: u32| {
        let saves = Saves::Checkpoints {
            interval_s: work_h / f64::from(segments) * HOUR_S,
            cost_s: cost_h * HOUR_S,
        };
        let read: Vec<Reading> = vec![|run| run.completion_h];
        (job(work_h, saves, market(DOWN_H)), read)
    };
    // Of whole numbers of stretches; no checkpoint follows the last.
    let best = interruptions(DOWN_H).best_segments(work_h, cost_h, false);
    let formula = "(N − 1) E(W/N + C) + E(W/N), E(x) = (1/λ + D)(e^(λx) − 1), + first wait";
    Case::of_nights(
        About {
            id: "J2",
            family: Family::Batch,
            subject: "24 h of work, a checkpoint takes 6 min, a reclaim every 5 h, half an hour without machines after it".to_owned(),
            shows: "Saved too rarely or too often, it takes longer than at the best interval.",
            source: "Daly 2006, Bougeret et al. 2011",
        },
        20,
        Nights(vec![played(6), played(best), played(120)]),
        vec![
            interval("rarely", "saved every 4 h, h", formula, hours(6), 0.02),
            interval("best", "saved at the best interval, h", formula, hours(best), 0.02),
            interval("often", "saved every 12 min, h", formula, hours(120), 0.02),
        ],
    )
}

fn on_notice() -> Case {
    let recovery_h = 0.25;
    let some = Interruptions {
        recovery_h,
        ..interruptions(DOWN_H)
    };
    let expected = some.graceful_h(20.0) + first_wait_h();
    let job = Job {
        restart_s: recovery_h * HOUR_S,
        ..job(20.0, Saves::OnNotice, market(DOWN_H))
    };
    Case::of_nights(
        About {
            id: "J3",
            family: Family::Batch,
            subject: "20 h of work saved within the notice, 15 min to start again, a reclaim every 5 h, half an hour without machines after it".to_owned(),
            shows: "A notice that suffices leaves only waiting and starting.",
            source: "the limit of free checkpoints: Bougeret et al. 2011",
        },
        20,
        Nights(vec![(job, vec![|run| run.completion_h])]),
        vec![interval("hours", "mean time to completion, h", "W (1 + λD) e^(λR) + first wait", expected, 0.02)],
    )
}

fn one_fallback() -> Case {
    let recovery_h = 0.25;
    let expected = Interruptions {
        recovery_h,
        ..interruptions(0.0)
    }
    .spot_then_on_demand(4.0, 0.3, 1.0);
    let job = Job {
        restart_s: recovery_h * HOUR_S,
        // Room for one attempt on spot, and one on demand.
        deadline_s: (2.0 * 4.0 + recovery_h) * HOUR_S + 0.01,
        ..job(4.0, Saves::Never, market(0.0))
    };
    Case::of_nights(
        About {
            id: "J4",
            family: Family::Batch,
            subject: "4 h of work that is never saved, with time for one attempt on spot, a reclaim every 5 h".to_owned(),
            shows: "Spot first, on demand after the first loss: always in time.",
            source: "q = 1 − e^(−λW): expectation over the first interruption",
        },
        20,
        Nights(vec![(
            job,
            vec![
                |run| run.completion_h,
                RunResult::usd,
                |run| f64::from(u8::from(run.on_time)),
            ],
        )]),
        vec![
            interval("hours", "mean time to completion, h", "q/λ + q (R + W)", expected.makespan_h, 0.02),
            interval("usd", "cost of a run, $", "spot price × q/λ + on-demand price × q (R + W)", expected.cost_usd, 0.03),
            interval("in-time", "share of runs in time", "all", 1.0, 0.01),
        ],
    )
}

fn recorded() -> Case {
    let formula = "by hand";
    let exact =
        |key, figure: &str, value| Oracle::exact(key, figure, formula, Value::Number(value));
    Case::of_rules(
        About {
            id: "J5",
            family: Family::Batch,
            subject: "6 h of work within 10 on a recorded market: 2 h of spot, 3 without, 1 of spot, 9 without".to_owned(),
            shows: "Greedy waits until it must not; uniform progress waits only as long as it is on schedule.",
            source: "the rules of Wu et al., NSDI 2024, by hand; half an hour to start, 1 $ and 4 $ an hour",
        },
        vec![
            exact("always", "on demand, $", 26.0),
            exact("greedy", "greedy, $", 22.0),
            exact("greedy-hours", "greedy, done after h", 9.5),
            exact("uniform", "uniform progress, $", 23.75),
            exact("uniform-hours", "uniform progress, done after h", 9.166_666_667),
        ],
        || {
            let [always, greedy, uniform] = [
                Policy::OnDemand,
                Policy::SpotGreedy,
                Policy::UniformProgress,
            ]
            .map(by_hand);
            let digits = |value: f64| Value::Number((value * 1e9).round() / 1e9);
            vec![
                digits(always.usd()),
                digits(greedy.usd()),
                digits(greedy.completion_h),
                digits(uniform.usd()),
                digits(uniform.completion_h),
            ]
        },
    )
}

fn by_hand(policy: Policy) -> RunResult {
    let up = [2, 3, 1, 9]
        .into_iter()
        .zip([true, false].into_iter().cycle());
    let market = Market::Recorded {
        step_s: HOUR_S,
        available: up.flat_map(|(hours, up)| vec![up; hours]).collect(),
    };
    let mut job = job(6.0, Saves::OnNotice, market);
    (job.policy, job.deadline_s) = (policy, 10.0 * HOUR_S);
    (job.start_s, job.restart_s) = (0.5 * HOUR_S, 0.5 * HOUR_S);
    for pool in &mut job.pools {
        (pool.on_demand_usd_per_hour, pool.spot_usd_per_hour) = (4.0, 1.0);
    }
    job.run_with(6.0 * HOUR_S, |_| {
        let mut runs: PoolRuns<'_> = Default::default();
        for (run, pool) in runs.iter_mut().zip(&job.pools) {
            let rng = StreamKey {
                seed: 1,
                replication: 0,
                component: 0,
                purpose: Purpose::BatchMarket,
            };
            *run = Some(PoolRun::from_point(&pool.market, rng.rng(), 0));
        }
        runs
    })
}
