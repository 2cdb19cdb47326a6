//! Objectives: countable, different from each other, and reachable at all.

use super::super::document::{ObjectiveDocument, ServiceDocument, SloDocument};
use super::super::limits::{plain_number, plain_time};
use super::super::problem::{Found, Problem};
use super::service::{CompiledService, rounded_time};
use crate::plane::MAX_THRESHOLDS;

pub(super) fn hold(slo: &SloDocument, found: &mut Found) {
    let thresholds = slo
        .objectives
        .iter()
        .filter(|objective| threshold_ms(objective).is_some())
        .count();
    if thresholds > MAX_THRESHOLDS {
        let message = format!("there are {thresholds} latency objectives");
        let limit = format!("at most {MAX_THRESHOLDS}");
        found.push(
            Problem::error("/slo/objectives", message, "remove some of them").with_limit(limit),
        );
    }
    for (index, objective) in slo.objectives.iter().enumerate() {
        let earlier = slo.objectives.iter().take(index);
        if let Some(twin) = earlier
            .map(threshold_ms)
            .position(|threshold| threshold == threshold_ms(objective))
        {
            let message = format!("this objective measures the same as number {}", twin + 1);
            found.warning(
                format!("/slo/objectives/{index}"),
                message,
                "only the stricter of the two matters",
            );
            let path = format!("/slo/objectives/{index}");
            found.remedy("Remove this objective", path, None);
        }
    }
}

/// Objectives that no capacity can meet, because the service alone breaks them.
pub(super) fn hold_reachable(
    slo: &SloDocument,
    document: &ServiceDocument,
    service: &CompiledService,
    found: &mut Found,
) {
    let answered = 1.0 - document.error_percent / 100.0;
    for (index, objective) in slo.objectives.iter().enumerate() {
        let path = format!("/slo/objectives/{index}");
        let (target_percent, within_ms) = match objective {
            ObjectiveDocument::Success { target_percent } => (*target_percent, document.timeout_ms),
            ObjectiveDocument::Latency {
                threshold_ms,
                target_percent,
            } => {
                if *threshold_ms >= document.timeout_ms {
                    let message = format!(
                        "the threshold, {}, is not below the client's timeout, {}",
                        plain_time(*threshold_ms),
                        plain_time(document.timeout_ms)
                    );
                    let hint = "every answer counts as fast then; lower the threshold or raise the timeout";
                    found.warning(format!("{path}/threshold_ms"), message, hint);
                }
                (*target_percent, threshold_ms.min(document.timeout_ms))
            }
        };
        let best_percent = 100.0 * answered * service.service_time_s.cdf(within_ms / 1000.0);
        if best_percent < target_percent {
            let message = format!(
                "even without any waiting only {} % of the requests are good within {}; wanted are {} %",
                plain_number((best_percent * 1000.0).floor() / 1000.0),
                rounded_time(within_ms),
                plain_number(target_percent)
            );
            let hint = "no capacity can meet this: lower the target, allow more time, or make the service faster";
            found.warning(path, message, hint);
        }
    }
}

fn threshold_ms(objective: &ObjectiveDocument) -> Option<f64> {
    match objective {
        ObjectiveDocument::Success { .. } => None,
        ObjectiveDocument::Latency { threshold_ms, .. } => Some(*threshold_ms),
    }
}
