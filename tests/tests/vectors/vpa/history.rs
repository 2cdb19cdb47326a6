//! What was used: histograms, memory peaks, confidence.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sim_core::control::vpa::{
    Buckets, DecayingHistogram, Histogram, MemoryPeaks, OomBump, PeakChange, confidence,
};

use crate::case::{Answer, whole};

type Outcome = Result<Answer, String>;

/// Whole milliseconds of a number of minutes or hours.
pub fn ms(number: f64, unit_ms: f64) -> i64 {
    (number * unit_ms).round() as i64
}

pub const MINUTE_MS: f64 = 60_000.0;
pub const HOUR_MS: f64 = 60.0 * MINUTE_MS;

/// Upstream's two schemes; the width of the first bucket goes by several names.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Options {
    Linear {
        max: f64,
        #[serde(alias = "bucket_size")]
        bucket: f64,
        epsilon: f64,
    },
    Exponential {
        max: f64,
        #[serde(alias = "first_bucket", alias = "first_bucket_size")]
        #[serde(alias = "bucket", alias = "bucket_size")]
        first: f64,
        ratio: f64,
        epsilon: f64,
    },
}

impl Options {
    fn buckets(&self) -> Result<Buckets, String> {
        match *self {
            Options::Linear {
                max,
                bucket,
                epsilon,
            } => Buckets::linear(max, bucket, epsilon),
            Options::Exponential {
                max,
                first,
                ratio,
                epsilon,
            } => Buckets::exponential(max, first, ratio, epsilon),
        }
        .ok_or_else(|| "options must be positive, the ratio above 1".to_owned())
    }
}

#[derive(Deserialize)]
pub struct BucketsCase {
    options: Options,
    #[serde(default)]
    start: Vec<String>,
    #[serde(default)]
    find: Vec<String>,
}

pub fn buckets(case: &BucketsCase) -> Outcome {
    let buckets = case.options.buckets()?;
    let mut starts = BTreeMap::new();
    for name in &case.start {
        let bucket = name.parse().map_err(|e| format!("{name}: {e}"))?;
        starts.insert(name, buckets.start(bucket));
    }
    let mut finds = BTreeMap::new();
    for name in &case.find {
        let value = name.parse().map_err(|e| format!("{name}: {e}"))?;
        finds.insert(name, buckets.find(value));
    }
    Ok(Answer::of(
        json!({ "n": buckets.count(), "start": starts, "find": finds }),
    ))
}

/// Value, weight, and the time in hours if the histogram decays.
#[derive(Deserialize)]
#[serde(untagged)]
enum Sample {
    Timed(f64, f64, f64),
    Plain(f64, f64),
}

/// A histogram that decays if a half-life is given.
enum Either {
    Plain(Histogram),
    Decaying(DecayingHistogram),
}

impl Either {
    fn new(options: &Options, half_life_h: Option<f64>) -> Result<Self, String> {
        let buckets = options.buckets()?;
        Ok(match half_life_h {
            None => Either::Plain(Histogram::new(buckets)),
            Some(hours) => Either::Decaying(DecayingHistogram::new(buckets, ms(hours, HOUR_MS))),
        })
    }

    fn with(mut self, samples: &[Sample]) -> Self {
        for sample in samples {
            let (value, weight, hours) = match *sample {
                Sample::Timed(value, weight, hours) => (value, weight, hours),
                Sample::Plain(value, weight) => (value, weight, 0.0),
            };
            self.add(value, weight, hours);
        }
        self
    }

    fn add(&mut self, value: f64, weight: f64, hours: f64) {
        match self {
            Either::Plain(histogram) => histogram.add(value, weight),
            Either::Decaying(histogram) => histogram.add(value, weight, ms(hours, HOUR_MS)),
        }
    }

    fn subtract(&mut self, value: f64, weight: f64, hours: f64) {
        match self {
            Either::Plain(histogram) => histogram.subtract(value, weight),
            Either::Decaying(histogram) => histogram.subtract(value, weight, ms(hours, HOUR_MS)),
        }
    }

    fn percentile(&self, p: f64) -> f64 {
        match self {
            Either::Plain(histogram) => histogram.percentile(p),
            Either::Decaying(histogram) => histogram.percentile(p),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Either::Plain(histogram) => histogram.is_empty(),
            Either::Decaying(histogram) => histogram.is_empty(),
        }
    }

