//! New designs from good ones: crossing, mutation and steps to neighbours, as evolutionary searches make them
//! (Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", 2002), on ladders.

use super::space::{Rungs, Space};
use crate::random::{Rng, uniform};

/// Children by chance for every round.
const CHILDREN: u32 = 96;
/// Designs of no descent for every round.
const STRANGERS: u32 = 48;

/// Designs that may be worth a try, each once and none that is `known`, in a fixed order.
pub(super) fn candidates(
    space: &Space,
    parents: &[&Rungs],
    known: impl Fn(&Rungs) -> bool,
    rng: &mut Rng,
) -> Vec<Rungs> {
    let mut pool: Vec<Rungs> = Vec::new();
    let mut add = |design: Rungs| {
        if !known(&design) && !pool.contains(&design) {
            pool.push(design);
        }
    };
    for parent in parents {
        for knob in 0..space.knobs.len() {
            neighbours(space, parent, knob).for_each(&mut add);
        }
    }
    if !parents.is_empty() {
        for _ in 0..CHILDREN {
            let (mother, father) = (one_of(parents, rng), one_of(parents, rng));
            add(child(space, mother, father, rng));
        }
    }
    for _ in 0..STRANGERS {
        add(space.any(rng));
    }
    pool
}

fn one_of<'a>(parents: &[&'a Rungs], rng: &mut Rng) -> &'a Rungs {
    let index = (uniform(rng) * parents.len() as f64) as usize;
    parents[index.min(parents.len() - 1)]
}

/// One rung up and down; all other choices.
fn neighbours<'a>(
    space: &'a Space,
    parent: &'a Rungs,
    knob: usize,
) -> impl Iterator<Item = Rungs> + 'a {
    let (now, ladder) = (parent[knob], &space.knobs[knob]);
    let rungs = 0..ladder.rungs.len() as u16;
    let near = move |rung: &u16| *rung != now && (!ladder.ordered || rung.abs_diff(now) == 1);
    rungs.filter(near).map(move |rung| {
        let mut design = parent.clone();
        design[knob] = rung;
        design
    })
}

/// Each knob from either parent; one knob or more takes a step, short ones more often than long ones.
fn child(space: &Space, mother: &Rungs, father: &Rungs, rng: &mut Rng) -> Rungs {
    let mut design: Rungs = mother
        .iter()
        .zip(father)
        .map(|(&mother, &father)| if uniform(rng) < 0.5 { mother } else { father })
        .collect();
    let knobs = design.len() as f64;
    for (at, ladder) in design.iter_mut().zip(&space.knobs) {
        if uniform(rng) > 1.5 / knobs {
            continue;
        }
        let rungs = ladder.rungs.len() as f64;
        let (far, sign) = (uniform(rng), uniform(rng));
        let moved = if ladder.ordered {
            let step = 1.0 + far * far * far * 0.5 * rungs;
            f64::from(*at) + if sign < 0.5 { step } else { -step }
        } else {
            far * rungs
        };
        *at = moved.clamp(0.0, rungs - 1.0) as u16;
    }
    design
}
