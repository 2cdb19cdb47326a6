//! Counting what becomes of the requests of stations and of users in one interval.

use super::path::Path;
use super::spans::Origin;
use super::{EntryOutcome, NetworkOutcome};
use crate::plane::tally::{Failure, LatencyLimits, Tally};
use crate::plane::{MAX_THRESHOLDS, Outcome};

/// The counts of one interval.
pub(super) struct Counts<'a> {
    pub(super) stations: Vec<Tally<'a>>,
    pub(super) entries: Vec<EntryCount<'a>>,
}

impl Counts<'_> {
    /// Writes the counts down; what is under way is the plane's to add.
    pub(super) fn write(&self, into: &mut NetworkOutcome) {
        into.stations.clear();
        into.stations
            .extend(self.stations.iter().map(Tally::outcome));
        into.entries
            .resize_with(self.entries.len(), EntryOutcome::default);
        for (entry, to) in self.entries.iter().zip(&mut into.entries) {
            to.total = entry.tally.outcome();
            to.blamed.clone_from(&entry.blamed);
        }
    }
}

/// The counts of one entry.
pub(super) struct EntryCount<'a> {
    pub(super) tally: Tally<'a>,
    limits: LatencyLimits,
    /// By station; whole numbers.
    blamed: Vec<Outcome>,
}

impl<'a> EntryCount<'a> {
    pub(super) fn new(limits: LatencyLimits, tally: Tally<'a>, stations: usize) -> Self {
        Self {
            tally,
            limits,
            blamed: vec![Outcome::default(); stations],
        }
    }

    /// A user has a good answer.
    #[inline]
    pub(super) fn serve(&mut self, latency_s: f64, path: &Path) {
        // Without rounding it is never longer.
        let service_s = path.service_s.min(latency_s);
        self.tally.wait(path.wait_s);
        self.tally.serve(latency_s, service_s);
        if latency_s > self.limits.thresholds_s[0]
            || latency_s > self.limits.thresholds_s[1]
            || latency_s > self.limits.thresholds_s[2]
        {
            self.blame_slow(latency_s, service_s, path);
        }
    }

    #[cold]
    fn blame_slow(&mut self, latency_s: f64, service_s: f64, path: &Path) {
        const { assert!(MAX_THRESHOLDS == 3) }
        for (k, &threshold_s) in self.limits.thresholds_s.iter().enumerate() {
            if latency_s > threshold_s {
                let (at, in_service) = path.blame(threshold_s, service_s);
                let blamed = &mut self.blamed[usize::from(at)];
                blamed.slow[k] += 1.0;
                blamed.slow_in_service[k] += f64::from(u8::from(in_service));
            }
        }
    }

    /// A user's last attempt, of which `needed_s` of service are known, came to nothing; `origin` is how that began.
    pub(super) fn fail(&mut self, failure: Failure, origin: &Origin, needed_s: f64) {
        self.tally.fail(failure, needed_s);
        let first = &mut self.blamed[usize::from(origin.station)];
        match origin.failure {
            Failure::Rejected => first.rejected += 1.0,
            Failure::Dropped => {
                first.rejected += 1.0;
                first.dropped += 1.0;
            }
            Failure::Throttled => {
                first.rejected += 1.0;
                first.throttled += 1.0;
            }
            Failure::Refused => {
                first.failed += 1.0;
                first.refused += 1.0;
            }
            Failure::Failed => first.failed += 1.0,
            Failure::Lost => first.lost += 1.0,
            Failure::TimedOut => {
                first.timed_out += 1.0;
                first.timed_out_in_service += f64::from(u8::from(origin.in_service));
            }
        }
    }
}
