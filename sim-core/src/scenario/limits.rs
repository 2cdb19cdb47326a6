//! The limits table: one row for every bounded field of the document.
//!
//! The checker, the sliders of the page, the JSON Schema and the fuzzers all read this table. A limit keeps a
//! document from meaning nothing (a share above 100 %), from overflowing, and from freezing a browser tab.
//! Rows are named by the `x-limit` of the document's fields; a key that ends in `[]` bounds the items of an array.

mod table;

/// All limits, in the order of the document.
pub fn limits() -> impl Iterator<Item = &'static Limit> {
    table::PARTS.iter().copied().flatten()
}

/// Largest document that is read, in bytes. A recording of 50,000 counts needs about half of it.
pub const MAX_DOCUMENT_BYTES: usize = 2 * 1024 * 1024;

/// Most designs of a sweep: 64 × 64, or 16 × 16 × 16.
pub const MAX_DESIGNS: u32 = 4096;

/// Most requests that may be in service at once: replicas × concurrency.
pub const MAX_SERVERS: u64 = 500_000;

/// Most requests that may wait at once: replicas × queue limit.
pub const MAX_WAITING: u64 = 5_000_000;

/// Highest rate at any moment, in requests per second, after shapes, growth, bursts and crowds.
pub const MAX_PEAK_RPS: f64 = 1e7;

/// Most requests of one replication on the `requests` plane, which plays each of them: about a minute of one core.
pub const MAX_PLAYED_REQUESTS: f64 = 1e9;

/// Most ticks of one replication: a month and a day of warm-up at 5 s, two weeks at 2 s.
pub const MAX_TICKS: f64 = 600_000.0;

/// What a row bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// A number.
    Number,
    /// The number of items of an array.
    Items,
    /// The number of characters of a text.
    Length,
    /// The mean of a distribution.
    Mean,
}

/// How a slider moves over the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps.
    Linear,
    /// Equal ratios.
    Log,
}

/// One row: what a field may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Name of the row, the `x-limit` of the fields it holds for.
    pub key: &'static str,
    /// What is bounded.
    pub bounds: Bounds,
    /// Smallest value, item count, length or mean that is accepted.
    pub min: f64,
    /// Largest one.
    pub max: f64,
    /// Unit for people; empty for plain numbers.
    pub unit: &'static str,
    /// How a slider moves.
    pub scale: Scale,
    /// Lower end of the slider; values below it are accepted down to `min`.
    pub soft_min: f64,
    /// Upper end of the slider; values above it are accepted up to `max`.
    pub soft_max: f64,
    /// Step of the slider; 0 lets it move freely.
    pub step: f64,
    /// Value a newly added field starts with.
    pub default: Option<f64>,
    /// Where the default or the limit comes from; empty where it is our own choice.
    pub source: &'static str,
}

impl Limit {
    /// The row of this name.
    pub fn find(key: &str) -> Option<&'static Limit> {
        limits().find(|limit| limit.key == key)
    }

    /// True when `value` lies within the hard limits.
    pub fn contains(&self, value: f64) -> bool {
        value >= self.min && value <= self.max
    }

    /// The range in words, such as "0.02 to 30 days".
    pub fn range(&self) -> String {
        let (min, max) = (plain_number(self.min), plain_number(self.max));
        let unit = match self.bounds {
            Bounds::Items => "items",
            Bounds::Length => "characters",
            Bounds::Number | Bounds::Mean => self.unit,
        };
        let range = if min == max {
            min
        } else {
            format!("{min} to {max}")
        };
        if unit.is_empty() {
            range
        } else {
            format!("{range} {unit}")
        }
    }
}

/// A number as a person would write it: no trailing zeros, digits of large whole numbers in groups.
pub fn plain_number(value: f64) -> String {
    let text = value.to_string();
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |digits| ("-", digits));
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    if digits.len() > 21 {
        return format!("{value:e}");
    }
    let mut grouped = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time given in milliseconds as a person would write it: "300 ms", from ten seconds on "20 s".
pub fn plain_time(ms: f64) -> String {
    if ms.abs() < 10_000.0 {
        return format!("{} ms", plain_number(ms));
    }
    // Without the last bit that a division leaves.
    format!("{} s", plain_number((ms * 1000.0).round() / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(plain_time(300.0), "300 ms");
        assert_eq!(plain_time(5000.0), "5000 ms");
        assert_eq!(plain_time(20_000.0), "20 s");
        assert_eq!(plain_time(12_345.6), "12.3456 s");
        assert_eq!(plain_time(1e8), "100,000 s");
    }

    #[test]
    fn rows_are_consistent() {
        for (index, row) in limits().enumerate() {
            assert!(
                limits().take(index).all(|other| other.key != row.key),
                "{} twice",
                row.key
            );
            assert!(
                row.min <= row.soft_min && row.soft_min <= row.soft_max && row.soft_max <= row.max,
                "{}",
                row.key
            );
            assert!(
                row.default.is_none_or(|default| row.contains(default)),
                "{}",
                row.key
            );
            assert!(
                row.scale == Scale::Linear || row.soft_min > 0.0,
                "{}: logarithm of zero",
                row.key
            );
            assert!(
                row.step >= 0.0 && row.step <= row.soft_max - row.soft_min + 1.0,
                "{}",
                row.key
            );
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(plain_number(0.02), "0.02");
        assert_eq!(plain_number(30.0), "30");
        assert_eq!(plain_number(-1_234_567.0), "-1,234,567");
        assert_eq!(
            plain_number(9_007_199_254_740_991.0),
            "9,007,199,254,740,991"
        );
        assert_eq!(plain_number(1e300), "1e300");
        assert_eq!(
            Limit::find("slo.window_days").expect("exists").range(),
            "0.02 to 30 days"
        );
    }
}
