//! An attempt whose end is certain once it starts: what becomes of it, and of its client.

use super::super::tally::{Failure, LatencyLimits, Tally};
use super::super::{RetryModel, ServiceModel};
use super::calendar::Calendar;
use super::clients::Clients;
use super::source::Streams;
use crate::plane::OnTimeout;
use crate::random::Distribution;

/// An attempt on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) arrival_s: f64,
    /// Arrival of the request's first attempt, seconds.
    pub(super) first_s: f64,
    pub(super) service_s: f64,
    /// Attempts of this request before it.
    pub(super) failures: u32,
    pub(super) error: bool,
}

impl Request {
    #[inline]
    pub(super) fn new(arrival_s: f64, (service_s, error): (f64, bool)) -> Self {
        Self {
            arrival_s,
            first_s: arrival_s,
            service_s,
            failures: 0,
            error,
        }
    }
}

/// Tells what becomes of attempts, and counts it.
pub(super) struct Fates {
    pub(super) timeout_s: f64,
    /// Whether a server stops working when the client gives up.
    cancels: bool,
    /// `None` when nobody tries again: then a fate is counted as soon as it is certain.
    returns: Option<Box<Returns>>,
}

impl Fates {
    pub(super) fn new(model: &ServiceModel, limits: &LatencyLimits, streams: &Streams) -> Self {
        let returns = model
            .retries
            .is_on()
            .then(|| Box::new(Returns::new(model, model.retries, streams)));
        Self {
            timeout_s: limits.timeout_s,
            cancels: model.on_timeout == OnTimeout::Cancel,
            returns,
        }
    }

    /// Whether clients try again.
    #[inline]
    pub(super) fn anyone_returns(&self) -> bool {
        self.returns.is_some()
    }

    /// A request arrives for the first time.
    #[inline]
    pub(super) fn first_attempt(&mut self) {
        if let Some(returns) = &mut self.returns {
            returns.clients.earn();
        }
    }

    /// Whether an attempt for which a server falls free at `start_s` is still there then.
    #[inline]
    pub(super) fn starts(&self, request: &Request, start_s: f64) -> bool {
        start_s - request.arrival_s <= self.timeout_s && start_s < f64::INFINITY
    }

    /// When the server of an attempt that starts at `start_s` falls free again.
    #[inline]
    pub(super) fn end_s(&self, request: &Request, start_s: f64) -> f64 {
        let end_s = start_s + request.service_s;
        if self.cancels {
            end_s.min(self.deadline_s(request).max(start_s))
        } else {
            end_s
        }
    }

    /// How long an attempt that starts at `start_s` keeps its server, seconds.
    #[inline]
    pub(super) fn held_s(&self, request: &Request, start_s: f64) -> f64 {
        if self.cancels {
            self.end_s(request, start_s) - start_s
        } else {
            request.service_s
        }
    }

    /// When the client of an attempt gives up.
    #[inline]
    pub(super) fn deadline_s(&self, request: &Request) -> f64 {
        request.arrival_s + self.timeout_s
    }

    /// How and when an attempt that starts at `start_s` comes to nothing; `None` when it is served.
    #[inline]
    pub(super) fn failure(&self, request: &Request, start_s: f64) -> Option<(Failure, f64)> {
        let latency_s = (start_s - request.arrival_s) + request.service_s;
        if latency_s > self.timeout_s {
            Some((Failure::TimedOut, self.deadline_s(request)))
        } else if request.error {
            Some((Failure::Failed, start_s + request.service_s))
        } else {
            None
        }
    }

    /// Counts an attempt that starts: its wait and, if it is served, its latency.
    #[inline(always)]
    pub(super) fn count_start(
        &self,
        request: &Request,
        start_s: f64,
        failure: Option<Failure>,
        tally: &mut Tally<'_>,
    ) {
        let wait_s = start_s - request.arrival_s;
        tally.wait(wait_s);
        match failure {
            Some(failure) => {
                let stops = self.cancels && failure == Failure::TimedOut;
                tally.cancelled += u64::from(stops);
            }
            None => {
                // Without a retry this is the latency, bit for bit.
                let before_s = request.arrival_s - request.first_s;
                tally.serve(before_s + (wait_s + request.service_s), request.service_s);
            }
        }
    }

