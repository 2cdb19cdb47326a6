//! Fronts of cost against attainment: which points no other beats, how much they cover, and their knee.

/// A design's place: cost, to be low, and attainment, to be high.
pub type Place = (f64, f64);

/// The places that no other dominates (no dearer and at least as likely, one of them strictly), cheapest first.
pub fn front_of(places: &[Place]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| {
        let (cost, chance) = (places[a].0, places[a].1);
        let by_cost = cost.total_cmp(&places[b].0);
        by_cost.then(places[b].1.total_cmp(&chance)).then(a.cmp(&b))
    });
    let mut best = f64::NEG_INFINITY;
    order.retain(|&index| {
        let better = places[index].1 > best;
        best = best.max(places[index].1);
        better
    });
    order
}

/// The area that places dominate, up to the cost of `reference` and down to its attainment (the hypervolume indicator
/// of Zitzler & Thiele 1998, in two dimensions).
pub fn hypervolume(places: &[Place], reference: Place) -> f64 {
    let mut area = 0.0;
    let mut reached = reference.1;
    for index in front_of(places) {
        let (cost, chance) = places[index];
        if cost >= reference.0 {
            break;
        }
        if chance > reached {
            area += (reference.0 - cost) * (chance - reached);
            reached = chance;
        }
    }
    area
}

/// The area that a place adds to what a front, cheapest first, dominates.
pub(super) fn gain(front: &[Place], place: Place, reference: Place) -> f64 {
    let (cost, chance) = place;
    if cost >= reference.0 || chance <= reference.1 {
        return 0.0;
    }
    let mut area = 0.0;
    let (mut from, mut reached) = (cost, reference.1);
    for &(next_cost, next_chance) in front {
        if next_cost > cost {
            if reached >= chance {
                break;
            }
            let until = next_cost.min(reference.0);
            area += (until - from).max(0.0) * (chance - reached);
            from = until;
        }
        reached = reached.max(next_chance);
    }
    area + (reference.0 - from).max(0.0) * (chance - reached).max(0.0)
}

/// The knee of a front, cheapest first: the place farthest above the line between its ends, both axes from 0 to 1.
/// None of a front of fewer than three places, or one that nowhere bends outwards.
pub fn knee(front: &[Place]) -> Option<usize> {
    let (first, last) = (front.first()?, front.last()?);
    let (width, height) = (last.0 - first.0, last.1 - first.1);
    if front.len() < 3 || width <= 0.0 || height <= 0.0 {
        return None;
    }
    let above = |place: &Place| (place.1 - first.1) / height - (place.0 - first.0) / width;
    let heights = front.iter().map(above).enumerate();
    let (index, height) = heights.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (height > 0.0).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [Place; 5] = [(3.0, 0.9), (1.0, 0.2), (2.0, 0.8), (2.5, 0.7), (2.0, 0.5)];

    #[test]
    fn the_front_is_what_nothing_beats() {
        assert_eq!(front_of(&PLACES), [1, 2, 0]);
        assert_eq!(front_of(&[]), [0usize; 0]);
    }

    #[test]
    fn areas_add_up() {
        // By hand: (4 − 1) · 0.2 + (4 − 2) · 0.6 + (4 − 3) · 0.1.
        assert!((hypervolume(&PLACES, (4.0, 0.0)) - 1.9).abs() < 1e-12);
        for added in [
            (0.5, 0.1),
            (1.5, 0.5),
            (2.2, 0.95),
            (3.5, 1.0),
            (2.6, 0.75),
            (9.0, 1.0),
        ] {
            let front: Vec<Place> = front_of(&PLACES).iter().map(|&i| PLACES[i]).collect();
            let mut more = PLACES.to_vec();
            more.push(added);
            let grown = hypervolume(&more, (4.0, 0.0)) - hypervolume(&PLACES, (4.0, 0.0));
            assert!(
                (gain(&front, added, (4.0, 0.0)) - grown).abs() < 1e-12,
                "{added:?}"
            );
        }
    }

    #[test]
    fn the_knee_is_where_more_money_buys_little_more() {
        assert_eq!(knee(&[(1.0, 0.0), (2.0, 0.9), (9.0, 1.0)]), Some(1));
        assert_eq!(knee(&[(1.0, 0.0), (9.0, 1.0)]), None);
    }
}