    fn merged_is(mut self, other: &Self, expected: &Self) -> bool {
        match (&mut self, other, expected) {
            (Either::Plain(one), Either::Plain(other), Either::Plain(expected)) => {
                one.merge(other);
                one.is_same_as(expected)
            }
            (Either::Decaying(one), Either::Decaying(other), Either::Decaying(expected)) => {
                one.merge(other);
                one.is_same_as(expected)
            }
            _ => false,
        }
    }
}

#[derive(Deserialize)]
pub struct Percentiles {
    options: Options,
    half_life_h: Option<f64>,
    samples: Vec<Sample>,
    percentiles: Vec<f64>,
}

pub fn percentile(case: &Percentiles) -> Outcome {
    let histogram = Either::new(&case.options, case.half_life_h)?.with(&case.samples);
    let values: Vec<f64> = case
        .percentiles
        .iter()
        .map(|p| histogram.percentile(*p))
        .collect();
    Ok(Answer::of(json!(values)))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Op {
    Timed(Way, f64, f64, f64),
    Plain(Way, f64, f64),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    Add,
    #[serde(alias = "subtract")]
    Sub,
}

#[derive(Deserialize)]
pub struct Emptiness {
    options: Options,
    half_life_h: Option<f64>,
    ops: Vec<Op>,
}

/// Whether the histogram is empty at first, and after every operation.
pub fn empty(case: &Emptiness) -> Outcome {
    let mut histogram = Either::new(&case.options, case.half_life_h)?;
    let mut answers = vec![histogram.is_empty()];
    for op in &case.ops {
        let (way, value, weight, hours) = match *op {
            Op::Timed(way, value, weight, hours) => (way, value, weight, hours),
            Op::Plain(way, value, weight) => (way, value, weight, 0.0),
        };
        match way {
            Way::Add => histogram.add(value, weight, hours),
            Way::Sub => histogram.subtract(value, weight, hours),
        }
        answers.push(histogram.is_empty());
    }
    Ok(Answer::of(json!(answers)))
}

#[derive(Deserialize)]
pub struct Merge {
    options: Options,
    half_life_h: Option<f64>,
    a: Vec<Sample>,
    b: Vec<Sample>,
    expected_samples: Vec<Sample>,
}

pub fn merge_equals(case: &Merge) -> Outcome {
    let of = |samples: &[Sample]| {
        Either::new(&case.options, case.half_life_h).map(|histogram| histogram.with(samples))
    };
    let (a, b, expected) = (of(&case.a)?, of(&case.b)?, of(&case.expected_samples)?);
    Ok(Answer::of(json!(a.merged_is(&b, &expected))))
}

#[derive(Deserialize)]
pub struct MemoryEvents {
    interval_min: f64,
    events: Vec<MemoryEvent>,
}

#[derive(Deserialize)]
struct MemoryEvent {
    #[serde(rename = "type")]
    kind: MemoryEventKind,
    /// Minutes.
    t: f64,
    #[serde(deserialize_with = "whole")]
    v: i64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MemoryEventKind {
    Sample,
    Oom,
}

pub fn memory_ops(case: &MemoryEvents) -> Outcome {
    let mut peaks = MemoryPeaks::new(ms(case.interval_min, MINUTE_MS));
    let (mut accepted, mut ops) = (Vec::new(), Vec::new());
    for event in &case.events {
        let at_ms = ms(event.t, MINUTE_MS);
        let change = match event.kind {
            MemoryEventKind::Sample => peaks.sample(at_ms, event.v),
            MemoryEventKind::Oom => peaks.oom(at_ms, event.v, OomBump::default()),
        };
        accepted.push(change.is_some());
        ops.extend(change.into_iter().flat_map(operations));
    }
    Ok(Answer::of(json!({ "accepted": accepted, "ops": ops })))
}

fn operations(change: PeakChange) -> impl Iterator<Item = Value> {
    [("sub", change.subtract), ("add", change.add)]
        .into_iter()
        .filter_map(|(way, peak)| {
            peak.map(|peak| json!([way, peak.bytes, peak.at_ms as f64 / MINUTE_MS]))
        })
}

#[derive(Deserialize)]
pub struct Confidence {
    first_min: f64,
    last_min: f64,
    samples: f64,
    interval_min: f64,
}

pub fn confidence_of(case: &Confidence) -> Outcome {
    let span_ms = ms(case.last_min, MINUTE_MS) - ms(case.first_min, MINUTE_MS);
    let confidence = confidence(span_ms, case.samples, ms(case.interval_min, MINUTE_MS));
    Ok(Answer::of(json!(confidence)))
}
