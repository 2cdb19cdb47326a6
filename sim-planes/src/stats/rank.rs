//! Rank correlation: whether one number rises with another, whatever the shape.

use super::special::normal_quantile;
use crate::stats::sort_by;
use serde::{Deserialize, Serialize};

/// A correlation, −1 to 1, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correlation {
    /// Pairs of values.
    pub n: u32,
    /// The correlation.
    pub estimate: f64,
    /// Lower end of the 95 % interval.
    pub ci_low: f64,
    /// Upper end of the 95 % interval.
    pub ci_high: f64,
}

/// Spearman's rank correlation; equal values share their mean rank. `None` below ten pairs, where the interval does
/// not hold, and where one of the two does not vary. Pairs that are not numbers are left out.
///
/// Interval: Fisher's z with variance (1 + ρ²/2) / (n − 3), Bonett & Wright, "Sample size requirements for estimating
/// Pearson, Kendall and Spearman correlations", Psychometrika 65, 2000.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<Correlation> {
    let pairs = x.iter().copied().zip(y.iter().copied());
    let (x, y): (Vec<f64>, Vec<f64>) = pairs
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .unzip();
    let n = x.len();
    if n < 10 {
        return None;
    }
    let estimate = pearson(&ranks(&x), &ranks(&y))?;
    let half =
        normal_quantile(0.975) * ((1.0 + 0.5 * estimate * estimate) / (n as f64 - 3.0)).sqrt();
    // At the very ends Fisher's z is infinite, and so are its bounds.
    let z = libm::atanh(estimate.clamp(-1.0, 1.0));
    Some(Correlation {
        n: n as u32,
        estimate,
        ci_low: libm::tanh(z - half),
        ci_high: libm::tanh(z + half),
    })
}

/// The rank of each value from 1 on.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    sort_by(&mut order, |&a, &b| {
        values[a].total_cmp(&values[b]).then(a.cmp(&b))
    });
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while let Some(&first) = order.get(from) {
        let ties = order[from..]
            .iter()
            .take_while(|&&other| values[other] == values[first]);
        let to = from + ties.count().max(1);
        // Ranks from + 1 to `to`: their mean.
        let rank = 0.5 * (from + 1 + to) as f64;
        order[from..to]
            .iter()
            .for_each(|&place| ranks[place] = rank);
        from = to;
    }
    ranks
}

fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - mean_x, y - mean_y);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    let size = (xx * yy).sqrt();
    (size > 0.0).then(|| (xy / size).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IQ and hours of television, the worked example of Wikipedia's "Spearman's rank correlation coefficient":
    /// ρ = −29/165.
    #[test]
    fn a_worked_example() {
        let iq = [
            106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0,
        ];
        let hours = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
        let found = spearman(&iq, &hours).map(|found| found.estimate);
        assert!(found.is_some_and(|found| (found + 29.0 / 165.0).abs() < 1e-12));
    }

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 0.5]), [3.5, 2.0, 3.5, 1.0]);
    }

    #[test]
    fn monotone_is_one_whatever_the_shape() {
        let x: Vec<f64> = (1..=20).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| x * x * x).collect();
        let found = spearman(&x, &y).map(|found| (found.estimate, found.ci_low));
        assert!(found.is_some_and(|(estimate, low)| estimate > 1.0 - 1e-12 && low > 0.99));
        assert_eq!(spearman(&x, &[1.0; 20]), None);
        assert_eq!(spearman(&x[..9], &y[..9]), None);
    }
}
