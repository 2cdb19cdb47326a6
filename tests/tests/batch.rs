//! Batch jobs against closed forms, published dollars, arithmetic by hand, and conservation.

#[path = "batch/theory.rs"]
mod theory;

use proptest::prelude::*;
use serde_json::Value;
use sim_core::batch::checkpoint::{Checkpoints, Interruptions, exact_interval_h};
use sim_core::batch::job::RunKey;
use sim_core::batch::pool::{PoolRun, PoolRuns};
use sim_core::batch::{Job, Market, Policy, Pool, RunResult, Saves};
use sim_core::random::{Distribution, Purpose, Rng, StreamKey};
use sim_core::stats::{Welford, paired_difference};

const HOUR_S: f64 = 3600.0;

fn exponential(mean_up_h: f64, mean_down_h: f64) -> Market {
    Market::Exponential {
        mean_up_s: mean_up_h * HOUR_S,
        mean_down_s: mean_down_h * HOUR_S,
        together: false,
    }
}

fn recorded(step_s: f64, points: &[u8]) -> Market {
    Market::Recorded {
        step_s,
        available: points.iter().map(|point| *point > 0).collect(),
    }
}

fn pool(market: Market, spot: f64, on_demand: f64) -> Pool {
    Pool {
        name: "a".to_owned(),
        on_demand_usd_per_hour: on_demand,
        spot_usd_per_hour: spot,
        market,
    }
}

/// Work of constant length on one machine, saved on notice.
fn job(policy: Policy, work_h: f64, deadline_h: f64, pools: Vec<Pool>) -> Job {
    Job {
        name: "job".to_owned(),
        every_s: 24.0 * HOUR_S,
        work_s: Distribution::deterministic(work_h * HOUR_S).expect("a constant"),
        planned_s: None,
        machines: 1,
        deadline_s: deadline_h * HOUR_S,
        saves: Saves::OnNotice,
        start_s: 0.0,
        restart_s: 0.0,
        policy,
        pools,
        look_s: None,
        on_time_share: 0.95,
    }
}

fn key(run: u32) -> RunKey {
    RunKey {
        seed: 1,
        replication: run / 1000,
        job: 0,
        run: run % 1000,
    }
}

fn runs(job: &Job, number: u32) -> impl Iterator<Item = RunResult> + '_ {
    (0..number).map(|run| job.run(key(run)))
}

#[track_caller]
fn holds(what: &str, expected: f64, values: impl Iterator<Item = f64>) {
    let mut seen = Welford::new();
    values.for_each(|value| seen.push(value));
    let (low, high) = seen.mean_ci(0.999).expect("many runs");
    assert!(
        low <= expected && expected <= high,
        "{what}: {expected} is not in {low}..{high}"
    );
    assert!(
        high - low <= 0.05 * expected.abs(),
        "{what}: {low}..{high} is wide"
    );
}

/// A recording as one machine sees it from a point on.
fn from_point<'a>(job: &'a Job, point: u64) -> impl FnMut(u32) -> PoolRuns<'a> {
    move |_| {
        let mut runs: PoolRuns<'_> = Default::default();
        for (run, pool) in runs.iter_mut().zip(&job.pools) {
            *run = Some(PoolRun::from_point(&pool.market, rng(), point));
        }
        runs
    }
}

fn rng() -> Rng {
    StreamKey {
        seed: 1,
        replication: 0,
        component: 0,
        purpose: Purpose::BatchMarket,
    }
    .rng()
}

/// Starts of the windows that the published figures are means over; the first is printed on its own.
const STARTS: [u64; 20] = [
    684, 1061, 1192, 952, 1146, 867, 906, 175, 451, 382, 1149, 1104, 432, 338, 619, 645, 681, 623,
    275, 622,
];

/// Policy, deadline in hours, dollars of the first window, mean of the twenty.
const PUBLISHED: [(Policy, f64, f64, f64); 6] = [
    (Policy::SpotGreedy, 52.0, 144.0506, 115.4643),
    (Policy::UniformProgress, 52.0, 122.0209, 109.4302),
    (Policy::SpotGreedy, 70.0, 126.0325, 93.4581),
    (Policy::UniformProgress, 70.0, 87.9094, 72.4999),
    (Policy::OnDemand, 52.0, 147.9, 147.9),
    (Policy::OnDemand, 70.0, 147.9, 147.9),
];

