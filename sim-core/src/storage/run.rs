//! One window of storage: day by day, one seed.

use super::billing::Bill;
use super::cohorts::{DatasetRun, Flows, Reach};
use super::latency::{ByPlace, PLACES, QueryTime, mixture_quantile};
use super::result::{StorageResult, TierResult};
use super::setup::StorageSetup;
use super::{ByTier, DAYS_PER_MONTH, MAX_TIERS};
use crate::random::{Purpose, Rng, StreamKey, gamma_unit_mean, poisson, uniform};

/// Queries of a class and day that are drawn one by one; of more, the expected shares are taken: their luck is below a
/// tenth of a point.
const DRAWN: u64 = 4096;

/// Classes of queries that a dataset may have, for the names of random streams.
const QUERY_CLASSES: u32 = 64;

/// A window under way.
#[derive(Clone, Debug)]
pub struct StorageRun<'a> {
    setup: &'a StorageSetup,
    datasets: Vec<DatasetRun<'a>>,
    streams: Vec<Vec<Streams>>,
    /// By dataset and class of queries.
    counts: Vec<Vec<Counts>>,
    bill: Bill,
    days: u32,
    gib_days: f64,
    gib_at_start: f64,
    written_gib: f64,
    expired_gib: f64,
}

/// The random numbers of a class of queries.
#[derive(Clone, Debug)]
struct Streams {
    /// How many there are: the same whatever the tiers.
    demand: Rng,
    /// What they read and how long they wait.
    reads: Rng,
}

/// Queries of a class so far.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    by_place: ByPlace,
    within: f64,
}

/// Plays a whole window.
pub fn run(setup: &StorageSetup, seed: u64, replication: u32) -> StorageResult {
    let mut run = StorageRun::new(setup, seed, replication);
    for _ in 0..setup.days {
        run.day();
    }
    run.finish()
}

impl<'a> StorageRun<'a> {
    /// The start of the window.
    pub fn new(setup: &'a StorageSetup, seed: u64, replication: u32) -> Self {
        let model = &setup.model;
        let datasets: Vec<DatasetRun<'_>> = model
            .datasets
            .iter()
            .zip(&setup.datasets)
            .map(|(dataset, prepared)| DatasetRun::new(dataset, prepared, &model.tiers))
            .collect();
        let streams = |(dataset, number): (&super::Dataset, u32)| {
            let of_class = |class: u32| {
                let rng = |purpose| {
                    let component = number * QUERY_CLASSES + class;
                    StreamKey {
                        seed,
                        replication,
                        component,
                        purpose,
                    }
                    .rng()
                };
                Streams {
                    demand: rng(Purpose::StorageDemand),
                    reads: rng(Purpose::StorageReads),
                }
            };
            (0..dataset.queries.len() as u32).map(of_class).collect()
        };
        let gib_at_start = datasets
            .iter()
            .map(|run| run.held_gib().iter().sum::<f64>())
            .sum();
        Self {
            setup,
            streams: model.datasets.iter().zip(0..).map(streams).collect(),
            counts: model
                .datasets
                .iter()
                .map(|dataset| vec![Counts::default(); dataset.queries.len()])
                .collect(),
            datasets,
            bill: Bill::default(),
            days: 0,
            gib_days: 0.0,
            gib_at_start,
            written_gib: 0.0,
            expired_gib: 0.0,
        }
    }

    /// Plays a day.
    pub fn day(&mut self) {
        let setup = self.setup;
        let mut reaches = Vec::new();
        for (d, run) in self.datasets.iter_mut().enumerate() {
            run.begin_day(&mut self.bill);
            self.gib_days += run.hold(&mut self.bill, &mut reaches);
            let queries = &setup.model.datasets[d].queries;
            let mut numbers = Vec::with_capacity(queries.len());
            for (c, (query, reach)) in queries.iter().zip(&reaches).enumerate() {
                let streams = &mut self.streams[d][c];
                let factor = gamma_unit_mean(&mut streams.demand, query.over_dispersion);
                let number = poisson(&mut streams.demand, query.per_day * factor);
                let number = if reach.weight > 0.0 { number } else { 0 };
                let prepared = &setup.datasets[d];
                let asked = Asked {
                    number,
                    reach,
                    times: &prepared.times[c],
                    order: &prepared.orders[c],
                    within_s: setup.model.target.within_s,
                };
                asked.count(&mut streams.reads, &mut self.counts[d][c]);
                run.bill_reads(query, number as f64, reach, &mut self.bill);
                numbers.push(number as f64);
            }
            run.end_day(&numbers, &reaches, &mut self.bill);
            let Flows {
                written, expired, ..
            } = run.flows();
            self.written_gib += written.iter().sum::<f64>();
            self.expired_gib += expired.iter().sum::<f64>();
        }
        if let Some(cache) = &setup.model.cache {
            let usd = cache.capacity_gib * cache.usd_per_gib_month / DAYS_PER_MONTH;
            self.bill.add_cache(usd);
        }
        self.days += 1;
    }

