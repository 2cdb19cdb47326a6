//! The buckets of a histogram: all of one width, or each wider than the one before by a constant ratio.
//!
//! Source: `histogram_options.go`. The first bucket starts at 0, the last has no end.

/// How values map to buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buckets {
    spacing: Spacing,
    count: u32,
    /// A bucket that weighs less counts as empty.
    epsilon: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Spacing {
    Linear { width: f64 },
    Exponential { first: f64, ratio: f64 },
}

/// Weight of one CPU sample; a thousandth of it still counts as something.
pub(super) const CPU_SAMPLE_WEIGHT: f64 = 0.1;
const EPSILON: f64 = 0.001 * CPU_SAMPLE_WEIGHT;

impl Buckets {
    /// Buckets of equal `width` up to one that starts at `max` or above. `None` unless all are positive.
    pub fn linear(max: f64, width: f64, epsilon: f64) -> Option<Self> {
        let positive = max > 0.0 && width > 0.0 && epsilon > 0.0;
        positive.then(|| Self {
            spacing: Spacing::Linear { width },
            count: ((max / width).ceil() as u32).saturating_add(1),
            epsilon,
        })
    }

    /// Buckets of width `first`, `first × ratio`, `first × ratio²`, … up to one that starts at `max` or above.
    /// `None` unless all are positive and `ratio` is above 1.
    pub fn exponential(max: f64, first: f64, ratio: f64, epsilon: f64) -> Option<Self> {
        let sound = max > 0.0 && first > 0.0 && ratio > 1.0 && epsilon > 0.0;
        sound.then(|| Self {
            spacing: Spacing::Exponential { first, ratio },
            count: (position(max, first, ratio).ceil() as u32).saturating_add(1),
            epsilon,
        })
    }

    /// Buckets of CPU use in cores: from 0.01 core, each 5 % wider than the last, up to 1000 cores.
    pub fn cpu() -> Self {
        Self::growing(1000.0, 0.01)
    }

    /// Buckets of memory in bytes: from 10 MB, each 5 % wider than the last, up to 1 TB.
    pub fn memory() -> Self {
        Self::growing(1e12, 1e7)
    }

    fn growing(max: f64, first: f64) -> Self {
        let ratio = 1.0 + 0.05;
        Self {
            spacing: Spacing::Exponential { first, ratio },
            count: position(max, first, ratio).ceil() as u32 + 1,
            epsilon: EPSILON,
        }
    }

    /// Number of buckets, at least 2.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Weight below which a bucket counts as empty.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// The bucket of a value; values outside belong to the first or the last.
    pub fn find(&self, value: f64) -> u32 {
        let bucket = match self.spacing {
            Spacing::Linear { width } => value / width,
            Spacing::Exponential { first, .. } if value < first => 0.0,
            Spacing::Exponential { first, ratio } => position(value, first, ratio),
        };
        // The cast truncates, and takes what is negative or not a number to 0.
        (bucket as u32).min(self.count - 1)
    }

    /// Where a bucket starts.
    pub fn start(&self, bucket: u32) -> f64 {
        let bucket = f64::from(bucket);
        match self.spacing {
            Spacing::Linear { width } => bucket * width,
            Spacing::Exponential { first, ratio } => {
                first * (libm::pow(ratio, bucket) - 1.0) / (ratio - 1.0)
            }
        }
    }
}

/// The inverse of the exponential [`Buckets::start`], as a real number.
fn position(value: f64, first: f64, ratio: f64) -> f64 {
    libm::log(value * (ratio - 1.0) / first + 1.0) / libm::log(ratio)
}
