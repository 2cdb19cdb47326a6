//! The part of the rate that is known in advance.

use crate::scenario::document::{DailyShape, FlashCrowdDocument, TrafficDocument, TrafficSource};

const HOUR_S: f64 = 3600.0;
const DAY_S: f64 = 24.0 * HOUR_S;
const WEEK_S: f64 = 7.0 * DAY_S;
const MONTH_S: f64 = 30.0 * DAY_S;

/// Mean rate of each tick, in requests per second, without bursts and over-dispersion.
///
/// The first ticks belong to the warm-up, before the window; the window starts on a Monday at 00:00.
#[derive(Clone, Debug, PartialEq)]
pub struct RateCurve {
    rates_rps: Vec<f64>,
}

impl RateCurve {
    /// The curve over `warm_up_ticks` before and `window_ticks` in the window, of `tick_s` seconds each.
    pub fn new(
        traffic: &TrafficDocument,
        tick_s: f64,
        warm_up_ticks: u32,
        window_ticks: u32,
    ) -> Self {
        let start_s = -f64::from(warm_up_ticks) * tick_s;
        let tick_start = |tick: u32| start_s + f64::from(tick) * tick_s;
        let ticks = warm_up_ticks + window_ticks;
        let mut rates_rps: Vec<f64> = match &traffic.source {
            TrafficSource::Model {
                base_rps,
                daily,
                weekday_weights,
                growth_percent_per_month,
            } => {
                let scale = base_rps / mean_shape_of_week(daily, weekday_weights);
                let growth = Growth::new(*growth_percent_per_month);
                let shape = WeekShape::new(daily, weekday_weights, start_s, tick_s, ticks);
                (0..ticks)
                    .zip(shape.values.iter().cycle())
                    .map(|(tick, shape)| {
                        let at_s = tick_start(tick) + 0.5 * tick_s;
                        scale * shape * growth.factor(at_s)
                    })
                    .collect()
            }
            TrafficSource::Recorded {
                interval_s,
                counts,
                mean_rps,
                growth_percent_per_month,
                ..
            } => {
                let recording = Recording::new(counts, *interval_s, *mean_rps);
                let growth = Growth::new(*growth_percent_per_month);
                (0..ticks)
                    .map(|tick| {
                        let from_s = tick_start(tick);
                        recording.mean_rate(from_s, from_s + tick_s)
                            * growth.factor(from_s + 0.5 * tick_s)
                    })
                    .collect()
            }
        };
        for (tick, rate) in (0..ticks).zip(&mut rates_rps) {
            let at_s = tick_start(tick) + 0.5 * tick_s;
            for crowd in &traffic.flash_crowds {
                *rate *= crowd_factor(crowd, at_s);
            }
        }
        Self { rates_rps }
    }

    /// So many times the rate.
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            rates_rps: self.rates_rps.iter().map(|rate| rate * factor).collect(),
        }
    }

    /// Rate of a tick, counted from the start of the warm-up; 0 past the end.
    #[inline]
    pub fn rate_rps(&self, tick: u32) -> f64 {
        self.rates_rps.get(tick as usize).copied().unwrap_or(0.0)
    }

    /// Mean rate over warm-up and window, requests per second.
    pub fn mean_rps(&self) -> f64 {
        let rates = self.rates_rps();
        rates.iter().sum::<f64>() / rates.len().max(1) as f64
    }

    /// Rates of all ticks, warm-up first.
    pub fn rates_rps(&self) -> &[f64] {
        &self.rates_rps
    }
}

/// Continuous compounding: the rate grows by the same share in every stretch of equal length.
struct Growth {
    log_per_s: f64,
}

impl Growth {
    fn new(percent_per_month: f64) -> Self {
        Self {
            log_per_s: libm::log(1.0 + percent_per_month / 100.0) / MONTH_S,
        }
    }

    fn factor(&self, at_s: f64) -> f64 {
        if self.log_per_s == 0.0 {
            1.0
        } else {
            libm::exp(self.log_per_s * at_s)
        }
    }
}

