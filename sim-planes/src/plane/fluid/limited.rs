//! The queue that is not allowed to grow: limited by its room, or by the clients' patience.

use super::super::queueing::erlang_b;

/// The stationary queue with room for a limited number of waiting requests.
///
/// The number waiting is geometric, as in M/M/c/K where it is exact, with the ratio σ = ρ^(2/(1+cv²)) that
/// has the heavy-traffic decay of M/G/c (Kingman 1962). What is lost follows from the balance of flows: the
/// servers idle only while fewer than c requests are there. Clients with patience τ bound the queue like
/// room for cτ/E[S] requests: at that length the wait is τ.
#[derive(Clone, Copy, Debug)]
pub(super) struct LimitedQueue {
    /// Largest number of requests waiting.
    room: f64,
    log_ratio: f64,
    /// Share of the arrivals that is lost.
    pub(super) lost: f64,
    /// Share of the arrivals that would find as many waiting or more if nothing limited the queue; 1 from full load on.
    pub(super) beyond: f64,
    /// Share of the admitted that waits.
    pub(super) waits: f64,
    /// Mean number waiting.
    pub(super) queue: f64,
}

impl LimitedQueue {
    /// `load` > 0 is the offered load, below, at or above 1; `room` ≥ 0, finite.
    pub(super) fn new(servers: u32, load: f64, scv: f64, room: f64) -> Self {
        let c = f64::from(servers);
        let blocked = erlang_b(servers, c * load).max(1e-300);
        let log_ratio = 2.0 * libm::log(load) / (1.0 + scv);
        let (sum, mean) = geometric(log_ratio, room);
        // Relative to the mass of "fewer than c, or exactly c busy and none waiting" = 1.
        let total = 1.0 - blocked + blocked * sum;
        let idle = (1.0 - load * (1.0 - blocked)).max(0.0) / total;
        let all_busy = blocked * sum / total;
        let full =
            blocked * libm::exp((log_ratio * room).min(LARGEST_EXPONENT - log_ratio)) / total;
        Self {
            room,
            log_ratio,
            lost: (1.0 - (1.0 - idle) / load).clamp(0.0, 1.0),
            beyond: 1.0,
            waits: ((all_busy - full) / (1.0 - full).max(1e-300)).clamp(0.0, 1.0),
            queue: all_busy * mean,
        }
    }

    /// The same where the flows balance for any service: what is lost and who waits tends to the unlimited queue as room
    /// grows. Below full load from the unlimited queue, of which `waits` is P(wait) and `queue` the mean number waiting: its
    /// geometric tail Π beyond the room is lost by (1−ρ)Π/(1−ρΠ), exact for M/M/c/K and M/G/1/K (Tijms 2003). From full load
    /// on from the balance of flows, with weights that make the unlimited queue's.
    pub(super) fn balanced(&self, servers: u32, load: f64, waits: f64, queue: f64) -> Self {
        let room = self.room;
        if load < 1.0 && queue > 0.0 && waits > 0.0 {
            let log_ratio = -libm::log1p(waits / queue);
            let beyond = waits * libm::exp(log_ratio * room);
            let waits = ((waits - beyond) / (1.0 - beyond)).max(0.0);
            return Self {
                room,
                log_ratio,
                lost: (1.0 - load) * beyond / (1.0 - load * beyond),
                beyond,
                waits,
                queue: waits * geometric(log_ratio, room).1,
            };
        }
        let blocked = erlang_b(servers, f64::from(servers) * load).max(1e-300);
        // ρ(1−σ)/((1−ρ)σ), of which the limit at full load is that of the logarithms.
        let weight = if (load - 1.0).abs() < 1e-6 || load < 1.0 {
            self.log_ratio.abs().max(1e-9) / libm::log(load).abs().max(1e-9)
        } else {
            load * libm::expm1(self.log_ratio) / ((load - 1.0) * libm::exp(self.log_ratio))
        };
        let (sum, mean) = geometric(self.log_ratio, room);
        let sum = 1.0 + weight.min(LARGEST_EXPONENT) * (sum - 1.0).max(0.0);
        let total = 1.0 - blocked + blocked * sum;
        let idle = (1.0 - load * (1.0 - blocked)).max(0.0) / total;
        let all_busy = blocked * sum / total;
        Self {
            lost: (1.0 - (1.0 - idle) / load).clamp(0.0, 1.0),
            queue: all_busy * mean,
            ..*self
        }
    }

    /// The number of requests before one that waits, below which the share `q` lies: by the truncated
    /// exponential law that the geometric one is close to.
    pub(super) fn length_quantile(&self, q: f64) -> f64 {
        let reach = self.log_ratio * self.room;
        if reach.abs() < 1e-6 {
            return q * self.room;
        }
        if reach > 500.0 {
            return (self.room + libm::log(q) / self.log_ratio).max(0.0);
        }
        libm::log1p(q * libm::expm1(reach)) / self.log_ratio
    }
}

/// σⁿ is cut here, far above anything that is left beside it.
const LARGEST_EXPONENT: f64 = 600.0;

/// Σ σⁿ and the mean of n over n = 0…room, for σ = e^`log_ratio`. Large sums are kept finite.
fn geometric(log_ratio: f64, room: f64) -> (f64, f64) {
    let n = room + 1.0;
    if (log_ratio * n).abs() < 1e-6 {
        return (n, 0.5 * room);
    }
    let reach = (log_ratio * n).min(LARGEST_EXPONENT);
    let growth = libm::expm1(reach);
    let step = libm::expm1(log_ratio);
    let mean = n * (1.0 + 1.0 / growth) - (1.0 + 1.0 / step);
    (growth / step, mean.clamp(0.0, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::queueing::finite_queue;

    /// With exponential service the formulas are those of M/M/c/K, below and above full load.
    #[test]
    fn is_exact_for_markov_queues() {
        for (servers, load, room) in [
            (1, 0.9, 9),
            (10, 1.2, 10),
            (3, 2.5 / 3.0, 7),
            (1, 1.0, 5),
            (4, 3.0, 50),
        ] {
            let offered = f64::from(servers) * load;
            let exact = finite_queue(servers, offered, room);
            let queue = LimitedQueue::new(servers, load, 1.0, f64::from(room));
            assert!(
                (queue.lost - exact.blocked).abs() < 1e-9,
                "{servers} {load}: {queue:?} {exact:?}"
            );
            assert!(
                (queue.waits - exact.waits / (1.0 - exact.blocked)).abs() < 1e-9,
                "{queue:?} {exact:?}"
            );
            let waiting = exact.mean_wait * offered * (1.0 - exact.blocked);
            assert!(
                (queue.queue - waiting).abs() < 1e-6 * (1.0 + waiting),
                "{queue:?} {waiting}"
            );
        }
    }
}
