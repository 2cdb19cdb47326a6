//! What all replications of a design share: the data at the start of the window, and how they are read.
//!
//! The days before the window are not played. Objects lie where the rules lead to by their age; under rules on last
//! access, the share of them that nobody has read for long enough follows from the reads expected at the start.

use super::access::{PopularityClass, QueryClass, popularity_classes};
use super::cache::{self, Cache, Population};
use super::cohorts::Cohort;
use super::latency::{CACHE, PLACES, QueryTime};
use super::lifecycle::{Basis, Lifecycle};
use super::tiers::{Tier, object_usd_per_day};
use super::{ByTier, DAYS_PER_MONTH};
use crate::random::Distribution;
use crate::stats::sort_by;

/// Storage as a scenario describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageModel {
    /// The tiers, at most [`super::MAX_TIERS`]; data are written to the first.
    pub tiers: Vec<Tier>,
    /// The cache in front of them.
    pub cache: Option<Cache>,
    /// The datasets.
    pub datasets: Vec<Dataset>,
    /// What queries are judged by.
    pub target: Target,
}

/// Objects of one size that are written day by day.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Name.
    pub name: String,
    /// Written on the first day of the window, GiB.
    pub ingest_gib_per_day: f64,
    /// Growth of that by the month, above −1; 0.1 is ten per cent.
    pub growth_per_month: f64,
    /// Days before the window on which it was written too.
    pub history_days: u32,
    /// Size of an object, KiB.
    pub object_kib: f64,
    /// Share of the reads that go to the most read fifth of the objects, 0.2..1.
    pub top_fifth: f64,
    /// Where its objects go.
    pub lifecycle: Lifecycle,
    /// Who reads them.
    pub queries: Vec<QueryClass>,
}

impl Dataset {
    /// Size of an object, GiB.
    pub fn object_gib(&self) -> f64 {
        self.object_kib / (1024.0 * 1024.0)
    }

    /// Objects written on a day of the window; days before it are negative.
    pub fn objects_written(&self, day: f64) -> f64 {
        let growth = libm::pow(1.0 + self.growth_per_month, day / DAYS_PER_MONTH);
        self.ingest_gib_per_day * growth / self.object_gib()
    }

    /// Share of its objects that stay in the first tier because they are read most.
    pub fn kept_share(&self) -> f64 {
        match self.lifecycle.basis {
            Basis::Age { keep_share } => keep_share,
            Basis::LastAccess { .. } => 0.0,
        }
    }
}

/// Queries within a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The time, seconds.
    pub within_s: f64,
    /// Share of the queries that shall be done by then, 0..1.
    pub share: f64,
}

/// A storage model with its state at the start of a window.
#[derive(Clone, Debug)]
pub struct StorageSetup {
    pub(super) model: StorageModel,
    /// Whole days that cover the window.
    pub(super) days: u32,
    pub(super) datasets: Vec<DatasetSetup>,
}

/// One dataset at the start.
#[derive(Clone, Debug)]
pub(super) struct DatasetSetup {
    pub classes: Vec<PopularityClass>,
    /// By class of queries and age: interest in one object.
    pub interest: Vec<Vec<f64>>,
    /// By age × class of popularity: share of the reads that the cache answers; empty without a cache.
    pub hits: Vec<f64>,
    /// The oldest first; the last is a day old on day 0.
    pub cohorts: Vec<Cohort>,
    /// By class of queries: reads a day of an average object of interest 1, as expected on day 0.
    pub expected_rates: Vec<f64>,
    /// By cohort × class of popularity × step: reads expected per object over the step's days.
    pub idle_reads: Vec<f64>,
    pub object_usd_per_day: ByTier,
    /// By class of queries and place.
    pub times: Vec<Vec<QueryTime>>,
    /// By class of queries: places, the fastest first.
    pub orders: Vec<Vec<usize>>,
}

