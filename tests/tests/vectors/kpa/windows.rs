//! Averages and maxima over windows of time.

use serde::Deserialize;
use serde_json::json;
use sim_core::control::kpa::{
    MaxWindow, TimeWindowMax, TimedBuckets, WeightedBuckets, panic_window_ms, smoothing_coefficient,
};

use super::{at_ms, ms};
use crate::case::{Answer, Tolerances};

#[derive(Deserialize)]
pub struct PanicWindow {
    stable_window_s: f64,
    panic_window_percentage: f64,
}

pub fn panic_window(case: &PanicWindow) -> Answer {
    let window_ms = panic_window_ms(ms(case.stable_window_s), case.panic_window_percentage);
    Answer::of(json!({ "panic_window_s": window_ms as f64 / 1000.0 }))
}

#[derive(Deserialize)]
pub struct WindowAverage {
    window_s: f64,
    granularity_s: f64,
    #[serde(default)]
    weighted: bool,
    ops: Vec<Op>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Op {
    #[serde(alias = "record")]
    Rec { t_s: f64, value: f64 },
    #[serde(alias = "average")]
    Avg { t_s: f64 },
    #[serde(alias = "is_empty")]
    Empty { t_s: f64 },
    Resize {
        #[serde(alias = "value", alias = "to_s")]
        window_s: f64,
        /// Without it, the time of the operation before.
        t_s: Option<f64>,
    },
}

enum Buckets {
    Timed(TimedBuckets),
    Weighted(WeightedBuckets),
}

impl Buckets {
    fn record(&mut self, now_ms: u64, value: f64) {
        match self {
            Self::Timed(buckets) => buckets.record(now_ms, value),
            Self::Weighted(buckets) => buckets.record(now_ms, value),
        }
    }

    fn average(&self, now_ms: u64) -> f64 {
        match self {
            Self::Timed(buckets) => buckets.average(now_ms),
            Self::Weighted(buckets) => buckets.average(now_ms),
        }
    }

    fn is_empty(&self, now_ms: u64) -> bool {
        match self {
            Self::Timed(buckets) => buckets.is_empty(now_ms),
            Self::Weighted(buckets) => buckets.is_empty(now_ms),
        }
    }

    fn resize(&mut self, now_ms: u64, window_ms: u64) {
        match self {
            Self::Timed(buckets) => buckets.resize(now_ms, window_ms),
            Self::Weighted(buckets) => buckets.resize(now_ms, window_ms),
        }
    }
}

/// The Go tests round weighted averages to three digits.
const ROUGHLY: Tolerances = &[("averages", 0.5e-3)];

pub fn window_average(case: &WindowAverage) -> Result<Answer, String> {
    let (window_ms, granularity_ms) = (ms(case.window_s), ms(case.granularity_s));
    let mut buckets = if case.weighted {
        Buckets::Weighted(WeightedBuckets::new(window_ms, granularity_ms))
    } else {
        Buckets::Timed(TimedBuckets::new(window_ms, granularity_ms))
    };
    let (mut averages, mut empty) = (Vec::new(), Vec::new());
    let mut last_ms = at_ms(0.0);
    for op in &case.ops {
        match *op {
            Op::Rec { t_s, value } => {
                last_ms = at_ms(t_s);
                buckets.record(last_ms, value);
            }
            Op::Avg { t_s } => {
                last_ms = at_ms(t_s);
                averages.push(buckets.average(last_ms));
            }
            Op::Empty { t_s } => {
                last_ms = at_ms(t_s);
                empty.push(buckets.is_empty(last_ms));
            }
            Op::Resize { window_s, t_s } => {
                last_ms = t_s.map_or(last_ms, at_ms);
                buckets.resize(last_ms, ms(window_s));
            }
        }
    }
    let outputs = json!({ "averages": averages, "empty": empty });
    Ok(if case.weighted {
        Answer::roughly(outputs, ROUGHLY)
    } else {
        Answer::of(outputs)
    })
}

#[derive(Deserialize)]
pub struct MaxWindowCase {
    size: u64,
    values: Vec<i32>,
    indices: Vec<u64>,
}

pub fn max_window(case: &MaxWindowCase) -> Answer {
    let mut window = MaxWindow::new(case.size);
    let records = case.indices.iter().zip(&case.values);
    let current: Vec<_> = records
        .map(|(&index, &value)| {
            window.record(index, value);
            window.current()
        })
        .collect();
    Answer::of(json!({ "current": current }))
}

#[derive(Deserialize)]
pub struct TimeWindowMaxCase {
    window_s: f64,
    granularity_s: f64,
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    t_s: f64,
    value: i32,
}

pub fn time_window_max(case: &TimeWindowMaxCase) -> Answer {
    let mut window = TimeWindowMax::new(ms(case.window_s), case.granularity_s.round() as u64);
    for record in &case.records {
        window.record(at_ms(record.t_s), record.value);
    }
    Answer::of(json!({ "current": window.current() }))
}

#[derive(Deserialize)]
pub struct SmoothingCoeff {
    buckets: f64,
}

/// The literals of the Go tests have five digits.
const COEFFICIENT_ROUGHLY: Tolerances = &[("coeff", 0.5e-5)];

pub fn smoothing_coeff(case: &SmoothingCoeff) -> Answer {
    let outputs = json!({ "coeff": smoothing_coefficient(case.buckets) });
    Answer::roughly(outputs, COEFFICIENT_ROUGHLY)
}
