//! The part of `docs/VALIDATION.md` that holds networks in closed form against networks played span by span.

use super::networks::{
    Case, FLUID_REPLICATIONS, Figures, Mean, Met, Off, QUEUE_LIMIT, RATE_RPS, REPLICATIONS,
    THRESHOLDS_S, TICK_S, TICKS, WANTED_P95, WANTED_SHARE, WARM_UP,
};
use std::fmt::Write as _;

/// A network, by `requests` and by `fluid`.
type Row = (Case, Figures, Figures);

/// The section.
pub fn write(text: &mut String, networks: &[Row], guarded: &[Row]) {
    introduction(text);
    table(text, "networks", networks);
    let _ = writeln!(text, "{GUARDED}");
    table(text, "networks with guarded calls", guarded);
}

fn table(text: &mut String, what: &str, networks: &[Row]) {
    let met = |what| {
        networks
            .iter()
            .filter(|(_, requests, fluid)| Off::new(requests, fluid).met() == what)
            .count()
    };
    let _ = writeln!(
        text,
        "{} of {} {what} are within what is wanted, {} are outside, and {} could be either.\n",
        met(Met::Yes),
        networks.len(),
        met(Met::No),
        met(Met::Open)
    );
    text.push_str(HEAD);
    for (case, requests, fluid) in networks {
        row(text, case, requests, fluid);
    }
}

fn introduction(text: &mut String) {
    let minutes = |ticks: u32| f64::from(ticks) * TICK_S / 60.0;
    let _ = writeln!(
        text,
        "
## Networks: fluid against requests

Services that call each other; a request holds its slot until its calls are answered. {RATE_RPS} requests of users per
second, intervals of {TICK_S} s, lognormal service times, one slot per server, room for {QUEUE_LIMIT} requests in each queue;
{REPLICATIONS} replications by `requests` and {FLUID_REPLICATIONS} by `fluid`, of {} minutes after {} that are not looked at. The networks themselves:
`tests/src/validation/networks/cases.rs`. *Good*: answered within {} s, as a share of all requests of users that
ended; *successful*: answered at all. *P95* is of the answered ones, end to end. *Blame*: the share of requests that are
bad because of a certain service; of the services, the largest difference. Pairs are requests / fluid, and after them
how far `fluid` is off; after ±: what the comparison leaves open with 99 %. Wanted: {:.0} % of the P95, and {:.0} point of
the good and of the successful requests. *Met* is what is within that even with what is open, *outside* what is
outside even so; *open* is what could be either.
",
        minutes(TICKS),
        minutes(WARM_UP),
        THRESHOLDS_S[0],
        100.0 * WANTED_P95,
        100.0 * WANTED_SHARE
    );
}

fn row(text: &mut String, case: &Case, requests: &Figures, fluid: &Figures) {
    let off = Off::new(requests, fluid);
    let pair = |a: Mean, b: Mean| format!("{:.4} / {:.4}", a.value, b.value);
    let percent = |of: Mean| format!("{:+.2} ± {:.2}", 100.0 * of.value, 100.0 * of.open);
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {} | {} | {} | {:.2} | {} |",
        case.name,
        pair(requests.good, fluid.good),
        percent(off.good),
        pair(requests.success, fluid.success),
        percent(off.success),
        pair(requests.p95_s, fluid.p95_s),
        percent(off.p95),
        100.0 * off.blame,
        match off.met() {
            Met::Yes => "met",
            Met::Open => "open",
            Met::No => "outside",
        }
    );
}

const GUARDED: &str = "
### Guarded calls

The same of networks whose calls have circuit breakers, bulkheads or hedges (`tests/src/validation/networks/guards.rs`).
In the second third of the time the last component is slow or down where the name says so: *brown-out*, *times as slow*,
*outage*. Without that a breaker opens by chance, a few times in a replication: what the comparison leaves open is wide
there. A test also holds how many calls were turned away, hedged and won, and for how long breakers were open, to one point.
";

const HEAD: &str = "\
| network | good | off, points | successful | off, points | P95, s | off, % | blame off, points | wanted |
|---|---|---|---|---|---|---|---|---|
";
