//! A load that rises and falls on servers that never run out: the service as it follows its traffic.

use crate::plane::{DataPlane, Interval, RequestsPlane, ServiceModel};
use crate::random::Distribution;
use core::f64::consts::TAU;

/// Mt/G/∞ with a sinusoidal rate, λ(t) = mean + swing · sin(2πt / period).
#[derive(Clone, Debug)]
pub struct Tide {
    /// Time that a server needs for a request.
    pub service: Distribution,
    /// Mean rate, requests per second.
    pub mean_rps: f64,
    /// Amplitude of the rate, at most `mean_rps`.
    pub swing_rps: f64,
    /// Period, seconds.
    pub period_s: f64,
    /// Length of the intervals with constant rate, a whole part of the period.
    pub tick_s: f64,
    /// More servers than are ever busy.
    pub servers: u32,
}

/// Mean service times that pass before the measured period.
const WARM_UP: f64 = 10.0;

impl Tide {
    /// Requests of one sample, about.
    pub fn requests(&self) -> f64 {
        self.mean_rps * (self.period_s + WARM_UP * self.service.mean())
    }

    /// Mean, amplitude and lag (seconds behind the rate) of the busy servers over one period, by least squares.
    ///
    /// Over whole periods and equally spaced ticks the sine and the cosine are orthogonal, so the coefficients are
    /// plain sums.
    pub fn play(&self, seed: u64, replication: u32, component: u32) -> [f64; 3] {
        let model = ServiceModel::new(self.service.clone());
        let mut plane = RequestsPlane::new(&model, 0, seed, replication, component);
        let pulse = TAU / self.period_s;
        let mut busy = |middle_s: f64| {
            let interval = Interval {
                length_s: self.tick_s,
                rate_rps: self.mean_rps + self.swing_rps * libm::sin(pulse * middle_s),
                servers: self.servers,
                queue_limit: u32::MAX,
                ..Interval::default()
            };
            plane.serve(&interval).busy_server_s / self.tick_s
        };
        let warm_up = (WARM_UP * self.service.mean() / self.tick_s).ceil() as i32;
        let ticks = (self.period_s / self.tick_s).round() as i32;
        let middle_s = |tick: i32| (f64::from(tick) + 0.5) * self.tick_s;
        (-warm_up..0).for_each(|tick| {
            busy(middle_s(tick));
        });
        let (mut sum, mut sine, mut cosine) = (0.0, 0.0, 0.0);
        for tick in 0..ticks {
            let angle = pulse * middle_s(tick);
            let busy = busy(middle_s(tick));
            sum += busy;
            sine += busy * libm::sin(angle);
            cosine += busy * libm::cos(angle);
        }
        let n = f64::from(ticks);
        let (sine, cosine) = (2.0 * sine / n, 2.0 * cosine / n);
        let amplitude = (sine * sine + cosine * cosine).sqrt();
        let lag_s = libm::atan2(-cosine, sine) / pulse;
        [sum / n, amplitude, lag_s]
    }
}
