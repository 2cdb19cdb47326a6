//! Jobs that are interrupted: when to save them, and how long they take. Figures as they are printed, rounded.

use super::super::case::About;
use super::super::{Case, Family, Oracle, Value};
use crate::batch::checkpoint::{
    Interruptions, daly_interval_h, exact_interval_h, overhead, young_interval_h,
};

pub(super) fn cases() -> Vec<Case> {
    vec![interval(), published(), from_scratch()]
}

fn exact(key: &'static str, figure: &str, formula: &'static str, value: f64) -> Oracle {
    Oracle::exact(key, figure, formula, Value::Number(value))
}

fn rounded(value: f64, digits: f64) -> Value {
    Value::Number((value * digits).round() / digits)
}

fn interval() -> Case {
    Case::of_rules(
        About {
            id: "C1",
            family: Family::Jobs,
            subject: "a checkpoint takes 60 s, an interruption comes every 6 h".to_owned(),
            shows: "How often it pays to save the work, and what that and the lost work cost.",
            source: "Young 1974; Bougeret et al. 2011 (exact)",
        },
        vec![
            exact("young", "Young's interval, s", "√(2 C M)", 1609.97),
            exact(
                "exact",
                "best interval, s",
                "M (1 + W₀(−e^(−C/M − 1)))",
                1570.22,
            ),
            exact(
                "overhead",
                "time lost at it, %",
                "M (e^((τ + C)/M) − 1)/τ − 1",
                7.839,
            ),
        ],
        || {
            let (cost, mtbf) = (60.0, 6.0 * 3600.0);
            let best = exact_interval_h(cost, mtbf);
            vec![
                rounded(young_interval_h(cost, mtbf), 100.0),
                rounded(best, 100.0),
                rounded(100.0 * overhead(best, cost, mtbf), 1000.0),
            ]
        },
    )
}

fn published() -> Case {
    let formula = "√(2CM) (1 + ⅓ √(C/2M) + C/18M) − C";
    Case::of_rules(
        About {
            id: "C2",
            family: Family::Jobs,
            subject: "a checkpoint takes 5 min, interruptions every 24 h, 6 h, 15 min".to_owned(),
            shows: "Daly's estimate of the best interval, as his figures print it.",
            source: "Daly 2006, figures 3 to 5",
        },
        vec![
            exact("day", "best interval at 24 h, min", formula, 117.0),
            exact("quarter", "best interval at 6 h, min", formula, 57.0),
            exact("minutes", "best interval at 15 min, min", formula, 9.1),
        ],
        || {
            vec![
                rounded(daly_interval_h(5.0, 1440.0), 1.0),
                rounded(daly_interval_h(5.0, 360.0), 1.0),
                rounded(daly_interval_h(5.0, 15.0), 10.0),
            ]
        },
    )
}

fn from_scratch() -> Case {
    let formula = "(1/λ + R) (e^(λT) − 1)";
    Case::of_rules(
        About {
            id: "C5",
            family: Family::Jobs,
            subject: "work that starts from scratch, an interruption every 10 h".to_owned(),
            shows: "Four hours of work take five; two days of it never end.",
            source: "Daly 2006; the restart rules of OpenDC's tests",
        },
        vec![
            exact("four", "4 h of work, h", formula, 4.91825),
            exact(
                "four-restart",
                "4 h of work, 0.1 h to restart, h",
                formula,
                4.96743,
            ),
            exact(
                "days",
                "48 h of work, 0.2 h to restart, h",
                formula,
                1229.21,
            ),
        ],
        || {
            let hours = |restart_h, work_h| {
                let some = Interruptions {
                    downtime_h: restart_h,
                    ..Interruptions::at_rate(0.1)
                };
                some.restart_h(work_h)
            };
            vec![
                rounded(hours(0.0, 4.0), 1e5),
                rounded(hours(0.1, 4.0), 1e5),
                rounded(hours(0.2, 48.0), 100.0),
            ]
        },
    )
}
