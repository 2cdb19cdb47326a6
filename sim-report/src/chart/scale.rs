//! From values to pixels, and round numbers along the way.

use crate::currency;

/// A straight scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// Values `from.0..from.1` onto pixels `to.0..to.1`. An empty range of values is widened.
    pub fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        let (low, high) = if from.0.is_finite() && from.1.is_finite() {
            from
        } else {
            (0.0, 1.0)
        };
        let from = if high - low > 1e-12 * high.abs().max(1e-300) {
            (low, high)
        } else {
            (
                low - 0.5 * low.abs().max(1e-3),
                high + 0.5 * high.abs().max(1e-3),
            )
        };
        Self { from, to }
    }

    /// The pixel of a value.
    pub fn at(&self, value: f64) -> f64 {
        self.to.0 + (value - self.from.0) / (self.from.1 - self.from.0) * (self.to.1 - self.to.0)
    }

    /// The value at a pixel.
    pub fn value(&self, pixel: f64) -> f64 {
        self.from.0 + (pixel - self.to.0) / (self.to.1 - self.to.0) * (self.from.1 - self.from.0)
    }

    /// The range of values.
    pub fn domain(&self) -> (f64, f64) {
        self.from
    }

    /// The same of US dollars: round in the currency that is shown.
    pub fn money_ticks(&self, wanted: u32) -> Vec<f64> {
        let rate = currency::shown().per_usd;
        let shown = Self::new((self.from.0 * rate, self.from.1 * rate), self.to);
        let ticks = shown.ticks(wanted).into_iter();
        ticks.map(|tick| tick / rate).collect()
    }

    /// Round values inside the range, about `wanted` of them.
    pub fn ticks(&self, wanted: u32) -> Vec<f64> {
        let step = step(self.from.1 - self.from.0, wanted);
        let first = (self.from.0 / step).ceil();
        let count = ((self.from.1 / step).floor() - first).clamp(-1.0, 50.0);
        (0..=count.max(-1.0) as i64)
            .map(|index| (first + index as f64) * step)
            .filter(|tick| *tick <= self.from.1 * (1.0 + 1e-12) + 1e-12)
            .collect()
    }
}

/// A round step (1, 2, 2.5 or 5 times a power of ten) that cuts a range into about `wanted` parts.
pub fn step(range: f64, wanted: u32) -> f64 {
    let raw = range / f64::from(wanted.max(1));
    if !raw.is_finite() || raw <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= raw * 0.999)
        .unwrap_or(power)
}

/// The next round number above.
pub fn round_up(value: f64) -> f64 {
    let step = step(value.max(1e-9), 5);
    (value / step).ceil() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_values_are_each_other_s_inverse() {
        let scale = Scale::new((0.0, 200.0), (300.0, 20.0));
        assert_eq!((scale.at(0.0), scale.at(200.0)), (300.0, 20.0));
        assert!((scale.value(scale.at(73.0)) - 73.0).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            Scale::new((0.0, 100.0), (0.0, 1.0)).ticks(5),
            [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
        );
        let ticks = Scale::new((1234.0, 1310.0), (0.0, 1.0)).ticks(4);
        assert!(
            ticks.iter().all(|tick| (1234.0..=1310.0).contains(tick)) && ticks.len() >= 3,
            "{ticks:?}"
        );
    }

    #[test]
    fn an_empty_range_is_widened() {
        let scale = Scale::new((5.0, 5.0), (0.0, 100.0));
        assert_eq!(scale.at(5.0), 50.0);
        assert!(Scale::new((f64::NAN, 1.0), (0.0, 1.0)).at(0.5).is_finite());
    }
}
