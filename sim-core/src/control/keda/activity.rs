//! Whether a ScaledObject is active: the question that the poll asks.
//!
//! Source: `getScaledObjectState` and `getScalerState` of `scale_handler.go`.

use super::modifiers::Modifiers;

/// Whether a value wakes its workload: strictly above the activation threshold, which is 0 by default.
///
/// The scaling threshold has no part in it: at an activation threshold of 50 a queue of 40 counts as nothing,
/// even where 10 are enough for a replica.
pub fn is_active(value: f64, activation_threshold: f64) -> bool {
    value > activation_threshold
}

/// What one trigger says at a poll.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TriggerState {
    /// CPU or memory: a metric of the HPA alone, which the poll does not ask.
    Resource,
    /// It could not be read.
    Failed,
    /// It was read.
    Read {
        /// Its value.
        value: f64,
        /// Whether it is active by itself.
        active: bool,
    },
}

/// The answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Some trigger, or the composite of the scaling modifiers, is active.
    pub active: bool,
    /// Some trigger could not be read.
    pub error: bool,
    /// The first trigger that is active by itself; `None` also when the composite is what is active.
    pub by: Option<u32>,
}

/// Puts the triggers together. With scaling modifiers only the composite counts, and any error means inactive.
/// A workload with nothing but CPU and memory triggers is always active, because it would never wake again.
pub fn object_activity(triggers: &[TriggerState], modifiers: Option<&Modifiers>) -> Activity {
    let mut activity = Activity::default();
    let mut external = 0_u32;
    for (index, trigger) in (0_u32..).zip(triggers) {
        match *trigger {
            TriggerState::Resource => continue,
            TriggerState::Failed => activity.error = true,
            TriggerState::Read { active, .. } => {
                activity.active |= active;
                activity.by = activity.by.or(active.then_some(index));
            }
        }
        external += 1;
    }
    if let Some(modifiers) = modifiers {
        activity.by = None;
        activity.active = !activity.error && modifiers.are_active(triggers);
    }
    if external == 0 && !activity.error {
        activity.active = true;
    }
    activity
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: f64) -> TriggerState {
        TriggerState::Read {
            value,
            active: is_active(value, 0.0),
        }
    }

    #[test]
    fn resource_triggers_alone_keep_it_active() {
        let resource = [TriggerState::Resource];
        assert!(object_activity(&resource, None).active);
        let mixed = [TriggerState::Resource, read(0.0)];
        assert!(!object_activity(&mixed, None).active);
    }

    #[test]
    fn one_active_trigger_is_enough_and_named() {
        let triggers = [TriggerState::Failed, read(0.0), read(3.0), read(4.0)];
        let activity = object_activity(&triggers, None);
        assert_eq!(
            activity,
            Activity {
                active: true,
                error: true,
                by: Some(2)
            }
        );
    }
}
