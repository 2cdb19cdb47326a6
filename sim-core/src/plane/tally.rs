//! Counting the outcomes of single requests.

use super::{MAX_THRESHOLDS, Outcome, ServiceModel};
use crate::stats::LogHistogram;

/// The latencies at which a request's outcome changes, seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct LatencyLimits {
    pub(super) timeout_s: f64,
    /// Unused places hold infinity, which no latency exceeds.
    pub(super) thresholds_s: [f64; MAX_THRESHOLDS],
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
        }
    }
}

/// Counts of one interval. Whole numbers, so that no order of counting changes them.
pub(super) struct Tally<'a> {
    limits: LatencyLimits,
    latencies: &'a mut LogHistogram,
    pub(super) arrivals: u64,
    pub(super) rejected: u64,
    served: u64,
    timed_out: u64,
    timed_out_in_service: u64,
    failed: u64,
    waits: u64,
    waited: u64,
    slow: [u64; MAX_THRESHOLDS],
    slow_in_service: [u64; MAX_THRESHOLDS],
    wait_sum_s: f64,
    latency_sum_s: f64,
    /// Service time of the requests that started, seconds.
    pub(super) started_s: f64,
}

impl<'a> Tally<'a> {
    pub(super) fn new(limits: LatencyLimits, latencies: &'a mut LogHistogram) -> Self {
        Self {
            limits,
            latencies,
            arrivals: 0,
            rejected: 0,
            served: 0,
            timed_out: 0,
            timed_out_in_service: 0,
            failed: 0,
            waits: 0,
            waited: 0,
            slow: [0; MAX_THRESHOLDS],
            slow_in_service: [0; MAX_THRESHOLDS],
            wait_sum_s: 0.0,
            latency_sum_s: 0.0,
            started_s: 0.0,
        }
    }

    /// A request starts after waiting for `wait_s`.
    #[inline]
    pub(super) fn start(&mut self, wait_s: f64, service_s: f64, error: bool) {
        let latency_s = wait_s + service_s;
        self.started_s += service_s;
        self.count_wait(wait_s);
        if latency_s > self.limits.timeout_s {
            self.count_timeout(service_s);
        } else if error {
            self.failed += 1;
        } else {
            self.count_served(latency_s, service_s);
        }
    }

    /// A client leaves the queue after waiting for `wait_s`, its whole patience.
    pub(super) fn give_up(&mut self, wait_s: f64, service_s: f64) {
        self.count_wait(wait_s);
        self.count_timeout(service_s);
    }

    #[inline]
    fn count_wait(&mut self, wait_s: f64) {
        self.waits += 1;
        self.waited += u64::from(wait_s > 0.0);
        self.wait_sum_s += wait_s;
    }

    #[inline]
    fn count_timeout(&mut self, service_s: f64) {
        self.timed_out += 1;
        self.timed_out_in_service += u64::from(service_s > self.limits.timeout_s);
    }

    #[inline]
    fn count_served(&mut self, latency_s: f64, service_s: f64) {
        self.served += 1;
        self.latency_sum_s += latency_s;
        self.latencies.record(latency_s, 1.0);
        for (k, &threshold_s) in self.limits.thresholds_s.iter().enumerate() {
            self.slow[k] += u64::from(latency_s > threshold_s);
            self.slow_in_service[k] += u64::from(service_s > threshold_s);
        }
    }

    /// The counts as an outcome; busy time and queue length are the plane's to add.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            arrivals: self.arrivals as f64,
            served: self.served as f64,
            rejected: self.rejected as f64,
            timed_out: self.timed_out as f64,
            timed_out_in_service: self.timed_out_in_service as f64,
            failed: self.failed as f64,
            slow: self.slow.map(|count| count as f64),
            slow_in_service: self.slow_in_service.map(|count| count as f64),
            waits: self.waits as f64,
            wait_sum_s: self.wait_sum_s,
            waited: self.waited as f64,
            latency_sum_s: self.latency_sum_s,
            ..Outcome::default()
        }
    }
}
