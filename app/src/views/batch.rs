//! Batch jobs: when each is done, how often late, and what it costs against on demand.

use super::figures::{figure, money, of_report, share, table};
use crate::format;
use leptos::prelude::*;
use sim_core::study::{BatchReport, JobReport};

/// The section; nothing in scenarios without jobs.
#[component]
pub fn BatchPanel() -> impl IntoView {
    of_report(|report, stale| Some(panel(report.batch.as_ref()?, stale)))
}

fn panel(batch: &BatchReport, stale: Signal<bool>) -> AnyView {
    let percent = |share: f64| format::percent(share, 1);
    let row = |job: &JobReport| {
        let late = &job.missed;
        let at = |percent| hours(job.completion_quantile(percent));
        view! {
            <tr data-testid="batch-job" data-late=late.estimate.to_string()>
                <th scope="row">{job.name.clone()}<br/><span class="hint">{job.policy.clone()}</span></th>
                <td>{percent(late.estimate)}" ("{format::range(late.ci_low, late.ci_high, percent)}")"</td>
                <td>{figure(&job.completion_hours, hours)}</td>
                <td>{at(50)}" · "{at(95)}" · "{at(99)}</td>
                <td>{money(&job.usd_per_run)}</td>
                <td>{share(&job.saved)}</td>
                <td>{money(&job.usd_per_month)}</td>
                <td>{figure(&job.evictions_per_run, format::number)}</td>
                <td>{share(&job.spot_share)}</td>
            </tr>
        }
    };
    let rows = batch.jobs.iter().map(row).collect_view();
    let details = batch.jobs.iter().map(detail).collect_view();
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="batch">
            <h2>"Batch jobs"</h2>
            {details}
            {table("Batch jobs", &["Job", "Late runs (95\u{a0}%)", "Done after", "P50 · P95 · P99", "Cost of a run", "Saved against on demand", "Cost per month", "Evictions a run", "On spot"], rows)}
        </section>
    }
    .into_any()
}

/// A job in a sentence, and a picture of when its runs are done.
fn detail(job: &JobReport) -> AnyView {
    let percent = |share| format::percent(share, 0);
    let sentence = format!(
        "{}: {} of runs within {}: met in {} of windows (95\u{a0}% interval {}). On demand a run costs {}.",
        job.name,
        percent(job.target),
        hours(job.deadline_hours),
        percent(job.attainment.estimate),
        format::range(job.attainment.ci_low, job.attainment.ci_high, percent),
        money(&job.always_usd_per_run),
    );
    view! {
        <p class="hint">{sentence}</p>
        {strip(job)}
    }
    .into_any()
}

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 12.0;

/// From nothing to the latest run or the deadline: P5 to P95 as a bar, the median and the deadline as lines.
fn strip(job: &JobReport) -> AnyView {
    let latest = job.completion_quantile(100).max(job.deadline_hours);
    let x = |hours: f64| {
        let share = hours / latest;
        WIDTH * if share.is_finite() { share } else { 0.0 }
    };
    let at = |percent| x(job.completion_quantile(percent));
    let line = |x: f64| format!("M{x:.1} 0h1.5v{HEIGHT}h-1.5z");
    let (low, high) = (at(5), at(95));
    let bar = format!("M{low:.1} 4h{:.1}v4h-{0:.1}z", (high - low).max(1.0));
    let path = [bar, line(at(50)), line(x(job.deadline_hours) - 1.5)].concat();
    let words = format!(
        "Runs of {} are done after {} (P5) to {} (P95): the bar, with a line at the median. The line to the right or in it is the deadline, {}.",
        job.name,
        hours(job.completion_quantile(5)),
        hours(job.completion_quantile(95)),
        hours(job.deadline_hours),
    );
    view! {
        <svg class="spark" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            <path d=path></path>
        </svg>
        <p class="hint">{words}</p>
    }
    .into_any()
}

fn hours(hours: f64) -> String {
    format!("{}\u{a0}h", format::number(hours))
}
