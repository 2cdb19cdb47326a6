//! Samples in time → counts in equal intervals, the sum of requests preserved.

use super::{ImportError, instant};
use crate::scenario::limits::{Limit, plain_number};
use crate::stats::sort_by;

/// What the numbers of a recording mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Requests counted since the sample before.
    Count,
    /// Requests per second.
    PerSecond,
    /// Requests per minute.
    PerMinute,
    /// A counter that only grows, and starts again at zero with its process.
    Counter,
}

/// One sample; without a value it marks a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub at_s: f64,
    pub value: Option<f64>,
}

/// Counts in equal intervals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binned {
    pub counts: Vec<Option<f64>>,
    pub interval_s: f64,
    pub start_s: f64,
}

/// Most intervals before neighbours are joined: bounds memory for a file with a stray date.
const MAX_INTERVALS: f64 = 4e6;

/// Interval lengths that people use, in seconds.
const COMMON_INTERVALS_S: [f64; 14] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 86_400.0,
];

/// A step this far from a multiple of the usual one, as a share of it, is uneven …
const STEP_TOLERANCE: f64 = 0.1;

/// … and a recording with more than this share of uneven steps is not put on the grid of its usual step.
const UNEVEN_SHARE: f64 = 0.02;

/// Puts samples into intervals: of `interval_s` if given, else of the recording's own step.
pub(super) fn bin(
    mut points: Vec<Point>,
    unit: Unit,
    interval_s: Option<f64>,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    points.retain(|point| point.at_s.is_finite());
    if !points.is_sorted_by(|a, b| a.at_s <= b.at_s) {
        notes.push("The rows were not in order of time; they were sorted.".to_owned());
        sort_by(&mut points, |a, b| a.at_s.total_cmp(&b.at_s));
    }
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return Err(ImportError::new(
            "there is no row with a time and a number in it",
        ));
    };
    let duplicates = add_up_duplicates(&mut points);
    if duplicates > 0 {
        notes.push(format!(
            "{duplicates} rows have the time of another row; their numbers were added up."
        ));
    }
    if unit == Unit::Counter {
        points = increases(&points, notes);
        notes.push(
            "The numbers were read as a counter that only grows, and its increases as requests."
                .to_owned(),
        );
    }
    let steps: Vec<f64> = points
        .windows(2)
        .map(|pair| pair[1].at_s - pair[0].at_s)
        .collect();
    let step = match (median(&steps), interval_s) {
        (Some(step), _) => step,
        (None, Some(interval_s)) => interval_s,
        (None, None) => {
            return Err(ImportError::new(
                "there is only one point in time in it; a recording needs at least two, or the length of its interval",
            ));
        }
    };
    let off_step = |length: f64| (length / step - (length / step).round()).abs() > STEP_TOLERANCE;
    let uneven = steps.iter().filter(|&&length| off_step(length)).count() as f64;
    let regular = uneven <= UNEVEN_SHARE * steps.len() as f64
        && steps.iter().all(|length| length / step > 0.5);
    let intervals = (last.at_s - first.at_s) / step;
    if intervals > MAX_INTERVALS {
        return Err(ImportError::new(format!(
            "the recording spans {} days in steps of {} s, too many to be read: is there a row with a wrong time?",
            plain_number(((last.at_s - first.at_s) / 86_400.0).round()),
            plain_number(step)
        )));
    }
    let binned = if regular {
        on_grid(&points, step, unit)
    } else {
        resampled(&points, step, &steps, unit, notes)?
    };
    note_gaps(&binned, notes);
    fit(binned, interval_s, notes)
}