impl StorageSetup {
    /// Prepares a model for a window of so many days, which are rounded up to whole ones.
    pub fn new(model: StorageModel, window_days: f64) -> Self {
        let days = window_days.ceil().clamp(1.0, 366.0) as u32;
        let mut datasets: Vec<DatasetSetup> = model
            .datasets
            .iter()
            .map(|dataset| DatasetSetup::new(&model, dataset, days))
            .collect();
        if let Some(cache) = &model.cache {
            let mut populations = Vec::new();
            for (dataset, setup) in model.datasets.iter().zip(&datasets) {
                setup.add_populations(dataset, &mut populations);
            }
            let time_days = cache::characteristic_days(&populations, cache.capacity_gib);
            for setup in &mut datasets {
                setup.cache_for(time_days);
            }
        }
        for (dataset, setup) in model.datasets.iter().zip(&mut datasets) {
            setup.expect_idle(dataset);
        }
        Self {
            model,
            days,
            datasets,
        }
    }

    /// Whether it was prepared from the same model and for a window as long.
    pub fn is_for(&self, model: &StorageModel, window_days: f64) -> bool {
        self.model == *model && f64::from(self.days) == window_days.ceil().clamp(1.0, 366.0)
    }

    /// The model.
    pub fn model(&self) -> &StorageModel {
        &self.model
    }
}

impl DatasetSetup {
    fn new(model: &StorageModel, dataset: &Dataset, days: u32) -> Self {
        let oldest = dataset.history_days + days;
        let interest: Vec<Vec<f64>> = dataset
            .queries
            .iter()
            .map(|query| (0..=oldest).map(|age| query.ages.interest(age)).collect())
            .collect();
        let cohorts = (1..=dataset.history_days)
            .rev()
            .map(|age| initial_cohort(dataset, age))
            .collect();
        let times: Vec<Vec<QueryTime>> = dataset
            .queries
            .iter()
            .map(|query| times(model, dataset, query))
            .collect();
        let order = |times: &Vec<QueryTime>| {
            let mut order: Vec<usize> = (0..times.len()).collect();
            sort_by(&mut order, |&a, &b| {
                times[a].mean_s().total_cmp(&times[b].mean_s())
            });
            order
        };
        let mut setup = Self {
            classes: popularity_classes(dataset.top_fifth, dataset.kept_share()),
            hits: Vec::new(),
            cohorts,
            expected_rates: Vec::new(),
            idle_reads: Vec::new(),
            object_usd_per_day: object_usd_per_day(&model.tiers, dataset.object_kib),
            orders: times.iter().map(order).collect(),
            times,
            interest,
        };
        setup.expected_rates = setup.expect_rates(dataset);
        setup
    }

    /// Ages of day 0 that are not expired, with their objects.
    fn ages<'a>(&'a self, dataset: &'a Dataset) -> impl Iterator<Item = (u32, f64)> + 'a {
        let new = (0, dataset.objects_written(0.0));
        let old = self.cohorts.iter().rev().zip(1u32..);
        std::iter::once(new)
            .chain(old.map(|(cohort, age)| (age, cohort.objects)))
            .filter(|(age, _)| !dataset.lifecycle.expires(*age))
    }

    fn expect_rates(&self, dataset: &Dataset) -> Vec<f64> {
        let rate = |(query, interest): (&QueryClass, &Vec<f64>)| {
            let weight: f64 = self
                .ages(dataset)
                .map(|(age, objects)| objects * at(interest, age))
                .sum();
            if weight > 0.0 {
                query.per_day * f64::from(query.objects) / weight
            } else {
                0.0
            }
        };
        dataset
            .queries
            .iter()
            .zip(&self.interest)
            .map(rate)
            .collect()
    }

    /// Reads a day of an average object of this age, as expected.
    fn expected_reads(&self, age: u32) -> f64 {
        let part = |(rate, interest): (&f64, &Vec<f64>)| rate * at(interest, age);
        self.expected_rates
            .iter()
            .zip(&self.interest)
            .map(part)
            .sum()
    }

    fn add_populations(&self, dataset: &Dataset, into: &mut Vec<Population>) {
        for (age, objects) in self.ages(dataset) {
            let (gib, reads) = (objects * dataset.object_gib(), self.expected_reads(age));
            into.extend(self.classes.iter().map(|class| Population {
                gib: gib * class.objects,
                reads_per_day: reads * class.popularity(),
            }));
        }
    }

