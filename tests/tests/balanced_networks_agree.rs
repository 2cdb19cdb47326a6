//! Networks of replicas with queues of their own, in closed form against played ones.

use sim_core::plane::Balancing::{self, LeastOutstanding, PowerOfTwo, Random, RoundRobin};
use tests::validation::networks::{Cell, Met, Off, Shape, by_fluid, by_so_many_requests};

const POLICIES: [Balancing; 4] = [Random, RoundRobin, LeastOutstanding, PowerOfTwo];

/// A network in both planes: what is off, in words, and whether it is what is wanted.
fn hold(cell: &Cell, requests: f64) -> (String, Met) {
    let case = cell.case();
    let played = by_so_many_requests(&case, cell.replications(requests));
    let fluid = by_fluid(&case);
    let off = Off::new(&played, &fluid);
    let met = off.met();
    let words = format!(
        "{met:?} {cell:?}: good {:.4} {:+.2} ± {:.2}, successful {:+.2} ± {:.2} points; P95 {:.3} s {:+.1} ± {:.1} %; blame {:.3?} {:.3?}",
        played.good.value,
        100.0 * off.good.value,
        100.0 * off.good.open,
        100.0 * off.success.value,
        100.0 * off.success.open,
        played.p95_s.value,
        100.0 * off.p95.value,
        100.0 * off.p95.open,
        played.blamed,
        fluid.blamed,
    );
    println!("{words}");
    (words, met)
}

fn cells(
    shapes: &[Shape],
    sizes: &[(u32, u32)],
    loads: &[f64],
    cvs: &[f64],
) -> impl Iterator<Item = Cell> {
    let mut cells = Vec::new();
    for &shape in shapes {
        for balancing in POLICIES {
            for &cv in cvs {
                for &(replicas, slots) in sizes {
                    for &load in loads {
                        cells.push(Cell {
                            shape,
                            balancing,
                            replicas,
                            slots,
                            load,
                            cv,
                        });
                    }
                }
            }
        }
    }
    cells.into_iter()
}

/// Good and successful requests within a point, P95 within 15 %, or as near as the comparison can tell.
#[test]
fn fluid_networks_of_balanced_replicas_are_as_played_ones() {
    let all = [Shape::Two, Shape::Three, Shape::Turn, Shape::Together];
    let held = [Shape::Held(200), Shape::Held(300)];
    let cells = cells(&all, &[(5, 4)], &[0.6], &[1.0])
        .chain(cells(&[Shape::Two], &[(2, 4), (4, 16)], &[0.8], &[0.5]))
        .chain(cells(&held, &[(4, 4)], &[0.7], &[1.0]));
    let off: Vec<String> = cells
        .map(|cell| hold(&cell, 1e6))
        .filter(|(_, met)| *met == Met::No)
        .map(|(words, _)| words)
        .collect();
    assert!(off.is_empty(), "{off:#?}");
}

/// A wider grid, for figures as in docs/MODELS.md: about half an hour.
#[test]
#[ignore = "half an hour, asserts nothing"]
fn a_wider_grid() {
    let all = [Shape::Two, Shape::Three, Shape::Turn, Shape::Together];
    let held = [Shape::Held(150), Shape::Held(200), Shape::Held(300)];
    let sizes = [(2, 4), (5, 4), (20, 4), (5, 16)];
    for cell in cells(&held, &sizes[1..3], &[0.6, 0.7, 0.8, 0.9], &[1.0]).chain(cells(
        &all,
        &sizes,
        &[0.5, 0.8, 0.9],
        &[0.0, 1.0, 2.0],
    )) {
        hold(&cell, 2e6);
    }
}
