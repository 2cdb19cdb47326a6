//! Queues whose rule looks at the wait of the moment: CoDel, and full queues that drop the oldest.
//!
//! What these do depends on how the queue came to be as long as it is, so it is followed through the interval in short
//! steps, with chance: the diffusion of a queue of many servers (Halfin & Whitt 1981), drawn. While all servers are busy
//! it drifts by what comes less what they can do; while some are idle, by what comes less what is in service over the mean
//! service; arrivals deviate as Poisson, services as their coefficient of variation has it. The rule is then the one that is
//! played (RFC 8289 for CoDel: [`Codel`]), applied to the head of the queue, of which each part knows when it came.
//!
//! Where the rule can hardly matter, in light load, the queue is the one of all others, in closed form.

use super::FluidPlane;
use super::capacity::CapacityTable;
use super::flow::Flow;
use crate::plane::discipline::Codel;
use crate::plane::{Interval, Overflow, QueueDiscipline};
use crate::random::{Purpose, Rng, StreamKey, standard_normal};
use rand_xoshiro::rand_core::{Rng as _, SeedableRng};
use std::collections::VecDeque;

/// Steps of an interval at least and at most.
const FEWEST_STEPS: f64 = 32.0;
const MOST_STEPS: f64 = 4096.0;
/// Services of a step: of the square root of the number of servers, which is how far the number of requests strays, and of
/// the room.
const OF_ROOT: f64 = 0.25;
const OF_ROOM: f64 = 0.125;
/// Share of the requests that meets what the rule goes by, below which it hardly matters.
const HARDLY: f64 = 1e-3;
/// Load from which on a queue is followed whatever it is like.
const NEARLY_FULL: f64 = 0.97;
/// Parts in which a queue is handed over to the next interval.
const PARTS: usize = 32;
/// Classes of waits to a doubling, and where they begin, in mean service times.
const WAITS_PER_OCTAVE: f64 = 8.0;
const SHORTEST_LOG: f64 = -10.0;
const WAITS: usize = 200;

/// The rule of a queue that is followed.
pub(super) struct Followed {
    /// For each interval another stream, so that two designs have the same luck.
    seeds: Rng,
    /// CoDel's state, on a clock of its own: what is slower elsewhere is not to it.
    codel: Option<Codel>,
    /// The shortest time that the rule goes by, seconds; none if it goes by room.
    time_s: Option<f64>,
    clock_s: f64,
    /// Seconds of that clock in one of the plane.
    pub(super) slowness: f64,
    drops_oldest: bool,
}

impl Followed {
    /// For a queue that has to be followed.
    pub(super) fn new(
        model: &crate::plane::ServiceModel,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Option<Self> {
        let (codel, time_s) = match model.queue {
            QueueDiscipline::Codel {
                target_s,
                interval_s,
            } => (
                Some(Codel::new(target_s, interval_s)),
                Some(target_s.max(0.25 * interval_s)),
            ),
            QueueDiscipline::Fifo | QueueDiscipline::Lifo => (None, None),
        };
        let drops_oldest = model.overflow == Overflow::DropOldest;
        if codel.is_none() && !drops_oldest {
            return None;
        }
        let key = StreamKey {
            seed,
            replication,
            component,
            purpose: Purpose::QueuePath,
        };
        Some(Self {
            seeds: key.rng(),
            codel,
            time_s,
            clock_s: 0.0,
            slowness: 1.0,
            drops_oldest,
        })
    }
}

impl Followed {
    /// Lets time pass, in seconds of the plane.
    pub(super) fn pass(&mut self, length_s: f64) {
        self.clock_s += length_s * self.slowness;
    }

