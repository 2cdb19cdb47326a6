//! A dataset through the days: cohorts of objects of the same age, moved and expired by its lifecycle.

use super::access::QueryClass;
use super::billing::{Bill, Item};
use super::latency::{ByPlace, CACHE, PLACES};
use super::lifecycle::{Basis, decay, idle_shares};
use super::setup::{Dataset, DatasetSetup, at};
use super::tiers::Tier;
use super::{ByTier, DAYS_PER_MONTH, MAX_TIERS};

/// The objects of a dataset that were written on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cohort {
    /// How many there are.
    pub objects: f64,
    /// Where a lifecycle by age has put those that move.
    pub tier: usize,
    /// Their age when they came there, days.
    pub entered_age: u32,
}

/// What came and went on one day, GiB by tier. What is held changes by exactly this.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flows {
    /// Written.
    pub written: ByTier,
    /// Moved to it by a rule, or back to it by a read.
    pub moved_in: ByTier,
    /// Moved away.
    pub moved_out: ByTier,
    /// Deleted at the end of its time.
    pub expired: ByTier,
}

/// Where the objects of a cohort lie, and where reads of them go; shares that sum to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub objects: ByTier,
    pub reads: ByPlace,
}

/// Where a day's queries go.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// Objects times interest, over all ages.
    pub weight: f64,
    /// Share of the objects read in each place.
    pub shares: ByPlace,
    /// Probability of each place to be the slowest that a query reads from.
    pub slowest: ByPlace,
}

/// A dataset in the course of a window.
#[derive(Clone, Debug)]
pub struct DatasetRun<'a> {
    dataset: &'a Dataset,
    setup: &'a DatasetSetup,
    tiers: &'a [Tier],
    day: u32,
    /// The oldest first, one for each day since the start of the history.
    cohorts: Vec<Cohort>,
    /// How many of them are expired.
    expired: usize,
    /// Under rules on last access, by cohort × class of popularity × step: reads expected over the step's days, and
    /// the share of objects that had none.
    idle_reads: Vec<f64>,
    idle_shares: Vec<f64>,
    by_access: bool,
    /// By day and class of queries: reads of an average object of interest 1.
    rates: Vec<Vec<f64>>,
    flows: Flows,
}

impl<'a> DatasetRun<'a> {
    pub(super) fn new(dataset: &'a Dataset, setup: &'a DatasetSetup, tiers: &'a [Tier]) -> Self {
        let by_access = matches!(dataset.lifecycle.basis, Basis::LastAccess { .. })
            && dataset.lifecycle.moves(dataset.object_kib);
        let mut run = Self {
            dataset,
            setup,
            tiers,
            day: 0,
            cohorts: setup.cohorts.clone(),
            expired: 0,
            idle_reads: setup.idle_reads.clone(),
            idle_shares: vec![0.0; setup.idle_reads.len()],
            by_access,
            rates: Vec::new(),
            flows: Flows::default(),
        };
        if by_access {
            for index in 0..run.cohorts.len() {
                run.refresh_idle(index);
            }
        }
        run
    }

    /// A day begins: objects are written, then the rules are applied.
    pub(super) fn begin_day(&mut self, bill: &mut Bill) {
        self.flows = Flows::default();
        let objects = self.dataset.objects_written(f64::from(self.day));
        self.cohorts.push(Cohort {
            objects,
            ..Cohort::default()
        });
        self.flows.written[0] += objects * self.dataset.object_gib();
        let put = self.tiers.first().map_or(0.0, |tier| tier.put_usd_per_1000);
        bill.add(Item::Requests, 0, objects / 1000.0 * put);
        if self.by_access {
            let added = self.setup.classes.len() * self.dataset.lifecycle.steps.len();
            self.idle_reads.resize(self.idle_reads.len() + added, 0.0);
            self.idle_shares.resize(self.idle_shares.len() + added, 0.0);
        }
        self.expire(bill);
        self.move_by_age(bill);
    }

    fn age(&self, index: usize) -> u32 {
        let since_start = index as u32;
        (self.day + self.dataset.history_days).saturating_sub(since_start)
    }

