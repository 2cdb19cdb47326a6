//! What page and worker say to each other.
//!
//! The page speaks JSON text, the worker answers with bytes: first its kind, then the job (little-endian), then
//! the rest. The first thing a worker says is that it is ready, with the protocol's version; what it is told
//! before that is lost.

use serde::{Deserialize, Serialize};
use sim_core::replication::{ReplayRequest, WindowRequest};
use sim_core::study::{Plan, Probe, Shard};
use sim_core::validation::Sample;

/// Version of the protocol; page and worker of different builds do not talk.
pub const PROTOCOL: u32 = 5;

/// From the page to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    /// Prepare for the shards of a plan; former jobs with a lower number than `oldest` are forgotten.
    Plan {
        /// Number of the job.
        job: u32,
        /// Jobs below are stale.
        oldest: u32,
        /// The plan.
        plan: Box<Plan>,
    },
    /// Give up shards of former jobs, with a lower number than `oldest`.
    GiveUp {
        /// Jobs below are stale.
        oldest: u32,
    },
    /// Compute a shard of a plan sent before.
    Shard {
        /// Number of the job.
        job: u32,
        /// The shard.
        shard: Shard,
    },
    /// Compute a probe of a plan sent before.
    Probe {
        /// Number of the job.
        job: u32,
        /// The probe.
        probe: Box<Probe>,
    },
    /// Take samples of a case of `sim_core::validation::cases`.
    Samples(Wanted),
    /// Run a replication of a plan sent before again, under the microscope.
    Replay {
        /// Number of the job.
        job: u32,
        /// What to look at.
        request: ReplayRequest,
    },
    /// Play a window of a replication of a plan sent before, request by request.
    Window {
        /// Number of the job.
        job: u32,
        /// Which window.
        request: WindowRequest,
    },
}

/// Samples that a worker is to take.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// Number of the job.
    pub job: u32,
    /// Place of the case.
    pub case: u32,
    /// Seed of its random numbers.
    pub seed: u64,
    /// Index of the first sample.
    pub first: u32,
    /// How many.
    pub samples: u32,
}

/// Samples that a worker has taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Samples {
    /// Place of the case.
    pub case: u32,
    /// Index of the first sample.
    pub first: u32,
    /// The samples.
    pub samples: Vec<Sample>,
}

/// The kinds of answer, by their first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Answer {
    /// Ready for requests; the job's place holds the protocol's version.
    Ready = 0,
    /// A `ShardResult`, the `Answer` to a probe, or [`Samples`], in postcard's encoding.
    Result = 1,
    /// A message for people: why a request failed.
    Failed = 2,
    /// A `Replay`, or a `WindowReplay`, in postcard's encoding.
    Replay = 3,
    /// A shard was given up; nothing follows.
    GivenUp = 4,
}

/// Bytes before the rest of an answer.
const HEAD: usize = 5;

/// Puts an answer's head before its bytes.
pub fn frame(kind: Answer, job: u32, rest: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + rest.len());
    bytes.push(kind as u8);
    bytes.extend_from_slice(&job.to_le_bytes());
    bytes.extend_from_slice(rest);
    bytes
}

/// Takes an answer apart; `None` when it is not one.
pub fn unframe(bytes: &[u8]) -> Option<(Answer, u32, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (&kind, job) = head.split_first()?;
    let kind = match kind {
        0 => Answer::Ready,
        1 => Answer::Result,
        2 => Answer::Failed,
        3 => Answer::Replay,
        4 => Answer::GivenUp,
        _ => return None,
    };
    Some((kind, u32::from_le_bytes(job.try_into().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_apart_as_they_were_put_together() {
        let bytes = frame(Answer::Result, 70_000, b"rest");
        assert_eq!(
            unframe(&bytes),
            Some((Answer::Result, 70_000, &b"rest"[..]))
        );
        assert_eq!(unframe(&bytes[..4]), None);
        assert_eq!(unframe(&[9, 0, 0, 0, 0]), None);
    }
}
