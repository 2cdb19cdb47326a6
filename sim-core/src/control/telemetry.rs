//! A scenario's telemetry: see `sim_planes::telemetry`, which runs every tick.

use crate::random::Rng;
use crate::scenario::document::TelemetryDocument;
pub use sim_planes::telemetry::{Gaps, Latencies, Sample, Telemetry, TickMeasure, Watch};

/// Nothing seen yet; outages have numbers of their own stream.
pub fn telemetry(document: &TelemetryDocument, tick_s: f64, rng: Rng) -> Telemetry {
    let watch = Watch {
        scrape_interval_s: document.scrape_interval_s,
        window_s: document.window_s,
        lag_s: document.lag_s,
    };
    let outages = document.gaps.as_ref();
    let outages = outages.map(|outages| {
        gaps(
            outages.mean_hours_between,
            outages.mean_duration_minutes,
            rng,
        )
    });
    Telemetry::new(watch, tick_s, outages)
}

/// Gaps of so many minutes, so many hours apart, both on average.
pub fn gaps(mean_hours_between: f64, mean_duration_minutes: f64, rng: Rng) -> Gaps {
    Gaps::new(
        mean_hours_between * 3600.0,
        mean_duration_minutes * 60.0,
        rng,
    )
}