/// The trace of Wu et al., NSDI 2024 (SkyPilot, aws-10-26-2022, us-west-2a, V100), where `QEC_SAMPLES` has it: 48 hours
/// of work, 0.2 hours to start, looks every 10 minutes, as their simulator plays it.
#[test]
fn a_recorded_market_costs_what_is_published() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES") else {
        return;
    };
    let path =
        std::path::Path::new(&folder).join("traces/spot_avail_aws_p3.2xlarge_us-west-2a.json");
    let text = std::fs::read_to_string(&path).expect("the sample is there");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let points: Vec<u8> = serde_json::from_value(value["data"].clone()).expect("a list of 0 and 1");
    for (policy, deadline_h, first, mean) in PUBLISHED {
        let market = recorded(600.0, &points);
        let mut job = job(policy, 48.0, deadline_h, vec![pool(market, 0.9731, 3.06)]);
        (job.start_s, job.restart_s) = (720.0, 720.0);
        job.look_s = Some(600.0);
        let usd = STARTS.map(|start| {
            let run = job.run_with(48.0 * HOUR_S, from_point(&job, start));
            assert!(run.on_time, "{policy:?} {deadline_h}: {run:?}");
            assert!((run.always_usd - 147.9).abs() < 1e-4);
            run.usd()
        });
        let name = format!("{policy:?} within {deadline_h} h: {usd:?}");
        assert!((usd[0] - first).abs() < 1e-4, "{name}");
        let found = usd.iter().sum::<f64>() / usd.len() as f64;
        assert!((found - mean).abs() < 1e-4, "{name}: {found}");
        // Deciding at once and paying by the second changes little.
        job.look_s = None;
        let exact = STARTS.map(|start| job.run_with(48.0 * HOUR_S, from_point(&job, start)));
        assert!(exact.iter().all(|run| run.on_time));
        let found = exact.iter().map(RunResult::usd).sum::<f64>() / exact.len() as f64;
        assert!((found / mean - 1.0).abs() < 0.03, "{name}: {found}");
    }
}