/// The shape in the middle of each step from a start on, until it repeats: a day's part of it is computed once for all
/// days, a week's once for all weeks. Times are whole half-seconds, so that the same hour has the same bits every day.
struct WeekShape {
    values: Vec<f64>,
}

impl WeekShape {
    fn new(
        daily: &DailyShape,
        weekday_weights: &[f64],
        start_s: f64,
        step_s: f64,
        steps: u32,
    ) -> Self {
        let middle_s = |step: u32| start_s + f64::from(step) * step_s + 0.5 * step_s;
        let until = |length_s: f64| steps_of(length_s, step_s).unwrap_or(steps).min(steps);
        let day: Vec<f64> = (0..until(DAY_S))
            .map(|step| day_shape(daily, within(middle_s(step), DAY_S) / HOUR_S))
            .collect();
        let week = (0..until(WEEK_S)).zip(day.iter().cycle());
        let values = week.map(|(step, day)| {
            day * week_shape(weekday_weights, within(middle_s(step), WEEK_S) / DAY_S)
        });
        Self {
            values: values.collect(),
        }
    }
}

/// So many steps make the length, if a whole number of them does, and steps are whole seconds.
fn steps_of(length_s: f64, step_s: f64) -> Option<u32> {
    let steps = length_s / step_s;
    let is_whole = |value: f64| value == value.floor();
    (step_s >= 1.0 && is_whole(step_s) && is_whole(steps)).then_some(steps as u32)
}

/// The place in a stretch that repeats for ever, as `rem_euclid` has it, whose division is slow in WebAssembly.
fn within(place: f64, length: f64) -> f64 {
    if (0.0..length).contains(&place) {
        place
    } else {
        place.rem_euclid(length)
    }
}

fn day_shape(daily: &DailyShape, hour: f64) -> f64 {
    match daily {
        DailyShape::Flat {} => 1.0,
        DailyShape::Sine {
            amplitude,
            peak_hour,
        } => 1.0 + amplitude * libm::cos(core::f64::consts::TAU * (hour - peak_hour) / 24.0),
        DailyShape::Hourly { weights } => between_centres(weights, hour),
    }
}

/// A day's weight holds at noon; in between the rate moves on a straight line, without a jump at midnight.
fn week_shape(weekday_weights: &[f64], day: f64) -> f64 {
    between_centres(weekday_weights, day)
}

/// Straight lines between the centres of equal bins that repeat for ever; `position` in bins.
fn between_centres(weights: &[f64], position: f64) -> f64 {
    if weights.is_empty() {
        return 1.0;
    }
    let bins = weights.len() as f64;
    let from_centre = within(position - 0.5, bins);
    let left = (from_centre.floor() as usize).min(weights.len() - 1);
    let right = (left + 1) % weights.len();
    let share = from_centre - left as f64;
    weights[left] * (1.0 - share) + weights[right] * share
}

/// Mean of the shape over a week, on one-minute points, so that `base_rps` is the first week's mean.
fn mean_shape_of_week(daily: &DailyShape, weekday_weights: &[f64]) -> f64 {
    const STEPS: u32 = 7 * 24 * 60;
    let week = WeekShape::new(daily, weekday_weights, 0.0, 60.0, STEPS);
    let sum: f64 = week.values.iter().sum();
    let mean = sum / f64::from(STEPS);
    if mean > 0.0 { mean } else { 1.0 }
}

/// A recording as a step function that repeats for ever.
struct Recording {
    interval_s: f64,
    /// Requests before the start of each interval; one more entry than intervals.
    cumulative: Vec<f64>,
}

impl Recording {
    fn new(counts: &[Option<f64>], interval_s: f64, mean_rps: Option<f64>) -> Self {
        let filled = fill_gaps(counts);
        let total: f64 = filled.iter().sum();
        let length_s = interval_s * filled.len() as f64;
        let scale = match mean_rps {
            Some(mean) if total > 0.0 => mean * length_s / total,
            _ => 1.0,
        };
        let mut cumulative = Vec::with_capacity(filled.len() + 1);
        let mut sum = 0.0;
        cumulative.push(0.0);
        for count in filled {
            sum += count * scale;
            cumulative.push(sum);
        }
        Self {
            interval_s,
            cumulative,
        }
    }

