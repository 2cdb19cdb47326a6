//! How often somebody is called, and what the requests without an answer would have brought in.

use super::figures::of_report;
use crate::editor::reveal;
use leptos::prelude::*;
use sim_core::study::Report;
use sim_report::summary;

/// The field that says what requests bring in.
const REVENUE: &str = "/slo/revenue_usd_per_1000_requests";

/// The section.
#[component]
pub fn IncidentsPanel() -> impl IntoView {
    of_report(|report, stale| Some(panel(report, stale)))
}

fn panel(report: &Report, stale: Signal<bool>) -> AnyView {
    let incidents = summary::incidents(report);
    let at_risk = match summary::at_risk(report) {
        Some(words) => view! { <p data-testid="at-risk">{words}</p> }.into_any(),
        None => view! {
            <p>
                "How much revenue is at risk is not known, as "
                <button type="button" class="link" on:click=|_| reveal(REVENUE)>"what a thousand requests bring in"</button>
                " is not said."
            </p>
        }
        .into_any(),
    };
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="incidents">
            <h2>"Incidents and revenue at risk"</h2>
            <p>{incidents}</p>
            {at_risk}
            <p class="hint">{summary::INCIDENT}</p>
        </section>
    }
    .into_any()
}
