//! Batch jobs: names apart, recordings that can be read, deadlines that can be met, and runs that can be computed.

use super::super::document::{
    BatchDocument, CheckpointsDocument, JobDocument, JobPolicyDocument, MarketDocument,
    PoolDocument, Reclaims, RecordedMarketDocument, SavesDocument, SloDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::distribution::compile;
use super::service::rounded;
use crate::batch::run::events;
use crate::batch::{BatchModel, Job, MAX_RUNS, Market, Policy, Pool, Saves};
use std::collections::BTreeSet;

const HOUR_S: f64 = 3600.0;

/// Events of all jobs in a window that may be played one by one: a few milliseconds.
const MOST_EVENTS: f64 = 2e5;

/// Notes every problem and compiles the model; `None` when a part of it fails.
pub(super) fn hold(document: &BatchDocument, found: &mut Found) -> Option<BatchModel> {
    let names = document.jobs.iter().map(|job| job.name.as_str());
    hold_names(names, "/batch/jobs", "job", found);
    let jobs: Vec<Option<Job>> = document
        .jobs
        .iter()
        .enumerate()
        .map(|(index, job)| {
            let path = format!("/batch/jobs/{index}");
            let compiled = compile_job(job, &path, found)?;
            hold_deadline(job, &compiled, &path, found);
            hold_checkpoints(job, &compiled, &path, found);
            hold_spot(&compiled, &path, found);
            Some(compiled)
        })
        .collect();
    let jobs: Option<Vec<Job>> = jobs.into_iter().collect();
    Some(BatchModel { jobs: jobs? })
}

/// How many runs the window holds, and how long they take to compute.
pub(super) fn hold_window(
    document: &BatchDocument,
    model: &BatchModel,
    slo: &SloDocument,
    found: &mut Found,
) {
    let window_s = slo.window_days * 86_400.0;
    let mut sum = 0.0;
    for (index, (job, compiled)) in document.jobs.iter().zip(&model.jobs).enumerate() {
        let path = format!("/batch/jobs/{index}");
        let runs = (window_s / compiled.every_s).ceil();
        if runs > f64::from(MAX_RUNS) {
            let message = format!(
                "every {} hours makes {runs} runs in a window of {} days; at most {MAX_RUNS} are possible",
                plain_number(job.every_hours),
                plain_number(slo.window_days)
            );
            let hint = "run it less often, or take a shorter window";
            found.error(format!("{path}/every_hours"), message, hint);
            continue;
        }
        sum += events(compiled, window_s);
        if sum > MOST_EVENTS {
            let message = format!(
                "with this job the jobs of a window have up to {} reclaims and looks to play, more than {}",
                rounded(sum),
                rounded(MOST_EVENTS)
            );
            let hint = "fewer machines, shorter deadlines, rarer runs, or more time between reclaims or points";
            found.error(path, message, hint);
            return;
        }
    }
}

fn hold_names<'a>(names: impl Iterator<Item = &'a str>, path: &str, what: &str, found: &mut Found) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        if !seen.insert(name) {
            let message = format!("there is another {what} {name:?}");
            let hint = format!("give each {what} a name of its own");
            found.error(format!("{path}/{index}/name"), message, hint);
        }
    }
}

fn compile_job(document: &JobDocument, path: &str, found: &mut Found) -> Option<Job> {
    let pools_path = format!("{path}/pools");
    let names = document.pools.iter().map(|pool| pool.name.as_str());
    hold_names(names, &pools_path, "pool", found);
    let pools: Vec<Option<Pool>> = document
        .pools
        .iter()
        .enumerate()
        .map(|(index, pool)| compile_pool(pool, &format!("{pools_path}/{index}"), found))
        .collect();
    let work_h = compile(
        &document.work_hours,
        &format!("{path}/work_hours"),
        "batch.work_hours",
        found,
    );
    let pools: Option<Vec<Pool>> = pools.into_iter().collect();
    if let JobPolicyDocument::OnDemandBase { machines } = document.policy
        && machines > document.parallelism
    {
        let message = format!(
            "{machines} machines on demand are more than the {} that share the work",
            document.parallelism
        );
        let hint = "take as many at most, or more parallelism";
        found.error(format!("{path}/policy/machines"), message, hint);
    }
    Some(Job {
        name: document.name.clone(),
        every_s: document.every_hours * HOUR_S,
        work_s: work_h?.scale(HOUR_S),
        planned_s: document.planned_hours.map(|hours| hours * HOUR_S),
        machines: document.parallelism,
        deadline_s: document.deadline_hours * HOUR_S,
        saves: match &document.saves {
            SavesDocument::Never {} => Saves::Never,
            SavesDocument::Checkpoints(checkpoints) => Saves::Checkpoints {
                interval_s: checkpoints.interval_minutes * 60.0,
                cost_s: checkpoints.cost_seconds,
            },
            SavesDocument::OnNotice {} => Saves::OnNotice,
        },
        start_s: document.start_seconds,
        restart_s: document.restart_seconds,
        policy: match document.policy {
            JobPolicyDocument::OnDemand {} => Policy::OnDemand,
            JobPolicyDocument::SpotGreedy {} => Policy::SpotGreedy,
            JobPolicyDocument::UniformProgress {} => Policy::UniformProgress,
            JobPolicyDocument::OnDemandBase { machines } => Policy::OnDemandBase { machines },
        },
        pools: pools?,
        look_s: document.look_every_seconds,
        on_time_share: document.on_time_percent / 100.0,
    })
}

