//! Short lists of numbers, as an equaliser: one upright slider for each.

use super::field::{Frame, element_id};
use super::quantity;
use crate::format::{self, WEEKDAYS};
use crate::state::{pointer as json_pointer, studio};
use leptos::prelude::*;
use serde_json::Value;
use sim_report::form::schema::{Kind, Node};

/// Positions of one slider.
const STEPS: f64 = 100.0;

/// An equaliser.
pub fn weights_field(node: &'static Node, pointer: String) -> AnyView {
    let studio = studio();
    let values = {
        let pointer = pointer.clone();
        Memo::new(move |_| {
            let read = |value: &Value| value.as_f64().unwrap_or(0.0);
            studio.document.with(|d| {
                d.pointer(&pointer)
                    .and_then(Value::as_array)
                    .map(|list| list.iter().map(read).collect::<Vec<_>>())
            })
        })
    };
    let length = Memo::new(move |_| values.with(|values| values.as_ref().map_or(0, Vec::len)));
    // The top of the sliders grows with the values, in whole steps so that it stays put during a drag.
    let top = Memo::new(move |_| {
        let highest = values.with(|values| values.iter().flatten().copied().fold(0.0, f64::max));
        let mut top = 2.0;
        while top < highest && top < 1e9 {
            top *= 2.0;
        }
        top
    });
    let maximum = match &node.kind {
        Kind::List(item) => item.maximum.unwrap_or(f64::INFINITY),
        _ => f64::INFINITY,
    };
    let bars = {
        let pointer = pointer.clone();
        move || {
            let count = length.get();
            let bars = (0..count).map(|index| {
                let place = json_pointer::child(&pointer, &index.to_string());
                let value = Memo::new(move |_| values.with(|values| values.as_ref().and_then(|v| v.get(index).copied()).unwrap_or(0.0)));
                let (name, short) = names(count, index);
                let on_slide = {
                    let place = place.clone();
                    move |event| {
                        if let Ok(position) = event_target_value(&event).parse::<f64>() {
                            let wanted = quantity::significant(position / STEPS * top.get_untracked(), 3).min(maximum);
                            studio.set(&place, json_pointer::number(wanted));
                        }
                    }
                };
                view! {
                    <label class="bar" id=element_id(&place) title=move || format!("{name}: {}", format::number(value.get()))>
                        <input
                            type="range"
                            min="0"
                            max=STEPS.to_string()
                            data-testid=format!("field:{place}")
                            aria-label=name.clone()
                            aria-valuetext=move || format::number(value.get())
                            prop:value=move || (value.get() / top.get() * STEPS).round().to_string()
                            on:input=on_slide
                        />
                        <span>{short}</span>
                    </label>
                }
            });
            bars.collect_view()
        }
    };
    let class = move || {
        if length.get() > 12 {
            "equaliser dense"
        } else {
            "equaliser"
        }
    };
    let controls = view! { <div class=class>{bars}</div> }.into_any();
    Frame {
        pointer,
        node,
        control: None,
        range_text: String::new(),
        resettable: true,
    }
    .around(controls)
}

/// Full and short name of a bar.
fn names(count: usize, index: usize) -> (String, String) {
    match count {
        7 => {
            let day = WEEKDAYS.get(index).copied().unwrap_or_default();
            (day.to_owned(), day.to_owned())
        }
        24 => (
            format!("{index:02}:00"),
            if index.is_multiple_of(6) {
                format!("{index}")
            } else {
                String::new()
            },
        ),
        _ => (format!("{}", index + 1), format!("{}", index + 1)),
    }
}
