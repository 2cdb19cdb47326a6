//! The models held against theory: which cases there are, and where each of them stands.

use leptos::prelude::*;
use sim_core::validation::{Case, SEED, Verdict, cases};
use std::sync::Arc;

/// Where a case stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CaseState {
    /// It was not run with this seed.
    #[default]
    NotRun,
    /// It waits for a worker.
    Waiting,
    /// Samples come in: the share that is there, and what they say so far.
    Running(f64, Vec<Verdict>),
    /// All samples are there.
    Done(Vec<Verdict>),
}

impl CaseState {
    /// What is known so far of the oracle at this place.
    pub fn verdict(&self, place: usize) -> Option<&Verdict> {
        match self {
            Self::NotRun | Self::Waiting => None,
            Self::Running(_, verdicts) | Self::Done(verdicts) => verdicts.get(place),
        }
    }

    /// Whether it is being run, or about to be.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Running(..))
    }
}

/// The cases, each with its state.
pub struct Board {
    /// The cases, in the order in which they are shown.
    pub cases: Vec<Case>,
    /// Their states, in the same order.
    pub states: Vec<ArcRwSignal<CaseState>>,
}

impl Board {
    fn new() -> Self {
        let cases = cases();
        let states = cases.iter().map(|_| ArcRwSignal::default()).collect();
        Self { cases, states }
    }

    /// Sets the state of a case.
    pub fn set(&self, place: usize, state: CaseState) {
        if let Some(signal) = self.states.get(place) {
            signal.set(state);
        }
    }

    /// Sets the state of every case that `which` holds for.
    pub fn set_all(&self, state: &CaseState, which: impl Fn(&CaseState) -> bool) {
        for signal in &self.states {
            if signal.with_untracked(&which) {
                signal.set(state.clone());
            }
        }
    }

    /// Figures run, and of these the ones that agree.
    pub fn count(&self) -> (usize, usize) {
        let (mut run, mut agree) = (0, 0);
        for state in &self.states {
            state.with(|state| {
                if let CaseState::Done(verdicts) = state {
                    run += verdicts.len();
                    agree += verdicts.iter().filter(|verdict| verdict.agrees()).count();
                }
            });
        }
        (run, agree)
    }

    /// Figures in all.
    pub fn figures(&self) -> usize {
        self.cases.iter().map(|case| case.oracles.len()).sum()
    }
}

/// The state of the Validation view. Copies share the same signals.
#[derive(Clone, Copy)]
pub struct Validation {
    board: StoredValue<Option<Arc<Board>>>,
    /// The seed that cases are run with.
    pub seed: RwSignal<u64>,
    /// Whether cases are being run.
    pub running: RwSignal<bool>,
    /// Share of the requests simulated of those that were asked for, 0..1, and seconds left once that is known.
    pub progress: RwSignal<(f64, Option<f64>)>,
}

impl Validation {
    /// Nothing run yet.
    pub fn new() -> Self {
        Self {
            board: StoredValue::new(None),
            seed: RwSignal::new(SEED),
            running: RwSignal::new(false),
            progress: RwSignal::new((0.0, None)),
        }
    }

    /// The cases, where they were made.
    pub fn made(&self) -> Option<Arc<Board>> {
        self.board.get_value()
    }

    /// The cases; made when they are first asked for, by the part of the program that knows them.
    pub fn board(&self) -> Arc<Board> {
        if let Some(board) = self.made() {
            return board;
        }
        let board = Arc::new(Board::new());
        self.board.set_value(Some(Arc::clone(&board)));
        board
    }
}
