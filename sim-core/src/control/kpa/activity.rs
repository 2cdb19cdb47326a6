//! Whether a revision is active, and since when.
//!
//! Source: `computeActiveCondition` in `pkg/reconciler/autoscaling/kpa/kpa.go` of knative/serving.

/// State of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Pods are wanted and not all ready.
    Activating,
    /// Enough pods are ready.
    Active,
    /// No pods are wanted; requests wait in the activator.
    Inactive,
}

/// The state with its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityState {
    activity: Activity,
    since_ms: u64,
    initialized: bool,
}

impl ActivityState {
    /// A revision that begins at `now_ms` in the given state; its initial scale was not ready yet.
    pub fn new(activity: Activity, now_ms: u64) -> Self {
        Self {
            activity,
            since_ms: now_ms,
            initialized: false,
        }
    }

    /// The state.
    pub fn activity(&self) -> Activity {
        self.activity
    }

    /// For how long it has been so, ms.
    pub fn age_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.since_ms)
    }

    /// Whether the initial scale was ready once.
    pub fn is_initialized(&self) -> bool {
        self.initialized
    }

    /// Follows what the scaler wants (−1 for unknown) and how many pods are ready. Before the initial scale was ready
    /// once, all of it must be; later the fewest pods, and at least one.
    pub fn follow(
        &mut self,
        now_ms: u64,
        wanted: i32,
        ready: i32,
        min_scale: i32,
        initial_scale: i32,
    ) {
        let threshold = min_scale.max(if self.initialized { 1 } else { initial_scale });
        if ready >= threshold {
            self.initialized = true;
        }
        let known_or_awake = wanted > 0 || self.activity != Activity::Inactive;
        let next = if wanted == 0 || threshold == 0 {
            Activity::Inactive
        } else if !known_or_awake {
            Activity::Inactive
        } else if ready < threshold {
            Activity::Activating
        } else {
            Activity::Active
        };
        if next != self.activity {
            self.activity = next;
            self.since_ms = now_ms;
        }
    }
}
