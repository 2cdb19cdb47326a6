//! A number: slider, box and unit.

use super::field::{Frame, element_id};
use super::quantity::{self, Track};
use crate::format;
use crate::state::{pointer as json_pointer, studio, uncertain};
use leptos::prelude::*;
use serde_json::Value;
use sim_report::form::schema::Node;
use web_sys::KeyboardEvent;

/// The limits and the unit that hold for a number: its own, or those of the quantity it is the size of.
struct Limits {
    unit: String,
    minimum: Option<f64>,
    maximum: Option<f64>,
    track: Track,
    step: f64,
}

/// Names by which variants of a distribution call their size.
const SIZES: [&str; 3] = ["mean", "value", "minimum"];

fn limits(node: &Node, range: Option<&Node>, integer: bool) -> Limits {
    let of = range
        .filter(|_| node.soft.0.is_none() || SIZES.contains(&node.name.as_str()))
        .unwrap_or(node);
    let low = of.soft.0.or(of.minimum).or(node.minimum).unwrap_or(0.0);
    let high = of.soft.1.or(of.maximum).or(node.maximum).unwrap_or(100.0);
    let track = Track::new(low, high, of.step, of.log, integer);
    let step = of.step.unwrap_or(if integer {
        1.0
    } else {
        quantity::significant((high - low) / 100.0, 1)
    });
    let unit = if of.unit.is_empty() {
        node.unit.clone()
    } else {
        of.unit.clone()
    };
    Limits {
        unit,
        minimum: of.minimum.or(node.minimum),
        maximum: of.maximum.or(node.maximum),
        track,
        step,
    }
}

fn range_text(limits: &Limits, default: Option<&Value>) -> String {
    // Long times are told in seconds.
    let is_time = limits.unit == "ms";
    let show = |value| match is_time {
        true => format::milliseconds(value),
        false => format::number(value),
    };
    let unit = if is_time { "" } else { &limits.unit };
    let mut text = match (limits.minimum, limits.maximum) {
        (Some(low), Some(high)) => format!("{} to {} {unit}", show(low), show(high)),
        (Some(low), None) => format!("at least {} {unit}", show(low)),
        (None, Some(high)) => format!("at most {} {unit}", show(high)),
        (None, None) => String::new(),
    };
    if let Some(default) = default.and_then(Value::as_f64) {
        text = format!("{}; default {}", text.trim_end(), show(default));
    }
    text.trim().to_owned()
}

/// A number with slider and box; an optional one can be switched off.
pub fn number_field(
    node: &'static Node,
    pointer: String,
    range: Option<&'static Node>,
    integer: bool,
) -> AnyView {
    let studio = studio();
    let limits = limits(node, range, integer);
    let control = format!("{}-box", element_id(&pointer));
    let range_text = range_text(&limits, node.default.as_ref());
    let present = {
        let pointer = pointer.clone();
        Memo::new(move |_| {
            !node.optional
                || studio
                    .document
                    .with(|d| d.pointer(&pointer).is_some_and(|v| !v.is_null()))
        })
    };
    let fresh = {
        let middle = limits.track.value(limits.track.steps() / 2);
        node.fresh
            .clone()
            .unwrap_or_else(|| json_pointer::number(middle))
    };
    let controls = {
        let (pointer, control, limits) = (
            pointer.clone(),
            control.clone(),
            std::sync::Arc::new(limits),
        );
        move || {
            if present.get() {
                slider_and_box(node, pointer.clone(), control.clone(), &limits)
            } else {
                let (pointer, fresh) = (pointer.clone(), fresh.clone());
                view! {
                    <button type="button" class="ghost small" on:click=move |_| studio.set_step(&pointer, fresh.clone())>
                        "Not set – set a value"
                    </button>
                }
                .into_any()
            }
        }
    };
    let controls = view! { <div class="field-controls">{controls}</div> }.into_any();
    Frame {
        pointer,
        node,
        control: Some(control),
        range_text,
        resettable: true,
    }
    .around(controls)
}

