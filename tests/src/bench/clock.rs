//! Time used, and how often to measure it.

use std::time::Instant;

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Everything within a minute.
    pub quick: bool,
}

impl Effort {
    /// Measurements of which the median counts.
    pub fn repeats(self) -> usize {
        if self.quick { 5 } else { 9 }
    }

    /// The same of work whose smallest part takes longer than [`Effort::seconds`].
    pub fn repeats_of_long(self) -> usize {
        if self.quick { 3 } else { 9 }
    }

    /// Seconds that one measurement takes, about.
    pub fn seconds(self) -> f64 {
        if self.quick { 0.05 } else { 0.4 }
    }

    /// Days of the windows of many components, of which a month takes seconds.
    pub fn days_of_many(self) -> f64 {
        if self.quick { 4.0 } else { 28.0 }
    }
}

/// Seconds of processor time that this thread used for `work`; where the system does not say, seconds that passed.
///
/// Other programs on the same machine lengthen the time that passes, not the time that is used.
pub fn used_s(work: impl FnOnce()) -> f64 {
    let (passed, before) = (Instant::now(), thread_s());
    work();
    match (before, thread_s()) {
        (Some(before), Some(after)) if after > before => after - before,
        _ => passed.elapsed().as_secs_f64(),
    }
}

/// Processor time of this thread up to now (Linux).
fn thread_s() -> Option<f64> {
    // The system brings the figure up to date when the thread gives way, else every few milliseconds.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}

/// The middle value; NaN of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        None => f64::NAN,
        Some(&upper) if values.len() % 2 == 1 => upper,
        Some(&upper) => 0.5 * (upper + values[middle - 1]),
    }
}

/// Something measured: does about so many units of work and says how many.
pub type Work<'a> = Box<dyn FnMut(f64) -> f64 + 'a>;

/// Work whose unit is done by calling `one`.
pub fn each<'a>(mut one: impl FnMut() + 'a) -> Work<'a> {
    Box::new(move |wanted| {
        let units = wanted.round().max(1.0);
        for _ in 0..units as u32 {
            one();
        }
        units
    })
}

/// Units per second of each of the works: medians of measurements that take turns, so that a machine that slows
/// down slows all of them. Each is told how much to do so that one measurement takes [`Effort::seconds`].
pub fn rates(effort: Effort, works: &mut [Work<'_>]) -> Vec<f64> {
    let sizes: Vec<Size> = works.iter_mut().map(|work| size(effort, work)).collect();
    let mut seen: Vec<Vec<f64>> = sizes.iter().map(|size| size.seen.clone()).collect();
    for turn in 0..effort.repeats() {
        for ((work, size), seen) in works.iter_mut().zip(&sizes).zip(&mut seen) {
            if turn < size.repeats {
                let mut done = 0.0;
                let seconds = used_s(|| done = work(size.units));
                seen.push(done / seconds);
            }
        }
    }
    seen.into_iter().map(median).collect()
}

/// How a work is measured.
struct Size {
    /// Units that take about the wanted time.
    units: f64,
    /// Measurements to make.
    repeats: usize,
    /// Units per second seen on the way, where that was long enough to count.
    seen: Vec<f64>,
}

/// Found by doing more and more; this warms up, too.
fn size(effort: Effort, work: &mut Work<'_>) -> Size {
    let mut units = 1.0;
    loop {
        let mut done = 0.0;
        let seconds = used_s(|| done = work(units));
        if units <= 1.0 && seconds >= effort.seconds() {
            return Size {
                units,
                repeats: effort.repeats_of_long() - 1,
                seen: vec![done / seconds],
            };
        }
        if seconds >= 0.2 * effort.seconds() {
            return Size {
                units: (done / seconds * effort.seconds()).max(1.0),
                repeats: effort.repeats(),
                seen: Vec::new(),
            };
        }
        units = (4.0 * done).max(units * 4.0);
    }
}
