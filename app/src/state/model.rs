//! What the page holds: one document, what is being computed of it, and what was found.

use super::dropped::Dropped;
use super::history::{History, Snapshot};
use super::route::{Page, Tab};
use super::validation::Validation;
use leptos::prelude::*;
use serde_json::Value;
use sim_core::replication::{Replay, WindowReplay, WindowRequest};
use sim_core::scenario::Remedy;
use sim_core::study::explain::ExplainReport;
use sim_core::study::reach::ReachReport;
use sim_core::study::{CompareReport, Report, SensitivityReport, SweepReport};
use sim_report::currency::Currency;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// A problem at a field, as the form shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldProblem {
    /// JSON Pointer of the field.
    pub pointer: String,
    /// What is wrong and what to do about it.
    pub message: String,
    /// Whether the scenario cannot run with it.
    pub blocking: bool,
    /// A change that would mend it.
    pub remedy: Option<Box<Remedy>>,
}

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing to compute yet.
    #[default]
    Idle,
    /// An edit waits to be picked up, or the first result is on its way.
    Updating,
    /// Results come in.
    Refining,
    /// Precise enough, or the cap is reached.
    Done,
    /// Stopped by the visitor.
    Stopped,
    /// The document has problems.
    Invalid,
    /// Workers or wasm fail; why.
    Failed(String),
}

/// Progress of the design on the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunState {
    /// Where it stands.
    pub phase: Phase,
    /// Replications merged.
    pub done: u32,
    /// Replications that will be needed, as far as is known.
    pub needed: u32,
    /// Half-width of the 95 % interval of the attainment, percentage points.
    pub attainment_points: f64,
    /// Half-width of the 95 % interval of the mean cost, per cent.
    pub cost_percent: f64,
    /// Seconds left, once there is a rate to tell from.
    pub seconds_left: Option<f64>,
}

/// The sweep, running or done.
#[derive(Clone, Debug, Default)]
pub struct SweepState {
    /// What was found so far.
    pub report: Option<Arc<SweepReport>>,
    /// The document it was made of.
    pub document: Option<Arc<Value>>,
    /// Whether designs were looked for, rather than a grid swept.
    pub is_search: bool,
    /// Whether it goes on.
    pub running: bool,
    /// Replications done and needed as far as is known.
    pub progress: (u32, u32),
    /// Seconds left.
    pub seconds_left: Option<f64>,
}

/// What would help, and how far the design reaches.
#[derive(Clone, Debug, Default)]
pub struct Advice {
    /// The changes that would help most.
    pub explain: Option<Arc<ExplainReport>>,
    /// How much traffic is carried.
    pub reach: Option<Arc<ReachReport>>,
    /// The document that was asked about.
    pub document: Option<Arc<Value>>,
    /// Whether an answer is being computed.
    pub running: bool,
    /// Whether the last question was what would help.
    pub explains: bool,
    /// Replications done and needed as far as is known.
    pub progress: (u32, u32),
}

/// The tornado, running or done.
#[derive(Clone, Debug, Default)]
pub struct TornadoState {
    /// What was found so far.
    pub report: Option<Arc<SensitivityReport>>,
    /// The document it was made of.
    pub document: Option<Arc<Value>>,
    /// Whether it goes on.
    pub running: bool,
    /// Replications done and needed as far as is known.
    pub progress: (u32, u32),
}

/// The design on the page against the pinned one.
#[derive(Clone, Debug, Default)]
pub struct CompareState {
    /// What was found so far; none while the two are the same.
    pub report: Option<Arc<CompareReport>>,
    /// Whether it is precise enough.
    pub finished: bool,
    /// Pairs of runs.
    pub done: u32,
    /// Pairs of runs that the round ends with.
    pub needed: u32,
}

/// What the visitor looks at closely: a moment of one replication.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// Seconds since the start of the window; `None` while nobody has asked.
    pub at_s: Option<f64>,
    /// Which replication.
    pub replication: u32,
    /// The stretch around it, as it was played again.
    pub replay: Option<Arc<Replay>>,
    /// Whether a new one is on its way.
    pub loading: bool,
    /// Why there is none.
    pub failed: Option<String>,
    /// Whether it was asked for elsewhere on the page, and is to be brought into view once it is there.
    pub reveal: bool,
}