fn slider_and_box(
    node: &'static Node,
    pointer: String,
    control: String,
    limits: &Limits,
) -> AnyView {
    let studio = studio();
    let (track, step, unit) = (limits.track.clone(), limits.step, limits.unit.clone());
    let value = {
        let pointer = pointer.clone();
        let default = node.default.as_ref().and_then(Value::as_f64);
        Memo::new(move |_| studio.number(&pointer).or(default))
    };
    // The text while it is being typed.
    let typed = RwSignal::new(None::<String>);
    let range = {
        let pointer = pointer.clone();
        Memo::new(move |_| {
            studio
                .document
                .with(|document| uncertain::ends(uncertain::belief(document, &pointer)?))
        })
    };
    let set = {
        let pointer = pointer.clone();
        move |value: f64| {
            let value = json_pointer::number(value);
            match range.get_untracked() {
                Some(_) => studio.set_known(&pointer, value),
                None => studio.set(&pointer, value),
            }
        }
    };
    let on_slide = {
        let (set, track) = (set.clone(), track.clone());
        move |event| {
            typed.set(None);
            if let Ok(position) = event_target_value(&event).parse::<u32>() {
                set(track.value(position));
            }
        }
    };
    let on_type = {
        let (set, pointer, unit) = (set.clone(), pointer.clone(), unit.clone());
        move |event| {
            let text = event_target_value(&event);
            match (
                quantity::parse(&text, &unit),
                quantity::parse_range(&text, &unit),
            ) {
                (Some(value), _) => set(value),
                (None, Some((low, high))) => studio.set_range(&pointer, low, high),
                (None, None) => studio.keep_unreadable(&pointer, &text),
            }
            typed.set(Some(text));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let direction = match event.key().as_str() {
            "ArrowUp" => 1.0,
            "ArrowDown" => -1.0,
            _ => return,
        };
        event.prevent_default();
        let size = if event.shift_key() {
            10.0
        } else if event.alt_key() {
            0.1
        } else {
            1.0
        };
        if let Some(now) = value.get_untracked() {
            typed.set(None);
            set(quantity::significant(now + direction * size * step, 10));
        }
    };
    let shown = {
        let pointer = pointer.clone();
        move || {
            typed
                .get()
                .or_else(|| studio.unreadable.with(|texts| texts.get(&pointer).cloned()))
                .or_else(|| range.get().map(range_text_of))
                .or_else(|| value.get().map(quantity::text_of))
                .unwrap_or_default()
        }
    };
    let remove = node.optional.then(|| {
        let pointer = pointer.clone();
        view! {
            <button type="button" class="mini" title="Leave out" aria-label=format!("Leave out {}", node.label) on:click=move |_| studio.remove(&pointer)>
                "×"
            </button>
        }
    });
    // What an uncertain number is, and the way back to one value.
    let belief_line = {
        let (pointer, label) = (pointer.clone(), node.label.clone());
        move || {
            let (_, _, words) = range.get()?;
            let (pointer, label) = (pointer.clone(), label.clone());
            let known = move |_| {
                if let Some(value) = value.get_untracked() {
                    typed.set(None);
                    studio.set_known(&pointer, json_pointer::number(value));
                }
            };
            Some(view! {
                <p class="hint belief">
                    "Uncertain: " {words} ", median " {move || value.get().map(format::number)} " "
                    <button type="button" class="mini" title="One number again" aria-label=format!("{label}: one number again") on:click=known>"×"</button>
                </p>
            })
        }
    };
    let value_text = {
        let unit = unit.clone();
        move || {
            format!(
                "{} {unit}",
                value.get().map(format::number).unwrap_or_default()
            )
        }
    };
    view! {
        <input
            type="range"
            min="0"
            max=track.steps().to_string()
            step="1"
            aria-label=node.label.clone()
            aria-valuetext=value_text
            prop:value=move || track.position(value.get().unwrap_or(f64::NAN)).to_string()
            on:input=on_slide
            on:change=move |_| studio.history.update_value(|history| history.seal())
        />
        <span class="box">
            <input
                id=control
                type="text"
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                prop:value=shown
                on:input=on_type
                on:keydown=on_key
                on:blur=move |_| typed.set(None)
            />
            <span class="unit">{unit}</span>
        </span>
        {remove}
        {belief_line}
    }
    .into_any()
}

fn range_text_of((low, high, _): (f64, f64, &'static str)) -> String {
    format!("{} to {}", quantity::text_of(low), quantity::text_of(high))
}
