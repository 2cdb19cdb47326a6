//! Traffic: something must arrive, and never more than can be counted.

use super::super::document::{
    DailyShape, FlashCrowdDocument, SloDocument, TrafficDocument, TrafficSource,
};
use super::super::limits::{MAX_PEAK_RPS, plain_number};
use super::super::problem::{Found, Problem};
use super::service::rounded;

pub(super) fn hold(traffic: &TrafficDocument, found: &mut Found) {
    match &traffic.source {
        TrafficSource::Model {
            daily,
            weekday_weights,
            ..
        } => {
            if all_zero(weekday_weights) {
                zero_weights("/traffic/source/weekday_weights", "day of the week", found);
            }
            if let DailyShape::Hourly { weights } = daily
                && all_zero(weights)
            {
                zero_weights("/traffic/source/daily/weights", "hour", found);
            }
        }
        TrafficSource::Recorded { counts, .. } => {
            if !counts.iter().flatten().any(|count| *count > 0.0) {
                let message = "the recording holds no request: every count is 0 or missing";
                found.error(
                    "/traffic/source/counts",
                    message,
                    "import a recording with traffic in it",
                );
            }
        }
    }
    for (index, crowd) in traffic.flash_crowds.iter().enumerate() {
        if length_hours(crowd) <= 0.0 {
            let path = format!("/traffic/flash_crowds/{index}");
            found.warning(
                path.clone(),
                "this crowd lasts 0 minutes",
                "give it a climb, a height or a fall",
            );
            found.remedy("Remove it", path, None);
        }
    }
}

/// Rules that need to know how long the window is.
pub(super) fn hold_window(traffic: &TrafficDocument, slo: &SloDocument, found: &mut Found) {
    for (index, crowd) in traffic.flash_crowds.iter().enumerate() {
        if crowd.at_hour >= slo.window_days * 24.0 {
            let message = format!(
                "this crowd comes at hour {}, after the end of the window of {} days",
                plain_number(crowd.at_hour),
                plain_number(slo.window_days)
            );
            found.warning(
                format!("/traffic/flash_crowds/{index}/at_hour"),
                message,
                "it has no effect; let it come earlier",
            );
            let path = format!("/traffic/flash_crowds/{index}");
            found.remedy("Remove it", path, None);
        }
    }
    let burst = traffic.bursts.as_ref().map_or(1.0, |bursts| bursts.factor);
    let crowds: f64 = traffic
        .flash_crowds
        .iter()
        .map(|crowd| crowd.factor.max(1.0))
        .product();
    let highest = regular_peak_rps(traffic) * growth(traffic, slo.window_days) * burst * crowds;
    // An infinite product is too large as well.
    if highest > MAX_PEAK_RPS {
        let message = format!(
            "at its height the traffic could reach {} req/s",
            rounded(highest)
        );
        let limit = format!("at most {} req/s", plain_number(MAX_PEAK_RPS));
        let hint = "lower the rate, its growth, bursts or crowds";
        found.push(Problem::error("/traffic", message, hint).with_limit(limit));
    }
}

/// Highest rate of an ordinary week, in requests per second: without growth, bursts and crowds. About right: the
/// heaviest hour is taken to fall on the heaviest day.
pub(super) fn regular_peak_rps(traffic: &TrafficDocument) -> f64 {
    match &traffic.source {
        TrafficSource::Model {
            base_rps,
            daily,
            weekday_weights,
            ..
        } => {
            let day = match daily {
                DailyShape::Flat {} => 1.0,
                DailyShape::Sine { amplitude, .. } => 1.0 + amplitude,
                DailyShape::Hourly { weights } => peak_to_mean(weights.iter().copied()),
            };
            base_rps * day * peak_to_mean(weekday_weights.iter().copied())
        }
        TrafficSource::Recorded {
            counts,
            interval_s,
            mean_rps,
            ..
        } => {
            let known = || counts.iter().flatten().copied();
            match mean_rps {
                Some(mean_rps) => mean_rps * peak_to_mean(known()),
                None => known().fold(0.0, f64::max) / interval_s,
            }
        }
    }
}

/// Mean rate of an ordinary week, in requests per second.
pub(crate) fn mean_rps(traffic: &TrafficDocument) -> f64 {
    match &traffic.source {
        TrafficSource::Model { base_rps, .. } => *base_rps,
        TrafficSource::Recorded {
            counts,
            interval_s,
            mean_rps,
            ..
        } => mean_rps.unwrap_or_else(|| {
            let known = counts.iter().flatten().count().max(1) as f64;
            counts.iter().flatten().sum::<f64>() / known / interval_s
        }),
    }
}

/// Factor by which the rate has grown at the highest, over a window.
pub(super) fn growth(traffic: &TrafficDocument, window_days: f64) -> f64 {
    let percent = match &traffic.source {
        TrafficSource::Model {
            growth_percent_per_month,
            ..
        }
        | TrafficSource::Recorded {
            growth_percent_per_month,
            ..
        } => *growth_percent_per_month,
    };
    libm::pow(1.0 + percent / 100.0, window_days / 30.0).max(1.0)
}

fn peak_to_mean(weights: impl Iterator<Item = f64>) -> f64 {
    let (mut peak, mut sum, mut count) = (0.0_f64, 0.0, 0.0);
    for weight in weights {
        peak = peak.max(weight);
        sum += weight;
        count += 1.0;
    }
    if sum > 0.0 { peak * count / sum } else { 1.0 }
}

fn all_zero(weights: &[f64]) -> bool {
    weights.iter().all(|weight| *weight == 0.0)
}

fn zero_weights(path: &str, what: &str, found: &mut Found) {
    let message = format!("every {what} has weight 0");
    found.error(path, message, "give at least one a weight above 0");
}

fn length_hours(crowd: &FlashCrowdDocument) -> f64 {
    (crowd.ramp_minutes + crowd.hold_minutes + crowd.fall_minutes) / 60.0
}
