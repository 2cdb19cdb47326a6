//! Work that is interrupted at random moments: how long it takes, and how often to save it. Closed forms.
//!
//! ```text
//!   work ──✕ interruption ──► downtime D ──► recovery R ──► work again, from the last checkpoint ──► …
//!                            (not interrupted) (may be interrupted)
//! ```
//!
//! Interruptions come at exponentially distributed intervals with rate λ (mean time between them M = 1/λ) during
//! work, checkpoints and recovery, not during downtime. A recovery precedes every repeated execution, not the first.
//! All times are in one unit, any; names say hours.
//!
//! Sources: Young, "A first order approximation to the optimum checkpoint interval", CACM 17(9), 1974; Daly, "A higher
//! order estimate of the optimum checkpoint interval for restart dumps", FGCS 22(3), 2006; Bougeret et al.,
//! "Checkpointing strategies for parallel jobs", SC 2011 (exact expectation and interval).

/// How work is interrupted, and what an interruption costs beside the lost work.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interruptions {
    /// Interruptions per hour, λ; 0 for none.
    pub rate_per_h: f64,
    /// Hours until a new machine is there, D.
    pub downtime_h: f64,
    /// Hours to load the last checkpoint, R.
    pub recovery_h: f64,
}

/// When checkpoints are taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checkpoints {
    /// Equal segments that the work is cut into, at least 1.
    pub segments: u32,
    /// Hours to save a checkpoint, C.
    pub cost_h: f64,
    /// Whether the last segment ends with a checkpoint too.
    pub after_last: bool,
}

impl Interruptions {
    /// Interruptions without downtime and recovery.
    pub fn at_rate(rate_per_h: f64) -> Self {
        Self {
            rate_per_h,
            ..Self::default()
        }
    }

    /// Expected hours until `work_h` hours of work are done when every interruption loses all of it:
    /// e^(λR) (1/λ + D) (e^(λW) − 1). Infinite where it exceeds what a number can hold.
    pub fn restart_h(&self, work_h: f64) -> f64 {
        let rate = self.rate_per_h;
        if rate <= 0.0 {
            return work_h;
        }
        let lost_h = (1.0 / rate + self.downtime_h) * libm::expm1(rate * work_h);
        libm::exp(rate * self.recovery_h) * lost_h
    }

    /// Variance of that time in hours², for D = R = 0: (e^(2λW) − 2λW e^(λW) − 1) / λ², which is
    /// 2 e^(λW) (sinh(λW) − λW) / λ².
    pub fn restart_variance(&self, work_h: f64) -> f64 {
        if self.rate_per_h <= 0.0 {
            return 0.0;
        }
        let x = self.rate_per_h * work_h;
        2.0 * libm::exp(x) * sinh_less_x(x) / (self.rate_per_h * self.rate_per_h)
    }

    /// Expected number of interruptions until the work is done in one piece, during recoveries not counted: e^(λW) − 1.
    pub fn restart_count(&self, work_h: f64) -> f64 {
        libm::expm1(self.rate_per_h * work_h)
    }

    /// Expected hours until `work_h` hours are done with checkpoints: a restart problem per segment.
    pub fn checkpointed_h(&self, work_h: f64, checkpoints: Checkpoints) -> f64 {
        let segments = f64::from(checkpoints.segments.max(1));
        let segment_h = work_h / segments;
        let saved_h = self.restart_h(segment_h + checkpoints.cost_h);
        if checkpoints.after_last {
            segments * saved_h
        } else {
            (segments - 1.0) * saved_h + self.restart_h(segment_h)
        }
    }

    /// Variance of that time in hours², for D = R = 0: segments are independent of each other.
    pub fn checkpointed_variance(&self, work_h: f64, checkpoints: Checkpoints) -> f64 {
        let segments = f64::from(checkpoints.segments.max(1));
        let segment_h = work_h / segments;
        let saved = self.restart_variance(segment_h + checkpoints.cost_h);
        if checkpoints.after_last {
            segments * saved
        } else {
            (segments - 1.0) * saved + self.restart_variance(segment_h)
        }
    }

    /// Expected hours when the notice of an interruption suffices to save everything, so that no work is lost:
    /// W (1 + λD) e^(λR). Also the limit of free checkpoints, taken all the time.
    pub fn graceful_h(&self, work_h: f64) -> f64 {
        work_h
            * (1.0 + self.rate_per_h * self.downtime_h)
            * libm::exp(self.rate_per_h * self.recovery_h)
    }

