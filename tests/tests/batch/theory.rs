//! Against closed forms.

use super::*;

/// Every attempt starts with a recovery of R, the first too, and needs R + W without an interruption:
/// (1/λ + D) (e^(λ(R + W)) − 1), and before it the wait for the first machine.
#[test]
fn work_that_is_never_saved_takes_what_the_closed_form_says() {
    for (rate, work_h, down_h, start_h) in [
        (0.1, 8.0, 0.0, 0.0),
        (0.25, 4.0, 0.5, 0.0),
        (0.2, 6.0, 0.25, 0.2),
    ] {
        let market = exponential(1.0 / rate, down_h);
        let wait_h = (1.0 - market.availability()) * down_h;
        let mut job = job(
            Policy::SpotGreedy,
            work_h,
            1e6,
            vec![pool(market, 1.0, 3.0)],
        );
        job.saves = Saves::Never;
        (job.start_s, job.restart_s) = (start_h * HOUR_S, start_h * HOUR_S);
        let some = Interruptions {
            rate_per_h: rate,
            downtime_h: down_h,
            recovery_h: 0.0,
        };
        let expected = some.restart_h(work_h + start_h) + wait_h;
        let name = format!("{rate}/h, {work_h} h");
        let played: Vec<RunResult> = runs(&job, 60_000).collect();
        holds(&name, expected, played.iter().map(|run| run.completion_h));
        let evictions = some.restart_count(work_h + start_h);
        holds(&name, evictions, played.iter().map(|run| run.evictions));
        // One machine at one price, paid for while it is there.
        let paid = expected - wait_h - evictions * down_h;
        holds(&name, paid, played.iter().map(RunResult::usd));
    }
}

#[test]
fn checkpoints_take_what_the_closed_form_says() {
    for (rate, work_h, segments, cost_h, down_h) in [
        (0.2, 12.0, 8, 0.1, 0.0),
        (0.5, 8.0, 16, 0.05, 0.25),
        (0.1, 24.0, 5, 0.25, 1.0),
    ] {
        let market = exponential(1.0 / rate, down_h);
        let wait_h = (1.0 - market.availability()) * down_h;
        let mut job = job(
            Policy::SpotGreedy,
            work_h,
            1e6,
            vec![pool(market, 1.0, 3.0)],
        );
        job.saves = Saves::Checkpoints {
            interval_s: work_h / f64::from(segments) * HOUR_S,
            cost_s: cost_h * HOUR_S,
        };
        let some = Interruptions {
            rate_per_h: rate,
            downtime_h: down_h,
            recovery_h: 0.0,
        };
        let checkpoints = Checkpoints {
            segments,
            cost_h,
            after_last: false,
        };
        let expected = some.checkpointed_h(work_h, checkpoints) + wait_h;
        let name = format!("{rate}/h, {work_h} h in {segments}");
        holds(
            &name,
            expected,
            runs(&job, 40_000).map(|run| run.completion_h),
        );
    }
}

#[test]
fn work_saved_on_notice_takes_what_the_closed_form_says() {
    let (rate, work_h, down_h, recovery_h) = (0.25, 20.0, 0.5, 0.3);
    let market = exponential(1.0 / rate, down_h);
    let wait_h = (1.0 - market.availability()) * down_h;
    let mut job = job(
        Policy::SpotGreedy,
        work_h,
        1e6,
        vec![pool(market, 1.0, 3.0)],
    );
    job.restart_s = recovery_h * HOUR_S;
    // A recovery may be interrupted and then comes again with a pause before it: the rate of starts that are made good
    // is λ, each takes (1/λ + D) (e^(λR) − 1) of recovery with its own pauses.
    let some = Interruptions {
        rate_per_h: rate,
        downtime_h: down_h,
        recovery_h,
    };
    let expected = some.graceful_h(work_h) + wait_h;
    holds(
        "on notice",
        expected,
        runs(&job, 40_000).map(|run| run.completion_h),
    );
}

/// With room for one attempt on spot and one on demand: the closed form of spot first.
#[test]
fn spot_first_and_one_fallback_costs_what_the_closed_form_says() {
    for (rate, work_h, recovery_h) in [(0.1, 6.0, 0.25), (0.3, 3.0, 0.0), (0.02, 10.0, 0.5)] {
        let pools = vec![pool(exponential(1.0 / rate, 0.0), 0.3, 1.0)];
        let deadline_h = 2.0 * work_h + recovery_h + 1e-6;
        let mut job = job(Policy::SpotGreedy, work_h, deadline_h, pools);
        job.saves = Saves::Never;
        job.restart_s = recovery_h * HOUR_S;
        let some = Interruptions {
            rate_per_h: rate,
            downtime_h: 0.0,
            recovery_h,
        };
        let expected = some.spot_then_on_demand(work_h, 0.3, 1.0);
        let played: Vec<RunResult> = runs(&job, 100_000).collect();
        holds("usd", expected.cost_usd, played.iter().map(RunResult::usd));
        holds(
            "makespan",
            expected.makespan_h,
            played.iter().map(|run| run.completion_h),
        );
        holds(
            "evictions",
            expected.interrupted,
            played.iter().map(|run| run.evictions),
        );
        assert!(played.iter().all(|run| run.on_time));
    }
}

