//! What the samples of a case say about its oracles.

use super::case::{Case, Sample};
use super::oracle::{Oracle, Rule, Value};
use crate::stats::Welford;
use serde::Serialize;

/// Confidence of the interval in which an expected figure must lie.
pub const LEVEL: f64 = 0.99;

/// Numbers that are known exactly are met to this share of them.
const EXACT: f64 = 1e-9;

/// The samples of one case, by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    samples: Vec<Option<Sample>>,
    count: u32,
}

impl Evidence {
    /// No sample of a case yet.
    pub fn new(case: &Case) -> Self {
        Self {
            samples: vec![None; case.samples as usize],
            count: 0,
        }
    }

    /// Takes a sample in. One that is there already, or that the case does not have, changes nothing.
    pub fn add(&mut self, index: u32, sample: Sample) {
        if let Some(place @ None) = self.samples.get_mut(index as usize) {
            *place = Some(sample);
            self.count += 1;
        }
    }

    /// Samples taken in.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Whether all samples are there.
    pub fn is_complete(&self) -> bool {
        self.count as usize == self.samples.len()
    }

    /// One verdict for each of the case's oracles, of the samples that are there, in the order of their index.
    pub fn verdicts(&self, case: &Case) -> Vec<Verdict> {
        let judge = |(place, oracle): (usize, &Oracle)| {
            let values = self
                .samples
                .iter()
                .flatten()
                .filter_map(|sample| sample.get(place));
            verdict(oracle, values)
        };
        case.oracles.iter().enumerate().map(judge).collect()
    }
}

/// What a run says about an oracle.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What was measured: the mean of the samples, or the course.
    pub measured: Value,
    /// Ends of the 99 % interval of the measured figure; none below two samples, and for what is exact.
    pub interval: Option<(f64, f64)>,
    /// Whether it agrees.
    pub judgement: Judgement,
}

/// Whether a run agrees with what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// It does.
    Agrees,
    /// It does not.
    Differs,
    /// The interval is too wide to mean anything.
    TooWide,
}

impl Verdict {
    /// Half the width of the interval.
    pub fn half_width(&self) -> Option<f64> {
        self.interval.map(|(low, high)| 0.5 * (high - low))
    }

    /// That half width for people: "± 0.00267"; "exact" where there is no interval.
    pub fn half_width_words(&self) -> String {
        match self.half_width() {
            Some(half) => format!("± {}", three_digits(half)),
            None => "exact".to_owned(),
        }
    }

    /// How far an approximation, or a figure published without an interval, is off, for people: "+4.2 %"; none
    /// for other rules.
    pub fn error_words(&self, oracle: &Oracle) -> Option<String> {
        let error = oracle.expected.number() / self.measured.number() - 1.0;
        let sign = if error < 0.0 { "−" } else { "+" };
        let words = format!("{sign}{:.1} %", 100.0 * error.abs());
        let off = matches!(
            oracle.rule,
            Rule::Approximation { .. } | Rule::Published { .. }
        );
        off.then_some(words)
    }

    /// Whether it agrees.
    pub fn agrees(&self) -> bool {
        self.judgement == Judgement::Agrees
    }
}

/// Three significant digits: an interval's width is itself only known so well.
fn three_digits(value: f64) -> String {
    let mut decimals = 2;
    let mut size = value.abs();
    while size > 0.0 && size < 1.0 && decimals < 12 {
        size *= 10.0;
        decimals += 1;
    }
    format!("{value:.decimals$}")
}

fn verdict<'a>(oracle: &Oracle, mut values: impl Iterator<Item = &'a Value>) -> Verdict {
    if oracle.rule == Rule::Exact {
        let measured = values.next().cloned().unwrap_or(Value::Number(f64::NAN));
        let judgement = judged(same(&measured, &oracle.expected));
        return Verdict {
            measured,
            interval: None,
            judgement,
        };
    }
    let mut seen = Welford::new();
    values.for_each(|value| seen.push(value.number()));
    let interval = seen.mean_ci(LEVEL);
    let judgement = interval.map_or(Judgement::TooWide, |ends| judge(oracle, ends));
    Verdict {
        measured: Value::Number(seen.mean()),
        interval,
        judgement,
    }
}

