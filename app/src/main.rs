//! QEC Studio in the browser: a form for a scenario, workers that simulate it, charts of what they find.
//!
//! No model mathematics here: the page shows what `sim-core` says, and says to it what the visitor writes.

mod charts;
mod check;
mod commands;
mod editor;
mod parts;
mod state;
mod views;
mod worker;
mod workers;

use sim_report::format;

fn main() {
    console_error_panic_hook::set_once();
    if let Some(scope) = worker::scope() {
        worker::start(&scope);
        return;
    }
    // The shell's "loading" words make room for the page.
    if let Some(words) = leptos::prelude::document().get_element_by_id("loading") {
        words.remove();
    }
    leptos::mount::mount_to_body(views::App);
}
