//! The microscope: plays a stretch of one replication again, with every tick and every decision, or request by request.
//!
//! It has a worker of its own, started when somebody first looks, so that studies go on meanwhile.

use super::pool::{Hand, Heard, worker_url};
use super::protocol::Request;
use crate::check::run_key;
use crate::state::{Moment, Studio};
use leptos::prelude::*;
use serde_json::Value;
use sim_core::control::decision::LogFilter;
use sim_core::replication::{Replay, ReplayRequest, WindowReplay, WindowRequest};
use sim_core::study::Plan;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Half of the stretch that is played around a moment, seconds.
pub const HALF_SPAN_S: f64 = 3600.0;
/// Most decisions and ticks of a stretch: two hours of one-second ticks with several controllers.
const MOST: u32 = 30_000;

struct Bench {
    studio: Studio,
    hand: Option<Hand>,
    ready: bool,
    /// Counts requests; answers to former ones are dropped.
    job: u32,
    /// The last jobs for ticks and for single requests.
    ticks_job: u32,
    window_job: u32,
    waiting: Vec<(Plan, Asked)>,
    /// Whether the moment moves to where most requests were bad, once the stretch is there.
    seek_worst: bool,
    /// What the replay on the page was made of: document and request.
    shown: Option<(Value, ReplayRequest)>,
    /// The same of the window that is played request by request.
    played: Option<(Value, WindowRequest)>,
}

/// What is asked of the worker.
#[derive(Clone, Copy)]
enum Asked {
    Ticks(ReplayRequest),
    Window(WindowRequest),
}

/// The page's handle on the microscope.
#[derive(Clone, Copy)]
pub struct Microscope(StoredValue<Rc<RefCell<Bench>>, LocalStorage>);

/// Makes the microscope, and keeps what it shows in step with the document; call once, from the root.
pub fn provide_microscope(studio: Studio) -> Microscope {
    let bench = Rc::new(RefCell::new(Bench {
        studio,
        hand: None,
        ready: false,
        job: 0,
        ticks_job: 0,
        window_job: 0,
        waiting: Vec::new(),
        seek_worst: false,
        shown: None,
        played: None,
    }));
    let microscope = Microscope(StoredValue::new_local(bench));
    provide_context(microscope);
    // A new report is that of a sound document: what is looked at is played again with it.
    Effect::new(move |_| {
        studio.report.track();
        let looked_at = studio.moment.with_untracked(|moment| moment.at_s);
        if let Some(at_s) = looked_at {
            microscope.look_at(at_s);
        }
        if let Some(asked) = studio.window.with_untracked(|window| window.asked) {
            microscope.play(asked);
        }
    });
    microscope
}

/// The handle, from the context.
pub fn microscope() -> Microscope {
    expect_context::<Microscope>()
}

impl Microscope {
    /// Looks at a moment, in seconds since the start of the window.
    pub fn look_at(&self, at_s: f64) {
        self.0.with_value(|bench| {
            let studio = bench.borrow().studio;
            studio.moment.update(|moment| moment.at_s = Some(at_s));
            look(bench);
        });
    }

    /// Looks at the worst moment of the stretch where the window was worst.
    pub fn look_for_worst_of_window(&self) {
        let around_s = self.0.with_value(|bench| {
            let mut bench = bench.borrow_mut();
            bench.seek_worst = true;
            let report = bench.studio.report.get_untracked();
            report.as_deref().and_then(worst_moment).unwrap_or(0.0)
        });
        self.look_at(around_s);
    }

    /// Plays a window request by request.
    pub fn play(&self, asked: WindowRequest) {
        self.0.with_value(|bench| {
            let mut this = bench.borrow_mut();
            let document = this.studio.document.get_untracked();
            let Ok(scenario) = sim_core::scenario::check_value(&document) else {
                return;
            };
            let key = (run_key(&document), asked);
            if this.played.as_ref() == Some(&key) {
                return;
            }
            this.played = Some(key);
            this.waiting
                .retain(|(_, one)| matches!(one, Asked::Ticks(_)));
            this.waiting
                .push((Plan::single(scenario.document()), Asked::Window(asked)));
            this.studio.window.update(|window| {
                window.asked = Some(asked);
                window.loading = true;
                window.failed = None;
            });
            drop(this);
            start(bench);
            send(bench);
        });
    }

    /// Where the window that was computed last was worst, seconds.
    pub fn worst_s(&self) -> f64 {
        self.0.with_value(|bench| {
            let report = bench.borrow().studio.report.get_untracked();
            report.as_deref().and_then(worst_moment).unwrap_or(0.0)
        })
    }

    /// Looks at another replication at the same moment.
    pub fn choose_replication(&self, replication: u32) {
        self.0.with_value(|bench| {
            let studio = bench.borrow().studio;
            studio
                .moment
                .update(|moment| moment.replication = replication);
            look(bench);
        });
    }
}

/// Where the share of bad requests was highest; where traffic was, if none was bad. Seconds.
fn worst_moment(report: &sim_core::study::Report) -> Option<f64> {
    let highest = |key: &str| {
        let series = report.series.iter().find(|series| series.key == key)?;
        let finite = series.p95.iter().enumerate().filter(|(_, v)| v.is_finite());
        finite.max_by(|a, b| a.1.total_cmp(b.1))
    };
    let (index, _) = highest("bad_percent")
        .filter(|(_, worst)| **worst > 0.0)
        .or_else(|| highest("arrivals_rps"))?;
    Some((index as f64 + 0.5) * report.series_step_s)
}

