//! The histogram of latencies.

use crate::format;
use crate::views::figures::table;
use leptos::prelude::*;
use sim_core::replication::WindowReplay;

const HEIGHT: f64 = 120.0;
/// Width of a bin and where its bar ends, in the drawing's own units.
const BIN: f64 = 10.0;

/// The histogram; nothing where nothing was served.
pub(super) fn latency(replay: &WindowReplay) -> Option<AnyView> {
    let bins = &replay.latency;
    let most = bins.iter().map(|bin| bin.requests).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let is_slow = |to_ms: f64| replay.threshold_ms.is_some_and(|at| to_ms > at);
    let (mut quick, mut slow) = (String::new(), String::new());
    for (place, bin) in bins.iter().enumerate() {
        let path = if is_slow(bin.to_ms) {
            &mut slow
        } else {
            &mut quick
        };
        let height = HEIGHT * bin.requests / most;
        let x = BIN * place as f64 + 0.5;
        path.push_str(&format!(
            "M{x} {HEIGHT}v-{height:.2}h{}V{HEIGHT}z",
            BIN - 1.0
        ));
    }
    let width = BIN * bins.len() as f64;
    let label = format!(
        "Histogram of the latency of {} served requests on a logarithmic scale, {} to {}",
        format::grouped(bins.iter().map(|bin| bin.requests).sum()),
        format::milliseconds(bins.first()?.from_ms),
        format::milliseconds(bins.last()?.to_ms)
    );
    let marks = bins.iter().step_by(bins.len().div_ceil(6).max(1));
    let marks = marks.map(|bin| view! { <span>{format::milliseconds(bin.from_ms)}</span> });
    let rows = bins.iter().map(|bin| {
        view! { <tr><th scope="row">{format::range(bin.from_ms, bin.to_ms, format::milliseconds)}</th><td>{format::grouped(bin.requests)}</td></tr> }
    });
    let threshold = replay.threshold_ms.map(|at| {
        view! { <p class="legend"><span><span class="swatch blue"></span>" in time"</span><span><span class="swatch red"></span>{format!(" bins that reach beyond {}", format::milliseconds(at))}</span></p> }
    });
    Some(
        view! {
            <h3>"Latency of served requests"</h3>
            <svg class="bins" role="img" aria-label=label viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" data-testid="window-latency">
                <path class="quick" d=quick/>
                <path class="slow" d=slow/>
            </svg>
            <div class="bins-axis" aria-hidden="true">{marks.collect_view()}</div>
            {threshold}
            <details class="twin"><summary>"As a table"</summary>{table("Latency of served requests", &["Latency", "Requests"], rows.collect_view())}</details>
        }
        .into_any(),
    )
}
