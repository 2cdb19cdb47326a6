//! The centre piece: cost per month against the chance to meet the SLO.

use super::data;
use super::figure::Figure;
use super::front_list::{FrontList, adopt, difference};
use super::gestures::{Gestures, Part, Wish};
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
use web_sys::KeyboardEvent;

/// Says to the chart that it stands in a frame on another page: without the buttons that find designs.
#[derive(Clone, Copy)]
pub struct Framed;

/// The chart with its sweep button and the list of the front.
#[component]
pub fn Front() -> impl IntoView {
    let studio = studio();
    let hovered = RwSignal::new(None::<Place>);
    let width = RwSignal::new(0.0);
    let designs = studio.designs();
    let sweep = move || designs.get();
    let wanted = Memo::new(move |_| studio.wanted());
    let gestures = Gestures::new(move |seen, wish| {
        let size = (width.get_untracked(), HEIGHT);
        let layout = untrack(|| {
            Layout::new(
                studio.report.get().as_deref(),
                sweep().as_deref(),
                size,
                seen.map(view),
            )
        });
        let View { cost, chance } = match wish {
            Wish::Between(a, b) => layout.between(a, b),
            Wish::Moved(from, to) => layout.moved(from, to),
            Wish::Scaled(at, factor) => layout.zoomed(at.unwrap_or(layout.middle()), factor),
        };
        Some(Part { x: cost, y: chance })
    });
    let layout = move |width: f64| {
        Layout::new(
            studio.report.get().as_deref(),
            sweep().as_deref(),
            (width, HEIGHT),
            gestures.seen.get().map(view),
        )
    };
    // Other designs are somewhere else on the chart.
    let found = Memo::new(move |_| studio.sweep.with(|sweep| sweep.document.clone()));
    Effect::new(move |former: Option<()>| {
        found.track();
        if former.is_some() {
            gestures.show(None);
        }
    });
    let draw = move |now: f64| {
        width.set(now);
        layout(now).scene(sweep().as_deref(), wanted.get())
    };
    let hover = move |at: Option<(f64, f64)>| {
        if gestures.hover(at) {
            hovered.set(None);
            return;
        }
        let next = at.and_then(|at| untrack(|| layout(width.get_untracked()).hit(at)));
        if hovered.get_untracked() != next {
            hovered.set(next);
        }
    };
    let keys = move |event: &KeyboardEvent| {
        let shift = |dx: f64, dy: f64| gestures.wish(Wish::Moved((0.0, 0.0), (dx, dy)));
        match event.key().as_str() {
            "Escape" => gestures.show(None),
            "ArrowLeft" => shift(STEP, 0.0),
            "ArrowRight" => shift(-STEP, 0.0),
            "ArrowUp" => shift(0.0, STEP),
            "ArrowDown" => shift(0.0, -STEP),
            _ => return false,
        }
        true
    };
    let on_click = move || {
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
    let overlay = view! {
        {gestures.brush(None)}
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
    let is_found = Memo::new(move |_| designs.with(Option::is_some));
    let outdated = Memo::new(move |_| {
        let swept = found.get().filter(|_| is_found.get());
        swept.is_some_and(|swept| studio.document.with(|now| !check::same_sweep(&swept, now)))
    });
    let framed = use_context::<Framed>().is_some();
    let note = move || {
        if framed {
            "Orange is this design with its 95 % intervals".to_owned()
        } else if outdated.get() {
            "These designs belong to an earlier version of the scenario; look for them again"
                .to_owned()
        } else if is_found.get() {
            "Each point is a design with its 95 % intervals; the line joins those that no other beats. Click a point to adopt it; drag over a part to see it closer".to_owned()
        } else {
            "Orange is this design with its 95 % intervals; find designs to see what else could be built"
                .to_owned()
        }
    };
    let stale = Signal::derive(move || outdated.get() || (!is_found.get() && studio.stale.get()));
    let class = Signal::derive(move || match hovered.get() {
        Some(Place::Swept(_)) => "front clickable",
        _ => "front",
    });
    view! {
        <Figure
            title="Cost against the chance to meet the SLO"
            note=Signal::derive(note)
            testid="chart-front"
            data=data::designs
            table=move || table(sweep().as_deref())
            wide=true
            stale=stale
            controls=view! { {gestures.whole_button("front-whole")} {search_button()} {sweep_button()} {give_up_button()} }.into_any()
        >
            {gestures.area(
                class,
                "Cost against the chance; plus and minus zoom, arrows move, 0 shows all of it",
                Box::new(keys),
                Box::new(on_click),
                surface,
            )}
            {legend(is_found)}
            {move || sweep().and_then(|sweep| third_legend(&sweep)).map(|words| view! { <p class="hint">"Points on the front: " {words}</p> })}
            {view! { <FrontList/> }.into_any()}
        </Figure>
    }
}

fn view(part: Part) -> View {
    View {
        cost: part.x,
        chance: part.y,
    }
}

/// A press of an arrow moves the chart so far, pixels.
const STEP: f64 = 60.0;

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
            class="ghost worded"
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

/// What the colours mean, of what there is to see.
fn legend(is_found: Memo<bool>) -> AnyView {
    let swept = || {
        view! {
            <li><span class="swatch disc blue"></span>"on the front"</li>
            <li><span class="swatch disc muted"></span>"beaten by another"</li>
            <li><span class="swatch ring green"></span>"cheapest that clears the wanted chance"</li>
        }
    };
    view! {
        <ul class="legend" aria-hidden="true">
            <li><span class="swatch disc orange"></span>"this design"</li>
            {move || is_found.get().then(swept)}
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
