//! The law of the wait of one queue at one load: its density, cell by cell.

use super::steps::{Source, Steps};
use super::{Cancelling, NEAR_FULL};
use crate::bounds::Bounds;
use crate::plane::fluid::calibration::Correction;
use crate::plane::queueing::{erlang_b, erlang_c};

/// Cells of the wait.
pub(super) const CELLS: usize = 400;
/// Cells to a mean step, at least, of a wait that goes by steps.
const CELLS_TO_A_STEP: f64 = 2.0;
/// Densities below e^−NEGLIGIBLE of the highest are not looked at.
const NEGLIGIBLE: f64 = 25.0;
/// Larger densities are made smaller.
const LARGE: f64 = 1e200;
/// Where so much of services is cut, or more, deadlines draw the wait back before services have shown how uneven they are.
const DEADLINES_DECIDE: f64 = 0.3;
/// What of the unevenness is left then, with very many servers, of services that are more even than exponential ones; of others
/// it is all. Fitted to what is played of 2 to 16 servers.
const OF_EVEN: f64 = 0.5;
/// Rooms for more than this are full when the expected number is.
const MOST_COUNTED: u32 = 2000;

/// The law of the wait: masses of cells.
pub(super) struct Masses {
    pub(super) from_s: f64,
    pub(super) step_s: f64,
    /// Of all servers busy, by wait; and of at least one idle.
    pub(super) busy: Vec<f64>,
    pub(super) idle: f64,
}

/// One queue at one load.
pub(super) struct Queue<'a> {
    of: &'a Cancelling,
    servers: u32,
    c: f64,
    room: u32,
    rate_rps: f64,
    /// Rate at which an arrival finds just one server idle, if the probability of any is 1.
    last_rps: f64,
    /// Mean square of the steps of exponential services, or of those that are like these, in squares of their mean.
    square: f64,
    /// How much of the unevenness of services is that of the steps: usually, and where deadlines decide.
    weight: f64,
    at_deadlines: f64,
}

impl<'a> Queue<'a> {
    pub(super) fn new(of: &'a Cancelling, servers: u32, room: u32, load: f64) -> Self {
        let c = f64::from(servers);
        let usual = load.min(1.0 / load).min(1.0 - NEAR_FULL);
        let measured = of.calibration.at(c, usual);
        let square = of.square_of_first(servers);
        let uneven = of.left_after(0.0).log_uneven;
        let weight = of.weight(c, load, square);
        let others = (1.0 - 1.0 / c) * (1.0 - 1.0 / c);
        let blocked = erlang_b(servers, c * load);
        let last = blocked / (load * (1.0 - blocked).max(1e-300));
        Self {
            of,
            servers,
            c,
            room,
            rate_rps: load * c / of.mean_s,
            last_rps: load * c / of.mean_s * last * more_often(servers, room, usual, &measured),
            square,
            weight,
            at_deadlines: weight.min(if uneven > 0.0 {
                others
            } else {
                OF_EVEN * others
            }),
        }
    }

    /// Probability of finding no room behind those who wait when the wait is so long.
    pub(super) fn full(&self, wait_s: f64) -> f64 {
        let before = self.rate_rps * wait_s;
        let room = f64::from(self.room);
        if room > before + 9.0 * before.sqrt() + 30.0 {
            return 0.0;
        }
        if self.room > MOST_COUNTED {
            return (1.0 - room / before.at_least(f64::MIN_POSITIVE)).at_least(0.0);
        }
        erlang_b(self.room, before)
    }

    /// Rate at which the logarithm of the density grows where the wait is a diffusion: exact for M/M/c.
    fn growth(&self, wait_s: f64, place: &mut usize) -> f64 {
        let mean_s = self.of.held(wait_s, place).0;
        if mean_s <= 0.0 {
            return -f64::MAX;
        }
        let uneven = self.square * self.longer(wait_s);
        (self.rate_rps * (1.0 - self.full(wait_s)) - self.c / mean_s) * 2.0 / uneven
    }

    /// By what factor steps are longer, and rarer, than until the first ends.
    fn longer(&self, wait_s: f64) -> f64 {
        let left = self.of.left_after(wait_s);
        let at_deadlines = (left.cut / DEADLINES_DECIDE).min(1.0);
        let weight = self.weight + at_deadlines * (self.at_deadlines - self.weight);
        libm::exp(weight * left.log_uneven)
    }

    pub(super) fn masses(&self) -> Masses {
        let (from_s, to_s) = self.reach();
        // Where the wait is drawn back to, steps are as long as arrivals are apart.
        let step_s = (self.of.mean_s / self.c).at_most(CELLS_TO_A_STEP / self.rate_rps);
        if (to_s - from_s) / CELLS as f64 * CELLS_TO_A_STEP <= step_s {
            self.by_steps(from_s, to_s)
        } else {
            self.diffusion(from_s, to_s)
        }
    }

