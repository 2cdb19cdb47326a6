//! The search: what is tried next, decided between rounds.

use super::breed::candidates;
use super::confirm::{CANDIDATES, Plan};
use super::fill::Halton;
use super::front::{Place, front_of, gain, hypervolume};
use super::space::{Rungs, Space};
use super::surrogate::{Lengths, MOST, Seen, Surrogate, first_lengths};
use super::trial::{FAR, Luck, Opinion, Score, Trial, opinion};
use crate::random::{Purpose, Rng, StreamKey};
use crate::scenario::document::{BoundedFigure, ScenarioDocument};
use crate::study::probe::{Adaptive, Answer, Probe, Round, study_id};
use crate::study::result::{FIGURES, Figure};
use serde::{Deserialize, Serialize};

/// Replications of a design that is tried for the first time.
const FIRST: u32 = 3;
/// A round has at least so many replications, so that workers do not wait for each other for long.
const LEAST_ROUND: u32 = 24;
/// Shares of the budget for designs that spend it on the start, and until the front is polished.
const START_SHARE: f64 = 0.35;
const EXPLORE_SHARE: f64 = 0.72;
/// Replications that a design must have before it can become a candidate, or a part of the front.
pub(super) const LEAST_KNOWN: u32 = 8;
/// Fresh replications are those from this number on: no other study gets there.
const FRESH: u32 = 1 << 20;
/// A candidate is given up when, judged by its fresh replications, it passes the last look with less than this.
const FUTILE: f64 = 0.15;
/// A design that passes with less than this is no candidate.
pub(super) const LIKELY: f64 = 0.5;
/// Replications of the design that the search starts from: from them it learns what replications do to all designs.
const REFERENCE: (u32, u32) = (16, 64);
/// Most replications of a design on the front.
const MOST_POLISHED: u32 = 256;
/// A new design is tried when it may add this share of the area below the front.
const WORTH: f64 = 0.0005;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    Fill,
    Explore,
    Polish,
    Confirm,
    Over,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Verdict {
    Open,
    Passed,
    Failed,
}

/// A search under way. It can be kept and gone on with: what it does next follows from what it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Search {
    pub(super) id: String,
    pub(super) seed: u64,
    pub(super) wanted: f64,
    pub(super) space: Space,
    pub(super) bounds: Vec<(usize, f64)>,
    pub(super) budget: u32,
    pub(super) trials: Vec<Trial>,
    pub(super) tested: Vec<(usize, Verdict)>,
    pub(super) spent: u32,
    pub(super) rounds: u32,
    stage: Stage,
    round: Round,
    points: u32,
    lengths: [Lengths; 2],
}

impl Search {
    /// A search of a scenario's knobs; `budget` is instead of the scenario's.
    pub fn new(document: &ScenarioDocument, budget: Option<u32>) -> Self {
        let search = document.search.as_ref();
        let budget = budget.or(search.and_then(|search| search.budget));
        let constraints = search.iter().flat_map(|search| &search.constraints);
        let bounds = constraints.filter_map(|bound| {
            let index = FIGURES
                .iter()
                .position(|info| info.figure == figure(bound.figure));
            Some((index?, bound.at_most))
        });
        let wanted = document.slo.wanted_attainment_percent / 100.0;
        let space = Space::of(document);
        let mut this = Self::over(space, document.run.seed, wanted, budget);
        this.bounds = bounds.collect();
        this.id = study_id(document, &format!("search {}", this.budget));
        let present = this.space.nearest(document);
        this.trials.push(Trial::new(present));
        this
    }

    /// A search of a space of designs that anybody may judge.
    pub fn over(space: Space, seed: u64, wanted: f64, budget: Option<u32>) -> Self {
        let plan = Plan::new(wanted);
        let explore = 200 + 40 * space.knobs.len() as u32;
        let usual = explore.saturating_add(plan.looks[0] + plan.looks[1]);
        let lengths = first_lengths(&space);
        Self {
            id: String::new(),
            seed,
            wanted,
            bounds: Vec::new(),
            budget: budget.unwrap_or(usual).max(1),
            trials: Vec::new(),
            tested: Vec::new(),
            spent: 0,
            rounds: 0,
            stage: Stage::Fill,
            round: Round::default(),
            points: 0,
            lengths: [lengths.clone(), lengths],
            space,
        }
    }

