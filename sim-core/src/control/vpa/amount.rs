//! Amounts of a resource: whole milli-cores or bytes.

/// The largest amount.
pub const MAX_AMOUNT: i64 = 100_000_000_000_000;

/// A number as an amount: truncated, within [0, [`MAX_AMOUNT`]]. What is not a number is 0.
pub fn amount(value: f64) -> i64 {
    if value > MAX_AMOUNT as f64 {
        return MAX_AMOUNT;
    }
    value.max(0.0) as i64
}

/// An amount times a factor.
pub fn scaled(base: i64, factor: f64) -> i64 {
    amount(base as f64 * factor)
}
