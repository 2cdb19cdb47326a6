//! A worker of the page in Chromium: days beside native ones, and the first result after an edit. Time that passes, for
//! nobody says what a worker used.

use super::clock::{Effort, median};
use super::components::{ANSWERS, edited, of_case};
use super::row::{Row, Wanted};
use super::study::{DAYS, KUBERNETES, shard};
use crate::browser::{self, Page, path};
use serde_json::json;
use sim_core::study::{Plan, Prepared, Shard, beginning};
use std::cell::RefCell;
use std::fs;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

/// Speed wanted, of that of native code.
const SPEED: f64 = 0.65;
/// The first result is wanted within so much.
const RESULT_MS: f64 = 150.0;
/// Replications until the engine has compiled for speed what counts.
const WARM_UP: u32 = 8;
/// Days of the windows that are computed in turns.
const TURN_DAYS: f64 = 14.0;
/// Turns for each repetition of the other rows.
const TURNS: u32 = 6;
/// Edits before those that are timed.
const EDITS: usize = 4;

/// `ask(requests)` sends requests to a worker and answers with the milliseconds until it has answered.
const ASK: &str = "{
    const worker = new Worker(NAME, { type: 'module' });
    const heard = () => new Promise((resolve, reject) => {
        worker.onmessage = resolve;
        worker.onerror = (event) => reject(event.message || 'the worker does not start');
    });
    window.ready = heard();
    window.ask = async (requests) => {
        const start = performance.now();
        requests.forEach((request) => worker.postMessage(request));
        await heard();
        return performance.now() - start;
    };
}";

/// Rows for all of this.
pub fn rows(effort: Effort) -> Vec<Row> {
    let rows = Rc::new(RefCell::new(Vec::new()));
    let found = Rc::clone(&rows);
    browser::run("bench", async move |studio| {
        // Something of the site that starts nothing by itself.
        let open = async || studio.open("manifest.webmanifest").await;
        let row = days(effort, &Worker::start(&*open().await).await).await;
        found.borrow_mut().push(row);
        for case in ANSWERS {
            let row = first_result(effort, &Worker::start(&*open().await).await, case).await;
            found.borrow_mut().push(row);
        }
    });
    rows.take()
}

/// A worker on a page.
struct Worker<'a> {
    page: &'a Page,
}

impl<'a> Worker<'a> {
    async fn start(page: &'a Page) -> Self {
        let files = fs::read_dir(path("QEC_DIST").join("assets")).expect("the built page");
        let mut names = files.flatten().map(|file| file.file_name());
        let name = names.find_map(|name| {
            let name = name.to_str()?;
            let is_it = name.starts_with("worker-boot-") && name.ends_with(".js");
            is_it.then(|| json!(format!("/assets/{name}")))
        });
        let name = name.expect("a worker among the page's files").to_string();
        let start = ASK.replace("NAME", &name);
        page.promised(&format!(
            "(() => {{ {start} return ready; }})().then(() => 1)"
        ))
        .await;
        Self { page }
    }

    /// Milliseconds from the requests to the answer.
    async fn ask(&self, requests: &[serde_json::Value]) -> f64 {
        let requests: Vec<String> = requests.iter().map(ToString::to_string).collect();
        let asked = format!("ask({})", json!(requests));
        let answer = self.page.promised(&asked).await;
        answer.as_f64().expect("milliseconds")
    }

    async fn compute(&self, shard: Shard) -> f64 {
        self.ask(&[json!({ "kind": "shard", "job": 1, "shard": shard })])
            .await
    }
}

/// The Kubernetes template, natively and by a warm worker in turns. What counts is the median of the ratios of turns: other
/// work on the machine, which comes and goes, slows both halves of most turns.
async fn days(effort: Effort, worker: &Worker<'_>) -> Row {
    let plan = Plan::single(&of_case(KUBERNETES, TURN_DAYS));
    let native = Prepared::new(plan.clone()).expect("a valid scenario");
    let prepare = json!({ "kind": "plan", "job": 1, "oldest": 1, "plan": plan });
    let first = json!({ "kind": "shard", "job": 1, "shard": shard(0) });
    worker.ask(&[prepare, first]).await;
    for replication in 1..WARM_UP {
        worker.compute(shard(replication)).await;
    }
    let (mut natively, mut ratios) = (Vec::new(), Vec::new());
    for turn in 0..TURNS * effort.repeats() as u32 {
        let start = Instant::now();
        drop(black_box(native.run_shard(shard(turn))));
        let native_s = start.elapsed().as_secs_f64();
        let wasm_s = 0.001 * worker.compute(shard(turn)).await;
        natively.push(TURN_DAYS / native_s);
        ratios.push(native_s / wasm_s);
    }
    let (native, ratio) = (median(natively), median(ratios));
    let case = format!("days of {KUBERNETES} in a warm worker of the page, in Chromium");
    Row::new(case, "days/s", native * ratio)
        .beside(("native", native))
        .wanted(Wanted::Share(SPEED))
        .note("time passed; the median of ratios in turns")
}

/// From the messages with an edited document to the first result. The remark says what a worker needs that has just been
/// started: it computes its first plan, and the engine compiles on the way.
async fn first_result(effort: Effort, worker: &Worker<'_>, case: &str) -> Row {
    let mut document = of_case(case, DAYS);
    let mut seen = Vec::new();
    for job in 1..=1 + EDITS + effort.repeats() {
        let plan = beginning(&document).expect("a long window");
        let prepare = json!({ "kind": "plan", "job": job, "oldest": job, "plan": plan });
        let first = json!({ "kind": "shard", "job": job, "shard": shard(0) });
        seen.push(worker.ask(&[prepare, first]).await);
        document = edited(&document);
    }
    let fresh_ms = seen[0];
    let case = format!(
        "first result of a worker of the page in Chromium after an edit of one service, {DAYS} days of {case}"
    );
    Row::new(case, "ms", median(seen.split_off(1 + EDITS)))
        .wanted(Wanted::AtMost(RESULT_MS))
        .note(format!("time passed; {fresh_ms:.0} ms in a fresh one"))
}
