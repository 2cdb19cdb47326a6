//! Follows the requests of users by the numbers of their spans.

use super::replicas::Replicas;
use super::{
    Fate, Follow, Followed, FollowedRequest, FollowedSpan, FollowedTrace, MOST_SPANS_OF_REQUEST,
};
use crate::plane::network::spans::{Link, NOBODY, Origin, Span};
use crate::stats::LogHistogram;
use crate::stats::{sort_by, sort_by_key};
use std::collections::BTreeMap;

/// Which span of which request a number stands for; `serial` tells the users of a place among the open ones apart.
#[derive(Clone, Copy, Debug)]
struct Mark {
    place: u32,
    serial: u64,
    span: u32,
}

/// No span of a followed request.
const UNMARKED: Mark = Mark {
    place: u32::MAX,
    serial: 0,
    span: u32::MAX,
};

/// A request without a fate.
#[derive(Debug, Default)]
struct Open {
    serial: u64,
    entry: u16,
    first_s: f64,
    spans: Vec<FollowedSpan>,
    left_out: u32,
}

/// The recorder.
#[derive(Debug)]
pub(in crate::plane::network) struct Recorder {
    follow: Follow,
    /// The lowest threshold of the end-to-end objectives, seconds.
    threshold_s: f64,
    marks: Vec<Mark>,
    open: Vec<Open>,
    unused: Vec<u32>,
    serial: u64,
    replicas: Replicas,
    requests: Vec<FollowedRequest>,
    left_out: u64,
    kinds: BTreeMap<(Fate, u16), u64>,
    latencies: LogHistogram,
    /// The slowest, in no order, and how slow the quickest of them was.
    slowest: Vec<FollowedTrace>,
    others: Vec<FollowedTrace>,
}

impl Recorder {
    pub(in crate::plane::network) fn new(
        follow: Follow,
        thresholds_s: &[f64],
        stations: usize,
    ) -> Self {
        Self {
            follow,
            threshold_s: thresholds_s.iter().copied().fold(f64::INFINITY, f64::min),
            marks: Vec::new(),
            open: Vec::new(),
            unused: Vec::new(),
            serial: 0,
            replicas: Replicas::new(&follow, stations),
            requests: Vec::new(),
            left_out: 0,
            kinds: BTreeMap::new(),
            latencies: LogHistogram::new(),
            slowest: Vec::new(),
            others: Vec::new(),
        }
    }

    fn mark(&mut self, number: u32, mark: Mark) {
        let place = number as usize;
        if self.marks.len() <= place {
            self.marks.resize(place + 1, UNMARKED);
        }
        self.marks[place] = mark;
    }

    /// The open request that a number's span belongs to, and where it is among its spans.
    fn find(&mut self, number: u32) -> Option<(&mut Open, u32)> {
        let mark = *self.marks.get(number as usize)?;
        let open = self.open.get_mut(mark.place as usize)?;
        (open.serial == mark.serial).then_some((open, mark.span))
    }

    fn span(&mut self, number: u32) -> Option<&mut FollowedSpan> {
        let (open, at) = self.find(number)?;
        open.spans.get_mut(at as usize)
    }

    /// A span of a new call: the user's own if `is_entry`, otherwise one that `parent` waits for, or nobody.
    pub(in crate::plane::network) fn begin(
        &mut self,
        number: u32,
        parent: Link,
        is_entry: bool,
        span: &Span,
    ) {
        if is_entry {
            self.serial += 1;
            let place = self.unused.pop().unwrap_or(self.open.len() as u32);
            if place as usize == self.open.len() {
                self.open.push(Open::default());
            }
            let serial = self.serial;
            let open = &mut self.open[place as usize];
            open.serial = serial;
            (open.entry, open.first_s, open.left_out) = (span.edge, span.first_s, 0);
            open.spans.clear();
            open.spans.push(followed(span, None, 0));
            return self.mark(
                number,
                Mark {
                    place,
                    serial,
                    span: 0,
                },
            );
        }
        let above = (parent != NOBODY).then(|| self.marks.get(parent as usize).copied());
        let mark = match above.flatten() {
            Some(above) => self.add(above, above.span, span, 0),
            None => UNMARKED,
        };
        self.mark(number, mark);
    }

