//! Several controllers on one target: who wins, and how often they pull in opposite directions.
//!
//! Kubernetes itself does not arbitrate: every controller writes `spec.replicas`, the last one wins, and the next
//! one starts from there. The other modes are what people build against that.

use super::controller::{Controller, LatencyWanted, Surroundings, View, Wish, controller};
use super::decision::{Decision, DecisionLog, Rule};
use crate::scenario::document::ArbitrationDocument;

/// All controllers of one target.
pub struct Controllers {
    members: Vec<Box<dyn Controller>>,
    /// What each asked for last.
    wishes: Vec<Option<Wish>>,
    mode: ArbitrationDocument,
    /// Who holds the target until when, seconds since the start of the simulation.
    lock: Option<(usize, f64)>,
    conflicts: u32,
}

impl Controllers {
    /// The controllers of a scenario: the autoscaler first, then the others in their order.
    pub fn new(around: Surroundings<'_>) -> Self {
        let document = around.document;
        let others = document.shared_control.as_ref();
        let members: Vec<_> = core::iter::once(&document.autoscaler)
            .chain(others.into_iter().flat_map(|shared| &shared.controllers))
            .map(|autoscaler| controller(autoscaler, around))
            .collect();
        Self {
            wishes: vec![None; members.len()],
            members,
            mode: others.map_or(ArbitrationDocument::LastWriter {}, |shared| {
                shared.arbitration.clone()
            }),
            lock: None,
            conflicts: 0,
        }
    }

    /// Replicas at the start of the warm-up: what the first controller starts with.
    pub fn initial_replicas(&self) -> u32 {
        self.members.first().map_or(0, |c| c.initial_replicas())
    }

    /// Ticks until the slowest of them can have answered a change of load.
    pub fn reaction_ticks(&self) -> u32 {
        let slowest = self.members.iter().map(|c| c.reaction_ticks()).max();
        slowest.unwrap_or(1)
    }

    /// Whether any of them is blind while telemetry is missing.
    pub fn goes_by_telemetry(&self) -> bool {
        self.members.iter().any(|c| c.goes_by_telemetry())
    }

    /// Which latencies any of them looks at.
    pub fn latency_wanted(&self) -> LatencyWanted {
        self.members
            .iter()
            .fold(LatencyWanted::default(), |wanted, c| {
                wanted.or(c.latency_wanted())
            })
    }

    /// Ticks so far in which one controller asked for more and another for fewer replicas than there were.
    pub fn conflicts(&self) -> u32 {
        self.conflicts
    }

    /// Decides at the end of a tick.
    #[inline]
    pub fn decide(&mut self, view: View<'_>, log: &mut DecisionLog) -> Wish {
        let before = view.current;
        // Mostly there is one, and nothing to arbitrate.
        if let ([only], [last]) = (&mut *self.members, &mut *self.wishes) {
            if let Some(wish) = only.decide(&view, log) {
                *last = Some(wish);
                return wish;
            }
            return Wish {
                replicas: before,
                at_maximum: last.is_some_and(|wish| wish.at_maximum),
            };
        }
        self.decide_among(view, log)
    }

    fn decide_among(&mut self, view: View<'_>, log: &mut DecisionLog) -> Wish {
        let before = view.current;
        let replicas = match &self.mode {
            ArbitrationDocument::LastWriter {} => self.last_writer(view, log),
            mode => {
                let mode = mode.clone();
                let decided = self.ask_all(&view, log);
                if decided {
                    self.settle(&mode, &view, log)
                } else {
                    before
                }
            }
        };
        let at_maximum = self.wishes.iter().flatten().any(|wish| wish.at_maximum);
        Wish {
            replicas,
            at_maximum,
        }
    }

    /// Each in turn, from what the one before it wrote.
    fn last_writer(&mut self, view: View<'_>, log: &mut DecisionLog) -> u32 {
        let before = view.current;
        let mut view = view;
        let (mut up, mut down) = (false, false);
        for (member, last) in self.members.iter_mut().zip(&mut self.wishes) {
            let Some(wish) = member.decide(&view, log) else {
                continue;
            };
            up |= wish.replicas > view.current;
            down |= wish.replicas < view.current;
            *last = Some(wish);
            view.current = wish.replicas;
        }
        if up && down {
            self.conflicts += 1;
            let to = view.current;
            log.record(|| arbitrated(before, to, "several controllers wrote opposite changes in the same moment; the last one stays, as in Kubernetes".into()));
        }
        view.current
    }

    /// Lets each look from the same state; whether any had its turn.
    fn ask_all(&mut self, view: &View<'_>, log: &mut DecisionLog) -> bool {
        let mut decided = false;
        for (member, last) in self.members.iter_mut().zip(&mut self.wishes) {
            if let Some(wish) = member.decide(view, log) {
                *last = Some(wish);
                decided = true;
            }
        }
        let replicas = || self.wishes.iter().flatten().map(|wish| wish.replicas);
        let opposite = replicas().any(|wish| wish > view.current)
            && replicas().any(|wish| wish < view.current);
        self.conflicts += u32::from(opposite && decided);
        decided
    }

    fn settle(
        &mut self,
        mode: &ArbitrationDocument,
        view: &View<'_>,
        log: &mut DecisionLog,
    ) -> u32 {
        let current = view.current;
        let wanted = |index: usize| self.wishes[index].map(|wish| wish.replicas);
        let first_change =
            || (0..self.wishes.len()).find(|&i| wanted(i).is_some_and(|w| w != current));
        let (to, why) = match mode {
            ArbitrationDocument::LastWriter {} => return current,
            ArbitrationDocument::Max {} => {
                let highest = (0..self.wishes.len()).filter_map(wanted).max();
                (
                    highest.unwrap_or(current),
                    "the highest wish wins".to_owned(),
                )
            }
            ArbitrationDocument::Priority {} => match first_change() {
                None => (current, String::new()),
                Some(index) => (
                    wanted(index).unwrap_or(current),
                    format!(
                        "controller {} comes first among those that want a change",
                        index + 1
                    ),
                ),
            },
            ArbitrationDocument::Lock { lock_s } => {
                let held = self.lock.filter(|&(_, until_s)| view.now_s < until_s);
                let winner = held.map(|(holder, _)| holder).or_else(first_change);
                match winner {
                    None => (current, String::new()),
                    Some(index) => {
                        let to = wanted(index).unwrap_or(current);
                        if to != current {
                            self.lock = Some((index, view.now_s + f64::from(*lock_s)));
                        }
                        (to, format!("controller {} holds the lock", index + 1))
                    }
                }
            }
        };
        let overruled = self.wishes.iter().flatten().any(|wish| wish.replicas != to);
        if self.members.len() > 1 && overruled {
            log.record(|| arbitrated(current, to, why));
        }
        to
    }
}

fn arbitrated(from: u32, to: u32, why: String) -> Decision {
    Decision {
        at_s: 0.0,
        controller: "Arbitration".into(),
        from,
        to,
        rule: Rule::Arbitration,
        inputs: vec![],
        why: format!("The controllers disagree: {why}."),
    }
}
