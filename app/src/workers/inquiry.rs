//! A study that decides as it goes, dealt out to workers: its rounds are laid out when the former are complete.

use super::deal::Pace;
use crate::parts::{NotLoaded, wasm_split};
use crate::state::Advice;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::explain::Explain;
use sim_core::study::optimise::Search;
use sim_core::study::reach::Reach;
use sim_core::study::{Adaptive, Answer, Plan, Probe, SweepReport};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// What can be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Which designs are good?
    Search,
    /// What would help most?
    Explain,
    /// How much traffic does it carry?
    Reach,
}

/// A study that answers a question. The page knows the studies by what they do only: they are a part of the program
/// that is loaded when the first question is asked.
pub trait Study: Adaptive {
    /// Replications done and needed, as far as is known.
    fn totals(&self) -> (u32, u32);

    /// The designs found, by complete rounds.
    fn designs(&self, _: &ScenarioDocument) -> Option<SweepReport> {
        None
    }

    /// Puts what is known into the advice.
    fn advise(&self, _: &mut Advice) {}
}

impl Study for Search {
    fn totals(&self) -> (u32, u32) {
        self.progress()
    }

    fn designs(&self, document: &ScenarioDocument) -> Option<SweepReport> {
        Some(self.report(document))
    }
}

impl Study for Explain {
    fn totals(&self) -> (u32, u32) {
        self.progress()
    }

    fn advise(&self, advice: &mut Advice) {
        advice.explain = self.report().map(Arc::new);
    }
}

impl Study for Reach {
    fn totals(&self) -> (u32, u32) {
        self.progress()
    }

    fn advise(&self, advice: &mut Advice) {
        advice.reach = self.report().map(Arc::new);
    }
}

/// The study of a question about a document.
#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(more, fallible)]
pub fn study_of(
    question: Question,
    document: Box<ScenarioDocument>,
) -> Result<Box<dyn Study>, NotLoaded> {
    Ok(match question {
        Question::Search => Box::new(Search::new(&document, None)),
        Question::Explain => Box::new(Explain::new(&document, None)),
        Question::Reach => Box::new(Reach::new(&document, None)),
    })
}

/// A question being answered.
pub struct Inquiry {
    /// Number of the job that workers know it by.
    pub job: u32,
    /// The scenario that probes start from, as a plan of its own.
    pub plan: Rc<Plan>,
    document: ScenarioDocument,
    question: Question,
    study: Box<dyn Study>,
    waiting: VecDeque<Probe>,
    out: u32,
    pace: Pace,
    /// Whether a round was completed since the last report.
    pub news: bool,
}

impl Inquiry {
    /// A question with all its work before it.
    pub fn new(
        job: u32,
        document: &ScenarioDocument,
        question: Question,
        mut study: Box<dyn Study>,
    ) -> Self {
        let waiting = study.next_round().into();
        Self {
            job,
            plan: Rc::new(Plan::probed(document)),
            document: document.clone(),
            question,
            study,
            waiting,
            out: 0,
            pace: Pace::default(),
            news: true,
        }
    }

    /// The next probe. Quick replications of one variant go together.
    pub fn next(&mut self) -> Option<Probe> {
        let mut probe = self.waiting.pop_front()?;
        let most = self.pace.most();
        while let Some(next) = self.waiting.front()
            && probe.replications < most
            && next.variant == probe.variant
            && next.first_replication == probe.first_replication + probe.replications
        {
            probe.replications += next.replications;
            self.waiting.pop_front();
        }
        self.out += 1;
        Some(probe)
    }

    /// Takes in an answer that took so long; at the end of a round, the next is laid out.
    pub fn take(&mut self, answer: Answer, took_ms: f64) {
        self.out = self.out.saturating_sub(1);
        self.pace.note(answer.outcomes.len(), took_ms);
        self.study.tell(answer);
        if self.finished() {
            self.waiting = self.study.next_round().into();
            self.news = true;
        }
    }

    /// Whether everything is computed.
    pub fn finished(&self) -> bool {
        self.out == 0 && self.waiting.is_empty()
    }

    /// Replications done and needed, as far as is known.
    pub fn totals(&self) -> (u32, u32) {
        self.study.totals()
    }

    /// Seconds left on so many workers, once there is a rate to tell from.
    pub fn seconds_left(&self, workers: usize) -> Option<f64> {
        let (done, needed) = self.totals();
        self.pace.seconds_left(needed.saturating_sub(done), workers)
    }

    /// Whether its replications are quick.
    pub fn is_quick(&self) -> bool {
        self.pace.is_quick()
    }

    /// Whether it looks for designs.
    pub fn is_search(&self) -> bool {
        self.question == Question::Search
    }

    /// The designs found, by complete rounds.
    pub fn search_report(&self) -> Option<SweepReport> {
        self.study.designs(&self.document)
    }

    /// Puts what is known of other questions into the advice.
    pub fn advise(&self, advice: &mut Advice) {
        self.study.advise(advice);
    }

    /// Whether it asks what would help.
    pub fn explains(&self) -> bool {
        self.question == Question::Explain
    }
}
