//! The page: mounts its view and starts a worker.

use leptos::prelude::*;
use web_sys::{Worker, WorkerOptions, WorkerType};

fn main() {
    console_error_panic_hook::set_once();
    let worker = start_worker();
    mount_to_body(
        move || view! { <h1>"QEC Studio"</h1><p>{if worker.is_some() { "Worker started" } else { "No worker" }}</p> },
    );
}

/// Starts the worker whose address the shell names.
fn start_worker() -> Option<Worker> {
    let meta = document()
        .query_selector("meta[name='qec-worker']")
        .ok()
        .flatten()?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&meta.get_attribute("content")?, &options).ok()
}
