//! A study that decides as it goes, dealt out to workers: its rounds are laid out when the former are complete.

use super::deal::Pace;
use crate::state::Advice;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::explain::Explain;
use sim_core::study::optimise::Search;
use sim_core::study::reach::Reach;
use sim_core::study::{Adaptive, Answer, Plan, Probe, SweepReport};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// What is asked.
pub enum Question {
    /// Which designs are good?
    Search(Box<Search>),
    /// What would help most?
    Explain(Box<Explain>),
    /// How much traffic does it carry?
    Reach(Box<Reach>),
}

impl Question {
    fn study(&mut self) -> &mut dyn Adaptive {
        match self {
            Self::Search(search) => search.as_mut(),
            Self::Explain(explain) => explain.as_mut(),
            Self::Reach(reach) => reach.as_mut(),
        }
    }

    fn progress(&self) -> (u32, u32) {
        match self {
            Self::Search(search) => search.progress(),
            Self::Explain(explain) => explain.progress(),
            Self::Reach(reach) => reach.progress(),
        }
    }
}

/// A question being answered.
pub struct Inquiry {
    /// Number of the job that workers know it by.
    pub job: u32,
    /// The scenario that probes start from, as a plan of its own.
    pub plan: Rc<Plan>,
    document: ScenarioDocument,
    question: Question,
    waiting: VecDeque<Probe>,
    out: u32,
    pace: Pace,
    /// Whether a round was completed since the last report.
    pub news: bool,
}

impl Inquiry {
    /// A question with all its work before it.
    pub fn new(job: u32, document: &ScenarioDocument, mut question: Question) -> Self {
        let waiting = question.study().next_round().into();
        Self {
            job,
            plan: Rc::new(Plan::probed(document)),
            document: document.clone(),
            question,
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
        self.question.study().tell(answer);
        if self.finished() {
            self.waiting = self.question.study().next_round().into();
            self.news = true;
        }
    }

    /// Whether everything is computed.
    pub fn finished(&self) -> bool {
        self.out == 0 && self.waiting.is_empty()
    }

    /// Replications done and needed, as far as is known.
    pub fn totals(&self) -> (u32, u32) {
        self.question.progress()
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
        matches!(self.question, Question::Search(_))
    }

    /// The designs found, by complete rounds.
    pub fn search_report(&self) -> Option<SweepReport> {
        match &self.question {
            Question::Search(search) => Some(search.report(&self.document)),
            _ => None,
        }
    }

    /// Puts what is known of other questions into the advice.
    pub fn advise(&self, advice: &mut Advice) {
        match &self.question {
            Question::Search(_) => {}
            Question::Explain(explain) => advice.explain = explain.report().map(Arc::new),
            Question::Reach(reach) => advice.reach = reach.report().map(Arc::new),
        }
    }

    /// Whether it asks what would help.
    pub fn explains(&self) -> bool {
        matches!(self.question, Question::Explain(_))
    }
}