/// Asks for the stretch around the moment, unless it is there already.
fn look(bench: &Rc<RefCell<Bench>>) {
    let mut this = bench.borrow_mut();
    let studio = this.studio;
    let Ok(scenario) = sim_core::scenario::check_value(&studio.document.get_untracked()) else {
        return;
    };
    let Some((at_s, replication)) = studio
        .moment
        .with_untracked(|moment| moment.at_s.map(|at_s| (at_s, moment.replication)))
    else {
        return;
    };
    let key = run_key(&studio.document.get_untracked());
    let holds = |request: &ReplayRequest| {
        let filter = request.filter;
        request.replication == replication && (filter.from_s..=filter.to_s).contains(&at_s)
    };
    if this
        .shown
        .as_ref()
        .is_some_and(|(document, request)| *document == key && holds(request))
    {
        return;
    }
    let request = ReplayRequest {
        replication,
        filter: LogFilter {
            from_s: at_s - HALF_SPAN_S,
            to_s: at_s + HALF_SPAN_S,
            changes_only: false,
            most: MOST,
        },
        most_ticks: MOST,
    };
    this.shown = Some((key, request));
    this.waiting
        .retain(|(_, one)| matches!(one, Asked::Window(_)));
    this.waiting
        .push((Plan::single(scenario.document()), Asked::Ticks(request)));
    studio.moment.update(|moment| {
        moment.loading = true;
        moment.failed = None;
    });
    drop(this);
    start(bench);
    send(bench);
}

fn start(bench: &Rc<RefCell<Bench>>) {
    let mut this = bench.borrow_mut();
    if this.hand.is_some() {
        return;
    }
    let ears = Rc::downgrade(bench);
    let hear = move |heard| {
        if let Some(bench) = ears.upgrade() {
            take(&bench, heard);
        }
    };
    let url = worker_url().ok_or("the page does not say where its worker lies".to_owned());
    match url.and_then(|url| Hand::start(&url, hear)) {
        Ok(hand) => this.hand = Some(hand),
        Err(message) => this.fail(message),
    }
}

fn send(bench: &Rc<RefCell<Bench>>) {
    let mut this = bench.borrow_mut();
    if !this.ready || this.hand.is_none() {
        return;
    }
    for (plan, asked) in std::mem::take(&mut this.waiting) {
        this.job += 1;
        let job = this.job;
        let plan = Request::Plan {
            job,
            oldest: job,
            plan: Box::new(plan),
        };
        let request = match asked {
            Asked::Ticks(request) => {
                this.ticks_job = job;
                Request::Replay { job, request }
            }
            Asked::Window(request) => {
                this.window_job = job;
                Request::Window { job, request }
            }
        };
        let told = this.hand.as_ref().map_or(Ok(()), |hand| {
            hand.tell(&plan).and_then(|()| hand.tell(&request))
        });
        if let Err(message) = told {
            this.fail(message);
        }
    }
}

fn take(bench: &Rc<RefCell<Bench>>, heard: Heard) {
    let ready = {
        let mut this = bench.borrow_mut();
        match heard {
            Heard::Ready => {
                this.ready = true;
                true
            }
            Heard::Failed(message) | Heard::Crashed(message) => {
                this.fail(message);
                false
            }
            Heard::Replay { job, bytes } if job == this.window_job => {
                match postcard::from_bytes::<WindowReplay>(&bytes) {
                    Ok(replay) => this.studio.window.update(|window| {
                        window.replay = Some(Arc::new(replay));
                        (window.loading, window.trace) = (false, 0);
                    }),
                    Err(error) => this.fail(error.to_string()),
                }
                false
            }
            Heard::Replay { job, bytes } if job == this.ticks_job => {
                match postcard::from_bytes::<Replay>(&bytes) {
                    Ok(replay) => this.show(replay),
                    Err(error) => this.fail(error.to_string()),
                }
                false
            }
            Heard::Replay { .. } | Heard::Result { .. } | Heard::GivenUp { .. } => false,
        }
    };
    if ready {
        send(bench);
    }
}

impl Bench {
    fn show(&mut self, replay: Replay) {
        let worst = replay.ticks.iter().filter(|tick| tick.bad > 0.0);
        let worst = worst.max_by(|a, b| a.bad.total_cmp(&b.bad));
        let moved = worst.map(|tick| tick.at_s).filter(|_| self.seek_worst);
        self.seek_worst = false;
        self.studio.moment.update(|moment| {
            moment.at_s = moved.or(moment.at_s);
            moment.replay = Some(Arc::new(replay));
            moment.loading = false;
        });
    }

    /// The worker is given up; the next look starts another.
    fn fail(&mut self, message: String) {
        self.hand = None;
        self.ready = false;
        self.waiting.clear();
        self.shown = None;
        self.played = None;
        if self.studio.window.with_untracked(|window| window.loading) {
            self.studio.window.update(|window| {
                (window.loading, window.replay) = (false, None);
                window.failed = Some(message.clone());
            });
        }
        self.studio.moment.update(|moment| {
            *moment = Moment {
                failed: Some(message),
                replay: None,
                loading: false,
                ..moment.clone()
            };
        });
    }
}