    fn requests_before(&self, at_s: f64) -> f64 {
        let intervals = self.cumulative.len() - 1;
        if intervals == 0 {
            return 0.0;
        }
        let position = at_s / self.interval_s;
        let rounds = (position / intervals as f64).floor();
        let within = position - rounds * intervals as f64;
        let index = (within.floor() as usize).min(intervals - 1);
        let (left, right) = (self.cumulative[index], self.cumulative[index + 1]);
        rounds * self.cumulative[intervals]
            + left
            + (right - left) * (within - index as f64).min(1.0)
    }

    fn mean_rate(&self, from_s: f64, to_s: f64) -> f64 {
        ((self.requests_before(to_s) - self.requests_before(from_s)) / (to_s - from_s)).max(0.0)
    }
}

/// Joins what surrounds a gap by a straight line; the recording is a ring, so its ends join too.
fn fill_gaps(counts: &[Option<f64>]) -> Vec<f64> {
    let known: Vec<(usize, f64)> = counts
        .iter()
        .enumerate()
        .filter_map(|(index, count)| count.map(|count| (index, count)))
        .collect();
    let (Some(&first), Some(&last)) = (known.first(), known.last()) else {
        return vec![0.0; counts.len()];
    };
    let length = counts.len();
    let mut filled: Vec<f64> = counts.iter().map(|count| count.unwrap_or(0.0)).collect();
    let around = known
        .iter()
        .copied()
        .zip(known.iter().copied().skip(1))
        .chain([(last, (first.0 + length, first.1))]);
    for ((left, left_count), (right, right_count)) in around {
        let width = (right - left) as f64;
        for index in left + 1..right {
            let share = (index - left) as f64 / width;
            filled[index % length] = left_count * (1.0 - share) + right_count * share;
        }
    }
    filled
}

