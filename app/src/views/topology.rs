//! The topology: who calls whom, as a picture, and what each component does, costs and spends of the error budget.

use super::figures::{figure, half_width, money, of_report, points, share, table};
use crate::editor::reveal;
use crate::format;
use leptos::prelude::*;
use sim_core::scenario::document::CallMode;
use sim_core::stats::Summary;
use sim_core::study::{CallReport, ComponentReport, NetworkReport, RouteReport};

/// Size of a component's box and the gaps between them, in units of the picture.
const BOX: (f64, f64) = (176.0, 46.0);
const GAP: (f64, f64) = (52.0, 18.0);

/// The section; nothing in scenarios without a topology.
#[component]
pub fn TopologyPanel() -> impl IntoView {
    of_report(|report, stale| {
        let network = report.network.as_ref()?;
        let objectives: Vec<String> = report.objectives.iter().map(|o| o.label.clone()).collect();
        Some(panel(network, &objectives, stale))
    })
}

fn panel(network: &NetworkReport, objectives: &[String], stale: Signal<bool>) -> AnyView {
    let rows = network.components.iter().map(row).collect_view();
    let routes = network
        .routes
        .iter()
        .flat_map(|route| route_rows(route, objectives))
        .collect_view();
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="topology">
            <h2>"Topology"</h2>
            <p class="hint">{sentence(network)}" Click a box to edit it; broken lines do not wait."</p>
            <div class="table-scroll free" tabindex="0" role="region" aria-label="Who calls whom">
                {picture(network)}
            </div>
            {table("Components", &["Component", "Requests/s", "P95", "Replicas", "Slots held", "Cost per month", "Error budget spent", "Mostly for"], rows)}
            {table("Calls", &["Caller", "Called", "Calls per request", "How"], network.calls.iter().map(|call| call_row(network, call)).collect_view())}
            {table("Routes", &["Route", "Objective", "Good requests", "Met in", "P95"], routes)}
        </section>
    }
    .into_any()
}

/// Who spends most of the error budget.
fn sentence(network: &NetworkReport) -> String {
    let components = network.components.iter();
    let most = components
        .max_by(|a, b| a.budget_consumed.mean.total_cmp(&b.budget_consumed.mean))
        .filter(|most| most.budget_consumed.mean > 0.0);
    most.map_or_else(
        || "Nobody spends any of the error budget.".to_owned(),
        |most| {
            format!(
                "\u{201c}{}\u{201d} spends most of the error budget: {}, mostly for {}.",
                most.name,
                share(&most.budget_consumed),
                cause(most).to_ascii_lowercase()
            )
        },
    )
}

fn row(component: &ComponentReport) -> impl IntoView + use<> {
    let of_service = |text: String| {
        if component.is_dependency {
            String::new()
        } else {
            text
        }
    };
    view! {
        <tr>
            <th scope="row">{component.name.clone()}</th>
            <td>{figure(&component.requests_rps, format::number)}</td>
            <td>{latency(&component.p95_ms)}</td>
            <td>{of_service(figure(&component.mean_replicas, format::number))}</td>
            <td>{of_service(share(&component.busy))}</td>
            <td>{money(&component.usd_per_month)}</td>
            <td>{share(&component.budget_consumed)}</td>
            <td>{cause(component)}</td>
        </tr>
    }
}

fn route_rows(route: &RouteReport, objectives: &[String]) -> Vec<AnyView> {
    let figures = objectives.iter().zip(&route.good).zip(&route.attainment);
    let row = |((objective, good), met): ((&String, &Summary), &sim_core::study::Proportion)| {
        let percent = |share| format::percent(share, 0);
        view! {
            <tr>
                <th scope="row">{format!("{} ({} of requests)", route.name, percent(route.share))}</th>
                <td>{objective.clone()}</td>
                <td>{format::percent_near_one(good.mean)}{half_width(good, points)}</td>
                <td>{format!("{} ({})", percent(met.estimate), format::range(met.ci_low, met.ci_high, percent))}</td>
                <td>{latency(&route.p95_ms)}</td>
            </tr>
        }
        .into_any()
    };
    figures.map(row).collect()
}

fn call_row(network: &NetworkReport, call: &CallReport) -> impl IntoView + use<> {
    let name = |place: u32| {
        let component = network.components.get(place as usize);
        component.map_or(String::new(), |component| component.name.clone())
    };
    let how = match call.mode {
        CallMode::Sequential => "one after another",
        CallMode::Parallel => "together",
        CallMode::Async => "without waiting",
    };
    view! {
        <tr>
            <th scope="row">{name(call.from)}</th>
            <td>{name(call.to)}</td>
            <td>{format::number(call.per_request)}</td>
            <td>{how}</td>
        </tr>
    }
}

