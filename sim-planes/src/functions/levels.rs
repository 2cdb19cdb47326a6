//! How long a count was at each of its values.

/// Time spent at each level of a count that changes over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    /// Seconds by level.
    seconds: Vec<f64>,
}

impl Levels {
    /// Seconds at each level, from 0 to the highest seen.
    pub fn seconds(&self) -> &[f64] {
        &self.seconds
    }

    /// Seconds at all levels together.
    pub fn total_s(&self) -> f64 {
        self.seconds.iter().sum()
    }

    /// The count integrated over time: instance-seconds.
    pub fn sum_s(&self) -> f64 {
        let weighted = |(level, seconds): (usize, &f64)| level as f64 * seconds;
        self.seconds.iter().enumerate().map(weighted).sum()
    }

    /// Mean count over time; 0 when no time has passed.
    pub fn mean(&self) -> f64 {
        let total_s = self.total_s();
        if total_s > 0.0 {
            self.sum_s() / total_s
        } else {
            0.0
        }
    }

    /// Share of the time at `level`, 0..1.
    pub fn share(&self, level: u32) -> f64 {
        let total_s = self.total_s();
        match self.seconds.get(level as usize) {
            Some(seconds) if total_s > 0.0 => seconds / total_s,
            _ => 0.0,
        }
    }

    /// The smallest level that is not exceeded during the share `q` (0..1) of the time; `None` when no time has
    /// passed.
    pub fn quantile(&self, q: f64) -> Option<u32> {
        let total_s = self.total_s();
        let wanted_s = q.clamp(0.0, 1.0) * total_s;
        let mut below_s = 0.0;
        let mut level = None;
        for (seconds, at) in self.seconds.iter().zip(0..) {
            below_s += seconds;
            if *seconds > 0.0 {
                level = Some(at);
                if below_s >= wanted_s {
                    break;
                }
            }
        }
        level
    }

    /// The highest level at which time was spent.
    pub fn highest(&self) -> u32 {
        let spent = |seconds: &f64| *seconds > 0.0;
        self.seconds.iter().rposition(spent).unwrap_or(0) as u32
    }

    /// Adds the time of another count of the same kind.
    pub fn merge(&mut self, other: &Levels) {
        if self.seconds.len() < other.seconds.len() {
            self.seconds.resize(other.seconds.len(), 0.0);
        }
        for (own, theirs) in self.seconds.iter_mut().zip(&other.seconds) {
            *own += theirs;
        }
    }
}

/// A count under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Count {
    levels: Levels,
    now: usize,
    since_s: f64,
    /// Integral of the count since the last [`take_sum_s`](Self::take_sum_s).
    sum_s: f64,
    /// Highest count since the last [`take_peak`](Self::take_peak).
    peak: usize,
}

impl Count {
    /// A count that is `now` at time 0.
    pub fn new(now: u32) -> Self {
        let now = now as usize;
        let levels = Levels {
            seconds: vec![0.0; now + 1],
        };
        Self {
            levels,
            now,
            since_s: 0.0,
            sum_s: 0.0,
            peak: now,
        }
    }

    /// The count.
    #[inline]
    pub fn now(&self) -> u32 {
        self.now as u32
    }

    /// Counts the time up to `at_s`, which never falls.
    #[inline]
    pub fn pass(&mut self, at_s: f64) {
        let passed_s = at_s - self.since_s;
        self.levels.seconds[self.now] += passed_s;
        self.sum_s += self.now as f64 * passed_s;
        self.since_s = at_s;
    }

    /// One more from `at_s` on.
    #[inline]
    pub fn up(&mut self, at_s: f64) {
        self.pass(at_s);
        self.now += 1;
        self.peak = self.peak.max(self.now);
        if self.now == self.levels.seconds.len() {
            self.levels.seconds.push(0.0);
        }
    }

    /// One less from `at_s` on.
    #[inline]
    pub fn down(&mut self, at_s: f64) {
        self.pass(at_s);
        self.now = self.now.saturating_sub(1);
    }

    /// The integral since it was last asked for.
    pub fn take_sum_s(&mut self) -> f64 {
        std::mem::take(&mut self.sum_s)
    }

    /// The highest count since it was last asked for.
    pub fn take_peak(&mut self) -> u32 {
        std::mem::replace(&mut self.peak, self.now) as u32
    }

    /// The time at each level since it was last asked for.
    pub fn take_levels(&mut self) -> Levels {
        let fresh = Levels {
            seconds: vec![0.0; self.now + 1],
        };
        std::mem::replace(&mut self.levels, fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_spent_where_it_was() {
        let mut count = Count::new(1);
        count.up(2.0);
        count.up(3.0);
        count.down(7.0);
        count.down(7.0);
        count.pass(10.0);
        let levels = count.take_levels();
        assert_eq!(levels.seconds(), [0.0, 5.0, 1.0, 4.0]);
        assert_eq!((levels.sum_s(), count.take_sum_s()), (19.0, 19.0));
        assert_eq!((levels.total_s(), levels.mean()), (10.0, 1.9));
        assert_eq!((levels.share(3), levels.share(9)), (0.4, 0.0));
        let quantiles = [0.0, 0.5, 0.55, 0.6, 1.0].map(|q| levels.quantile(q));
        assert_eq!(quantiles, [1, 1, 2, 2, 3].map(Some));
        assert_eq!(levels.highest(), 3);
        count.pass(11.0);
        let mut more = count.take_levels();
        more.merge(&levels);
        assert_eq!(more.seconds(), [0.0, 6.0, 1.0, 4.0]);
        assert_eq!(Levels::default().quantile(0.5), None);
        assert_eq!(
            (Levels::default().mean(), Levels::default().highest()),
            (0.0, 0)
        );
    }
}
