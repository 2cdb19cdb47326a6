use super::*;

#[track_caller]
fn near(actual: f64, expected: f64, relative: f64) {
    assert!(
        (actual / expected - 1.0).abs() <= relative,
        "{actual} instead of {expected}"
    );
}

/// C = 60 s, M = 6 h.
#[test]
fn intervals_and_their_overhead() {
    let (cost, mtbf) = (60.0, 6.0 * 3600.0);
    near(young_interval_h(cost, mtbf), 1609.97, 5e-6);
    let exact = exact_interval_h(cost, mtbf);
    near(exact, 1570.22, 5e-6);
    near(overhead(exact, cost, mtbf), 0.078_39, 1e-4);
    // It is the optimum.
    for other in [0.99 * exact, 1.01 * exact, young_interval_h(cost, mtbf)] {
        assert!(overhead(other, cost, mtbf) > overhead(exact, cost, mtbf));
    }
}

/// Daly 2006, figures 3 to 5, C = 5 min, M in minutes: published optima to the minute.
#[test]
fn daly_s_published_optima() {
    for (mtbf, published) in [(1440.0, 117.0), (360.0, 57.0), (15.0, 9.1)] {
        near(daly_interval_h(5.0, mtbf), published, 6e-3);
        near(exact_interval_h(5.0, mtbf), published, 9e-3);
    }
    assert_eq!(daly_interval_h(30.0, 15.0), 15.0);
}

/// The interval satisfies its equation, from nearly free checkpoints to ones dearer than the time between
/// interruptions.
#[test]
fn the_exact_interval_solves_its_equation() {
    for x in [1e-12, 1e-9, 1e-6, 1e-3, 0.1, 1.0, 5.0, 30.0] {
        let w = exact_interval_h(x, 1.0);
        // (1 − w) e^w = e^−x, in logarithms while those keep their digits
        let error = if x <= 1.0 {
            (libm::log1p(-w) + w + x) / x
        } else {
            1.0 - w - libm::exp(-x - w)
        };
        assert!(
            error.abs() <= if x <= 1.0 { 1e-9 } else { 3e-16 },
            "{x}: {error}"
        );
        assert!(w < 1.0 && w < young_interval_h(x, 1.0));
    }
    assert_eq!(exact_interval_h(0.0, 1.0), 0.0);
    assert_eq!(exact_interval_h(1e6, 1.0), 1.0);
    assert_eq!(exact_interval_h(1.0, f64::INFINITY), f64::INFINITY);
}

/// Restart from scratch with mean time between interruptions 10 h; the delay after each is not interrupted.
#[test]
fn work_that_starts_from_scratch() {
    let hours = |rate_per_h, downtime_h, work_h| {
        Interruptions {
            rate_per_h,
            downtime_h,
            recovery_h: 0.0,
        }
        .restart_h(work_h)
    };
    near(hours(0.1, 0.0, 4.0), 4.918_25, 2e-6);
    near(hours(0.1, 0.1, 4.0), 4.967_43, 2e-6);
    near(hours(0.1, 0.2, 48.0), 1229.21, 5e-6);
    near(
        Interruptions::at_rate(0.1).restart_count(4.0),
        0.491_825,
        2e-6,
    );
}

#[test]
fn without_interruptions_work_takes_its_time() {
    let none = Interruptions {
        rate_per_h: 0.0,
        downtime_h: 1.0,
        recovery_h: 1.0,
    };
    let four = Checkpoints {
        segments: 4,
        cost_h: 0.5,
        after_last: false,
    };
    assert_eq!((none.restart_h(7.0), none.graceful_h(7.0)), (7.0, 7.0));
    assert_eq!(none.checkpointed_h(7.0, four), 8.5);
    let always = Checkpoints {
        after_last: true,
        ..four
    };
    assert_eq!(none.checkpointed_h(7.0, always), 9.0);
    assert_eq!(none.restart_variance(7.0), 0.0);
    assert_eq!(none.best_segments(7.0, 0.5, true), 1);
    let spot = none.spot_then_on_demand(7.0, 0.3, 1.0);
    assert_eq!((spot.interrupted, spot.spot_h), (0.0, 7.0));
    assert_eq!((spot.makespan_h, spot.cost_usd), (7.0, 0.3 * 7.0));
}

/// The variance keeps its digits for rare interruptions, where it is λW³/3 (1 + λW + …).
#[test]
fn variances_of_rare_interruptions() {
    for x in [1e-8, 1e-5, 1e-3] {
        let variance = Interruptions::at_rate(x).restart_variance(1.0);
        let series = x / 3.0 * (1.0 + x + 0.55 * x * x);
        near(variance, series, 1e-9);
    }
    // Both ways of computing it meet.
    let (below, above) = (sinh_less_x(0.5 - 1e-12), sinh_less_x(0.5));
    near(below, above, 1e-10);
    let one = Checkpoints {
        segments: 1,
        cost_h: 0.0,
        after_last: true,
    };
    let some = Interruptions::at_rate(0.3);
    assert_eq!(
        some.checkpointed_variance(2.0, one),
        some.restart_variance(2.0)
    );
}

/// Against trying every number, and against the whole numbers around the exact interval.
#[test]
fn the_best_number_of_segments() {
    for rate in [0.001, 0.02, 0.3, 2.0] {
        for work in [0.5, 8.0, 40.0] {
            for cost in [0.001, 0.05, 0.5] {
                for after_last in [true, false] {
                    let some = Interruptions::at_rate(rate);
                    let at = |segments| {
                        some.checkpointed_h(
                            work,
                            Checkpoints {
                                segments,
                                cost_h: cost,
                                after_last,
                            },
                        )
                    };
                    let best = some.best_segments(work, cost, after_last);
                    let least = (1..3000).map(at).fold(f64::INFINITY, f64::min);
                    assert!(
                        at(best) <= least * (1.0 + 1e-15),
                        "{rate} {work} {cost} {best}"
                    );
                    if after_last {
                        let whole = work / exact_interval_h(cost, 1.0 / rate);
                        assert!((f64::from(best) - whole).abs() < 1.0 || best == 1);
                    }
                }
            }
        }
    }
    // In one piece it would take longer than any number says.
    let hopeless = Interruptions::at_rate(10.0);
    let best = hopeless.best_segments(1000.0, 0.001, true);
    assert!(best > 1 && hopeless.restart_h(1000.0).is_infinite());
}

#[test]
fn bands_become_rates() {
    near(hazard_per_h(0.025, 730.0), 3.468e-5, 1e-3);
    near(hazard_per_h(0.25, 730.0), 3.940_85e-4, 1e-6);
    assert_eq!(hazard_per_h(0.0, 730.0), 0.0);
}