    /// An attempt starts.
    #[inline(always)]
    pub(super) fn start(&mut self, request: &Request, start_s: f64, tally: &mut Tally<'_>) {
        let failure = self.failure(request, start_s);
        self.count_start(request, start_s, failure.map(|(failure, _)| failure), tally);
        if let Some((failure, at_s)) = failure {
            self.fail(request, failure, at_s, tally);
        }
    }

    /// Counts the wait of a client that gives up waiting.
    pub(super) fn count_patience(&self, request: &Request, tally: &mut Tally<'_>) {
        tally.wait(self.deadline_s(request) - request.arrival_s);
    }

    /// An attempt will come to nothing at `at_s`.
    #[inline(never)]
    pub(super) fn fail(
        &mut self,
        request: &Request,
        failure: Failure,
        at_s: f64,
        tally: &mut Tally<'_>,
    ) {
        match &mut self.returns {
            Some(returns) => returns.add(request, Next::Fails(failure), at_s),
            None => tally.fail(failure, request.service_s),
        }
    }

    /// When something happens to a client next, if that is by `until_s`; otherwise some later time.
    #[inline]
    pub(super) fn next_s(&mut self, until_s: f64) -> f64 {
        match &mut self.returns {
            Some(returns) => returns.calendar.next_s(until_s),
            None => f64::INFINITY,
        }
    }

    /// Lets it happen, at `now_s`: an attempt fails, or its client tries again, which is answered.
    pub(super) fn take(&mut self, now_s: f64, tally: &mut Tally<'_>) -> Option<Request> {
        self.returns.as_mut()?.take(now_s, tally)
    }

    /// Clients whose attempt will come to nothing, and those that pause before they try again.
    pub(super) fn open(&self) -> u64 {
        let open = |returns: &Returns| returns.records.len() - returns.unused.len();
        self.returns.as_deref().map_or(0, open) as u64
    }
}

/// What happens to a client next.
#[derive(Clone, Copy, Debug)]
enum Next {
    Fails(Failure),
    TriesAgain,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    first_s: f64,
    service_s: f64,
    failures: u32,
    next: Next,
}

/// Clients whose attempts fail at a known time, and those that pause before they try again.
struct Returns {
    clients: Clients,
    service_time: Distribution,
    error_probability: f64,
    calendar: Calendar,
    records: Vec<Record>,
    unused: Vec<u32>,
    pausing: u64,
}

impl Returns {
    fn new(model: &ServiceModel, retries: RetryModel, streams: &Streams) -> Self {
        let patience_s = if model.timeout_s < f64::INFINITY {
            model.timeout_s
        } else {
            0.0
        };
        let typical_s = model.service_time_s.mean() + patience_s + retries.backoff_s;
        Self {
            clients: Clients::new(retries, streams),
            service_time: model.service_time_s.clone(),
            error_probability: model.error_probability,
            calendar: Calendar::new(typical_s),
            records: Vec::new(),
            unused: Vec::new(),
            pausing: 0,
        }
    }

    fn add(&mut self, request: &Request, next: Next, at_s: f64) {
        let record = Record {
            first_s: request.first_s,
            service_s: request.service_s,
            failures: request.failures,
            next,
        };
        let number = match self.unused.pop() {
            Some(number) => {
                self.records[number as usize] = record;
                number
            }
            None => {
                self.records.push(record);
                self.records.len() as u32 - 1
            }
        };
        self.calendar.add(at_s, number);
    }

    fn take(&mut self, now_s: f64, tally: &mut Tally<'_>) -> Option<Request> {
        let number = self.calendar.take()?;
        let record = &mut self.records[number as usize];
        match record.next {
            Next::Fails(failure) => {
                match self.clients.pause_s(record.failures, self.pausing) {
                    Some(pause_s) => {
                        record.failures += 1;
                        record.next = Next::TriesAgain;
                        self.pausing += 1;
                        self.calendar.add(now_s + pause_s, number);
                    }
                    None => {
                        tally.fail(failure, record.service_s);
                        self.unused.push(number);
                    }
                }
                None
            }
            Next::TriesAgain => {
                self.pausing -= 1;
                self.unused.push(number);
                tally.retries += 1;
                let demand = self
                    .clients
                    .demand(&self.service_time, self.error_probability);
                Some(Request {
                    first_s: record.first_s,
                    failures: record.failures,
                    ..Request::new(now_s, demand)
                })
            }
        }
    }
}
