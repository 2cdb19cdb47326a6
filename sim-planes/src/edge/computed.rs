//! The edge in expectation: how much of each class of objects it holds, tick by tick.
//!
//! - **Fixed time to live.** Of a class's objects the share c is held, and s fetches per second and object start:
//!   `s = λ (1 − c) / (1 + λ W)` (an object is idle, being fetched for W seconds, or held), `dc/dt = s·ok − fills a time to
//!   live ago`. Fills never overlap, so this is exact for Poisson arrivals but for the fetch time, which is taken to be
//!   short against changes of the rate. Within a tick the equation is linear and is solved in closed form.
//! - **Sliding time to live, least recently used.** What was asked for during the last so many requests is held: for a
//!   sliding time to live those of that time, for a least-recently-used cache Che's characteristic number, which does not
//!   depend on the rate; after a purge, those since. Shares of hits, fills and waits are those of the steady cycle
//!   ([`law`](super::law)).
//!
//! Ages and stale answers are those of a steady state; no older than the time since the last purge or the start.

use super::catalogue::{Catalogue, Class};
use super::law::{self, Steady};
use super::played::characteristic;
use super::window::Window;
use super::{EdgeModel, EdgeOutcome, Fetch, Keeping};

/// Computes the edge in expectation.
#[derive(Clone, Debug)]
pub struct ComputedEdge {
    model: EdgeModel,
    catalogue: Catalogue,
    /// Requests after which an object that nobody asked for is gone; infinite unless that is what decides.
    characteristic: f64,
    now_s: f64,
    next_purge_s: f64,
    purged_s: f64,
    /// Cacheable requests since the last purge, or infinitely many.
    since_purge: f64,
    state: Option<State>,
}

/// What it holds.
#[derive(Clone, Debug)]
enum State {
    /// Share of each class that is held, and the fills that made it so; per object.
    Fixed {
        held: Vec<f64>,
        fills: Option<Window>,
        leaving: Vec<f64>,
        filled: Vec<f64>,
    },
    /// Requests within the time to live.
    Sliding {
        requests: f64,
        window: Option<Window>,
    },
    Recent,
}

impl ComputedEdge {
    /// An edge at time 0, as full as it is after a long time at the rate of the first interval.
    pub fn new(model: &EdgeModel) -> Self {
        Self {
            catalogue: Catalogue::new(model.objects, model.exponent),
            characteristic: characteristic(model),
            now_s: 0.0,
            next_purge_s: model.purge_every_s,
            purged_s: f64::NEG_INFINITY,
            since_purge: f64::INFINITY,
            state: None,
            model: model.clone(),
        }
    }

    /// Serves an interval of `length_s` seconds, always as long, with `rate_rps` requests per second.
    pub fn serve(&mut self, length_s: f64, rate_rps: f64, fetch: Fetch) -> EdgeOutcome {
        let cacheable_rps = rate_rps * self.model.cacheable_share;
        let state = match self.state.take() {
            Some(state) => state,
            None => self.begin(length_s, cacheable_rps, fetch),
        };
        let mut state = state;
        if self.now_s >= self.next_purge_s {
            self.purged_s = self.now_s;
            self.next_purge_s += self.model.purge_every_s;
            self.since_purge = 0.0;
            state.clear();
        }
        let mut outcome = EdgeOutcome {
            passed: (rate_rps - cacheable_rps) * length_s,
            ..EdgeOutcome::default()
        };
        let tick = Tick {
            length_s,
            rate_rps: cacheable_rps,
            fetch,
            coalesces: self.model.coalesces,
            change_mean_s: self.model.change_mean_s,
            oldest_s: self.now_s + 0.5 * length_s - self.purged_s.max(0.0),
        };
        self.pass(&mut state, &tick, &mut outcome);
        self.since_purge += cacheable_rps * length_s;
        self.now_s += length_s;
        self.state = Some(state);
        outcome
    }

