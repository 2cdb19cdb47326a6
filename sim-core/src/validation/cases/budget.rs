//! Error budgets: minutes that an objective allows, and how fast a burn rate spends them.

use super::super::case::About;
use super::super::{Case, Family, Oracle, Value};
use crate::scenario::document::{ObjectiveDocument, SloDocument};
use crate::slo::Cause;
use crate::slo::budget::{self, BadRequests, BudgetMeter, Ledger};

const DAYS: f64 = 30.0;
const TICK_S: f64 = 60.0;
const TICKS: u32 = 30 * 24 * 60;
const REQUESTS_PER_TICK: f64 = 1000.0;

pub(super) fn cases() -> Vec<Case> {
    vec![minutes(), burn()]
}

fn minutes() -> Case {
    let oracle = |key, figure: &str, minutes| {
        Oracle::exact(
            key,
            figure,
            "(1 − target) × 43,200 minutes",
            Value::Number(minutes),
        )
    };
    Case::of_rules(
        About {
            id: "L1",
            family: Family::Budget,
            subject: "30 days, steady traffic".to_owned(),
            shows: "How long a total outage may last: ten minutes of it are counted, and the budget they use.",
            source: "Beyer et al., Site Reliability Engineering, 2016, appendix A",
        },
        vec![
            oracle("two-nines", "minutes of outage at 99 %", 432.0),
            oracle("three-nines", "minutes of outage at 99.9 %", 43.2),
            oracle("three-and-a-half", "minutes of outage at 99.95 %", 21.6),
            oracle("four-nines", "minutes of outage at 99.99 %", 4.32),
        ],
        || [99.0, 99.9, 99.95, 99.99].map(minutes_allowed).into(),
    )
}

fn minutes_allowed(target_percent: f64) -> Value {
    const OUTAGE_MINUTES: u32 = 10;
    let bad = |tick| if tick < OUTAGE_MINUTES { 1.0 } else { 0.0 };
    let (consumed, _) = spend(target_percent, bad);
    Value::Number(f64::from(OUTAGE_MINUTES) / consumed)
}

fn burn() -> Case {
    let oracle = |key, figure: &str, formula, value| {
        Oracle::exact(key, figure, formula, Value::Number(value))
    };
    Case::of_rules(
        About {
            id: "L2",
            family: Family::Budget,
            subject: "30 days at 99.9 %, an hour at 14.4, six hours at 6, three days at 1 times the budget's rate".to_owned(),
            shows: "The burn rates that page and ticket alerts wait for, and what they cost.",
            source: "Beyer et al., The Site Reliability Workbook, 2018, chapter 5; Sloth, internal/alert/alert_test.go",
        },
        vec![
            oracle("hour", "budget used in an hour at 14.4", "14.4 × 1 h / 720 h", 0.02),
            oracle("six-hours", "budget used in six hours at 6", "6 × 6 h / 720 h", 0.05),
            oracle("three-days", "budget used in three days at 1", "72 h / 720 h", 0.1),
            oracle("worst", "largest hourly burn rate, an hour at 14.4", "share of bad requests / (1 − target)", 14.4),
        ],
        || {
            let burning = |rate: f64, hours: u32| {
                spend(99.9, move |tick| if tick < 60 * hours { rate * 0.001 } else { 0.0 })
            };
            let (hour, worst) = burning(14.4, 1);
            let (six_hours, _) = burning(6.0, 6);
            let (three_days, _) = burning(1.0, 72);
            [hour, six_hours, three_days, worst].map(Value::Number).into()
        },
    )
}

/// The budget consumed and the worst hourly burn rate of a window with this share of bad requests in each tick.
fn spend(target_percent: f64, bad: impl Fn(u32) -> f64) -> (f64, f64) {
    let objectives = budget::objectives(&SloDocument {
        window_days: DAYS,
        objectives: vec![ObjectiveDocument::Success { target_percent }],
        revenue_usd_per_1000_requests: None,
        wanted_attainment_percent: 90.0,
    });
    let mut meter = BudgetMeter::new(TICK_S);
    let mut ledger = Ledger::new(&objectives);
    for tick in 0..TICKS {
        let bad = BadRequests {
            service_error: REQUESTS_PER_TICK * bad(tick),
            ..BadRequests::default()
        };
        meter.count(&objectives, REQUESTS_PER_TICK, &[bad]);
        ledger.count(&[bad], Cause::ServiceError);
    }
    meter.finish(&objectives);
    let results = budget::results(&meter, &objectives, core::iter::once(&ledger));
    let consumed = results
        .first()
        .map_or(f64::NAN, |result| result.budget_consumed);
    (consumed, meter.worst_hourly_burn())
}
