//! The exact steady state of a pool with exponential times.

/// Instances at work and idle as a Markov chain: arrivals at `rate` take an idle instance or start one, services end
/// at 1/`service_s` each, idle instances end at 1/`keep_alive_s` each, and there are at most `most` instances.
pub struct Chain {
    pub rate: f64,
    pub service_s: f64,
    pub keep_alive_s: f64,
    pub most: usize,
}

/// Its steady state.
pub struct Steady {
    /// Share of the arrivals that start an instance.
    pub cold: f64,
    /// Share of the arrivals that are rejected.
    pub rejected: f64,
    /// Mean number of instances.
    pub instances: f64,
    /// Probability of each number of instances.
    pub law: Vec<f64>,
}

impl Chain {
    /// Where the chain goes from `busy` and `idle` instances, and at which rates.
    fn moves(&self, busy: usize, idle: usize) -> Vec<((usize, usize), f64)> {
        let mut moves = Vec::new();
        if idle > 0 {
            moves.push(((busy + 1, idle - 1), self.rate));
            moves.push(((busy, idle - 1), idle as f64 / self.keep_alive_s));
        } else if busy < self.most {
            moves.push(((busy + 1, 0), self.rate));
        }
        if busy > 0 {
            moves.push(((busy - 1, idle + 1), busy as f64 / self.service_s));
        }
        moves
    }

    /// By repeated steps of the uniformised chain, until nothing changes any more.
    pub fn solve(&self) -> Steady {
        let size = self.most + 1;
        let at = |(busy, idle): (usize, usize)| busy * size + idle;
        let states: Vec<(usize, usize)> = (0..size)
            .flat_map(|busy| (0..size - busy).map(move |idle| (busy, idle)))
            .collect();
        let fastest =
            self.rate + self.most as f64 * (1.0 / self.service_s + 1.0 / self.keep_alive_s);
        let mut now = vec![0.0; size * size];
        now[0] = 1.0;
        loop {
            let mut next = now.clone();
            for &state in &states {
                for (to, rate) in self.moves(state.0, state.1) {
                    let flow = now[at(state)] * rate / fastest;
                    next[at(state)] -= flow;
                    next[at(to)] += flow;
                }
            }
            let change: f64 = now.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
            now = next;
            if change < 1e-14 {
                break;
            }
        }
        let sum = |of: &dyn Fn(usize, usize) -> bool| -> f64 {
            let matching = states.iter().filter(|(busy, idle)| of(*busy, *idle));
            matching.map(|&state| now[at(state)]).sum()
        };
        let law: Vec<f64> = (0..size)
            .map(|n| sum(&|busy, idle| busy + idle == n))
            .collect();
        Steady {
            cold: sum(&|busy, idle| idle == 0 && busy < self.most),
            rejected: sum(&|busy, _| busy == self.most),
            instances: law.iter().enumerate().map(|(n, p)| n as f64 * p).sum(),
            law,
        }
    }
}