fn compile_pool(document: &PoolDocument, path: &str, found: &mut Found) -> Option<Pool> {
    let market = match &document.market {
        MarketDocument::Random(market) => Market::Exponential {
            mean_up_s: market.mean_hours_between_reclaims * HOUR_S,
            mean_down_s: market.mean_minutes_unavailable * 60.0,
            together: market.reclaims == Reclaims::WholePool,
        },
        MarketDocument::Recorded(market) => compile_recording(market, path, found)?,
    };
    if document.spot_usd_per_hour > document.on_demand_usd_per_hour {
        let message = format!(
            "spot at {} USD costs more than on demand at {}",
            plain_number(document.spot_usd_per_hour),
            plain_number(document.on_demand_usd_per_hour)
        );
        let hint = "were the two prices mixed up?";
        found.warning(format!("{path}/spot_usd_per_hour"), message, hint);
    }
    Some(Pool {
        name: document.name.clone(),
        on_demand_usd_per_hour: document.on_demand_usd_per_hour,
        spot_usd_per_hour: document.spot_usd_per_hour,
        market,
    })
}

fn compile_recording(
    document: &RecordedMarketDocument,
    path: &str,
    found: &mut Found,
) -> Option<Market> {
    let path = format!("{path}/market/available");
    let strange = document.available.chars().enumerate();
    if let Some((index, character)) = strange.into_iter().find(|(_, c)| !matches!(c, '0' | '1')) {
        let message = format!("point {} is {character:?}", index + 1);
        let hint = "write 1 where there were machines and 0 where there were none, nothing else";
        found.error(path, message, hint);
        return None;
    }
    let available: Vec<bool> = document.available.chars().map(|c| c == '1').collect();
    if available
        .iter()
        .all(|up| *up == available.first().copied().unwrap_or_default())
    {
        let which = if available.first() == Some(&true) {
            "there are always machines: nothing is ever reclaimed"
        } else {
            "there are never machines: everything runs on demand"
        };
        found.warning(
            path,
            which,
            "record for longer, or mind that 1 is available",
        );
    }
    Some(Market::Recorded {
        step_s: document.step_seconds,
        available,
    })
}

/// A deadline that not even on-demand machines meet, and runs that overlap.
fn hold_deadline(document: &JobDocument, job: &Job, path: &str, found: &mut Found) {
    let needed_h = (job.start_s + job.work_s.mean() / f64::from(job.machines)) / HOUR_S;
    let deadline_path = || format!("{path}/deadline_hours");
    if needed_h > document.deadline_hours {
        let message = format!(
            "the mean work takes {} hours on demand: most runs are late whatever the policy",
            rounded(needed_h)
        );
        found.warning(
            deadline_path(),
            message,
            "more parallelism, or a later deadline",
        );
    } else if document.deadline_hours > document.every_hours {
        let message = format!(
            "a run may take longer than the {} hours until the next starts; they are played side by side",
            plain_number(document.every_hours)
        );
        found.warning(
            deadline_path(),
            message,
            "an earlier deadline, or rarer runs",
        );
    }
}

fn hold_checkpoints(document: &JobDocument, job: &Job, path: &str, found: &mut Found) {
    let SavesDocument::Checkpoints(CheckpointsDocument {
        interval_minutes,
        cost_seconds,
    }) = document.saves
    else {
        return;
    };
    let interval_path = format!("{path}/saves/interval_minutes");
    if cost_seconds >= interval_minutes * 60.0 {
        let message = format!(
            "a checkpoint takes {} s, as long as the work between two",
            plain_number(cost_seconds)
        );
        found.warning(interval_path, message, "save less often");
    } else if interval_minutes / 60.0 >= job.work_s.mean() / HOUR_S / f64::from(job.machines) {
        let message = "a machine's share of the mean work is done before the first checkpoint";
        found.warning(
            interval_path,
            message,
            "save more often, or choose saves: never",
        );
    }
}

/// A safety net so wide that spot is never tried.
fn hold_spot(job: &Job, path: &str, found: &mut Found) {
    if !matches!(job.policy, Policy::SpotGreedy | Policy::UniformProgress) {
        return;
    }
    let share_s = job.planned_s.unwrap_or_else(|| job.work_s.mean()) / f64::from(job.machines);
    let least_s = share_s + job.start_s + job.restart_s + job.saves.stretch_s(share_s);
    if least_s >= job.deadline_s && share_s + job.start_s <= job.deadline_s {
        let message = format!(
            "spot is tried only where a loss could be made good, with {} hours; so most runs are on demand from the start",
            rounded(least_s / HOUR_S)
        );
        let hint = "a later deadline, more parallelism, or checkpoints more often";
        found.warning(format!("{path}/deadline_hours"), message, hint);
    }
}