    /// The datasets as they are now.
    pub fn datasets(&self) -> &[DatasetRun<'a>] {
        &self.datasets
    }

    /// The bill so far.
    pub fn bill(&self) -> &Bill {
        &self.bill
    }

    /// What the days so far yield.
    pub fn finish(&self) -> StorageResult {
        let model = &self.setup.model;
        let days = f64::from(self.days.max(1));
        let per_month = DAYS_PER_MONTH / days;
        let (mut held, mut by_place): (ByTier, ByPlace) = ([0.0; MAX_TIERS], [0.0; PLACES]);
        for run in &self.datasets {
            for (sum, gib) in held.iter_mut().zip(run.held_gib()) {
                *sum += gib;
            }
        }
        let mut times: Vec<(f64, &QueryTime)> = Vec::new();
        let mut within = 0.0;
        for (counts, prepared) in self.counts.iter().zip(&self.setup.datasets) {
            for (counts, class_times) in counts.iter().zip(&prepared.times) {
                within += counts.within;
                for (place, number) in counts
                    .by_place
                    .iter()
                    .enumerate()
                    .filter(|(_, n)| **n > 0.0)
                {
                    by_place[place] += number;
                    times.extend(class_times.get(place).map(|time| (*number, time)));
                }
            }
        }
        let usd = self.bill.by_tier();
        let tiers = (0..model.tiers.len().min(MAX_TIERS)).map(|tier| TierResult {
            usd_per_month: usd[tier] * per_month,
            gib_at_end: held[tier],
            queries: by_place[tier + 1],
        });
        let by_resource = self.bill.by_resource();
        let mut result = StorageResult {
            usd_per_month: by_resource.map(|usd| usd * per_month),
            tiers: tiers.collect(),
            cache_usd_per_month: self.bill.cache_usd() * per_month,
            mean_gib: self.gib_days / days,
            gib_at_start: self.gib_at_start,
            written_gib: self.written_gib,
            expired_gib: self.expired_gib,
            queries: by_place.iter().sum(),
            within,
            p50_s: mixture_quantile(&times, 0.5),
            p95_s: mixture_quantile(&times, 0.95),
            met: false,
        };
        result.met = result.within_share() >= model.target.share;
        result
    }
}

/// Queries of one class on one day.
struct Asked<'a> {
    number: u64,
    reach: &'a Reach,
    times: &'a [QueryTime],
    order: &'a [usize],
    within_s: f64,
}

impl Asked<'_> {
    /// Counts them by the slowest place that each reads from, and those done in time.
    fn count(&self, rng: &mut Rng, counts: &mut Counts) {
        let in_time = |place: usize| {
            self.times
                .get(place)
                .map_or(0.0, |time| time.cdf(self.within_s))
        };
        let slowest = |place: usize| self.reach.slowest.get(place).copied().unwrap_or_default();
        if self.number > DRAWN {
            for &place in self.order {
                let number = self.number as f64 * slowest(place);
                counts.by_place[place] += number;
                counts.within += number * in_time(place);
            }
            return;
        }
        let known: Vec<(usize, f64, f64)> = self
            .order
            .iter()
            .map(|&place| (place, slowest(place), in_time(place)))
            .filter(|(_, probability, _)| *probability > 0.0)
            .collect();
        for _ in 0..self.number {
            let (mut left, wait) = (uniform(rng), uniform(rng));
            // The last is taken when rounding leaves a rest.
            let found = known.iter().find(|(_, probability, _)| {
                left -= probability;
                left < 0.0
            });
            if let Some((place, _, in_time)) = found.or(known.last()) {
                counts.by_place[*place] += 1.0;
                counts.within += f64::from(u8::from(wait < *in_time));
            }
        }
    }
}
