//! Exploring: new designs where the front may grow, judged by Gaussian processes of those that were tried, and more
//! replications where it is unsure.

use super::breed::candidates;
use super::front::{Place, Place3, front_of, front3_of, gain, hypervolume, hypervolume3};
use super::ranking::{contenders, peeled, places_of, places3_of, safe_front};
use super::search::{FIRST, Search};
use super::space::Rungs;
use super::surrogate::{Lengths, MOST, Seen, Surrogate, first_lengths};
use super::trial::{FAR, Opinion, Score, Trial};
use crate::stats::sort_by;
use crate::study::probe::Probe;

/// Share of the budget for everything until the front is polished.
const EXPLORE_SHARE: f64 = 0.72;
/// A new design is tried when it may add this share of the area below the front.
const WORTH: f64 = 0.0005;

impl Search {
    /// New designs where the front may grow, and more replications where it is unsure.
    pub(super) fn explore(&mut self) -> Vec<Probe> {
        let limit = f64::from(self.exploring()) * EXPLORE_SHARE;
        let opinion = self.opinion();
        let scores = &opinion.scores;
        // Designs that are not sound cost nothing, but there may be no others.
        let tried = self.trials.len() as u32;
        if f64::from(self.spent) >= limit || scores.is_empty() || tried >= self.budget {
            return Vec::new();
        }
        let size = self.round_size();
        let wanted = (f64::from(size) * 0.6 / f64::from(FIRST)).max(2.0) as usize;
        let mut lengths = self.lengths.clone();
        let known: Vec<Rungs> = scores
            .iter()
            .map(|s| self.trials[s.trial].design.clone())
            .collect();
        let judged = self.guesses(&known, &opinion, &mut lengths);
        let mut found = self.promising(&opinion, wanted, WORTH);
        self.lengths = lengths;
        let room = size.saturating_sub(found.len() as u32 * FIRST);
        let raced = self.race(&opinion, &judged, room);
        if found.is_empty() && raced.is_empty() {
            found = self.promising(&opinion, wanted, 0.0);
        }
        let mut probes: Vec<Probe> = Vec::new();
        for design in found {
            self.trials.push(Trial::new(design));
            probes.push(self.more(self.trials.len() - 1, FIRST));
        }
        probes.extend(raced);
        probes
    }

    /// More replications for designs that may be on the front, those with the fewest first: by what was seen, and by
    /// what their neighbours say with some luck, so that a good design with bad luck comes back.
    fn race(&self, opinion: &Opinion, judged: &[Guess], replications: u32) -> Vec<Probe> {
        let (scores, luck) = (&opinion.scores, &opinion.luck);
        let place = |(score, guess): (&Score, &Guess)| match score.bounded {
            true => guess.bold,
            false => (guess.bold.0, 0.0),
        };
        let lucky: Vec<Place> = scores.iter().zip(judged).map(place).collect();
        let mut chosen = contenders(scores);
        chosen.extend(front_of(&lucky));
        chosen.extend(safe_front(scores, luck).into_iter().map(|(index, _)| index));
        chosen.sort_unstable();
        chosen.dedup();
        self.shared(scores, chosen, self.polished(), replications)
    }

