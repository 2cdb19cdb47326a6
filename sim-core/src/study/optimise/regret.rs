//! The design that is regretted least, over the worlds that uncertain inputs may bring.
//!
//! A replication draws its uncertain inputs once, and all designs see the same draws and the same luck: it is a world.
//! What should have been built there is known afterwards: the cheapest candidate that met the SLO. The regret of a
//! design in a world is how far its cost lies from that one's, and where it missed the SLO, so many times as much:
//!
//! ```text
//!   regret = |cost − cost of the cheapest that met|  ×  (1 if it met, w / (1 − w) if it missed),  w the wanted probability
//! ```
//!
//! The weight is that of the newsvendor: among designs of which a dearer one carries more, the least expected regret is
//! that of the design that suffices in a share w of the worlds (Arrow, Harris & Marschak, Econometrica 19, 1951). Where
//! nothing met, nothing could have been done: the regret is the cost above the cheapest. Chosen is the least expected
//! regret, as Netflix's capacity models choose (github.com/Netflix-Skunkworks/service-capacity-modeling, which weighs
//! money missing against money too much by 1.25 : 1 and asks no attainment); the largest regret of any world is told
//! beside.
//!
//! When it is wrong: candidates were chosen by the same replications, and a handful of worlds does not hold the rare
//! ones. It promises no attainment; the recommended design does.

use crate::stats::{Summary, paired_difference};
use crate::study::probe::Outcome;
use crate::study::report::Proportion;
use serde::{Deserialize, Serialize};

/// Most that a miss may weigh: wanted probabilities beyond 99.9 % are out of reach of so few worlds.
const HEAVIEST: f64 = 999.0;

/// The design that is regretted least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeastRegret {
    /// The design.
    pub design: u32,
    /// Worlds that all candidates have seen.
    pub worlds: u32,
    /// Candidates: the designs on the front and the recommended one.
    pub candidates: u32,
    /// What a miss weighs against money too much: w / (1 − w).
    pub miss_weight: f64,
    /// Its regret over the worlds, US dollars per month.
    pub regret: Summary,
    /// Its largest regret.
    pub worst: f64,
    /// Worlds in which it met the SLO.
    pub attainment: Proportion,
    /// Its cost per month, US dollars.
    pub cost_per_month: Summary,
    /// What the recommended design is regretted more, world by world, US dollars per month; none without one, or where
    /// it is the same.
    pub recommended_more: Option<Summary>,
}

/// Weight of a miss at a wanted probability.
pub(super) fn miss_weight(wanted: f64) -> f64 {
    (wanted / (1.0 - wanted).max(1e-9)).clamp(0.0, HEAVIEST)
}

/// Regrets of each candidate in each world, US dollars per month. All have the same number of worlds.
fn regrets(candidates: &[&[Outcome]], weight: f64) -> Vec<Vec<f64>> {
    let worlds = candidates.first().map_or(0, |first| first.len());
    let mut regrets = vec![Vec::with_capacity(worlds); candidates.len()];
    for world in 0..worlds {
        let here = || candidates.iter().map(|outcomes| &outcomes[world]);
        let cheapest = |met: bool| {
            let costs = here().filter(|one| one.met || !met).map(Outcome::cost);
            costs.fold(f64::INFINITY, f64::min)
        };
        let (need, least) = (cheapest(true), cheapest(false));
        for (regrets, outcome) in regrets.iter_mut().zip(here()) {
            let regret = if need == f64::INFINITY {
                outcome.cost() - least
            } else if outcome.met {
                outcome.cost() - need
            } else {
                weight * (outcome.cost() - need).abs()
            };
            regrets.push(regret);
        }
    }
    regrets
}

