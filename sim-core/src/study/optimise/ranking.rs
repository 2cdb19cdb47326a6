//! Which of the designs that were tried are worth looking at.

use super::front::{Place, Place3, front_of, front3_of};
use super::surrogate::MOST;
use super::trial::{Luck, Score};

/// Designs on the front of cost against safety, with their places.
pub(super) fn safe_front(scores: &[Score], luck: &Luck) -> Vec<(usize, Place)> {
    let safety = |score: &Score| match score.bounded {
        true => luck.safety(score.margin),
        false => 0.0,
    };
    let places: Vec<Place> = scores
        .iter()
        .map(|score| (score.cost, safety(score)))
        .collect();
    let front = front_of(&places).into_iter();
    front.map(|index| (index, places[index])).collect()
}

/// A place for each score; designs that break a bound never meet the SLO.
fn places(scores: &[Score], chance: impl Fn(&Score) -> f64) -> Vec<Place> {
    let place = |score: &Score| {
        let chance = if score.bounded { chance(score) } else { 0.0 };
        (score.cost, chance)
    };
    scores.iter().map(place).collect()
}

/// Designs on the front, by what is thought of them and by what their replications let hope for.
pub(super) fn contenders(scores: &[Score]) -> Vec<usize> {
    let hoped = front_of(&places(scores, |score| score.hope)).into_iter();
    let mut chosen: Vec<usize> = hoped.chain(front_of(&places_of(scores))).collect();
    if scores.iter().any(|score| score.third.is_some()) {
        chosen.extend(front3_of(&places3_of(scores)));
    }
    chosen
}

/// Places in three dimensions by what is thought of the designs; no third figure counts as nothing.
pub(super) fn places3_of(scores: &[Score]) -> Vec<Place3> {
    let third = scores.iter().map(|score| score.third.unwrap_or(0.0));
    let places = places_of(scores).into_iter().zip(third);
    places
        .map(|((cost, chance), third)| (cost, chance, third))
        .collect()
}

/// Places by what is thought of the designs.
pub(super) fn places_of(scores: &[Score]) -> Vec<Place> {
    places(scores, |score| score.chance)
}

/// Front after front, as many places as a surrogate learns from.
pub(super) fn peeled(known: &[Place]) -> Vec<usize> {
    let mut ranked: Vec<usize> = Vec::new();
    while ranked.len() < MOST.min(known.len()) {
        let left: Vec<usize> = (0..known.len())
            .filter(|index| !ranked.contains(index))
            .collect();
        let places: Vec<Place> = left.iter().map(|&index| known[index]).collect();
        let next = front_of(&places);
        ranked.extend(next.into_iter().map(|place| left[place]));
    }
    ranked.truncate(MOST);
    ranked
}
