//! What the fluid plane knows about one service: latency rows and capacity tables, computed when first needed.

use super::balanced::{self, Balance};
use super::busy_period::{self, Waits};
use super::calibration::Calibration;
use super::cancelling::{CancelTable, Cancelling};
use super::capacity::{CapacityTable, Point, Replicas};
use super::levels::{LEVELS, Shape, Shapes};
use super::luck;
use super::mixture::Mixture;
use super::returning::{AGES, Ages};
use super::row::{Row, Wait};
use super::service_law::ServiceLaw;
use super::sharing::{self, Shared, Sharing};
use crate::plane::tally::LatencyLimits;
use crate::plane::{Balancing, Discipline, OnTimeout, Overflow, ServiceModel};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Rows of mean waits to a doubling.
const WAITS_PER_OCTAVE: f64 = 4.0;
/// The shortest mean wait that has rows is 2⁻¹⁰ mean service times; shorter ones are that.
const SHORTEST_LOG: f64 = -10.0;
/// The longest is 2¹⁷ mean service times.
const WAITS: usize = 27 * 4 + 1;
/// Rows of fixed delays to a doubling, from 2⁻¹⁰ to 2²⁰ mean service times; longer ones are that.
const DELAYS_PER_OCTAVE: f64 = 16.0;
const DELAYS: usize = 30 * 16 + 1;
/// Delays over half the timeout have rows by what they leave of it, as that decides who is answered in time:
/// from 2⁻¹⁰ to 2²⁰ mean service times.
const REMAINDERS_PER_OCTAVE: f64 = 4.0;
const REMAINDERS: usize = 30 * 4 + 1;

const NO_WAIT: usize = 0;
const FIRST_WAIT: usize = 1;
const FIRST_LEAST: usize = FIRST_WAIT + WAITS * LEVELS.len();
const FIRST_DELAY: usize = FIRST_LEAST + WAITS;
const FIRST_REMAINDER: usize = FIRST_DELAY + DELAYS;
/// What has been played of requests that share processors: by number of replicas and load.
const FIRST_PLAYED: usize = FIRST_REMAINDER + REMAINDERS;
pub(super) const ROWS: usize = FIRST_PLAYED + sharing::COUNTS.len() * sharing::LOADS.len();

/// The wait of all requests of a row, whatever the library: its mean, and its law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowWait {
    /// Mean, seconds; 0 for no wait.
    pub(super) mean_s: f64,
    /// Its logarithm to base 2.
    pub(super) log_s: f64,
    /// `None` if it is of fixed length.
    pub(super) shape: Option<Shape>,
}

/// The library of one service. Shared by all replications (and threads) that simulate it: every entry is a
/// pure function of the service and its key, so it does not matter who computes it, or when.
pub struct FluidTables {
    service: ServiceModel,
    pub(super) limits: LatencyLimits,
    scv: f64,
    pub(super) luck: luck::Shares,
    service_above_timeout: f64,
    law: ServiceLaw,
    /// Logarithm of its mean to base 2.
    log_mean: f64,
    shapes: Arc<Shapes>,
    calibration: Arc<Calibration>,
    rows: Vec<OnceLock<Row>>,
    /// The same of requests that first came some time before, by age; none if nobody tries again.
    aged: Vec<OnceLock<Box<[OnceLock<Row>]>>>,
    /// The waits that rows stand for, for those who carry them over to another library.
    waits: OnceLock<Vec<RowWait>>,
    /// Means of these, each wait ended by the timeout.
    cut_waits_s: OnceLock<Vec<f64>>,
    capacities: Mutex<BTreeMap<u32, Arc<CapacityTable>>>,
    balance: Balance,
    sharing: Option<Sharing>,
    /// Of services that stop working when the client gives up.
    cancelling: Option<Cancelling>,
    /// By servers and room.
    cancel_tables: Mutex<BTreeMap<(u32, u32), Arc<CancelTable>>>,
    /// Waits where the newest go first and there is room for few, by 128ths of the logarithm of the load, eighths of a
    /// doubling of the room, and eighths of the second moment of the first time.
    rooms: Mutex<BTreeMap<(i32, u32, u32), Arc<Waits>>>,
    /// Whether queues with a limit are held to balance for any service. It changes the figures of plain services, which are
    /// as they were.
    pub(super) is_careful: bool,
}

