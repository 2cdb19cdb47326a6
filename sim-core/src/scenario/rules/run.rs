//! The run: replications in order, and nothing that would run for hours.

use super::super::document::{
    AutoscalerDocument, PlaneKind, RunDocument, SloDocument, TelemetryDocument, TrafficDocument,
};
use super::super::limits::{MAX_PLAYED_REQUESTS, MAX_TICKS, plain_number};
use super::super::problem::{Found, Problem};
use super::knative;
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
    hold_played(run, traffic, slo, 1.0, found);
}

/// The same where a user's request becomes so many requests of services.
pub(super) fn hold_played(
    run: &RunDocument,
    traffic: &TrafficDocument,
    slo: &SloDocument,
    times: f64,
    found: &mut Found,
) {
    if run.plane != PlaneKind::Requests {
        return;
    }
    let days = slo.window_days + f64::from(run.warm_up_minutes) / 1440.0;
    let requests = times * mean_rps(traffic) * growth(traffic, days) * days * DAY_S;
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

/// Short ticks are for short windows.
pub(super) fn hold_tick_count(run: &RunDocument, slo: &SloDocument, found: &mut Found) {
    let seconds = slo.window_days * DAY_S + f64::from(run.warm_up_minutes) * 60.0;
    let ticks = (seconds / f64::from(run.tick_s)).round();
    if ticks > MAX_TICKS {
        let message = format!("one replication would take {} ticks", plain_number(ticks));
        let limit = format!("at most {}", plain_number(MAX_TICKS));
        let hint = "take a longer tick, or a shorter window";
        found.push(Problem::error("/run/tick_s", message, hint).with_limit(limit));
    }
}

/// Controller and telemetry act at ticks: their periods are simulated as whole numbers of them.
pub(super) fn hold_ticks(
    run: &RunDocument,
    controllers: &[(String, &AutoscalerDocument)],
    telemetry: Option<&TelemetryDocument>,
    found: &mut Found,
) {
    for (place, controller) in controllers {
        let (field, period_s) = match controller {
            AutoscalerDocument::Static { .. } | AutoscalerDocument::Scheduled(_) => continue,
            AutoscalerDocument::Hpa(hpa) => ("sync_period_s", hpa.sync_period_s),
            AutoscalerDocument::Keda(keda) => ("polling_interval_s", keda.polling_interval_s),
            AutoscalerDocument::KedaScaledJob(jobs) => {
                ("polling_interval_s", jobs.polling_interval_s)
            }
            AutoscalerDocument::StepScaling(document) => ("period_s", document.period_s),
            AutoscalerDocument::TargetTracking(document) => ("period_s", document.period_s),
            AutoscalerDocument::Predictive(document) => ("period_s", document.period_s),
            AutoscalerDocument::SloDriven(document) => ("period_s", document.period_s),
            AutoscalerDocument::Knative(_) => {
                knative::hold_tick(run.tick_s, place, found);
                continue;
            }
        };
        hold_period(&format!("{place}/{field}"), period_s, run.tick_s, found);
    }
    if let Some(telemetry) = telemetry {
        let (every, over) = (telemetry.scrape_interval_s, telemetry.window_s);
        hold_period("/telemetry/scrape_interval_s", every, run.tick_s, found);
        hold_period("/telemetry/window_s", over, run.tick_s, found);
    }
}

/// A period that is simulated as a whole number of ticks.
pub(super) fn hold_period(path: &str, period_s: u32, tick_s: u32, found: &mut Found) {
    let tick = tick_s.max(1);
    if !period_s.is_multiple_of(tick) {
        let ticks = (f64::from(period_s) / f64::from(tick)).round().max(1.0);
        let message = format!(
            "{period_s} s is not a whole number of ticks of {tick} s: simulated as {} s",
            plain_number(ticks * f64::from(tick))
        );
        found.warning(
            path,
            message,
            "take a multiple of run/tick_s, or a shorter tick",
        );
    }
}
