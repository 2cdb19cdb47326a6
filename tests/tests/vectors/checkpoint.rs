//! Runners of the vectors of interrupted work, by kind. Times are in one unit, any.

use serde::Deserialize;
use serde_json::{Value, json};
use sim_core::batch::checkpoint::{
    Checkpoints, Interruptions, daly_interval_h, exact_interval_h, hazard_per_h, overhead,
    young_interval_h,
};

use crate::case::{Answer, Case};

/// Computes a case of a file `checkpoint_vectors*.json`.
pub fn run(case: &Case) -> Result<Answer, String> {
    match case.kind.as_str() {
        "restart" => work(case, |w| json!(w.interruptions().restart_h(w.work))),
        "variance_restart" => work(case, |w| json!(w.interruptions().restart_variance(w.work))),
        "graceful" => work(case, |w| json!(w.interruptions().graceful_h(w.work))),
        "checkpoint" => work(case, |w| {
            json!(w.interruptions().checkpointed_h(w.work, w.checkpoints()))
        }),
        "variance_checkpoint" => work(case, |w| {
            let interruptions = w.interruptions();
            json!(interruptions.checkpointed_variance(w.work, w.checkpoints()))
        }),
        "best_N" => work(case, |w| {
            let interruptions = w.interruptions();
            json!(interruptions.best_segments(w.work, w.cost, w.last))
        }),
        "spot_fallback" => work(case, spot_then_on_demand),
        "young" => interval(case, |i| young_interval_h(i.cost, i.mtbf)),
        "daly" => interval(case, |i| daly_interval_h(i.cost, i.mtbf)),
        "exact_opt" => interval(case, |i| exact_interval_h(i.cost, i.mtbf)),
        "overhead" => interval(case, |i| {
            let interval = i.interval.unwrap_or(exact_interval_h(i.cost, i.mtbf));
            overhead(interval, i.cost, i.mtbf)
        }),
        "hazard" => {
            let given: Hazard = case.inputs()?;
            Ok(Answer::of(json!(hazard_per_h(given.p, given.period))))
        }
        other => Err(format!("unknown kind {other:?}")),
    }
}

/// Work, what interrupts it, and how it is saved.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Work {
    #[serde(rename = "W")]
    work: f64,
    lam: f64,
    #[serde(rename = "D", default)]
    downtime: f64,
    #[serde(rename = "R", default)]
    recovery: f64,
    #[serde(rename = "C", default)]
    cost: f64,
    #[serde(rename = "N", default = "one")]
    segments: u32,
    /// Whether the last segment is saved too.
    #[serde(default = "yes")]
    last: bool,
    /// Price of spot capacity.
    #[serde(default)]
    ps: f64,
    /// Price of on-demand capacity.
    #[serde(default)]
    po: f64,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

impl Work {
    fn interruptions(&self) -> Interruptions {
        Interruptions {
            rate_per_h: self.lam,
            downtime_h: self.downtime,
            recovery_h: self.recovery,
        }
    }

    fn checkpoints(&self) -> Checkpoints {
        Checkpoints {
            segments: self.segments,
            cost_h: self.cost,
            after_last: self.last,
        }
    }
}

fn work(case: &Case, compute: impl Fn(&Work) -> Value) -> Result<Answer, String> {
    Ok(Answer::of(compute(&case.inputs()?)))
}

fn spot_then_on_demand(w: &Work) -> Value {
    let answer = w.interruptions().spot_then_on_demand(w.work, w.ps, w.po);
    json!({
        "p_interrupted": answer.interrupted,
        "E_spot_time": answer.spot_h,
        "E_makespan": answer.makespan_h,
        "E_cost": answer.cost_usd,
    })
}

/// A checkpoint's cost and the mean time between interruptions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Interval {
    #[serde(rename = "C")]
    cost: f64,
    #[serde(rename = "M")]
    mtbf: f64,
    /// Work between checkpoints; the optimum when not given.
    #[serde(rename = "tau")]
    interval: Option<f64>,
}

fn interval(case: &Case, compute: impl Fn(&Interval) -> f64) -> Result<Answer, String> {
    Ok(Answer::of(json!(compute(&case.inputs()?))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hazard {
    p: f64,
    period: f64,
}
