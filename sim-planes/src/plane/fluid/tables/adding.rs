//! Requests that are added to a mixture: between which rows they are.

use super::super::balanced;
use super::super::capacity::Point;
use super::super::levels::{LEVELS, Shape};
use super::super::mixture::Mixture;
use super::super::sharing::{self, Shared};
use super::{
    DELAYS, DELAYS_PER_OCTAVE, FIRST_DELAY, FIRST_LEAST, FIRST_PLAYED, FIRST_REMAINDER, FIRST_WAIT,
    FluidTables, NO_WAIT, REMAINDERS, REMAINDERS_PER_OCTAVE, RowWait, SHORTEST_LOG, WAITS,
    WAITS_PER_OCTAVE, log2,
};

impl FluidTables {
    /// Adds requests with a wait, as a row of another library has it, and `more_s` seconds on top.
    pub(in crate::plane::fluid) fn add_wait(
        &self,
        mixture: &mut Mixture,
        wait: &RowWait,
        more_s: f64,
        weight: f64,
    ) {
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
    pub(in crate::plane::fluid) fn add_unwaiting(&self, mixture: &mut Mixture, weight: f64) {
        mixture.add_to_first(NO_WAIT, weight);
    }

    /// Adds requests whose wait has mean 2^`log_wait` mean service times and the given shape.
    pub(in crate::plane::fluid) fn add_waiting(
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
    pub(in crate::plane::fluid) fn add_exponential(
        &self,
        mixture: &mut Mixture,
        parts: &[(f64, f64)],
        weight: f64,
    ) {
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

    /// Adds those who wait in a state.
    pub(in crate::plane::fluid) fn add_waiting_in(
        &self,
        mixture: &mut Mixture,
        state: &Point,
        weight: f64,
    ) {
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
    pub(in crate::plane::fluid) fn add_shared(
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

    /// Adds requests that wait for `delay` mean service times each.
    pub(in crate::plane::fluid) fn add_delayed(
        &self,
        mixture: &mut Mixture,
        delay: f64,
        weight: f64,
    ) {
        for (row, share) in self.delayed(delay) {
            mixture.add(row, weight * share);
        }
    }

    /// Takes such requests away from others that are there.
    pub(in crate::plane::fluid) fn remove_delayed(
        &self,
        mixture: &mut Mixture,
        delay: f64,
        weight: f64,
    ) {
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

/// The index left of a position among `count` places, at most the last but one, and the part beyond it.
#[inline]
fn split(position: f64, count: usize) -> (usize, f64) {
    let position = position.clamp(0.0, (count - 1) as f64);
    let index = (position as usize).min(count - 2);
    (index, position - index as f64)
}
