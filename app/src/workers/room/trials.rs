//! The oracles' samples, dealt out to the same workers as the simulation's shards.

use super::Room;
use super::hands::dispatch;
use crate::state::{Board, CaseState, now_ms};
use crate::workers::protocol::{Request, Samples, Wanted};
use leptos::prelude::*;
use sim_core::validation::Evidence;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// Work of one message should take about this long, so that a worker is soon free for the simulation.
const MESSAGE_MS: f64 = 40.0;
/// Most samples of one message.
const MAX_SAMPLES: u32 = 16;

/// Cases being run with one seed.
pub(super) struct Trials {
    pub(super) job: u32,
    seed: u64,
    board: Arc<Board>,
    /// Cases with samples that nobody was asked for yet, next first.
    queue: VecDeque<usize>,
    /// Place, evidence and dealing of every case that was asked for and is not complete.
    runs: Vec<CaseRun>,
    began_ms: f64,
    /// Requests simulated, and those that were asked for.
    done: f64,
    wanted: f64,
}

struct CaseRun {
    place: usize,
    evidence: Evidence,
    /// The next sample to ask for.
    next: u32,
    /// Time that its samples took so far.
    busy_ms: f64,
}

impl Trials {
    pub(super) fn new(job: u32, seed: u64, board: Arc<Board>) -> Self {
        Self {
            job,
            seed,
            board,
            queue: VecDeque::new(),
            runs: Vec::new(),
            began_ms: now_ms(),
            done: 0.0,
            wanted: 0.0,
        }
    }

    /// Puts a case at the end of the queue, unless it is being run already.
    fn ask(&mut self, place: usize) {
        let Some(case) = self.board.cases.get(place) else {
            return;
        };
        if self.runs.iter().any(|run| run.place == place) {
            return;
        }
        self.wanted += cost(case.requests, case.samples);
        self.runs.push(CaseRun {
            place,
            evidence: Evidence::new(case),
            next: 0,
            busy_ms: 0.0,
        });
        self.queue.push_back(place);
        self.board.set(place, CaseState::Waiting);
    }

    /// The next samples to compute.
    pub(super) fn next(&mut self) -> Option<Request> {
        let place = *self.queue.front()?;
        let case = self.board.cases.get(place)?;
        let run = self.runs.iter_mut().find(|run| run.place == place)?;
        let known = run.evidence.count();
        let quick = if known > 0 {
            MESSAGE_MS / (run.busy_ms / f64::from(known)).max(0.01)
        } else {
            1.0
        };
        let left = case.samples.saturating_sub(run.next);
        let samples = (quick as u32).clamp(1, MAX_SAMPLES).min(left);
        let first = run.next;
        run.next += samples;
        if run.next >= case.samples {
            self.queue.pop_front();
        }
        Some(Request::Samples(Wanted {
            job: self.job,
            case: place as u32,
            seed: self.seed,
            first,
            samples,
        }))
    }

    /// Takes in samples that took so long.
    pub(super) fn take(&mut self, found: Samples, took_ms: f64) {
        let place = found.case as usize;
        let Some(case) = self.board.cases.get(place) else {
            return;
        };
        let Some(run) = self.runs.iter_mut().find(|run| run.place == place) else {
            return;
        };
        self.done += cost(case.requests, found.samples.len() as u32);
        run.busy_ms += took_ms;
        for (index, sample) in (found.first..).zip(found.samples) {
            run.evidence.add(index, sample);
        }
        let verdicts = run.evidence.verdicts(case);
        let state = if run.evidence.is_complete() {
            self.runs.retain(|run| run.place != place);
            CaseState::Done(verdicts)
        } else {
            let share = f64::from(run.evidence.count()) / f64::from(case.samples);
            CaseState::Running(share, verdicts)
        };
        self.board.set(place, state);
    }

    fn is_over(&self) -> bool {
        self.runs.is_empty()
    }

    /// Share done, and seconds left once there is a rate to tell from.
    fn progress(&self) -> (f64, Option<f64>) {
        let share = if self.wanted > 0.0 {
            self.done / self.wanted
        } else {
            0.0
        };
        let elapsed_s = (now_ms() - self.began_ms) / 1000.0;
        let left_s = elapsed_s * (1.0 - share) / share;
        (share, (elapsed_s > 1.5 && share > 0.01).then_some(left_s))
    }
}

/// Work of samples, in requests; rules without requests take a little time too.
fn cost(requests: f64, samples: u32) -> f64 {
    f64::from(samples) * (requests + 1000.0)
}

impl Room {
    /// Takes in a worker's samples.
    pub(super) fn take_samples(&mut self, bytes: &[u8], took_ms: f64) {
        match postcard::from_bytes::<Samples>(bytes) {
            Ok(found) => {
                if let Some(trials) = self.trials.as_mut() {
                    trials.take(found, took_ms);
                }
                self.show_trials();
            }
            Err(error) => self.fail(format!("a worker's samples could not be read: {error}")),
        }
    }

    /// Puts the progress of the oracles on the page.
    fn show_trials(&mut self) {
        let validation = self.studio.validation;
        if let Some(trials) = self.trials.take_if(|trials| trials.is_over()) {
            validation.progress.set((1.0, None));
            validation.running.set(false);
            drop(trials);
        } else if let Some(trials) = &self.trials {
            validation.progress.set(trials.progress());
        }
    }

    /// Forgets the cases being run; those that are complete stay.
    pub(super) fn drop_trials(&mut self) {
        if let Some(trials) = self.trials.take() {
            trials.board.set_all(&CaseState::NotRun, CaseState::is_open);
        }
        self.studio.validation.running.set(false);
    }
}

/// Runs cases, behind those that are being run.
pub(super) fn ask(room: &Rc<RefCell<Room>>, places: &[usize]) {
    {
        let mut this = room.borrow_mut();
        let validation = this.studio.validation;
        let Some(board) = validation.made() else {
            return;
        };
        if this.trials.is_none() {
            let job = this.next_job();
            let seed = validation.seed.get_untracked();
            this.trials = Some(Trials::new(job, seed, board));
        }
        if let Some(trials) = this.trials.as_mut() {
            places.iter().for_each(|&place| trials.ask(place));
        }
        validation.running.set(true);
        this.show_trials();
    }
    dispatch(room);
}