    /// Another span of the request of `like`.
    fn add(&mut self, like: Mark, parent: u32, span: &Span, attempt: u32) -> Mark {
        let open = self.open.get_mut(like.place as usize);
        let Some(open) = open.filter(|open| open.serial == like.serial) else {
            return UNMARKED;
        };
        if open.spans.len() >= MOST_SPANS_OF_REQUEST {
            open.left_out += 1;
            return Mark {
                span: u32::MAX,
                ..like
            };
        }
        let parent = (parent != u32::MAX).then_some(parent);
        open.spans.push(followed(span, parent, attempt));
        Mark {
            span: open.spans.len() as u32 - 1,
            ..like
        }
    }

    /// A further attempt of the call that `number` stands for, or beside it where another number is given.
    pub(in crate::plane::network) fn attempt(&mut self, number: u32, beside: u32, span: &Span) {
        let Some(&like) = self.marks.get(beside as usize) else {
            return self.mark(number, UNMARKED);
        };
        let parent = self.span(beside).and_then(|span| span.parent);
        let attempt = span.failures + u32::from(span.is_hedge);
        let mark = self.add(like, parent.unwrap_or(u32::MAX), span, attempt);
        self.mark(number, mark);
    }

    /// A call goes on under another number.
    pub(in crate::plane::network) fn rename(&mut self, number: u32, again: u32) {
        let mark = self.marks.get(number as usize).copied();
        self.mark(again, mark.unwrap_or(UNMARKED));
    }

    /// A call is turned away before it gets anywhere.
    pub(in crate::plane::network) fn refuse(&mut self, parent: Link, span: &Span) {
        let Some(&above) = self.marks.get(parent as usize) else {
            return;
        };
        let mark = self.add(above, above.span, span, 0);
        if let Some(open) = self.open.get_mut(mark.place as usize)
            && let Some(refused) = open.spans.get_mut(mark.span as usize)
        {
            refused.end_s = Some(span.arrival_s);
            refused.fate = Some(Fate::Refused);
        }
    }

    /// A span gets a slot of a replica, or an instance of a function.
    pub(in crate::plane::network) fn start(&mut self, number: u32, replica: u32, now_s: f64) {
        if let Some(span) = self.span(number) {
            span.start_s = Some(now_s);
            span.replica = Some(replica);
        }
    }

    /// A slot of a replica is taken (1) or left (−1).
    pub(in crate::plane::network) fn hold(
        &mut self,
        station: u16,
        replica: u32,
        change: i32,
        now_s: f64,
    ) {
        self.replicas.hold(station, replica, change, now_s);
    }

    /// A replica ends with all it holds.
    pub(in crate::plane::network) fn kill(&mut self, station: u16, replica: u32, now_s: f64) {
        self.replicas.clear(station, replica, now_s);
    }

    /// Replicas take requests between two moments.
    pub(in crate::plane::network) fn there(
        &mut self,
        station: u16,
        replicas: &[u32],
        from_s: f64,
        to_s: f64,
    ) {
        if from_s < self.follow.to_s && to_s > self.follow.from_s {
            for &replica in replicas {
                self.replicas.there(station, replica, from_s, to_s);
            }
        }
    }

    /// A span's own service is over.
    pub(in crate::plane::network) fn served(&mut self, number: u32, now_s: f64) {
        if let Some(span) = self.span(number) {
            span.served_s = Some(now_s);
        }
    }

    /// A span is over for its caller.
    pub(in crate::plane::network) fn end(&mut self, number: u32, fate: Fate, now_s: f64) {
        if let Some(span) = self.span(number)
            && span.end_s.is_none()
        {
            span.end_s = Some(now_s);
            span.fate = Some(fate);
        }
    }

    /// A user has a good answer.
    pub(in crate::plane::network) fn answer(&mut self, number: u32, span: &Span, now_s: f64) {
        let path = &span.path;
        let latency_s = now_s - span.first_s;
        let service_s = path.service_s.min(latency_s);
        let (fate, station) = if latency_s > self.threshold_s {
            let (station, in_service) = path.blame(self.threshold_s, service_s);
            let fate = if in_service {
                Fate::SlowService
            } else {
                Fate::SlowWaiting
            };
            (fate, station)
        } else {
            (Fate::Served, span.station)
        };
        let request = FollowedRequest {
            arrival_s: span.first_s,
            latency_s,
            wait_s: path.wait_s,
            service_s,
            entry: span.edge,
            attempts: span.failures + 1,
            fate,
            station,
        };
        self.conclude(number, request, now_s);
    }

