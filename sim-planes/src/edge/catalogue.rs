//! The objects in classes of like popularity.

/// Ranks up to this one are classes of their own.
const SINGLE: u32 = 16;
/// Each further class reaches so many times as far as the one before.
const GROWTH: f64 = 1.2;

/// Objects of like popularity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// How many there are.
    pub objects: f64,
    /// Share of all requests that ask for one of them, each.
    pub share_each: f64,
}

/// All objects, the most popular first, in some hundred classes at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    classes: Vec<Class>,
}

impl Catalogue {
    /// `objects` ≥ 1 whose k-th is asked for in proportion to k^-exponent.
    pub fn new(objects: u32, exponent: f64) -> Self {
        let objects = objects.max(1);
        let mut classes = Vec::new();
        let mut first = 1;
        while first <= objects {
            let last = if first < SINGLE {
                first
            } else {
                let reach = (f64::from(first) * GROWTH) as u32;
                reach.max(first).min(objects)
            };
            let number = f64::from(last - first + 1);
            classes.push(Class {
                objects: number,
                share_each: weight(first, last, exponent) / number,
            });
            first = last + 1;
        }
        let total: f64 = classes.iter().map(|c| c.objects * c.share_each).sum();
        for class in &mut classes {
            class.share_each /= total;
        }
        Self { classes }
    }

    /// The classes.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }
}

/// Sum of k^-exponent over the ranks of a class: by Euler and Maclaurin, to the second term.
fn weight(first: u32, last: u32, exponent: f64) -> f64 {
    if first == last {
        return libm::pow(f64::from(first), -exponent);
    }
    let (from, to) = (f64::from(first) - 0.5, f64::from(last) + 0.5);
    let integral = if (1.0 - exponent).abs() < 1e-9 {
        libm::log(to / from)
    } else {
        let power = 1.0 - exponent;
        (libm::pow(to, power) - libm::pow(from, power)) / power
    };
    let slope = |x: f64| -exponent * libm::pow(x, -exponent - 1.0);
    integral - (slope(to) - slope(from)) / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_all_objects_and_their_popularity() {
        for (objects, exponent) in [
            (1, 0.8),
            (15, 1.0),
            (1_000, 0.0),
            (100_000, 1.2),
            (1_000_000, 1.0),
        ] {
            let catalogue = Catalogue::new(objects, exponent);
            let number: f64 = catalogue.classes().iter().map(|c| c.objects).sum();
            assert_eq!(number, f64::from(objects));
            assert!(catalogue.classes().len() < 100);
            let exact: f64 = (1..=objects)
                .map(|k| libm::pow(f64::from(k), -exponent))
                .sum();
            let first = catalogue.classes()[0].share_each;
            assert!(
                (first * exact - 1.0).abs() < 1e-6,
                "{objects} {exponent}: {first} {exact}"
            );
        }
    }
}
