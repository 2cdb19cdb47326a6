//! The shapes of wait between which the fluid plane mixes, and the one that fits measured shares best.

use super::calibration_table::MULTIPLES;
use super::service_law::ServiceLaw;
use super::wait_law::WaitLaw;

/// Loads of M/G/1 whose laws of the wait are the levels.
pub(super) const LEVELS: [f64; 7] = [0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 1.0];
/// Steps per level in the search for the best fit.
const SEARCH: u32 = 20;

/// How the law of the wait is mixed: `position` on the levels, and the share `first` of the law of the least
/// of four residual service times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) position: f64,
    pub(super) first: f64,
}

/// The laws of all levels for one service.
#[derive(Clone, Debug)]
pub(super) struct Shapes {
    pub(super) laws: [WaitLaw; LEVELS.len()],
    pub(super) least_of_four: WaitLaw,
    /// Second moments of the levels, and of the last.
    squares: [f64; LEVELS.len() + 1],
}

type Tails = [f64; MULTIPLES.len()];

impl Shapes {
    pub(super) fn new(service: &ServiceLaw) -> Self {
        let [_, inner @ .., _] = LEVELS;
        let mut inner = WaitLaw::at_loads(service, &inner);
        let laws = LEVELS.map(|load| {
            let is_inner = 0.0 < load && load < 1.0;
            let known = if is_inner { inner.next() } else { None };
            known.unwrap_or_else(|| WaitLaw::new(service, load))
        });
        let least_of_four = WaitLaw::least_of_four(service);
        let mut squares = [least_of_four.second_moment(); LEVELS.len() + 1];
        for (square, law) in squares.iter_mut().zip(&laws) {
            *square = law.second_moment();
        }
        Self {
            laws,
            least_of_four,
            squares,
        }
    }

    /// Second moment of a wait of this shape with mean 1.
    pub(super) fn second_moment(&self, shape: Shape) -> f64 {
        let low = (shape.position as usize).min(LEVELS.len() - 2);
        let (a, b, least) = (
            self.squares[low],
            self.squares[low + 1],
            self.squares[LEVELS.len()],
        );
        let on_levels = a + (shape.position - low as f64) * (b - a);
        on_levels + shape.first * (least - on_levels)
    }

    /// The shape of M/G/1 at `load`.
    pub(super) fn of_one_server(load: f64) -> Shape {
        let load = load.clamp(0.0, 1.0);
        let right = LEVELS
            .partition_point(|&l| l < load)
            .clamp(1, LEVELS.len() - 1);
        let part = (load - LEVELS[right - 1]) / (LEVELS[right] - LEVELS[right - 1]);
        Shape {
            position: (right - 1) as f64 + part,
            first: 0.0,
        }
    }

    /// Of a wait of this shape with mean 1: what is exceeded with probability e^−`rarity`. Quantiles are mixed
    /// where distribution functions should be: the mean is right, and neighbouring laws are alike.
    #[inline]
    pub(super) fn exceeded(&self, shape: Shape, rarity: f64) -> f64 {
        let low = (shape.position as usize).min(LEVELS.len() - 2);
        let (Some(a), Some(b)) = (self.laws.get(low), self.laws.get(low + 1)) else {
            return rarity;
        };
        let (a, b) = (a.exceeded(rarity), b.exceeded(rarity));
        let on_levels = a + (shape.position - low as f64) * (b - a);
        if shape.first > 0.0 {
            on_levels + shape.first * (self.least_of_four.exceeded(rarity) - on_levels)
        } else {
            on_levels
        }
    }

    /// The shape whose shares above the measured multiples of the mean are nearest to `above`.
    pub(super) fn fit(&self, above: &Tails) -> Shape {
        let tails = |law: &WaitLaw| MULTIPLES.map(|x| 1.0 - law.cdf(x));
        let levels: Vec<Tails> = self.laws.iter().map(tails).collect();
        let least = tails(&self.least_of_four);
        let mut best = (f64::INFINITY, Self::of_one_server(1.0));
        for step in (0..=SEARCH * (LEVELS.len() as u32 - 1)).rev() {
            let position = f64::from(step) / f64::from(SEARCH);
            let low = (position as usize).min(LEVELS.len() - 2);
            let law = mix(&levels[low], &levels[low + 1], position - low as f64);
            // Number by number, so that all steps go side by side.
            let mut errors = [0.0; SEARCH as usize + 1];
            for (k, above) in above.iter().enumerate() {
                let rise = least[k] - law[k];
                for (step, error) in (0..).zip(&mut errors) {
                    let off = law[k] + f64::from(step) / f64::from(SEARCH) * rise - above;
                    *error += off * off;
                }
            }
            for (step, error) in (0..).zip(errors) {
                // A share of 0.001 more or less is measurement error.
                let error = 1e-6 + error;
                // Of nearly equal fits, the one nearest to M/M/c.
                if error < 0.99 * best.0 {
                    let first = f64::from(step) / f64::from(SEARCH);
                    best = (error, Shape { position, first });
                }
            }
        }
        best.1
    }
}

fn mix(a: &Tails, b: &Tails, t: f64) -> Tails {
    std::array::from_fn(|k| a[k] + t * (b[k] - a[k]))
}
