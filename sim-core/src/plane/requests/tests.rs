use super::*;
use crate::random::Distribution;

fn model(service_time_s: Distribution, timeout_s: f64) -> ServiceModel {
    ServiceModel {
        timeout_s,
        thresholds_s: vec![1.5],
        ..ServiceModel::new(service_time_s)
    }
}

fn constant(seconds: f64) -> Distribution {
    Distribution::deterministic(seconds).unwrap()
}

fn interval(length_s: f64, rate_rps: f64, servers: u32) -> Interval {
    Interval {
        length_s,
        rate_rps,
        servers,
        queue_limit: u32::MAX,
        ..Interval::default()
    }
}

fn settled(outcome: &Outcome) -> f64 {
    outcome.served + outcome.timed_out + outcome.rejected + outcome.failed
}

#[test]
fn requests_wait_while_there_is_no_server_and_start_when_there_is_one() {
    let mut plane = RequestsPlane::new(&model(constant(1.0), f64::INFINITY), 2, 3, 0, 0);
    let blind = plane.serve(&interval(10.0, 5.0, 0));
    assert!(blind.arrivals > 20.0);
    assert_eq!((settled(&blind), blind.busy_server_s), (0.0, 0.0));
    assert_eq!(blind.waiting_at_end, blind.arrivals);
    // Two servers, no arrivals: two requests start at once, two more each second.
    let seeing = plane.serve(&interval(3.5, 0.0, 2));
    assert_eq!((seeing.arrivals, seeing.served), (0.0, 8.0));
    assert_eq!(seeing.waiting_at_end, blind.arrivals - 8.0);
    assert!((seeing.busy_server_s - 7.0).abs() < 1e-9);
    // The server taken away finishes its request; the other goes on alone.
    let draining = plane.serve(&interval(2.0, 0.0, 1));
    assert_eq!(draining.served, 2.0);
    assert!((draining.busy_server_s - 2.0).abs() < 1e-9);
}

#[test]
fn more_servers_start_waiting_requests_at_once() {
    let mut plane = RequestsPlane::new(&model(constant(10.0), f64::INFINITY), 2, 3, 0, 0);
    let first = plane.serve(&interval(5.0, 10.0, 2));
    let waiting = first.waiting_at_end;
    assert!(waiting > 20.0);
    let second = plane.serve(&interval(0.001, 0.0, 2 + waiting as u32));
    assert_eq!((second.served, second.waiting_at_end), (waiting, 0.0));
}

#[test]
fn a_change_of_capacity_back_and_forth_changes_nothing() {
    let run = |dip: bool| {
        let mut plane = RequestsPlane::new(&model(constant(1.0), f64::INFINITY), 2, 9, 0, 0);
        let mut total = plane.serve(&interval(10.0, 6.0, 4)).latency_sum_s;
        if dip {
            // More servers for no time at all, then the idle ones among them taken away again.
            let Engine::Booked(booked) = &mut plane.engine else {
                panic!("nothing here needs events");
            };
            booked.resize(4);
        }
        for _ in 0..5 {
            total += plane.serve(&interval(10.0, 3.0, 4)).latency_sum_s;
        }
        total
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn clients_leave_after_their_timeout_and_free_no_server() {
    let mut plane = RequestsPlane::new(&model(constant(1.0), 2.0), 2, 5, 0, 0);
    let mut total = 0.0;
    let mut busy = 0.0;
    for _ in 0..100 {
        let outcome = plane.serve(&interval(10.0, 4.0, 1));
        total += outcome.served + outcome.timed_out - outcome.arrivals;
        busy += outcome.busy_server_s;
        // Nobody stays longer than the timeout.
        assert!(outcome.waiting_at_end <= 20.0);
        assert!(outcome.wait_sum_s <= 2.0 * settled(&outcome));
    }
    // A wait below 1 leaves time for the service; the server works without a pause.
    assert!(busy > 995.0, "{busy}");
    assert!(total.abs() <= 20.0);
}

#[test]
fn a_full_queue_rejects_and_an_idle_server_does_not() {
    let mut plane = RequestsPlane::new(&model(constant(1.0), f64::INFINITY), 2, 5, 0, 0);
    let closed = Interval {
        queue_limit: 3,
        ..interval(10.0, 50.0, 0)
    };
    let outcome = plane.serve(&closed);
    assert_eq!(outcome.waiting_at_end, 3.0);
    assert_eq!(outcome.rejected, outcome.arrivals - 3.0);
    let no_queue = Interval {
        queue_limit: 0,
        ..interval(10.0, 1.0, 1000)
    };
    assert_eq!(plane.serve(&no_queue).rejected, 0.0);
}

#[test]
fn arrivals_and_demands_do_not_depend_on_capacity() {
    let service = Distribution::exponential(1.0).unwrap();
    let total_work = |servers| {
        let mut plane = RequestsPlane::new(&model(service.clone(), f64::INFINITY), 2, 11, 2, 0);
        let loaded = plane.serve(&interval(100.0, 5.0, servers));
        let drained = plane.serve(&interval(10_000.0, 0.0, servers));
        assert_eq!(drained.waiting_at_end, 0.0);
        (
            loaded.arrivals,
            loaded.busy_server_s + drained.busy_server_s,
        )
    };
    let (few, many) = (total_work(3), total_work(60));
    assert_eq!(few.0, many.0);
    assert!((few.1 / many.1 - 1.0).abs() < 1e-9);
}

#[test]
fn errors_and_slow_requests_are_counted_apart() {
    let mut erring = model(constant(2.0), f64::INFINITY);
    erring.error_probability = 0.25;
    let mut plane = RequestsPlane::new(&erring, 2, 1, 0, 0);
    let outcome = plane.serve(&interval(10_000.0, 1.0, 100));
    let share = outcome.failed / outcome.arrivals;
    // Five standard deviations of a proportion over some 10 000 requests.
    assert!(
        (share - 0.25).abs() < 5.0 * (0.25 * 0.75 / 10_000.0f64).sqrt(),
        "{share}"
    );
    assert_eq!(outcome.slow[0], outcome.served);
    assert_eq!(outcome.slow_in_service[0], outcome.served);
    assert_eq!(outcome.slow[1], 0.0);
}

#[test]
fn latencies_are_recalled_and_drained() {
    let mut plane = RequestsPlane::new(&model(constant(0.25), f64::INFINITY), 2, 1, 0, 0);
    assert_eq!(plane.recent_quantile(0.5, 3), None);
    let outcome = plane.serve(&interval(100.0, 1.0, 100));
    plane.serve(&interval(100.0, 0.0, 100));
    assert_eq!(plane.recent_quantile(0.5, 1), None);
    let median = plane.recent_quantile(0.5, 2).unwrap();
    assert!((median / 0.25 - 1.0).abs() < 0.09, "{median}");
    let mut drained = LogHistogram::new();
    plane.drain_latency(&mut drained);
    plane.drain_latency(&mut drained);
    assert_eq!(drained.count(), outcome.served);
}
