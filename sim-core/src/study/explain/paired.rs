//! The difference of two paired proportions with its interval.

use crate::stats::wilson;

/// Difference of the probabilities of two events that were observed together: estimate and 95 % interval.
///
/// Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data",
/// Statistics in Medicine 17, 1998, method 10: the Wilson intervals of both, with the correlation of the table.
pub fn paired_proportions(pairs: impl Iterator<Item = (bool, bool)>) -> (f64, f64, f64) {
    // Both, only the first, only the second, neither.
    let (mut e, mut f, mut g, mut h) = (0u32, 0u32, 0u32, 0u32);
    for pair in pairs {
        match pair {
            (true, true) => e += 1,
            (true, false) => f += 1,
            (false, true) => g += 1,
            (false, false) => h += 1,
        }
    }
    let n = e + f + g + h;
    if n == 0 {
        return (0.0, -1.0, 1.0);
    }
    let (first, second) = (e + f, e + g);
    let total = f64::from(n);
    let (p1, p2) = (f64::from(first) / total, f64::from(second) / total);
    let (l1, u1) = wilson(u64::from(first), u64::from(n), 0.95);
    let (l2, u2) = wilson(u64::from(second), u64::from(n), 0.95);
    let [e, f, g, h] = [e, f, g, h].map(f64::from);
    let margins = (e + f) * (g + h) * (e + g) * (f + h);
    let determinant = e * h - f * g;
    // Beyond what half a count a table of so few allows, a positive correlation is not believed.
    let believed = if determinant > 0.0 {
        (determinant - total / 2.0).max(0.0)
    } else {
        determinant
    };
    let phi = if margins > 0.0 {
        believed / margins.sqrt()
    } else {
        0.0
    };
    let half = |a: f64, b: f64| (a * a - 2.0 * phi * a * b + b * b).max(0.0).sqrt();
    let difference = p1 - p2;
    (
        difference,
        difference - half(p1 - l1, u2 - p2),
        difference + half(u1 - p1, p2 - l2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(e: u32, f: u32, g: u32, h: u32) -> (f64, f64, f64) {
        let of = |pair: (bool, bool), count: u32| (0..count).map(move |_| pair);
        let pairs = of((true, true), e)
            .chain(of((true, false), f))
            .chain(of((false, true), g));
        paired_proportions(pairs.chain(of((false, false), h)))
    }

    /// Newcombe's Table III, method 10: 36/12/2/0 → 0.0569 to 0.3404; 1/97/1/1 → 0.8721 to 0.9729; 0/29/1/0 → 0.6666 to 0.9882.
    #[test]
    fn published_intervals() {
        for ((e, f, g, h), low, high) in [
            ((36, 12, 2, 0), 0.0569, 0.3404),
            ((0, 29, 1, 0), 0.6666, 0.9882),
        ] {
            let (_, l, u) = table(e, f, g, h);
            assert!(
                (l - low).abs() < 2e-4 && (u - high).abs() < 2e-4,
                "{e} {f} {g} {h}: {l} {u}"
            );
        }
        let (d, l, u) = table(10, 0, 0, 0);
        assert!(d == 0.0 && (l + u).abs() < 1e-12 && u > 0.2, "{l} {u}");
        assert_eq!(table(0, 0, 0, 0), (0.0, -1.0, 1.0));
    }
}
