//! A fixed number of replicas: the baseline. It asks for its number in every tick.

use super::controller::{Controller, View, Wish};
use super::decision::{Decision, DecisionLog, Rule};

/// Always the same number.
#[derive(Clone, Copy, Debug)]
pub struct Fixed {
    replicas: u32,
}

impl Fixed {
    /// Always `replicas`.
    pub fn new(replicas: u32) -> Self {
        Self { replicas }
    }
}

impl Controller for Fixed {
    fn initial_replicas(&self) -> u32 {
        self.replicas
    }

    fn reaction_ticks(&self) -> u32 {
        1
    }

    fn goes_by_telemetry(&self) -> bool {
        false
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        log.record(|| Decision {
            at_s: 0.0,
            controller: "Fixed number".into(),
            from: view.current,
            to: self.replicas,
            rule: Rule::Fixed,
            inputs: vec![],
            why: format!("The number of replicas is fixed at {}.", self.replicas),
        });
        Some(Wish {
            replicas: self.replicas,
            at_maximum: false,
        })
    }
}
