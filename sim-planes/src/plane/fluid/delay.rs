//! The time that a station's requests spend on calls that are not in its library: those whose answers are followed.

/// What a request of a station waits for such calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Delay {
    /// Share of the requests that wait for any.
    pub(super) waits: f64,
    /// Mean of these, seconds.
    pub(super) wait_s: f64,
    /// How long these wait, with the probabilities, which sum to 1.
    pub(super) times: Vec<(f64, f64)>,
    /// Mean by which slots are held for longer than the station's queue reckons with, seconds; less than 0 where calls are
    /// turned away.
    pub(super) holds_s: f64,
    /// Mean of what is waiting, and not service, seconds.
    pub(super) waiting_s: f64,
    /// Who is to blame when that is long: shares by station, which sum to 1, and how much of each is service.
    pub(super) guilt: Vec<Guilt>,
}

/// A station's part of a delay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Guilt {
    pub(super) station: usize,
    pub(super) share: f64,
    /// Of that: for service rather than for waits, 0..1.
    pub(super) service: f64,
}
