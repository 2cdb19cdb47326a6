//! The engine room: follows the document, keeps the workers busy, and puts what they find on the page.
//!
//! An edit makes the results stale at once; the check and the new plan follow after a short pause, so that a
//! drag stays smooth. Results of former plans are dropped; a worker that is stuck in one is replaced.

mod compare;
mod edits;
mod hands;
mod reports;
mod tornado;
mod trials;

use super::comparing::Comparing;
use super::deal::Deal;
use super::inquiry::{Inquiry, Question, Study, study_of};
use super::pool::Hand;
use super::protocol::Request;
use crate::parts;
use crate::state::{Advice, Phase, RunState, Studio, SweepState};
use edits::{check_now, edited};
use gloo::timers::callback::Timeout;
use hands::{dispatch, replace_stuck, start};
use leptos::prelude::*;
use serde_json::Value;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{Collection, Plan};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use tornado::Tornado;
use trials::Trials;

struct Slot {
    hand: Hand,
    ready: bool,
    /// What it computes, and since when.
    busy: Option<(u32, f64)>,
    /// The same as it was told; what it is to be told again where another worker crashed at it.
    at: Option<Work>,
    again: Option<Work>,
    told: BTreeSet<u32>,
    /// Tells a replaced worker's late answers from those of its successor.
    generation: u32,
}

/// What a worker is to do next.
#[derive(Clone)]
struct Work {
    job: u32,
    request: Request,
    /// The plan that the request is about, for workers that do not know it.
    plan: Option<Rc<Plan>>,
}

struct Room {
    studio: Studio,
    slots: Vec<Slot>,
    /// Whether the last worker is kept free for the first answer after an edit.
    spare: bool,
    /// The beginning of one replication of the run, for a first answer.
    preview: Option<Deal>,
    run: Option<Deal>,
    /// The document of the run, without what does not change its results.
    run_key: Option<Value>,
    sweep: Option<Deal>,
    /// The study being made that decides as it goes.
    inquiry: Option<Inquiry>,
    tornado: Option<Tornado>,
    /// The design against the pinned one, where they differ.
    comparing: Option<Comparing>,
    /// Results of the pinned design, by the id of its plan.
    baseline: Option<(String, Collection)>,
    /// The oracles being run.
    trials: Option<Trials>,
    /// Whose turn it is, where the simulation and the oracles both have work.
    oracles_turn: bool,
    stopped: bool,
    /// Workers that crashed and were replaced since the last edit.
    crashes: u32,
    jobs: u32,
    generations: u32,
    first_unchecked_edit_ms: Option<f64>,
    last_edit_ms: f64,
    check_timer: Option<Timeout>,
    report_timer: Option<Timeout>,
    last_report_ms: f64,
}

/// The page's handle on its workers.
#[derive(Clone, Copy)]
pub struct EngineRoom(StoredValue<Rc<RefCell<Room>>, LocalStorage>);

/// Starts the workers and follows the document; call once, from the root.
pub fn provide_engine_room(studio: Studio) -> EngineRoom {
    let room = Rc::new(RefCell::new(Room {
        studio,
        slots: Vec::new(),
        spare: false,
        preview: None,
        run: None,
        run_key: None,
        sweep: None,
        inquiry: None,
        tornado: None,
        comparing: None,
        baseline: None,
        trials: None,
        oracles_turn: false,
        stopped: false,
        crashes: 0,
        jobs: 0,
        generations: 0,
        first_unchecked_edit_ms: None,
        last_edit_ms: 0.0,
        check_timer: None,
        report_timer: None,
        last_report_ms: 0.0,
    }));
    start(&room);
    check_now(&room);
    let follower = StoredValue::new_local(Rc::clone(&room));
    Effect::new(move |former: Option<u64>| {
        let edits = studio.edits.get();
        if former.is_some_and(|former| former != edits) {
            follower.with_value(edited);
        }
        edits
    });
    let engine_room = EngineRoom(StoredValue::new_local(room));
    provide_context(engine_room);
    engine_room
}

/// The handle, from the context.
pub fn engine_room() -> EngineRoom {
    expect_context::<EngineRoom>()
}

impl EngineRoom {
    /// Stops computing; what was found stays.
    pub fn stop(&self) {
        self.0.with_value(|room| {
            let mut this = room.borrow_mut();
            this.stopped = true;
            let studio = this.studio;
            if matches!(
                studio.run.with_untracked(|run| run.phase.clone()),
                Phase::Updating | Phase::Refining
            ) {
                studio.run.update(|run| run.phase = Phase::Stopped);
            }
            studio.sweep.update(|sweep| sweep.running = false);
            this.show_tornado();
        });
    }

    /// Goes on after a stop.
    pub fn resume(&self) {
        self.0.with_value(|room| {
            {
                let mut this = room.borrow_mut();
                this.stopped = false;
                let sweep_open = this.sweep.as_ref().is_some_and(|sweep| !sweep.finished())
                    || this
                        .inquiry
                        .as_ref()
                        .is_some_and(|one| one.is_search() && !one.finished());
                this.studio.sweep.update(|sweep| sweep.running = sweep_open);
                this.show_progress();
                this.show_tornado();
            }
            dispatch(room);
        });
    }