    /// A user's last attempt came to nothing.
    pub(in crate::plane::network) fn fail(
        &mut self,
        number: u32,
        span: &Span,
        origin: &Origin,
        now_s: f64,
    ) {
        let request = FollowedRequest {
            arrival_s: span.first_s,
            latency_s: now_s - span.first_s,
            wait_s: 0.0,
            service_s: 0.0,
            entry: span.edge,
            attempts: span.failures + 1,
            fate: Fate::of(origin.failure, origin.in_service),
            station: origin.station,
        };
        self.conclude(number, request, now_s);
    }

    fn conclude(&mut self, number: u32, request: FollowedRequest, now_s: f64) {
        let Some(&mark) = self.marks.get(number as usize) else {
            return;
        };
        let Some(open) = self.open.get_mut(mark.place as usize) else {
            return;
        };
        if open.serial != mark.serial {
            return;
        }
        // Spans that go on for nobody find that it is over.
        open.serial = 0;
        self.unused.push(mark.place);
        if now_s <= self.follow.from_s || now_s > self.follow.to_s {
            return;
        }
        let seen = self
            .kinds
            .entry((request.fate, request.station))
            .or_insert(0);
        *seen += 1;
        let is_sample = !request.fate.is_good() && *seen <= u64::from(self.follow.of_each_kind);
        if matches!(
            request.fate,
            Fate::Served | Fate::SlowService | Fate::SlowWaiting
        ) {
            self.latencies.record(request.latency_s, 1.0);
        }
        if self.requests.len() < self.follow.most_requests as usize {
            self.requests.push(request);
        } else {
            self.left_out += 1;
        }
        self.keep(mark.place as usize, request, is_sample);
    }

    /// Keeps the spans of a request that is among the slowest, or a sample of its kind.
    fn keep(&mut self, place: usize, request: FollowedRequest, is_sample: bool) {
        let most = self.follow.slowest as usize;
        let quickest = self.slowest.iter().enumerate().min_by(|a, b| {
            let by = a.1.request.latency_s.total_cmp(&b.1.request.latency_s);
            by.then(b.0.cmp(&a.0))
        });
        let gives_way = match quickest {
            _ if self.slowest.len() < most => None,
            Some((at, trace)) if trace.request.latency_s < request.latency_s => Some(at),
            _ if is_sample => {
                let trace = self.trace(place, request);
                return self.others.push(trace);
            }
            _ => return,
        };
        let trace = self.trace(place, request);
        match gives_way {
            Some(at) => {
                let former = core::mem::replace(&mut self.slowest[at], trace);
                let of_kind = |trace: &&FollowedTrace| {
                    (trace.request.fate, trace.request.station)
                        == (former.request.fate, former.request.station)
                };
                let known = self.others.iter().chain(&self.slowest).filter(of_kind);
                let few = known.count() < self.follow.of_each_kind as usize;
                if few && !former.request.fate.is_good() {
                    self.others.push(former);
                }
            }
            None => self.slowest.push(trace),
        }
    }

    fn trace(&mut self, place: usize, request: FollowedRequest) -> FollowedTrace {
        let open = &mut self.open[place];
        FollowedTrace {
            request,
            spans: core::mem::take(&mut open.spans),
            spans_left_out: open.left_out,
        }
    }

    /// What was followed until now.
    pub(in crate::plane::network) fn finish(self, now_s: f64) -> Followed {
        let mut traces = self.slowest;
        traces.extend(self.others);
        sort_by(&mut traces, |a, b| {
            let (a, b) = (&a.request, &b.request);
            let by = b.latency_s.total_cmp(&a.latency_s);
            by.then(a.arrival_s.total_cmp(&b.arrival_s))
        });
        let mut kinds: Vec<(Fate, u16, u64)> = self
            .kinds
            .into_iter()
            .map(|((fate, station), count)| (fate, station, count))
            .collect();
        sort_by_key(&mut kinds, |kind| core::cmp::Reverse(kind.2));
        Followed {
            requests: self.requests,
            left_out: self.left_out,
            kinds,
            latencies: self.latencies,
            traces,
            replicas: self.replicas.finish(now_s),
        }
    }
}

fn followed(span: &Span, parent: Option<u32>, attempt: u32) -> FollowedSpan {
    FollowedSpan {
        station: span.station,
        parent,
        attempt,
        is_hedge: span.is_hedge,
        replica: None,
        arrival_s: span.arrival_s,
        start_s: None,
        served_s: None,
        end_s: None,
        fate: None,
    }
}
