//! How many pods of a group may be missing at once.
//!
//! Source: `updater/restriction/pods_restriction_factory.go`. The same budget holds for evictions and for resizing
//! in place.

/// The pods of one group (a Deployment's ReplicaSet), while the updater goes through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disruption {
    configured: u32,
    running: u32,
    tolerance: u32,
    disrupted: u32,
    too_few: bool,
}

impl Disruption {
    /// A group that should have `configured` pods and has some that run and some that are pending. The share
    /// `tolerance` of it may be missing (upstream 0.5), if it has at least `least_pods` (upstream 2).
    pub fn new(
        configured: u32,
        running: u32,
        pending: u32,
        tolerance: f64,
        least_pods: u32,
    ) -> Self {
        Self {
            configured,
            running,
            tolerance: (f64::from(configured) * tolerance) as u32,
            disrupted: 0,
            too_few: running.saturating_add(pending) < least_pods,
        }
    }

    /// Whether another running pod may be taken away. A group too small for its tolerance still gives one at a
    /// time, when all its pods run.
    pub fn allows_running(&self) -> bool {
        if self.too_few {
            return false;
        }
        let wanted = self.configured.saturating_sub(self.tolerance);
        let alive = self.running.saturating_sub(self.disrupted);
        alive > wanted
            || (self.configured == self.running && self.tolerance == 0 && self.disrupted == 0)
    }

    /// Whether a pending pod may be evicted: nobody misses it.
    pub fn allows_pending(&self) -> bool {
        !self.too_few
    }

    /// A running pod has been taken away.
    pub fn disrupt(&mut self) {
        self.disrupted = self.disrupted.saturating_add(1);
    }
}
