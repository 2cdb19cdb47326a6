//! The run: replications in order, and nothing that would run for hours.

use super::super::document::{PlaneKind, RunDocument, SloDocument, TrafficDocument};
use super::super::limits::{MAX_PLAYED_REQUESTS, plain_number};
use super::super::problem::{Found, Problem};
use super::service::rounded;
use super::traffic::{growth, mean_rps};

const DAY_S: f64 = 86_400.0;

pub(super) fn hold(run: &RunDocument, found: &mut Found) {
    if run.min_replications > run.max_replications {
        let message = format!(
            "the fewest replications, {}, are above the most, {}",
            run.min_replications, run.max_replications
        );
        found.error(
            "/run/min_replications",
            message,
            "lower it, or raise max_replications",
        );
    }
}

/// The `requests` plane plays every request; a month of heavy traffic is not for it.
pub(super) fn hold_length(
    run: &RunDocument,
    traffic: &TrafficDocument,
    slo: &SloDocument,
    found: &mut Found,
) {
    if run.plane != PlaneKind::Requests {
        return;
    }
    let days = slo.window_days + f64::from(run.warm_up_minutes) / 1440.0;
    let requests = mean_rps(traffic) * growth(traffic, days) * days * DAY_S;
    if requests > MAX_PLAYED_REQUESTS {
        let message = format!(
            "one replication would play {} requests one by one",
            rounded(requests)
        );
        let limit = format!("at most {}", plain_number(MAX_PLAYED_REQUESTS));
        let hint = "use the fluid plane, a shorter window or a lower rate";
        found.push(Problem::error("/run/plane", message, hint).with_limit(limit));
    }
}