    /// Stops computing, or goes on where it was stopped.
    pub fn stop_or_resume(&self) {
        let stopped = self.0.with_value(|room| {
            let studio = room.borrow().studio;
            studio.run.with_untracked(|run| run.phase == Phase::Stopped)
                && !studio.sweep.with_untracked(|sweep| sweep.running)
        });
        if stopped { self.resume() } else { self.stop() }
    }

    /// Computes all designs of the sweep.
    pub fn start_sweep(&self) {
        self.0.with_value(|room| {
            {
                let mut this = room.borrow_mut();
                let studio = this.studio;
                let document = studio.document.get_untracked();
                let Ok(scenario) = sim_core::scenario::check_value(&document) else {
                    return;
                };
                let job = this.next_job();
                this.inquiry = None;
                studio.advice.update(|advice| advice.running = false);
                this.sweep = Some(Deal::new(job, Plan::sweep(scenario.document())));
                this.stopped = false;
                studio.sweep.update(|sweep| {
                    // A sweep of the same knobs stays in sight, dimmed, until the first design is in.
                    sweep.document = Some(Arc::new(document));
                    sweep.running = true;
                    sweep.is_search = false;
                    sweep.report = None;
                });
                this.show_sweep();
                this.show_progress();
            }
            dispatch(room);
        });
    }

    /// Looks for designs with the marked knobs.
    pub fn start_search(&self) {
        self.ask(Question::Search);
    }

    /// Asks what would help most.
    pub fn start_explain(&self) {
        self.ask(Question::Explain);
    }

    /// Asks how much more traffic the design carries.
    pub fn start_reach(&self) {
        self.ask(Question::Reach);
    }

    /// Starts a study that decides as it goes, in place of any other.
    fn ask(self, question: Question) {
        let studio = self.0.with_value(|room| room.borrow().studio);
        let document = studio.document.get_untracked();
        let Ok(scenario) = sim_core::scenario::check_value(&document) else {
            return;
        };
        let asked = scenario.document().clone();
        let study = study_of(question, Box::new(asked.clone()));
        parts::then(study, move |study| match study {
            // An edit while the part was loaded: the question is about what stands now.
            Ok(_) if studio.document.with_untracked(|now| *now != document) => self.ask(question),
            Ok(study) => self.begin(question, study, &asked, document),
            Err(_) => studio.toast(parts::ADVICE, false, true),
        });
    }

    fn begin(
        self,
        question: Question,
        study: Box<dyn Study>,
        asked: &ScenarioDocument,
        document: Value,
    ) {
        self.0.with_value(|room| {
            {
                let mut this = room.borrow_mut();
                let job = this.next_job();
                let inquiry = Inquiry::new(job, asked, question, study);
                this.stopped = false;
                this.put_aside(&inquiry, document);
                this.inquiry = Some(inquiry);
                this.show_inquiry();
                this.show_progress();
            }
            dispatch(room);
        });
    }

    /// Gives up the sweep or the study being made; what was found stays.
    pub fn give_up(&self) {
        self.0.with_value(|room| {
            {
                let mut this = room.borrow_mut();
                this.inquiry = None;
                this.studio.advice.update(|advice| advice.running = false);
                this.drop_sweep();
            }
            replace_stuck(room);
            dispatch(room);
        });
    }

    /// Runs cases of the validation, by their places, with the seed on the page.
    pub fn validate(&self, places: &[usize]) {
        self.0.with_value(|room| trials::ask(room, places));
    }

    /// Stops running cases; those that are complete stay.
    pub fn stop_validation(&self) {
        self.0.with_value(|room| room.borrow_mut().drop_trials());
    }

    /// Starts over after workers failed.
    pub fn retry(&self) {
        self.0.with_value(|room| {
            {
                let mut this = room.borrow_mut();
                this.slots.clear();
                this.crashes = 0;
                this.run = None;
                this.run_key = None;
                this.studio.run.set(RunState::default());
            }
            start(room);
            check_now(room);
        });
    }
}

/// The next shard of a plan.
fn next_of(deal: &mut Deal) -> Option<Work> {
    let job = deal.job;
    deal.next().map(|shard| Work {
        job,
        request: Request::Shard { job, shard },
        plan: Some(Rc::clone(&deal.plan)),
    })
}

/// The next probe of a study.
fn next_probe(inquiry: &mut Inquiry) -> Option<Work> {
    let job = inquiry.job;
    inquiry.next().map(|probe| Work {
        job,
        request: Request::Probe {
            job,
            probe: Box::new(probe),
        },
        plan: Some(Rc::clone(&inquiry.plan)),
    })
}

