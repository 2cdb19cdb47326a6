//! What happens next: moments with the number of whom they concern.

/// Children per heap node: half the depth of a binary heap.
const ARITY: usize = 4;

/// Something that happens to an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When, seconds.
    pub at_s: f64,
    /// To which instance.
    pub slot: u32,
}

/// Events by their time: a four-ary min-heap.
#[derive(Clone, Debug, Default)]
pub struct Events {
    heap: Vec<Event>,
}

impl Events {
    /// When the next event is; infinity without any.
    #[inline]
    pub fn next_s(&self) -> f64 {
        self.heap.first().map_or(f64::INFINITY, |event| event.at_s)
    }

    /// The next event.
    #[inline]
    pub fn first(&self) -> Option<Event> {
        self.heap.first().copied()
    }

    /// Adds an event.
    #[inline]
    pub fn push(&mut self, at_s: f64, slot: u32) {
        let mut node = self.heap.len();
        self.heap.push(Event { at_s, slot });
        while node > 0 {
            let parent = (node - 1) / ARITY;
            if self.heap[parent].at_s <= at_s {
                break;
            }
            self.heap[node] = self.heap[parent];
            node = parent;
        }
        self.heap[node] = Event { at_s, slot };
    }

    /// Takes the next event out.
    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        let last = self.heap.pop()?;
        let Some(&first) = self.heap.first() else {
            return Some(last);
        };
        let heap = self.heap.as_mut_slice();
        let mut node = 0;
        while let Some(children) = heap.get(node * ARITY + 1..) {
            let mut least = f64::INFINITY;
            let mut at = 0;
            for (index, child) in children.iter().take(ARITY).enumerate() {
                if child.at_s < least {
                    (least, at) = (child.at_s, index);
                }
            }
            if last.at_s <= least {
                break;
            }
            let child = node * ARITY + 1 + at;
            heap[node] = heap[child];
            node = child;
        }
        heap[node] = last;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey, uniform};

    #[test]
    fn events_come_in_order() {
        let mut rng = StreamKey {
            seed: 1,
            replication: 0,
            component: 0,
            purpose: Purpose::ServiceTime,
        }
        .rng();
        let mut events = Events::default();
        let mut waiting = Vec::new();
        for step in 0..5000u32 {
            // Rounded, so that some are at the same time.
            let at_s = (uniform(&mut rng) * 1000.0).round();
            events.push(at_s, step);
            waiting.push(at_s);
            if step % 3 == 0 {
                waiting.sort_unstable_by(f64::total_cmp);
                let first = waiting.remove(0);
                assert_eq!(events.next_s(), first);
                assert_eq!(events.first().map(|event| event.at_s), Some(first));
                assert_eq!(events.pop().map(|event| event.at_s), Some(first));
            }
        }
        waiting.sort_unstable_by(f64::total_cmp);
        for at_s in waiting {
            assert_eq!(events.pop().map(|event| event.at_s), Some(at_s));
        }
        assert_eq!((events.pop(), events.next_s()), (None, f64::INFINITY));
    }
}