    fn begin(&self, length_s: f64, rate_rps: f64, fetch: Fetch) -> State {
        let classes = self.catalogue.classes();
        match self.model.keeping {
            Keeping::Fixed { ttl_s } => {
                let steady = |class: &Class| law::fixed(rate_rps * class.share_each, ttl_s, fetch);
                let held: Vec<f64> = classes.iter().map(|class| steady(class).hit).collect();
                let per_second: Vec<f64> = held.iter().map(|held| held / ttl_s).collect();
                State::Fixed {
                    fills: (ttl_s >= length_s).then(|| Window::new(ttl_s, length_s, &per_second)),
                    leaving: vec![0.0; held.len()],
                    filled: vec![0.0; held.len()],
                    held,
                }
            }
            Keeping::Sliding { ttl_s } => State::Sliding {
                requests: rate_rps * ttl_s,
                window: (ttl_s >= length_s).then(|| Window::new(ttl_s, length_s, &[rate_rps])),
            },
            Keeping::LeastRecentlyUsed { .. } => State::Recent,
        }
    }

    fn pass(&self, state: &mut State, tick: &Tick, outcome: &mut EdgeOutcome) {
        let classes = self.catalogue.classes();
        let come = tick.rate_rps * tick.length_s;
        match (state, self.model.keeping) {
            (
                State::Fixed {
                    held,
                    fills: Some(fills),
                    leaving,
                    filled,
                },
                Keeping::Fixed { ttl_s },
            ) => {
                fills.leaving(leaving);
                let objects = held.iter_mut().zip(leaving.iter()).zip(filled.iter_mut());
                for (class, ((held, leaving), filled)) in classes.iter().zip(objects) {
                    let rate = tick.rate_rps * class.share_each;
                    let (steady, now_held) = tick.held(rate, *held, *leaving);
                    *filled = (now_held - *held + leaving).max(0.0);
                    *held = now_held;
                    tick.count(class, steady, Ages::even(ttl_s, tick), outcome);
                }
                fills.tick(filled);
            }
            (State::Fixed { .. }, Keeping::Fixed { ttl_s }) => {
                // Shorter than a tick: what was held at its start does not matter.
                for class in classes {
                    let steady = law::fixed(tick.rate_rps * class.share_each, ttl_s, tick.fetch);
                    tick.count(class, steady, Ages::even(ttl_s, tick), outcome);
                }
            }
            (State::Sliding { requests, window }, Keeping::Sliding { ttl_s }) => {
                if let Some(window) = window {
                    let mut leaving = [0.0];
                    window.leaving(&mut leaving);
                    window.tick(&[come]);
                    let before = *requests;
                    *requests = (before + come - leaving[0]).max(0.0);
                    tick.recent(classes, [before, *requests], ttl_s, outcome);
                } else {
                    tick.recent(classes, [tick.rate_rps * ttl_s; 2], ttl_s, outcome);
                }
            }
            (_, _) => {
                // Until it is full again, and from then on.
                let full = self.characteristic;
                let before = self.since_purge.min(full);
                let filling = if before < full {
                    ((full - before) / come).min(1.0)
                } else {
                    0.0
                };
                let after = (before + come).min(full);
                let time_s = after / tick.rate_rps;
                if filling > 0.0 {
                    let part = tick.part(filling);
                    part.recent(classes, [before, after], time_s, outcome);
                }
                if filling < 1.0 {
                    let part = tick.part(1.0 - filling);
                    part.recent(classes, [full; 2], time_s, outcome);
                }
            }
        }
    }
}

impl State {
    /// Everything is thrown away.
    fn clear(&mut self) {
        match self {
            Self::Fixed { held, fills, .. } => {
                held.fill(0.0);
                if let Some(fills) = fills {
                    fills.clear();
                }
            }
            Self::Sliding { requests, window } => {
                *requests = 0.0;
                if let Some(window) = window {
                    window.clear();
                }
            }
            Self::Recent => {}
        }
    }
}

/// Probability that none of the expected requests came, in the mean while their number goes from one to the other.
fn mean_none([before, after]: [f64; 2]) -> f64 {
    let change = after - before;
    if change.abs() > 1e-3 {
        (libm::exp(-before) - libm::exp(-after)) / change
    } else {
        libm::exp(-0.5 * (before + after))
    }
}

/// An interval's conditions.
#[derive(Clone, Copy)]
struct Tick {
    length_s: f64,
    /// Of cacheable requests.
    rate_rps: f64,
    fetch: Fetch,
    coalesces: bool,
    change_mean_s: f64,
    /// Nothing is older.
    oldest_s: f64,
}

