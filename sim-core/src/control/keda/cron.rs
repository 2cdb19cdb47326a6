//! The cron trigger: desired replicas between a start and an end, on some days of the week.
//!
//! Source: `pkg/scalers/cron_scaler.go`: inside the window the metric is the desired number of replicas and the
//! trigger is active, outside it is 1 and inactive; the HPA's target is 1 per replica. KEDA takes any pair of cron
//! expressions; this is the form that repeats daily or weekly.

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;
/// Seconds of a week.
const WEEK_S: f64 = 7.0 * DAY_S;

/// A window that opens at the same time on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CronWindow {
    /// When it opens, seconds after midnight, 0 ≤ … < 86 400.
    pub start_s: f64,
    /// When it closes, seconds after midnight, 0 ≤ … < 86 400; not after the start: on the next day.
    pub end_s: f64,
    /// The days on which it opens, Monday first.
    pub days: [bool; 7],
    /// Replicas inside the window.
    pub desired_replicas: u32,
}

impl CronWindow {
    /// Whether a time lies inside, in seconds since any Monday at 00:00. The start belongs to the window, the end does
    /// not.
    pub fn contains(&self, time_s: f64) -> bool {
        let in_week_s = time_s - WEEK_S * (time_s / WEEK_S).floor();
        let day = ((in_week_s / DAY_S) as usize).min(6);
        let in_day_s = in_week_s - day as f64 * DAY_S;
        let opened = |day: usize| self.days.get(day).copied().unwrap_or(false);
        let (started, ended) = (in_day_s >= self.start_s, in_day_s >= self.end_s);
        if self.start_s < self.end_s {
            opened(day) && started && !ended
        } else {
            (opened(day) && started) || (opened((day + 6) % 7) && !ended)
        }
    }

    /// The metric at a time, and whether the trigger is active.
    pub fn read(&self, time_s: f64) -> (f64, bool) {
        let inside = self.contains(time_s);
        let replicas = if inside { self.desired_replicas } else { 1 };
        (f64::from(replicas), inside)
    }
}
