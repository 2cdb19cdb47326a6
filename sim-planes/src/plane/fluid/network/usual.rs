//! In what time a station answers when nobody waits anywhere: its own service and the answers that it waits for.
//!
//! Stations that are the same in this have it from each other, in a network and in the one after it.

use super::super::base_law::Law;
use super::tables::grouped;
use crate::plane::network::{Call, CallMode};
use crate::random::Distribution;
use std::sync::Arc;

/// Answers without any waiting.
#[derive(Debug)]
pub(super) struct Usual {
    own: Distribution,
    waits: Vec<Waits>,
    law: Law,
    /// Without the calls that are followed, if there are any.
    bare: Option<Law>,
    /// Of each call that is waited for: how often it is the last of those made together.
    shares: Vec<f64>,
    live_usual_s: f64,
    base: Distribution,
    answered: Option<Distribution>,
}

/// A call, as far as its caller's answers depend on it.
#[derive(Debug)]
pub(super) struct Waits {
    mode: CallMode,
    per_request: f64,
    required: bool,
    is_guarded: bool,
    timeout_s: f64,
    of: Arc<Usual>,
}

impl PartialEq for Waits {
    fn eq(&self, other: &Self) -> bool {
        let known = |one: &Self| {
            let Self {
                mode,
                per_request,
                required,
                is_guarded,
                timeout_s,
                of: _,
            } = *one;
            (mode, per_request, required, is_guarded, timeout_s)
        };
        known(self) == known(other) && Arc::ptr_eq(&self.of, &other.of)
    }
}

impl Waits {
    /// A call to a station that answers so, for which its callers have that much patience.
    pub(super) fn new(call: &Call, of: &Arc<Usual>, timeout_s: f64) -> Self {
        Self {
            mode: call.mode,
            per_request: call.per_request,
            required: call.required,
            is_guarded: call.guard.is_on(),
            timeout_s,
            of: Arc::clone(of),
        }
    }

    /// How long a caller waits for its calls of this kind, when one is answered by this law: never longer than it has
    /// patience.
    fn answers(&self, law: &Law) -> Law {
        let one = if self.required {
            // Those that last longer fail the caller: they are in no answer of its own.
            law.up_to(self.timeout_s)
        } else {
            law.at_most(self.timeout_s)
        };
        match self.mode {
            CallMode::Parallel => one.longest_of(self.per_request),
            CallMode::Sequential | CallMode::Async => one.times(self.per_request),
        }
    }
}

impl Usual {
    /// Of a station with this service and these calls, in their order.
    pub(super) fn new(own: Distribution, waits: Vec<Waits>) -> Self {
        let mut law = Law::of(&own);
        let mut bare: Option<Law> = None;
        let mut live_usual_s = 0.0;
        let mut shares = Vec::new();
        for members in grouped(&waits, |call| call.mode) {
            let is_live = members.iter().any(|call| call.is_guarded);
            let waited = || members.iter().filter(|call| call.mode != CallMode::Async);
            let laws: Vec<Law> = waited().map(|call| call.answers(&call.of.law)).collect();
            if is_live || waited().any(|call| call.of.bare.is_some()) {
                let so_far = bare.take().unwrap_or_else(|| law.clone());
                bare = Some(if is_live {
                    so_far
                } else {
                    let laws = waited()
                        .map(|call| call.answers(call.of.bare.as_ref().unwrap_or(&call.of.law)));
                    so_far.then(&longest_of_all(&laws.collect::<Vec<_>>()).0)
                });
            } else if let Some(so_far) = bare.take() {
                bare = Some(so_far.then(&longest_of_all(&laws).0));
            }
            let (longest, of_each) = longest_of_all(&laws);
            if is_live {
                live_usual_s += longest.mean_s();
            }
            if !laws.is_empty() {
                law = law.then(&longest);
            }
            shares.extend(of_each);
        }
        let waits_for_none = shares.is_empty();
        let base = if waits_for_none {
            own.clone()
        } else {
            law.distribution().unwrap_or_else(|| own.clone())
        };
        let answered = bare.as_ref();
        let answered = answered.map(|bare| bare.distribution().unwrap_or_else(|| own.clone()));
        Self {
            own,
            waits,
            law,
            bare,
            shares,
            live_usual_s,
            base,
            answered,
        }
    }

    /// Whether it is that of a station with this service and these calls.
    pub(super) fn is_of(&self, own: &Distribution, waits: &[Waits]) -> bool {
        self.own == *own && self.waits == waits
    }

    /// The station's own service alone.
    pub(super) fn own(&self) -> &Distribution {
        &self.own
    }

    /// Its answers, all calls included.
    pub(super) fn base(&self) -> &Distribution {
        &self.base
    }

    /// Its answers without the calls that are followed, if there are any here or further down.
    pub(super) fn bare(&self) -> Option<&Distribution> {
        self.answered.as_ref()
    }

    /// These, or all answers where no calls are followed.
    pub(super) fn answered(&self) -> &Distribution {
        self.answered.as_ref().unwrap_or(&self.base)
    }

    /// Of each call that is waited for, in their order: how often it is the last of those made together.
    pub(super) fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// Mean time of the calls that are followed, seconds.
    pub(super) fn live_usual_s(&self) -> f64 {
        self.live_usual_s
    }
}

/// Answers that are waited for together: the longest, and how often each is that.
fn longest_of_all(laws: &[Law]) -> (Law, Vec<f64>) {
    match laws {
        [] => (Law::zero(), Vec::new()),
        [one] => (one.clone(), vec![1.0]),
        several => Law::longest(several),
    }
}