/// Of the objects that hits find: mean age, and probability of being stale.
#[derive(Clone, Copy)]
struct Ages {
    mean_s: f64,
    stale: f64,
}

impl Ages {
    /// Ages spread evenly over a time to live.
    fn even(ttl_s: f64, tick: &Tick) -> Self {
        let ttl_s = ttl_s.min(tick.oldest_s);
        let changes = ttl_s / tick.change_mean_s;
        Self {
            mean_s: 0.5 * ttl_s,
            stale: if changes > 1e-6 {
                1.0 + libm::expm1(-changes) / changes
            } else {
                0.5 * changes
            },
        }
    }

    /// Ages of an object that stays until no request comes for `time_s`, of which the probability is `none`. A stay is a
    /// geometric number of gaps shorter than that; the k-th hit's age is the sum of the first k.
    fn of_stay(rate: f64, time_s: f64, none: f64, tick: &Tick) -> Self {
        let some = 1.0 - none;
        let expected = rate * time_s;
        let gap_s = (1.0 - none * (1.0 + expected)) / rate;
        let mean_s = gap_s / (some * none);
        let change = 1.0 / tick.change_mean_s;
        let mut stale = 0.0;
        if change > 0.0 {
            // Laplace transform of a gap that is shorter, at the rate of changes.
            let all = rate + change;
            let gap = rate / all * -libm::expm1(-all * time_s);
            let fresh = gap / (1.0 - gap) * none / some;
            let at_most = -libm::expm1(-tick.oldest_s * change);
            stale = (1.0 - fresh).clamp(0.0, at_most);
        }
        let mean_s = if mean_s < tick.oldest_s {
            mean_s.max(0.0)
        } else {
            tick.oldest_s
        };
        Self { mean_s, stale }
    }
}

impl Tick {
    /// A part of it.
    fn part(&self, share: f64) -> Self {
        Self {
            length_s: self.length_s * share,
            ..*self
        }
    }

    /// An object of a fixed time to live through the tick: what its requests met in the mean, and the share held after it.
    fn held(&self, rate: f64, held: f64, leaving: f64) -> (Steady, f64) {
        let slowed = 1.0 + rate * self.fetch.seconds;
        let fills = rate * (1.0 - self.fetch.failure) / slowed;
        let lost = leaving / self.length_s;
        let exponent = fills * self.length_s;
        let (mean, after) = if exponent > 1e-9 {
            // dc/dt = fills (1 − c) − lost, solved over the tick.
            let rest = 1.0 - lost / fills;
            let decay = -libm::expm1(-exponent);
            let off = held - rest;
            (rest + off * decay / exponent, held - off * decay)
        } else {
            (held - 0.5 * leaving, held - leaving)
        };
        let mean = mean.clamp(0.0, 1.0);
        let steady = Steady {
            hit: mean,
            fill: (1.0 - mean) / slowed,
        };
        (steady, after.clamp(0.0, 1.0))
    }

    /// Classes of which everything is held that was asked for during the last `requests`, which took `time_s`: so many at
    /// the start of the tick and at its end.
    fn recent(
        &self,
        classes: &[Class],
        requests: [f64; 2],
        time_s: f64,
        outcome: &mut EdgeOutcome,
    ) {
        for class in classes {
            let rate = self.rate_rps * class.share_each;
            let none = mean_none(requests.map(|requests| class.share_each * requests));
            let steady = law::sliding_of(none, rate, self.fetch);
            let ages = Ages::of_stay(rate, time_s, none, self);
            self.count(class, steady, ages, outcome);
        }
    }

    fn count(&self, class: &Class, steady: Steady, ages: Ages, outcome: &mut EdgeOutcome) {
        let requests = self.rate_rps * self.length_s * class.objects * class.share_each;
        let hits = requests * steady.hit;
        let during_fetch = requests * steady.during_fetch();
        outcome.hits += hits;
        outcome.fills += requests * steady.fill;
        if self.coalesces {
            outcome.waited += during_fetch;
        } else {
            outcome.duplicates += during_fetch;
        }
        if hits > 0.0 {
            outcome.age_sum_s += hits * ages.mean_s;
            outcome.stale += hits * ages.stale;
        }
    }
}
