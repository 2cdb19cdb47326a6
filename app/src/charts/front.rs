//! The centre piece: cost per month against the chance to meet the SLO.

use super::data;
use super::figure::Figure;
use super::front_list::{FrontList, adopt, difference};
use super::scene::Point;
use super::surface::Surface;
use crate::check;
use crate::format;
use crate::state::{Phase, Studio, studio};
use crate::views::icons::{Icon, icon};
use crate::workers::engine_room;
use leptos::prelude::*;
use sim_core::study::{DesignPoint, Report, SweepReport};
use sim_report::chart::front::{HEIGHT, Layout, Place, View};
use sim_report::designs::{chance, cost_text, sentence, table, third_legend, third_text};
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

/// The chart with its sweep button and the list of the front.
#[component]
pub fn Front() -> impl IntoView {
    let studio = studio();
    let hovered = RwSignal::new(None::<Place>);
    let width = RwSignal::new(0.0);
    let sweep = move || studio.sweep.with(|sweep| sweep.report.clone());
    let wanted = Memo::new(move |_| studio.wanted());
    let view = RwSignal::new(None::<View>);
    let brush = RwSignal::new(None::<(Point, Point)>);
    let drag = StoredValue::new(None::<Drag>);
    let pointer = StoredValue::new(None::<Point>);
    let layout = move |width: f64| {
        Layout::new(
            studio.report.get().as_deref(),
            sweep().as_deref(),
            (width, HEIGHT),
            view.get(),
        )
    };
    // Other designs are somewhere else on the chart.
    let found = Memo::new(move |_| studio.sweep.with(|sweep| sweep.document.clone()));
    Effect::new(move |former: Option<()>| {
        found.track();
        if former.is_some() {
            view.set(None);
        }
    });
    let seen = move || untrack(|| layout(width.get_untracked()));
    let draw = move |now: f64| {
        width.set(now);
        layout(now).scene(sweep().as_deref(), wanted.get())
    };
    let hover = move |at: Option<(f64, f64)>| {
        pointer.set_value(at);
        match (drag.get_value(), at) {
            (Some(begun), Some(to)) => {
                let is_far = (to.0 - begun.from.0).hypot(to.1 - begun.from.1) > CLICK;
                if !is_far && !begun.is_far {
                    return;
                }
                hovered.set(None);
                drag.set_value(Some(Drag {
                    is_far: true,
                    ..begun
                }));
                match begun.view {
                    Some(former) => {
                        let size = (width.get_untracked(), HEIGHT);
                        let layout = Layout::new(None, None, size, Some(former));
                        view.set(Some(layout.moved(begun.from, to)));
                    }
                    None => brush.set(Some((begun.from, to))),
                }
                return;
            }
            (Some(_), None) => {
                drag.set_value(None);
                brush.set(None);
            }
            (None, _) => {}
        }
        let next = at.and_then(|at| untrack(|| layout(width.get_untracked()).hit(at)));
        if hovered.get_untracked() != next {
            hovered.set(next);
        }
    };
    let on_down = move |event: PointerEvent| {
        let begin = pointer.get_value().filter(|_| event.button() == 0);
        drag.set_value(begin.map(|from| Drag {
            from,
            view: view.get_untracked(),
            is_far: false,
        }));
    };
    let dragged = StoredValue::new(false);
    let on_up = move |_: PointerEvent| {
        let begun = drag.get_value();
        drag.set_value(None);
        dragged.set_value(begun.is_some_and(|drag| drag.is_far));
        if let Some((from, to)) = brush.get_untracked() {
            view.set(Some(seen().between(from, to)));
            brush.set(None);
        }
    };
    let zoom = move |at: Point, factor: f64| view.set(Some(seen().zoomed(at, factor)));
    let on_wheel = move |event: WheelEvent| {
        // Without Ctrl, and without the pinch that browsers tell in the same way, the page scrolls.
        if let Some(at) = pointer.get_value().filter(|_| event.ctrl_key()) {
            event.prevent_default();
            zoom(at, if event.delta_y() < 0.0 { 1.25 } else { 0.8 });
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let shift = |dx: f64, dy: f64| {
            let (layout, at) = (seen(), seen().middle());
            view.set(Some(layout.moved(at, (at.0 + dx, at.1 + dy))));
        };
        match event.key().as_str() {
            "+" | "=" => zoom(seen().middle(), 1.5),
            "-" => zoom(seen().middle(), 1.0 / 1.5),
            "0" | "Escape" => view.set(None),
            "ArrowLeft" => shift(STEP, 0.0),
            "ArrowRight" => shift(-STEP, 0.0),
            "ArrowUp" => shift(0.0, STEP),
            "ArrowDown" => shift(0.0, -STEP),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_click = move |_| {
        if dragged.get_value() {
            return;
        }
        if let (Some(Place::Swept(index)), Some(report)) = (hovered.get_untracked(), untrack(sweep))
        {
            adopt(studio, &report, index);
        }
    };
    let spot = move || {
        hovered
            .get()
            .and_then(|place| layout(width.get()).point(place))
    };
    let marked = move |of: fn((Point, Point)) -> f64| {
        brush
            .get()
            .map_or_else(|| "0".to_owned(), |both| format!("{:.1}", of(both)))
    };
    let overlay = view! {
        <rect
            class="brush"
            x=move || marked(|(a, b)| a.0.min(b.0))
            y=move || marked(|(a, b)| a.1.min(b.1))
            width=move || marked(|(a, b)| (a.0 - b.0).abs())
            height=move || marked(|(a, b)| (a.1 - b.1).abs())
        ></rect>
        <circle class="halo" class:shown=move || spot().is_some() cx=move || spot().map_or(0.0, |at| at.0).to_string() cy=move || spot().map_or(0.0, |at| at.1).to_string() r="11"></circle>
    }
    .into_any();
    let tip = move || {
        let (place, at) = hovered.get().zip(spot())?;
        Some(tip(
            place,
            at,
            width.get(),
            studio.report.get().as_deref(),
            sweep().as_deref(),
        ))
    };
    let label = Signal::derive(move || {
        sentence(
            studio.report.get().as_deref(),
            sweep().as_deref(),
            wanted.get(),
        )
    });
    let surface = Surface {
        height: HEIGHT,
        label,
        draw,
        hover,
        overlay,
        above: tip.into_any(),
    }
    .view();
    let outdated = Memo::new(move |_| {
        let swept = studio
            .sweep
            .with(|sweep| sweep.report.as_ref().and(sweep.document.clone()));
        swept.is_some_and(|swept| studio.document.with(|now| !check::same_sweep(&swept, now)))
    });
    let note = move || {
        if outdated.get() {
            "These designs belong to an earlier version of the scenario; look for them again"
                .to_owned()
        } else if sweep().is_some() {
            "Each point is a design with its 95 % intervals; the line joins those that no other beats. Click a point to adopt it; drag over a part to see it closer".to_owned()
        } else {
            "Orange is this design with its 95 % intervals; find designs to see what else could be built"
                .to_owned()
        }
    };
    let stale = Signal::derive(move || outdated.get() || (sweep().is_none() && studio.stale.get()));
    let clickable = move || matches!(hovered.get(), Some(Place::Swept(_)));
    view! {
        <Figure
            title="Cost against the chance to meet the SLO"
            note=Signal::derive(note)
            testid="chart-front"
            data=data::designs
            table=move || table(sweep().as_deref())
            wide=true
            stale=stale
            controls=view! { {whole_button(view)} {search_button()} {sweep_button()} {give_up_button()} }.into_any()
        >
            <div
                class="front"
                class:clickable=clickable
                tabindex="0"
                role="group"
                aria-label="Cost against the chance; plus and minus zoom, arrows move, 0 shows all of it"
                on:click=on_click
                on:pointerdown=on_down
                on:pointerup=on_up
                on:dblclick=move |_| view.set(None)
                on:wheel=on_wheel
                on:keydown=on_key
            >
                {surface}
            </div>
            {legend()}
            {move || sweep().and_then(|sweep| third_legend(&sweep)).map(|words| view! { <p class="hint">"Points on the front: " {words}</p> })}
            {view! { <FrontList/> }.into_any()}
        </Figure>
    }
}

/// A pointer that goes less far than this has clicked, pixels.
const CLICK: f64 = 4.0;
/// A press of an arrow moves the chart so far, pixels.
const STEP: f64 = 60.0;

/// A pointer that is down.
#[derive(Clone, Copy)]
struct Drag {
    from: Point,
    /// What was seen of the chart then; all of it if none.
    view: Option<View>,
    is_far: bool,
}

/// Back to all of the chart.
fn whole_button(view: RwSignal<Option<View>>) -> AnyView {
    let is_part = Memo::new(move |_| view.get().is_some());
    view! {
        <Show when=move || is_part.get()>
            <button type="button" class="ghost small" data-testid="front-whole" on:click=move |_| view.set(None)>"Whole chart"</button>
        </Show>
    }
    .into_any()
}

/// Whether designs are being looked for, rather than a grid swept.
fn searching(studio: Studio) -> bool {
    studio.sweep.with(|sweep| sweep.running && sweep.is_search)
}

/// Looks for designs with the marked knobs, or says how far it is and why it cannot start.
fn search_button() -> AnyView {
    let studio = studio();
    let room = engine_room();
    let knobs = Memo::new(move |_| {
        studio.document.with(|document| {
            let count = |list: &str| {
                document
                    .pointer(list)
                    .and_then(|list| Some(list.as_array()?.len()))
            };
            let own = count("/search/knobs").filter(|count| *count > 0);
            own.or(count("/sweep")).unwrap_or(0)
        })
    });
    let invalid = move || {
        studio
            .run
            .with(|run| matches!(run.phase, Phase::Invalid | Phase::Failed(_)))
    };
    let running = move || studio.sweep.with(|sweep| sweep.running);
    let words = move || {
        if searching(studio) {
            return studio.sweep.with(|sweep| {
                let left = sweep
                    .seconds_left
                    .map(|left| format!(" · {}", format::time_left(left)));
                let (done, needed) = sweep.progress;
                format!("Searching {done} of {needed}{}", left.unwrap_or_default())
            });
        }
        match knobs.get() {
            0 => "Find designs".to_owned(),
            1 => "Find designs (1 knob)".to_owned(),
            count => format!("Find designs ({count} knobs)"),
        }
    };
    let why_not = move || match (invalid(), knobs.get()) {
        (true, _) => "Fix the problems of the scenario first",
        (_, 0) => "Mark fields that may move first, with the button beside their names",
        _ => {
            "Looks for cheap designs that meet the SLO as surely as wanted, by moving the marked fields"
        }
    };
    view! {
        <button
            type="button"
            class="primary"
            data-testid="search-run"
            data-running=move || searching(studio).to_string()
            disabled=move || running() || invalid() || knobs.get() == 0
            title=why_not
            on:click=move |_| room.start_search()
        >
            {icon(Icon::Front)}
            <span>{words}</span>
        </button>
    }
    .into_any()
}

/// Gives up what is running; what was found stays.
fn give_up_button() -> AnyView {
    let studio = studio();
    let room = engine_room();
    let running = move || studio.sweep.with(|sweep| sweep.running);
    view! {
        <Show when=running>
            <button type="button" class="ghost small" data-testid="search-cancel" on:click=move |_| room.give_up()>"Cancel"</button>
        </Show>
    }
    .into_any()
}

/// Starts a sweep, or says how far it is and why it cannot start.
fn sweep_button() -> AnyView {
    let studio = studio();
    let room = engine_room();
    let designs = Memo::new(move |_| {
        studio.document.with(|document| {
            let steps = document.get("sweep")?.as_array()?.iter().map(|knob| {
                knob.get("steps")
                    .and_then(serde_json::Value::as_u64)
                    .unwrap_or(0)
            });
            let steps: Vec<u64> = steps.collect();
            (!steps.is_empty()).then(|| steps.into_iter().fold(1, u64::saturating_mul))
        })
    });
    let invalid = move || {
        studio
            .run
            .with(|run| matches!(run.phase, Phase::Invalid | Phase::Failed(_)))
    };
    let running = move || studio.sweep.with(|sweep| sweep.running);
    let words = move || {
        if running() && !searching(studio) {
            return studio.sweep.with(|sweep| {
                let left = sweep
                    .seconds_left
                    .map(|left| format!(" · {}", format::time_left(left)))
                    .unwrap_or_default();
                format!(
                    "Sweeping {} of {}{left}",
                    sweep.progress.0, sweep.progress.1
                )
            });
        }
        match designs.get() {
            Some(1) => "Run sweep (1 design)".to_owned(),
            Some(count) => format!("Run sweep ({count} designs)"),
            None => "Run sweep".to_owned(),
        }
    };
    let why_not = move || {
        if invalid() {
            "Fix the problems of the scenario first"
        } else if designs.get().is_none() {
            "Add a knob in the section Sweep first"
        } else {
            ""
        }
    };
    view! {
        <button
            type="button"
            class="ghost"
            data-testid="sweep-run"
            data-running=move || running().to_string()
            disabled=move || running() || invalid() || designs.get().is_none()
            title=why_not
            on:click=move |_| room.start_sweep()
        >
            {icon(Icon::Front)}
            <span>{words}</span>
        </button>
    }
    .into_any()
}

fn legend() -> AnyView {
    view! {
        <ul class="legend" aria-hidden="true">
            <li><span class="swatch disc orange"></span>"this design"</li>
            <li><span class="swatch disc blue"></span>"on the front"</li>
            <li><span class="swatch disc muted"></span>"beaten by another"</li>
            <li><span class="swatch ring green"></span>"cheapest that clears the wanted chance"</li>
        </ul>
    }
    .into_any()
}

fn tip(
    place: Place,
    at: (f64, f64),
    width: f64,
    report: Option<&Report>,
    sweep: Option<&SweepReport>,
) -> AnyView {
    let (title, lines, action) = match place {
        Place::Current => (
            "This design".to_owned(),
            report.map(current_lines).unwrap_or_default(),
            "",
        ),
        Place::Swept(index) => {
            let found = sweep.and_then(|sweep| Some((sweep, sweep.points.get(index)?)));
            let knobs = found
                .map(|(sweep, point)| untrack(|| difference(studio(), sweep, point)))
                .unwrap_or_default();
            (
                knobs,
                found
                    .map(|(sweep, point)| point_lines(sweep, point))
                    .unwrap_or_default(),
                "Click to adopt",
            )
        }
    };
    let left = at.0 > width * 0.6;
    let class = if left { "tip left" } else { "tip" };
    let lines = lines
        .into_iter()
        .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> })
        .collect_view();
    view! {
        <div class=class style:left=format!("{:.1}px", at.0) style:top=format!("{:.1}px", at.1)>
            <strong>{title}</strong>
            <dl>{lines}</dl>
            {(!action.is_empty()).then(|| view! { <em>{action}</em> })}
        </div>
    }
    .into_any()
}

fn current_lines(report: &Report) -> Vec<(&'static str, String)> {
    let mean = |key: &str| report.figure(key).map(|figure| figure.summary);
    let mut lines = vec![("Chance", chance(&report.attainment))];
    lines.extend(mean("cost_per_month").map(|cost| ("Cost", cost_text(&cost))));
    lines.extend(mean("p95_latency").map(|p95| ("P95 latency", format::milliseconds(p95.mean))));
    lines.extend(
        mean("mean_replicas").map(|replicas| ("Mean replicas", format::number(replicas.mean))),
    );
    lines.push(("Replications", report.replications.to_string()));
    lines
}

fn point_lines(sweep: &SweepReport, point: &DesignPoint) -> Vec<(&'static str, String)> {
    let third = third_text(sweep, point).map(|third| ("Third figure", third));
    let lines = [
        ("Chance", chance(&point.attainment)),
        ("Cost", cost_text(&point.cost_per_month)),
        (
            "P95 latency",
            format::milliseconds(point.p95_latency_ms.mean),
        ),
        ("Mean replicas", format::number(point.mean_replicas.mean)),
        ("Replications", point.replications.to_string()),
    ];
    lines.into_iter().chain(third).collect()
}
