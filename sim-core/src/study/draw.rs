//! The scenario of one replication, where some of its numbers are uncertain.
//!
//! Replication r draws one value of each uncertain number from a stream of its own, named by the seed, r and the
//! number's path: designs and candidates see the same values. Values that together break a rule between fields are
//! drawn again, all of them; the beliefs are then those given that the design is sound.
//!
//! **Twins.** To tell uncertain inputs from chance, each replication has a twin with the same values and other luck:
//! replication r + 2³¹ of the other streams. The report is made of the first ones, which are independent of each
//! other; the pairs only split the variance.

use crate::random::uniform_open;
use crate::scenario::{Scenario, UncertainInput, apply_values, check_plain};

/// How often values are drawn before the numbers as written are taken.
const ATTEMPTS: u32 = 100;

/// What is added to a replication's number for its twin's luck.
const TWIN: u32 = 1 << 31;

/// The replication whose luck a replication of a design takes.
pub(super) fn luck(replication: u32, is_twin: bool) -> u32 {
    if is_twin {
        replication | TWIN
    } else {
        replication
    }
}

/// The scenario with the values of a replication, and these values; the scenario as written when none that were drawn
/// are sound together.
pub(super) fn drawn(scenario: &Scenario, seed: u64, replication: u32) -> (Scenario, Vec<f64>) {
    let inputs = &scenario.uncertain;
    let mut document = scenario.document().clone();
    document.uncertain.clear();
    document.sweep.clear();
    let mut streams: Vec<_> = inputs
        .iter()
        .map(|input| input.stream(seed, replication))
        .collect();
    for _ in 0..ATTEMPTS {
        let values: Vec<f64> = inputs
            .iter()
            .zip(&mut streams)
            .map(|(input, stream)| input.value(uniform_open(stream)))
            .collect();
        let paths = inputs.iter().map(|input| input.path.as_str());
        let design = apply_values(&document, paths.zip(values.iter().copied()));
        if let Some(Ok(scenario)) = design.ok().map(check_plain) {
            return (scenario, values);
        }
    }
    let as_written = |input: &UncertainInput| input.value(0.5);
    (scenario.clone(), inputs.iter().map(as_written).collect())
}
