//! A figure whose value is known, and what counts as agreement.

use serde::{Deserialize, Serialize};

/// One figure of a case whose value is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Oracle {
    /// Its short name within the case: letters, digits and dashes.
    pub key: &'static str,
    /// What is measured.
    pub figure: String,
    /// Where the expected value comes from, as a formula or in words.
    pub formula: &'static str,
    /// The value that is known.
    pub expected: Value,
    /// What counts as agreement.
    pub rule: Rule,
}

impl Oracle {
    /// A figure that must lie in the run's own interval, whose half width must stay below `precision` of it.
    pub fn interval(
        key: &'static str,
        figure: impl Into<String>,
        formula: &'static str,
        expected: f64,
        precision: f64,
    ) -> Self {
        Self {
            key,
            figure: figure.into(),
            formula,
            expected: Value::Number(expected),
            rule: Rule::Interval {
                precision,
                uncertain: 0.0,
            },
        }
    }

    /// The same where the expected figure was itself measured, with a 95 % interval of ± `uncertain`.
    pub fn published(
        key: &'static str,
        figure: impl Into<String>,
        formula: &'static str,
        (expected, uncertain): (f64, f64),
        precision: f64,
    ) -> Self {
        // From 95 % to 99 % of a normal law.
        let uncertain = uncertain * 2.576 / 1.960;
        Self {
            rule: Rule::Interval {
                precision,
                uncertain,
            },
            ..Self::interval(key, figure, formula, expected, precision)
        }
    }

    /// A figure that must be met exactly.
    pub fn exact(
        key: &'static str,
        figure: impl Into<String>,
        formula: &'static str,
        expected: Value,
    ) -> Self {
        Self {
            key,
            figure: figure.into(),
            formula,
            expected,
            rule: Rule::Exact,
        }
    }

    /// A figure that is known to be off: its relative error must lie between `least` and `most`.
    pub fn near(
        key: &'static str,
        figure: impl Into<String>,
        formula: &'static str,
        expected: f64,
        (least, most): (f64, f64),
    ) -> Self {
        Self {
            key,
            figure: figure.into(),
            formula,
            expected: Value::Number(expected),
            rule: Rule::Near { least, most },
        }
    }
}

/// What counts as agreement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// The expected figure lies in the 99 % interval of the run's own samples.
    Interval {
        /// Largest half width of that interval, relative to the expected figure, with which the run proves
        /// anything.
        precision: f64,
        /// Half width of the 99 % interval of the expected figure, where that was measured too; it adds to the
        /// run's as independent errors do. 0 for theory.
        uncertain: f64,
    },
    /// The same whole numbers, or the same number to nine digits.
    Exact,
    /// The expected figure is an approximation, or was measured elsewhere without an interval. Its relative error,
    /// expected / measured − 1, lies within the stated bounds for every value of the run's 99 % interval.
    Near {
        /// Least relative error.
        least: f64,
        /// Largest relative error.
        most: f64,
    },
}

impl Rule {
    /// The rule for people.
    pub fn words(&self) -> String {
        match self {
            Rule::Interval {
                precision,
                uncertain,
            } => {
                let own = format!(
                    "the run’s own 99 % interval, which is at most ±{} % wide",
                    short(100.0 * precision)
                );
                if *uncertain > 0.0 {
                    format!(
                        "the known value, ±{} itself, meets {own}",
                        significant(*uncertain)
                    )
                } else {
                    format!("the known value lies in {own}")
                }
            }
            Rule::Exact => "equal".to_owned(),
            Rule::Near { least, most } => format!(
                "the known value is off by {} to {} % over the whole 99 % interval",
                signed(100.0 * least),
                signed(100.0 * most)
            ),
        }
    }
}

fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn signed(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{}", short(value.abs()))
}

/// A number, or the whole numbers that something passes through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Whole numbers in order.
    Course(Vec<u32>),
}

impl Value {
    /// The number; of a course the last one. Not a number for an empty course.
    pub fn number(&self) -> f64 {
        match self {
            Value::Number(number) => *number,
            Value::Course(course) => course.last().map_or(f64::NAN, |&last| f64::from(last)),
        }
    }

    /// The value for people: six significant digits, a course with arrows.
    pub fn words(&self) -> String {
        match self {
            Value::Number(number) => significant(*number),
            Value::Course(course) => {
                let steps: Vec<String> = course.iter().map(u32::to_string).collect();
                steps.join(" → ")
            }
        }
    }
}

/// Six significant digits: 0.0269574, 10, 5999.87.
pub(super) fn significant(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let mut decimals = 5;
    let mut size = value.abs();
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    while size > 0.0 && size < 1.0 && decimals < 12 {
        size *= 10.0;
        decimals += 1;
    }
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_well() {
        assert_eq!(significant(0.026_957_4), "0.0269574");
        assert_eq!(significant(10.0), "10");
        assert_eq!(significant(5999.872), "5999.87");
        assert_eq!(significant(-0.5), "−0.5");
        assert_eq!(significant(0.0), "0");
        assert_eq!(significant(1e-15), "0");
        assert_eq!(significant(f64::NAN), "–");
        assert_eq!(Value::Course(vec![2, 6, 12]).words(), "2 → 6 → 12");
    }

    #[test]
    fn rules_read_well() {
        assert_eq!(
            Oracle::interval("x", "x", "", 1.0, 0.01).rule.words(),
            "the known value lies in the run’s own 99 % interval, which is at most ±1 % wide"
        );
        assert_eq!(
            Oracle::published("x", "x", "", (7.7005, 0.0081), 0.005)
                .rule
                .words(),
            "the known value, ±0.0106457 itself, meets the run’s own 99 % interval, which is at most ±0.5 % wide"
        );
        assert_eq!(
            Oracle::near("x", "x", "", 1.0, (-0.055, 0.02)).rule.words(),
            "the known value is off by −5.5 to +2 % over the whole 99 % interval"
        );
    }
}
