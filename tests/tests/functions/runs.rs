//! Independent runs of a pool under constant load.

use sim_core::functions::{FunctionModel, FunctionOutcome, FunctionPool, FunctionStatistics};
use sim_core::stats::Welford;

/// Confidence of the interval in which the expected figure must lie.
const LEVEL: f64 = 0.99;

/// A pool under constant load.
#[derive(Clone)]
pub struct Station {
    model: FunctionModel,
    rate_rps: f64,
    length_s: f64,
    warm_up_s: f64,
}

/// What a run reports.
pub struct Run {
    pub outcome: FunctionOutcome,
    pub statistics: FunctionStatistics,
}

impl Run {
    pub fn cold_share(&self) -> f64 {
        self.outcome.cold_share()
    }

    pub fn rejected_share(&self) -> f64 {
        self.outcome.rejected_share()
    }

    pub fn mean_instances(&self) -> f64 {
        self.statistics.instances.mean()
    }

    pub fn mean_running(&self) -> f64 {
        self.statistics.running.mean()
    }

    pub fn mean_life(&self) -> f64 {
        self.statistics.lifespans.mean()
    }
}

/// Runs with different random numbers.
pub struct Runs(Vec<Run>);

impl Station {
    pub fn new(model: FunctionModel, rate_rps: f64, length_s: f64) -> Self {
        Self {
            model,
            rate_rps,
            length_s,
            warm_up_s: 0.0,
        }
    }

    /// Leaves out the first `warm_up_s` seconds.
    pub fn after(mut self, warm_up_s: f64) -> Self {
        self.warm_up_s = warm_up_s;
        self
    }

    pub fn play(&self, replications: u32) -> Runs {
        let play = |replication| {
            let mut pool = FunctionPool::new(&self.model, 1, replication, 0);
            pool.serve(self.rate_rps, self.warm_up_s);
            pool.take_statistics();
            Run {
                outcome: pool.serve(self.rate_rps, self.length_s),
                statistics: pool.take_statistics(),
            }
        };
        Runs((0..replications).map(play).collect())
    }
}

impl Runs {
    pub fn mean(&self, read: impl Fn(&Run) -> f64) -> f64 {
        self.0.iter().map(read).sum::<f64>() / self.0.len() as f64
    }

    /// Holds a figure against the expected one, which is known to ± `uncertain` with 95 % confidence. Half the
    /// interval of the runs is at most `precision` of it.
    #[track_caller]
    pub fn agree(
        &self,
        figure: &str,
        read: impl Fn(&Run) -> f64,
        expected: f64,
        uncertain: f64,
        precision: f64,
    ) {
        let mut seen = Welford::new();
        self.0.iter().for_each(|run| seen.push(read(run)));
        let (low, high) = seen.mean_ci(LEVEL).expect("several runs");
        let own = 0.5 * (high - low);
        // From 95 % to 99 % of a normal law.
        let theirs = uncertain * 2.576 / 1.960;
        let allowed = (own * own + theirs * theirs).sqrt();
        let off = seen.mean() - expected;
        println!(
            "{figure}: expected {expected}, measured {} ± {own}",
            seen.mean()
        );
        assert!(
            off.abs() <= allowed,
            "{figure}: expected {expected} ± {theirs}, measured {} ± {own}",
            seen.mean()
        );
        assert!(
            own <= precision * expected,
            "{figure}: {} ± {own} is too wide",
            seen.mean()
        );
    }

    /// Holds a figure against a published one, to a relative tolerance.
    #[track_caller]
    pub fn is_near(&self, read: impl Fn(&Run) -> f64, published: f64, tolerance: f64) {
        let mean = self.mean(read);
        assert!(
            (mean / published - 1.0).abs() <= tolerance,
            "published {published}, measured {mean}"
        );
    }
}