impl core::fmt::Debug for FluidTables {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("FluidTables")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

impl FluidTables {
    /// Tables for a service; rows are added as runs ask for them.
    pub fn new(service: ServiceModel) -> Self {
        let law = ServiceLaw::new(&service.service_time_s);
        let shapes = Arc::new(Shapes::new(&law));
        let cv = service.service_time_s.cv();
        let ages = if service.retries.is_on() { AGES } else { 0 };
        Self {
            aged: (0..ages).map(|_| OnceLock::new()).collect(),
            limits: LatencyLimits::new(&service),
            scv: cv * cv,
            luck: luck::Shares::new(cv * cv),
            service_above_timeout: service.service_time_s.survival(service.timeout_s),
            calibration: Arc::new(Calibration::new(&service.service_time_s, &shapes)),
            log_mean: log2(law.mean_s),
            cancelling: cancels(&service)
                .then(|| Cancelling::new(&law, service.timeout_s, &shapes)),
            cancel_tables: Mutex::new(BTreeMap::new()),
            law,
            shapes,
            rows: (0..ROWS).map(|_| OnceLock::new()).collect(),
            waits: OnceLock::new(),
            cut_waits_s: OnceLock::new(),
            capacities: Mutex::new(BTreeMap::new()),
            balance: Balance::default(),
            sharing: Sharing::new(&service),
            rooms: Mutex::new(BTreeMap::new()),
            is_careful: service.retries.is_on() || service.balancing != Balancing::Shared,
            service,
        }
    }

    /// The service that these tables are of.
    pub fn service(&self) -> &ServiceModel {
        &self.service
    }

    pub(super) fn mean_service_s(&self) -> f64 {
        self.law.mean_s
    }

    /// Whether requests that find no room wait outside.
    pub(super) fn blocks(&self) -> bool {
        self.service.overflow == Overflow::Block
    }

    /// Squared coefficient of variation of the service time.
    pub(super) fn scv(&self) -> f64 {
        self.scv
    }

    /// P(service time > timeout).
    pub(super) fn service_above_timeout(&self) -> f64 {
        self.service_above_timeout
    }

    /// The table of `servers` > 0.
    pub(super) fn capacity(&self, servers: u32) -> Arc<CapacityTable> {
        let mut known = self
            .capacities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let table = known
            .entry(servers)
            .or_insert_with(|| Arc::new(self.new_capacity(servers)));
        Arc::clone(table)
    }

    /// Queues that share so many servers and have nothing to do with each other: those of replicas whose turn does not go by
    /// what they hold.
    pub(super) fn queues_apart(&self, servers: u32) -> u32 {
        match self.service.balancing {
            Balancing::Random | Balancing::RoundRobin => {
                (servers / self.service.concurrency.max(1)).max(1)
            }
            Balancing::Shared | Balancing::LeastOutstanding | Balancing::PowerOfTwo => 1,
        }
    }

    /// Of a service that stops working when the client gives up.
    pub(super) fn cancelling(&self) -> Option<&Cancelling> {
        self.cancelling.as_ref()
    }

    /// The queue of such a service with `servers` > 0 and room for so many that wait.
    pub(super) fn cancel_table(&self, servers: u32, room: u32) -> Option<Arc<CancelTable>> {
        self.cancelling.as_ref()?;
        let mut known = self
            .cancel_tables
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let table = known
            .entry((servers, room))
            .or_insert_with(|| Arc::new(CancelTable::new(servers, room)));
        Some(Arc::clone(table))
    }

    fn new_capacity(&self, servers: u32) -> CapacityTable {
        let slots = self.service.concurrency.max(1);
        let replicas = servers / slots;
        if let Some(sharing) = &self.sharing {
            let replicas = replicas.max(1);
            let shared = sharing.shared(&self.service, replicas);
            let width = sharing.width(self.service.balancing, replicas);
            return CapacityTable::of_sharing(replicas, sharing, shared, width, self.scv);
        }
        if self.service.balancing == Balancing::Shared || replicas <= 1 {
            return CapacityTable::new(servers, &self.calibration, self.scv);
        }
        let of = Replicas {
            count: replicas,
            slots,
            ratios: &self.balance.ratios(&self.service, replicas),
            is_watchful: matches!(
                self.service.balancing,
                Balancing::LeastOutstanding | Balancing::PowerOfTwo
            ),
            residual: self.law.residual_mean() / self.law.mean_s,
        };
        CapacityTable::of_replicas(&of, &self.calibration, self.scv)
    }

