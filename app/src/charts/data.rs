//! The figures behind the charts as plain numbers, for spreadsheets and programs.

use super::figure::Table;
use crate::state::Studio;
use leptos::prelude::*;
use sim_core::slo::Cause;
use sim_core::stats::Summary;
use sim_core::study::{Report, SweepReport};
use std::fmt::Write;

/// The table as CSV (RFC 4180), its head as the first line.
pub fn csv(table: &Table) -> String {
    let mut text = String::new();
    for row in std::iter::once(&table.head).chain(&table.rows) {
        for (place, cell) in row.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            // Writing into a string cannot fail.
            write!(text, "{comma}{}", quoted(cell)).ok();
        }
        text.push_str("\r\n");
    }
    text
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn table(head: &[&str], rows: Vec<Vec<String>>) -> Table {
    Table::new(head.iter().copied(), rows)
}

fn of_report(studio: Studio, read: fn(&Report) -> Table) -> Table {
    let report = studio.report.get_untracked();
    report.as_deref().map(read).unwrap_or_default()
}

/// Monthly cost of each replication.
pub fn cost_samples(studio: Studio) -> Table {
    of_report(studio, |report| {
        let rows = report.cost_samples.iter().enumerate();
        table(
            &["replication", "usd_per_month"],
            rows.map(|(n, usd)| vec![(n + 1).to_string(), usd.to_string()])
                .collect(),
        )
    })
}

/// Share of good requests of each replication, a column for each objective.
pub fn good_samples(studio: Studio) -> Table {
    of_report(studio, |report| {
        let mut head = vec!["replication".to_owned()];
        head.extend(report.objectives.iter().map(|o| o.label.clone()));
        let columns = &report.good_fraction_samples;
        let count = columns.iter().map(Vec::len).max().unwrap_or(0);
        let row = |n: usize| {
            let cells = columns.iter().map(|samples| {
                let share = samples.get(n).map(f64::to_string);
                share.unwrap_or_default()
            });
            std::iter::once((n + 1).to_string()).chain(cells).collect()
        };
        Table {
            head,
            rows: (0..count).map(row).collect(),
            note: None,
        }
    })
}

/// Monthly cost by resource.
pub fn costs(studio: Studio) -> Table {
    of_report(studio, |report| {
        let row = |cost: &sim_core::study::CostReport| {
            let usd = &cost.usd_per_month;
            let numbers = [usd.mean, usd.ci_low, usd.ci_high, usd.p5, usd.p50, usd.p95];
            let mut cells = vec![cost.resource.label().to_owned()];
            cells.extend(numbers.iter().map(f64::to_string));
            cells
        };
        table(
            &[
                "resource",
                "usd_per_month_mean",
                "ci95_low",
                "ci95_high",
                "p5",
                "p50",
                "p95",
            ],
            report.costs.iter().map(row).collect(),
        )
    })
}

/// Share of each objective's error budget by cause.
pub fn budgets(studio: Studio) -> Table {
    of_report(studio, |report| {
        let objectives = report.objectives.iter();
        let rows = objectives.flat_map(|objective| {
            objective.causes.iter().map(|part| {
                let used = &part.budget_consumed;
                let cause: Cause = part.cause;
                let numbers = [used.mean, used.ci_low, used.ci_high, used.p5, used.p95];
                let mut cells = vec![objective.label.clone(), cause.label().to_owned()];
                cells.extend(numbers.iter().map(f64::to_string));
                cells
            })
        });
        table(
            &[
                "objective",
                "cause",
                "budget_used_mean",
                "ci95_low",
                "ci95_high",
                "p5",
                "p95",
            ],
            rows.collect(),
        )
    })
}

/// Every point of every series.
pub fn series(studio: Studio) -> Table {
    of_report(studio, |report| {
        let mut head = vec!["time_s".to_owned()];
        for series in &report.series {
            head.extend(["p5", "p50", "p95"].map(|q| format!("{}_{q}", series.key)));
        }
        let count = report.series.first().map_or(0, |series| series.p50.len());
        let row = |index: usize| {
            let mut cells = vec![((index as f64 + 0.5) * report.series_step_s).to_string()];
            for series in &report.series {
                // A gap is an empty cell.
                cells.extend([&series.p5, &series.p50, &series.p95].map(|values| {
                    let value = values.get(index).filter(|value| value.is_finite());
                    value.map(f32::to_string).unwrap_or_default()
                }));
            }
            cells
        };
        Table {
            head,
            rows: (0..count).map(row).collect(),
            note: None,
        }
    })
}

/// What each level of a commitment costs.
pub fn commitment(studio: Studio) -> Table {
    of_report(studio, |report| {
        let levels = report.commitment.iter().flat_map(|commitment| {
            let levels = commitment.usd_per_month.iter().zip(&commitment.used_at);
            levels
                .enumerate()
                .map(|(level, (usd, used))| [level.to_string(), usd.to_string(), used.to_string()])
        });
        table(
            &["committed_nodes", "usd_per_month", "one_more_is_used_share"],
            levels.map(Vec::from).collect(),
        )
    })
}

