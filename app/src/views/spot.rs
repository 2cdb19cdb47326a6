//! Spot nodes: what they save, how often they go, and by which pool.

use super::storage::{half_width, money, points};
use crate::charts::report_stale;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::study::{PoolReport, SpotReport};

/// The section; nothing in scenarios without spot nodes.
#[component]
pub fn SpotPanel() -> impl IntoView {
    let studio = studio();
    let stale = report_stale();
    move || {
        studio.report.with(|report| {
            let spot = report.as_ref()?.spot.as_ref()?;
            Some(panel(spot, stale))
        })
    }
}

fn panel(spot: &SpotReport, stale: Signal<bool>) -> AnyView {
    let savings = format!(
        "Nodes cost {} a month, {}{} {} than {} for the same node-hours on demand. {}{} of the node-hours are spot, {} on demand in their place.",
        money(&spot.usd_per_month),
        format::percent(spot.savings.mean.abs(), 1),
        half_width(&spot.savings, points),
        if spot.savings.mean < 0.0 {
            "more"
        } else {
            "less"
        },
        format::money(spot.all_on_demand_usd_per_month.mean),
        format::percent(spot.spot_share.mean, 1),
        half_width(&spot.spot_share, points),
        format::percent(spot.fallback_share.mean, 1),
    );
    let price = format!(
        "{}{} nodes are reclaimed in the window; {}{} requests end with their nodes. What else that costs the objectives is under Evictions, in the error budget by cause.",
        format::number(spot.interruptions.mean),
        half_width(&spot.interruptions, format::number),
        format::number(spot.lost.mean),
        half_width(&spot.lost, format::number),
    );
    let row = |pool: &PoolReport| {
        view! {
            <tr>
                <th scope="row">{pool.name.clone()}</th>
                <td>{format::number(pool.node_hours.mean)}{half_width(&pool.node_hours, format::number)}</td>
                <td>{format::number(pool.interruptions.mean)}{half_width(&pool.interruptions, format::number)}</td>
            </tr>
        }
    };
    let rows = spot.pools.iter().map(row).collect_view();
    view! {
        <section class="panel" class:stale=move || stale.get() data-testid="spot" data-savings=spot.savings.mean.to_string()>
            <h2>"Spot nodes"</h2>
            <p class="hint">{savings}</p>
            <p class="hint">{price}</p>
            <div class="table-scroll free" tabindex="0" role="region" aria-label="Spot pools">
                <table class="planes">
                    <thead>
                        <tr>
                            <th scope="col">"Pool"</th>
                            <th scope="col">"Node-hours"</th>
                            <th scope="col">"Nodes reclaimed"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