    /// The row of an index below [`ROWS`]; from there on those of the same waits for requests of each age.
    #[inline]
    pub(super) fn row(&self, index: usize) -> Option<&Row> {
        match self.rows.get(index) {
            Some(slot) => Some(slot.get_or_init(|| self.compute(index))),
            None => self.aged_row(index / ROWS, index % ROWS),
        }
    }

    #[cold]
    fn aged_row(&self, age: usize, index: usize) -> Option<&Row> {
        let rows = self.aged.get(age)?;
        let rows = rows.get_or_init(|| (0..ROWS).map(|_| OnceLock::new()).collect());
        let young = self.row(index)?;
        Some(rows.get(index)?.get_or_init(|| {
            let age_s = Ages::new(self.limits.timeout_s).seconds(age as u32);
            young.aged(age_s, &self.limits)
        }))
    }

    #[cold]
    fn compute(&self, index: usize) -> Row {
        if let (Some(sharing), Some(played)) = (&self.sharing, index.checked_sub(FIRST_PLAYED)) {
            let levels = sharing.levels(&self.service, played / sharing::LOADS.len());
            let level = &levels[played % sharing::LOADS.len()];
            return Row::played(&self.service.service_time_s, level, &self.limits);
        }
        let wait = match (self.wait_of(index), &self.sharing) {
            (Wait::Fixed(wait_s), Some(sharing)) => {
                let (stretch, waits) = sharing.snapshot(wait_s / self.law.mean_s);
                Wait::Shared(waits * self.law.mean_s, stretch)
            }
            (wait, _) => wait,
        };
        Row::new(&self.service.service_time_s, &self.law, &self.limits, wait)
    }

    /// The wait that a row stands for.
    fn wait_of(&self, index: usize) -> Wait<'_> {
        let scaled = |place: usize, per_octave: f64| {
            self.law.mean_s * libm::exp2(place as f64 / per_octave + SHORTEST_LOG)
        };
        if index >= FIRST_PLAYED {
            Wait::Fixed(0.0)
        } else if index >= FIRST_REMAINDER {
            let left_s = scaled(index - FIRST_REMAINDER, REMAINDERS_PER_OCTAVE);
            Wait::Fixed((self.limits.timeout_s - left_s).max(0.0))
        } else if index >= FIRST_DELAY {
            Wait::Fixed(scaled(index - FIRST_DELAY, DELAYS_PER_OCTAVE))
        } else if index >= FIRST_LEAST {
            Wait::Random(
                &self.shapes.least_of_four,
                scaled(index - FIRST_LEAST, WAITS_PER_OCTAVE),
            )
        } else if index >= FIRST_WAIT {
            let (level, wait) = ((index - FIRST_WAIT) / WAITS, (index - FIRST_WAIT) % WAITS);
            Wait::Random(&self.shapes.laws[level], scaled(wait, WAITS_PER_OCTAVE))
        } else {
            Wait::Fixed(0.0)
        }
    }

    /// The waits of all rows, by index.
    pub(super) fn waits(&self) -> &[RowWait] {
        self.waits
            .get_or_init(|| (0..ROWS).map(|index| self.row_wait(index)).collect())
    }

    /// Mean wait of a mixture's requests, each ended by the timeout, as its shares have it: without the rows, of which each
    /// takes a while to compute.
    pub(super) fn mean_wait_s(&self, mixture: &Mixture) -> f64 {
        if self.sharing.is_some() {
            return mixture.shares(self).wait_s;
        }
        let cut = |index| self.wait_of(index).mean_until(self.limits.timeout_s);
        let waits = || (0..ROWS).map(cut).collect();
        let waits_s = self.cut_waits_s.get_or_init(waits);
        let mut sum_s = 0.0;
        for &(row, weight) in mixture.parts() {
            sum_s += weight * waits_s.get(row as usize).copied().unwrap_or(0.0);
        }
        sum_s
    }

