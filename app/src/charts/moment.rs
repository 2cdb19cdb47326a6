//! The stretch around a moment, tick by tick: replicas asked for and ready, and where bad requests were.

use super::gestures::{Gestures, Wish, wish_of};
use super::palette::Ink;
use super::ruler::{LEFT, Ruler, Stretch};
use super::scale::{Scale, round_up};
use super::scene::{Anchor, Mark, Point, Scene};
use super::surface::Surface;
use crate::format;
use crate::state::{Moment, studio};
use crate::workers::microscope;
use leptos::prelude::*;
use sim_core::replication::{Replay, ReplayTick};
use sim_report::chart::time::cut;
use web_sys::KeyboardEvent;

const HEIGHT: f64 = 170.0;
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
    let gestures = Gestures::new(move |seen, wish| {
        studio.moment.with_untracked(|moment| {
            let seen = seen.map(|part| part.x);
            let ruler = ruler(moment.replay.as_deref()?, seen, width.get_value())?;
            wish_of(&ruler, wish)
        })
    });
    // Another stretch has other moments.
    let stretch = Memo::new(move |_| {
        studio
            .moment
            .with(|moment| moment.replay.as_deref().and_then(stretch))
    });
    Effect::new(move |former: Option<()>| {
        stretch.track();
        if former.is_some() {
            gestures.show(None);
        }
    });
    let ruler_now = move |moment: &Moment| {
        let seen = gestures.seen.get().map(|part| part.x);
        ruler(moment.replay.as_deref()?, seen, width.get_value())
    };
    let draw = move |now: f64| {
        width.set_value(now);
        studio.moment.with(|moment| {
            let drawn = moment.replay.as_deref().zip(ruler_now(moment));
            drawn.map_or_else(Scene::default, |(replay, ruler)| scene(replay, &ruler))
        })
    };
    let hover = move |at: Option<(f64, f64)>| {
        if gestures.hover(at) {
            return;
        }
        let at_s = studio.moment.with_untracked(|moment| {
            let ruler = untrack(|| ruler_now(moment))?;
            let (first, last) = ruler.scale().domain();
            Some(ruler.scale().value(at?.0).clamp(first, last))
        });
        pointed.set_value(at_s);
    };
    let place = move || {
        studio.moment.with(|moment| {
            let (scale, at_s) = (ruler_now(moment)?.scale(), moment.at_s?);
            let (from, to) = scale.domain();
            (from..=to)
                .contains(&at_s)
                .then(|| format!("{:.1}", scale.at(at_s)))
        })
    };
    let overlay = view! {
        {gestures.brush(Some((4.0, BOTTOM)))}
        <line class="crosshair" class:shown=move || place().is_some() x1=move || place().unwrap_or_else(|| "0".to_owned()) x2=move || place().unwrap_or_else(|| "0".to_owned()) y1="4" y2=BOTTOM.to_string()></line>
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
    let choose = move || {
        if let Some(at_s) = pointed.get_value() {
            microscope().look_at(at_s);
        }
    };
    let keys = move |event: &KeyboardEvent| {
        let shift = |by: f64| gestures.wish(Wish::Moved((by, 0.0), (0.0, 0.0)));
        match event.key().as_str() {
            "Escape" => gestures.show(None),
            "ArrowLeft" => shift(-60.0),
            "ArrowRight" => shift(60.0),
            _ => return false,
        }
        true
    };
    view! {
        <div class="strip-tools">{gestures.whole_button("moment-whole")}</div>
        {gestures.area(
            Signal::derive(|| "clickable"),
            "The stretch around the moment; plus and minus zoom, arrows move, 0 shows all of it; the buttons below step through time",
            Box::new(keys),
            Box::new(choose),
            surface,
        )}
    }
}

fn stretch(replay: &Replay) -> Option<Stretch> {
    Some((replay.ticks.first()?.at_s, replay.ticks.last()?.at_s))
}

fn ruler(replay: &Replay, seen: Option<Stretch>, width: f64) -> Option<Ruler> {
    Some(Ruler::new(stretch(replay)?, seen, width))
}

fn scene(replay: &Replay, ruler: &Ruler) -> Scene {
    let mut scene = Scene::default();
    let x = ruler.scale();
    let (from, to) = x.domain();
    let right = x.at(to);
    // What is seen, and a tick beyond each end.
    let first = replay.ticks.partition_point(|tick| tick.at_s < from);
    let last = replay.ticks.partition_point(|tick| tick.at_s <= to);
    let ticks = replay
        .ticks
        .get(first.saturating_sub(1)..replay.ticks.len().min(last + 1));
    let ticks = ticks.unwrap_or_default();
    let most = ticks
        .iter()
        .map(|tick| tick.desired.max(tick.ready))
        .max()
        .unwrap_or(1);
    let floor = BOTTOM - BAD_HEIGHT - 12.0;
    let y = Scale::new((0.0, round_up(f64::from(most.max(1)) * 1.05)), (floor, TOP));
    for tick in y.ticks(4).into_iter().filter(|tick| tick.fract() == 0.0) {
        scene.line(
            vec![(LEFT, y.at(tick)), (right, y.at(tick))],
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
    clock_ticks(&mut scene, ruler);
    bad_strip(&mut scene, ticks, &x);
    let line = |of: fn(&ReplayTick) -> u32| cut(stairs(ticks, &x, &y, of), (LEFT, right));
    scene.line(line(|tick| tick.ready), Ink::Green, 2.0);
    scene.dashed(line(|tick| tick.desired), Ink::Orange, 1.5, 4.0);
    let changes = replay.decisions.iter().filter(|d| d.is_change());
    for decision in changes.filter(|d| (from..=to).contains(&d.at_s)) {
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
fn bad_strip(scene: &mut Scene, ticks: &[ReplayTick], x: &Scale) {
    let worst = ticks.iter().map(|tick| tick.bad).fold(0.0, f64::max);
    let y = Scale::new((0.0, worst.max(0.01)), (BOTTOM, BOTTOM - BAD_HEIGHT));
    let right = x.at(x.domain().1);
    let tops = ticks.iter().map(|tick| (x.at(tick.at_s), y.at(tick.bad)));
    let mut outline = vec![(LEFT, BOTTOM)];
    outline.extend(cut(tops.collect(), (LEFT, right)));
    outline.push((right, BOTTOM));
    scene.marks.push(Mark::Area {
        points: outline,
        ink: Ink::Red,
        alpha: 0.45,
    });
    scene.line(vec![(LEFT, BOTTOM), (right, BOTTOM)], Ink::Axis, 1.0);
    scene.label(
        (LEFT - 6.0, BOTTOM - BAD_HEIGHT + 7.0),
        format::percent(worst.max(0.01), 0),
        Anchor::End,
        "tick",
    );
    scene.label((LEFT - 6.0, BOTTOM - 2.0), "bad", Anchor::End, "tick");
}

fn clock_ticks(scene: &mut Scene, ruler: &Ruler) {
    for (at, name) in ruler.ticks() {
        let px = ruler.scale().at(at);
        scene.line(vec![(px, TOP), (px, BOTTOM)], Ink::Grid, 1.0);
        scene.label((px + 3.0, BOTTOM + 14.0), name, Anchor::Start, "tick");
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
