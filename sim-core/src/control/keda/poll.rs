//! The poll of a ScaledObject: from zero (or idle) to one, and back.
//!
//! Source: `RequestScale` and `scaleToZeroOrIdle` of `executor/scale_scaledobjects.go`.

/// What a ScaledObject says about replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollSpec {
    /// Fewest replicas; at 0 an inactive workload goes to zero.
    pub min_replicas: i32,
    /// Replicas of an inactive workload, in place of `min_replicas` and below it. KEDA supports 0 only.
    pub idle_replicas: Option<i32>,
    /// How long a workload must have been inactive before it goes to zero or idle, ms. Default 300 s.
    pub cooldown_ms: u64,
    /// The same for a workload that has never been active, from its creation on, ms. Default 0.
    pub initial_cooldown_ms: u64,
    /// Replicas of the fallback, if there is one.
    pub fallback_replicas: Option<i32>,
    /// Annotation `autoscaling.keda.sh/paused-scale-in`.
    pub pause_scale_in: bool,
    /// Annotation `autoscaling.keda.sh/paused-scale-out`.
    pub pause_scale_out: bool,
    /// Annotation `autoscaling.keda.sh/force-activation`.
    pub force_activation: bool,
}

impl Default for PollSpec {
    fn default() -> Self {
        Self {
            min_replicas: 0,
            idle_replicas: None,
            cooldown_ms: 300_000,
            initial_cooldown_ms: 0,
            fallback_replicas: None,
            pause_scale_in: false,
            pause_scale_out: false,
            force_activation: false,
        }
    }
}

/// What KEDA remembers from poll to poll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollState {
    /// When the ScaledObject was created, ms.
    pub created_ms: u64,
    /// When a poll last found it active, ms.
    pub last_active_ms: Option<u64>,
}

/// What a poll finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollInput {
    /// Now, ms.
    pub now_ms: u64,
    /// Replicas that the workload asks for.
    pub current_replicas: i32,
    /// Whether it is active ([`super::object_activity`]).
    pub active: bool,
    /// Whether some trigger could not be read.
    pub error: bool,
}

/// What a poll decides, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollDecision {
    /// Replicas from now on.
    pub replicas: i32,
    /// Why.
    pub reason: PollReason,
}

/// Why a poll decides what it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollReason {
    /// Active, with nothing (or only idle replicas) there: woken.
    Activated,
    /// It would be woken, but scaling out is paused.
    ActivationPaused,
    /// Active and awake: the HPA decides.
    LeftToHpa,
    /// The same, and some trigger could not be read, so that the time of activity is not renewed.
    LeftToHpaWithErrors,
    /// Inactive with errors: left as it is, for the fallback to act through the HPA.
    AwaitsFallback,
    /// Inactive with errors and without a fallback: left as it is.
    TriggerError,
    /// Inactive for longer than the cooldown: to zero or idle.
    Deactivated,
    /// Inactive, but not for long enough yet.
    CoolingDown,
    /// It would go to zero or idle, but scaling in is paused.
    DeactivationPaused,
    /// Fewer replicas than the minimum were there.
    RaisedToMinimum,
    /// Inactive, and as it should be.
    NothingToDo,
}

impl PollReason {
    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activated => "a trigger is active",
            Self::ActivationPaused => "a trigger is active, but scaling out is paused",
            Self::LeftToHpa => "active; the HPA decides",
            Self::LeftToHpaWithErrors => "active with unreadable triggers; the HPA decides",
            Self::AwaitsFallback => "triggers cannot be read; left to the fallback",
            Self::TriggerError => "triggers cannot be read, and there is no fallback",
            Self::Deactivated => "no trigger was active for longer than the cooldown",
            Self::CoolingDown => "no trigger is active; cooling down",
            Self::DeactivationPaused => "no trigger is active, but scaling in is paused",
            Self::RaisedToMinimum => "fewer replicas than the minimum",
            Self::NothingToDo => "no trigger is active",
        }
    }
}

/// Polls once: decides the replicas, and remembers the time if the workload is active.
pub fn poll(spec: &PollSpec, state: &mut PollState, input: PollInput) -> PollDecision {
    let (replicas, reason) = if input.active || spec.force_activation {
        when_active(spec, state, input)
    } else {
        when_inactive(spec, state, input)
    };
    PollDecision { replicas, reason }
}

fn when_active(spec: &PollSpec, state: &mut PollState, input: PollInput) -> (i32, PollReason) {
    let current = input.current_replicas;
    let idle = spec.idle_replicas.is_some() && current < spec.min_replicas;
    if idle || current == 0 {
        if spec.pause_scale_out {
            return (current, PollReason::ActivationPaused);
        }
        state.last_active_ms = Some(input.now_ms);
        return (spec.min_replicas.max(1), PollReason::Activated);
    }
    if input.error {
        return (current, PollReason::LeftToHpaWithErrors);
    }
    state.last_active_ms = Some(input.now_ms);
    (current, PollReason::LeftToHpa)
}

fn when_inactive(spec: &PollSpec, state: &PollState, input: PollInput) -> (i32, PollReason) {
    let current = input.current_replicas;
    if input.error {
        match spec.fallback_replicas {
            None => return (current, PollReason::TriggerError),
            // A fallback to no replicas holds nothing up.
            Some(0) => {}
            Some(_) => return (current, PollReason::AwaitsFallback),
        }
    }
    let above_idle = spec.idle_replicas.is_some_and(|idle| current > idle);
    if above_idle || (current > 0 && spec.min_replicas == 0) {
        return if spec.pause_scale_in {
            (current, PollReason::DeactivationPaused)
        } else if has_cooled_down(spec, state, input.now_ms) {
            let lowest = spec.idle_replicas.unwrap_or(spec.min_replicas);
            (lowest, PollReason::Deactivated)
        } else {
            (current, PollReason::CoolingDown)
        };
    }
    if spec.idle_replicas.is_none() && current < spec.min_replicas {
        return (spec.min_replicas, PollReason::RaisedToMinimum);
    }
    (current, PollReason::NothingToDo)
}

/// Strictly longer than the period: at exactly 300 s it still waits for the next poll.
fn has_cooled_down(spec: &PollSpec, state: &PollState, now_ms: u64) -> bool {
    let (since_ms, period_ms) = match state.last_active_ms {
        Some(active_ms) => (active_ms, spec.cooldown_ms),
        None => (state.created_ms, spec.initial_cooldown_ms),
    };
    since_ms.saturating_add(period_ms) < now_ms
}
