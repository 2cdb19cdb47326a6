//! The page's state and what changes it.

mod actions;
pub mod companions;
pub mod dropped;
pub mod files;
pub mod history;
pub mod link;
mod model;
pub mod persist;
pub mod pointer;
pub mod route;
pub mod start;
pub mod uncertain;
mod validation;

pub use route::{Page, Tab};
pub use validation::{Board, CaseState};

pub use model::{
    Advice, CompareState, Dialog, FieldProblem, Moment, Phase, Preview, RunState, Studio,
    SweepState, Theme, TornadoState, Window, studio,
};

use serde_json::Value;
use sim_core::scenario::templates;

/// Milliseconds since the page was loaded.
pub fn now_ms() -> f64 {
    leptos::prelude::window()
        .performance()
        .map_or(0.0, |clock| clock.now())
}

/// The document of a template.
pub fn reference_of(template: Option<&str>) -> Option<Value> {
    serde_json::from_str(templates::template(template?)?.json).ok()
}