fn judged(agrees: bool) -> Judgement {
    if agrees {
        Judgement::Agrees
    } else {
        Judgement::Differs
    }
}

/// Agreement within an interval, which means nothing when that is wide.
fn unless_wide(agrees: bool, wide: bool) -> Judgement {
    if agrees && wide {
        Judgement::TooWide
    } else {
        judged(agrees)
    }
}

fn same(measured: &Value, expected: &Value) -> bool {
    match (measured, expected) {
        (Value::Number(a), Value::Number(b)) => (a - b).abs() <= EXACT * b.abs(),
        (Value::Course(a), Value::Course(b)) => a == b,
        _ => false,
    }
}

fn judge(oracle: &Oracle, (low, high): (f64, f64)) -> Judgement {
    let expected = oracle.expected.number();
    match oracle.rule {
        Rule::Interval { precision } => {
            let wide = 0.5 * (high - low) > precision * expected.abs();
            unless_wide(low <= expected && expected <= high, wide)
        }
        Rule::Estimate {
            uncertain,
            precision,
        } => {
            let (own, off) = (0.5 * (high - low), 0.5 * (high + low) - expected);
            let agrees = off * off <= own * own + uncertain * uncertain;
            unless_wide(agrees, own > precision * expected.abs())
        }
        Rule::Published { tolerance } => {
            let mean = 0.5 * (high + low);
            judged((mean - expected).abs() <= tolerance * expected.abs())
        }
        Rule::Approximation { least, most } => {
            let (at_high, at_low) = (expected / high - 1.0, expected / low - 1.0);
            judged(low > 0.0 && least <= at_high && at_low <= most)
        }
        Rule::Exact => judged(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(oracle: &Oracle, numbers: &[f64]) -> Verdict {
        let values: Vec<Value> = numbers.iter().map(|&x| Value::Number(x)).collect();
        verdict(oracle, values.iter())
    }

    /// Mean 2, sd 1, n 3: half width 9.9248 / √3 = 5.73 at 99 %.
    #[test]
    fn an_interval_holds_what_is_expected_or_does_not() {
        let oracle = |expected, precision| Oracle::interval("x", "x", "", expected, precision);
        let numbers = [1.0, 2.0, 3.0];
        let seen = of(&oracle(5.0, 2.0), &numbers);
        assert!(seen.agrees(), "{seen:?}");
        assert!((seen.half_width().unwrap() - 9.924_843_2 / 3f64.sqrt()).abs() < 1e-6);
        assert_eq!(
            of(&oracle(5.0, 0.5), &numbers).judgement,
            Judgement::TooWide
        );
        assert_eq!(
            of(&oracle(9.0, 2.0), &numbers).judgement,
            Judgement::Differs
        );
        assert_eq!(of(&oracle(1.0, 9.0), &[1.0]).judgement, Judgement::TooWide);
        let nan = of(&oracle(1.0, 9.0), &[f64::NAN, 1.0, 1.0]);
        assert_eq!(nan.judgement, Judgement::Differs);
    }

    #[test]
    fn what_is_exact_is_equal() {
        let course = Value::Course(vec![2, 3]);
        let oracle = Oracle::exact("x", "x", "", course.clone());
        assert!(verdict(&oracle, [course].iter()).agrees());
        assert!(!verdict(&oracle, [Value::Course(vec![2])].iter()).agrees());
        assert!(!verdict(&oracle, [].iter()).agrees());
        let oracle = Oracle::exact("x", "x", "", Value::Number(43.2));
        assert!(of(&oracle, &[43.2 * (1.0 + 1e-12)]).agrees());
        assert!(!of(&oracle, &[43.201]).agrees());
    }

    #[test]
    fn an_approximation_is_as_far_off_as_it_says() {
        let numbers = [9.9, 10.0, 10.1, 10.0];
        let off =
            |bounds| of(&Oracle::approximation("x", "x", "", 11.0, bounds), &numbers).agrees();
        assert!(off((0.05, 0.15)));
        // Better than stated is not what was stated either.
        assert!(!off((0.11, 0.2)) && !off((-0.05, 0.05)));
    }
}