/// 6 hours of work within 10, an hour's steps, half an hour to start: up for 2, down for 3, up for 1, down for 9.
#[test]
fn a_small_recording_is_played_as_by_hand() {
    let points = [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let market = || vec![pool(recorded(HOUR_S, &points), 1.0, 4.0)];
    let played = |policy| {
        let mut job = job(policy, 6.0, 10.0, market());
        (job.start_s, job.restart_s) = (0.5 * HOUR_S, 0.5 * HOUR_S);
        job.run_with(6.0 * HOUR_S, from_point(&job, 0))
    };
    let near = |found: f64, by_hand: f64, what: &str| {
        assert!((found - by_hand).abs() < 1e-6, "{what}: {found} {by_hand}");
    };
    // On demand: half an hour to start, six hours.
    let always = played(Policy::OnDemand);
    near(always.completion_h, 6.5, "on demand, done");
    near(always.usd(), 26.0, "on demand, usd");
    near(always.always_usd, 26.0, "on demand, compared");
    // Greedy: on spot 0 to 2 (1.5 hours done), waits until 4.5, when 4.5 hours of work and two starts are all that is
    // left, then 0.5 + 4.5 hours on demand, done at 9.5: 2 × 1 + 5 × 4.
    let greedy = played(Policy::SpotGreedy);
    near(greedy.completion_h, 9.5, "greedy, done");
    near(greedy.spot_h, 2.0, "greedy, spot");
    near(greedy.waiting_h, 2.5, "greedy, waiting");
    near(greedy.on_demand_h, 5.0, "greedy, on demand");
    near(greedy.usd(), 22.0, "greedy, usd");
    near(greedy.evictions, 1.0, "greedy, evictions");
    // Uniform progress: 1.5 of 6 hours are due at 2.5 of 10, so it waits from 2 to 2.5; on demand it starts until 3 and
    // is 2 × 0.5 hours ahead when 1.5 + (t − 3) = 0.6 (t + 1), at 5.25, where spot is there: 3.75 hours are done, 2.25
    // and two starts are less than the 4.75 that are left. On spot from 5.25 it starts until 5.75 and works until 6:
    // 4 hours done. 4 are due at 6.667, so it waits until then, starts until 7.167 and works until 9.167.
    let uniform = played(Policy::UniformProgress);
    near(uniform.completion_h, 20.0 / 3.0 + 2.5, "uniform, done");
    near(uniform.spot_h, 2.75, "uniform, spot");
    near(uniform.waiting_h, 0.5 + 2.0 / 3.0, "uniform, waiting");
    near(uniform.on_demand_h, 2.75 + 2.5, "uniform, on demand");
    near(uniform.usd(), 2.75 + 4.0 * 5.25, "uniform, usd");
    near(uniform.evictions, 2.0, "uniform, evictions");
}

fn near(found: f64, by_hand: f64, what: &str) {
    assert!((found - by_hand).abs() < 1e-6, "{what}: {found} {by_hand}");
}

/// The second pool is tried when the first has none, and a machine stays where it is when the first has some again.
#[test]
fn pools_are_tried_in_turn() {
    let first = recorded(HOUR_S, &[1, 0, 0, 1, 1, 1, 1, 1]);
    let second = recorded(HOUR_S, &[0, 1, 1, 1, 1, 0, 0, 0]);
    let pools = vec![pool(first, 1.0, 4.0), pool(second, 2.0, 3.0)];
    let job = job(Policy::SpotGreedy, 5.0, 100.0, pools);
    let run = job.run_with(5.0 * HOUR_S, from_point(&job, 0));
    near(run.completion_h, 5.0, "done");
    near(run.usd(), 1.0 + 4.0 * 2.0, "usd");
    near(run.evictions, 1.0, "evictions");
    // On demand in the cheaper pool.
    near(run.always_usd, 15.0, "on demand");
}

/// Two machines with four hours each: one on demand; the other is reclaimed after two hours, waits until the deadline,
/// and does the rest on demand.
#[test]
fn a_base_on_demand_leaves_the_others_to_spot_until_the_deadline() {
    let market = recorded(HOUR_S, &[1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let pools = vec![pool(market, 1.0, 4.0)];
    let mut job = job(Policy::OnDemandBase { machines: 1 }, 8.0, 6.0, pools);
    (job.machines, job.restart_s) = (2, 0.5 * HOUR_S);
    let run = job.run_with(8.0 * HOUR_S, from_point(&job, 0));
    near(run.completion_h, 8.5, "done");
    near(run.waiting_h, 4.0, "waiting");
    near(run.spot_usd, 2.0, "spot");
    near(run.on_demand_usd, 4.0 * (4.0 + 2.5), "on demand");
    assert!(!run.on_time);
}

/// Four hours of work saved every hour for a quarter of one, on spot that is never reclaimed. Greedy leaves after the
/// checkpoint behind which the loss of a stretch could not be made good.
#[test]
fn greedy_leaves_spot_while_a_loss_can_be_made_good() {
    let played = |deadline_h: f64| {
        let pools = vec![pool(recorded(HOUR_S, &[1]), 1.0, 4.0)];
        let mut job = job(Policy::SpotGreedy, 4.0, deadline_h, pools);
        job.restart_s = 0.5 * HOUR_S;
        job.saves = Saves::Checkpoints {
            interval_s: HOUR_S,
            cost_s: 0.25 * HOUR_S,
        };
        job.run_with(4.0 * HOUR_S, from_point(&job, 0))
    };
    // At first 4 + 0.5 hours and a stretch of 1.25 are needed: within 5.75 all is on demand.
    let run = played(5.75);
    near(run.on_demand_h, 4.0, "on demand");
    near(run.usd(), 16.0, "usd");
    // Within 6: at 1.25 an hour is saved; the next stretch would end at 2.5, and 3 + 0.5 hours would be all of the rest.
    let run = played(6.0);
    near(run.spot_h, 1.25, "spot");
    near(run.on_demand_h, 3.5, "on demand");
    near(run.completion_h, 4.75, "done");
    // Within 6.1 there is time for it: it leaves at 2.5, as 2 + 0.5 hours are more than 6.1 - 3.75.
    let run = played(6.1);
    near(run.spot_h, 2.5, "spot");
    near(run.completion_h, 5.0, "done");
    near(run.usd(), 2.5 + 10.0, "usd");
    // Within 10 it never leaves: four hours and three checkpoints.
    let run = played(10.0);
    near(run.spot_h, 4.75, "spot");
    near(run.usd(), 4.75, "usd");
}

/// A policy that reckons with the right work is one that knows it; one that reckons with half of it starts late.
#[test]
fn a_wrong_plan_makes_runs_late() {
    let played = |planned_h: Option<f64>| {
        let pools = vec![pool(recorded(HOUR_S, &[0]), 1.0, 4.0)];
        let mut job = job(Policy::SpotGreedy, 8.0, 10.0, pools);
        job.planned_s = planned_h.map(|hours| hours * HOUR_S);
        job.run_with(8.0 * HOUR_S, from_point(&job, 0))
    };
    assert_eq!(played(None), played(Some(8.0)));
    near(played(None).completion_h, 10.0, "known");
    assert!(played(None).on_time);
    let half = played(Some(4.0));
    near(half.waiting_h, 6.0, "waiting");
    near(half.completion_h, 14.0, "done");
    assert!(!half.on_time);
}

fn saves() -> impl Strategy<Value = Saves> {
    prop_oneof![
        Just(Saves::Never),
        Just(Saves::OnNotice),
        (60.0..20_000.0_f64, prop_oneof![Just(0.0), 1.0..2000.0_f64])
            .prop_map(|(interval_s, cost_s)| Saves::Checkpoints { interval_s, cost_s }),
    ]
}

fn market() -> impl Strategy<Value = Market> {
    prop_oneof![
        (
            0.1..50.0_f64,
            prop_oneof![Just(0.0), 0.01..10.0_f64],
            any::<bool>()
        )
            .prop_map(|(up, down, together)| Market::Exponential {
                mean_up_s: up * HOUR_S,
                mean_down_s: down * HOUR_S,
                together,
            }),
        (
            30.0..4000.0_f64,
            proptest::collection::vec(any::<bool>(), 1..100)
        )
            .prop_map(|(step_s, available)| Market::Recorded { step_s, available }),
    ]
}

fn any_job() -> impl Strategy<Value = Job> {
    let policy = prop_oneof![
        Just(Policy::OnDemand),
        Just(Policy::SpotGreedy),
        Just(Policy::UniformProgress),
        (0..5_u32).prop_map(|machines| Policy::OnDemandBase { machines }),
    ];
    (
        (policy, saves(), 1..5_u32, 0.1..30.0_f64),
        (0.5..60.0_f64, 0.0..1000.0_f64, 0.0..1000.0_f64),
        proptest::collection::vec((market(), 0.0..5.0_f64, 0.0..5.0_f64), 1..4),
        proptest::option::of(10.0..2000.0_f64),
        proptest::option::of(0.1..30.0_f64),
    )
        .prop_map(
            |(
                (policy, saves, machines, work_h),
                (deadline_h, start_s, restart_s),
                pools,
                look_s,
                planned_h,
            )| {
                let pools = pools
                    .into_iter()
                    .map(|(market, spot, on_demand)| pool(market, spot, on_demand))
                    .collect();
                Job {
                    saves,
                    machines,
                    start_s,
                    restart_s,
                    look_s,
                    planned_s: planned_h.map(|h| h * HOUR_S),
                    ..job(policy, work_h, deadline_h, pools)
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every machine-hour is on spot, on demand or waiting; all work that was asked for is done; a dollar is an hour at
    /// a price; what is feasible on demand is in time under the policies with a safety net.
    #[test]
    fn hours_work_and_dollars_are_conserved(job in any_job(), run in 0..1000_u32) {
        let result = job.run(key(run));
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()));
        prop_assert!(near(result.work_h, result.done_h), "{result:?}");
        let hours = result.spot_h + result.on_demand_h + result.waiting_h;
        let most = f64::from(job.machines) * result.completion_h;
        prop_assert!(hours <= most * (1.0 + 1e-9) && hours >= result.completion_h * (1.0 - 1e-9));
        let one_luck = job.pools.iter().all(|pool| !pool.market.is_independent());
        if job.machines == 1 || one_luck && !matches!(job.policy, Policy::OnDemandBase { .. }) {
            prop_assert!(near(hours, most), "{result:?}");
        }
        prop_assert!(near(result.on_demand_usd, result.on_demand_h * job.on_demand_usd_per_hour()));
        let prices = job.pools.iter().map(|pool| pool.spot_usd_per_hour);
        let (low, high) = prices.fold((f64::INFINITY, 0.0_f64), |(low, high), p| (low.min(p), high.max(p)));
        prop_assert!(result.spot_usd >= result.spot_h * low * (1.0 - 1e-9));
        prop_assert!(result.spot_usd <= result.spot_h * high * (1.0 + 1e-9));
        if job.policy == Policy::OnDemand {
            prop_assert!(near(result.usd(), result.always_usd));
            prop_assert!(result.spot_h == 0.0 && result.evictions == 0.0);
        }
        // The safety net knows the work, and looks at once.
        let share_s = result.work_h * HOUR_S / f64::from(job.machines);
        let feasible = share_s + job.start_s.max(job.restart_s) + job.restart_s < job.deadline_s;
        let guarded = matches!(job.policy, Policy::SpotGreedy | Policy::UniformProgress);
        if guarded && feasible && job.planned_s.is_none() && job.look_s.is_none() {
            prop_assert!(result.on_time, "{job:?} {result:?}");
        }
    }

    /// One seed explains a run.
    #[test]
    fn a_run_is_a_function_of_its_key(job in any_job(), run in 0..1000_u32) {
        prop_assert_eq!(job.run(key(run)), job.run(key(run)));
    }
}
