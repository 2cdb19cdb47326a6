//! Incidents: when error budget burns so fast that somebody is called.
//!
//! The rule is that of the [SRE Workbook](https://sre.google/workbook/alerting-on-slos/), chapter 5, "Multiwindow,
//! Multi-Burn-Rate Alerts": a page where budget burns more than 14.4 times as fast as it may (a fiftieth of thirty days'
//! budget in an hour), over the last hour and, so that it ends soon after the trouble does, over the last five minutes.

use super::budget::{MAX_OBJECTIVES, Stretch};

/// Slices of five minutes in an hour.
const SLICES: usize = 12;
/// Burn rate at which somebody is called, if the target allows one as high.
const CALLED_AT: f64 = 14.4;
/// Share of bad requests that is an incident under whatever target: below 96.5 % no burn rate reaches 14.4 before that.
const BAD_SHARE: f64 = 0.5;

/// Counts incidents, slice by slice.
#[derive(Clone, Debug, Default)]
pub(super) struct IncidentWatch {
    /// The last hour, in any order.
    last: [Stretch; SLICES],
    slices: usize,
    is_open: bool,
    incidents: u32,
}

impl IncidentWatch {
    /// Takes in the next slice; `targets` are the objectives' shares of good requests, 0..1.
    pub(super) fn add(&mut self, slice: Stretch, targets: impl Iterator<Item = f64>) {
        self.last[self.slices % SLICES] = slice;
        self.slices += 1;
        let hour = self.hour();
        let (mut calls, mut is_quiet) = (false, true);
        for (index, target) in targets.enumerate().take(MAX_OBJECTIVES) {
            let allowed = 1.0 - target;
            let burn = |of: &Stretch| of.bad[index] / (of.total * allowed).max(f64::MIN_POSITIVE);
            let called_at = (BAD_SHARE / allowed).min(CALLED_AT);
            calls |= burn(&slice) >= called_at && burn(&hour) >= called_at;
            is_quiet &= burn(&hour) <= 1.0;
        }
        self.incidents += u32::from(calls && !self.is_open);
        self.is_open = calls || self.is_open && !is_quiet;
    }

    /// The last hour. Before the window all was good: where there is less than an hour, the rest had as many requests.
    fn hour(&self) -> Stretch {
        let mut hour = Stretch::default();
        for slice in &self.last {
            hour.add(slice);
        }
        hour.total *= SLICES as f64 / self.slices.clamp(1, SLICES) as f64;
        hour
    }

    /// Incidents so far. One lasts until an hour has burnt no more budget than it may.
    pub(super) fn incidents(&self) -> u32 {
        self.incidents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Incidents of a course of slices of 1,000 requests under one target, given the shares of bad ones.
    fn incidents(target: f64, course: &[(usize, f64)]) -> u32 {
        let mut watch = IncidentWatch::default();
        for &(slices, bad_share) in course {
            for _ in 0..slices {
                let mut slice = Stretch {
                    total: 1000.0,
                    ..Stretch::default()
                };
                slice.bad[0] = 1000.0 * bad_share;
                watch.add(slice, [target].into_iter());
            }
        }
        watch.incidents()
    }

    /// At 99.9 % an hour's burn of 14.4 is 1.44 % of an hour's requests: 17.28 % of those of five minutes.
    #[test]
    fn five_bad_minutes_are_an_incident_from_a_sixth_of_the_requests_on() {
        assert_eq!(incidents(0.999, &[(50, 0.0), (1, 0.172), (50, 0.0)]), 0);
        assert_eq!(incidents(0.999, &[(50, 0.0), (1, 0.173), (50, 0.0)]), 1);
        // 5 % bad takes four slices: 20 % of five minutes' requests.
        assert_eq!(incidents(0.999, &[(50, 0.0), (3, 0.05), (50, 0.0)]), 0);
        assert_eq!(incidents(0.999, &[(50, 0.0), (4, 0.05), (50, 0.0)]), 1);
    }

    /// What burns slowly, however long, calls nobody at once: the budget of a month would last for two days.
    #[test]
    fn a_slow_burn_is_none() {
        assert_eq!(incidents(0.999, &[(600, 0.014)]), 0);
        assert_eq!(incidents(0.999, &[(600, 0.0145)]), 1);
    }

    /// It lasts until an hour is good; what comes back before that is the same.
    #[test]
    fn trouble_that_returns_within_the_hour_is_one_incident() {
        let twice = |pause| [(20, 0.0), (2, 1.0), (pause, 0.0), (2, 1.0), (20, 0.0)];
        assert_eq!(incidents(0.999, &twice(3)), 1);
        assert_eq!(incidents(0.999, &twice(11)), 1);
        assert_eq!(incidents(0.999, &twice(13)), 2);
    }

    /// A window that begins with trouble begins like an hour whose other slices were good.
    #[test]
    fn the_time_before_the_window_was_good() {
        assert_eq!(incidents(0.999, &[(1, 0.172), (30, 0.0)]), 0);
        assert_eq!(incidents(0.999, &[(1, 0.173), (30, 0.0)]), 1);
    }

    /// Where all bad requests burn ten times as fast as they may, half of them for an hour are an incident.
    #[test]
    fn a_low_target_has_incidents_too() {
        assert_eq!(incidents(0.9, &[(20, 0.0), (12, 0.49), (20, 0.0)]), 0);
        assert_eq!(incidents(0.9, &[(20, 0.0), (12, 0.51), (20, 0.0)]), 1);
    }

    #[test]
    fn nobody_is_called_where_nobody_comes() {
        let mut watch = IncidentWatch::default();
        for _ in 0..100 {
            watch.add(Stretch::default(), [0.999].into_iter());
        }
        assert_eq!(watch.incidents(), 0);
    }
}
