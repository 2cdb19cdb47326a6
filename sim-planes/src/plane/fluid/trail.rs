//! What came last, side by side: new items join behind, old ones leave in front.

/// Items that have left take up room until they are more than those that are there, and more than this.
const ROOM: usize = 64;

/// A queue that is one slice at any time.
#[derive(Clone, Debug)]
pub(super) struct Trail<T> {
    items: Vec<T>,
    /// Where the first that is still there is.
    first: usize,
}

impl<T> Trail<T> {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            items: Vec::new(),
            first: 0,
        }
    }

    /// All that is there, the oldest first.
    #[inline]
    pub(super) fn items(&self) -> &[T] {
        self.items.get(self.first..).unwrap_or_default()
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn items_mut(&mut self) -> &mut [T] {
        self.items.get_mut(self.first..).unwrap_or_default()
    }

    /// Adds the newest.
    #[inline]
    pub(super) fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Lets the oldest go, so many of them.
    #[inline]
    pub(super) fn forget(&mut self, count: usize) {
        self.first = self.items.len().min(self.first + count);
        if self.first > ROOM && 2 * self.first > self.items.len() {
            self.items.drain(..self.first);
            self.first = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// It holds what a queue of the standard library holds, and no more than twice as much room.
    #[test]
    fn it_is_a_queue() {
        let (mut trail, mut queue) = (Trail::new(), VecDeque::new());
        for turn in 0_usize..5000 {
            for item in 0..turn * 7 % 11 {
                trail.push((turn, item));
                queue.push_back((turn, item));
            }
            let gone = turn * 5 % 13;
            trail.forget(gone);
            queue.drain(..gone.min(queue.len()));
            assert_eq!(trail.items(), queue.make_contiguous());
            assert!(trail.items.len() <= 2 * queue.len() + ROOM + 11);
        }
    }
}
