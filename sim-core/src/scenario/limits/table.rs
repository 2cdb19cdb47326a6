//! The rows, one file for each part of the document.

mod autoscaler;
mod backfill;
mod batch;
mod document;
mod edge;
mod fleet;
mod functions;
mod prices;
mod provisioner;
mod resilience;
mod run;
mod search;
mod service;
mod slo;
mod spot;
mod storage;
mod topology;
mod traffic;
mod uncertain;

use super::{Bounds, Limit, Scale};

const fn row(key: &'static str, bounds: Bounds, min: f64, max: f64, unit: &'static str) -> Limit {
    Limit {
        key,
        bounds,
        min,
        max,
        unit,
        scale: Scale::Linear,
        soft_min: min,
        soft_max: max,
        step: 0.0,
        default: None,
        source: "",
    }
}

const fn number(key: &'static str, min: f64, max: f64, unit: &'static str) -> Limit {
    row(key, Bounds::Number, min, max, unit)
}

const fn whole(key: &'static str, min: u64, max: u64, unit: &'static str) -> Limit {
    row(key, Bounds::Number, min as f64, max as f64, unit).step(1.0)
}

const fn items(key: &'static str, min: u32, max: u32) -> Limit {
    row(key, Bounds::Items, min as f64, max as f64, "").step(1.0)
}

const fn text(key: &'static str, min: u32, max: u32) -> Limit {
    row(key, Bounds::Length, min as f64, max as f64, "").step(1.0)
}

const fn mean(key: &'static str, min: f64, max: f64, unit: &'static str) -> Limit {
    row(key, Bounds::Mean, min, max, unit)
}

impl Limit {
    const fn log(mut self) -> Self {
        self.scale = Scale::Log;
        self
    }

    /// Range of the slider.
    const fn soft(mut self, min: f64, max: f64) -> Self {
        self.soft_min = min;
        self.soft_max = max;
        self
    }

    const fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    const fn default(mut self, default: f64) -> Self {
        self.default = Some(default);
        self
    }

    const fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }
}

/// All limits, in the order of the document.
pub(super) const PARTS: &[&[Limit]] = &[
    document::ROWS,
    traffic::ROWS,
    service::ROWS,
    autoscaler::ROWS,
    fleet::ROWS,
    provisioner::ROWS,
    spot::ROWS,
    backfill::ROWS,
    prices::ROWS,
    topology::ROWS,
    functions::ROWS,
    resilience::ROWS,
    edge::ROWS,
    storage::ROWS,
    batch::ROWS,
    slo::ROWS,
    run::ROWS,
    search::ROWS,
    uncertain::ROWS,
];
