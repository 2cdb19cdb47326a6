//! The edge request by request, object by object.

use super::catalogue::Catalogue;
use super::law::characteristic_requests;
use super::zipf::Zipf;
use super::{EdgeModel, EdgeOutcome, Fetch, Keeping};
use crate::random::{Ahead, Purpose, Rng, StreamKey, standard_exponential, uniform};

/// No object.
const NONE: u32 = u32::MAX;

/// An object as the edge knows it.
#[derive(Clone, Copy, Debug)]
struct Object {
    /// When the last fetch ended, or will end.
    fetched_s: f64,
    /// From then on it is fresh until this time; −∞ where that fetch failed, or the object has been pushed out.
    until_s: f64,
}

/// The objects held, the most recently used first.
#[derive(Clone, Debug)]
struct Recency {
    newer: Vec<u32>,
    older: Vec<u32>,
    newest: u32,
    oldest: u32,
    held: u32,
    capacity: u32,
}

/// Plays every request at the edge.
#[derive(Clone, Debug)]
pub struct PlayedEdge {
    model: EdgeModel,
    zipf: Zipf,
    now_s: f64,
    objects: Vec<Object>,
    recency: Option<Recency>,
    started: bool,
    next_purge_s: f64,
    purged_s: f64,
    gaps: Ahead,
    until_next: f64,
    choices: Rng,
    failures: Rng,
    at_origin: Vec<f64>,
}

impl PlayedEdge {
    /// An edge at time 0, as full as it is after a long time at the rate of the first interval. The users' arrivals are
    /// those that a data plane of the same seed, replication and component would draw.
    pub fn new(model: &EdgeModel, seed: u64, replication: u32, component: u32) -> Self {
        let rng = |purpose| {
            StreamKey {
                seed,
                replication,
                component,
                purpose,
            }
            .rng()
        };
        let mut gaps = Ahead::new(rng(Purpose::Arrivals));
        let until_next = gaps.next(standard_exponential);
        let never = Object {
            fetched_s: f64::NEG_INFINITY,
            until_s: f64::NEG_INFINITY,
        };
        let recency = match model.keeping {
            Keeping::LeastRecentlyUsed { objects } => Some(Recency::new(model.objects, objects)),
            _ => None,
        };
        Self {
            zipf: Zipf::new(model.objects, model.exponent),
            now_s: 0.0,
            objects: vec![never; model.objects as usize],
            recency,
            started: false,
            next_purge_s: model.purge_every_s,
            purged_s: f64::NEG_INFINITY,
            gaps,
            until_next,
            choices: rng(Purpose::EdgeObjects),
            failures: rng(Purpose::EdgeFetches),
            at_origin: Vec::new(),
            model: model.clone(),
        }
    }

    /// Serves an interval of `length_s` seconds with `rate_rps` requests per second.
    pub fn serve(&mut self, length_s: f64, rate_rps: f64, fetch: Fetch) -> EdgeOutcome {
        if !self.started {
            self.started = true;
            self.fill(rate_rps * self.model.cacheable_share, fetch);
        }
        self.at_origin.clear();
        let mut outcome = EdgeOutcome::default();
        let expected = rate_rps * length_s;
        let mut clock = self.until_next;
        while clock < expected {
            let after_s = clock / rate_rps;
            if self.request(self.now_s + after_s, fetch, &mut outcome) {
                self.at_origin.push(after_s.min(length_s));
            }
            clock += self.gaps.next(standard_exponential);
        }
        self.until_next = clock - expected;
        self.now_s += length_s;
        outcome
    }

    /// When the requests of the last interval reached the origin, seconds from its start, ascending.
    pub fn at_origin(&self) -> &[f64] {
        &self.at_origin
    }

    /// A request comes; whether it goes to the origin.
    fn request(&mut self, now_s: f64, fetch: Fetch, outcome: &mut EdgeOutcome) -> bool {
        if now_s >= self.next_purge_s {
            self.purge(now_s);
        }
        let share = self.model.cacheable_share;
        if share < 1.0 && uniform(&mut self.choices) >= share {
            outcome.passed += 1.0;
            return true;
        }
        let number = self.zipf.draw(&mut self.choices);
        let Some(object) = self.objects.get_mut(number) else {
            return true;
        };
        if now_s < object.fetched_s {
            if self.model.coalesces {
                outcome.waited += 1.0;
                return false;
            }
            outcome.duplicates += 1.0;
            return true;
        }
        if now_s < object.until_s && object.fetched_s >= self.purged_s {
            let age_s = now_s - object.fetched_s;
            outcome.hits += 1.0;
            outcome.age_sum_s += age_s;
            outcome.stale -= libm::expm1(-age_s / self.model.change_mean_s);
            if let Keeping::Sliding { ttl_s } = self.model.keeping {
                object.until_s = now_s + ttl_s;
            }
            if let Some(recency) = &mut self.recency {
                recency.use_again(number as u32);
            }
            return false;
        }
        outcome.fills += 1.0;
        object.fetched_s = now_s + fetch.seconds;
        let fails = fetch.failure > 0.0 && uniform(&mut self.failures) < fetch.failure;
        object.until_s = match self.model.keeping {
            _ if fails => f64::NEG_INFINITY,
            Keeping::Fixed { ttl_s } | Keeping::Sliding { ttl_s } => object.fetched_s + ttl_s,
            Keeping::LeastRecentlyUsed { .. } => f64::INFINITY,
        };
        if let Some(recency) = self.recency.as_mut().filter(|_| !fails) {
            let pushed_out = recency.add(number as u32);
            if let Some(object) = self.objects.get_mut(pushed_out as usize) {
                object.until_s = f64::NEG_INFINITY;
            }
        }
        true
    }