    /// Whether it is over.
    pub fn finished(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Values of the knobs of a probe's design.
    fn probe(&self, trial: usize, first_replication: u32, replications: u32) -> Probe {
        let design = self.trials.get(trial).map(|trial| trial.design.as_slice());
        let values = self.space.values(design.unwrap_or_default());
        let paths = self.space.knobs.iter().map(|knob| knob.path.clone());
        Probe {
            variant: trial as u32,
            edits: paths.zip(values).collect(),
            first_replication,
            replications,
        }
    }

    /// So many more replications of a design.
    fn more(&self, trial: usize, replications: u32) -> Probe {
        let done = self
            .trials
            .get(trial)
            .map_or(0, |trial| trial.outcomes.len());
        self.probe(trial, done as u32, replications)
    }

    /// Replications for everything but the confirmation.
    fn exploring(&self) -> u32 {
        let looks = self.plan().looks;
        self.budget - looks[0].saturating_add(looks[1]).min(self.budget / 2)
    }

    pub(super) fn plan(&self) -> Plan {
        Plan::new(self.wanted)
    }

    fn round_size(&self) -> u32 {
        LEAST_ROUND.max(self.exploring() / 12)
    }

    fn rng(&self, component: u32) -> Rng {
        StreamKey {
            seed: self.seed,
            replication: self.rounds,
            component,
            purpose: Purpose::DesignSearch,
        }
        .rng()
    }

    pub(super) fn opinion(&self) -> Opinion {
        opinion(&self.trials, &self.bounds)
    }

    fn close_round(&mut self) {
        let (outcomes, unsound) = std::mem::take(&mut self.round).close();
        for (variant, outcomes) in outcomes {
            let Some(trial) = self.trials.get_mut(variant as usize) else {
                continue;
            };
            self.spent += outcomes.len() as u32;
            for (replication, outcome) in outcomes {
                match replication >= FRESH {
                    true => trial.fresh.push(outcome),
                    false => trial.outcomes.push(outcome),
                }
            }
        }
        for (variant, why) in unsound {
            if let Some(trial) = self.trials.get_mut(variant as usize) {
                trial.unsound = why;
            }
        }
    }

    /// Space-filling points, beside the design that the search starts from.
    fn fill(&mut self) -> Vec<Probe> {
        let knobs = self.space.knobs.len() as u32;
        let affordable = f64::from(self.exploring()) * START_SHARE / f64::from(FIRST);
        let wanted = f64::from(6 + 4 * knobs).min(affordable).max(2.0);
        let wanted = wanted.min(self.space.size()) as usize;
        let mut key_rng = StreamKey {
            seed: self.seed,
            replication: 0,
            component: 1,
            purpose: Purpose::DesignSearch,
        }
        .rng();
        let halton = Halton::new(self.space.knobs.len(), &mut key_rng);
        let fits = (self.round_size() / FIRST).max(1) as usize;
        let tries = 64 * wanted as u32;
        let known = |trials: &[Trial], design: &Rungs| trials.iter().any(|t| t.design == *design);
        let started = |trial: &Trial| !trial.outcomes.is_empty() || !trial.unsound.is_empty();
        let before = self.trials.iter().filter(|trial| started(trial)).count();
        while self.trials.len() < wanted.min(before + fits) && self.points < tries {
            let design = self.space.at(halton.point(self.points));
            self.points += 1;
            if !known(&self.trials, &design) {
                self.trials.push(Trial::new(design));
            }
        }
        let fresh = (0..self.trials.len()).filter(|&index| !started(&self.trials[index]));
        let reference = (self.exploring() / 10).clamp(REFERENCE.0, REFERENCE.1);
        let replications = |index| if index == 0 { reference } else { FIRST };
        fresh
            .map(|index| self.more(index, replications(index)))
            .collect()
    }

    /// New designs where the front may grow, and more replications where it is unsure.
    fn explore(&mut self) -> Vec<Probe> {
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

    /// Deals out replications to designs, FIRST to each in turn, those with the fewest first.
    fn shared(
        &self,
        scores: &[Score],
        mut chosen: Vec<usize>,
        target: u32,
        replications: u32,
    ) -> Vec<Probe> {
        chosen.retain(|&index| scores[index].n < target);
        chosen.sort_by_key(|&index| (scores[index].n, scores[index].trial));
        let mut more = vec![0u32; chosen.len()];
        let mut left = replications;
        let mut dealt = true;
        while left > 0 && dealt {
            dealt = false;
            for (more, &index) in more.iter_mut().zip(&chosen) {
                let part = FIRST
                    .min(left)
                    .min(target.saturating_sub(scores[index].n + *more));
                *more += part;
                left -= part;
                dealt |= part > 0;
            }
        }
        let asked = chosen.iter().zip(more).filter(|(_, more)| *more > 0);
        asked
            .map(|(&index, more)| self.more(scores[index].trial, more))
            .collect()
    }

    /// Replications of a design on a polished front.
    fn polished(&self) -> u32 {
        (self.exploring() / 24).clamp(16, 64)
    }

    /// Equal replications for all designs on the front, and for the cheapest that may clear what is wanted; twice as many
    /// once all have them, as long as the budget lasts.
    fn polish(&mut self) -> Vec<Probe> {
        let left = self.exploring().saturating_sub(self.spent);
        if left == 0 {
            return Vec::new();
        }
        let scores = self.opinion().scores;
        let mut chosen = contenders(&scores);
        chosen.retain(|&index| scores[index].chance > 0.02);
        let mut clearing: Vec<usize> = (0..scores.len())
            .filter(|&index| scores[index].bounded && scores[index].chance >= self.wanted)
            .collect();
        clearing.sort_by(|&a, &b| scores[a].cost.total_cmp(&scores[b].cost));
        chosen.extend(clearing.into_iter().take(3));
        chosen.sort_unstable();
        chosen.dedup();
        let fewest = chosen
            .iter()
            .map(|&index| scores[index].n)
            .min()
            .unwrap_or(0);
        let mut target = self.polished();
        while target <= fewest && target < MOST_POLISHED {
            target *= 2;
        }
        self.shared(&scores, chosen, target, left.min(self.round_size()))
    }

    /// Designs worth a try: those that would add most to the front by an optimistic guess, and the cheapest that
    /// promise what is wanted. None when no design promises to add the share `worth` of the area; where any is welcome,
    /// those that least is known of follow.
    fn promising(&mut self, opinion: &Opinion, wanted: usize, worth: f64) -> Vec<Rungs> {
        let scores = &opinion.scores;
        let known = places_of(scores);
        let ranked = front_of(&known);
        let design = |index: &usize| &self.trials[scores[*index].trial].design;
        let parents: Vec<&Rungs> = ranked.iter().map(design).collect();
        let is_known = |design: &Rungs| self.trials.iter().any(|trial| trial.design == *design);
        let pool = candidates(&self.space, &parents, is_known, &mut self.rng(2));
        let front: Vec<Place> = ranked.iter().map(|&index| known[index]).collect();
        let guesses = self.guesses(&pool, opinion, &mut self.lengths.clone());
        let dearest = known.iter().fold(0.0, |most: f64, place| most.max(place.0));
        let aim = self.wanted + 0.4 * (1.0 - self.wanted);
        let safe = safe_front(scores, &opinion.luck);
        let safe: Vec<Place> = safe.into_iter().map(|(_, place)| place).collect();
        let reference = (1.05 * dearest, 0.0);
        let mut chosen = choose(&guesses, [front, safe], reference, (aim, worth), wanted);
        if worth <= 0.0 {
            let mut rest: Vec<usize> = (0..guesses.len())
                .filter(|index| !chosen.contains(index))
                .collect();
            rest.sort_by(|&a, &b| guesses[b].doubt.total_cmp(&guesses[a].doubt));
            chosen.extend(rest.into_iter().take(wanted - chosen.len()));
        }
        chosen
            .into_iter()
            .map(|index| pool[index].clone())
            .collect()
    }

    /// A guess at each design of a pool, from those that are known.
    fn guesses(&self, pool: &[Rungs], opinion: &Opinion, lengths: &mut [Lengths; 2]) -> Vec<Guess> {
        let ranked = peeled(&places_of(&opinion.scores));
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
        let guess = |design: &Rungs| {
            let (cost, margin) = (cost.predict(design), margin.predict(design));
            Guess {
                bold: place(cost, margin, BOLD, |margin| opinion.luck.chance(margin)),
                careful: place(cost, margin, CAREFUL, |margin| opinion.luck.chance(margin)),
                safe: place(cost, margin, BOLD, |margin| opinion.luck.safety(margin)),
                doubt: cost.1 + margin.1,
            }
        };
        pool.iter().map(guess).collect()
    }

    /// Candidates for the recommendation, cheapest first, on fresh replications.
    fn confirm(&mut self) -> Vec<Probe> {
        let plan = self.plan();
        let left = self.budget.saturating_sub(self.spent);
        if let Some(&(trial, Verdict::Open)) = self.tested.last() {
            let fresh = &self.trials[trial].fresh;
            let (n, misses) = (
                fresh.len() as u32,
                fresh.iter().filter(|outcome| !outcome.met).count() as u32,
            );
            let [first, second] = plan.looks;
            let look = n == first || n == second;
            let seen = (f64::from(n - misses) + 0.5) / f64::from(n + 1);
            // Given up at any time, passed at the looks only: giving up cannot err.
            let verdict = if look && plan.passes(n - misses, n) && self.keeps(trial) {
                Verdict::Passed
            } else if plan.hopeless(misses)
                || plan.power(seen) < FUTILE
                || n >= second
                || left < if n < first { first - n } else { second - n }
            {
                Verdict::Failed
            } else {
                Verdict::Open
            };
            if let Some(last) = self.tested.last_mut() {
                last.1 = verdict;
            }
            match verdict {
                Verdict::Passed => return Vec::new(),
                Verdict::Failed => {}
                Verdict::Open => {
                    let ends = [first.div_ceil(2), first, first.midpoint(second), second];
                    let until = ends.into_iter().find(|end| *end > n).unwrap_or(second);
                    return vec![self.probe(trial, FRESH + n, until - n)];
                }
            }
        }
        let scores = self.opinion().scores;
        let tested = self.tested.len() as u32;
        if tested >= CANDIDATES || left < plan.looks[0] {
            return Vec::new();
        }
        // Who has seen candidates fail, or can afford no other, asks more of the next.
        let last = left < plan.looks[1];
        let wanted = [0.6, 0.8, 0.9, 0.95][tested.min(3) as usize];
        let wanted = if last { 0.95 } else { wanted };
        let untested = |score: &&Score| {
            score.bounded && !self.tested.iter().any(|(trial, _)| *trial == score.trial)
        };
        let power = |score: &Score| plan.power(score.chance);
        let open = || scores.iter().filter(untested);
        let sure = open().filter(|score| power(score) >= wanted);
        let sure = sure.min_by(|a, b| a.cost.total_cmp(&b.cost));
        let likely = || {
            open()
                .filter(|score| power(score) >= LIKELY)
                .max_by(|a, b| {
                    power(a)
                        .total_cmp(&power(b))
                        .then(b.cost.total_cmp(&a.cost))
                })
        };
        let Some(score) = sure.or_else(likely).copied() else {
            return Vec::new();
        };
        // Replications of the search are cheaper than a failure.
        let vetted = (plan.looks[0] * 2 / 3).clamp(LEAST_KNOWN, 64);
        if score.n < vetted && left >= plan.looks[0] + vetted {
            return vec![self.more(score.trial, vetted - score.n)];
        }
        self.tested.push((score.trial, Verdict::Open));
        vec![self.probe(score.trial, FRESH, plan.looks[0].div_ceil(2))]
    }

    /// Whether fresh replications keep the bounded figures below their bounds by the upper ends of their intervals.
    fn keeps(&self, trial: usize) -> bool {
        self.bounds.iter().all(|&(figure, most)| {
            let fresh = self.trials[trial].fresh.iter();
            let values: Vec<f64> = fresh.map(|outcome| outcome.figures[figure]).collect();
            crate::stats::Summary::of(&values).ci_high <= most
        })
    }
}

impl Adaptive for Search {
    fn next_round(&mut self) -> Vec<Probe> {
        let open = self.round.open();
        if !open.is_empty() || self.finished() {
            return open;
        }
        self.close_round();
        self.rounds += 1;
        loop {
            let (asked, next) = match self.stage {
                Stage::Fill => (self.fill(), Stage::Explore),
                Stage::Explore => (self.explore(), Stage::Polish),
                Stage::Polish => (self.polish(), Stage::Confirm),
                Stage::Confirm => (self.confirm(), Stage::Over),
                Stage::Over => return Vec::new(),
            };
            if asked.is_empty() {
                self.stage = next;
            } else {
                self.round = Round::new(asked);
                return self.round.open();
            }
        }
    }

    fn tell(&mut self, answer: Answer) {
        self.round.tell(answer);
    }

    fn progress(&self) -> (u32, u32) {
        let done = self.spent + self.round.done();
        let needed = if self.finished() {
            done
        } else {
            self.budget.max(done)
        };
        (done, needed)
    }
}

/// A guess at a design: where it would lie with much luck, and with little.
struct Guess {
    bold: Place,
    careful: Place,
    /// With much luck, by safety instead of attainment.
    safe: Place,
    /// How little is known of it.
    doubt: f64,
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
    while chosen.len() < wanted && vain < TURNS {
        let now = turn % TURNS;
        turn += 1;
        let open = (0..guesses.len()).filter(|index| !chosen.contains(index));
        let next = if now == 1 {
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
        chosen.push(next);
    }
    chosen
}

/// Kinds of guess that take turns: bold, cheapest, careful, safe.
const TURNS: usize = 4;

/// Designs on the front of cost against safety, with their places.
fn safe_front(scores: &[Score], luck: &Luck) -> Vec<(usize, Place)> {
    let safety = |score: &Score| match score.bounded {
        true => luck.safety(score.margin),
        false => 0.0,
    };
    let places: Vec<Place> = scores
        .iter()
        .map(|score| (score.cost, safety(score)))
        .collect();
    let front = front_of(&places).into_iter();
    front.map(|index| (index, places[index])).collect()
}

/// A place for each score; designs that break a bound never meet the SLO.
fn places(scores: &[Score], chance: impl Fn(&Score) -> f64) -> Vec<Place> {
    let place = |score: &Score| {
        let chance = if score.bounded { chance(score) } else { 0.0 };
        (score.cost, chance)
    };
    scores.iter().map(place).collect()
}

/// Designs on the front, by what is thought of them and by what their replications let hope for.
fn contenders(scores: &[Score]) -> Vec<usize> {
    let hoped = front_of(&places(scores, |score| score.hope)).into_iter();
    hoped.chain(front_of(&places_of(scores))).collect()
}

fn places_of(scores: &[Score]) -> Vec<Place> {
    places(scores, |score| score.chance)
}

/// Front after front, as many places as a surrogate learns from.
fn peeled(known: &[Place]) -> Vec<usize> {
    let mut ranked: Vec<usize> = Vec::new();
    while ranked.len() < MOST.min(known.len()) {
        let left: Vec<usize> = (0..known.len())
            .filter(|index| !ranked.contains(index))
            .collect();
        let places: Vec<Place> = left.iter().map(|&index| known[index]).collect();
        let next = front_of(&places);
        ranked.extend(next.into_iter().map(|place| left[place]));
    }
    ranked.truncate(MOST);
    ranked
}

fn figure(bounded: BoundedFigure) -> Figure {
    match bounded {
        BoundedFigure::CostPerMonth => Figure::CostPerMonth,
        BoundedFigure::MeanLatency => Figure::MeanLatency,
        BoundedFigure::P95Latency => Figure::P95Latency,
        BoundedFigure::P99Latency => Figure::P99Latency,
        BoundedFigure::PeakReplicas => Figure::PeakReplicas,
        BoundedFigure::NodeHours => Figure::NodeHours,
        BoundedFigure::ScaleEventsPerHour => Figure::ScaleEventsPerHour,
        BoundedFigure::ViolationMinutes => Figure::ViolationMinutes,
        BoundedFigure::WorstHourlyBurnRate => Figure::WorstHourlyBurnRate,
    }
}
