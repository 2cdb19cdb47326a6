//! Batch work on what the service's nodes have left: what was done, what it saves, and whom it kept waiting.

use super::figures::{figure, money, of_report, share};
use crate::format;
use leptos::prelude::*;
use sim_core::study::BackfillReport;

/// The section; nothing in scenarios without backfill.
#[component]
pub fn BackfillPanel() -> impl IntoView {
    of_report(|report, stale| Some(panel(report.backfill.as_ref()?, stale)))
}

fn panel(backfill: &BackfillReport, stale: Signal<bool>) -> AnyView {
    let work = format!(
        "{} core-hours of batch work are done in the window, {} of what the nodes had to spare; {} are left. On machines of its own that would cost {} a month.",
        figure(&backfill.done, format::number),
        share(&backfill.idle_used),
        figure(&backfill.left, format::number),
        money(&backfill.saved_usd_per_month),
    );
    let price = format!(
        "{} pods wait {} s each for the work to leave. Compare it with a copy without backfill to see what that costs the objectives.",
        figure(&backfill.preemptions, format::number),
        format::number(backfill.preemption_s),
    );
    view! {
        <section class="panel" class:stale=move || stale.get() data-testid="backfill">
            <h2>"Backfill"</h2>
            <p class="hint">{work}</p>
            <p class="hint">{price}</p>
        </section>
    }
    .into_any()
}
