//! The edge cache: what it answers, how fresh, and what it costs.

use super::figures::{figure, money, of_report, share, table};
use crate::format;
use leptos::prelude::*;
use sim_core::study::EdgeReport;

/// The section; nothing in scenarios without an edge cache.
#[component]
pub fn EdgePanel() -> impl IntoView {
    of_report(|report, stale| Some(panel(report.edge.as_ref()?, stale)))
}

fn panel(edge: &EdgeReport, stale: Signal<bool>) -> AnyView {
    let seconds = |seconds: f64| format::milliseconds(1000.0 * seconds);
    let gb = |gb: f64| format!("{}\u{a0}GB", format::number(gb));
    let rows = [
        (
            "Answered from the cache, of what can be kept",
            share(&edge.hit_ratio),
        ),
        ("Requests that reach the services", share(&edge.at_origin)),
        ("Wait for another request's fetch", share(&edge.waited)),
        (
            "Fetch what is being fetched already",
            share(&edge.duplicates),
        ),
        ("Stale, of the answers from the cache", share(&edge.stale)),
        (
            "Age of an answer from the cache",
            figure(&edge.age_s, seconds),
        ),
        ("Sent to users in a month", figure(&edge.gb_per_month, gb)),
        (
            "Cost of requests and transfer per month",
            money(&edge.usd_per_month),
        ),
    ];
    let row = |(name, value)| view! { <tr><th scope="row">{name}</th><td>{value}</td></tr> };
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="edge" data-hits=edge.hit_ratio.mean.to_string()>
            <h2>"Edge cache"</h2>
            {table("Edge cache", &["", "In the mean"], rows)}
        </section>
    }
    .into_any()
}
