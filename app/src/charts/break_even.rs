//! What a month costs over traffic: a function, and containers with the same work.

use super::data;
use super::figure::{Figure, Table, report_stale};
use super::money_frame::{Frame, HEIGHT};
use super::palette::Ink;
use super::scene::Scene;
use super::surface::Surface;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::functions::break_even::{BreakEven, BreakEvenPoint, UTILIZATION};
use sim_core::study::{FunctionReport, Report};

/// A figure for each function; nothing in scenarios without any.
#[component]
pub fn BreakEvens() -> impl IntoView {
    let studio = studio();
    let count = Memo::new(move |_| {
        studio
            .report
            .with(|report| report.as_ref().map_or(0, |report| report.functions.len()))
    });
    move || (0..count.get()).map(figure).collect_view()
}

/// What is read of a function with a break-even.
fn read<T: Default>(
    report: Option<&Report>,
    index: usize,
    of: impl Fn(&FunctionReport, &BreakEven) -> T,
) -> T {
    let function = report.and_then(|report| report.functions.get(index));
    let found = function.and_then(|function| Some((function, function.break_even.as_ref()?)));
    found.map_or_else(T::default, |(function, even)| of(function, even))
}

fn figure(index: usize) -> AnyView {
    let studio = studio();
    let note = Signal::derive(move || {
        studio
            .report
            .with(|report| read(report.as_deref(), index, words))
    });
    let draw = move |width: f64| {
        studio
            .report
            .with(|report| read(report.as_deref(), index, |_, even| scene(even, width)))
    };
    let table = move || {
        studio
            .report
            .with(|report| read(report.as_deref(), index, |_, even| table_of(even)))
    };
    let surface = Surface {
        height: HEIGHT,
        label: note,
        draw,
        hover: |_| {},
        overlay: ().into_any(),
        above: ().into_any(),
    }
    .view();
    view! {
        <Figure title="Function or containers" note=note testid="chart-break-even" data=data::break_even table=table stale=report_stale()>
            {surface}
            <ul class="legend">
                <li><span class="swatch blue"></span>"Function"</li>
                <li><span class="swatch orange"></span>"Containers on nodes"</li>
            </ul>
        </Figure>
    }
    .into_any()
}

fn words(function: &FunctionReport, even: &BreakEven) -> String {
    let node = format!(
        "a node serves {} requests a second at {} use for {} a month",
        format::number(even.node_rps),
        format::percent(UTILIZATION, 0),
        format::money(even.node_usd)
    );
    match even.rps {
        Some(rps) => format!(
            "{}: containers on this scenario\u{2019}s nodes cost less from {} requests a second on ({node}).",
            function.name,
            format::number(rps)
        ),
        None => format!(
            "{}: the function costs less than containers at any traffic ({node}).",
            function.name
        ),
    }
}

fn table_of(even: &BreakEven) -> Table {
    let row = |point: &BreakEvenPoint| {
        vec![
            format::number(point.rps),
            format::money(point.function_usd),
            format::money(point.containers_usd),
        ]
    };
    Table {
        head: ["Requests per second", "Function", "Containers"]
            .map(str::to_owned)
            .to_vec(),
        rows: even.points.iter().map(row).collect(),
        note: None,
    }
}

fn scene(even: &BreakEven, width: f64) -> Scene {
    let mut scene = Scene::default();
    let most =
        |value: fn(&BreakEvenPoint) -> f64| even.points.iter().map(value).fold(0.0, f64::max);
    let most_usd = most(|point| point.function_usd.max(point.containers_usd));
    let most_rps = most(|point| point.rps);
    if most_usd <= 0.0 || most_rps <= 0.0 {
        return scene;
    }
    let frame = Frame::new(&mut scene, most_usd, width);
    let x = frame.across(0.0, most_rps);
    for tick in x.ticks(5) {
        frame.name(&mut scene, x.at(tick), format::tick(tick, most_rps));
    }
    frame.close(&mut scene, even.rps.map(|rps| x.at(rps)));
    let of = |value: fn(&BreakEvenPoint) -> f64| {
        let points = even.points.iter();
        points
            .map(|point| (x.at(point.rps), frame.y.at(value(point))))
            .collect()
    };
    scene.line(of(|point| point.containers_usd), Ink::Orange, 2.0);
    scene.line(of(|point| point.function_usd), Ink::Blue, 2.0);
    scene
}
