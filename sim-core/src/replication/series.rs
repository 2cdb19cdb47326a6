//! Records the window over time, in equal points, and all latencies.

use super::Setup;
use crate::stats::LogHistogram;
use crate::study::Series;

/// Latencies are drained from the plane at least this often, points or not.
const DRAIN_TICKS: u32 = 480;

pub(super) struct Recorder {
    ticks_per_point: u32,
    drain_ticks: u32,
    tick_s: f64,
    series: Series,
    all: LogHistogram,
    point: Point,
}

#[derive(Clone, Copy, Default)]
struct Point {
    ticks: u32,
    arrivals: f64,
    bad: f64,
    replicas: f64,
    nodes: f64,
}

impl Recorder {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            ticks_per_point: setup.ticks_per_point,
            drain_ticks: if setup.ticks_per_point > 0 {
                setup.ticks_per_point
            } else {
                DRAIN_TICKS
            },
            tick_s: setup.tick_s,
            series: Series::default(),
            all: LogHistogram::new(),
            point: Point::default(),
        }
    }

    #[inline]
    pub(super) fn tick(
        &mut self,
        arrivals: f64,
        bad: f64,
        ready: u32,
        nodes: u32,
        mut drain: impl FnMut(&mut LogHistogram),
    ) {
        let point = &mut self.point;
        point.ticks += 1;
        point.arrivals += arrivals;
        point.bad += bad;
        point.replicas += f64::from(ready);
        point.nodes += f64::from(nodes);
        if point.ticks == self.drain_ticks {
            self.close_point(&mut drain);
        }
    }

    fn close_point(&mut self, drain: &mut dyn FnMut(&mut LogHistogram)) {
        let point = core::mem::take(&mut self.point);
        if point.ticks == 0 {
            return;
        }
        let mut latency = LogHistogram::new();
        drain(&mut latency);
        self.all.merge(&latency);
        if self.ticks_per_point == 0 {
            return;
        }
        let ticks = f64::from(point.ticks);
        self.series
            .arrivals_rps
            .push((point.arrivals / (ticks * self.tick_s)) as f32);
        self.series.replicas.push((point.replicas / ticks) as f32);
        self.series.nodes.push((point.nodes / ticks) as f32);
        self.series.p95_ms.push(
            latency
                .quantile(0.95)
                .map_or(f32::NAN, |seconds| (seconds * 1000.0) as f32),
        );
        let bad_share = if point.arrivals > 0.0 {
            point.bad / point.arrivals
        } else {
            0.0
        };
        self.series.bad_percent.push((100.0 * bad_share) as f32);
    }

    pub(super) fn finish(
        &mut self,
        mut drain: impl FnMut(&mut LogHistogram),
    ) -> (Series, LogHistogram) {
        self.close_point(&mut drain);
        (
            core::mem::take(&mut self.series),
            core::mem::take(&mut self.all),
        )
    }
}
