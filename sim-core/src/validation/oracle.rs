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
            rule: Rule::Interval { precision },
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

    /// A figure that is known from somebody else's runs, to ± `uncertain` (half a 99 % interval).
    pub fn estimate(
        key: &'static str,
        figure: impl Into<String>,
        formula: &'static str,
        (expected, uncertain): (f64, f64),
        precision: f64,
    ) -> Self {
        Self {
            key,
            figure: figure.into(),
            formula,
            expected: Value::Number(expected),
            rule: Rule::Estimate {
                uncertain,
                precision,
            },
        }
    }

    /// A figure that was published or measured once, to be met within `tolerance` of it.
    pub fn published(
        key: &'static str,
        figure: impl Into<String>,
        formula: &'static str,
        expected: f64,
        tolerance: f64,
    ) -> Self {
        Self {
            key,
            figure: figure.into(),
            formula,
            expected: Value::Number(expected),
            rule: Rule::Published { tolerance },
        }
    }

    /// An approximation whose relative error must lie between `least` and `most`.
    pub fn approximation(
        key: &'static str,
        figure: impl Into<String>,
        formula: &'static str,
        approximation: f64,
        (least, most): (f64, f64),
    ) -> Self {
        Self {
            key,
            figure: figure.into(),
            formula,
            expected: Value::Number(approximation),
            rule: Rule::Approximation { least, most },
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
    },
    /// The expected figure comes from other runs. It lies in the 99 % interval of the difference.
    Estimate {
        /// Half the 99 % interval of the expected figure.
        uncertain: f64,
        /// Largest half width of the run's own interval, relative to the expected figure.
        precision: f64,
    },
    /// The expected figure was published or measured once. The mean of the run lies within a tolerance of it.
    Published {
        /// Relative to the expected figure.
        tolerance: f64,
    },
    /// The same whole numbers, or the same number to nine digits.
    Exact,
    /// The expected figure is an approximation. Its relative error, approximation / measured − 1, lies within the
    /// stated bounds for every value of the run's 99 % interval.
    Approximation {
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
            Rule::Interval { precision } => format!(
                "the expected figure lies in the run's own 99 % interval, which is at most ±{} % wide",
                short(100.0 * precision)
            ),
            Rule::Estimate {
                uncertain,
                precision,
            } => format!(
                "the expected figure, itself known to ±{uncertain}, lies in the 99 % interval of the difference; the run's own is at most ±{} % wide",
                short(100.0 * precision)
            ),
            Rule::Published { tolerance } => format!(
                "within ±{} % of the published figure",
                short(100.0 * tolerance)
            ),
            Rule::Exact => "equal".to_owned(),
            Rule::Approximation { least, most } => format!(
                "the approximation is off by {} to {} % over the whole 99 % interval",
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
            Rule::Interval { precision: 0.01 }.words(),
            "the expected figure lies in the run's own 99 % interval, which is at most ±1 % wide"
        );
        assert_eq!(
            Rule::Published { tolerance: 0.03 }.words(),
            "within ±3 % of the published figure"
        );
        assert_eq!(
            Rule::Approximation {
                least: -0.055,
                most: 0.02
            }
            .words(),
            "the approximation is off by −5.5 to +2 % over the whole 99 % interval"
        );
    }
}