    /// Everything is thrown away.
    fn purge(&mut self, now_s: f64) {
        let every_s = self.model.purge_every_s;
        let passed = ((now_s - self.next_purge_s) / every_s).floor();
        self.purged_s = self.next_purge_s + passed * every_s;
        self.next_purge_s = self.purged_s + every_s;
        if let Some(recency) = &mut self.recency {
            *recency = Recency::new(self.model.objects, recency.capacity);
        }
    }

    /// What the edge holds after a long time at a rate of cacheable requests: for a fixed time to live an object is there
    /// with its probability, at an even age; otherwise what was asked for last decides, an exponential time ago.
    fn fill(&mut self, rate_rps: f64, fetch: Fetch) {
        let model = &self.model;
        let weights = (1..=model.objects).map(|k| libm::pow(f64::from(k), -model.exponent));
        let total: f64 = weights.clone().sum();
        let rng = &mut self.choices;
        let mut ages: Vec<(f64, u32)> = Vec::new();
        for ((object, weight), number) in self.objects.iter_mut().zip(weights).zip(0..) {
            let rate = rate_rps * weight / total;
            match model.keeping {
                Keeping::Fixed { ttl_s } => {
                    let (held, age) = (uniform(rng), uniform(rng));
                    if held < super::law::fixed(rate, ttl_s, fetch).hit {
                        object.fetched_s = -age * ttl_s;
                        object.until_s = object.fetched_s + ttl_s;
                    }
                }
                Keeping::Sliding { ttl_s } => {
                    let age_s = standard_exponential(rng) / rate;
                    if age_s < ttl_s {
                        object.fetched_s = -age_s;
                        object.until_s = ttl_s - age_s;
                    }
                }
                Keeping::LeastRecentlyUsed { .. } => {
                    ages.push((standard_exponential(rng) / weight, number));
                }
            }
        }
        let Some(recency) = &mut self.recency else {
            return;
        };
        let held = (recency.capacity as usize).min(ages.len());
        if held < ages.len() {
            ages.select_nth_unstable_by(held, |a, b| a.0.total_cmp(&b.0));
            ages.truncate(held);
        }
        ages.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (age, number) in ages {
            recency.add(number);
            if let Some(object) = self.objects.get_mut(number as usize) {
                object.fetched_s = (-age * total / rate_rps).max(f64::MIN);
                object.until_s = f64::INFINITY;
            }
        }
    }
}

impl Recency {
    fn new(objects: u32, capacity: u32) -> Self {
        Self {
            newer: vec![NONE; objects as usize],
            older: vec![NONE; objects as usize],
            newest: NONE,
            oldest: NONE,
            held: 0,
            capacity,
        }
    }

    fn unlink(&mut self, object: u32) {
        let (newer, older) = (self.newer[object as usize], self.older[object as usize]);
        match newer {
            NONE => self.newest = older,
            newer => self.older[newer as usize] = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.newer[older as usize] = newer,
        }
    }

    fn link(&mut self, object: u32) {
        self.newer[object as usize] = NONE;
        self.older[object as usize] = self.newest;
        match self.newest {
            NONE => self.oldest = object,
            newest => self.newer[newest as usize] = object,
        }
        self.newest = object;
    }

    fn use_again(&mut self, object: u32) {
        if self.newest != object {
            self.unlink(object);
            self.link(object);
        }
    }

    /// Holds an object that it did not hold; answers the one that had to go.
    fn add(&mut self, object: u32) -> u32 {
        let mut pushed_out = NONE;
        if self.held == self.capacity {
            pushed_out = self.oldest;
            self.unlink(pushed_out);
        } else {
            self.held += 1;
        }
        self.link(object);
        pushed_out
    }
}

/// Requests after which an object has left, for the objects that a model holds.
pub(super) fn characteristic(model: &EdgeModel) -> f64 {
    match model.keeping {
        Keeping::LeastRecentlyUsed { objects } => characteristic_requests(
            &Catalogue::new(model.objects, model.exponent),
            f64::from(objects),
        ),
        _ => f64::INFINITY,
    }
}
