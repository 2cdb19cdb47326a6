//! Guarded calls in closed form against guarded calls played one by one.

use tests::validation::networks::{Met, Off, WANTED_SHARE, by_fluid, by_requests, guarded_cases};

/// Where the breaker opens by chance the comparison leaves something open; not more than this share of the time.
const LEFT_OPEN: f64 = 0.08;
/// How often a breaker opened: relative, beyond what the comparison leaves open.
const WANTED_OPENED: f64 = 0.02;

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
        let are_near = guards
            .iter()
            .all(|(_, off)| off.is_within(WANTED_SHARE) != Met::No && off.open < LEFT_OPEN);
        let (opened, played) = (fluid.guard.opened, requests.guard.opened);
        let opens = (opened.value - played.value).abs();
        let opens_near = opens <= WANTED_OPENED * played.value + opened.open.hypot(played.open);
        let spent: f64 = fluid.blamed.iter().sum();
        let is_blamed = (spent - (1.0 - fluid.good.value)).abs() < 1e-6;
        if met == Met::No
            || off.blame >= WANTED_SHARE + off.good.open
            || !are_near
            || !opens_near
            || !is_blamed
        {
            wrong.push(format!("{words} {guards:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