    /// The number of segments with the least expected time, 1 to 10⁹, the smallest where several have it.
    ///
    /// The expectation falls and then rises with the number of segments, so the end of its fall is found by halving.
    /// With a checkpoint after every segment it is the better of the whole numbers around W / [`exact_interval_h`].
    pub fn best_segments(&self, work_h: f64, cost_h: f64, after_last: bool) -> u32 {
        let at = |segments| {
            let checkpoints = Checkpoints {
                segments,
                cost_h,
                after_last,
            };
            self.checkpointed_h(work_h, checkpoints)
        };
        let (mut low, mut high) = (1, MOST_SEGMENTS);
        while low < high {
            let middle = low + (high - low) / 2;
            let here = at(middle);
            if here.is_finite() && here <= at(middle + 1) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

/// Segments that a search considers at most.
const MOST_SEGMENTS: u32 = 1_000_000_000;

/// sinh(x) − x for x ≥ 0; by its series where the difference would lose digits.
fn sinh_less_x(x: f64) -> f64 {
    if x >= 0.5 {
        return libm::sinh(x) - x;
    }
    let square = x * x;
    // Each term is the one before times x²/(n (n + 1)).
    let ratios = [210.0, 156.0, 110.0, 72.0, 42.0, 20.0];
    let tail = ratios.iter().fold(1.0, |sum, n| 1.0 + square / n * sum);
    x * square / 6.0 * tail
}

/// Young's interval between checkpoints (work between the end of one and the start of the next), from the cost C of
/// one and the mean time between interruptions M: √(2CM). Good for C far below M.
pub fn young_interval_h(cost_h: f64, mtbf_h: f64) -> f64 {
    (2.0 * cost_h * mtbf_h).sqrt()
}

/// Daly's: √(2CM) (1 + ⅓ √(C/2M) + C/(18M)) − C below C = 2M, M from there on.
pub fn daly_interval_h(cost_h: f64, mtbf_h: f64) -> f64 {
    if cost_h >= 2.0 * mtbf_h {
        return mtbf_h;
    }
    let ratio = cost_h / (2.0 * mtbf_h);
    young_interval_h(cost_h, mtbf_h) * (1.0 + ratio.sqrt() / 3.0 + ratio / 9.0) - cost_h
}

/// The exact optimum for work without end: M (1 + W₀(−e^(−C/M − 1))), with W₀ the principal branch of Lambert's
/// function.
///
/// y = 1 + W₀ solves y + ln(1 − y) + C/M = 0 in 0..1, by Newton's iteration, without the cancellation of W₀ near its
/// branch point. The left side is concave, so from above the iteration falls to the solution; Young's y is above it.
/// 0 for free checkpoints; infinite without interruptions.
pub fn exact_interval_h(cost_h: f64, mtbf_h: f64) -> f64 {
    if cost_h <= 0.0 {
        return 0.0;
    }
    let x = cost_h / mtbf_h;
    if !(x < ALL_OF_IT && mtbf_h < f64::INFINITY) {
        return mtbf_h;
    }
    let mut y = (2.0 * x).sqrt().min(1.0 - libm::exp(-x - 1.0));
    for _ in 0..100 {
        let left = y + libm::log1p(-y) + x;
        let next = y + left * (1.0 - y) / y;
        // The last steps are rounding.
        let done = (next - y).abs() <= 1e-16 * y;
        y = next;
        if done {
            break;
        }
    }
    mtbf_h * y
}

/// From C = 36 M on the interval is M to the last bit.
const ALL_OF_IT: f64 = 36.0;

/// Expected time over work of endless work saved every `interval_h` hours of it, less 1:
/// M (e^((τ + C)/M) − 1) / τ − 1, with D = R = 0.
pub fn overhead(interval_h: f64, cost_h: f64, mtbf_h: f64) -> f64 {
    let interruptions = Interruptions::at_rate(1.0 / mtbf_h);
    interruptions.restart_h(interval_h + cost_h) / interval_h - 1.0
}

/// Work that begins on spot capacity and, once interrupted, starts again from zero on on-demand capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpotThenOnDemand {
    /// Probability of an interruption, q = 1 − e^(−λW).
    pub interrupted: f64,
    /// Expected hours on spot capacity: q/λ.
    pub spot_h: f64,
    /// Expected hours until the work is done: q/λ + q (D + R + W).
    pub makespan_h: f64,
    /// Expected dollars: spot price × q/λ + on-demand price × q (R + W).
    pub cost_usd: f64,
}

impl Interruptions {
    /// `work_h` hours, spot first, at prices per hour.
    pub fn spot_then_on_demand(
        &self,
        work_h: f64,
        spot_usd_per_h: f64,
        on_demand_usd_per_h: f64,
    ) -> SpotThenOnDemand {
        let interrupted = -libm::expm1(-self.rate_per_h * work_h);
        let spot_h = if self.rate_per_h > 0.0 {
            interrupted / self.rate_per_h
        } else {
            work_h
        };
        let again_h = self.recovery_h + work_h;
        SpotThenOnDemand {
            interrupted,
            spot_h,
            makespan_h: spot_h + interrupted * (self.downtime_h + again_h),
            cost_usd: spot_usd_per_h * spot_h + on_demand_usd_per_h * interrupted * again_h,
        }
    }
}

/// The rate of interruptions per hour with which a share `probability` (0..1) is interrupted within `period_h` hours:
/// −ln(1 − p) / period. For the published bands of interruption frequency: p of 730 hours.
pub fn hazard_per_h(probability: f64, period_h: f64) -> f64 {
    -libm::log1p(-probability) / period_h
}

#[cfg(test)]
mod tests;
