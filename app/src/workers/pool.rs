//! Web workers: start them, tell them, hear from them.

use crate::workers::protocol::{Answer, PROTOCOL, Request, unframe};
use gloo::events::EventListener;
use js_sys::Uint8Array;
use leptos::prelude::{document, window};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Most workers; beyond this the page, not the work, is the bottleneck.
const MAX_WORKERS: u32 = 8;

/// What a worker says.
pub enum Heard {
    /// It can be told what to do.
    Ready,
    /// A shard's result or a case's samples, in postcard's encoding.
    Result {
        /// Number of the job.
        job: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A replay, in postcard's encoding.
    Replay {
        /// Number of the job.
        job: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// It gave up a shard, as it was told.
    GivenUp {
        /// Number of the job.
        job: u32,
    },
    /// It cannot do what it was told.
    Failed(String),
    /// It is broken: it was not loaded, or ended in the middle of something.
    Crashed(String),
}

/// One worker with its ears.
pub struct Hand {
    worker: Worker,
    _listeners: [EventListener; 3],
}

impl Hand {
    /// Starts a worker; `hear` gets everything it says.
    ///
    /// # Errors
    /// The browser refuses to start it.
    pub fn start(url: &str, hear: impl Fn(Heard) + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options).map_err(|error| text_of(&error))?;
        let hear = Rc::new(hear);
        let on_message = {
            let hear = Rc::clone(&hear);
            EventListener::new(&worker, "message", move |event| {
                hear(read(event.unchecked_ref::<MessageEvent>()))
            })
        };
        let on_error = {
            let hear = Rc::clone(&hear);
            EventListener::new(&worker, "error", move |event| {
                let message = event
                    .dyn_ref::<ErrorEvent>()
                    .map(ErrorEvent::message)
                    .filter(|message| !message.is_empty());
                hear(Heard::Crashed(message.unwrap_or_else(|| {
                    "the worker's program could not be loaded".to_owned()
                })));
            })
        };
        let on_garbled = EventListener::new(&worker, "messageerror", move |_| {
            hear(Heard::Failed(
                "a worker's message could not be read".to_owned(),
            ));
        });
        Ok(Self {
            worker,
            _listeners: [on_message, on_error, on_garbled],
        })
    }

    /// Tells the worker something.
    pub fn tell(&self, request: &Request) -> Result<(), String> {
        // By way of a `Value`: the writing of documents is then compiled once.
        let text = serde_json::to_value(request)
            .map_err(|error| error.to_string())?
            .to_string();
        self.worker
            .post_message(&JsValue::from_str(&text))
            .map_err(|error| text_of(&error))
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn read(event: &MessageEvent) -> Heard {
    let data = event.data();
    let bytes = match data.dyn_into::<js_sys::ArrayBuffer>() {
        Ok(buffer) => Uint8Array::new(&buffer).to_vec(),
        Err(other) => {
            return Heard::Failed(format!(
                "a worker said something unexpected: {}",
                text_of(&other)
            ));
        }
    };
    match unframe(&bytes) {
        Some((Answer::Ready, PROTOCOL, _)) => Heard::Ready,
        Some((Answer::Ready, ..)) => {
            Heard::Failed("page and worker are of different versions; reload the page".to_owned())
        }
        Some((Answer::Result, job, rest)) => Heard::Result {
            job,
            bytes: rest.to_vec(),
        },
        Some((Answer::Replay, job, rest)) => Heard::Replay {
            job,
            bytes: rest.to_vec(),
        },
        Some((Answer::GivenUp, job, _)) => Heard::GivenUp { job },
        Some((Answer::Failed, _, rest)) => {
            Heard::Failed(String::from_utf8_lossy(rest).into_owned())
        }
        None => Heard::Failed("a worker said something unexpected".to_owned()),
    }
}

fn text_of(value: &JsValue) -> String {
    value
        .as_string()
        .or_else(|| {
            value
                .dyn_ref::<js_sys::Error>()
                .map(|error| String::from(error.message()))
        })
        .unwrap_or_else(|| format!("{value:?}"))
}

/// How many workers, and whether one more is kept free for the first answer after an edit: as many as the address
/// asks for (`?workers=4`) and no more, else one less than the processors, for the page needs one too, and a spare
/// one. The numbers do not depend on it.
pub fn worker_count() -> (u32, bool) {
    let asked = window()
        .location()
        .search()
        .ok()
        .and_then(|search| asked_workers(&search));
    let processors = window().navigator().hardware_concurrency() as u32;
    let workers = asked.unwrap_or(processors.saturating_sub(1));
    (
        workers.clamp(1, MAX_WORKERS),
        asked.is_none() && processors > 1,
    )
}

fn asked_workers(search: &str) -> Option<u32> {
    let mut parts = search.trim_start_matches('?').split('&');
    parts
        .find_map(|part| part.strip_prefix("workers="))?
        .parse()
        .ok()
}

/// Where the worker's program lies; the page's shell says so, because its name changes with its content.
pub fn worker_url() -> Option<String> {
    let meta = document()
        .query_selector("meta[name='qec-worker']")
        .ok()
        .flatten()?;
    meta.get_attribute("content").filter(|url| !url.is_empty())
}