    /// Nobody waits for long.
    fn rest(&mut self) {
        if let Some(codel) = &mut self.codel {
            codel.drops(self.clock_s, 0.0, 0);
        }
    }
}

/// The queue in the course of an interval.
struct Path {
    /// When the requests that wait came, and how many of them, oldest first.
    line: VecDeque<(f64, f64)>,
    waiting: f64,
    /// What was taken last.
    taken: Vec<(f64, f64)>,
    busy: f64,
    /// Services that chance has yet to take off.
    owed: f64,
    /// Started so far, by class of wait: how many, and the sum of their waits.
    started: [(f64, f64); WAITS],
    unwaiting: f64,
    rejected: f64,
    dropped: f64,
    gave_up: f64,
    /// Mean number waiting, times steps.
    crowd: f64,
}

impl Path {
    /// Puts requests at the end of the line.
    fn arrive(&mut self, at_s: f64, count: f64) {
        if count > 0.0 {
            self.line.push_back((at_s, count));
            self.waiting += count;
        }
    }

    /// Takes so many from the head of the line.
    fn take(&mut self, count: f64) {
        self.taken.clear();
        if count >= self.waiting {
            // All: rounding leaves nobody behind.
            self.taken.extend(self.line.drain(..));
            self.waiting = 0.0;
            return;
        }
        let mut left = count;
        self.waiting -= left;
        while left > 0.0 {
            let Some(head) = self.line.front_mut() else {
                return;
            };
            let taken = head.1.min(left);
            self.taken.push((head.0, taken));
            left -= taken;
            if taken >= head.1 {
                self.line.pop_front();
            } else {
                head.1 -= taken;
            }
        }
    }

    /// Counts those that start after a wait, in mean service times.
    fn count(&mut self, wait: f64, count: f64) {
        if wait <= 0.0 {
            self.unwaiting += count;
            return;
        }
        let class = (libm::log2(wait) - SHORTEST_LOG) * WAITS_PER_OCTAVE;
        let class = class.clamp(0.0, (WAITS - 1) as f64) as usize;
        if let Some(sum) = self.started.get_mut(class) {
            sum.0 += count;
            sum.1 += count * wait;
        }
    }

    /// Turns away the newest.
    fn reject(&mut self, count: f64) {
        let mut left = count;
        while left > 0.0 {
            let Some(last) = self.line.back_mut() else {
                break;
            };
            let taken = last.1.min(left);
            left -= taken;
            if taken >= last.1 {
                self.line.pop_back();
            } else {
                last.1 -= taken;
            }
        }
        self.waiting -= count - left;
        self.rejected += count - left;
    }
}

impl FluidPlane<'_> {
    /// Whether the queue has to be followed through an interval.
    pub(super) fn is_followed(&mut self, table: &CapacityTable, load: f64, room: f64) -> bool {
        let Some(followed) = &self.followed else {
            return false;
        };
        let servers = table.capacity;
        if load >= NEARLY_FULL {
            return true;
        }
        let mut hint = self.usual_hint;
        let usual = table.at(load * servers, &mut hint);
        let most = followed.time_s.map_or(f64::INFINITY, |time_s| {
            servers * time_s / followed.slowness / self.tables.mean_service_s()
        });
        let bound = most.min(room);
        let busy_queue = usual.queue / usual.waits.max(1e-12);
        let decay = libm::log1p(1.0 / busy_queue.max(1e-12));
        if usual.waits * libm::exp(-decay * bound) > HARDLY {
            return true;
        }
        let there = self.backlog.requests();
        if there > (0.25 * bound).max(1.0) || self.busy > servers * NEARLY_FULL {
            return true;
        }
        self.queue += there;
        self.backlog.clear();
        if let Some(followed) = &mut self.followed {
            followed.rest();
        }
        false
    }

