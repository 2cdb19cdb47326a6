//! How many replications a comparison takes.

use crate::scenario::document::RunDocument;
use crate::stats::{Summary, paired_difference, tango};
use crate::study::result::{Figure, ReplicationResult};
use crate::study::{Collection, Plan, Shard};

/// Where a comparison stands.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareRound {
    /// Replications that every scenario has: what a report may be made of now. At the end, what the rule took.
    pub done: u32,
    /// Replications that the round ends with.
    pub round_end: u32,
    /// Widest half of a 95 % interval of a cost difference, per cent of the baseline's cost.
    pub cost_percent: f64,
    /// Widest half of a 95 % interval of an attainment difference, percentage points.
    pub attainment_points: f64,
    /// Whether no more is needed.
    pub finished: bool,
    /// What to compute next: index of the plan, and the shard.
    pub shards: Vec<(usize, Shard)>,
}

pub(super) fn round(
    plans: &[Plan],
    collections: &[&Collection],
    exactly: Option<u32>,
) -> CompareRound {
    let Some(baseline) = plans.first() else {
        return finished(0, (0.0, 0.0));
    };
    let run = match exactly {
        Some(replications) => RunDocument {
            min_replications: replications,
            max_replications: replications,
            ..baseline.document.run.clone()
        },
        None => baseline.document.run.clone(),
    };
    let have: Vec<u32> = collections.iter().map(|c| c.replications(0)).collect();
    let done = have.iter().copied().min().unwrap_or(0);
    let cap = run.max_replications.max(run.min_replications).max(1);
    let mut end = run.min_replications.clamp(1, cap);
    loop {
        let results: Vec<&[ReplicationResult]> = collections
            .iter()
            .map(|collection| collection.results(0))
            .map(|results| &results[..results.len().min(end as usize)])
            .collect();
        let reached = precision(&results);
        if done < end {
            return CompareRound {
                done,
                round_end: end,
                cost_percent: reached.0,
                attainment_points: reached.1,
                finished: false,
                shards: missing(&have, end),
            };
        }
        let precise =
            reached.0 <= run.cost_precision_percent && reached.1 <= run.attainment_precision_points;
        if precise || end >= cap {
            return finished(end, reached);
        }
        end = end.saturating_add(end.div_ceil(2)).min(cap);
    }
}

fn finished(done: u32, reached: (f64, f64)) -> CompareRound {
    CompareRound {
        done,
        round_end: done,
        cost_percent: reached.0,
        attainment_points: reached.1,
        finished: true,
        shards: Vec::new(),
    }
}

/// What is missing until all have `end` replications, replication by replication over the scenarios.
fn missing(have: &[u32], end: u32) -> Vec<(usize, Shard)> {
    let least = have.iter().copied().min().unwrap_or(end);
    let plans = || have.iter().enumerate();
    (least..end)
        .flat_map(|first_replication| {
            plans()
                .filter(move |&(_, &have)| have <= first_replication)
                .map(move |(plan, _)| {
                    let shard = Shard {
                        first_design: 0,
                        designs: 1,
                        first_replication,
                        replications: 1,
                    };
                    (plan, shard)
                })
        })
        .collect()
}

/// The widest half intervals of the candidates' differences from the first: of the cost in per cent of its mean, and
/// of the attainment in percentage points.
fn precision(results: &[&[ReplicationResult]]) -> (f64, f64) {
    let Some((baseline, candidates)) = results.split_first() else {
        return (0.0, 0.0);
    };
    candidates.iter().fold((0.0, 0.0), |widest, candidate| {
        let reached = pair_precision(baseline, candidate);
        (widest.0.max(reached.0), widest.1.max(reached.1))
    })
}

/// Half the width of the 95 % interval of the paired cost difference, per cent of the first's mean cost, and of the
/// attainment difference, percentage points.
pub(in crate::study) fn pair_precision(
    baseline: &[ReplicationResult],
    candidate: &[ReplicationResult],
) -> (f64, f64) {
    let n = baseline.len().min(candidate.len());
    let (baseline, candidate) = (&baseline[..n], &candidate[..n]);
    let costs = |results: &[ReplicationResult]| -> Vec<f64> {
        results
            .iter()
            .map(|result| result.figure(Figure::CostPerMonth))
            .collect()
    };
    let (before, after) = (costs(baseline), costs(candidate));
    let difference = paired_difference(&after, &before).unwrap_or_default();
    let mean = Summary::of(&before).mean;
    let half = difference.half_width();
    let percent = match mean > 0.0 {
        true => 100.0 * half / mean,
        // Where nothing costs anything, a difference of nothing is precise.
        false if half == 0.0 => 0.0,
        false => f64::INFINITY,
    };
    let pairs = || baseline.iter().zip(candidate);
    let gained = pairs().filter(|(a, b)| b.met() && !a.met()).count() as u64;
    let lost = pairs().filter(|(a, b)| a.met() && !b.met()).count() as u64;
    let (low, high) = tango(gained, lost, n as u64, 0.95);
    (percent, 50.0 * (high - low))
}
