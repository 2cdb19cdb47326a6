//! The stationary queue of c servers over its utilisation, tabulated: what a tick looks up.

use super::super::queueing::erlang_c;
use super::balanced::{Ratio, Ratios};
use super::calibration::Calibration;
use super::levels::{Shape, Shapes};
use super::sharing::{Shared, Sharing};
use std::sync::{Arc, OnceLock};

/// Points per halving of the spare capacity 1 − u.
const POINTS_PER_OCTAVE: usize = 16;
/// The last point leaves 2⁻¹⁴ of the capacity idle.
const OCTAVES: usize = 14;
const POINTS: usize = POINTS_PER_OCTAVE * OCTAVES + 1;

/// Waits are measured in mean service times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// Mean number of requests in service: c × utilisation.
    pub(super) busy: f64,
    /// Mean number of requests waiting.
    pub(super) queue: f64,
    /// Their work, in mean service times: where processors are shared, what is left of long services makes up most of it.
    pub(super) work: f64,
    /// Probability that a request waits.
    pub(super) waits: f64,
    /// Natural logarithm of `waits`, negated.
    pub(super) rarity: f64,
    /// Logarithm to base 2 of the mean wait of those who wait.
    pub(super) log_wait: f64,
    /// Shape of their wait.
    pub(super) shape: Shape,
    /// Its squared coefficient of variation, where that is known better than the shape; 0 elsewhere.
    pub(super) scv: f64,
}

fn between(a: &Point, b: &Point, t: f64) -> Point {
    let between = |a: f64, b: f64| a + t * (b - a);
    Point {
        busy: between(a.busy, b.busy),
        queue: between(a.queue, b.queue),
        work: between(a.work, b.work),
        waits: between(a.waits, b.waits),
        rarity: between(a.rarity, b.rarity),
        log_wait: between(a.log_wait, b.log_wait),
        scv: between(a.scv, b.scv),
        shape: Shape {
            position: between(a.shape.position, b.shape.position),
            first: between(a.shape.first, b.shape.first),
        },
    }
}

/// The stationary queue of `servers` at every utilisation.
#[derive(Clone, Debug)]
pub(super) struct CapacityTable {
    pub(super) servers: u32,
    /// By how much the queue remembers for longer than in heavy traffic, per share of spare capacity: fitted to the
    /// means of five minutes of twelve queues of 1 to 100 servers with cv 1 to 3.
    pub(super) stretch: f64,
    /// Queues that have nothing to do with each other, and the servers of each; with one queue, or a policy that keeps
    /// queues alike, 1 and all.
    pub(super) apart: f64,
    pub(super) slots: u32,
    /// Requests that are served at full speed at once, by all servers, and at one of the queues: as many as there are
    /// servers, or processors where requests share them.
    pub(super) capacity: f64,
    pub(super) width: f64,
    /// What has been played of requests that share processors.
    pub(super) shared: Option<Shared>,
    /// Replicas, each with a queue of its own; 1 if there is one queue.
    pub(super) queues: f64,
    points: Points,
}

/// The points by utilisation, an octave at a time: those are computed that are looked at. A service seldom sees them all.
#[derive(Clone, Debug)]
struct Points {
    octaves: [OnceLock<Box<Octave>>; OCTAVES + 1],
    /// Of one queue, which has not been looked at everywhere.
    of: Option<(u32, Arc<Calibration>)>,
}

type Octave = [Point; POINTS_PER_OCTAVE];

impl Points {
    /// All of them, known beforehand.
    fn all(point: impl Fn(usize) -> Point) -> Self {
        let octave = |octave: usize| OnceLock::from(Box::new(of_octave(octave, &point)));
        Self {
            octaves: core::array::from_fn(octave),
            of: None,
        }
    }

    /// Those of one queue of so many servers.
    fn of_queue(servers: u32, calibration: &Arc<Calibration>) -> Self {
        Self {
            octaves: [const { OnceLock::new() }; OCTAVES + 1],
            of: Some((servers, Arc::clone(calibration))),
        }
    }

