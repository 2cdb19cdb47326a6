//! Pods as the controller lists them, group by group, and what a sample shows of them.

use super::LONG_AGO_MS;
use super::pods::{PodGroup, PodPhase, PodSample, ReadyCondition, ReadyStatus};

/// Pods without samples, in groups of those that are alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodList {
    pods: Vec<PodGroup>,
}

impl PodList {
    /// The groups.
    pub fn pods(&self) -> &[PodGroup] {
        &self.pods
    }

    /// Nothing is listed.
    pub fn clear(&mut self) {
        self.pods.clear();
    }

    /// Pods that have been ready for ever; `request_m` is the CPU that each asks for, milli-units.
    pub fn settled(&mut self, count: u32, request_m: i64) {
        self.pods.push(PodGroup {
            sample: None,
            ..PodGroup::steady(count, Some(request_m), 0)
        });
    }

    /// Pods that started and became ready at these times, ms on the caller's clock.
    pub fn ready(&mut self, count: u32, request_m: i64, started_ms: i64, ready_ms: i64) {
        self.pods.push(PodGroup {
            sample: None,
            start_ms: Some(started_ms),
            ready: Some(ReadyCondition {
                status: ReadyStatus::True,
                last_transition_ms: ready_ms,
            }),
            ..PodGroup::steady(count, Some(request_m), 0)
        });
    }

    /// Running pods whose container restarts, since a time in ms.
    pub fn restarting(&mut self, count: u32, request_m: i64, since_ms: i64) {
        self.pods.push(PodGroup {
            sample: None,
            ready: Some(ReadyCondition {
                status: ReadyStatus::False,
                last_transition_ms: since_ms,
            }),
            ..PodGroup::steady(count, Some(request_m), 0)
        });
    }

    /// Pods that do not run yet.
    pub fn pending(&mut self, count: u32, request_m: i64) {
        self.pods.push(PodGroup {
            sample: None,
            phase: PodPhase::Pending,
            ready: None,
            ..PodGroup::steady(count, Some(request_m), 0)
        });
    }

    /// The same pods with what a sample shows of each: nothing of those that were not ready when it was taken.
    pub fn sampled(&self, seen: Option<PodSample>, into: &mut Vec<PodGroup>) {
        into.clear();
        into.extend_from_slice(&self.pods);
        sampled_again(seen, into);
    }
}

/// Pods that have not changed since they were sampled, with what a later sample shows of each.
pub fn sampled_again(seen: Option<PodSample>, pods: &mut [PodGroup]) {
    for pod in pods {
        let ready_ms = pod.ready.map(|ready| ready.last_transition_ms);
        pod.sample = seen.filter(|sample| {
            ready_ms.is_some_and(|ready_ms| ready_ms == LONG_AGO_MS || ready_ms < sample.taken_ms)
        });
    }
}

/// Milli-units of a value, as the metrics APIs carry them: the nearest whole number of them, halves away from zero.
pub fn milli(value: f64) -> i64 {
    nearest(value * 1000.0)
}

/// The nearest whole number, halves away from zero; the least or largest beyond these, 0 for what is not a number.
///
/// Conversions are slow in WebAssembly, and rounding where processors cannot be relied on to do it. Between 2⁵² and 2⁵³
/// the last bit of a number is 1: added to one there, another is rounded (halves to even), and is what the bits differ by.
fn nearest(value_m: f64) -> i64 {
    const AMID: f64 = 1.5 * (1_u64 << 52) as f64;
    const FAR: f64 = (1_u64 << 51) as f64;
    if value_m.abs() < FAR {
        let rounded = value_m + AMID;
        let whole = rounded.to_bits().wrapping_sub(AMID.to_bits()).cast_signed();
        let rest = value_m - (rounded - AMID);
        if rest.abs() == 0.5 && (rest > 0.0) == (value_m > 0.0) {
            whole + if rest > 0.0 { 1 } else { -1 }
        } else {
            whole
        }
    } else {
        by_conversion(value_m)
    }
}

fn by_conversion(value_m: f64) -> i64 {
    let (whole, rest) = (value_m as i64, value_m - (value_m as i64) as f64);
    whole
        .saturating_add(i64::from(rest >= 0.5))
        .saturating_sub(i64::from(rest <= -0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_is_what_conversion_makes_of_it() {
        let below_half = f64::from_bits(0.5f64.to_bits() - 1);
        let mut values = vec![
            0.0,
            below_half,
            0.5,
            1.5,
            2.5,
            1e15 + 0.5,
            9.1e15,
            9.3e18,
            1e300,
        ];
        values.extend([f64::INFINITY, f64::NAN, 4_503_599_627_370_495.5]);
        for value in values {
            for value in [value, -value] {
                let (a, b) = (by_conversion(value), nearest(value));
                assert_eq!(a, b, "{value}");
            }
        }
        assert_eq!(milli(0.0125), 13);
        assert_eq!(milli(-0.0125), -13);
    }

    #[test]
    fn samples_show_pods_that_were_ready() {
        let mut list = PodList::default();
        list.settled(3, 500);
        list.ready(1, 500, 1000, 5000);
        list.ready(1, 500, 1000, 7000);
        list.pending(2, 500);
        let seen = PodSample {
            value_m: 40,
            taken_ms: 6000,
            window_ms: 15_000,
        };
        let mut pods = Vec::new();
        list.sampled(Some(seen), &mut pods);
        let shown: Vec<bool> = pods.iter().map(|pod| pod.sample.is_some()).collect();
        assert_eq!(shown, [true, true, false, false]);
        list.sampled(None, &mut pods);
        assert!(pods.iter().all(|pod| pod.sample.is_none()));
    }
}
