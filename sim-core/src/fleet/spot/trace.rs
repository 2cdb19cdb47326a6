//! A recorded trace of a spot pool: when there was capacity, and at what price.
//!
//! The public traces (github.com/skypilot-org/spot-traces, "Can't Be Late", NSDI 2024) have equal steps and 1 for
//! available. The simulator of that paper inverts them; this one does not. A trace is repeated as often as needed.

/// A trace; at least one step.
#[derive(Clone, Debug, PartialEq)]
pub struct SpotTrace {
    gap_s: f64,
    available: Vec<bool>,
    usd_per_hour: Vec<f64>,
}

/// What a trace amounts to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceStatistics {
    /// Number of steps.
    pub steps: u32,
    /// Share of the steps with capacity, 0..1.
    pub availability: f64,
    /// Unbroken runs of steps with capacity. The trace's ends count as ends of runs.
    pub up_runs: u32,
    /// Unbroken runs without.
    pub down_runs: u32,
    /// Mean length of a run with capacity, hours; 0 without any.
    pub mean_up_hours: f64,
    /// Mean length of a run without, hours.
    pub mean_down_hours: f64,
    /// Lowest and highest price of an hour; `None` without prices.
    pub usd_per_hour: Option<(f64, f64)>,
}

impl SpotTrace {
    /// A trace; `None` without steps, with steps of no length, or with another number of prices.
    pub fn new(gap_s: f64, available: Vec<bool>, usd_per_hour: Vec<f64>) -> Option<Self> {
        let prices_match = usd_per_hour.is_empty() || usd_per_hour.len() == available.len();
        (gap_s > 0.0 && !available.is_empty() && prices_match).then_some(Self {
            gap_s,
            available,
            usd_per_hour,
        })
    }

    /// Length of a step, seconds.
    pub fn gap_s(&self) -> f64 {
        self.gap_s
    }

    /// Number of steps.
    pub fn len(&self) -> u64 {
        self.available.len() as u64
    }

    /// Whether it has no steps, which [`SpotTrace::new`] refuses.
    pub fn is_empty(&self) -> bool {
        self.available.is_empty()
    }

    /// Whether there is capacity at a step; steps beyond the end start over.
    pub fn is_up(&self, step: u64) -> bool {
        let place = (step % self.len()) as usize;
        self.available.get(place).is_some_and(|up| *up)
    }

    /// The price of an hour at a step, if it has prices.
    pub fn usd_per_hour(&self, step: u64) -> Option<f64> {
        let place = (step % self.len()) as usize;
        self.usd_per_hour.get(place).copied()
    }

    /// The first step after this one at which capacity comes or goes; `None` if it never does.
    pub fn next_change(&self, step: u64) -> Option<u64> {
        let now = self.is_up(step);
        (step + 1..=step + self.len()).find(|&step| self.is_up(step) != now)
    }

    /// Its statistics, once through.
    pub fn statistics(&self) -> TraceStatistics {
        let up = self.available.iter().filter(|up| **up).count();
        let mut runs = [0u32; 2];
        let mut before = None;
        for &up in &self.available {
            if before != Some(up) {
                runs[usize::from(up)] += 1;
            }
            before = Some(up);
        }
        let hours = |steps: usize, runs: u32| {
            if runs > 0 {
                steps as f64 * self.gap_s / 3600.0 / f64::from(runs)
            } else {
                0.0
            }
        };
        let prices = self.usd_per_hour.iter().copied();
        let usd_per_hour = prices.clone().reduce(f64::min).zip(prices.reduce(f64::max));
        TraceStatistics {
            steps: self.available.len() as u32,
            availability: up as f64 / self.available.len() as f64,
            up_runs: runs[1],
            down_runs: runs[0],
            mean_up_hours: hours(up, runs[1]),
            mean_down_hours: hours(self.available.len() - up, runs[0]),
            usd_per_hour,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(steps: &[u8]) -> SpotTrace {
        let available = steps.iter().map(|step| *step == 1).collect();
        SpotTrace::new(600.0, available, Vec::new()).expect("a trace")
    }

    #[test]
    fn counts_runs_and_their_lengths() {
        let statistics = trace(&[1, 1, 0, 1, 0, 0]).statistics();
        assert_eq!((statistics.up_runs, statistics.down_runs), (2, 2));
        assert!((statistics.availability - 0.5).abs() < 1e-12);
        assert!((statistics.mean_up_hours - 0.25).abs() < 1e-12);
        assert!((statistics.mean_down_hours - 0.25).abs() < 1e-12);
    }

    #[test]
    fn starts_over_at_its_end() {
        let trace = trace(&[1, 1, 0]);
        assert_eq!(trace.next_change(0), Some(2));
        assert_eq!(trace.next_change(2), Some(3));
        assert_eq!(trace.next_change(3), Some(5));
        assert!(trace.is_up(4) && !trace.is_up(5));
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        assert!(SpotTrace::new(600.0, vec![], vec![]).is_none());
        assert!(SpotTrace::new(0.0, vec![true], vec![]).is_none());
        assert!(SpotTrace::new(600.0, vec![true], vec![0.1, 0.2]).is_none());
        assert_eq!(trace(&[1, 1]).next_change(0), None);
    }
}
