//! What the panels of a report have in common: figures that say how sure they are, and tables of them.

use crate::charts::report_stale;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::stats::Summary;
use sim_core::study::Report;

/// A panel on a part of the report, grey while it is out of date; nothing where the report has no such part.
pub(super) fn of_report(
    panel: impl Fn(&Report, Signal<bool>) -> Option<AnyView> + 'static,
) -> impl Fn() -> Option<AnyView> {
    let studio = studio();
    let stale = report_stale();
    move || studio.report.with(|report| panel(report.as_ref()?, stale))
}

/// A table that scrolls by itself where the page is narrow.
pub(super) fn table(label: &'static str, headings: &[&'static str], rows: impl IntoAny) -> AnyView {
    let headings = headings
        .iter()
        .map(|heading| view! { <th scope="col">{*heading}</th> });
    view! {
        <div class="table-scroll free" tabindex="0" role="region" aria-label=label>
            <table class="planes">
                <thead><tr>{headings.collect_view()}</tr></thead>
                <tbody>{rows.into_any()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A mean with its 95 % half width, if there is one.
pub(super) fn figure(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    format!("{}{}", show(summary.mean), half_width(summary, show))
}

/// A share with its 95 % half width.
pub(super) fn share(summary: &Summary) -> String {
    let percent = format::percent(summary.mean, 1);
    format!("{percent}{}", half_width(summary, points))
}

/// Money with its 95 % half width.
pub(super) fn money(usd: &Summary) -> String {
    figure(usd, format::money)
}

/// What follows a mean: its 95 % half width, if there is one.
pub(super) fn half_width(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    if summary.n < 2 {
        String::new()
    } else {
        format!(" ±\u{a0}{}", show(summary.half_width()))
    }
}

/// A difference of shares.
pub(super) fn points(share: f64) -> String {
    format!("{}\u{a0}points", format::number(100.0 * share))
}