    #[inline]
    fn get(&self, index: usize) -> Option<&Point> {
        let octave = self.octaves.get(index / POINTS_PER_OCTAVE)?;
        let points = match octave.get() {
            Some(points) => points,
            None => self.compute(index / POINTS_PER_OCTAVE)?,
        };
        points.get(index % POINTS_PER_OCTAVE)
    }

    #[cold]
    #[inline(never)]
    fn compute(&self, octave: usize) -> Option<&Octave> {
        let (servers, calibration) = self.of.as_ref()?;
        let c = f64::from(*servers);
        let correction = calibration.of_servers(c);
        let point = |index: usize| {
            let spare = libm::exp2(-(index as f64) / POINTS_PER_OCTAVE as f64);
            let load = 1.0 - spare;
            let correction = correction(load);
            let waits = (erlang_c(*servers, c * load) * correction.share).min(1.0);
            let wait = correction.mean / (c * spare);
            Point {
                busy: c * load,
                queue: c * load * waits * wait,
                work: c * load * waits * wait,
                waits,
                rarity: -libm::log(waits.max(f64::MIN_POSITIVE)),
                log_wait: libm::log2(wait),
                shape: correction.shape,
                scv: 0.0,
            }
        };
        let place = self.octaves.get(octave)?;
        Some(place.get_or_init(|| Box::new(of_octave(octave, &point))))
    }
}

/// The points of an octave; of the last there is one.
fn of_octave(octave: usize, point: &dyn Fn(usize) -> Point) -> Octave {
    let first = octave * POINTS_PER_OCTAVE;
    let mut points = [point(first.min(POINTS - 1)); POINTS_PER_OCTAVE];
    for (index, place) in points.iter_mut().enumerate().skip(1) {
        if first + index < POINTS {
            *place = point(first + index);
        }
    }
    points
}

/// Replicas with queues of their own.
pub(super) struct Replicas<'a> {
    pub(super) count: u32,
    /// Servers of each.
    pub(super) slots: u32,
    /// What the policy makes of a random choice.
    pub(super) ratios: &'a Ratios,
    /// Whether it looks at the queues, which keeps them alike.
    pub(super) is_watchful: bool,
    /// Mean of what remains of a service, in mean service times.
    pub(super) residual: f64,
}

impl CapacityTable {
    /// `servers` > 0.
    pub(super) fn new(servers: u32, calibration: &Arc<Calibration>, scv: f64) -> Self {
        let c = f64::from(servers);
        Self {
            servers,
            apart: 1.0,
            slots: servers,
            capacity: c,
            width: c,
            shared: None,
            queues: 1.0,
            stretch: 0.9 + (scv.sqrt() - 1.0).clamp(0.0, 1.0) / c.sqrt(),
            points: Points::of_queue(servers, calibration),
        }
    }

    /// The same of replicas with queues of their own: each as one of its size, but for what the policy makes of it.
    pub(super) fn of_replicas(of: &Replicas<'_>, calibration: &Arc<Calibration>, scv: f64) -> Self {
        let one = Self::new(of.slots, calibration, scv);
        let (count, k) = (f64::from(of.count), f64::from(of.slots));
        let point = |point: &Point| {
            let ratio = of.ratios.at(point.busy / k);
            let waits = (point.waits * libm::exp(ratio.waits)).min(1.0);
            let wait = libm::exp2(point.log_wait) * libm::exp(ratio.mean);
            let (shape, scv) = if ratio == Ratio::default() {
                (point.shape, 0.0)
            } else {
                // As many residual services in a row as make up the mean.
                let shape = Shapes::of_one_server(1.0 - of.residual / (k * wait));
                // In turn the wait of those who wait is close to that of M/G/1: for exponential services it is the same.
                let scv = if of.is_watchful {
                    libm::exp(ratio.scv)
                } else {
                    0.0
                };
                (shape, scv)
            };
            Point {
                busy: count * point.busy,
                queue: count * point.busy * waits * wait,
                work: count * point.busy * waits * wait,
                waits,
                rarity: -libm::log(waits.max(f64::MIN_POSITIVE)),
                log_wait: libm::log2(wait),
                shape,
                scv,
            }
        };
        let servers = of.count.saturating_mul(of.slots);
        let (apart, slots) = if of.is_watchful {
            (1.0, servers)
        } else {
            (count, of.slots)
        };
        Self {
            servers,
            apart,
            slots,
            capacity: f64::from(servers),
            width: f64::from(slots),
            shared: None,
            queues: count,
            stretch: 0.9 + (scv.sqrt() - 1.0).clamp(0.0, 1.0) / f64::from(slots).sqrt(),
            points: Points::all(|index| one.points.get(index).map_or(one.fullest(), point)),
        }
    }