    fn row_wait(&self, index: usize) -> RowWait {
        let (mean_s, shape) = match self.wait_of(index) {
            Wait::Fixed(wait_s) | Wait::Shared(wait_s, _) => (wait_s, None),
            Wait::Random(_, mean_s) if index >= FIRST_LEAST => (
                mean_s,
                Some(Shape {
                    position: 0.0,
                    first: 1.0,
                }),
            ),
            Wait::Random(_, mean_s) => {
                let level = (index - FIRST_WAIT) / WAITS;
                let shape = Shape {
                    position: level as f64,
                    first: 0.0,
                };
                (mean_s, Some(shape))
            }
        };
        RowWait {
            mean_s,
            log_s: log2(mean_s),
            shape,
        }
    }

    /// Adds requests with a wait, as a row of another library has it, and `more_s` seconds on top.
    pub(super) fn add_wait(&self, mixture: &mut Mixture, wait: &RowWait, more_s: f64, weight: f64) {
        let mean_s = wait.mean_s + more_s;
        match wait.shape {
            Some(shape) => {
                let is_same = more_s <= 0.0;
                let log_s = if is_same { wait.log_s } else { log2(mean_s) };
                self.add_waiting(mixture, log_s - self.log_mean, shape, weight);
            }
            None if mean_s > 0.0 => self.add_delayed(mixture, mean_s / self.law.mean_s, weight),
            None => self.add_unwaiting(mixture, weight),
        }
    }

    /// Adds requests of weight `weight` that need not wait.
    pub(super) fn add_unwaiting(&self, mixture: &mut Mixture, weight: f64) {
        mixture.add_to_first(NO_WAIT, weight);
    }

    /// Adds requests whose wait has mean 2^`log_wait` mean service times and the given shape.
    pub(super) fn add_waiting(
        &self,
        mixture: &mut Mixture,
        log_wait: f64,
        shape: Shape,
        weight: f64,
    ) {
        let (wait, longer) = split((log_wait - SHORTEST_LOG) * WAITS_PER_OCTAVE, WAITS);
        let (level, upper) = split(shape.position, LEVELS.len());
        let mut add = |first: usize, weight: f64| {
            mixture.add(first + wait, weight * (1.0 - longer));
            mixture.add(first + wait + 1, weight * longer);
        };
        let on_levels = weight * (1.0 - shape.first);
        add(FIRST_WAIT + level * WAITS, on_levels * (1.0 - upper));
        add(FIRST_WAIT + (level + 1) * WAITS, on_levels * upper);
        add(FIRST_LEAST, weight * shape.first);
    }

    /// Adds requests with exponential waits of these means, in mean service times.
    pub(super) fn add_exponential(&self, mixture: &mut Mixture, parts: &[(f64, f64)], weight: f64) {
        let mut sums = [0.0; WAITS];
        for &(mean, share) in parts {
            let (wait, longer) = split((log2(mean) - SHORTEST_LOG) * WAITS_PER_OCTAVE, WAITS);
            sums[wait] += weight * share * (1.0 - longer);
            sums[wait + 1] += weight * share * longer;
        }
        let first = FIRST_WAIT + (LEVELS.len() - 1) * WAITS;
        for (wait, sum) in sums.into_iter().enumerate() {
            mixture.add(first + wait, sum);
        }
    }

    /// Second moment of a wait of this shape with mean 1.
    pub(super) fn second_moment_of_wait(&self, shape: Shape) -> f64 {
        self.shapes.second_moment(shape)
    }