/// Arrivals, one at each time, counted in intervals of `interval_s` or of one that suits their span.
pub(super) fn bin_events(
    times_s: &[f64],
    interval_s: Option<f64>,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    let first = times_s.iter().copied().fold(f64::INFINITY, f64::min);
    let last = times_s.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !first.is_finite() || !last.is_finite() {
        return Err(ImportError::new("there is no row with a time in it"));
    }
    // An hour or more is counted by the minute, less in about sixty intervals.
    let interval_s =
        interval_s.unwrap_or_else(|| common_interval(((last - first) / 60.0).min(60.0)));
    if (last - first) / interval_s > MAX_INTERVALS {
        return Err(ImportError::new(
            "the arrivals span too long a time to be counted: is there a row with a wrong time?",
        ));
    }
    let start_s = (first / interval_s).floor() * interval_s;
    let mut counts = vec![0.0; ((last - start_s) / interval_s).floor() as usize + 1];
    for time in times_s {
        if let Some(count) = counts.get_mut(((time - start_s) / interval_s).floor() as usize) {
            *count += 1.0;
        }
    }
    notes.push(format!(
        "Each row is one request; they were counted in intervals of {} s.",
        plain_number(interval_s)
    ));
    fit(
        Binned {
            counts: counts.into_iter().map(Some).collect(),
            interval_s,
            start_s,
        },
        None,
        notes,
    )
}

/// Samples of the same time, which must be neighbours, become one: their sum. How many were added to others.
pub(super) fn add_up_duplicates(points: &mut Vec<Point>) -> usize {
    let before = points.len();
    points.dedup_by(|next, kept| {
        let same = next.at_s == kept.at_s;
        if same {
            kept.value = match (kept.value, next.value) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            };
        }
        same
    });
    before - points.len()
}

/// Increase of a counter from each sample to the next, at the time of the former.
pub(super) fn increases(points: &[Point], notes: &mut Vec<String>) -> Vec<Point> {
    let mut restarts = 0;
    let mut increases = Vec::with_capacity(points.len());
    for pair in points.windows(2) {
        let value = match (pair[0].value, pair[1].value) {
            (Some(before), Some(after)) if after >= before => Some(after - before),
            (Some(_), Some(after)) => {
                restarts += 1;
                Some(after)
            }
            _ => None,
        };
        increases.push(Point {
            at_s: pair[0].at_s,
            value,
        });
    }
    if restarts > 0 {
        notes.push(format!("The counter started again {restarts} times."));
    }
    increases
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| *value > 0.0)
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn requests(value: f64, length_s: f64, unit: Unit) -> f64 {
    match unit {
        Unit::Count | Unit::Counter => value,
        // Thousandths are enough, and keep documents short.
        Unit::PerSecond => (value * length_s * 1000.0).round() / 1000.0,
        Unit::PerMinute => (value * length_s / 60.0 * 1000.0).round() / 1000.0,
    }
}

/// Samples at multiples of a step; steps without a sample are gaps.
fn on_grid(points: &[Point], step: f64, unit: Unit) -> Binned {
    let mut counts: Vec<Option<f64>> = Vec::with_capacity(points.len());
    let mut before: Option<f64> = None;
    for point in points {
        // Counted from sample to sample, so that a step that is not quite exact does not add up.
        let missing = before.map_or(0.0, |before| ((point.at_s - before) / step).round() - 1.0);
        counts.extend(core::iter::repeat_n(None, missing.max(0.0) as usize));
        counts.push(point.value.map(|value| requests(value, step, unit)));
        before = Some(point.at_s);
    }
    Binned {
        counts,
        interval_s: step,
        start_s: points.first().map_or(0.0, |point| point.at_s),
    }
}

/// Samples at uneven times, added up in intervals that nine in ten steps fit into.
fn resampled(
    points: &[Point],
    step: f64,
    steps: &[f64],
    unit: Unit,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    let mut sorted = steps.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let long_step = sorted.get(sorted.len() * 9 / 10).copied().unwrap_or(step);
    let interval_s = common_interval(long_step.max(step));
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Err(ImportError::new(
            "there is no row with a time and a number in it",
        ));
    };
    let start_s = (first.at_s / interval_s).floor() * interval_s;
    let mut counts = vec![None; ((last.at_s - start_s) / interval_s).floor() as usize + 1];
    for (index, point) in points.iter().enumerate() {
        // A rate holds until the next sample, though not across a gap.
        let length_s = steps
            .get(index)
            .copied()
            .unwrap_or(step)
            .min(interval_s.max(step));
        let value = point.value.map(|value| requests(value, length_s, unit));
        if let (Some(count), Some(value)) = (
            counts.get_mut(((point.at_s - start_s) / interval_s).floor() as usize),
            value,
        ) {
            *count = Some(count.unwrap_or(0.0) + value);
        }
    }
    notes.push(format!(
        "The times are uneven (usually {} s apart); requests were added up in intervals of {} s.",
        plain_number(step),
        plain_number(interval_s)
    ));
    Ok(Binned {
        counts,
        interval_s,
        start_s,
    })
}