    /// The same of `replicas` whose requests share processors, from what has been played of them.
    pub(super) fn of_sharing(
        replicas: u32,
        sharing: &Sharing,
        shared: Shared,
        width: f64,
        scv: f64,
    ) -> Self {
        let count = f64::from(replicas);
        let capacity = count * sharing.cores;
        let point = |index: usize| {
            let spare = libm::exp2(-(index as f64) / POINTS_PER_OCTAVE as f64);
            let load = 1.0 - spare;
            let excess = shared.excess(sharing, load);
            let waits = sharing.meets(width, load, excess);
            Point {
                busy: capacity * load,
                queue: capacity * load * excess,
                work: capacity * load * excess * sharing.heft(width, load),
                waits,
                rarity: -libm::log(waits),
                log_wait: libm::log2((excess / waits).max(f64::MIN_POSITIVE)),
                shape: Shapes::of_one_server(1.0),
                scv: 0.0,
            }
        };
        let points = Points::all(point);
        Self {
            servers: replicas.saturating_mul(sharing.slots),
            apart: capacity / width,
            slots: libm::rint(width).max(1.0) as u32,
            capacity,
            width,
            shared: Some(shared),
            queues: count,
            stretch: 0.9 + (scv.sqrt() - 1.0).clamp(0.0, 1.0) / width.max(1.0).sqrt(),
            points,
        }
    }

    /// The state in which `in_system = (1 + turnover) busy + work`: the end of an interval in which
    /// `turnover` services per server could be made, by the implicit Euler rule (turnover 0: the state with
    /// so many requests in the system). `hint` is where the search begins, and where it ended.
    pub(super) fn state(&self, in_system: f64, turnover: f64, hint: &mut usize) -> Point {
        let level = |point: &Point| (1.0 + turnover) * point.busy + point.work;
        self.find(in_system, level, hint)
    }

    /// The stationary state with so many busy servers. `hint` as for [`state`](Self::state).
    #[inline]
    pub(super) fn at(&self, busy: f64, hint: &mut usize) -> Point {
        self.find(busy, |point| point.busy, hint)
    }

    /// The state whose level, which rises with the utilisation, is `wanted`.
    #[inline]
    fn find(&self, wanted: f64, level: impl Fn(&Point) -> f64, hint: &mut usize) -> Point {
        let reached = |index: usize| {
            self.points
                .get(index)
                .is_some_and(|point| level(point) <= wanted)
        };
        let mut left = (*hint).min(POINTS - 2);
        if reached(left) {
            // Mostly a few steps away, as loads change little from one interval to the next.
            while left < POINTS - 2 && reached(left + 1) {
                left += 1;
            }
        } else {
            while left > 0 && !reached(left) {
                left -= 1;
            }
        }
        *hint = left;
        let (Some(a), Some(b)) = (self.points.get(left), self.points.get(left + 1)) else {
            return self.fullest();
        };
        let t = ((wanted - level(a)) / (level(b) - level(a))).clamp(0.0, 1.0);
        between(a, b, t)
    }

    fn fullest(&self) -> Point {
        self.points.get(POINTS - 1).copied().unwrap_or(Point {
            busy: self.capacity,
            queue: 0.0,
            work: 0.0,
            waits: 1.0,
            rarity: 0.0,
            log_wait: 0.0,
            shape: Shapes::of_one_server(1.0),
            scv: 0.0,
        })
    }
}
