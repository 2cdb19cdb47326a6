//! Storage: what each tier costs and holds, and how many queries are in time.

use crate::charts::report_stale;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::stats::Summary;
use sim_core::study::{StorageReport, TierReport};

/// The section; nothing in scenarios without storage.
#[component]
pub fn StoragePanel() -> impl IntoView {
    let studio = studio();
    let stale = report_stale();
    move || {
        studio.report.with(|report| {
            let storage = report.as_ref()?.storage.as_ref()?;
            Some(panel(storage, stale))
        })
    }
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
                <td>{gib(tier.gib_at_end.mean)}{half_width(&tier.gib_at_end, gib)}</td>
                <td>{format::percent(tier.queries.mean, 1)}{half_width(&tier.queries, points)}</td>
            </tr>
        }
    };
    let rows = storage.tiers.iter().map(row).collect_view();
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="storage" data-within=within.mean.to_string()>
            <h2>"Storage"</h2>
            <p class="hint">{sentence}</p>
            <p class="hint">{times}</p>
            <div class="table-scroll free" tabindex="0" role="region" aria-label="Storage by tier">
                <table class="planes">
                    <thead>
                        <tr>
                            <th scope="col">"Tier"</th>
                            <th scope="col">"Cost per month"</th>
                            <th scope="col">"Held at the end"</th>
                            <th scope="col">"Queries that wait for it"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {rows}
                        <tr><th scope="row">"All, with the cache"</th><td>{money(&storage.usd_per_month)}</td><td></td><td></td></tr>
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// Money with its 95 % half width.
pub(super) fn money(usd: &Summary) -> String {
    format!(
        "{}{}",
        format::money(usd.mean),
        half_width(usd, format::money)
    )
}

/// What follows a mean: its 95 % half width, if there is one.
pub(super) fn half_width(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    if summary.n < 2 {
        String::new()
    } else {
        format!(" ±\u{a0}{}", show(summary.half_width()))
    }
}

fn seconds(seconds: f64) -> String {
    format::milliseconds(1000.0 * seconds)
}

/// A difference of shares.
pub(super) fn points(share: f64) -> String {
    format!("{}\u{a0}points", format::number(100.0 * share))
}

fn gib(gib: f64) -> String {
    format!("{}\u{a0}GiB", format::number(gib))
}
