//! The designs that a search may try: a ladder of values for each knob.
//!
//! Ladders have few, round rungs, so that designs read well ("target 65 %", not "64.8713 %"), the same design is never
//! tried twice under two names, and neighbours are well defined.

use crate::random::{Rng, uniform};
use crate::scenario::document::{KnobScale, ScenarioDocument, SearchKnobDocument};
use crate::scenario::{is_whole_at, read_choice};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A range of numbers gets about so many rungs.
const RUNGS: f64 = 40.0;

/// One knob and the values it may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// JSON Pointer.
    pub path: String,
    /// The values.
    pub rungs: Vec<Value>,
    /// Whether neighbouring rungs are alike: numbers are, choices are not.
    pub ordered: bool,
}

/// A design: a rung of each ladder.
pub type Rungs = Vec<u16>;

/// All designs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// The knobs.
    pub knobs: Vec<Ladder>,
}

impl Space {
    /// The knobs of a scenario's search; where it names none, those of its sweep.
    pub fn of(document: &ScenarioDocument) -> Self {
        let search = document.search.iter().flat_map(|search| &search.knobs);
        let mut knobs: Vec<Ladder> = search.filter_map(|knob| ladder(document, knob)).collect();
        if knobs.is_empty() {
            let swept = document.sweep.iter();
            knobs = swept
                .map(|knob| range(&knob.path, (knob.from, knob.to), KnobScale::Linear))
                .collect();
        }
        Self { knobs }
    }

    /// Number of designs, as a plain number: it may be huge.
    pub fn size(&self) -> f64 {
        let rungs = self.knobs.iter().map(|knob| knob.rungs.len() as f64);
        rungs.product()
    }

    /// The values of a design.
    pub fn values(&self, design: &[u16]) -> Vec<Value> {
        let rung = |(knob, &at): (&Ladder, &u16)| knob.rungs.get(usize::from(at)).cloned();
        let values = self.knobs.iter().zip(design).map(rung);
        values.map(Option::unwrap_or_default).collect()
    }

    /// The rungs nearest to the document's own values.
    pub fn nearest(&self, document: &ScenarioDocument) -> Rungs {
        let tree = serde_json::to_value(document).unwrap_or_default();
        let at = |knob: &Ladder| {
            let now = tree.pointer(&knob.path).unwrap_or(&Value::Null);
            let same = |rung: &Value| rung == now;
            let distance = |rung: &Value| match (rung.as_f64(), now.as_f64()) {
                (Some(rung), Some(now)) => (rung - now).abs(),
                _ if same(rung) => 0.0,
                _ => f64::MAX,
            };
            let places = knob.rungs.iter().enumerate();
            let nearest = places.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
            nearest.map_or(0, |(at, _)| at as u16)
        };
        self.knobs.iter().map(at).collect()
    }

    /// A design from numbers between 0 and 1.
    pub fn at(&self, units: impl IntoIterator<Item = f64>) -> Rungs {
        let rung = |(knob, unit): (&Ladder, f64)| {
            let rungs = knob.rungs.len().max(1);
            ((unit * rungs as f64) as usize).min(rungs - 1) as u16
        };
        self.knobs.iter().zip(units).map(rung).collect()
    }

    /// Any design.
    pub fn any(&self, rng: &mut Rng) -> Rungs {
        let units: Vec<f64> = self.knobs.iter().map(|_| uniform(rng)).collect();
        self.at(units)
    }

    /// How far two designs lie apart along a knob: 0 to 1.
    pub fn apart(&self, knob: usize, a: &[u16], b: &[u16]) -> f64 {
        let (Some(ladder), Some(&a), Some(&b)) = (self.knobs.get(knob), a.get(knob), b.get(knob))
        else {
            return 0.0;
        };
        match (a == b, ladder.ordered) {
            (true, _) => 0.0,
            (false, false) => 1.0,
            (false, true) => f64::from(a.abs_diff(b)) / (ladder.rungs.len().max(2) - 1) as f64,
        }
    }
}

