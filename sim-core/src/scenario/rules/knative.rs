//! The Knative Pod Autoscaler: numbers in order, ticks short enough, targets that can be reached, a place to wait.

use super::super::document::{KnativeDocument, KnativeMetric, ServiceDocument};
use super::super::problem::{Found, Problem};
use super::service::{CompiledService, rounded};

pub(super) fn hold(document: &KnativeDocument, place: &str, found: &mut Found) {
    let most = document.max_scale;
    if document.initial_scale > most {
        let message = format!(
            "the initial replicas, {}, are above the most, {most}",
            document.initial_scale
        );
        found.error(
            format!("{place}/initial_scale"),
            message,
            "lower it, or raise max_scale",
        );
    }
    if document.activation_scale > most {
        let message = format!(
            "any request asks for {} replicas, but the most are {most}",
            document.activation_scale
        );
        found.warning(
            format!("{place}/activation_scale"),
            message,
            "it is always at the most: lower it, or raise max_scale",
        );
    }
}

/// It looks every 2 s, and its windows are made of seconds.
pub(super) fn hold_tick(tick_s: u32, place: &str, found: &mut Found) {
    if !(1..=2).contains(&tick_s) {
        let message = format!(
            "the Knative autoscaler ({place}) looks every 2 s and averages over seconds; a tick lasts {tick_s} s"
        );
        let hint = "set /run/tick_s to 2 (or 1, twice the work), and for that a window of hours, not weeks";
        found.push(Problem::error("/run/tick_s", message, hint).with_limit("1 or 2 s"));
    }
}

/// Whether it can ever ask for more, and where requests wait while it sleeps.
pub(super) fn hold_signals(
    document: &KnativeDocument,
    place: &str,
    service: &ServiceDocument,
    compiled: &CompiledService,
    found: &mut Found,
) {
    if document.may_sleep() && service.buffer_limit == 0 {
        found.warning(
            "/service/buffer_limit",
            "while the service sleeps, requests have no place to wait: they are rejected",
            "allow some to wait in the activator, or set min_scale to 1",
        );
    }
    let path = format!("{place}/target");
    let aim = document.aims_at(service.concurrency);
    match document.metric {
        KnativeMetric::Concurrency => {
            let most = f64::from(service.concurrency) + f64::from(service.queue_limit);
            if most <= aim {
                let message = format!(
                    "a replica holds {} requests at most, and more replicas are asked for only above {}",
                    rounded(most),
                    rounded(aim)
                );
                found.warning(
                    path,
                    message,
                    "it never scales up from 1: lower the target or its utilisation, or allow a queue",
                );
            }
        }
        KnativeMetric::Rps => {
            let serves = compiled.replica_rps(service);
            if aim > serves {
                let message = format!(
                    "it aims at {} req/s per replica, above the {} req/s that a replica can serve",
                    rounded(aim),
                    rounded(serves)
                );
                found.warning(
                    path,
                    message,
                    "replicas are overloaded before more are asked for: lower the target",
                );
            }
        }
    }
}
