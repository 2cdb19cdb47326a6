//! The window over time: traffic, replicas, latency and bad requests, one below the other, read together.

use super::data;
use super::figure::{Figure, report_stale};
use super::gestures::{Gestures, Part, Wish, wish_of};
use super::ruler::{Ruler, Stretch};
use super::surface::Surface;
use crate::format;
use crate::state::{Studio, studio};
use crate::workers::microscope;
use leptos::prelude::*;
use sim_core::scenario::document::TrafficDocument;
use sim_core::study::Report;
use sim_report::chart::time::{Curve, latency_threshold};
use sim_report::chart::window::{
    self, PANELS, PanelKind, Sight, at, length, nearest, ruler, seconds, sentence, series, table,
};
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// What the panels share: where the pointer and the cursor are, and which part of the window is seen.
#[derive(Clone, Copy)]
struct Shared {
    cursor: RwSignal<Option<usize>>,
    gestures: Gestures,
    width: StoredValue<f64>,
    recorded: Memo<Option<Arc<Curve>>>,
}

impl Shared {
    fn new() -> Self {
        let studio = studio();
        let cursor = RwSignal::new(None::<usize>);
        let width = StoredValue::new(0.0);
        let gestures = Gestures::new(move |seen, wish| {
            let report = studio.report.get_untracked()?;
            let ruler = ruler(&report, seen.map(|part| part.x), width.get_value());
            let at_cursor = || {
                let at_s = seconds(Some(&report), cursor.get_untracked()?);
                Some((ruler.scale().at(at_s), 0.0))
            };
            match wish {
                Wish::Scaled(None, factor) => wish_of(&ruler, Wish::Scaled(at_cursor(), factor)),
                wish => wish_of(&ruler, wish),
            }
        });
        Self {
            cursor,
            gestures,
            width,
            recorded: recorded(studio),
        }
    }

    /// The axis as it is seen.
    fn ruler(&self, report: &Report) -> Ruler {
        ruler(report, self.seen(), self.width.get_value())
    }

    /// The stretch that is seen; all if none.
    fn seen(&self) -> Option<Stretch> {
        self.gestures.seen.get().map(|part| part.x)
    }

    /// Puts the cursor on a point, and brings it into sight.
    fn put_cursor(&self, next: Option<usize>, report: Option<&Report>) {
        self.cursor.set(next);
        let seen = untrack(|| self.seen());
        if let (Some(index), Some(report), Some(_)) = (next, report, seen) {
            let ruler = ruler(report, seen, self.width.get_value());
            let stretch = ruler.showing(seconds(Some(report), index));
            self.gestures.show(stretch.map(Part::over));
        }
    }

    /// Arrows move the cursor, page keys the part that is seen. Whether the key was one of these.
    fn key(&self, event: &KeyboardEvent) -> bool {
        let report = studio().report.get_untracked();
        let count = report.as_deref().map_or(0, length);
        let now = self.cursor.get_untracked();
        let jump = if event.shift_key() { 12 } else { 1 };
        let page = |pages: f64| {
            let by = pages * self.width.get_value();
            self.gestures.wish(Wish::Moved((by, 0.0), (0.0, 0.0)));
        };
        let next = match event.key().as_str() {
            "ArrowRight" => {
                Some(now.map_or(0, |index| (index + jump).min(count.saturating_sub(1))))
            }
            "ArrowLeft" => {
                Some(now.map_or(count.saturating_sub(1), |index| index.saturating_sub(jump)))
            }
            "Home" => Some(0),
            "End" => Some(count.saturating_sub(1)),
            "PageUp" => {
                page(-0.8);
                return true;
            }
            "PageDown" => {
                page(0.8);
                return true;
            }
            "Escape" => {
                if now.is_none() {
                    self.gestures.show(None);
                }
                None
            }
            "Enter" => {
                self.look();
                now
            }
            _ => return false,
        };
        self.put_cursor(next.filter(|_| count > 0), report.as_deref());
        true
    }

    /// Puts the moment at the cursor under the microscope.
    fn look(&self) {
        let studio = studio();
        if let Some(index) = self.cursor.get_untracked() {
            let at_s = seconds(studio.report.get_untracked().as_deref(), index);
            studio.moment.update(|moment| moment.reveal = true);
            microscope().look_at(at_s);
        }
    }
}