fn ladder(document: &ScenarioDocument, knob: &SearchKnobDocument) -> Option<Ladder> {
    match knob {
        SearchKnobDocument::Range {
            path,
            from,
            to,
            scale,
        } => Some(range(path, (*from, *to), *scale)),
        SearchKnobDocument::Choice { path, values } => {
            let tree = serde_json::to_value(document).ok()?;
            let now = tree.pointer(path)?;
            let values = values.iter();
            let mut rungs: Vec<Value> = values
                .filter_map(|text| read_choice(document, path, now, text).ok())
                .collect();
            let numbers: Option<Vec<f64>> = rungs.iter().map(Value::as_f64).collect();
            if let Some(mut numbers) = numbers {
                numbers.sort_unstable_by(f64::total_cmp);
                numbers.dedup();
                let whole = is_whole_at(path);
                rungs = numbers
                    .into_iter()
                    .map(|value| plain(value, whole))
                    .collect();
                return Some(of(path, rungs, true));
            }
            let mut once: Vec<Value> = Vec::new();
            for rung in rungs {
                if !once.contains(&rung) {
                    once.push(rung);
                }
            }
            Some(of(path, once, false))
        }
        SearchKnobDocument::Switch { path } => {
            Some(of(path, vec![Value::Bool(false), Value::Bool(true)], false))
        }
    }
}

fn of(path: &str, rungs: Vec<Value>, ordered: bool) -> Ladder {
    Ladder {
        path: path.to_owned(),
        rungs,
        ordered,
    }
}

fn range(path: &str, ends: (f64, f64), scale: KnobScale) -> Ladder {
    let whole = is_whole_at(path);
    let (low, high) = (ends.0.min(ends.1), ends.0.max(ends.1));
    let mut values = match scale {
        KnobScale::Log if low > 0.0 && high > low => log_values(low, high),
        _ => linear_values(low, high, whole),
    };
    if whole {
        values.iter_mut().for_each(|value| *value = value.round());
    }
    values.dedup();
    let rungs = values
        .into_iter()
        .map(|value| plain(value, whole))
        .collect();
    of(path, rungs, true)
}

fn plain(value: f64, whole: bool) -> Value {
    if whole {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

fn linear_values(low: f64, high: f64, whole: bool) -> Vec<f64> {
    let step = round_step((high - low) / RUNGS).max(if whole { 1.0 } else { 0.0 });
    if high <= low || step <= 0.0 || !step.is_finite() {
        return vec![low];
    }
    let mut values = vec![low];
    let first = (low / step).floor() + 1.0;
    for index in 0..=2 * RUNGS as u32 + 2 {
        // Of whole steps, so that 0.1 × 3 is 0.3.
        let value = cleaned((first + f64::from(index)) * step);
        if value >= high {
            break;
        }
        if value > low {
            values.push(value);
        }
    }
    values.push(high);
    values
}

fn log_values(low: f64, high: f64) -> Vec<f64> {
    let ratio = libm::log(high / low);
    let mut values = vec![low];
    for index in 1..RUNGS as u32 {
        let value = significant(low * libm::exp(ratio * f64::from(index) / RUNGS));
        if value > low && value < high && values.last().is_none_or(|last| *last < value) {
            values.push(value);
        }
    }
    values.push(high);
    values
}

/// The least of 1, 2, 5, 10, … that is not below a number.
fn round_step(least: f64) -> f64 {
    if least <= 0.0 || !least.is_finite() {
        return 0.0;
    }
    let power = libm::exp10(libm::floor(libm::log10(least)));
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| cleaned(digit * power));
    let fits = steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9));
    fits.unwrap_or(10.0 * power)
}

/// Two significant digits.
fn significant(value: f64) -> f64 {
    let power = libm::exp10(libm::floor(libm::log10(value)) - 1.0);
    cleaned((value / power).round() * power)
}

/// Without the dust of binary fractions: 0.30000000000000004 is 0.3.
fn cleaned(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_round_and_reach_both_ends() {
        assert_eq!(linear_values(40.0, 70.0, false).len(), 31);
        assert_eq!(linear_values(0.1, 0.3, false)[..3], [0.1, 0.105, 0.11]);
        assert_eq!(linear_values(4.0, 7.0, true), [4.0, 5.0, 6.0, 7.0]);
        assert_eq!(linear_values(5.0, 5.0, true), [5.0]);
        let log = log_values(10.0, 10_000.0);
        assert_eq!((log[0], log[log.len() - 1]), (10.0, 10_000.0));
        assert!(log.windows(2).all(|pair| pair[0] < pair[1]), "{log:?}");
        assert!(
            log.windows(2).all(|pair| pair[1] < 1.25 * pair[0]),
            "{log:?}"
        );
        assert!(log.contains(&120.0) || log.contains(&130.0), "{log:?}");
    }
}
