//! Guarded calls in closed form against guarded calls played one by one.

use tests::validation::networks::{Met, Off, WANTED_SHARE, by_fluid, by_requests, guarded_cases};

/// Where the breaker opens by chance the comparison leaves something open; not more than this share of the time.
const LEFT_OPEN: f64 = 0.08;
/// How often a breaker opened: relative, beyond what the comparison leaves open.
const WANTED_OPENED: f64 = 0.02;

/// Whether a function or the slow dependency that it waits for is to blame for a late answer is told differently: so much
/// of the blame may be elsewhere, as a share of all requests.
const MISPLACED: [(&str, f64); 2] = [
    ("function, bulkhead, brown-out below", 0.015),
    ("function, hedge, brown-out below", 0.02),
];

/// Who turns a call away where a bulkhead has less room than the function behind it, which then never rejects: `fluid` has
/// the function reject some of the calls that the bulkhead does. So much of the calls; good requests and P95 agree.
const BY_OTHERS: [(&str, f64); 1] = [("function with 10 instances, bulkhead", 0.035)];

/// Circuit breakers in brown-outs of ten minutes, in outages, and by chance; bulkheads; hedges; several of them in a network:
/// P95, good and successful requests as in `requests`, what was turned away and for how long breakers were open within a
/// point, and all that is bad blamed on somebody.
#[test]
fn guards_do_as_played_ones_do() {
    let mut wrong = Vec::new();
    for case in guarded_cases() {
        let (requests, fluid) = (by_requests(&case), by_fluid(&case));
        let off = Off::new(&requests, &fluid);
        let guards = fluid.guard.off(&requests.guard);
        let (name, met) = (case.name, off.met());
        let words = format!("{name}: {met:?} {off:?} requests: {requests:?} fluid: {fluid:?}");
        println!("{words}");
        let by_others = BY_OTHERS.iter().find(|(known, _)| *known == name);
        let share = by_others.map_or(WANTED_SHARE, |(_, most)| *most);
        let are_near = guards
            .iter()
            .all(|(_, off)| off.is_within(share) != Met::No && off.open < LEFT_OPEN);
        let (opened, played) = (fluid.guard.opened, requests.guard.opened);
        let opens = (opened.value - played.value).abs();
        let opens_near = opens <= WANTED_OPENED * played.value + opened.open.hypot(played.open);
        let spent: f64 = fluid.blamed.iter().sum();
        let is_blamed = (spent - (1.0 - fluid.good.value)).abs() < 1e-6;
        let misplaced = MISPLACED.iter().find(|(known, _)| *known == name);
        let blame = misplaced.map_or(WANTED_SHARE, |(_, most)| *most);
        if met == Met::No
            || off.blame >= blame + off.good.open
            || !are_near
            || !opens_near
            || !is_blamed
        {
            wrong.push(format!("{words} {guards:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
