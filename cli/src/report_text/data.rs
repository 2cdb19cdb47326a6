//! Storage and batch jobs.

use super::summary_cells;
use crate::table::{Table, number, percent, probability};
use sim_core::stats::Summary;
use sim_core::study::Report;

/// The tiers, and how fast queries are; nothing without storage.
pub(super) fn storage(report: &Report) -> String {
    let Some(storage) = &report.storage else {
        return String::new();
    };
    let mut table = Table::new([
        "Storage tier",
        "USD/month",
        "95 % CI",
        "GiB at the end",
        "queries that wait for it",
    ]);
    for tier in &storage.tiers {
        let [usd, interval, ..] = summary_cells(&tier.usd_per_month);
        table.row([
            tier.name.clone(),
            usd,
            interval,
            number(tier.gib_at_end.mean),
            percent(tier.queries.mean),
        ]);
    }
    let [usd, interval, ..] = summary_cells(&storage.usd_per_month);
    table.row(["All storage, with its cache".to_owned(), usd, interval]);
    let [met, met_interval] = probability(&storage.attainment);
    let half = |summary: &Summary, scale: f64| {
        let half = summary.half_width() * scale;
        if half.is_finite() {
            format!(" ±{}", number(half))
        } else {
            String::new()
        }
    };
    format!(
        "{}{}: met in {met} ({met_interval}); in time {}{} points; P50 {} s{}, P95 {} s{}; {} of them wait for another tier than the first\n",
        table.text(),
        storage.label,
        percent(storage.within.mean),
        half(&storage.within, 100.0),
        number(storage.p50_s.mean),
        half(&storage.p50_s, 1.0),
        number(storage.p95_s.mean),
        half(&storage.p95_s, 1.0),
        percent(storage.cold.mean),
    )
}

/// The jobs, their time and money; nothing without jobs.
pub(super) fn batch(report: &Report) -> String {
    let Some(batch) = &report.batch else {
        return String::new();
    };
    let mut table = Table::new([
        "Batch job",
        "late runs",
        "95 % interval",
        "mean hours",
        "P50",
        "P95",
        "P99",
        "USD/run",
        "95 % CI",
        "saved",
        "USD/month",
        "95 % CI",
        "evictions/run",
        "on spot",
    ]);
    for job in &batch.jobs {
        let [late, late_interval] = probability(&job.missed);
        let [usd, interval, ..] = summary_cells(&job.usd_per_run);
        let [month, month_interval, ..] = summary_cells(&job.usd_per_month);
        table.row([
            format!("{} ({})", job.name, job.policy),
            late,
            late_interval,
            number(job.completion_hours.mean),
            number(job.completion_quantile(50)),
            number(job.completion_quantile(95)),
            number(job.completion_quantile(99)),
            usd,
            interval,
            percent(job.saved.mean),
            month,
            month_interval,
            number(job.evictions_per_run.mean),
            percent(job.spot_share.mean),
        ]);
    }
    let mut text = table.text();
    for job in &batch.jobs {
        let [met, met_interval] = probability(&job.attainment);
        text.push_str(&format!(
            "{}: {} of runs within {} hours: met in {met} ({met_interval}); always on demand {} USD a run\n",
            job.name,
            percent(job.target),
            number(job.deadline_hours),
            number(job.always_usd_per_run.mean),
        ));
    }
    text
}
