//! One stable sort for lists of every type.
//!
//! The standard library compiles its sort anew for each type and comparison: 5 kB each, two hundred for the forty of the
//! page. Here places are sorted, by a comparison that is called rather than compiled in, and the items then moved: for
//! lists that are short or seldom sorted. What is sorted in a simulation's innermost loops uses the standard library's.

use core::cmp::Ordering;

/// Sorts items by a comparison; those that are equal keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let places = sorted_places(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    rearrange(items, places);
}

/// Sorts items by a key; those of one key keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

#[inline(never)]
fn sorted_places(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&a, &b| compare(a, b));
    places
}

/// Moves each item to where it stands in the list of places, cycle by cycle.
fn rearrange<T>(items: &mut [T], mut places: Vec<usize>) {
    for first in 0..places.len() {
        let mut place = first;
        loop {
            let from = core::mem::replace(&mut places[place], place);
            if from == first || from == place {
                break;
            }
            items.swap(place, from);
            place = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{sort_by, sort_by_key};

    #[test]
    fn sorts_as_the_standard_library_does() {
        for count in [0, 1, 2, 3, 10, 100, 1_000] {
            let items: Vec<(u64, usize)> = (0..count)
                .map(|index| ((index as u64 * 7_919 + 3) % (1 + count as u64 / 4), index))
                .collect();
            let (mut ours, mut theirs) = (items.clone(), items);
            sort_by(&mut ours, |a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            theirs.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            assert_eq!(ours, theirs);
            sort_by_key(&mut ours, |item| item.0 % 7);
            theirs.sort_by_key(|item| item.0 % 7);
            assert_eq!(ours, theirs);
        }
    }
}
