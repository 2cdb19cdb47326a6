//! Following single requests changes nothing, and tells what is counted.

use super::*;
use crate::plane::network::trace::{Fate, Follow, Followed};
use crate::plane::{Balancing, OnTimeout};

/// A front with retries before two stations called together, one of them crowded, impatient and unreliable.
fn stations() -> [Station; 3] {
    let front = ServiceModel {
        timeout_s: 1.0,
        concurrency: 8,
        retries: attempts(2),
        ..ServiceModel::new(exponential(0.02))
    };
    let crowded = ServiceModel {
        timeout_s: 0.4,
        error_probability: 0.2,
        concurrency: 2,
        balancing: Balancing::PowerOfTwo,
        on_timeout: OnTimeout::Cancel,
        ..ServiceModel::new(exponential(0.05))
    };
    let quick = ServiceModel {
        concurrency: 4,
        ..ServiceModel::new(exponential(0.01))
    };
    let retried = Call {
        retries: attempts(3),
        guard: CallGuard {
            hedge_after_s: Some(0.2),
            ..CallGuard::default()
        },
        ..call(1, CallMode::Parallel)
    };
    [
        station(front, &[retried, call(2, CallMode::Parallel)]),
        station(crowded, &[]),
        station(quick, &[]),
    ]
}

fn now(killed: u32) -> [StationInterval; 3] {
    let mut all = [
        conditions(30.0, 160),
        conditions(30.0, 8),
        conditions(30.0, 16),
    ];
    all[1].interval.queue_limit = 12;
    all[1].interval.killed_replicas = killed;
    all
}

fn play(follow: bool) -> (Vec<NetworkOutcome>, Option<Followed>) {
    let mut plane = network(&stations(), 1);
    if follow {
        let wanted = Follow {
            from_s: 30.0,
            to_s: 90.0,
            cells: 12,
            most_requests: 1000,
            slowest: 10,
            of_each_kind: 2,
        };
        plane.follow(wanted, &[0.25]);
    }
    let rates = [(80.0, 0), (150.0, 1), (130.0, 0)];
    let outcomes = rates.map(|(rate, killed)| serve(&mut plane, rate, &now(killed)));
    (outcomes.to_vec(), plane.take_followed())
}

#[test]
fn following_changes_nothing_and_agrees_with_the_counts() {
    let (plain, nothing) = play(false);
    let (outcomes, followed) = play(true);
    assert_eq!(plain, outcomes);
    assert!(nothing.is_none());
    let followed = followed.expect("requests were followed");
    let entries = || outcomes[1..].iter().map(|outcome| &outcome.entries[0]);
    let total = |of: fn(&Outcome) -> f64| entries().map(|entry| of(&entry.total)).sum::<f64>();
    let count = |fates: &[Fate], station: Option<u16>| {
        let kinds = followed.kinds.iter();
        let mine = kinds.filter(|(fate, at, _)| {
            fates.contains(fate) && station.is_none_or(|station| station == *at)
        });
        mine.map(|(.., count)| *count as f64).sum::<f64>()
    };
    let served = [Fate::Served, Fate::SlowService, Fate::SlowWaiting];
    assert_eq!(count(&served, None), total(|o| o.served));
    assert_eq!(followed.latencies.count(), total(|o| o.served));
    for station in 0..3_u16 {
        let blamed = |of: fn(&Outcome) -> f64| {
            let all = entries().map(|entry| of(&entry.blamed[usize::from(station)]));
            all.sum::<f64>()
        };
        let at = |fates: &[Fate]| count(fates, Some(station));
        assert_eq!(at(&[Fate::Rejected]), blamed(|o| o.rejected));
        assert_eq!(at(&[Fate::Failed]), blamed(|o| o.failed));
        assert_eq!(at(&[Fate::Lost]), blamed(|o| o.lost));
        assert_eq!(
            at(&[Fate::TimedOut, Fate::TimedOutInService]),
            blamed(|o| o.timed_out)
        );
    }
    for fate in [Fate::Rejected, Fate::Failed] {
        assert!(count(&[fate], None) > 0.0, "{fate:?}: {:?}", followed.kinds);
    }
    assert_eq!(followed.requests.len(), 1000);
    let all: u64 = followed.kinds.iter().map(|kind| kind.2).sum();
    assert_eq!(followed.left_out, all - 1000);
    let spans = || followed.traces.iter().flat_map(|trace| &trace.spans);
    assert!(spans().any(|span| span.is_hedge) && spans().any(|span| span.attempt > 1));
    // Slots of the quick station, from the spans' own times: its mean use is rate × calls × service.
    let quick = followed.replicas.iter().filter(|one| one.station == 2);
    let held: f32 = quick
        .flat_map(|one| &one.held)
        .filter(|held| **held > 0.0)
        .sum();
    let expected: f64 = outcomes[1..]
        .iter()
        .map(|outcome| outcome.stations[2].in_service_s)
        .sum();
    let seconds = f64::from(held) * 60.0 / 12.0;
    assert!(
        (seconds / expected - 1.0).abs() < 1e-4,
        "{seconds} {expected}"
    );
}
