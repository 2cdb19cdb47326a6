//! Spot nodes: what they save, how often they go, and by which pool.

use super::figures::{figure, half_width, money, of_report, points, share, table};
use crate::format;
use leptos::prelude::*;
use sim_core::study::{PoolReport, SpotReport};

/// The section; nothing in scenarios without spot nodes.
#[component]
pub fn SpotPanel() -> impl IntoView {
    of_report(|report, stale| Some(panel(report.spot.as_ref()?, stale)))
}

fn panel(spot: &SpotReport, stale: Signal<bool>) -> AnyView {
    let savings = format!(
        "Nodes cost {} a month, {}{} {} than {} for the same node-hours on demand. {} of the node-hours are spot, {} on demand in their place.",
        money(&spot.usd_per_month),
        format::percent(spot.savings.mean.abs(), 1),
        half_width(&spot.savings, points),
        if spot.savings.mean < 0.0 {
            "more"
        } else {
            "less"
        },
        money(&spot.all_on_demand_usd_per_month),
        share(&spot.spot_share),
        share(&spot.fallback_share),
    );
    let price = format!(
        "{} nodes are reclaimed in the window; {} requests end with their nodes. What else that costs the objectives is under Evictions, in the error budget by cause.",
        figure(&spot.interruptions, format::number),
        figure(&spot.lost, format::number),
    );
    let row = |pool: &PoolReport| {
        view! {
            <tr>
                <th scope="row">{pool.name.clone()}</th>
                <td>{figure(&pool.node_hours, format::number)}</td>
                <td>{figure(&pool.interruptions, format::number)}</td>
            </tr>
        }
    };
    let rows = spot.pools.iter().map(row).collect_view();
    view! {
        <section class="panel" class:stale=move || stale.get() data-testid="spot" data-savings=spot.savings.mean.to_string()>
            <h2>"Spot nodes"</h2>
            <p class="hint">{savings}</p>
            <p class="hint">{price}</p>
            {table("Spot pools", &["Pool", "Node-hours", "Nodes reclaimed"], rows)}
        </section>
    }
    .into_any()
}
