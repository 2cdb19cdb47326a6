//! The fluid plane against the requests plane: on the stored grid, live on a part of it, and over time.

use sim_core::plane::queueing::finite_queue;
use sim_core::plane::{DataPlane, FluidPlane, FluidTables, Interval, RequestsPlane, ServiceModel};
use sim_core::random::Distribution;
use tests::validation::courses::courses;
use tests::validation::dynamics::{Off, by_fluid, by_requests};
use tests::validation::grid::{Cell, GridFile, Reference, cells, difference, reference, wanted};

fn stored() -> GridFile {
    serde_json::from_str(include_str!("../figures/planes_grid.json")).expect("the grid's file")
}

/// P95 and good shares within what is wanted, give or take what the reference leaves open.
fn complain(reference: &Reference) -> Option<String> {
    let (p95, good) = wanted(&reference.cell);
    let difference = difference(reference);
    let far = difference.p95.abs() > p95 + reference.p95_ci
        || (0..2).any(|k| difference.good[k].abs() > good + reference.good_ci[k]);
    far.then(|| format!("{:?}: {difference:?}", reference.cell))
}

#[test]
fn on_the_whole_grid() {
    let file = stored();
    let stored: Vec<Cell> = file
        .cells
        .iter()
        .map(|reference| reference.cell.clone())
        .collect();
    assert_eq!(
        stored,
        cells(),
        "measure the grid anew: its cells have changed"
    );
    let wrong: Vec<String> = file.cells.iter().filter_map(complain).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // A reference that leaves everything open would prove nothing.
    let vague = |r: &&Reference| r.p95_ci > 0.05 || r.good_ci.iter().any(|&ci| ci > 0.01);
    assert_eq!(file.cells.iter().filter(vague).count(), 0);
}

/// The stored figures are the requests plane's: short runs of some cells agree with them.
#[test]
fn the_stored_figures_can_be_measured_again() {
    let file = stored();
    for (service, cv, servers, load) in [
        ("exponential", 1.0, 4, 0.7),
        ("lognormal", 1.5, 16, 0.8),
        ("constant", 0.0, 8, 0.8),
        ("gamma", 2.0, 12, 0.5),
    ] {
        let wanted = Cell {
            service: service.into(),
            cv,
            servers,
            load,
        };
        let stored = file
            .cells
            .iter()
            .find(|reference| reference.cell == wanted)
            .expect("a cell of the grid");
        let fresh = reference(&wanted, 0.1);
        // The thresholds of three mean service times are the same; those near the P95 need not be.
        let slack = 1.5 * (stored.good_ci[0] + fresh.good_ci[0]) + 1e-4;
        assert!(
            (stored.good[0] - fresh.good[0]).abs() < slack,
            "{stored:?} {fresh:?}"
        );
        let slack = 1.5 * (stored.p95_ci + fresh.p95_ci) + 1e-4;
        assert!(
            (fresh.p95_s / stored.p95_s - 1.0).abs() < slack,
            "{stored:?} {fresh:?}"
        );
        assert_eq!(complain(&fresh), None);
    }
}