    /// Designs worth a try: those that would add most to the front by an optimistic guess, and the cheapest that
    /// promise what is wanted. None when no design promises to add the share `worth` of the area; where any is welcome,
    /// those that least is known of follow.
    fn promising(&mut self, opinion: &Opinion, wanted: usize, worth: f64) -> Vec<Rungs> {
        let scores = &opinion.scores;
        let known = places_of(scores);
        let ranked = front_of(&known);
        let design = |index: &usize| &self.trials[scores[*index].trial].design;
        let traded = self.third.map(|_| Traded::new(scores));
        let mut parents: Vec<&Rungs> = ranked.iter().map(design).collect();
        parents.extend(
            traded
                .iter()
                .flat_map(|traded| traded.places.iter().map(design)),
        );
        let is_known = |design: &Rungs| self.trials.iter().any(|trial| trial.design == *design);
        let pool = candidates(&self.space, &parents, is_known, &mut self.rng(2));
        let front: Vec<Place> = ranked.iter().map(|&index| known[index]).collect();
        let guesses = self.guesses(&pool, opinion, &mut self.lengths.clone());
        let dearest = known.iter().fold(0.0, |most: f64, place| most.max(place.0));
        let aim = self.wanted + 0.4 * (1.0 - self.wanted);
        let safe = safe_front(scores, &opinion.luck);
        let safe: Vec<Place> = safe.into_iter().map(|(_, place)| place).collect();
        let reference = (1.05 * dearest, 0.0);
        let fronts = [front, safe];
        let mut chosen = choose(&guesses, fronts, traded, reference, (aim, worth), wanted);
        if worth <= 0.0 {
            let mut rest: Vec<usize> = (0..guesses.len())
                .filter(|index| !chosen.contains(index))
                .collect();
            sort_by(&mut rest, |&a, &b| {
                guesses[b].doubt.total_cmp(&guesses[a].doubt)
            });
            chosen.extend(rest.into_iter().take(wanted - chosen.len()));
        }
        chosen
            .into_iter()
            .map(|index| pool[index].clone())
            .collect()
    }

    /// A guess at each design of a pool, from those that are known.
    fn guesses(&self, pool: &[Rungs], opinion: &Opinion, lengths: &mut [Lengths; 2]) -> Vec<Guess> {
        let mut ranked = peeled(&places_of(&opinion.scores));
        if self.third.is_some() {
            let mut first = Traded::new(&opinion.scores).places;
            ranked.retain(|place| !first.contains(place));
            first.append(&mut ranked);
            first.truncate(MOST);
            ranked = first;
        }
        let learnt: Vec<&Score> = ranked.iter().map(|&index| &opinion.scores[index]).collect();
        let seen = |value: &dyn Fn(&Score) -> f64, noise: f64| Seen {
            space: &self.space,
            designs: learnt
                .iter()
                .map(|s| &self.trials[s.trial].design)
                .collect(),
            values: learnt.iter().map(|score| value(score)).collect(),
            noise: learnt
                .iter()
                .map(|s| noise * noise / f64::from(s.n))
                .collect(),
        };
        let [cost_lengths, margin_lengths] = lengths;
        let log_cost = |score: &Score| libm::log(score.cost);
        let cost = Surrogate::fit(seen(&log_cost, opinion.noise[0]), cost_lengths);
        let kept = |score: &Score| score.margin.clamp(-FAR, FAR);
        let margin = Surrogate::fit(seen(&kept, opinion.noise[1]), margin_lengths);
        let third = self.third.map(|_| {
            let value = |score: &Score| score.third.unwrap_or(0.0);
            let mut lengths = first_lengths(&self.space);
            Surrogate::fit(seen(&value, opinion.third_noise), &mut lengths)
        });
        let guess = |design: &Rungs| {
            let (cost, margin) = (cost.predict(design), margin.predict(design));
            Guess {
                bold: place(cost, margin, BOLD, |margin| opinion.luck.chance(margin)),
                careful: place(cost, margin, CAREFUL, |margin| opinion.luck.chance(margin)),
                safe: place(cost, margin, BOLD, |margin| opinion.luck.safety(margin)),
                third: third.as_ref().map(|third| {
                    let (mean, doubt) = third.predict(design);
                    mean - BOLD * doubt
                }),
                doubt: cost.1 + margin.1,
            }
        };
        pool.iter().map(guess).collect()
    }
}

/// A guess at a design: where it would lie with much luck, and with little.
pub(super) struct Guess {
    bold: Place,
    careful: Place,
    /// With much luck, by safety instead of attainment.
    safe: Place,
    /// The third figure with much luck, where the front trades one.
    third: Option<f64>,
    /// How little is known of it.
    doubt: f64,
}

impl Guess {
    fn in_three(&self) -> Option<Place3> {
        Some((self.bold.0, self.bold.1, self.third?))
    }
}

/// Standard deviations of luck.
const BOLD: f64 = 1.0;
const CAREFUL: f64 = 0.3;