    fn expire(&mut self, bill: &mut Bill) {
        while self.expired < self.cohorts.len()
            && self.dataset.lifecycle.expires(self.age(self.expired))
        {
            let (index, age) = (self.expired, self.age(self.expired));
            let (cohort, spread) = (self.cohorts[index], self.spread(index));
            for (tier, share) in spread
                .objects
                .iter()
                .enumerate()
                .filter(|(_, share)| **share > 0.0)
            {
                let objects = cohort.objects * share;
                self.flows.expired[tier] += objects * self.dataset.object_gib();
                // When objects came to a tier is known of rules by age only.
                if !self.by_access {
                    let entered = if tier == cohort.tier {
                        cohort.entered_age
                    } else {
                        0
                    };
                    self.bill_early(tier, objects, age - entered.min(age), bill);
                }
            }
            self.cohorts[index].objects = 0.0;
            self.expired += 1;
        }
    }

    /// What is left of the minimum time is paid when objects leave.
    fn bill_early(&self, tier: usize, objects: f64, days_there: u32, bill: &mut Bill) {
        let least = self.tiers.get(tier).map_or(0, |tier| tier.min_days);
        let left = f64::from(least.saturating_sub(days_there));
        let usd_per_day = self
            .setup
            .object_usd_per_day
            .get(tier)
            .copied()
            .unwrap_or_default();
        bill.add(Item::EarlyDeletion, tier, objects * usd_per_day * left);
    }

    fn bill_move(&self, tier: usize, objects: f64, bill: &mut Bill) {
        let price = self
            .tiers
            .get(tier)
            .map_or(0.0, |tier| tier.transition_usd_per_1000);
        bill.add(Item::Transitions, tier, objects / 1000.0 * price);
    }

    fn move_by_age(&mut self, bill: &mut Bill) {
        let lifecycle = &self.dataset.lifecycle;
        if self.by_access || !lifecycle.moves(self.dataset.object_kib) {
            return;
        }
        let moving = 1.0 - self.dataset.kept_share();
        for index in self.expired..self.cohorts.len() {
            let (cohort, age) = (self.cohorts[index], self.age(index));
            let (tier, _) = lifecycle.place(age);
            if tier == cohort.tier {
                continue;
            }
            let objects = cohort.objects * moving;
            self.bill_early(
                cohort.tier,
                objects,
                age - cohort.entered_age.min(age),
                bill,
            );
            self.bill_move(tier, objects, bill);
            let gib = objects * self.dataset.object_gib();
            self.flows.moved_out[cohort.tier] += gib;
            self.flows.moved_in[tier] += gib;
            self.cohorts[index] = Cohort {
                tier,
                entered_age: age,
                ..cohort
            };
        }
    }

    /// Tier of a level of rules on last access: level 0 is the first tier, level i that of step i − 1.
    fn level_tier(&self, level: usize) -> usize {
        level
            .checked_sub(1)
            .and_then(|step| self.dataset.lifecycle.steps.get(step))
            .map_or(0, |step| step.tier)
    }

    /// Where a cohort's objects lie and where they are read, today.
    pub(super) fn spread(&self, index: usize) -> Spread {
        let mut spread = Spread {
            objects: [0.0; MAX_TIERS],
            reads: [0.0; PLACES],
        };
        let (cohort, age) = (self.cohorts[index], self.age(index));
        let steps = self.dataset.lifecycle.steps.len();
        for (k, class) in self.setup.classes.iter().enumerate() {
            let hit = self.setup.hit(age, k);
            spread.reads[CACHE] += class.reads * hit;
            let mut add = |tier: usize, share: f64| {
                spread.objects[tier] += class.objects * share;
                spread.reads[tier + 1] += class.reads * (1.0 - hit) * share;
            };
            if self.by_access {
                let idle = &self.idle_shares[self.idle_range(index, k)];
                let mut warmer = 1.0;
                for (level, idle) in idle.iter().enumerate() {
                    add(self.level_tier(level), warmer - idle);
                    warmer = *idle;
                }
                add(self.level_tier(steps), warmer);
            } else {
                add(if class.kept { 0 } else { cohort.tier }, 1.0);
            }
        }
        spread
    }