    /// How long those wait that come into a queue of M/M/1 with room for few, the newest first, in mean services.
    pub(super) fn newest_in_room(&self, load: f64, room: f64, square: f64) -> Waits {
        const SQUARES_PER_ONE: f64 = 8.0;
        const LOADS_PER_E: f64 = 128.0;
        const ROOMS_PER_OCTAVE: f64 = 8.0;
        let place = libm::rint(libm::log(load) * LOADS_PER_E) as i32;
        let step = libm::rint(log2(room.max(1.0)).min(20.0) * ROOMS_PER_OCTAVE) as u32;
        let even = libm::rint(square.clamp(2.0, 100.0) * SQUARES_PER_ONE) as u32;
        let mut known = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let law = known.entry((place, step, even)).or_insert_with(|| {
            let load = libm::exp(f64::from(place) / LOADS_PER_E);
            let room = libm::rint(libm::exp2(f64::from(step) / ROOMS_PER_OCTAVE)) as u32;
            Arc::new(busy_period::in_room(
                load,
                room,
                f64::from(even) / SQUARES_PER_ONE,
            ))
        });
        (**law).clone()
    }

    /// Of the wait of those who wait in a state, divided by its mean: what is exceeded with probability e^−`rarity`.
    #[inline]
    pub(super) fn exceeded(&self, state: &Point, rarity: f64) -> f64 {
        if state.scv > 0.0 {
            return balanced::exceeded(state.scv, libm::exp(-rarity));
        }
        self.shapes.exceeded(state.shape, rarity)
    }

    /// Adds those who wait in a state.
    pub(super) fn add_waiting_in(&self, mixture: &mut Mixture, state: &Point, weight: f64) {
        if state.scv > 0.0 {
            let mean = libm::exp2(state.log_wait);
            let points = balanced::points(state.scv);
            let part = weight / f64::from(balanced::PARTS);
            for point in points {
                self.add_delayed(mixture, point * mean, part);
            }
        } else {
            self.add_waiting(mixture, state.log_wait, state.shape, weight);
        }
    }