    fn cache_for(&mut self, time_days: f64) {
        let ages = self.interest.first().map_or(0, Vec::len) as u32;
        let mut hits = Vec::with_capacity(ages as usize * self.classes.len());
        for age in 0..ages {
            let reads = self.expected_reads(age);
            let hit =
                |class: &PopularityClass| cache::hit_share(reads * class.popularity(), time_days);
            hits.extend(self.classes.iter().map(hit));
        }
        self.hits = hits;
    }

    /// Share of the reads of a class of popularity that the cache answers.
    pub fn hit(&self, age: u32, class: usize) -> f64 {
        let index = age as usize * self.classes.len() + class;
        self.hits.get(index).copied().unwrap_or_default()
    }

    /// What rules on last access remember at the start.
    fn expect_idle(&mut self, dataset: &Dataset) {
        let lifecycle = &dataset.lifecycle;
        let steps = lifecycle.steps.len();
        let by_access = matches!(lifecycle.basis, Basis::LastAccess { .. });
        if !by_access || !lifecycle.moves(dataset.object_kib) {
            return;
        }
        let classes = self.classes.len();
        let mut idle_reads = vec![0.0; self.cohorts.len() * classes * steps];
        if !lifecycle.starts_with_window {
            for (k, class) in self.classes.iter().enumerate() {
                // Reads up to an age, that age not included.
                let mut reads_until = Vec::with_capacity(self.cohorts.len() + 1);
                let mut sum = 0.0;
                reads_until.push(sum);
                for age in 0..dataset.history_days {
                    let missed = 1.0 - self.hit(age, k);
                    sum += self.expected_reads(age) * class.popularity() * missed;
                    reads_until.push(sum);
                }
                for (index, age) in (0..self.cohorts.len()).zip((1..=dataset.history_days).rev()) {
                    for (j, step) in lifecycle.steps.iter().enumerate() {
                        let from = age.saturating_sub(step.after_days);
                        idle_reads[(index * classes + k) * steps + j] =
                            at(&reads_until, age) - at(&reads_until, from);
                    }
                }
            }
        }
        self.idle_reads = idle_reads;
    }
}

/// The value at an age; 0 past the end.
pub(super) fn at(values: &[f64], age: u32) -> f64 {
    values.get(age as usize).copied().unwrap_or_default()
}

/// Objects that are `age` days old on day 0, as the day before left them.
fn initial_cohort(dataset: &Dataset, age: u32) -> Cohort {
    let lifecycle = &dataset.lifecycle;
    let objects = dataset.objects_written(-f64::from(age));
    let (yesterday, new_rules) = (age - 1, lifecycle.starts_with_window);
    if lifecycle.expires(yesterday) && !new_rules {
        return Cohort::default();
    }
    let by_age = matches!(lifecycle.basis, Basis::Age { .. });
    let (tier, entered_age) = if by_age && !new_rules && lifecycle.moves(dataset.object_kib) {
        lifecycle.place(yesterday)
    } else {
        (0, 0)
    };
    Cohort {
        objects,
        tier,
        entered_age,
    }
}

fn times(model: &StorageModel, dataset: &Dataset, query: &QueryClass) -> Vec<QueryTime> {
    let mib = f64::from(query.objects) * dataset.object_kib / 1024.0;
    // More connections than objects do not help.
    let connections = f64::from(query.parallel_reads.min(query.objects));
    let time = |wait_s: &Distribution, throughput_mib_per_s: f64| QueryTime {
        wait_s: wait_s.clone(),
        transfer_s: mib / (throughput_mib_per_s * connections),
    };
    let mut times = Vec::with_capacity(PLACES);
    debug_assert_eq!(CACHE, times.len());
    times.push(match (&model.cache, model.tiers.first()) {
        (Some(cache), _) => time(&cache.first_byte_s, cache.throughput_mib_per_s),
        // Never read from.
        (None, Some(first)) => time(first.wait_s(), first.throughput_mib_per_s),
        (None, None) => return times,
    });
    let tiers = model.tiers.iter();
    times.extend(tiers.map(|tier| time(tier.wait_s(), tier.throughput_mib_per_s)));
    times
}