    /// Waits between which the density is not negligible.
    fn reach(&self) -> (f64, f64) {
        let (mut from_s, mut to_s) = (0.0, self.of.timeout_s);
        for _ in 0..4 {
            let step_s = (to_s - from_s) / CELLS as f64;
            let mut place = 0;
            let mut log = 0.0;
            let logs: Vec<f64> = (0..CELLS)
                .map(|cell| {
                    log += step_s * self.growth(from_s + (cell as f64 + 0.5) * step_s, &mut place);
                    log
                })
                .collect();
            let highest = logs.iter().copied().fold(0.0, f64::max);
            let seen = |log: &f64| *log > highest - NEGLIGIBLE;
            let first = logs.iter().position(seen).unwrap_or(0);
            let last = logs.iter().rposition(seen).unwrap_or(0);
            let low_s = if highest < NEGLIGIBLE {
                from_s
            } else {
                from_s + first.saturating_sub(1) as f64 * step_s
            };
            let high_s = from_s + (last + 2).min(CELLS) as f64 * step_s;
            let is_fine = (high_s - low_s) > 0.25 * (to_s - from_s);
            (from_s, to_s) = (low_s, high_s);
            if is_fine {
                break;
            }
        }
        (from_s, to_s)
    }

    /// The equation of the density, cell by cell. Steps are averaged over the cells, so that their means are kept.
    /// Where the least wait is not 0, hardly anybody waits for less, and how those come there makes no difference.
    fn by_steps(&self, from_s: f64, to_s: f64) -> Masses {
        let step_s = (to_s - from_s) / CELLS as f64;
        let longest = self.longer(0.0).max(1.0);
        let steps = Steps::new(&self.of.law, self.servers, longest, step_s);
        let mut idle = if from_s > 0.0 { 0.0 } else { 1.0 };
        let mut last_rps = self.last_rps;
        let mut first = Source::new(1.0, self.of.mean_s, 1.0);
        let mut busy: Vec<f64> = Vec::with_capacity(CELLS);
        let mut sources: Vec<Source> = Vec::with_capacity(CELLS);
        let mut place = 0;
        for cell in 0..CELLS {
            let wait_s = from_s + (cell as f64 + 0.5) * step_s;
            let held_s = self.of.held(wait_s, &mut place).0.at_least(1e-300);
            let mut comes = last_rps * steps.rise(&mut first, 2.0 * (cell + 1) as f64);
            let oldest = cell.saturating_sub(steps.most);
            // Who would wait for longer waits for as long as anybody does.
            let is_last = cell + 1 == CELLS;
            for (before, source) in sources.iter_mut().enumerate().skip(oldest) {
                let halves = 2.0 * (cell - before) as f64 + 1.0;
                comes += source.rps * steps.rise(source, if is_last { f64::MAX } else { halves });
            }
            let rps = self.rate_rps * (1.0 - self.full(wait_s));
            let mut source = Source::new(rps, held_s, self.longer(wait_s));
            let stays = steps.rise(&mut source, if is_last { f64::MAX } else { 1.0 });
            let mass = comes / (1.0 - source.rps * stays).at_least(1e-9);
            source.rps *= mass;
            busy.push(mass);
            sources.push(source);
            if mass > LARGE {
                idle /= LARGE;
                last_rps /= LARGE;
                busy.iter_mut().for_each(|mass| *mass /= LARGE);
                sources.iter_mut().for_each(|source| source.rps /= LARGE);
            }
        }
        Masses {
            from_s,
            step_s,
            busy,
            idle,
        }
        .normalised()
    }

    /// Steps are small against the reach of the wait. Away from idle servers in the form that keeps the balance of arrivals and
    /// services exactly: the density of a diffusion with the drift b and the variance v is e^(∫2b/v)/v.
    fn diffusion(&self, from_s: f64, to_s: f64) -> Masses {
        let step_s = (to_s - from_s) / CELLS as f64;
        let (mut place, mut log) = (0, 0.0);
        let logs: Vec<f64> = (0..CELLS)
            .map(|cell| {
                let wait_s = from_s + (cell as f64 + 0.5) * step_s;
                let mut grows = step_s * self.growth(wait_s, &mut place);
                let mean_s = self.of.held(wait_s, &mut place).0.at_least(1e-300);
                let mut variance = 0.0;
                if from_s > 0.0 {
                    grows *= self.c / (self.rate_rps * mean_s);
                    variance =
                        2.0 * libm::log(mean_s / self.of.mean_s) + libm::log(self.longer(wait_s));
                }
                log += grows;
                log - 0.5 * grows - variance
            })
            .collect();
        let highest = logs.iter().copied().fold(0.0, f64::max);
        let first_rps = self.last_rps * 2.0 / (self.square * self.longer(0.0));
        let busy = logs
            .iter()
            .map(|log| first_rps * step_s * libm::exp(log - highest))
            .collect();
        let idle = if from_s > 0.0 {
            0.0
        } else {
            libm::exp(-highest)
        };
        Masses {
            from_s,
            step_s,
            busy,
            idle,
        }
        .normalised()
    }
}

impl Masses {
    fn normalised(mut self) -> Self {
        let all = self.idle + self.busy.iter().sum::<f64>();
        self.idle /= all;
        self.busy.iter_mut().for_each(|mass| *mass /= all);
        self
    }
}

/// By what factor just one server is idle more often, to any, than with exponential services. With hardly any room it is not:
/// what is lost without any is the same for all services (Erlang 1917).
fn more_often(servers: u32, room: u32, load: f64, measured: &Correction) -> f64 {
    let plain = erlang_c(servers, f64::from(servers) * load).clamp(1e-300, 1.0 - 1e-9);
    let waits = (plain * measured.share).at_most(1.0 - 1e-9);
    let factor = waits / plain * (1.0 - plain) / (1.0 - waits);
    let room = f64::from(room);
    libm::pow(factor, room / (room + f64::from(servers)))
}