    /// Follows the queue through an interval in which `arrivals` come.
    #[inline(never)]
    pub(super) fn follow(
        &mut self,
        table: &CapacityTable,
        interval: &Interval,
        load: f64,
        arrivals: f64,
    ) -> Flow {
        let Some(mut followed) = self.followed.take() else {
            return Flow::default();
        };
        let mean_s = self.tables.mean_service_s();
        let mut path = self.path(load * table.capacity / mean_s);
        let steps = self.steps(table, interval);
        let dt_s = interval.length_s / steps;
        let mut rng = Rng::seed_from_u64(followed.seeds.next_u64());
        let deviations: Vec<f64> = (0..steps as u32)
            .map(|_| standard_normal(&mut rng))
            .collect();
        let drawn = deviations.iter().sum::<f64>() / steps;
        let spread = (arrivals / steps).sqrt();
        let room = self.room(interval);
        let (mut now_s, mut missing) = (self.now_s, 0.0);
        for deviation in deviations {
            let come = arrivals / steps + spread * (deviation - drawn) + missing;
            missing = come.min(0.0);
            now_s += dt_s;
            path.arrive(now_s - 0.5 * dt_s, come.max(0.0));
            self.give_up_before(&mut path, now_s);
            let chance = standard_normal(&mut rng);
            if followed.drops_oldest {
                let above = (path.waiting - room).max(0.0);
                path.take(above);
                path.dropped += above;
            }
            self.step(&mut followed, &mut path, table, now_s, dt_s, chance);
            path.reject((path.waiting - room).max(0.0));
            path.crowd += path.waiting;
        }
        self.followed = Some(followed);
        self.end(path, arrivals, steps)
    }

    /// The queue at the beginning of an interval in which `rate` come per second.
    fn path(&mut self, rate_rps: f64) -> Path {
        let mut path = Path {
            line: VecDeque::new(),
            waiting: 0.0,
            taken: Vec::new(),
            busy: self.busy,
            owed: 0.0,
            started: [(0.0, 0.0); WAITS],
            unwaiting: 0.0,
            rejected: 0.0,
            dropped: 0.0,
            gave_up: 0.0,
            crowd: 0.0,
        };
        let known = self.backlog.requests();
        for (from_s, to_s, requests) in self.backlog.parts() {
            let parts = (requests * PARTS as f64 / known)
                .clamp(1.0, PARTS as f64)
                .ceil();
            for part in 0..parts as u32 {
                let at_s = from_s + (to_s - from_s) * (f64::from(part) + 0.5) / parts;
                path.line.push_back((at_s, requests / parts));
                path.waiting += requests / parts;
            }
        }
        // Those that the other intervals know of have come of late.
        let others = self.queue.min(self.waiting);
        let last_s = path.line.back().map_or(f64::MIN, |last| last.0);
        for part in 0..8 {
            let age_s = others / rate_rps.max(1e-9) * (7.5 - f64::from(part)) / 8.0;
            path.arrive((self.now_s - age_s).max(last_s), others / 8.0);
        }
        path
    }

    /// Into how many steps an interval is cut: a service each, or few of many servers'.
    fn steps(&self, table: &CapacityTable, interval: &Interval) -> f64 {
        let services = table.capacity * interval.length_s / self.tables.mean_service_s();
        let at_once = (OF_ROOT * table.capacity.sqrt())
            .min(OF_ROOM * self.room(interval))
            .max(1.0);
        (services / at_once).clamp(FEWEST_STEPS, MOST_STEPS).ceil()
    }

    /// Those at the head of the line whose clients have lost their patience leave.
    fn give_up_before(&self, path: &mut Path, now_s: f64) {
        while let Some(&(came_s, count)) = path.line.front()
            && now_s - came_s > self.patience_s
        {
            path.line.pop_front();
            path.waiting = (path.waiting - count).max(0.0);
            path.gave_up += count;
        }
    }