/// Where a design would lie, from mean and standard deviation of its log cost and its margin.
fn place(cost: (f64, f64), margin: (f64, f64), luck: f64, chance: impl Fn(f64) -> f64) -> Place {
    (
        libm::exp(cost.0 - luck * cost.1),
        chance(margin.0 - luck * margin.1),
    )
}

/// The guesses worth a try, the most promising first.
fn choose(
    guesses: &[Guess],
    mut fronts: [Vec<Place>; 2],
    mut traded: Option<Traded>,
    reference: Place,
    (aim, worth): (f64, f64),
    wanted: usize,
) -> Vec<usize> {
    let least = fronts
        .each_ref()
        .map(|front| worth * hypervolume(front, reference));
    let clearing = fronts[0].iter().filter(|place| place.1 >= aim);
    let mut cheapest = clearing.fold(f64::INFINITY, |least, place| least.min(place.0));
    let mut chosen: Vec<usize> = Vec::new();
    let (mut turn, mut vain) = (0, 0);
    let turns = if traded.is_some() { TURNS + 1 } else { TURNS };
    while chosen.len() < wanted && vain < turns {
        let now = turn % turns;
        turn += 1;
        let open = (0..guesses.len()).filter(|index| !chosen.contains(index));
        let next = if let (TURNS, Some(traded)) = (now, &traded) {
            traded.best(guesses, open, reference, worth)
        } else if now == 1 {
            let careful = open.map(|index| (index, guesses[index].careful));
            careful
                .filter(|(_, place)| place.1 >= aim && place.0 < cheapest)
                .min_by(|a, b| a.1.0.total_cmp(&b.1.0))
                .map(|(index, _)| index)
        } else {
            let scale = usize::from(now == 3);
            let at = |index: usize| match now {
                0 => guesses[index].bold,
                2 => guesses[index].careful,
                _ => guesses[index].safe,
            };
            let gains = open.map(|index| (index, gain(&fronts[scale], at(index), reference)));
            gains
                .filter(|(_, gain)| *gain > least[scale])
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
                .map(|(index, _)| index)
        };
        let Some(next) = next else {
            vain += 1;
            continue;
        };
        vain = 0;
        if now == 1 {
            cheapest = guesses[next].careful.0;
        }
        for (front, place) in fronts
            .iter_mut()
            .zip([guesses[next].bold, guesses[next].safe])
        {
            front.push(place);
            let order = front_of(front);
            *front = order.into_iter().map(|index| front[index]).collect();
        }
        if let Some(traded) = &mut traded {
            traded.front.extend(guesses[next].in_three());
        }
        chosen.push(next);
    }
    chosen
}

/// The front that trades a third figure.
struct Traded {
    /// Places of its designs among the scores.
    places: Vec<usize>,
    front: Vec<Place3>,
    /// More of the third figure than any design has.
    most: f64,
}

impl Traded {
    fn new(scores: &[Score]) -> Self {
        let known = places3_of(scores);
        let places = front3_of(&known);
        let thirds = known.iter().map(|place| place.2);
        let (low, high) = thirds.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), third| {
            (low.min(third), high.max(third))
        });
        Self {
            front: places.iter().map(|&place| known[place]).collect(),
            places,
            most: high + 0.05 * (high - low).max(1e-9),
        }
    }

    /// The guess that would add most to the volume below the front, if it adds the share `worth` of it.
    fn best(
        &self,
        guesses: &[Guess],
        open: impl Iterator<Item = usize>,
        reference: Place,
        worth: f64,
    ) -> Option<usize> {
        let reference = (reference.0, reference.1, self.most);
        let now = hypervolume3(&self.front, reference);
        let gain = |index: usize| {
            let mut longer = self.front.clone();
            longer.push(guesses[index].in_three()?);
            Some((index, hypervolume3(&longer, reference) - now))
        };
        open.filter_map(gain)
            .filter(|(_, gain)| *gain > worth * now)
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
            .map(|(index, _)| index)
    }
}

/// Kinds of guess that take turns: bold, cheapest, careful, safe; one more where a third figure is traded.
const TURNS: usize = 4;