/// The shortest common interval of at least this length.
fn common_interval(at_least_s: f64) -> f64 {
    COMMON_INTERVALS_S
        .into_iter()
        .find(|&interval| interval >= at_least_s * (1.0 - 1e-9))
        .unwrap_or(at_least_s.ceil())
}

fn note_gaps(binned: &Binned, notes: &mut Vec<String>) {
    let missing = binned.counts.iter().filter(|count| count.is_none()).count();
    if missing > 0 {
        let longest = binned
            .counts
            .split(Option::is_some)
            .map(<[_]>::len)
            .max()
            .unwrap_or(0);
        notes.push(format!(
            "{missing} of {} intervals have no number (longest gap: {} s); gaps are filled from their neighbours.",
            binned.counts.len(),
            plain_number(longest as f64 * binned.interval_s)
        ));
    }
}

/// Joins intervals until they are as long as wanted, and as few and long as a document allows.
fn fit(
    binned: Binned,
    wanted_s: Option<f64>,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    let most = Limit::find("traffic.counts").map_or(50_000.0, |limit| limit.max);
    let (shortest_s, longest_s) =
        Limit::find("traffic.interval_s").map_or((1.0, 86_400.0), |limit| (limit.min, limit.max));
    let enough = (binned.counts.len() as f64 / most).ceil();
    let long_enough = (shortest_s / binned.interval_s * (1.0 - 1e-9)).ceil();
    let wanted = wanted_s.map_or(1.0, |wanted| (wanted / binned.interval_s).round());
    let joined = enough.max(long_enough).max(wanted).max(1.0);
    let interval_s = binned.interval_s * joined;
    if interval_s > longest_s * (1.0 + 1e-9) {
        return Err(ImportError::new(format!(
            "its intervals would be {} s long; at most {} s are possible, and a day hides its own peaks already",
            plain_number(interval_s),
            plain_number(longest_s)
        )));
    }
    if joined == 1.0 {
        return Ok(binned);
    }
    notes.push(format!(
        "Each {} intervals of {} s were joined to one of {} s; the sum of requests stays.",
        plain_number(joined),
        plain_number(binned.interval_s),
        plain_number(interval_s)
    ));
    let counts = binned
        .counts
        .chunks(joined as usize)
        .map(|chunk| join(chunk, joined))
        .collect();
    Ok(Binned {
        counts,
        interval_s,
        start_s: binned.start_s,
    })
}

/// Sum of some intervals; those without a number count as the mean of the others.
fn join(chunk: &[Option<f64>], whole: f64) -> Option<f64> {
    let present = chunk.iter().flatten().count();
    (present > 0).then(|| {
        let sum: f64 = chunk.iter().flatten().sum();
        if present as f64 == whole {
            sum
        } else {
            sum / present as f64 * whole
        }
    })
}