/// The least regretted of candidates by number with their outcomes; none with fewer than two of them, or of two worlds.
pub(super) fn least(
    candidates: &[(u32, &[Outcome])],
    wanted: f64,
    recommended: Option<u32>,
) -> Option<LeastRegret> {
    let worlds = candidates.iter().map(|(_, seen)| seen.len()).min()?;
    if candidates.len() < 2 || worlds < 2 {
        return None;
    }
    let seen: Vec<&[Outcome]> = candidates.iter().map(|(_, seen)| &seen[..worlds]).collect();
    let weight = miss_weight(wanted);
    let all = regrets(&seen, weight);
    let mean = |regrets: &[f64]| regrets.iter().sum::<f64>();
    let order = all.iter().enumerate();
    let (place, own) = order.min_by(|a, b| mean(a.1).total_cmp(&mean(b.1)))?;
    let (design, outcomes) = (candidates[place].0, seen[place]);
    let other = candidates
        .iter()
        .position(|(other, _)| Some(*other) == recommended && *other != design);
    let costs: Vec<f64> = outcomes.iter().map(Outcome::cost).collect();
    Some(LeastRegret {
        design,
        worlds: worlds as u32,
        candidates: candidates.len() as u32,
        miss_weight: weight,
        regret: Summary::of(own),
        worst: own.iter().copied().fold(0.0, f64::max),
        attainment: Proportion::of(outcomes.iter().map(|outcome| outcome.met)),
        cost_per_month: Summary::of(&costs),
        recommended_more: other.and_then(|other| paired_difference(&all[other], own)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::result::FIGURES;

    fn outcome(cost: f64, met: bool) -> Outcome {
        let mut figures = [0.0; FIGURES.len()];
        figures[0] = cost;
        Outcome {
            met,
            budget: if met { 0.5 } else { 2.0 },
            figures,
        }
    }

    /// By hand: three designs of 10, 12 and 20 dollars, in four worlds that need 10, 12, 12 and more than 20.
    #[test]
    fn regrets_by_hand() {
        let design = |cost: f64, met: [bool; 4]| met.map(|met| outcome(cost, met)).to_vec();
        let small = design(10.0, [true, false, false, false]);
        let middle = design(12.0, [true, true, true, false]);
        let large = design(20.0, [true, true, true, false]);
        let all = regrets(&[&small, &middle, &large], 9.0);
        assert_eq!(all[0], [0.0, 18.0, 18.0, 0.0]);
        assert_eq!(all[1], [2.0, 0.0, 0.0, 2.0]);
        assert_eq!(all[2], [10.0, 8.0, 8.0, 10.0]);
        let named = [(0, &small[..]), (1, &middle[..]), (2, &large[..])];
        let found = least(&named, 0.9, Some(2)).expect("there is one");
        assert_eq!((found.design, found.worlds, found.worst), (1, 4, 2.0));
        assert!((found.regret.mean - 1.0).abs() < 1e-12);
        let more = found.recommended_more.expect("they differ");
        assert!((more.mean - 8.0).abs() < 1e-12);
    }

    /// Designs that cost 1 … 100, in worlds that need 1 … 100, each as likely: the newsvendor takes the wanted quantile.
    #[test]
    fn the_newsvendor_takes_the_wanted_quantile() {
        let needs: Vec<f64> = (0..400)
            .map(|world| f64::from(world * 37 % 400) / 4.0 + 0.1)
            .collect();
        let designs: Vec<Vec<Outcome>> = (1..=101u32)
            .map(|cost| {
                let cost = f64::from(cost);
                needs
                    .iter()
                    .map(|need| outcome(cost, cost >= *need))
                    .collect()
            })
            .collect();
        let named: Vec<(u32, &[Outcome])> = (1..=101u32)
            .zip(designs.iter().map(Vec::as_slice))
            .collect();
        for wanted in [0.5, 0.8, 0.9, 0.95] {
            let found = least(&named, wanted, None).expect("there is one");
            let quantile = 100.0 * wanted;
            assert!(
                (f64::from(found.design) - quantile).abs() <= 1.0,
                "{wanted}: {found:?}"
            );
        }
    }

    #[test]
    fn there_is_no_choice_of_one() {
        let one = [outcome(1.0, true), outcome(1.0, true)];
        assert_eq!(least(&[(0, &one)], 0.9, None), None);
    }
}