fn crowd_factor(crowd: &FlashCrowdDocument, at_s: f64) -> f64 {
    let minutes = at_s / 60.0 - crowd.at_hour * 60.0;
    let full_from = crowd.ramp_minutes;
    let full_until = full_from + crowd.hold_minutes;
    let over = full_until + crowd.fall_minutes;
    let height = if minutes < 0.0 || minutes >= over {
        0.0
    } else if minutes < full_from {
        minutes / crowd.ramp_minutes
    } else if minutes < full_until {
        1.0
    } else {
        (over - minutes) / crowd.fall_minutes
    };
    1.0 + (crowd.factor - 1.0) * height
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(daily: DailyShape, growth: f64) -> TrafficDocument {
        TrafficDocument {
            source: TrafficSource::Model {
                base_rps: 100.0,
                daily,
                weekday_weights: vec![1.2, 1.1, 1.0, 1.0, 1.1, 0.6, 0.5],
                growth_percent_per_month: growth,
            },
            over_dispersion: 0.0,
            bursts: None,
            flash_crowds: vec![],
        }
    }

    fn mean(rates: &[f64]) -> f64 {
        rates.iter().sum::<f64>() / rates.len() as f64
    }

    #[test]
    fn base_rate_is_the_mean_of_the_first_week() {
        for daily in [
            DailyShape::Flat {},
            DailyShape::Sine {
                amplitude: 0.7,
                peak_hour: 15.0,
            },
            DailyShape::Hourly {
                weights: (0..24).map(f64::from).collect(),
            },
        ] {
            let curve = RateCurve::new(&model(daily, 0.0), 15.0, 240, 7 * 5760);
            assert!((mean(&curve.rates_rps()[240..]) - 100.0).abs() < 1e-3);
        }
    }

    #[test]
    fn sine_peaks_at_its_hour_on_the_heaviest_day() {
        let curve = RateCurve::new(
            &model(
                DailyShape::Sine {
                    amplitude: 0.7,
                    peak_hour: 12.0,
                },
                0.0,
            ),
            60.0,
            0,
            7 * 1440,
        );
        let (peak, _) = curve
            .rates_rps()
            .iter()
            .enumerate()
            .fold(
                (0, 0.0),
                |best, (i, &r)| if r > best.1 { (i, r) } else { best },
            );
        assert!(
            peak.abs_diff(12 * 60) < 15,
            "about noon on Monday: minute {peak}"
        );
    }

    /// What is computed once for all days and weeks has the bits of what is computed for each moment, for steps that fit
    /// into a day, into a week, and into neither.
    #[test]
    fn a_shape_that_repeats_has_the_same_bits() {
        let weights = [1.2, 1.1, 1.0, 1.0, 1.1, 0.6, 0.5];
        let sine = DailyShape::Sine {
            amplitude: 0.7,
            peak_hour: 15.3,
        };
        let hourly = DailyShape::Hourly {
            weights: (0..24).map(f64::from).collect(),
        };
        for daily in [sine, hourly] {
            for (step_s, warm_up) in [(15.0, 241), (7.0, 3), (300.0, 0), (11.0, 40), (0.25, 9)] {
                let (start_s, steps) = (-f64::from(warm_up) * step_s, 60_000);
                let shape = WeekShape::new(&daily, &weights, start_s, step_s, steps);
                for (step, value) in (0..steps).zip(shape.values.iter().cycle()) {
                    let at_s = start_s + f64::from(step) * step_s + 0.5 * step_s;
                    let day = day_shape(&daily, at_s.rem_euclid(DAY_S) / HOUR_S);
                    let week = week_shape(&weights, at_s.rem_euclid(WEEK_S) / DAY_S);
                    assert_eq!(value.to_bits(), (day * week).to_bits(), "{step_s} {step}");
                }
            }
        }
    }

    #[test]
    fn growth_compounds_to_its_percentage_in_thirty_days() {
        let curve = RateCurve::new(&model(DailyShape::Flat {}, 50.0), 3600.0, 0, 35 * 24);
        // The same hour of the week, four weeks apart.
        let ratio = curve.rate_rps(28 * 24 + 5) / curve.rate_rps(5);
        assert!((ratio - libm::pow(1.5, 28.0 / 30.0)).abs() < 1e-9);
    }

    #[test]
    fn recording_keeps_its_counts_repeats_and_scales() {
        let mut traffic = model(DailyShape::Flat {}, 0.0);
        traffic.source = TrafficSource::Recorded {
            origin: String::new(),
            interval_s: 60.0,
            counts: vec![Some(60.0), None, Some(180.0), Some(0.0)],
            mean_rps: None,
            growth_percent_per_month: 0.0,
        };
        let curve = RateCurve::new(&traffic, 30.0, 2, 16);
        // Gap filled with 120; the warm-up is the end of the previous round.
        let expected = [
            0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 0.0,
            0.0,
        ];
        for (rate, expected) in curve.rates_rps().iter().zip(expected) {
            assert!((rate - expected).abs() < 1e-9, "{:?}", curve.rates_rps());
        }
        if let TrafficSource::Recorded { mean_rps, .. } = &mut traffic.source {
            *mean_rps = Some(30.0);
        }
        assert!((mean(RateCurve::new(&traffic, 30.0, 0, 8).rates_rps()) - 30.0).abs() < 1e-9);
    }

    #[test]
    fn crowd_climbs_stays_and_falls() {
        let crowd = FlashCrowdDocument {
            at_hour: 1.0,
            factor: 5.0,
            ramp_minutes: 10.0,
            hold_minutes: 20.0,
            fall_minutes: 40.0,
        };
        let at = |minute: f64| crowd_factor(&crowd, 60.0 * (60.0 + minute));
        assert_eq!(
            [at(-1.0), at(5.0), at(15.0), at(50.0), at(70.0)],
            [1.0, 3.0, 5.0, 3.0, 1.0]
        );
        let sudden = FlashCrowdDocument {
            ramp_minutes: 0.0,
            fall_minutes: 0.0,
            ..crowd
        };
        assert_eq!(crowd_factor(&sudden, 3600.0), 5.0);
        assert_eq!(crowd_factor(&sudden, 3600.0 + 20.0 * 60.0), 1.0);
    }
}