    fn idle_range(&self, index: usize, class: usize) -> std::ops::Range<usize> {
        let steps = self.dataset.lifecycle.steps.len();
        let start = (index * self.setup.classes.len() + class) * steps;
        start..start + steps
    }

    /// Holds today's data: bills them, and finds where today's queries will go. Answers the GiB held.
    pub(super) fn hold(&self, bill: &mut Bill, reaches: &mut Vec<Reach>) -> f64 {
        let queries = &self.dataset.queries;
        reaches.clear();
        for interest in &self.setup.interest {
            let weight = (self.expired..self.cohorts.len())
                .map(|index| self.cohorts[index].objects * at(interest, self.age(index)))
                .sum();
            reaches.push(Reach {
                weight,
                shares: [0.0; PLACES],
                slowest: [0.0; PLACES],
            });
        }
        let mut held = [0.0; MAX_TIERS];
        for index in self.expired..self.cohorts.len() {
            let (objects, age, spread) = (
                self.cohorts[index].objects,
                self.age(index),
                self.spread(index),
            );
            for (held, share) in held.iter_mut().zip(spread.objects) {
                *held += objects * share;
            }
            for (c, (reach, query)) in reaches.iter_mut().zip(queries).enumerate() {
                let interest = self
                    .setup
                    .interest
                    .get(c)
                    .map_or(0.0, |interest| at(interest, age));
                if reach.weight > 0.0 {
                    let share = objects * interest / reach.weight;
                    add_reach(reach, share, &spread.reads, query, &self.setup.orders[c]);
                }
            }
        }
        let watched = self
            .dataset
            .lifecycle
            .monitoring_usd_per_object_month(self.dataset.object_kib)
            / DAYS_PER_MONTH;
        for (tier, objects) in held.iter().enumerate() {
            let usd_per_day = self.setup.object_usd_per_day[tier];
            bill.add(Item::Held, tier, objects * usd_per_day);
            bill.add(Item::Monitoring, tier, objects * watched);
        }
        held.iter().sum::<f64>() * self.dataset.object_gib()
    }

    /// Bills what a day's queries of one class read.
    pub(super) fn bill_reads(
        &self,
        query: &QueryClass,
        queries: f64,
        reach: &Reach,
        bill: &mut Bill,
    ) {
        let objects = queries * f64::from(query.objects);
        let free = self.dataset.lifecycle.has_free_moves();
        for (index, tier) in self.tiers.iter().enumerate() {
            let read = objects * reach.shares[index + 1];
            let restored = tier
                .restore_s
                .as_ref()
                .map_or(0.0, |_| tier.restore_usd_per_1000);
            bill.add(
                Item::Requests,
                index,
                read / 1000.0 * (tier.get_usd_per_1000 + restored),
            );
            if !free {
                let gib = read * self.dataset.object_gib();
                bill.add(Item::Retrieval, index, gib * tier.retrieval_usd_per_gib);
            }
        }
    }

    /// The day is over: rules on last access remember its reads. `queries` has the number of each class.
    pub(super) fn end_day(&mut self, queries: &[f64], reaches: &[Reach], bill: &mut Bill) {
        let rate = |((query, reach), number): ((&QueryClass, &Reach), &f64)| {
            if reach.weight > 0.0 {
                number * f64::from(query.objects) / reach.weight
            } else {
                0.0
            }
        };
        let classes = self.dataset.queries.iter().zip(reaches).zip(queries);
        self.rates.push(classes.map(rate).collect());
        if self.by_access {
            for index in self.expired..self.cohorts.len() {
                self.remember(index, bill);
            }
        }
        self.day += 1;
    }

    /// Reads of an average object of this age on a day of the window; before it, as expected.
    fn reads_on(&self, day: i64, age: u32) -> f64 {
        let of_day = usize::try_from(day)
            .ok()
            .and_then(|day| self.rates.get(day));
        let rates = of_day.unwrap_or(&self.setup.expected_rates);
        let part = |(rate, interest): (&f64, &Vec<f64>)| rate * at(interest, age);
        rates.iter().zip(&self.setup.interest).map(part).sum()
    }