/// A sweep over the interval finds its least cost where theory has it: at the best interval the mean cost is not above
/// that of any other beyond the paired interval, and at half and double it is above.
#[test]
fn the_best_checkpoint_interval_is_where_theory_has_it() {
    let (mtbf_h, cost_h, work_h) = (6.0, 0.1, 48.0);
    let best_h = exact_interval_h(cost_h, mtbf_h);
    let usd = |interval_h: f64| -> Vec<f64> {
        let pools = vec![pool(exponential(mtbf_h, 0.0), 0.3, 1.0)];
        let mut job = job(Policy::SpotGreedy, work_h, 1e6, pools);
        job.saves = Saves::Checkpoints {
            interval_s: interval_h * HOUR_S,
            cost_s: cost_h * HOUR_S,
        };
        runs(&job, 20_000).map(|run| run.usd()).collect()
    };
    let at_best = usd(best_h);
    for factor in [0.25, 0.5, 0.7, 0.85, 1.2, 1.4, 2.0, 4.0] {
        let difference = paired_difference(&usd(best_h * factor), &at_best).expect("as many");
        if (0.6..1.7).contains(&factor) {
            // Flat: another within the interval or dearer.
            assert!(difference.ci_high > 0.0, "{factor}: {difference:?}");
            let mean = at_best.iter().sum::<f64>() / at_best.len() as f64;
            assert!(difference.mean < 0.02 * mean, "{factor}: {difference:?}");
        } else {
            assert!(difference.ci_low > 0.0, "{factor}: {difference:?}");
        }
    }
}

/// Under common random numbers a later deadline never costs more under greedy, in expectation.
#[test]
fn more_time_costs_no_more() {
    for saves in [
        Saves::OnNotice,
        Saves::Checkpoints {
            interval_s: 1800.0,
            cost_s: 120.0,
        },
        Saves::Never,
    ] {
        let usd = |deadline_h: f64| -> Vec<f64> {
            let pools = vec![pool(exponential(4.0, 1.5), 0.3, 1.0)];
            let mut job = job(Policy::SpotGreedy, 6.0, deadline_h, pools);
            (job.saves, job.restart_s) = (saves, 300.0);
            runs(&job, 4000).map(|run| run.usd()).collect()
        };
        let deadlines = [6.5, 8.0, 10.0, 13.0, 18.0, 30.0].map(usd);
        for pair in deadlines.windows(2) {
            let change = paired_difference(&pair[1], &pair[0]).expect("as many");
            assert!(change.ci_low <= 0.0, "{saves:?}: {change:?}");
        }
        let saved = paired_difference(&deadlines[0], &deadlines[5]).expect("as many");
        assert!(saved.ci_low > 0.5, "{saves:?}: {saved:?}");
    }
}

/// Machines of their own luck: the last of ten is done when the closed form of a maximum says.
#[test]
fn the_last_of_many_machines_decides() {
    // Nothing is saved and attempts are as short as they come: geometric attempts of exponential markets. Here the
    // fallback is on demand at once, so the completion is W with probability p¹⁰ and else the latest interruption + W.
    let (rate, share_h, machines) = (0.1_f64, 2.0, 10);
    let pools = vec![pool(exponential(1.0 / rate, 0.0), 0.3, 1.0)];
    let mut many = job(
        Policy::SpotGreedy,
        share_h * 10.0,
        2.0 * share_h + 1e-6,
        pools,
    );
    (many.saves, many.machines) = (Saves::Never, machines);
    // E[max of ten] = W + ∫ P(some interruption later than x, before W) dx.
    let q = 1.0 - (-rate * share_h).exp();
    let steps = 100_000;
    let late = |x: f64| {
        let later = q - (1.0 - (-rate * x).exp());
        1.0 - (1.0 - later).powi(10)
    };
    let integral = (0..steps)
        .map(|i| late((f64::from(i) + 0.5) * share_h / f64::from(steps)))
        .sum::<f64>()
        * share_h
        / f64::from(steps);
    let played: Vec<RunResult> = runs(&many, 30_000).collect();
    holds(
        "completion",
        share_h + integral,
        played.iter().map(|run| run.completion_h),
    );
    let one = Interruptions::at_rate(rate).spot_then_on_demand(share_h, 0.3, 1.0);
    holds(
        "usd",
        10.0 * one.cost_usd,
        played.iter().map(RunResult::usd),
    );
    // Reclaimed together they are as one.
    if let Market::Exponential { together, .. } = &mut many.pools[0].market {
        *together = true;
    }
    let together: Vec<RunResult> = runs(&many, 30_000).collect();
    holds(
        "together",
        one.makespan_h,
        together.iter().map(|run| run.completion_h),
    );
    holds(
        "usd",
        10.0 * one.cost_usd,
        together.iter().map(RunResult::usd),
    );
}
