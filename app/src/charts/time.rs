//! The window over time: traffic, replicas, latency and bad requests, one below the other, read together.

use super::data;
use super::figure::{Figure, report_stale};
use super::surface::Surface;
use crate::format;
use crate::state::studio;
use crate::workers::microscope;
use leptos::prelude::*;
use sim_core::study::Report;
use sim_report::chart::time::{latency_threshold, nearest, time_scale};
use sim_report::chart::window::{
    self, PANELS, PanelKind, at, length, seconds, sentence, series, table,
};
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// The four panels.
#[component]
pub fn OverTime() -> impl IntoView {
    let studio = studio();
    let cursor = RwSignal::new(None::<usize>);
    let points = Memo::new(move |_| {
        studio
            .report
            .with(|report| report.as_ref().map_or(0, |report| length(report)))
    });
    let note = move || {
        match cursor.get() {
        Some(index) => format!("{}: median (P5–P95) at the cursor", format::moment(seconds(studio.report.get().as_deref(), index))),
        None => "Band from P5 to P95 over the replications, line at the median; point at it to read values, click to see why it scaled".to_owned(),
    }
    };
    let look = move || {
        if let Some(index) = cursor.get_untracked() {
            let at_s = seconds(studio.report.get_untracked().as_deref(), index);
            studio.moment.update(|moment| moment.reveal = true);
            microscope().look_at(at_s);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = points.get_untracked();
        let now = cursor.get_untracked();
        let jump = if event.shift_key() { 12 } else { 1 };
        let next = match event.key().as_str() {
            "ArrowRight" => {
                Some(now.map_or(0, |index| (index + jump).min(count.saturating_sub(1))))
            }
            "ArrowLeft" => {
                Some(now.map_or(count.saturating_sub(1), |index| index.saturating_sub(jump)))
            }
            "Escape" => None,
            "Enter" => {
                look();
                now
            }
            _ => return,
        };
        event.prevent_default();
        cursor.set(next.filter(|_| count > 0));
    };
    let panels = PANELS.iter().map(|kind| panel(kind, cursor)).collect_view();
    view! {
        <Figure title="The window over time" note=Signal::derive(note) testid="chart-time" data=data::series table=move || table(studio.report.get().as_deref()) wide=true stale=report_stale()>
            <div class="time-panels" tabindex="0" role="group" aria-label="Charts over time; left and right arrows move the cursor, Enter shows why it scaled there" on:keydown=on_key on:click=move |_| look()>
                {panels}
            </div>
            <p class="visually-hidden" aria-live="polite">{move || spoken(studio.report.get().as_deref(), cursor.get())}</p>
        </Figure>
    }
}

fn panel(kind: &'static PanelKind, cursor: RwSignal<Option<usize>>) -> AnyView {
    let studio = studio();
    let width = StoredValue::new(0.0);
    let threshold = Memo::new(move |_| {
        if kind.key == "p95_ms" {
            studio.document.with(latency_threshold)
        } else {
            None
        }
    });
    let draw = move |now: f64| {
        width.set_value(now);
        studio
            .report
            .with(|report| {
                let report = report.as_deref()?;
                window::panel(kind, report, threshold.get(), now)
            })
            .unwrap_or_default()
    };
    let place = move || {
        let report = studio.report.get()?;
        let index = cursor.get()?;
        let x = time_scale(length(&report), report.series_step_s, width.get_value())
            .at(seconds(Some(&report), index));
        Some(format!("{x:.1}"))
    };
    let overlay = view! {
        <line class="crosshair" class:shown=move || place().is_some() x1=move || place().unwrap_or_else(|| "0".to_owned()) x2=move || place().unwrap_or_else(|| "0".to_owned()) y1="4" y2=format!("{}", kind.height - if kind.days { 20.0 } else { 6.0 })></line>
    }
    .into_any();
    let hover = move |at: Option<(f64, f64)>| {
        let next = at
            .zip(studio.report.get_untracked())
            .and_then(|((x, _), report)| {
                nearest(length(&report), report.series_step_s, width.get_value(), x)
            });
        if cursor.get_untracked() != next {
            cursor.set(next);
        }
    };
    let label = Signal::derive(move || {
        studio.report.with(|report| {
            report
                .as_ref()
                .map(|report| sentence(kind, report))
                .unwrap_or_else(|| format!("{}, not computed yet", kind.title))
        })
    });
    let surface = Surface {
        height: kind.height,
        label,
        draw,
        hover,
        overlay,
        above: ().into_any(),
    }
    .view();
    let readout = move || readout(kind, studio.report.get(), cursor.get());
    view! {
        <div class="time-panel">
            <p class="panel-name"><span>{kind.title}</span><span class="readout">{readout}</span></p>
            {surface}
        </div>
    }
    .into_any()
}

fn readout(kind: &PanelKind, report: Option<Arc<Report>>, cursor: Option<usize>) -> Option<String> {
    let report = report?;
    let index = cursor?;
    let main = series(&report, kind.key)?;
    let show = |values: &[f32]| format::number(at(values, index));
    let mut text = format!(
        "{} ({}–{})",
        show(&main.p50),
        show(&main.p5),
        show(&main.p95)
    );
    if let Some(second) = kind.second.and_then(|key| series(&report, key)) {
        text = format!(
            "{text} · {} {} ({}–{})",
            second.label.to_ascii_lowercase(),
            show(&second.p50),
            show(&second.p5),
            show(&second.p95)
        );
    }
    Some(text)
}

/// All panels at the cursor, in words.
fn spoken(report: Option<&Report>, cursor: Option<usize>) -> String {
    let (Some(report), Some(index)) = (report, cursor) else {
        return String::new();
    };
    let values = PANELS.iter().filter_map(|kind| {
        let main = series(report, kind.key)?;
        Some(format!(
            "{} {}",
            main.label,
            format::with_unit(at(&main.p50, index), &main.unit)
        ))
    });
    format!(
        "{}: {}",
        format::moment(seconds(Some(report), index)),
        values.collect::<Vec<_>>().join(", ")
    )
}
