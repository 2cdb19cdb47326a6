//! The service: time, processor and timeout must fit together.

use super::super::document::ServiceDocument;
use super::super::limits::{plain_number, plain_time};
use super::super::problem::Found;
use super::distribution::compile;
use crate::random::Distribution;

/// The service's random quantities, in seconds.
pub(super) struct CompiledService {
    pub(super) service_time_s: Distribution,
    pub(super) startup_s: Distribution,
}

impl CompiledService {
    /// Requests per second that one replica can serve.
    pub(super) fn replica_rps(&self, document: &ServiceDocument) -> f64 {
        let slots = f64::from(document.concurrency);
        let sharing = document.processor_sharing.as_ref();
        sharing.map_or(slots, |sharing| sharing.cores.min(slots)) / self.service_time_s.mean()
    }

    /// Processor that a replica uses at most, in millicores.
    pub(super) fn full_millicores(&self, document: &ServiceDocument) -> f64 {
        self.replica_rps(document) * document.cpu_ms_per_request
    }
}

/// `calls_others`: requests hold their slots while they wait for others, and use no processor then.
pub(super) fn hold(
    document: &ServiceDocument,
    calls_others: bool,
    found: &mut Found,
) -> Option<CompiledService> {
    let service_time = compile(
        &document.service_time_ms,
        "/service/service_time_ms",
        "service.service_time_ms",
        found,
    );
    let startup = compile(
        &document.pod.startup_s,
        "/service/pod/startup_s",
        "pod.startup_s",
        found,
    );
    let compiled = CompiledService {
        service_time_s: service_time?.scale(0.001),
        startup_s: startup?,
    };
    hold_times(document, &compiled, calls_others, found);
    Some(compiled)
}

fn hold_times(
    document: &ServiceDocument,
    compiled: &CompiledService,
    calls_others: bool,
    found: &mut Found,
) {
    let mean_ms = compiled.service_time_s.mean() * 1000.0;
    if mean_ms > document.timeout_ms {
        let message = format!(
            "the client gives up after {}, but serving takes {} on average",
            plain_time(document.timeout_ms),
            rounded_time(mean_ms)
        );
        found.warning(
            "/service/timeout_ms",
            message,
            "most requests will time out; set it well above the service time",
        );
    }
    let full = compiled.full_millicores(document);
    let request = f64::from(document.pod.cpu_request_millicores);
    if full > request && !calls_others {
        let message = format!(
            "with all slots busy a replica uses {} millicores, more than its request of {}",
            rounded(full),
            rounded(request)
        );
        let hint = "nodes are filled by the request, so they would be overcommitted; raise it, or lower the concurrency or the CPU per request";
        found.warning("/service/pod/cpu_request_millicores", message, hint);
    }
    if document.cpu_ms_per_request > mean_ms {
        let message = format!(
            "a request uses {} of processor but lasts {} on average",
            rounded_time(document.cpu_ms_per_request),
            rounded_time(mean_ms)
        );
        found.warning(
            "/service/cpu_ms_per_request",
            message,
            "that needs more than one core per request",
        );
    }
}

/// A figure for a message: three digits are enough.
pub(super) fn rounded(value: f64) -> String {
    plain_number(to_read(value))
}

/// A time in milliseconds, as long as it needs to be.
pub(super) fn rounded_time(ms: f64) -> String {
    plain_time(to_read(ms))
}

fn to_read(value: f64) -> f64 {
    let scale = if value.abs() >= 100.0 { 1.0 } else { 100.0 };
    (value * scale).round() / scale
}
