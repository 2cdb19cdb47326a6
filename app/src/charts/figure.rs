//! The frame around a chart: caption, notes, and the same figures as a table.

use super::export::export_menu;
use crate::state::{Studio, studio};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;

pub use sim_report::Table;

/// Says to the charts below that they stand in a report: with their tables.
#[derive(Clone, Copy)]
pub struct InReport;

/// A chart with its caption and its table.
#[component]
pub fn Figure(
    /// What the chart shows, in a few words.
    title: &'static str,
    /// How to read it, in a sentence.
    #[prop(into)]
    note: Signal<String>,
    /// Its stable name for tests.
    testid: &'static str,
    /// The same figures as a table.
    table: impl Fn() -> Table + Send + Sync + 'static,
    /// Its figures in full precision, for a file.
    data: fn(Studio) -> Table,
    /// Whether it takes a whole row.
    #[prop(optional)]
    wide: bool,
    /// Controls beside the caption.
    #[prop(optional)]
    controls: Option<AnyView>,
    /// Whether its figures belong to an earlier document.
    #[prop(into)]
    stale: Signal<bool>,
    /// The chart.
    children: Children,
) -> impl IntoView {
    let as_table = RwSignal::new(use_context::<InReport>().is_some());
    let table = StoredValue::new(table);
    view! {
        <figure class="panel" class:wide=wide class:stale=move || stale.get() data-testid=testid>
            <figcaption>
                <div>
                    <h2>{title}</h2>
                    <p class="hint">{move || note.get()}</p>
                </div>
                <div class="panel-tools">
                    {controls}
                    <button
                        type="button"
                        class="ghost small"
                        aria-pressed=move || as_table.get().to_string()
                        on:click=move |_| as_table.update(|on| *on = !*on)
                    >
                        {icon(Icon::Table)}
                        <span>{move || if as_table.get() { "Hide table" } else { "View as table" }}</span>
                    </button>
                    {export_menu(testid, data)}
                </div>
            </figcaption>
            {children()}
            {move || as_table.get().then(|| table.with_value(|table| table_view(table())))}
        </figure>
    }
}

/// The report's charts are stale together.
pub fn report_stale() -> Signal<bool> {
    let studio = studio();
    Signal::derive(move || studio.stale.get())
}

fn table_view(table: Table) -> AnyView {
    let head = table
        .head
        .into_iter()
        .map(|name| view! { <th scope="col">{name}</th> })
        .collect_view();
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let first = cells.next().unwrap_or_default();
        view! { <tr><th scope="row">{first}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
    };
    let rows = table.rows.into_iter().map(row).collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Table">
            <table>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {table.note.map(|words| view! { <p class="hint">{words} "."</p> })}
    }
    .into_any()
}
