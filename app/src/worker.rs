//! The page's other half: the same program, started in a web worker, prepares plans and computes shards, one message
//! at a time. One program for both, because they share most of their code: documents, checks, plans, results.
//!
//! A shard is computed in parts, and between them the worker hears what the page says: after an edit it gives up what
//! nobody waits for any more at once, and its processor is free for the new answer.

use crate::parts::{self, NotLoaded, wasm_split};
use crate::workers::protocol::{Answer, PROTOCOL, Request, Samples, Wanted, frame};
use js_sys::{Array, Date, Promise, Uint8Array};
use sim_core::replication::{replay, replay_window};
use sim_core::study::{Prepared, Shard};
use sim_core::validation::{Case, Sample, cases};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

/// A worker that computes a shard listens to the page after this long.
const DEAF_MS: f64 = 8.0;
/// Ticks after which it looks at the clock.
const TICKS: u32 = 64;

/// What a worker keeps between messages.
#[derive(Default)]
struct Bench {
    /// Plans by job.
    jobs: BTreeMap<u32, Rc<Prepared>>,
    /// Jobs below are stale.
    oldest: u32,
    /// The oracles' cases, once they are asked for.
    cases: Vec<Case>,
}

/// The worker that this program runs in; `None` on a page.
pub fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// Listens to the page for as long as the worker lives.
pub fn start(scope: &DedicatedWorkerGlobalScope) {
    let bench = Rc::new(RefCell::new(Bench::default()));
    let ears = scope.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        match read(&text) {
            Ok(Request::Shard { job, shard }) => {
                spawn_local(compute(Rc::clone(&bench), ears.clone(), job, shard));
            }
            Ok(Request::Samples(wanted)) => take_samples(&bench, &ears, wanted),
            Ok(request) => {
                if let Some(answer) = answer(&mut bench.borrow_mut(), request) {
                    post(&ears, &answer);
                }
            }
            Err(problem) => post(&ears, &frame(Answer::Failed, 0, problem.as_bytes())),
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(scope, &frame(Answer::Ready, PROTOCOL, &[]));
}

/// Reads what the page asks for.
fn read(text: &str) -> Result<Request, String> {
    // By way of a `Value`, as the check of documents does: the reading of documents is then compiled once. A request is
    // a tagged enum, which reads its parts as `sim_core::scenario::read` does.
    let request = serde_json::from_str(text).and_then(serde_json::from_value::<Request>);
    request.map_err(|error| format!("unreadable request: {error}"))
}

/// Computes a shard and tells the page, unless its job becomes stale meanwhile.
async fn compute(
    bench: Rc<RefCell<Bench>>,
    scope: DedicatedWorkerGlobalScope,
    job: u32,
    shard: Shard,
) {
    let prepared = bench.borrow().jobs.get(&job).cloned();
    let (Some(prepared), Ok(channel)) = (prepared, MessageChannel::new()) else {
        return;
    };
    let mut heard_ms = Date::now();
    let result = prepared
        .run_shard_in_parts(
            shard,
            |part| sim_loop::advance(part, TICKS),
            async || {
                if Date::now() - heard_ms >= DEAF_MS {
                    listen(&channel).await;
                    heard_ms = Date::now();
                }
                bench.borrow().oldest <= job
            },
        )
        .await;
    channel.port1().close();
    match result {
        Some(result) => post(&scope, &encoded(Answer::Result, job, &result)),
        None => post(&scope, &frame(Answer::GivenUp, job, &[])),
    }
}

/// Lets the messages be heard that have come: one that is sent now comes behind them.
async fn listen(channel: &MessageChannel) {
    let (ears, mouth) = (channel.port1(), channel.port2());
    let heard = Promise::new(&mut |heard, _| ears.set_onmessage(Some(&heard)));
    if mouth.post_message(&JsValue::NULL).is_ok() {
        // It cannot fail: nobody rejects it.
        JsFuture::from(heard).await.ok();
    }
}

/// Does what the page asks for; plans need no answer unless they fail.
fn answer(bench: &mut Bench, request: Request) -> Option<Vec<u8>> {
    match request {
        Request::Plan { job, oldest, plan } => {
            let former = bench.jobs.values().next_back();
            let prepared = Prepared::like(*plan, former.map(Rc::as_ref));
            bench.oldest = bench.oldest.max(oldest);
            // The newest stays until there is one that has what can be shared with it.
            let newest = bench.jobs.keys().next_back().copied();
            let is_over =
                |known: u32| known < oldest && (prepared.is_ok() || Some(known) != newest);
            bench.jobs.retain(|&known, _| !is_over(known));
            match prepared {
                Ok(prepared) => {
                    bench.jobs.insert(job, Rc::new(prepared));
                    None
                }
                Err(problems) => Some(frame(Answer::Failed, job, problems.to_string().as_bytes())),
            }
        }
        Request::GiveUp { oldest } => {
            bench.oldest = bench.oldest.max(oldest);
            None
        }
        // These take their time, or wait for a part of the program.
        Request::Shard { .. } | Request::Samples(_) => None,
        Request::Probe { job, probe } => {
            let found = bench.jobs.get(&job)?.answer(&probe);
            Some(encoded(Answer::Result, job, &found))
        }
        Request::Replay { job, request } => {
            let prepared = bench.jobs.get(&job)?;
            let seed = prepared.plan().document.run.seed;
            let setup = prepared.setup_of(request.replication);
            let replayed = replay(&setup, seed, &request);
            Some(encoded(Answer::Replay, job, &replayed))
        }
        Request::Window { job, request } => {
            let prepared = bench.jobs.get(&job)?;
            let seed = prepared.plan().document.run.seed;
            let setup = prepared.setup_of(request.replication);
            let replayed = replay_window(&setup, seed, &request);
            Some(encoded(Answer::Replay, job, &replayed))
        }
    }
}

/// Takes samples of a case, whose part of the program is loaded for the first.
fn take_samples(bench: &Rc<RefCell<Bench>>, ears: &DedicatedWorkerGlobalScope, wanted: Wanted) {
    if !bench.borrow().cases.is_empty() {
        return post(ears, &sampled(&bench.borrow().cases, wanted));
    }
    let (bench, ears) = (Rc::clone(bench), ears.clone());
    parts::then(known_cases(), move |cases| match cases {
        Ok(cases) => {
            post(&ears, &sampled(&cases, wanted));
            bench.borrow_mut().cases = cases;
        }
        Err(_) => post(
            &ears,
            &frame(Answer::Failed, wanted.job, parts::ADVICE.as_bytes()),
        ),
    });
}

#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(validation, fallible)]
fn known_cases() -> Result<Vec<Case>, NotLoaded> {
    Ok(cases())
}

fn sampled(cases: &[Case], wanted: Wanted) -> Vec<u8> {
    let Wanted {
        job,
        case,
        seed,
        first,
        samples,
    } = wanted;
    let Some(known) = cases.get(case as usize) else {
        return frame(Answer::Failed, job, b"there is no such case");
    };
    let samples: Vec<Sample> = (first..first.saturating_add(samples))
        .map(|index| known.sample(seed, index))
        .collect();
    encoded(
        Answer::Result,
        job,
        &Samples {
            case,
            first,
            samples,
        },
    )
}

fn encoded(kind: Answer, job: u32, value: &impl serde::Serialize) -> Vec<u8> {
    match postcard::to_allocvec(value) {
        Ok(bytes) => frame(kind, job, &bytes),
        Err(error) => frame(Answer::Failed, job, error.to_string().as_bytes()),
    }
}

/// Sends bytes without copying them on the page's side.
fn post(scope: &DedicatedWorkerGlobalScope, bytes: &[u8]) {
    let buffer = Uint8Array::from(bytes).buffer();
    // A page that is gone cannot be told anything.
    scope
        .post_message_with_transfer(&buffer, &Array::of1(&buffer))
        .ok();
}
