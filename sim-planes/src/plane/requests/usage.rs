//! How much the replicas were used in an interval: areas under the number of requests in service and under the
//! speed at which they are served.

/// An area under a step function, from the steps: `value` now, and what the past would have to be corrected by
/// had it always been so.
#[derive(Clone, Copy, Debug, Default)]
struct Area {
    value: f64,
    correction: f64,
}

impl Area {
    #[inline]
    fn add(&mut self, step: f64, since_start_s: f64) {
        self.value += step;
        self.correction -= step * since_start_s;
    }

    fn close(&mut self, length_s: f64) -> f64 {
        let area = self.value * length_s + self.correction;
        self.correction = 0.0;
        area.max(0.0)
    }
}

/// Use of the active replicas in the current interval.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::plane) struct Usage {
    start_s: f64,
    in_service: Area,
    busy: Area,
}

impl Usage {
    /// The number in service and the service given per second change, at `now_s`.
    #[inline]
    pub(in crate::plane) fn change(&mut self, now_s: f64, in_service: f64, busy: f64) {
        let since_start_s = now_s - self.start_s;
        self.in_service.add(in_service, since_start_s);
        self.busy.add(busy, since_start_s);
    }

    /// Ends the interval at `end_s`: request-seconds in service and seconds of service in it.
    pub(in crate::plane) fn close(&mut self, end_s: f64) -> (f64, f64) {
        let length_s = end_s - self.start_s;
        self.start_s = end_s;
        (self.in_service.close(length_s), self.busy.close(length_s))
    }
}