impl Room {
    /// Makes room on the page for what a study will find; what it replaces is given up.
    fn put_aside(&mut self, inquiry: &Inquiry, document: Value) {
        let (studio, document) = (self.studio, Some(Arc::new(document)));
        if inquiry.is_search() {
            self.sweep = None;
            studio.sweep.set(SweepState {
                document,
                running: true,
                is_search: true,
                ..SweepState::default()
            });
            studio.advice.update(|advice| advice.running = false);
        } else {
            if self.inquiry.as_ref().is_some_and(Inquiry::is_search) {
                studio.sweep.update(|sweep| sweep.running = false);
            }
            studio.advice.update(|advice| {
                if advice.document != document {
                    *advice = Advice::default();
                }
                advice.document = document;
                advice.running = true;
                advice.explains = inquiry.explains();
            });
        }
    }

    fn next_job(&mut self) -> u32 {
        self.jobs += 1;
        self.jobs
    }

    fn is_current(&self, job: u32) -> bool {
        let deals = [&self.preview, &self.run, &self.sweep]
            .into_iter()
            .flatten();
        let tornado = self.tornado.as_ref().map(|tornado| &tornado.deal);
        let is_asked = self.inquiry.as_ref().is_some_and(|one| one.job == job);
        deals.chain(tornado).any(|deal| deal.job == job)
            || is_asked
            || self.is_trial(job)
            || self.is_comparing(job)
    }

    /// Whether a job is that of the oracles being run.
    fn is_trial(&self, job: u32) -> bool {
        self.trials.as_ref().is_some_and(|trials| trials.job == job)
    }

    /// Work of a sweep or a study that was asked for, for the spare worker, while that is quick enough that a first
    /// answer would hardly wait for it.
    fn lent_work(&mut self) -> Option<Work> {
        if self.stopped || self.keeps_quiet() {
            return None;
        }
        let sweep = self.sweep.as_mut().filter(|sweep| sweep.is_quick());
        let shard = sweep.and_then(next_of);
        shard.or_else(|| {
            let inquiry = self.inquiry.as_mut().filter(|one| one.is_quick());
            inquiry.and_then(next_probe)
        })
    }

    /// Workers at a study that was asked for, of which the spare one is one while it is quick.
    fn workers_asked(&self, is_quick: bool) -> usize {
        self.workers() + usize::from(self.spare && is_quick)
    }

    /// Workers that refine; the spare one does not.
    fn workers(&self) -> usize {
        self.slots.len() - usize::from(self.spare && !self.slots.is_empty())
    }

    /// Whether the first answer is being computed on a machine with few processors, which it is to have for itself.
    fn keeps_quiet(&self) -> bool {
        self.workers() == 1 && self.preview.as_ref().is_some_and(Deal::is_out)
    }

    /// The first answer after an edit, which does not wait for workers that are still at something else.
    fn first_answer(&mut self) -> Option<Work> {
        if self.keeps_quiet() {
            return None;
        }
        let answers = [&mut self.preview, &mut self.run];
        let first = answers.into_iter().flatten().find(|deal| deal.untouched());
        first.filter(|_| !self.stopped).and_then(next_of)
    }

    /// The next thing to do. The first round of this design comes before all; beyond it, the simulation and the oracles
    /// take turns.
    fn next_work(&mut self) -> Option<Work> {
        let first_round = !self.stopped
            && self
                .run
                .as_ref()
                .is_some_and(|run| run.progress().done < run.plan.document.run.min_replications);
        if let Some(work) = self.first_answer() {
            return Some(work);
        }
        if self.keeps_quiet() {
            return None;
        }
        if first_round && let Some(work) = self.next_shard(true) {
            return Some(work);
        }
        if let Some(work) = self.next_comparing() {
            return Some(work);
        }
        self.oracles_turn = !self.oracles_turn;
        if self.oracles_turn {
            self.next_samples().or_else(|| self.next_shard(first_round))
        } else {
            self.next_shard(first_round).or_else(|| self.next_samples())
        }
    }

    fn next_samples(&mut self) -> Option<Work> {
        let trials = self.trials.as_mut()?;
        let job = trials.job;
        trials.next().map(|request| Work {
            job,
            request,
            plan: None,
        })
    }

    /// The next shard, of what matters most: the first round of this design, then the sweep or study that was asked for,
    /// then more precision.
    fn next_shard(&mut self, first_round: bool) -> Option<Work> {
        if self.stopped {
            return None;
        }
        let asked = |this: &mut Self| {
            let shard = this.sweep.as_mut().and_then(next_of);
            shard.or_else(|| this.inquiry.as_mut().and_then(next_probe))
        };
        if first_round {
            let shard = self.run.as_mut().and_then(next_of);
            return shard.or_else(|| asked(self));
        }
        let shard = asked(self);
        let tornado = self.tornado.as_mut();
        shard
            .or_else(|| tornado.and_then(|tornado| next_of(&mut tornado.deal)))
            .or_else(|| self.run.as_mut().and_then(next_of))
    }

    fn fail(&mut self, message: String) {
        self.slots.clear();
        self.drop_preview();
        self.run = None;
        self.run_key = None;
        self.sweep = None;
        self.inquiry = None;
        self.comparing = None;
        self.drop_tornado();
        self.drop_trials();
        self.studio.sweep.update(|sweep| sweep.running = false);
        self.studio
            .run
            .update(|run| run.phase = Phase::Failed(message));
    }
}