/// A window of a replication that is played request by request.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// What was asked for last; `None` while nobody has.
    pub asked: Option<WindowRequest>,
    /// The window, as it was played.
    pub replay: Option<Arc<WindowReplay>>,
    /// The request whose spans are shown, by its place among the traces.
    pub trace: usize,
    /// Whether one is on its way.
    pub loading: bool,
    /// Why there is none.
    pub failed: Option<String>,
}

/// A note at the corner of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Number of the note.
    pub id: u32,
    /// What happened.
    pub message: String,
    /// Whether an Undo button belongs to it.
    pub undo: bool,
    /// Whether it tells of a failure.
    pub error: bool,
}

/// What lies over the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Dialog {
    /// Nothing.
    #[default]
    None,
    /// The template gallery.
    Gallery,
    /// The share link.
    Share,
    /// The choice between a link's scenario and one's own work.
    Restore,
    /// Import of a HorizontalPodAutoscaler.
    Hpa,
    /// Import of recorded traffic.
    Recording,
    /// Import of a bucket's lifecycle.
    Lifecycle,
    /// Import of recorded spot availability.
    SpotTrace,
    /// Search of commands and fields.
    Palette,
    /// The keyboard shortcuts.
    Keys,
    /// The currency that money is shown in.
    Currency,
}

/// A scenario that came by a link and waits for the visitor's choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The scenario.
    pub document: Value,
    /// Version of the engine that made the link.
    pub engine_version: String,
}

/// Colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system wishes.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A first answer, from the beginning of one replication.
#[derive(Clone)]
pub struct Preview {
    pub report: Arc<Report>,
    /// Of so many days.
    pub days: f64,
}

/// All state of the page. Copies share the same signals.
#[derive(Clone, Copy)]
pub struct Studio {
    /// Which of the page's views is shown.
    pub page: RwSignal<Page>,
    /// Which part of the results is shown.
    pub tab: RwSignal<Tab>,
    /// The models held against theory.
    pub validation: Validation,
    /// The document, as the visitor wrote it.
    pub document: RwSignal<Value>,
    /// The document as it was opened, for "changed" marks and resetting fields.
    pub reference: RwSignal<Arc<Value>>,
    /// Id of the template that the document came from.
    pub template: RwSignal<Option<String>>,
    /// Texts in number boxes that are not numbers, by JSON Pointer.
    pub unreadable: RwSignal<BTreeMap<String, String>>,
    /// Problems of the document as it stands.
    pub problems: RwSignal<Vec<FieldProblem>>,
    /// Progress.
    pub run: RwSignal<RunState>,
    /// What was found about the design.
    pub report: RwSignal<Option<Arc<Report>>>,
    /// The beginning of one replication, while there is no result of the document as it stands.
    pub preview: RwSignal<Option<Preview>>,
    /// Whether the report belongs to an earlier document.
    pub stale: RwSignal<bool>,
    /// The sweep.
    pub sweep: RwSignal<SweepState>,
    /// What would help, and how far the design reaches.
    pub advice: RwSignal<Advice>,
    /// The design that others are compared with.
    pub pinned: RwSignal<Option<Arc<Value>>>,
    /// The comparison with it.
    pub comparison: RwSignal<CompareState>,
    /// The tornado.
    pub tornado: RwSignal<TornadoState>,
    /// The moment under the microscope.
    pub moment: RwSignal<Moment>,
    /// The window that is played request by request.
    pub window: RwSignal<Window>,
    /// Notes.
    pub toasts: RwSignal<Vec<Toast>>,
    /// A lasting message above the results, such as which engine made a link.
    pub banner: RwSignal<Option<String>>,
    /// Whether a newer version of the page waits.
    pub update: RwSignal<bool>,
    /// A dropped file that waits for its import.
    pub dropped: RwSignal<Option<Dropped>>,
    /// What lies over the page.
    pub dialog: RwSignal<Dialog>,
    /// A link's scenario that waits.
    pub incoming: RwSignal<Option<Incoming>>,
    /// Colours.
    pub theme: RwSignal<Theme>,
    /// The currency that money is shown in; what shows money follows it.
    pub currency: RwSignal<Currency>,
    /// Whether single letters are shortcuts.
    pub letters: RwSignal<bool>,
    /// Whether the editor is open on a narrow page.
    pub editor_open: RwSignal<bool>,
    /// Counts edits; the engine room follows it.
    pub edits: RwSignal<u64>,
    /// Whether there are steps to take back, and to take again.
    pub can_undo: RwSignal<(bool, bool)>,
    /// Steps.
    pub history: StoredValue<History, LocalStorage>,
}

