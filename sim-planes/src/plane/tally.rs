//! Counting the outcomes of single requests.

use super::{MAX_THRESHOLDS, Outcome, ServiceModel};
use crate::stats::LogHistogram;

/// The latencies at which a request's outcome changes, seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct LatencyLimits {
    pub(super) timeout_s: f64,
    /// Unused places hold infinity, which no latency exceeds.
    pub(super) thresholds_s: [f64; MAX_THRESHOLDS],
    /// How many places are in use.
    pub(super) thresholds: usize,
    /// The lowest of them.
    lowest_threshold_s: f64,
}

impl LatencyLimits {
    pub(super) fn new(model: &ServiceModel) -> Self {
        let mut thresholds_s = [f64::INFINITY; MAX_THRESHOLDS];
        for (place, threshold) in thresholds_s.iter_mut().zip(&model.thresholds_s) {
            *place = *threshold;
        }
        Self {
            timeout_s: model.timeout_s,
            thresholds_s,
            thresholds: model.thresholds_s.len().min(MAX_THRESHOLDS),
            lowest_threshold_s: thresholds_s.iter().copied().fold(f64::INFINITY, f64::min),
        }
    }
}

/// Why an attempt came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// There was no room for it.
    Rejected,
    /// A newer one took its place in the queue, or CoDel dropped it.
    Dropped,
    /// The rate limit turned it away.
    Throttled,
    /// A breaker or a bulkhead turned the call away.
    Refused,
    /// Its client gave up.
    TimedOut,
    /// The answer carried an error.
    Failed,
    /// Its replica ended abruptly.
    Lost,
}

/// Counts of one interval. Whole numbers, so that no order of counting changes them.
pub(super) struct Tally<'a> {
    limits: LatencyLimits,
    latencies: &'a mut LogHistogram,
    pub(super) arrivals: u64,
    pub(super) retries: u64,
    pub(super) blocked: u64,
    pub(super) cancelled: u64,
    pub(super) turned_away: u64,
    rejected: u64,
    dropped: u64,
    throttled: u64,
    served: u64,
    timed_out: u64,
    timed_out_in_service: u64,
    failed: u64,
    lost: u64,
    waits: u64,
    waited: u64,
    waits_high: u64,
    slow: [u64; MAX_THRESHOLDS],
    slow_in_service: [u64; MAX_THRESHOLDS],
    wait_sum_s: f64,
    wait_sum_high_s: f64,
    /// Server-seconds that the attempts which started will take.
    pub(super) started_s: f64,
}

impl<'a> Tally<'a> {
    pub(super) fn new(limits: LatencyLimits, latencies: &'a mut LogHistogram) -> Self {
        Self {
            limits,
            latencies,
            arrivals: 0,
            retries: 0,
            blocked: 0,
            cancelled: 0,
            turned_away: 0,
            rejected: 0,
            dropped: 0,
            throttled: 0,
            served: 0,
            timed_out: 0,
            timed_out_in_service: 0,
            failed: 0,
            lost: 0,
            waits: 0,
            waited: 0,
            waits_high: 0,
            slow: [0; MAX_THRESHOLDS],
            slow_in_service: [0; MAX_THRESHOLDS],
            wait_sum_s: 0.0,
            wait_sum_high_s: 0.0,
            started_s: 0.0,
        }
    }

    /// An attempt's wait is over.
    #[inline]
    pub(super) fn wait(&mut self, wait_s: f64) {
        self.waits += 1;
        self.waited += u64::from(wait_s > 0.0);
        self.wait_sum_s += wait_s;
    }

    /// The wait of an attempt of high priority is over; [`wait`](Self::wait) is to be told as well.
    pub(super) fn wait_high(&mut self, wait_s: f64) {
        self.waits_high += 1;
        self.wait_sum_high_s += wait_s;
    }

    #[inline]
    fn time_out(&mut self, service_s: f64) {
        self.timed_out += 1;
        self.timed_out_in_service += u64::from(service_s > self.limits.timeout_s);
    }

    /// A request is answered well, this long after its first attempt arrived.
    #[inline]
    pub(super) fn serve(&mut self, latency_s: f64, service_s: f64) {
        self.served += 1;
        self.latencies.record(latency_s, 1.0);
        // Few are, so that the rest is spared the counting.
        if latency_s > self.limits.lowest_threshold_s {
            self.be_slow(latency_s, service_s);
        }
    }

    fn be_slow(&mut self, latency_s: f64, service_s: f64) {
        for (k, &threshold_s) in self.limits.thresholds_s.iter().enumerate() {
            self.slow[k] += u64::from(latency_s > threshold_s);
            self.slow_in_service[k] += u64::from(service_s.min(latency_s) > threshold_s);
        }
    }

    /// A request's last attempt, which needed `service_s`, came to nothing.
    pub(super) fn fail(&mut self, failure: Failure, service_s: f64) {
        match failure {
            Failure::Rejected => self.rejected += 1,
            Failure::Dropped => {
                self.rejected += 1;
                self.dropped += 1;
            }
            Failure::Throttled => {
                self.rejected += 1;
                self.throttled += 1;
            }
            Failure::TimedOut => self.time_out(service_s),
            Failure::Failed | Failure::Refused => self.failed += 1,
            Failure::Lost => self.lost += 1,
        }
    }

    /// The counts as an outcome; busy time and what is under way are the plane's to add.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            arrivals: self.arrivals as f64,
            retries: self.retries as f64,
            served: self.served as f64,
            rejected: self.rejected as f64,
            dropped: self.dropped as f64,
            throttled: self.throttled as f64,
            timed_out: self.timed_out as f64,
            timed_out_in_service: self.timed_out_in_service as f64,
            failed: self.failed as f64,
            lost: self.lost as f64,
            slow: self.slow.map(|count| count as f64),
            slow_in_service: self.slow_in_service.map(|count| count as f64),
            waits: self.waits as f64,
            wait_sum_s: self.wait_sum_s,
            waited: self.waited as f64,
            waits_high: self.waits_high as f64,
            wait_sum_high_s: self.wait_sum_high_s,
            blocked: self.blocked as f64,
            cancelled: self.cancelled as f64,
            turned_away: self.turned_away as f64,
            latency_sum_s: self.latencies.sum(),
            ..Outcome::default()
        }
    }
}
