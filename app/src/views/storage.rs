//! Storage: what each tier costs and holds, and how many queries are in time.

use super::figures::{figure, half_width, money, of_report, points, share, table};
use crate::format;
use leptos::prelude::*;
use sim_core::study::{StorageReport, TierReport};

/// The section; nothing in scenarios without storage.
#[component]
pub fn StoragePanel() -> impl IntoView {
    of_report(|report, stale| Some(panel(report.storage.as_ref()?, stale)))
}

fn panel(storage: &StorageReport, stale: Signal<bool>) -> AnyView {
    let within = &storage.within;
    let sentence = format!(
        "{}: met in {} of windows (95\u{a0}% interval {}). In time: {}{}.",
        storage.label,
        format::percent(storage.attainment.estimate, 0),
        format::range(
            storage.attainment.ci_low,
            storage.attainment.ci_high,
            |share| { format::percent(share, 0) }
        ),
        format::percent_near_one(within.mean),
        half_width(within, points),
    );
    let times = format!(
        "Query time: P50 {}{}, P95 {}{}. {}{} wait for another tier than the first. {}{} per GiB and month, all in all.",
        seconds(storage.p50_s.mean),
        half_width(&storage.p50_s, seconds),
        seconds(storage.p95_s.mean),
        half_width(&storage.p95_s, seconds),
        format::percent(storage.cold.mean, 1),
        half_width(&storage.cold, points),
        format::money(storage.usd_per_gib_month.mean),
        half_width(&storage.usd_per_gib_month, format::money),
    );
    let row = |tier: &TierReport| {
        view! {
            <tr>
                <th scope="row">{tier.name.clone()}</th>
                <td>{money(&tier.usd_per_month)}</td>
                <td>{figure(&tier.gib_at_end, gib)}</td>
                <td>{share(&tier.queries)}</td>
            </tr>
        }
    };
    let rows = storage.tiers.iter().map(row).collect_view();
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="storage" data-within=within.mean.to_string()>
            <h2>"Storage"</h2>
            <p class="hint">{sentence}</p>
            <p class="hint">{times}</p>
            {table("Storage by tier", &["Tier", "Cost per month", "Held at the end", "Queries that wait for it"], view! {
{rows}
                        <tr><th scope="row">"All, with the cache"</th><td>{money(&storage.usd_per_month)}</td><td></td><td></td></tr>
})}
        </section>
    }
    .into_any()
}

fn seconds(seconds: f64) -> String {
    format::milliseconds(1000.0 * seconds)
}

fn gib(gib: f64) -> String {
    format!("{}\u{a0}GiB", format::number(gib))
}
