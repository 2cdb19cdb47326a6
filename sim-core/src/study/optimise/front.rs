//! Fronts of cost against attainment: which points no other beats, how much they cover, and their knee.

use crate::stats::sort_by;

/// A design's place: cost, to be low, and attainment, to be high.
pub type Place = (f64, f64);

/// The places that no other dominates (no dearer and at least as likely, one of them strictly), cheapest first.
pub fn front_of(places: &[Place]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    sort_by(&mut order, |&a, &b| {
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

/// A design's place in three dimensions: cost, to be low; attainment, to be high; a third figure, to be low.
pub type Place3 = (f64, f64, f64);

fn dominates(a: &Place3, b: &Place3) -> bool {
    let as_good = a.0 <= b.0 && a.1 >= b.1 && a.2 <= b.2;
    as_good && (a.0 < b.0 || a.1 > b.1 || a.2 < b.2)
}

/// The places that no other dominates in all three, cheapest first; of equal ones the first. Places that are no numbers
/// are none.
pub fn front3_of(places: &[Place3]) -> Vec<usize> {
    let is_number = |place: &Place3| !(place.0.is_nan() || place.1.is_nan() || place.2.is_nan());
    let stays = |&index: &usize| {
        let place = &places[index];
        let others = places.iter().enumerate();
        is_number(place)
            && !others.clone().any(|(_, other)| dominates(other, place))
            && !others.take(index).any(|(_, other)| other == place)
    };
    let mut front: Vec<usize> = (0..places.len()).filter(stays).collect();
    sort_by(&mut front, |&a, &b| {
        let (a, b) = (&places[a], &places[b]);
        let by_cost = a.0.total_cmp(&b.0);
        by_cost.then(b.1.total_cmp(&a.1)).then(a.2.total_cmp(&b.2))
    });
    front
}

/// The volume that places dominate, within `reference` (Zitzler & Thiele 1998): slices between the values of the third
/// figure, each as thick as the step and as large as the area of the places below it.
pub fn hypervolume3(places: &[Place3], reference: Place3) -> f64 {
    let mut order: Vec<usize> = (0..places.len())
        .filter(|&index| places[index].2 < reference.2)
        .collect();
    sort_by(&mut order, |&a, &b| places[a].2.total_cmp(&places[b].2));
    let mut below: Vec<Place> = Vec::new();
    let mut volume = 0.0;
    for (at, &index) in order.iter().enumerate() {
        below.push((places[index].0, places[index].1));
        let next = order
            .get(at + 1)
            .map_or(reference.2, |&next| places[next].2);
        let thickness = next - places[index].2;
        if thickness > 0.0 {
            volume += thickness * hypervolume(&below, (reference.0, reference.1));
        }
    }
    volume
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
    fn a_third_figure_keeps_what_is_best_in_it() {
        let places = [
            (1.0, 0.5, 9.0),
            (2.0, 0.9, 9.0),
            (2.0, 0.5, 4.0),
            (3.0, 0.5, 5.0),
            (1.0, 0.5, 9.0),
            (3.0, 0.9, f64::NAN),
        ];
        assert_eq!(front3_of(&places), [0, 1, 2]);
        // With one value of the third figure for all it is the front of two dimensions.
        let flat: Vec<Place3> = PLACES
            .iter()
            .map(|&(cost, chance)| (cost, chance, 7.0))
            .collect();
        assert_eq!(front3_of(&flat), front_of(&PLACES));
    }

    /// Boxes by hand, and a random set against counting points of a fine lattice.
    #[test]
    fn volumes_add_up() {
        let reference = (4.0, 0.0, 10.0);
        let one = [(1.0, 0.5, 4.0)];
        assert!((hypervolume3(&one, reference) - 3.0 * 0.5 * 6.0).abs() < 1e-12);
        let two = [(1.0, 0.5, 4.0), (2.0, 0.9, 7.0)];
        // The second adds 2 · 0.4 · 3 above the first.
        assert!((hypervolume3(&two, reference) - (9.0 + 2.4)).abs() < 1e-12);
        assert_eq!(
            hypervolume3(&[(5.0, 0.5, 4.0), (1.0, 0.5, 11.0)], reference),
            0.0
        );
        let places: Vec<Place3> = (0..9u32)
            .map(|k| {
                let part = |step: u32| f64::from(k * step % 9) / 9.0;
                (4.0 * part(2), part(4), 10.0 * part(7))
            })
            .collect();
        let cells = 36;
        let middle = |cell: i32| (f64::from(cell) + 0.5) / f64::from(cells);
        let mut inside = 0;
        for a in 0..cells {
            for b in 0..cells {
                for c in 0..cells {
                    let at = (4.0 * middle(a), middle(b), 10.0 * middle(c));
                    let covers = |p: &Place3| p.0 <= at.0 && p.1 >= at.1 && p.2 <= at.2;
                    inside += i32::from(places.iter().any(covers));
                }
            }
        }
        // Ninths are cut at whole cells: the count is exact.
        let all = f64::from(cells) * f64::from(cells) * f64::from(cells);
        let counted = 40.0 * f64::from(inside) / all;
        let volume = hypervolume3(&places, reference);
        assert!((volume - counted).abs() < 1e-9, "{volume} {counted}");
    }

    #[test]
    fn the_knee_is_where_more_money_buys_little_more() {
        assert_eq!(knee(&[(1.0, 0.0), (2.0, 0.9), (9.0, 1.0)]), Some(1));
        assert_eq!(knee(&[(1.0, 0.0), (9.0, 1.0)]), None);
    }
}
