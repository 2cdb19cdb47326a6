//! Guards of calls and rate limits: what they turned away, and when breakers were open.

use super::figures::{figure, of_report, share, table};
use crate::format;
use leptos::prelude::*;
use sim_core::stats::Summary;
use sim_core::study::{GuardedCallReport, RateLimitReport, ResilienceReport};

/// The section; nothing in scenarios without guards and limits.
#[component]
pub fn ResiliencePanel() -> impl IntoView {
    of_report(|report, stale| Some(panel(report.resilience.as_ref()?, stale)))
}

fn panel(resilience: &ResilienceReport, stale: Signal<bool>) -> AnyView {
    let calls = (!resilience.calls.is_empty()).then(|| {
        let rows = resilience.calls.iter().map(call_row).collect_view();
        table(
            "Guarded calls",
            &[
                "Call",
                "Breaker open",
                "Over the window",
                "Opened",
                "Turned away",
                "Bulkhead full",
                "Hedged",
                "Hedge came first",
            ],
            rows,
        )
    });
    let limits = (!resilience.limits.is_empty()).then(|| {
        let rows = resilience.limits.iter().map(limit_row).collect_view();
        table(
            "Rate limits",
            &[
                "Rate limit",
                "Requests/s",
                "Answered 429",
                "Came to nothing",
            ],
            rows,
        )
    });
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="resilience">
            <h2>"Breakers and limits"</h2>
            <p class="hint">"Calls that a breaker turned away are not in any latency. Shares are of attempts, the open time is of the window."</p>
            {calls}
            {limits}
        </section>
    }
    .into_any()
}

/// A share; nothing where there is no such guard.
fn optional(summary: Option<&Summary>) -> String {
    summary.map_or_else(String::new, share)
}

fn call_row(call: &GuardedCallReport) -> impl IntoView + use<> {
    let opened = call.opened.as_ref();
    view! {
        <tr>
            <th scope="row">{format!("{} \u{2192} {}", call.from, call.to)}</th>
            <td>{optional(call.open.as_ref())}</td>
            <td>{strip(&call.open_series)}</td>
            <td>{opened.map_or_else(String::new, |opened| figure(opened, format::number))}</td>
            <td>{optional(call.short_circuited.as_ref())}</td>
            <td>{optional(call.crowded_out.as_ref())}</td>
            <td>{optional(call.hedges.as_ref())}</td>
            <td>{optional(call.hedges_won.as_ref())}</td>
        </tr>
    }
}

fn limit_row(limit: &RateLimitReport) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{limit.name.clone()}</th>
            <td>{format::number(limit.rps)}</td>
            <td>{share(&limit.turned_away)}</td>
            <td>{figure(&limit.throttled, format::number)}</td>
        </tr>
    }
}

/// How much of each stretch of the window a breaker was open, from left to right.
fn strip(open: &[f32]) -> Option<AnyView> {
    if open.is_empty() {
        return None;
    }
    let bars = open.iter().enumerate().filter(|(_, open)| **open > 0.0);
    let path: String = bars
        .map(|(x, open)| format!("M{x} 10v{:.1}h1V10z", -10.0 * open))
        .collect();
    let words = "Share of the time that the breaker was open, over the window";
    Some(
        view! {
            <svg class="strip" role="img" aria-label=words viewBox=format!("0 0 {} 10", open.len()) preserveAspectRatio="none">
                <path d=path/>
            </svg>
        }
        .into_any(),
    )
}
