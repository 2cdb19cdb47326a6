//! The closed forms of interrupted work against playing it: within the 99 % interval of the play.

use sim_core::batch::checkpoint::{Checkpoints, Interruptions};
use sim_core::random::{Purpose, Rng, StreamKey, standard_exponential};
use sim_core::stats::Welford;

fn stream(component: u32) -> Rng {
    StreamKey {
        seed: 1,
        replication: 0,
        component,
        purpose: Purpose::SpotMarket,
    }
    .rng()
}

/// Hours until `length_h` hours pass without an interruption, each attempt after the first with a recovery before it.
fn attempt_h(some: &Interruptions, length_h: f64, rng: &mut Rng) -> f64 {
    let mut sum_h = 0.0;
    let mut needed_h = length_h;
    loop {
        let interrupted_h = standard_exponential(rng) / some.rate_per_h;
        if interrupted_h >= needed_h {
            return sum_h + needed_h;
        }
        sum_h += interrupted_h + some.downtime_h;
        needed_h = some.recovery_h + length_h;
    }
}

fn play(some: &Interruptions, work_h: f64, how: Checkpoints, rng: &mut Rng) -> f64 {
    let segment_h = work_h / f64::from(how.segments);
    (0..how.segments)
        .map(|index| {
            let is_saved = how.after_last || index + 1 < how.segments;
            let cost_h = if is_saved { how.cost_h } else { 0.0 };
            attempt_h(some, segment_h + cost_h, rng)
        })
        .sum()
}

#[track_caller]
fn holds(what: &str, expected: f64, seen: &Welford) {
    let (low, high) = seen.mean_ci(0.99).expect("many plays");
    assert!(
        low <= expected && expected <= high,
        "{what}: {expected} is not in {low}..{high}"
    );
    assert!(
        high - low <= 0.05 * expected,
        "{what}: {low}..{high} is wide"
    );
}

const PLAYS: u32 = 100_000;

/// With and without downtime, recovery and checkpoints.
///
/// A recovery is interrupted too, and then comes again, but work repeated is preceded by one recovery: so the closed
/// form multiplies by e^(λR) where the play repeats "recovery and work" as one.
#[test]
fn expected_times() {
    let cases = [
        (0.1, 0.0, 0.0, 4.0, 1, 0.0, true),
        (0.1, 0.1, 0.3, 8.0, 1, 0.0, true),
        (0.5, 0.1, 0.05, 8.0, 16, 0.05, false),
        (0.5, 0.1, 0.05, 8.0, 16, 0.05, true),
        (0.2, 0.5, 0.2, 24.0, 7, 0.25, true),
    ];
    for (number, (rate_per_h, downtime_h, recovery_h, work_h, segments, cost_h, after_last)) in
        (0..).zip(cases)
    {
        let some = Interruptions {
            rate_per_h,
            downtime_h,
            recovery_h,
        };
        let how = Checkpoints {
            segments,
            cost_h,
            after_last,
        };
        let mut rng = stream(number);
        let mut seen = Welford::new();
        (0..PLAYS).for_each(|_| seen.push(play(&some, work_h, how, &mut rng)));
        holds("mean", some.checkpointed_h(work_h, how), &seen);
    }
}

#[test]
fn variances() {
    for (number, segments) in [(10, 1), (11, 4)] {
        let some = Interruptions::at_rate(0.4);
        let how = Checkpoints {
            segments,
            cost_h: 0.1,
            after_last: true,
        };
        let mean_h = some.checkpointed_h(3.0, how);
        let mut rng = stream(number);
        let mut seen = Welford::new();
        for _ in 0..PLAYS {
            let off_h = play(&some, 3.0, how, &mut rng) - mean_h;
            seen.push(off_h * off_h);
        }
        holds("variance", some.checkpointed_variance(3.0, how), &seen);
    }
}

#[test]
fn spot_first_and_then_on_demand() {
    let some = Interruptions {
        rate_per_h: 0.05,
        downtime_h: 0.1,
        recovery_h: 0.2,
    };
    let (mut makespan, mut cost) = (Welford::new(), Welford::new());
    let mut rng = stream(20);
    for _ in 0..PLAYS {
        let spot_h = (standard_exponential(&mut rng) / some.rate_per_h).min(24.0);
        let again = if spot_h < 24.0 { 1.0 } else { 0.0 };
        makespan.push(spot_h + again * (0.1 + 0.2 + 24.0));
        cost.push(0.1 * spot_h + 0.5 * again * (0.2 + 24.0));
    }
    let expected = some.spot_then_on_demand(24.0, 0.1, 0.5);
    holds("makespan", expected.makespan_h, &makespan);
    holds("cost", expected.cost_usd, &cost);
}
