//! The latencies of the last intervals, for telemetry.

use super::mixture::Mixture;
use super::row::Row;
use super::tables::FluidTables;
use super::trail::Trail;
use crate::stats::{BUCKETS_PER_OCTAVE, LOWEST_EDGE_S, edges};
use std::cell::{Cell, RefCell};

/// The weighted rows of the last intervals.
pub(super) struct Recent {
    capacity: usize,
    /// Of all intervals, one after another: row and number of requests.
    parts: Trail<(u32, f64)>,
    /// The intervals, with what the last queries found out about them.
    spans: RefCell<Trail<Span>>,
    /// Whether what is added next belongs to the last interval.
    pub(super) continues: bool,
    /// The edge where the last quantile was found: the next is near. Changes no answer.
    found_at: Cell<usize>,
}

/// An interval.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// Number of its parts.
    parts: usize,
    /// Its requests at the edge for which they are known; [`UNKNOWN`] for none.
    known: usize,
    around: Around,
}

const UNKNOWN: usize = usize::MAX;

/// Requests around an edge.
#[derive(Clone, Copy, Debug, Default)]
struct Around {
    /// Below the edge before it.
    before: f64,
    /// Below it.
    upto: f64,
    /// All.
    total: f64,
}

impl Around {
    fn of(parts: &[(u32, f64)], tables: &FluidTables, edge: usize) -> Self {
        let mut sum = Self::default();
        for &(row, weight) in parts {
            if let Some(row) = tables.row(row as usize) {
                sum.total += weight * row.in_time;
                sum.before += weight * below(row, edge.wrapping_sub(1));
                sum.upto += weight * below(row, edge);
            }
        }
        sum
    }

    fn add(&mut self, other: &Self) {
        self.before += other.before;
        self.upto += other.upto;
        self.total += other.total;
    }
}

/// Share of a row's requests below an edge; none is below the edge before the first.
#[inline]
fn below(row: &Row, edge: usize) -> f64 {
    match row.cdf.get(edge) {
        Some(share) => *share,
        None if edge == UNKNOWN => 0.0,
        None => row.in_time,
    }
}

impl Recent {
    /// Remembers `intervals` intervals; 0 remembers nothing.
    pub(super) fn new(intervals: u32) -> Self {
        Self {
            capacity: intervals as usize,
            parts: Trail::new(),
            spans: RefCell::new(Trail::new()),
            continues: false,
            found_at: Cell::new(0),
        }
    }

    /// Adds an interval, whose weights count for `requests` requests.
    pub(super) fn push(&mut self, mixture: &Mixture, requests: f64) {
        if self.capacity == 0 {
            return;
        }
        let spans = self.spans.get_mut();
        let parts: &[_] = if requests > 0.0 { mixture.parts() } else { &[] };
        for &(row, weight) in parts {
            self.parts.push((row, weight * requests));
        }
        if self.continues
            && let Some(last) = spans.items_mut().last_mut()
        {
            last.parts += parts.len();
            last.known = UNKNOWN;
            return;
        }
        if let [oldest, rest @ ..] = spans.items()
            && rest.len() + 1 >= self.capacity
        {
            self.parts.forget(oldest.parts);
            spans.forget(1);
        }
        spans.push(Span {
            parts: parts.len(),
            known: UNKNOWN,
            around: Around::default(),
        });
    }

    /// Latency quantile, in seconds, of those served in the last `intervals` intervals: the same as of
    /// their histogram.
    pub(super) fn quantile(&self, tables: &FluidTables, q: f64, intervals: u32) -> Option<f64> {
        let guess = self.found_at.get();
        let mut around = self.around(tables, guess, intervals);
        if around.total <= 0.0 {
            return None;
        }
        let target = q.clamp(0.0, 1.0) * around.total;
        // Mostly it is where it was.
        let is_there = around.upto >= target && (guess == 0 || around.before < target);
        if !is_there {
            let edge = first_edge(guess, |edge| {
                self.around(tables, edge, intervals).upto >= target
            });
            self.found_at.set(edge);
            around = self.around(tables, edge, intervals);
        }
        Some(within(self.found_at.get(), target, around))
    }

    /// The requests of the last `intervals` intervals around an edge, interval by interval: what is known of one from
    /// an earlier query is not counted again, and gives the same sum.
    fn around(&self, tables: &FluidTables, edge: usize, intervals: u32) -> Around {
        let mut sum = Around::default();
        let mut rest = self.parts.items();
        let mut spans = self.spans.borrow_mut();
        for span in spans.items_mut().iter_mut().rev().take(intervals as usize) {
            let (before, parts) = rest.split_at(rest.len().saturating_sub(span.parts));
            if span.known != edge {
                span.around = Around::of(parts, tables, edge);
                span.known = edge;
            }
            sum.add(&span.around);
            rest = before;
        }
        sum
    }
}

/// The first edge that has what is wanted below it; the number of edges when none has. `has` never turns
/// false again. Looked for around `guess`, in growing steps.
fn first_edge(guess: usize, has: impl Fn(usize) -> bool) -> usize {
    let end = edges().len();
    let guess = guess.min(end - 1);
    let (mut low, mut high, mut step) = (guess, guess, 1);
    if has(guess) {
        // Below `low` is unknown; `high` has it.
        loop {
            if low == 0 {
                break;
            }
            low = low.saturating_sub(step);
            if !has(low) {
                low += 1;
                break;
            }
            high = low;
            step *= 2;
        }
    } else {
        // `low` has it not; above `high` is unknown.
        low = guess + 1;
        high = low;
        while high < end && !has(high) {
            low = high + 1;
            high = (high + step).min(end);
            step *= 2;
        }
    }
    while low < high {
        let middle = usize::midpoint(low, high);
        if has(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The position of `target` in the slot below edge number `edge`, even in the logarithm as in the histogram.
fn within(edge: usize, target: f64, around: Around) -> f64 {
    let Some(below) = edge.checked_sub(1) else {
        let all = around.upto;
        return if all > 0.0 {
            LOWEST_EDGE_S * (target / all).min(1.0)
        } else {
            LOWEST_EDGE_S
        };
    };
    let low_s = edges().get(below).copied().unwrap_or(LOWEST_EDGE_S);
    if edge >= edges().len() {
        return low_s;
    }
    let share = if around.upto > around.before {
        ((target - around.before) / (around.upto - around.before)).clamp(0.0, 1.0)
    } else {
        1.0
    };
    low_s * libm::exp2(share / BUCKETS_PER_OCTAVE as f64)
}