/// The traffic as it was recorded, over the window of the document.
fn recorded(studio: Studio) -> Memo<Option<Arc<Curve>>> {
    let is_recorded = Memo::new(move |_| {
        let kind = studio.text("/traffic/source/kind");
        kind.as_deref() == Some("recorded")
    });
    let traffic = Memo::new(move |_| {
        let days = studio.number("/slo/window_days")?;
        let traffic = is_recorded.get().then(|| studio.value("/traffic"))??;
        Some((traffic, days))
    });
    Memo::new(move |_| {
        let (traffic, days) = traffic.get()?;
        let traffic: TrafficDocument = sim_core::scenario::read(&traffic).ok()?;
        window::recorded(&traffic, days).map(Arc::new)
    })
}

/// The four panels.
#[component]
pub fn OverTime() -> impl IntoView {
    let studio = studio();
    let shared = Shared::new();
    let (cursor, gestures) = (shared.cursor, shared.gestures);
    // A window of another length has other moments.
    let whole = Memo::new(move |_| {
        let span = |report: &Arc<Report>| length(report) as f64 * report.series_step_s;
        studio.report.with(|report| report.as_ref().map(span))
    });
    Effect::new(move |former: Option<()>| {
        whole.track();
        if former.is_some() {
            gestures.show(None);
        }
    });
    // The double click that shows all is no wish to be taken to a moment.
    Effect::new(move |_| {
        if gestures.seen.get().is_none() {
            studio
                .moment
                .update_untracked(|moment| moment.reveal = false);
        }
    });
    let note = move || {
        match cursor.get() {
        Some(index) => format!("{}: median (P5–P95) at the cursor", format::moment(seconds(studio.report.get().as_deref(), index))),
        None => "Band from P5 to P95 over the replications, line at the median; point at it to read values, click to see why it scaled, drag over a part to see it closer".to_owned(),
    }
    };
    let panels = PANELS.iter().map(|kind| panel(kind, shared)).collect_view();
    view! {
        <Figure
            title="The window over time"
            note=Signal::derive(note)
            testid="chart-time"
            data=data::series
            table=move || table(studio.report.get().as_deref())
            wide=true
            stale=report_stale()
            controls=gestures.whole_button("time-whole")
        >
            {gestures.area(
                Signal::derive(|| "time-panels"),
                "Charts over time; left and right arrows move the cursor, Enter shows why it scaled there, plus and minus zoom, page up and page down move, 0 shows all of it",
                Box::new(move |event| shared.key(event)),
                Box::new(move || shared.look()),
                panels.into_any(),
            )}
            <p class="visually-hidden" aria-live="polite">{move || spoken(studio.report.get().as_deref(), cursor.get())}</p>
        </Figure>
    }
}

fn panel(kind: &'static PanelKind, shared: Shared) -> AnyView {
    let studio = studio();
    let cursor = shared.cursor;
    let threshold = Memo::new(move |_| {
        if kind.key == "p95_ms" {
            studio.document.with(latency_threshold)
        } else {
            None
        }
    });
    let is_traffic = kind.key == "arrivals_rps";
    let recorded = move || shared.recorded.get().filter(|_| is_traffic);
    let draw = move |now: f64| {
        shared.width.set_value(now);
        let recorded = recorded();
        let sight = Sight {
            seen: shared.seen(),
            threshold: threshold.get(),
            recorded: recorded.as_deref(),
        };
        studio
            .report
            .with(|report| window::panel(kind, report.as_deref()?, &sight, now))
            .unwrap_or_default()
    };
    let place = move || {
        let report = studio.report.get()?;
        let at_s = seconds(Some(&report), cursor.get()?);
        let scale = shared.ruler(&report).scale();
        let (from, to) = scale.domain();
        (from..=to)
            .contains(&at_s)
            .then(|| format!("{:.1}", scale.at(at_s)))
    };
    let bottom = kind.height - if kind.days { 20.0 } else { 6.0 };
    let overlay = view! {
        {shared.gestures.brush(Some((4.0, bottom)))}
        <line class="crosshair" class:shown=move || place().is_some() x1=move || place().unwrap_or_else(|| "0".to_owned()) x2=move || place().unwrap_or_else(|| "0".to_owned()) y1="4" y2=bottom.to_string()></line>
    }
    .into_any();
    let hover = move |at: Option<(f64, f64)>| {
        if shared.gestures.hover(at) {
            return;
        }
        let next = at
            .zip(studio.report.get_untracked())
            .and_then(|((x, _), report)| nearest(&report, &untrack(|| shared.ruler(&report)), x));
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
    let beside = move || recorded().map(|_| " (grey: as recorded)");
    view! {
        <div class="time-panel">
            <p class="panel-name"><span>{kind.title} {beside}</span><span class="readout">{readout}</span></p>
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
