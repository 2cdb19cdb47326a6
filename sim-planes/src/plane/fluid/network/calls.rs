//! Calls: how many are made, and whether they come to nothing.

use super::super::response::none_of;
use super::tables::{Edge, Node};
use crate::plane::RetryModel;
use crate::plane::network::{CallMode, StationInterval};

/// Attempts per call, when each comes to nothing with probability `fails`.
pub(super) fn attempts(retries: &RetryModel, fails: f64) -> f64 {
    if !retries.is_on() || fails <= 0.0 {
        return 1.0;
    }
    let most = f64::from(retries.max_attempts);
    let wanted = if fails < 1.0 - 1e-9 {
        (1.0 - libm::pow(fails, most)) / (1.0 - fails)
    } else {
        most
    };
    wanted.min(1.0 + retries.budget)
}

/// Probability that one call comes to nothing, with all its attempts.
pub(super) fn fails_call(retries: &RetryModel, fails: f64) -> f64 {
    // Every attempt but the last is followed by another; those beyond the budget are not.
    (1.0 - attempts(retries, fails) * (1.0 - fails)).clamp(0.0, 1.0)
}

/// Probability that a request fails for one of its calls to a station.
pub(super) fn fails_request(edge: &Edge, fails: f64) -> f64 {
    if edge.call.mode == CallMode::Async || !edge.call.required {
        return 0.0;
    }
    let fails = fails_call(&edge.call.retries, fails);
    if fails <= 0.0 {
        return 0.0;
    }
    1.0 - none_of(edge.call.per_request, fails)
}

/// Calls that a station's callers have under way at most, as they hold a slot for each; no bound where others come, too.
pub(super) fn calls_at_once(node: &Node, all: &[StationInterval]) -> u32 {
    let Some(callers) = &node.callers else {
        return u32::MAX;
    };
    let calls = |(caller, at_once): &(usize, f64)| {
        let slots = all.get(*caller).map_or(0, |given| given.interval.servers);
        f64::from(slots) * at_once
    };
    // A conversion from f64 saturates.
    callers.iter().map(calls).sum::<f64>() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retries(max_attempts: u32, budget: f64) -> RetryModel {
        RetryModel {
            max_attempts,
            budget,
            ..RetryModel::NONE
        }
    }

    /// (1 − pⁿ)/(1 − p) attempts, and pⁿ of the calls come to nothing; a budget bounds the attempts.
    #[test]
    fn retries_amplify_and_mend() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        for (p, n) in [(0.1_f64, 3), (0.5, 2), (1.0, 4), (0.0, 5)] {
            let model = retries(n, f64::INFINITY);
            let power = |k: u32| libm::pow(p, f64::from(k));
            let tried: f64 = (0..n).map(power).sum();
            assert!(near(attempts(&model, p), tried), "{p} {n}");
            assert!(near(fails_call(&model, p), power(n)), "{p} {n}");
        }
        let bounded = retries(3, 0.05);
        assert!(near(attempts(&bounded, 0.5), 1.05));
        // One call in twenty gets a second chance, which half of them use well.
        assert!(near(fails_call(&bounded, 0.5), 0.475));
    }
}