    /// One cohort under rules on last access: who was read goes back, who was not goes on.
    fn remember(&mut self, index: usize, bill: &mut Bill) {
        let lifecycle = &self.dataset.lifecycle;
        let steps = lifecycle.steps.len();
        let (age, objects) = (self.age(index), self.cohorts[index].objects);
        let today = self.reads_on(i64::from(self.day), age);
        for (k, class) in self.setup.classes.iter().enumerate() {
            let reads = today * class.popularity() * (1.0 - self.setup.hit(age, k));
            let range = self.idle_range(index, k);
            let unread = decay(reads);
            let mut before = [0.0; MAX_TIERS];
            for (before, share) in before.iter_mut().zip(&self.idle_shares[range.clone()]) {
                *before = *share;
            }
            for (j, step) in lifecycle.steps.iter().enumerate() {
                // The day that is forgotten, if the objects were there and remembered by then.
                let day = i64::from(self.day) - i64::from(step.after_days);
                let forgotten = match age.checked_sub(step.after_days) {
                    Some(then) if day >= 0 || !lifecycle.starts_with_window => {
                        self.reads_on(day, then)
                            * class.popularity()
                            * (1.0 - self.setup.hit(then, k))
                    }
                    _ => 0.0,
                };
                let sum = &mut self.idle_reads[range.start + j];
                *sum = (*sum + reads - forgotten).max(0.0);
            }
            let days = if lifecycle.starts_with_window {
                age.min(self.day)
            } else {
                age
            };
            idle_shares(
                &lifecycle.steps,
                &self.idle_reads[range.clone()],
                days + 1,
                &mut self.idle_shares[range.clone()],
            );
            let free = lifecycle.has_free_moves();
            for j in 0..steps {
                let (tier, warmer) = (self.level_tier(j + 1), self.level_tier(j));
                let next = before
                    .get(j + 1)
                    .copied()
                    .filter(|_| j + 1 < steps)
                    .unwrap_or_default();
                let now = &mut self.idle_shares[range.start + j];
                // Rounding must not make a flow negative.
                *now = now.max(before[j] * unread);
                let went_on = objects * class.objects * (*now - before[j] * unread);
                let back = objects * class.objects * (before[j] - next) * (1.0 - unread);
                self.flows.moved_out[warmer] += went_on * self.dataset.object_gib();
                self.flows.moved_in[tier] += went_on * self.dataset.object_gib();
                self.flows.moved_out[tier] += back * self.dataset.object_gib();
                self.flows.moved_in[0] += back * self.dataset.object_gib();
                if !free {
                    self.bill_move(tier, went_on, bill);
                    let put = self.tiers.first().map_or(0.0, |tier| tier.put_usd_per_1000);
                    bill.add(Item::Requests, 0, back / 1000.0 * put);
                }
            }
        }
    }

    /// Shares of a cohort at the start of the window.
    fn refresh_idle(&mut self, index: usize) {
        let lifecycle = &self.dataset.lifecycle;
        let days = if lifecycle.starts_with_window {
            0
        } else {
            self.age(index)
        };
        for k in 0..self.setup.classes.len() {
            let range = self.idle_range(index, k);
            idle_shares(
                &lifecycle.steps,
                &self.idle_reads[range.clone()],
                days,
                &mut self.idle_shares[range],
            );
        }
    }

    /// What is held, GiB by tier.
    pub fn held_gib(&self) -> ByTier {
        let mut held = [0.0; MAX_TIERS];
        for index in self.expired..self.cohorts.len() {
            let gib = self.cohorts[index].objects * self.dataset.object_gib();
            for (held, share) in held.iter_mut().zip(self.spread(index).objects) {
                *held += gib * share;
            }
        }
        held
    }

    /// What came and went today.
    pub fn flows(&self) -> &Flows {
        &self.flows
    }
}

fn add_reach(reach: &mut Reach, share: f64, reads: &ByPlace, query: &QueryClass, order: &[usize]) {
    let mut slow = [0.0; PLACES];
    super::latency::slowest(reads, query.objects, order, &mut slow);
    for (sum, reads) in reach.shares.iter_mut().zip(reads) {
        *sum += share * reads;
    }
    for (sum, slow) in reach.slowest.iter_mut().zip(slow) {
        *sum += share * slow;
    }
}
