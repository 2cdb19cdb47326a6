//! Bounds of numbers in loops that run every tick.

/// The larger and the smaller of two numbers, by one comparison.
///
/// `f64::max` and `f64::min` are calls of a function in WebAssembly, whose own instructions treat what is not a number in
/// another way. These are the same for numbers; of two zeros they take the bound.
pub trait Bounds {
    /// The number, but not less than `least`; of what is not a number: `least`.
    #[must_use]
    fn at_least(self, least: Self) -> Self;
    /// The number, but not more than `most`; of what is not a number: `most`.
    #[must_use]
    fn at_most(self, most: Self) -> Self;
}

impl Bounds for f64 {
    #[inline(always)]
    fn at_least(self, least: Self) -> Self {
        if self > least { self } else { least }
    }

    #[inline(always)]
    fn at_most(self, most: Self) -> Self {
        if self < most { self } else { most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_standard_library() {
        let numbers = [
            f64::NEG_INFINITY,
            -2.0,
            -1e-300,
            0.0,
            0.5,
            7.0,
            f64::INFINITY,
        ];
        for a in numbers {
            for b in numbers {
                assert_eq!(a.at_least(b), a.max(b), "{a} {b}");
                assert_eq!(a.at_most(b), a.min(b), "{a} {b}");
            }
            assert_eq!(f64::NAN.at_least(a), a);
            assert_eq!(f64::NAN.at_most(a), a);
        }
    }
}
