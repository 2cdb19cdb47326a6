//! What the panels of a report have in common: figures that say how sure they are, and tables of them.

use crate::charts::report_stale;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::stats::Summary;
use sim_core::study::Report;
use sim_report::Table;
pub(super) use sim_report::study::{figure, half_width};

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
    let headings = headings.iter().map(|heading| (*heading).to_owned());
    headed(label, headings.collect(), rows.into_any())
}

/// The same with headings of any words.
pub(super) fn headed(label: &'static str, headings: Vec<String>, rows: AnyView) -> AnyView {
    let headings = headings
        .into_iter()
        .map(|heading| view! { <th scope="col">{heading}</th> });
    view! {
        <div class="table-scroll free" tabindex="0" role="region" aria-label=label>
            <table class="planes">
                <thead><tr>{headings.collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The same of a table of words.
pub(super) fn of_table(label: &'static str, table: Table) -> AnyView {
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let first = cells.next().unwrap_or_default();
        let cells = cells.map(|cell| view! { <td>{cell}</td> }).collect_view();
        view! { <tr><th scope="row">{first}</th>{cells}</tr> }
    };
    let rows = table.rows.into_iter().map(row).collect_view();
    headed(label, table.head, rows.into_any())
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

/// A difference of shares.
pub(super) fn points(share: f64) -> String {
    format!("{}\u{a0}points", format::number(100.0 * share))
}