    /// Lets the rule drop, and requests start, for a step that ends now.
    fn step(
        &self,
        followed: &mut Followed,
        path: &mut Path,
        table: &CapacityTable,
        now_s: f64,
        dt_s: f64,
        chance: f64,
    ) {
        let mean_s = self.tables.mean_service_s();
        let servers = table.capacity;
        let turnover = dt_s / mean_s;
        let clock_s = followed.clock_s + (now_s - self.now_s) * followed.slowness;
        if let Some(codel) = &mut followed.codel {
            while path.waiting > 1.0
                && let Some(&(came_s, _)) = path.line.front()
            {
                // Who came in this step has not waited.
                let age_s = if now_s - came_s < dt_s {
                    0.0
                } else {
                    now_s - came_s
                };
                let left = (path.waiting - 1.0) as u32;
                if !codel.drops(clock_s, age_s * followed.slowness, left) {
                    break;
                }
                path.take(1.0);
                path.dropped += 1.0;
            }
        }
        // While servers are idle, those in service are Poisson whatever the services (M/M/∞).
        let scv = if path.busy >= servers {
            self.tables.scv()
        } else {
            1.0
        };
        let noise = chance * (scv * path.busy * turnover).sqrt();
        let idle = (servers - path.busy).max(0.0);
        // Where chance takes off more services than there are, the rest is taken off later ones.
        let can = idle + servers * turnover + noise - path.owed;
        path.owed = (-can).max(0.0);
        let can = can.max(0.0);
        let began = path.waiting;
        if began >= can {
            path.busy = servers;
            self.start(path, can, now_s, dt_s, Some(servers / mean_s));
            return;
        }
        path.owed = 0.0;
        // All start, and as many are in service as come in a service, in the long run.
        let (faded, coming) = (libm::exp(-turnover), began / turnover);
        let noise = noise * -libm::expm1(-turnover) / turnover;
        let busy = (coming + (path.busy - coming) * faded - noise).max(0.0);
        let too_many = (busy - servers).clamp(0.0, began);
        path.busy = busy.min(servers);
        self.start(path, began - too_many, now_s, dt_s, None);
    }

    /// Starts so many, in a step of `dt_s`. `rate_rps` is that of all servers if they are busy.
    fn start(&self, path: &mut Path, count: f64, now_s: f64, dt_s: f64, rate_rps: Option<f64>) {
        let mean_s = self.tables.mean_service_s();
        path.take(count);
        let left = path.waiting;
        let taken = core::mem::take(&mut path.taken);
        for &(came_s, count) in &taken {
            let age_s = now_s - came_s;
            // Those that came in this step wait as long as the line takes.
            let wait_s = match rate_rps {
                Some(rate_rps) if age_s < dt_s => (left + 0.5 * count + 0.5) / rate_rps,
                None if age_s < dt_s => 0.0,
                Some(_) | None => age_s - 0.5 * dt_s,
            };
            path.count(wait_s / mean_s, count);
        }
        path.taken = taken;
    }

    /// Hands the queue over to the next interval, and fills the mixture.
    fn end(&mut self, path: Path, arrivals: f64, steps: f64) -> Flow {
        let started: f64 = path.started.iter().map(|(count, _)| count).sum();
        let all = (started + path.unwaiting).max(f64::MIN_POSITIVE);
        self.tables
            .add_unwaiting(&mut self.mixture, path.unwaiting / all);
        for &(count, sum) in &path.started {
            if count > 0.0 {
                self.tables
                    .add_delayed(&mut self.mixture, sum / count, count / all);
            }
        }
        if started + path.unwaiting <= 0.0 {
            self.tables.add_unwaiting(&mut self.mixture, 1.0);
        }
        self.busy = path.busy;
        self.offered = path.busy;
        self.occupied = path.busy;
        self.queue = 0.0;
        self.luck.clear();
        self.line.clear();
        self.owed = 0.0;
        self.backlog.clear();
        let parts: Vec<(f64, f64)> = path.line.into_iter().collect();
        for some in parts.chunks(parts.len().div_ceil(PARTS).max(1)) {
            if let (Some(first), Some(last)) = (some.first(), some.last()) {
                let count = some.iter().map(|(_, count)| count).sum();
                self.backlog.push(first.0, last.0, count);
            }
        }
        Flow {
            lost: path.rejected / arrivals.max(f64::MIN_POSITIVE),
            dropped: path.dropped,
            gave_up: path.gave_up,
            waits: started / all,
            waiting: self.backlog.requests(),
            crowd: path.crowd / steps,
            ..Flow::default()
        }
    }
}

#[cfg(test)]
mod tests;