    /// Adds the requests of a stationary state where they share processors; answers the share that waits for a slot.
    #[inline(never)]
    pub(super) fn add_shared(
        &self,
        mixture: &mut Mixture,
        shared: &Shared,
        state: &Point,
        weight: f64,
    ) -> f64 {
        let excess = state.queue / state.busy.max(f64::MIN_POSITIVE);
        let known = &shared.excesses;
        let right = known.partition_point(|&known| known <= excess);
        let mut add = |load: usize, weight: f64| {
            for (count, part) in [
                (shared.fewer, 1.0 - shared.part),
                (shared.more, shared.part),
            ] {
                let row = FIRST_PLAYED + count * sharing::LOADS.len() + load;
                mixture.add(row, weight * part);
            }
        };
        let (Some(&low), Some(&high)) = (
            right
                .checked_sub(1)
                .map_or(Some(&0.0), |left| known.get(left)),
            known.get(right),
        ) else {
            return self.add_beyond(mixture, shared, state, weight);
        };
        let t = if high > low {
            ((excess - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            1.0
        };
        add(right, weight * t);
        match right.checked_sub(1) {
            Some(left) => add(left, weight * (1.0 - t)),
            None => self.add_unwaiting(mixture, weight * (1.0 - t)),
        }
        let waits = |at: Option<usize>| {
            at.and_then(|at| shared.waits.get(at))
                .copied()
                .unwrap_or(0.0)
        };
        t * waits(Some(right)) + (1.0 - t) * waits(right.checked_sub(1))
    }

    /// Adds the requests of a state fuller than any that was played: the more of those that meet an exponential excess,
    /// of which full load has nothing else, the fuller it is.
    fn add_beyond(
        &self,
        mixture: &mut Mixture,
        shared: &Shared,
        state: &Point,
        weight: f64,
    ) -> f64 {
        let last = sharing::LOADS.len() - 1;
        let (known, waits) = (shared.excesses[last], shared.waits[last]);
        let excess = state.queue / state.busy.max(f64::MIN_POSITIVE);
        let exponential = (1.0 - known / excess).clamp(0.0, 1.0);
        for (count, part) in [
            (shared.fewer, 1.0 - shared.part),
            (shared.more, shared.part),
        ] {
            let row = FIRST_PLAYED + count * sharing::LOADS.len() + last;
            mixture.add(row, weight * part * (1.0 - exponential));
        }
        let mean = known + (excess - known) / exponential.max(f64::MIN_POSITIVE);
        let part = weight * exponential / f64::from(balanced::PARTS);
        let mut full = 0.0;
        let fullest = self.sharing.as_ref().map_or(1.0, |sharing| sharing.fullest);
        for point in balanced::points(1.0) {
            let delay = point * mean;
            self.add_delayed(mixture, delay, part);
            if 1.0 + delay > fullest {
                full += 1.0 / f64::from(balanced::PARTS);
            }
        }
        (1.0 - exponential) * waits + exponential * full
    }

    /// Requests that are served at full speed at once by replicas with so many slots: as many, or as many as there are
    /// processors where they share these.
    pub(super) fn capacity_of(&self, servers: u32) -> f64 {
        f64::from(servers) - self.beyond(servers)
    }

    /// Requests in service beyond these.
    pub(super) fn beyond(&self, servers: u32) -> f64 {
        self.sharing.as_ref().map_or(0.0, |sharing| {
            sharing.beyond(f64::from(servers) / f64::from(sharing.slots))
        })
    }

    /// By what factor requests that share processors become more, or fewer, more slowly than work does; `None` where they do
    /// not share any.
    pub(super) fn slower(&self, load: f64) -> Option<f64> {
        self.sharing
            .as_ref()
            .map(|sharing| sharing.slower(&self.law, load))
    }

    /// By how much a client in the queue of all that are not served at full speed is more patient than one who waits for
    /// a slot, seconds: at the head of the line for a slot there are as many before it.
    pub(super) fn patience_in_service_s(&self) -> f64 {
        self.sharing.as_ref().map_or(0.0, |sharing| {
            (sharing.fullest - 1.0).max(0.0) * self.law.mean_s
        })
    }

    /// The squared coefficient of variation of services that the number of requests goes by: their own, but that of
    /// exponential ones where processors are shared, the more the more slots there are.
    pub(super) fn queue_scv(&self) -> f64 {
        self.sharing
            .as_ref()
            .map_or(self.scv, |sharing| 1.0 + (self.scv - 1.0) / sharing.fullest)
    }

    /// Adds requests that wait for `delay` mean service times each.
    pub(super) fn add_delayed(&self, mixture: &mut Mixture, delay: f64, weight: f64) {
        for (row, share) in self.delayed(delay) {
            mixture.add(row, weight * share);
        }
    }

    /// Takes such requests away from others that are there.
    pub(super) fn remove_delayed(&self, mixture: &mut Mixture, delay: f64, weight: f64) {
        for (row, share) in self.delayed(delay) {
            mixture.remove(row, weight * share);
        }
    }

    /// The rows between which a delay is, in mean service times, and the shares of both.
    #[inline]
    fn delayed(&self, delay: f64) -> [(usize, f64); 2] {
        let timeout = self.limits.timeout_s / self.law.mean_s;
        let left = timeout - delay;
        // Where processors are shared a delay makes the service longer, and it is not all of it that decides.
        let (first, (index, part)) = if left < delay && self.sharing.is_none() {
            (
                FIRST_REMAINDER,
                split(
                    (log2(left) - SHORTEST_LOG) * REMAINDERS_PER_OCTAVE,
                    REMAINDERS,
                ),
            )
        } else {
            (
                FIRST_DELAY,
                split((log2(delay) - SHORTEST_LOG) * DELAYS_PER_OCTAVE, DELAYS),
            )
        };
        [(first + index, 1.0 - part), (first + index + 1, part)]
    }
}

/// Whether a service stops working when the client gives up, in a way that is computed.
fn cancels(service: &ServiceModel) -> bool {
    service.on_timeout == OnTimeout::Cancel
        && service.timeout_s < f64::INFINITY
        && service.balancing == Balancing::Shared
        && service.discipline == Discipline::Slots
        && service.high_priority_share <= 0.0
}

/// Logarithm to base 2; of 0 and below, one that is below all rows.
fn log2(x: f64) -> f64 {
    libm::log2(x.max(1e-300))
}

/// The index left of a position among `count` places, at most the last but one, and the part beyond it.
#[inline]
fn split(position: f64, count: usize) -> (usize, f64) {
    let position = position.clamp(0.0, (count - 1) as f64);
    let index = (position as usize).min(count - 2);
    (index, position - index as f64)
}