/// Waves, steps, spikes above capacity, limits, timeouts, outages, slow queues, long services: one point of the good
/// share and a tenth of the minutes of violation, give or take what the comparison itself leaves open with 99 %.
#[test]
fn while_load_and_capacity_change() {
    const REPLICATIONS: u32 = 16;
    let mut wrong = Vec::new();
    for course in courses() {
        let requests = by_requests(&course, REPLICATIONS);
        let fluid = by_fluid(&course, REPLICATIONS);
        let off = Off::new(&requests, &fluid);
        let shares = [
            (fluid.rejected - requests.rejected, 0.005),
            (fluid.timed_out - requests.timed_out, 0.01),
            (fluid.utilisation - requests.utilisation, 0.01),
        ];
        let open = off.good_open;
        if !off.is_fine() || shares.iter().any(|(off, most)| off.abs() > most + open) {
            wrong.push(format!("{}: {off:?} {requests:?} {fluid:?}", course.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A test of minutes of violation by chance alone would prove nothing: in some courses there are many, and the
/// comparison leaves little of them open.
#[test]
fn minutes_of_violation_are_told_apart() {
    let told = |name: &str| {
        let course = courses()
            .into_iter()
            .find(|course| course.name.contains(name));
        let course = course.expect("a course of that name");
        let requests = by_requests(&course, 60);
        Off::new(&requests, &by_fluid(&course, 60))
    };
    for name in [
        "daily curve",
        "the same with 3 servers",
        "2 servers, service of 2 s",
    ] {
        let off = told(name);
        assert!(
            off.is_fine() && off.violation_open < 0.07,
            "{name}: {off:?}"
        );
    }
}

/// Exponential service and a full queue: the share rejected is that of M/M/c/K.
#[test]
fn limited_queues_lose_what_theory_says() {
    for (servers, load, limit) in [
        (1, 0.9, 9),
        (10, 1.2, 10),
        (3, 2.5 / 3.0, 7),
        (20, 2.0, 0),
        (100, 0.9, 0),
    ] {
        let service_time_s = Distribution::exponential(0.1).expect("a positive mean");
        let tables = FluidTables::new(ServiceModel::new(service_time_s));
        let mut plane = FluidPlane::new(&tables, 0, 1, 0, 0);
        let interval = Interval {
            length_s: 1e5,
            rate_rps: load * f64::from(servers) / 0.1,
            servers,
            queue_limit: limit,
            ..Interval::default()
        };
        plane.serve(&interval);
        let outcome = plane.serve(&interval);
        let expected = finite_queue(servers, load * f64::from(servers), limit).blocked;
        let rejected = outcome.rejected / outcome.arrivals;
        assert!(
            (rejected - expected).abs() < 0.02 * expected,
            "{servers} {load} {limit}: {rejected} {expected}"
        );
    }
}

/// The same tick by tick, at capacity and just above, where a queue that grew without limit once stood before every other
/// tick: what is rejected is that of M/M/c/K, within 5 % (at most 3.4 % off, two servers at load 1.2).
#[test]
fn full_queues_lose_it_in_every_tick() {
    for (servers, room) in [(1, 1), (1, 4), (2, 8), (4, 4)] {
        for load in [1.0, 1.02, 1.05, 1.1, 1.2] {
            let service_time_s = Distribution::exponential(0.1).expect("a positive mean");
            let tables = FluidTables::new(ServiceModel::new(service_time_s));
            let mut plane = FluidPlane::new(&tables, 0, 1, 0, 0);
            let interval = Interval {
                length_s: 15.0,
                rate_rps: load * f64::from(servers) / 0.1,
                servers,
                queue_limit: room,
                ..Interval::default()
            };
            plane.serve(&interval);
            let expected = finite_queue(servers, load * f64::from(servers), room).blocked;
            let (mut rejected, mut arrivals) = (0.0, 0.0);
            for _ in 0..2000 {
                let outcome = plane.serve(&interval);
                rejected += outcome.rejected;
                arrivals += outcome.arrivals;
            }
            let share = rejected / arrivals;
            assert!(
                (share / expected - 1.0).abs() < 0.05,
                "{servers} servers, room {room}, load {load}: {share} {expected}"
            );
        }
    }
}

/// A backlog that meets a load of exactly 1 stays about as it is, whatever the room.
#[test]
fn a_load_of_exactly_one_does_not_fill_the_queue() {
    let service_time_s = Distribution::exponential(0.1).expect("a positive mean");
    let tables = FluidTables::new(ServiceModel::new(service_time_s));
    let mut plane = FluidPlane::new(&tables, 0, 1, 0, 0);
    let interval = |rate_rps: f64| Interval {
        length_s: 15.0,
        rate_rps,
        servers: 26,
        queue_limit: 1_000_000,
        ..Interval::default()
    };
    let before = plane.serve(&interval(364.0)).waiting_at_end;
    assert!(before > 1000.0, "{before}");
    for _ in 0..10 {
        let waiting = plane.serve(&interval(260.0)).waiting_at_end;
        assert!(
            (0.5..2.0).contains(&(waiting / before)),
            "{waiting} {before}"
        );
    }
}

/// Full queues of uneven and of even services: the share rejected is that of the requests plane, to 15 % of it and 0.2
/// points, also for a room that is hardly ever met, for which no losses may be invented.
#[test]
fn limited_queues_lose_what_is_played() {
    let mut far = Vec::new();
    for cv in [0.0, 0.5, 2.0] {
        for (servers, room) in [1, 4, 16]
            .into_iter()
            .flat_map(|c| [(c, c), (c, 4 * c), (c, 16 * c)])
        {
            for load in [0.3, 0.6, 0.9] {
                let [played, computed] = rejected(cv, servers, room, load);
                if (computed - played).abs() > 0.002 + 0.15 * played {
                    far.push(format!("cv {cv}, {servers} servers, room {room}, load {load}: {played:.4} played, {computed:.4} computed"));
                }
            }
        }
    }
    assert!(far.is_empty(), "{far:#?}");
}

/// Share of the arrivals that a full queue rejects, by `requests` and by `fluid`.
fn rejected(cv: f64, servers: u32, room: u32, load: f64) -> [f64; 2] {
    let service = if cv == 0.0 {
        Distribution::deterministic(0.1)
    } else {
        Distribution::gamma(0.1, cv)
    };
    let model = ServiceModel::new(service.expect("a positive mean"));
    let rate_rps = load * f64::from(servers) / 0.1;
    let interval = Interval {
        length_s: 2e5 / rate_rps,
        rate_rps,
        servers,
        queue_limit: room,
        ..Interval::default()
    };
    let share = |plane: &mut dyn DataPlane| {
        plane.serve(&interval);
        let outcome = plane.serve(&interval);
        outcome.rejected / outcome.arrivals
    };
    let tables = FluidTables::new(model.clone());
    [
        share(&mut RequestsPlane::new(&model, 4, 1, 0, 0)),
        share(&mut FluidPlane::new(&tables, 0, 1, 0, 0)),
    ]
}