impl Studio {
    /// A page with this document opened.
    pub fn new(document: Value, template: Option<String>, theme: Theme) -> Self {
        Self {
            page: RwSignal::default(),
            tab: RwSignal::default(),
            validation: Validation::new(),
            reference: RwSignal::new(Arc::new(document.clone())),
            document: RwSignal::new(document),
            template: RwSignal::new(template),
            unreadable: RwSignal::default(),
            problems: RwSignal::default(),
            run: RwSignal::default(),
            report: RwSignal::default(),
            preview: RwSignal::default(),
            stale: RwSignal::new(false),
            sweep: RwSignal::default(),
            advice: RwSignal::default(),
            pinned: RwSignal::new(super::persist::load_baseline().map(Arc::new)),
            comparison: RwSignal::default(),
            tornado: RwSignal::default(),
            moment: RwSignal::default(),
            window: RwSignal::default(),
            toasts: RwSignal::default(),
            banner: RwSignal::default(),
            update: RwSignal::new(false),
            dropped: RwSignal::default(),
            dialog: RwSignal::default(),
            incoming: RwSignal::default(),
            theme: RwSignal::new(theme),
            currency: RwSignal::new(super::persist::load_currency()),
            letters: RwSignal::new(super::persist::load_letters()),
            editor_open: RwSignal::new(false),
            edits: RwSignal::new(0),
            can_undo: RwSignal::new((false, false)),
            history: StoredValue::new_local(History::default()),
        }
    }

    /// The present state, for the history.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            document: Rc::new(self.document.get_untracked()),
            template: self.template.get_untracked(),
        }
    }

    /// The value at a pointer, if there is one.
    pub fn value(&self, pointer: &str) -> Option<Value> {
        self.document
            .with(|document| document.pointer(pointer).cloned())
    }

    /// The number at a pointer.
    pub fn number(&self, pointer: &str) -> Option<f64> {
        self.document
            .with(|document| document.pointer(pointer).and_then(Value::as_f64))
    }

    /// The designs that were found. What follows this is told when others are known, not of every step of the progress.
    pub fn designs(&self) -> Memo<Option<Arc<SweepReport>>> {
        let sweep = self.sweep;
        let is_other = |a: Option<&Option<Arc<SweepReport>>>,
                        b: Option<&Option<Arc<SweepReport>>>| {
            let place = |report: Option<&Option<Arc<SweepReport>>>| {
                report.map(|report| report.as_ref().map(Arc::as_ptr))
            };
            place(a) != place(b)
        };
        Memo::new_with_compare(move |_| sweep.with(|sweep| sweep.report.clone()), is_other)
    }

    /// The chance to meet the SLO that the visitor wants, a share.
    pub fn wanted(&self) -> f64 {
        self.number("/slo/wanted_attainment_percent").unwrap_or(0.0) / 100.0
    }

    /// The text at a pointer.
    pub fn text(&self, pointer: &str) -> Option<String> {
        self.document.with(|document| {
            document
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        })
    }

    /// Whether the value at a pointer differs from the document as it was opened.
    pub fn changed(&self, pointer: &str) -> bool {
        let belief = super::uncertain::belief;
        self.reference.with(|reference| {
            self.document.with(|now| {
                reference.pointer(pointer) != now.pointer(pointer)
                    || belief(reference, pointer) != belief(now, pointer)
            })
        })
    }

    /// Whether anything differs from the document as it was opened.
    pub fn is_changed(&self) -> bool {
        self.reference
            .with(|reference| self.document.with(|now| **reference != *now))
    }

    /// The name of the scenario.
    pub fn name(&self) -> String {
        self.text("/name").unwrap_or_default()
    }
}

/// The page's state, from the context that the root provides.
pub fn studio() -> Studio {
    expect_context::<Studio>()
}
