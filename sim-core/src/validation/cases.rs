//! Every case, by family. A new model brings its file here.

mod autoscaler;
mod balancing;
mod batch;
mod billing;
mod budget;
mod delay;
mod edge;
mod functions;
mod general;
mod jobs;
mod laws;
mod limited_room;
mod loss;
mod overflow;
mod patience;
mod priorities;
mod retries;
mod sharing;
mod single_server;
mod steps;
mod storage;
mod studies;
mod throttling;
mod traffic;

pub(super) use batch::Nights;
pub(super) use edge::Visits;
pub(super) use steps::Steps;

use super::Case;
use crate::random::{Distribution, DistributionError};

/// Every case, family by family in the order of [`super::Family::ALL`].
pub fn cases() -> Vec<Case> {
    [
        delay::cases(),
        single_server::cases(),
        general::cases(),
        loss::cases(),
        limited_room::cases(),
        throttling::cases(),
        overflow::cases(),
        patience::cases(),
        sharing::cases(),
        priorities::cases(),
        balancing::cases(),
        retries::cases(),
        laws::cases(),
        traffic::cases(),
        functions::cases(),
        billing::cases(),
        jobs::cases(),
        autoscaler::cases(),
        budget::cases(),
        storage::cases(),
        batch::cases(),
        edge::cases(),
        studies::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A service-time law of the cases' own.
#[expect(
    clippy::expect_used,
    reason = "its parameters are constants of these files; the tests make every case"
)]
fn law(made: Result<Distribution, DistributionError>) -> Distribution {
    made.expect("a case has valid parameters")
}

#[cfg(test)]
mod tests {
    use super::super::{Family, Rule, expected_misses};
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_tell_cases_apart() {
        let cases = cases();
        let ids: BTreeSet<&str> = cases.iter().map(|case| case.about.id).collect();
        assert_eq!(ids.len(), cases.len());
        for case in &cases {
            let keys: BTreeSet<&str> = case.oracles.iter().map(|oracle| oracle.key).collect();
            assert_eq!(keys.len(), case.oracles.len(), "{}", case.about.id);
            let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            assert!(plain(case.about.id) && keys.iter().all(|key| plain(key)));
        }
    }

    #[test]
    fn families_come_in_order_and_none_is_empty() {
        let families: Vec<Family> = cases().iter().map(|case| case.about.family).collect();
        assert!(families.is_sorted());
        let all: BTreeSet<Family> = families.into_iter().collect();
        assert_eq!(all.len(), Family::ALL.len());
    }

    #[test]
    fn expected_figures_are_numbers_and_precision_is_asked_for() {
        for case in cases() {
            for oracle in &case.oracles {
                let name = format!("{} {}", case.about.id, oracle.key);
                assert!(oracle.expected.number().is_finite(), "{name}");
                match oracle.rule {
                    Rule::Interval { precision } => {
                        assert!(precision <= 0.25 && case.samples >= 20, "{name}");
                    }
                    Rule::Approximation { least, most } => {
                        assert!(least < most && case.samples >= 20, "{name}");
                    }
                    Rule::Estimate {
                        uncertain,
                        precision,
                    } => {
                        let known = uncertain <= 0.05 * oracle.expected.number();
                        assert!(known && precision <= 0.25 && case.samples >= 20, "{name}");
                    }
                    Rule::Published { tolerance } => {
                        assert!(tolerance <= 0.15 && case.samples >= 20, "{name}");
                    }
                    Rule::Exact => assert_eq!(case.samples, 1, "{name}"),
                }
            }
        }
        let misses = expected_misses(&cases());
        assert!((0.5..2.0).contains(&misses), "{misses}");
    }

    #[test]
    fn a_sample_is_a_function_of_seed_and_index() {
        let cases = cases();
        let case = cases.iter().find(|case| case.about.id == "Q1").unwrap();
        assert_eq!(case.sample(1, 3), case.sample(1, 3));
        assert_ne!(case.sample(1, 3), case.sample(1, 4));
        assert_ne!(case.sample(1, 3), case.sample(2, 3));
        assert_eq!(case.sample(1, 3).len(), case.oracles.len());
    }

    #[test]
    fn cases_are_found_by_name() {
        let named = |text: &str| -> Vec<&str> {
            let mut cases = cases();
            cases.retain(|case| case.matches(text));
            cases.iter().map(|case| case.about.id).collect()
        };
        assert_eq!(named("q2"), ["Q2"]);
        assert_eq!(named("Q13").len(), 3);
        assert_eq!(named("hpa"), ["H16", "H17-2", "H17-13", "H17-16"]);
        assert!(named("nothing of the kind").is_empty());
    }
}
