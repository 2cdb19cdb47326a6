//! Networks of replicas with queues of their own: in closed form against played ones.

use sim_core::plane::Balancing;
use tests::validation::networks::{Cell, Met, Off, Shape, by_fluid, by_so_many_requests};

const POLICIES: [Balancing; 5] = [
    Balancing::Shared,
    Balancing::Random,
    Balancing::RoundRobin,
    Balancing::LeastOutstanding,
    Balancing::PowerOfTwo,
];

fn number<T: std::str::FromStr + Copy>(name: &str, otherwise: &[T]) -> Vec<T> {
    let Ok(text) = std::env::var(name) else {
        return otherwise.to_vec();
    };
    text.split(',').filter_map(|one| one.parse().ok()).collect()
}

#[test]
#[ignore]
fn explore() {
    let wanted = number::<f64>("REQUESTS", &[2e6])[0];
    let shapes = number::<u32>("SHAPES", &[2]);
    for shape in shapes {
        let shape = match shape {
            1 => Shape::One,
            2 => Shape::Two,
            3 => Shape::Three,
            4 => Shape::Turn,
            5 => Shape::Together,
            percent => Shape::Held(percent),
        };
        for policy in number::<usize>("POLICIES", &[0, 1, 2, 3, 4]) {
            for &cv in &number::<f64>("CVS", &[1.0]) {
                for &slots in &number::<u32>("SLOTS", &[1, 4]) {
                    for &replicas in &number::<u32>("REPLICAS", &[4]) {
                        for &load in &number::<f64>("LOADS", &[0.3, 0.6, 0.8, 0.9, 0.95]) {
                            let cell = Cell {
                                shape,
                                balancing: POLICIES[policy],
                                replicas,
                                slots,
                                load,
                                cv,
                            };
                            if policy > 2 && slots < 4 && number::<u32>("ALL", &[0])[0] == 0 {
                                continue;
                            }
                            let case = cell.case();
                            let requests = by_so_many_requests(&case, cell.replications(wanted));
                            let fluid = by_fluid(&case);
                            let off = Off::new(&requests, &fluid);
                            let mark = match off.met() {
                                Met::Yes => " ",
                                Met::Open => "?",
                                Met::No => "X",
                            };
                            println!(
                                "{mark} {:?} {:?} cv {cv} {replicas}x{slots} load {load}: good {:.4} {:+.2}±{:.2} success {:+.2}±{:.2} p95 {:.3} {:+.1}±{:.1}% blame {:.2} {:.3?} {:.3?}",
                                shape, cell.balancing, requests.good.value, 100.0 * off.good.value, 100.0 * off.good.open,
                                100.0 * off.success.value, 100.0 * off.success.open,
                                requests.p95_s.value, 100.0 * off.p95.value, 100.0 * off.p95.open, 100.0 * off.blame, requests.blamed, fluid.blamed
                            );
                        }
                    }
                }
            }
        }
    }
}
