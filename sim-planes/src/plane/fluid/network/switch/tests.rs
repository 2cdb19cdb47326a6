//! The breaker on rates against the breaker that is played call by call.

use super::*;
use crate::plane::network::breaker::{Breaker, SlowCalls};

const MODEL: BreakerModel = BreakerModel {
    window: 20,
    minimum: 10,
    failure_percent: 50.0,
    open_s: 30.0,
    half_open: 3,
    slow: None,
};

/// Long runs, in intervals of this length, seconds.
const LENGTH_S: f64 = 15.0;
const INTERVALS: u32 = 40_000;

/// Share of the time open, and openings in an hour.
fn computed(model: BreakerModel, calls: &Calls) -> (f64, f64) {
    let mut switch = Switch::new(model, 7, 0, 0);
    let (mut open_s, mut opened) = (0.0, 0.0);
    for _ in 0..INTERVALS {
        let seen = switch.pass(LENGTH_S, calls);
        open_s += seen.open_s;
        opened += seen.opened;
    }
    let all_s = LENGTH_S * f64::from(INTERVALS);
    (open_s / all_s, opened / all_s * 3600.0)
}

/// The same of Poisson calls that are answered at once.
fn played(model: BreakerModel, calls: &Calls) -> (f64, f64) {
    let key = StreamKey {
        seed: 8,
        replication: 0,
        component: 0,
        purpose: Purpose::Calls,
    };
    let (mut rng, mut breaker, mut now_s) = (key.rng(), Breaker::new(model), 0.0);
    let all_s = LENGTH_S * f64::from(INTERVALS);
    while now_s < all_s {
        now_s += standard_exponential(&mut rng) / calls.rate_rps;
        if breaker.permits(now_s) {
            let point = uniform(&mut rng);
            let failed = point < calls.failed + calls.both;
            let slow = point >= calls.failed && point < calls.bad();
            breaker.record(now_s, failed, f64::from(u8::from(slow)));
        }
    }
    let (opened, open_s) = breaker.take_counts(now_s);
    (open_s / now_s, opened as f64 / now_s * 3600.0)
}

/// Over shares of bad calls from nearly never to always, windows that are longer than what is known at least, and slow calls:
/// open for the same share of the time, and as often.
#[test]
fn it_opens_as_often_as_the_breaker_that_is_played() {
    let slow = |percent| {
        Some(SlowCalls {
            longer_than_s: 0.5,
            percent,
        })
    };
    let cases = [
        (MODEL, 0.12, 0.0, 0.0),
        (MODEL, 0.25, 0.0, 0.0),
        (MODEL, 0.45, 0.0, 0.0),
        (MODEL, 1.0, 0.0, 0.0),
        (
            BreakerModel {
                window: 100,
                ..MODEL
            },
            0.3,
            0.0,
            0.0,
        ),
        (
            BreakerModel {
                minimum: 1,
                window: 5,
                ..MODEL
            },
            0.05,
            0.0,
            0.0,
        ),
        (
            BreakerModel {
                half_open: 10,
                open_s: 2.0,
                ..MODEL
            },
            0.4,
            0.0,
            0.0,
        ),
        (
            BreakerModel {
                slow: slow(40.0),
                ..MODEL
            },
            0.05,
            0.1,
            0.1,
        ),
        (
            BreakerModel {
                slow: slow(80.0),
                ..MODEL
            },
            0.0,
            0.6,
            0.1,
        ),
    ];
    for (model, failed, slow, both) in cases {
        for rate_rps in [2.0, 30.0] {
            let calls = Calls {
                rate_rps,
                failed,
                slow,
                both,
                bad_s: 0.0,
                good_s: 0.0,
            };
            let (open, opened) = computed(model, &calls);
            let (of_played, played_opened) = played(model, &calls);
            // As exact as so many openings are: four standard deviations of both, and the calls' even spacing.
            let openings = played_opened * LENGTH_S * f64::from(INTERVALS) / 3600.0;
            let relative = 4.0 * (2.0 / openings.max(1.0)).sqrt() + 0.003;
            let words = format!(
                "{failed} {slow} {both} at {rate_rps}: {open} {of_played}, {opened} {played_opened}"
            );
            println!("{words} ±{relative}");
            assert!(
                (opened - played_opened).abs() <= relative * played_opened,
                "{words}"
            );
            let spread = relative * of_played * (1.0 - of_played) + 0.003;
            assert!((open - of_played).abs() <= spread, "{words}");
        }
    }
}

/// All calls fail from now on: with ten calls a second, the tenth opens it; answers after 0.7 s come as much later. Half a
/// minute later one call in a while comes, three pass, and it opens again.
#[test]
fn an_outage_opens_it_after_the_least_calls() {
    let calls = Calls {
        rate_rps: 10.0,
        failed: 1.0,
        bad_s: 0.7,
        good_s: 0.1,
        ..Calls::default()
    };
    let mut switch = Switch::new(MODEL, 1, 0, 0);
    let seen = switch.pass(15.0, &calls);
    assert_eq!(seen.opened, 1.0);
    assert!((seen.open_s - (15.0 - 1.7)).abs() < 1e-9, "{seen:?}");
    assert!((seen.refused - 13.3 / 15.0).abs() < 1e-9, "{seen:?}");
    // Until 31.7 s, and then a trial of 0.7 s and two pauses between calls.
    let seen = switch.pass(30.0, &calls);
    assert_eq!(seen.opened, 1.0);
    assert!(seen.open_s > 27.0 && seen.open_s < 30.0 - 0.7, "{seen:?}");
}

/// Without bad calls nothing is drawn, and it stays closed; without calls it stays open.
#[test]
fn it_is_still_where_nothing_happens() {
    let fine = Calls {
        rate_rps: 1000.0,
        failed: 0.002,
        ..Calls::default()
    };
    let mut switch = Switch::new(MODEL, 1, 0, 0);
    for _ in 0..10_000 {
        assert_eq!(switch.pass(15.0, &fine), Switched::default());
    }
    let down = Calls {
        failed: 1.0,
        ..fine
    };
    assert_eq!(switch.pass(1.0, &down).opened, 1.0);
    let nobody = Calls::default();
    let seen = switch.pass(1000.0, &nobody);
    assert!((seen.open_s - 1000.0).abs() < 1e-9, "{seen:?}");
    let seen = switch.pass(1.0, &fine);
    assert!(seen.open_s < 0.1 && seen.refused < 0.01, "{seen:?}");
}