/// What was read, in a sentence; and how it lies in the week.
pub(super) fn summarise(binned: &Binned, notes: &mut Vec<String>) -> Result<(), ImportError> {
    let present: Vec<f64> = binned.counts.iter().flatten().copied().collect();
    let total: f64 = present.iter().sum();
    if total.partial_cmp(&0.0) != Some(core::cmp::Ordering::Greater) || !total.is_finite() {
        return Err(ImportError::new(
            "there are no requests in it: every number is zero, missing or without end",
        ));
    }
    let peak = present.iter().copied().fold(0.0, f64::max);
    let days = binned.counts.len() as f64 * binned.interval_s / 86_400.0;
    let rate = |requests: f64| plain_number((requests * 1000.0).round() / 1000.0);
    notes.insert(
        0,
        format!(
            "{} intervals of {} s ({} days), {} requests: {} per second on average, {} in the busiest interval.",
            plain_number(binned.counts.len() as f64),
            plain_number((binned.interval_s * 1000.0).round() / 1000.0),
            plain_number((days * 100.0).round() / 100.0),
            plain_number(total.round()),
            rate(total / (present.len() as f64 * binned.interval_s)),
            rate(peak / binned.interval_s)
        ),
    );
    if let Some(start) = instant::weekday_and_time(binned.start_s) {
        notes.push(format!("The recording starts on {start}; its first interval is played at the start of the window."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[(f64, f64)]) -> Vec<Point> {
        values
            .iter()
            .map(|&(at_s, value)| Point {
                at_s,
                value: Some(value),
            })
            .collect()
    }

    fn binned(values: &[(f64, f64)], unit: Unit) -> (Binned, Vec<String>) {
        let mut notes = Vec::new();
        let binned = bin(points(values), unit, None, &mut notes).expect("bins");
        (binned, notes)
    }

    #[test]
    fn a_missing_step_is_a_gap() {
        let (binned, notes) = binned(
            &[(0.0, 5.0), (60.0, 6.0), (180.0, 7.0), (240.0, 8.0)],
            Unit::Count,
        );
        assert_eq!(
            binned.counts,
            [Some(5.0), Some(6.0), None, Some(7.0), Some(8.0)]
        );
        assert_eq!(binned.interval_s, 60.0);
        assert!(
            notes.iter().any(|note| note.contains("1 of 5 intervals")),
            "{notes:?}"
        );
    }

    #[test]
    fn unsorted_rows_and_duplicates() {
        let (binned, notes) = binned(
            &[(60.0, 1.0), (0.0, 2.0), (60.0, 3.0), (120.0, 4.0)],
            Unit::Count,
        );
        assert_eq!(binned.counts, [Some(2.0), Some(4.0), Some(4.0)]);
        assert_eq!(notes.len(), 2, "{notes:?}");
    }

    #[test]
    fn rates_become_counts() {
        assert_eq!(
            binned(&[(0.0, 2.0), (30.0, 4.0), (60.0, 0.5)], Unit::PerSecond)
                .0
                .counts,
            [Some(60.0), Some(120.0), Some(15.0)]
        );
        assert_eq!(
            binned(&[(0.0, 2.0), (30.0, 4.0), (60.0, 0.5)], Unit::PerMinute)
                .0
                .counts,
            [Some(1.0), Some(2.0), Some(0.25)]
        );
    }

    #[test]
    fn a_counter_yields_its_increases() {
        let (binned, _) = binned(
            &[(0.0, 100.0), (10.0, 130.0), (20.0, 5.0), (30.0, 25.0)],
            Unit::Counter,
        );
        assert_eq!(binned.counts, [Some(30.0), Some(5.0), Some(20.0)]);
    }

    #[test]
    fn uneven_times_keep_the_sum() {
        let values: Vec<(f64, f64)> = [0.0, 13.0, 55.0, 61.0, 130.0, 144.0, 260.0, 262.0, 300.0]
            .map(|at| (at, 7.0))
            .into();
        let (binned, _) = binned(&values, Unit::Count);
        assert_eq!(binned.counts.iter().flatten().sum::<f64>(), 63.0);
        assert!(COMMON_INTERVALS_S.contains(&binned.interval_s));
    }

    #[test]
    fn too_many_intervals_are_joined_with_their_sum() {
        let values: Vec<(f64, f64)> = (0..100_000).map(|index| (f64::from(index), 3.0)).collect();
        let (binned, _) = binned(&values, Unit::Count);
        assert_eq!((binned.counts.len(), binned.interval_s), (50_000, 2.0));
        assert_eq!(binned.counts.iter().flatten().sum::<f64>(), 300_000.0);
    }

    #[test]
    fn a_stray_date_does_not_fill_the_memory() {
        let mut notes = Vec::new();
        let error = bin(
            points(&[(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (1e15, 1.0)]),
            Unit::Count,
            None,
            &mut notes,
        );
        assert!(error.expect_err("refused").message.contains("wrong time"));
    }

    #[test]
    fn events_are_counted_and_quiet_intervals_are_zero() {
        let mut notes = Vec::new();
        let binned = bin_events(&[0.5, 0.7, 65.0, 7200.0], Some(60.0), &mut notes).expect("bins");
        assert_eq!(binned.counts.len(), 121);
        assert_eq!(binned.counts.iter().flatten().sum::<f64>(), 4.0);
        assert_eq!(binned.counts[2], Some(0.0));
    }
}
