//! What the fluid plane knows about one service: latency rows and capacity tables, computed when first needed.

mod adding;

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
use super::sharing::{self, Sharing};
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
