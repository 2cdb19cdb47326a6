//! The stretch around a moment, tick by tick: replicas asked for and ready, and where bad requests were.

use super::palette::Ink;
use super::scale::{Scale, round_up};
use super::scene::{Anchor, Mark, Point, Scene};
use super::surface::Surface;
use crate::format;
use crate::state::studio;
use crate::workers::microscope;
use leptos::prelude::*;
use sim_core::replication::{Replay, ReplayTick};

const HEIGHT: f64 = 170.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
/// Height of the strip of bad requests below the replicas.
const BAD_HEIGHT: f64 = 34.0;
const BOTTOM: f64 = HEIGHT - 20.0;

/// The strip; a click moves the moment.
#[component]
pub fn MomentStrip() -> impl IntoView {
    let studio = studio();
    let width = StoredValue::new(0.0);
    let pointed = StoredValue::new(None::<f64>);
    let draw = move |now: f64| {
        width.set_value(now);
        studio.moment.with(|moment| {
            let replay = moment.replay.as_deref();
            replay.map_or_else(Scene::default, |replay| scene(replay, now))
        })
    };
    let time_at = move |x: f64| {
        studio.moment.with_untracked(|moment| {
            let replay = moment.replay.as_deref()?;
            let scale = time_scale(replay, width.get_value())?;
            let (first, last) = scale.domain();
            Some(scale.value(x).clamp(first, last))
        })
    };
    let hover = move |at: Option<(f64, f64)>| {
        pointed.set_value(at.and_then(|(x, _)| time_at(x)));
    };
    let place = move || {
        studio.moment.with(|moment| {
            let scale = time_scale(moment.replay.as_deref()?, width.get_value())?;
            Some(format!("{:.1}", scale.at(moment.at_s?)))
        })
    };
    let overlay = view! {
        <line class="crosshair" class:shown=move || place().is_some() x1=move || place().unwrap_or_else(|| "0".to_owned()) x2=move || place().unwrap_or_else(|| "0".to_owned()) y1="4" y2=format!("{BOTTOM}")></line>
    }
    .into_any();
    let label = Signal::derive(move || {
        studio
            .moment
            .with(|moment| moment.replay.as_deref().map_or_else(String::new, sentence))
    });
    let surface = Surface {
        height: HEIGHT,
        label,
        draw,
        hover,
        overlay,
        above: ().into_any(),
    }
    .view();
    let choose = move |_| {
        if let Some(at_s) = pointed.get_value() {
            microscope().look_at(at_s);
        }
    };
    view! { <div class="clickable" on:click=choose>{surface}</div> }
}

fn time_scale(replay: &Replay, width: f64) -> Option<Scale> {
    let (first, last) = (replay.ticks.first()?, replay.ticks.last()?);
    Some(Scale::new(
        (first.at_s, last.at_s),
        (LEFT, (width - RIGHT).max(LEFT + 1.0)),
    ))
}

fn scene(replay: &Replay, width: f64) -> Scene {
    let mut scene = Scene::default();
    let Some(x) = time_scale(replay, width) else {
        return scene;
    };
    let most = replay
        .ticks
        .iter()
        .map(|tick| tick.desired.max(tick.ready))
        .max()
        .unwrap_or(1);
    let floor = BOTTOM - BAD_HEIGHT - 12.0;
    let y = Scale::new((0.0, round_up(f64::from(most.max(1)) * 1.05)), (floor, TOP));
    for tick in y.ticks(4).into_iter().filter(|tick| tick.fract() == 0.0) {
        scene.line(
            vec![(LEFT, y.at(tick)), (width - RIGHT, y.at(tick))],
            Ink::Grid,
            1.0,
        );
        scene.label(
            (LEFT - 6.0, y.at(tick) + 3.5),
            format::short(tick),
            Anchor::End,
            "tick",
        );
    }
    clock_ticks(&mut scene, &x, width);
    bad_strip(&mut scene, replay, &x, width);
    scene.line(stairs(&replay.ticks, &x, &y, |t| t.ready), Ink::Green, 2.0);
    scene.dashed(
        stairs(&replay.ticks, &x, &y, |t| t.desired),
        Ink::Orange,
        1.5,
        4.0,
    );
    for decision in replay.decisions.iter().filter(|d| d.is_change()) {
        scene.dot(
            (x.at(decision.at_s), y.at(f64::from(decision.to))),
            3.5,
            Ink::Orange,
            1.0,
        );
    }
    scene
}

/// Steps: a number holds until the next tick.
fn stairs(ticks: &[ReplayTick], x: &Scale, y: &Scale, value: fn(&ReplayTick) -> u32) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut last = None;
    for tick in ticks {
        let (at, now) = (x.at(tick.at_s), value(tick));
        match last {
            Some(before) if before == now => {}
            Some(before) => {
                points.push((at, y.at(f64::from(before))));
                points.push((at, y.at(f64::from(now))));
            }
            None => points.push((at, y.at(f64::from(now)))),
        }
        last = Some(now);
    }
    if let (Some(tick), Some(now)) = (ticks.last(), last) {
        points.push((x.at(tick.at_s), y.at(f64::from(now))));
    }
    points
}

/// The share of bad requests, on a scale of its own.
fn bad_strip(scene: &mut Scene, replay: &Replay, x: &Scale, width: f64) {
    let worst = replay.ticks.iter().map(|tick| tick.bad).fold(0.0, f64::max);
    let y = Scale::new((0.0, worst.max(0.01)), (BOTTOM, BOTTOM - BAD_HEIGHT));
    let mut outline: Vec<Point> = vec![(LEFT, BOTTOM)];
    outline.extend(
        replay
            .ticks
            .iter()
            .map(|tick| (x.at(tick.at_s), y.at(tick.bad))),
    );
    outline.push((width - RIGHT, BOTTOM));
    scene.marks.push(Mark::Area {
        points: outline,
        ink: Ink::Red,
        alpha: 0.45,
    });
    scene.line(
        vec![(LEFT, BOTTOM), (width - RIGHT, BOTTOM)],
        Ink::Axis,
        1.0,
    );
    scene.label(
        (LEFT - 6.0, BOTTOM - BAD_HEIGHT + 7.0),
        format::percent(worst.max(0.01), 0),
        Anchor::End,
        "tick",
    );
    scene.label((LEFT - 6.0, BOTTOM - 2.0), "bad", Anchor::End, "tick");
}

fn clock_ticks(scene: &mut Scene, x: &Scale, width: f64) {
    let (first, last) = x.domain();
    let every = if width > 520.0 { 900.0 } else { 1800.0 };
    let mut at = (first / every).ceil() * every;
    while at <= last {
        let px = x.at(at);
        scene.line(vec![(px, TOP), (px, BOTTOM)], Ink::Grid, 1.0);
        if px < width - 36.0 {
            let minutes = (at / 60.0).rem_euclid(1440.0).round();
            let name = format!("{:02.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0);
            scene.label((px + 3.0, BOTTOM + 14.0), name, Anchor::Start, "tick");
        }
        at += every;
    }
}

fn sentence(replay: &Replay) -> String {
    let (Some(first), Some(last)) = (replay.ticks.first(), replay.ticks.last()) else {
        return "Nothing was played again".into();
    };
    let changes = replay.decisions.iter().filter(|d| d.is_change()).count();
    format!(
        "Replicas from {} to {}: {} asked for at first, {} at the end, {changes} changes",
        format::moment(first.at_s),
        format::moment(last.at_s),
        first.desired,
        last.desired
    )
}