/// What functions and containers with the same work cost over traffic.
pub fn break_even(studio: Studio) -> Table {
    of_report(studio, |report| {
        let rows = report.functions.iter().flat_map(|function| {
            let points = function.break_even.iter().flat_map(|even| &even.points);
            points.map(|point| {
                let usd = [point.rps, point.function_usd, point.containers_usd];
                let mut row = vec![function.name.clone()];
                row.extend(usd.map(|value| value.to_string()));
                row
            })
        });
        let head = [
            "function",
            "rps",
            "function_usd_per_month",
            "containers_usd_per_month",
        ];
        table(&head, rows.collect())
    })
}

/// The design on the page, then every design of the sweep.
pub fn designs(studio: Studio) -> Table {
    let sweep = studio.sweep.with_untracked(|sweep| sweep.report.clone());
    let report = studio.report.get_untracked();
    let knobs = sweep.as_ref().map_or(&[][..], |sweep| &sweep.knobs[..]);
    let mut head = vec!["design".to_owned()];
    head.extend_from_slice(knobs);
    head.extend(
        [
            "chance",
            "chance_ci95_low",
            "chance_ci95_high",
            "usd_per_month_mean",
            "usd_ci95_low",
            "usd_ci95_high",
            "p95_latency_ms",
            "mean_replicas",
            "replications",
            "on_front",
            "recommended",
        ]
        .map(str::to_owned),
    );
    let mut rows = Vec::new();
    if let Some(report) = &report {
        let own = knobs.iter().map(|knob| {
            let value = studio
                .document
                .with_untracked(|now| now.pointer(knob)?.as_f64());
            value.map(|value| value.to_string()).unwrap_or_default()
        });
        let mut cells = vec!["this design".to_owned()];
        cells.extend(own);
        cells.extend(current(report));
        rows.push(cells);
    }
    rows.extend(sweep.iter().flat_map(|sweep| swept(sweep)));
    Table {
        head,
        rows,
        note: None,
    }
}

/// The share of its error budgets that each design keeps.
pub fn targets(studio: Studio) -> Table {
    let sweep = studio.sweep.with_untracked(|sweep| sweep.report.clone());
    let points = sweep.iter().flat_map(|sweep| &sweep.points);
    let rows = points.filter_map(|point| {
        let kept = point.budget_kept?;
        let high = kept.ci_high.map(|high| high.to_string());
        Some(vec![
            point.design.to_string(),
            point.cost_per_month.mean.to_string(),
            kept.estimate.to_string(),
            kept.ci_low.to_string(),
            high.unwrap_or_default(),
            point.replications.to_string(),
        ])
    });
    let heads = [
        "design",
        "usd_per_month_mean",
        "budget_kept",
        "budget_kept_ci95_low",
        "budget_kept_ci95_high",
        "replications",
    ];
    Table::new(heads, rows)
}

fn current(report: &Report) -> Vec<String> {
    let mean = |key: &str| report.figure(key).map(|figure| figure.summary);
    let met = &report.attainment;
    let usd = mean("cost_per_month").unwrap_or_default();
    let of = |summary: Option<Summary>| summary.map_or(f64::NAN, |summary| summary.mean);
    let numbers = [
        met.estimate,
        met.ci_low,
        met.ci_high,
        usd.mean,
        usd.ci_low,
        usd.ci_high,
        of(mean("p95_latency")),
        of(mean("mean_replicas")),
    ];
    let mut cells: Vec<String> = numbers.iter().map(f64::to_string).collect();
    cells.extend([
        report.replications.to_string(),
        String::new(),
        String::new(),
    ]);
    cells
}

fn swept(sweep: &SweepReport) -> Vec<Vec<String>> {
    let row = |point: &sim_core::study::DesignPoint| {
        let (met, usd) = (&point.attainment, &point.cost_per_month);
        let numbers = [
            met.estimate,
            met.ci_low,
            met.ci_high,
            usd.mean,
            usd.ci_low,
            usd.ci_high,
            point.p95_latency_ms.mean,
            point.mean_replicas.mean,
        ];
        let mut cells = vec![point.design.to_string()];
        cells.extend(point.values.iter().map(word));
        cells.extend(numbers.iter().map(f64::to_string));
        cells.push(point.replications.to_string());
        cells.push(point.on_front.to_string());
        cells.push((sweep.recommended == Some(point.design)).to_string());
        cells
    };
    sweep.points.iter().map(row).collect()
}

/// A knob's value as a cell: a text without its quotes.
fn word(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        let table = table(
            &["a", "b"],
            vec![vec!["x, \"y\"".to_owned(), "1.5".to_owned()]],
        );
        assert_eq!(csv(&table), "a,b\r\n\"x, \"\"y\"\"\",1.5\r\n");
    }
}