/// The component's main cause, in words.
fn cause(component: &ComponentReport) -> &'static str {
    let causes = component.causes.iter();
    let most = causes.max_by(|a, b| a.budget_consumed.mean.total_cmp(&b.budget_consumed.mean));
    most.map_or("", |most| most.cause.label())
}

/// A latency; none where nothing was answered.
fn latency(ms: &Summary) -> String {
    if ms.mean > 0.0 {
        figure(ms, format::milliseconds)
    } else {
        "–".to_owned()
    }
}

/// Boxes in columns by how far from the users they are, and lines for calls: broken ones do not wait.
fn picture(network: &NetworkReport) -> AnyView {
    let columns = columns(network);
    let mut taken = vec![0u32; columns.iter().max().map_or(0, |most| most + 1)];
    let corners: Vec<(f64, f64)> = columns
        .iter()
        .map(|&column| {
            let row = taken[column];
            taken[column] += 1;
            let x = 4.0 + column as f64 * (BOX.0 + GAP.0);
            (x, 4.0 + f64::from(row) * (BOX.1 + GAP.1))
        })
        .collect();
    let width = 8.0 + taken.len() as f64 * (BOX.0 + GAP.0) - GAP.0;
    let rows = taken.iter().max().copied().unwrap_or(0);
    let height = 8.0 + f64::from(rows) * (BOX.1 + GAP.1) - GAP.1;
    let lines = network.calls.iter().filter_map(|call| {
        let (a, b) = (
            corners.get(call.from as usize)?,
            corners.get(call.to as usize)?,
        );
        let (x1, y1) = (a.0 + BOX.0, a.1 + 0.5 * BOX.1);
        let (x2, y2) = (b.0, b.1 + 0.5 * BOX.1);
        let bend = 0.5 * GAP.0;
        let path = format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend);
        let dash = (call.mode == CallMode::Async).then_some("4 4");
        Some(view! { <path class="call" d=path stroke-dasharray=dash/> })
    });
    let boxes = network
        .components
        .iter()
        .zip(&corners)
        .map(|(component, &corner)| node(component, corner));
    view! {
        <svg class="topology" role="group" aria-label="Who calls whom; the table of calls says it in words. Broken lines do not wait."
            viewBox=format!("0 0 {width} {height}") width=width height=height>
            {lines.collect_view()}
            {boxes.collect_view()}
        </svg>
    }
    .into_any()
}

fn node(component: &ComponentReport, (x, y): (f64, f64)) -> impl IntoView + use<> {
    let path = component.path.clone();
    let key_path = component.path.clone();
    let budget = component.budget_consumed.mean;
    // Half the width of the bar is the whole budget.
    let bar = (0.5 * budget).clamp(0.0, 1.0) * (BOX.0 - 2.0);
    view! {
        <g class="node" class:dependency=component.is_dependency tabindex="0" role="button"
            aria-label=format!("Edit {}", component.name)
            on:click=move |_| reveal(&path)
            on:keydown=move |event| {
                if matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    reveal(&key_path);
                }
            }>
            <title>{format!("Edit {}", component.name)}</title>
            <rect x=x y=y width=BOX.0 height=BOX.1 rx="6"/>
            <rect class="spent" x=x + 1.0 y=y + BOX.1 - 5.0 width=bar height="4"/>
            <text x=x + 8.0 y=y + 18.0>{shortened(&component.name)}</text>
            <text class="small" x=x + 8.0 y=y + 34.0>
                {format!("P95 {} · budget {}", format::milliseconds(component.p95_ms.mean), format::percent(budget, 1))}
            </text>
        </g>
    }
}

/// A name that fits into a box.
fn shortened(name: &str) -> String {
    /// Letters of the widest kind that fit.
    const FITS: usize = 20;
    if name.chars().count() <= FITS {
        return name.to_owned();
    }
    let start: String = name.chars().take(FITS - 1).collect();
    format!("{start}…")
}

/// The longest way from a caller that nobody calls, component by component.
fn columns(network: &NetworkReport) -> Vec<usize> {
    let mut columns = vec![0; network.components.len()];
    // Callers come first, so one pass is enough.
    for from in 0..columns.len() {
        for call in network
            .calls
            .iter()
            .filter(|call| call.from as usize == from)
        {
            let after = columns[from] + 1;
            if let Some(to) = columns.get_mut(call.to as usize) {
                *to = after.max(*to);
            }
        }
    }
    columns
}
