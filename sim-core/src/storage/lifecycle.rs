//! Lifecycle rules: which tier data are in, by age or by the time since they were last read, and when they expire.
//!
//! By age, as S3 Lifecycle: once a day, objects whose age in days has reached that of a step are moved to its tier.
//! By last access, as S3 Intelligent-Tiering and its peers: objects that nobody has read for so many days are moved, and
//! one that is read is back in the first tier the next day.

/// A step of a lifecycle: from here on, that tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Age, or days without a read, at which objects move; at least 1.
    pub after_days: u32,
    /// Index of the tier.
    pub tier: usize,
}

/// What the steps of a lifecycle count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Basis {
    /// Days since the object was written.
    Age {
        /// Share of the objects, the most read ones, that stay in the first tier; 0..1.
        keep_share: f64,
    },
    /// Days since the object was last read (or written).
    LastAccess {
        /// Watching a thousand objects for a month, US dollars.
        monitoring_usd_per_1000: f64,
        /// Moves and reads cost nothing beside that (S3 Intelligent-Tiering).
        free_moves: bool,
    },
}

/// The lifecycle of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifecycle {
    /// What the steps count.
    pub basis: Basis,
    /// The steps, by rising days; the tier before the first is the first tier.
    pub steps: Vec<Step>,
    /// Age at which objects are deleted; `None` for never.
    pub expire_after_days: Option<u32>,
    /// Smaller objects stay in the first tier, KiB.
    pub min_object_kib: f64,
    /// The rules are new: all that was there before the window is in the first tier when it starts.
    pub starts_with_window: bool,
}

impl Lifecycle {
    /// Everything stays where it is written.
    pub fn keep(expire_after_days: Option<u32>) -> Self {
        Self {
            basis: Basis::Age { keep_share: 0.0 },
            steps: Vec::new(),
            expire_after_days,
            min_object_kib: 0.0,
            starts_with_window: false,
        }
    }

    /// The step that an age (or a time without reads) has reached: its tier, and the day it was reached.
    /// The first tier from day 0 on before any step.
    pub fn place(&self, days: u32) -> (usize, u32) {
        let reached = self.steps.iter().rev().find(|step| days >= step.after_days);
        reached.map_or((0, 0), |step| (step.tier, step.after_days))
    }

    /// Whether objects of an age are deleted.
    pub fn expires(&self, age: u32) -> bool {
        self.expire_after_days.is_some_and(|after| age >= after)
    }

    /// Whether objects of a size are moved at all.
    pub fn moves(&self, object_kib: f64) -> bool {
        !self.steps.is_empty() && object_kib >= self.min_object_kib
    }

    /// What watching one object costs a month.
    pub fn monitoring_usd_per_object_month(&self, object_kib: f64) -> f64 {
        match self.basis {
            Basis::LastAccess {
                monitoring_usd_per_1000,
                ..
            } if object_kib >= self.min_object_kib => monitoring_usd_per_1000 / 1000.0,
            _ => 0.0,
        }
    }

    /// Whether moves and reads are free of charge.
    pub fn has_free_moves(&self) -> bool {
        matches!(
            self.basis,
            Basis::LastAccess {
                free_moves: true,
                ..
            }
        )
    }
}

/// Share of objects that nobody has read for each step's days, G₁ ≥ G₂ ≥ …: e^(−reads expected in those days) where
/// there have been as many days, else 0. Exact for reads that come as a Poisson process.
///
/// `reads` holds the reads expected per object over each step's days, `days` since when reads are remembered.
pub fn idle_shares(steps: &[Step], reads: &[f64], days: u32, shares: &mut [f64]) {
    for ((step, reads), share) in steps.iter().zip(reads).zip(shares) {
        *share = if days >= step.after_days {
            decay(*reads)
        } else {
            0.0
        };
    }
}

/// e^(−x) for x ≥ 0, quickly where x is next to nothing: most data are hardly ever read.
pub fn decay(x: f64) -> f64 {
    if x < 1e-8 { 1.0 - x } else { libm::exp(-x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_steps() {
        let step = |after_days, tier| Step { after_days, tier };
        let lifecycle = Lifecycle {
            steps: vec![step(30, 1), step(90, 3)],
            expire_after_days: Some(365),
            ..Lifecycle::keep(None)
        };
        let places = [0, 29, 30, 89, 90, 1000].map(|age| lifecycle.place(age));
        assert_eq!(places, [(0, 0), (0, 0), (1, 30), (1, 30), (3, 90), (3, 90)]);
        assert_eq!([364, 365].map(|age| lifecycle.expires(age)), [false, true]);
    }

    #[test]
    fn nobody_is_idle_before_the_time() {
        let steps = [
            Step {
                after_days: 2,
                tier: 1,
            },
            Step {
                after_days: 5,
                tier: 2,
            },
        ];
        let mut shares = [9.0; 2];
        idle_shares(&steps, &[0.5, 1.0], 4, &mut shares);
        assert_eq!(shares, [libm::exp(-0.5), 0.0]);
    }
}
