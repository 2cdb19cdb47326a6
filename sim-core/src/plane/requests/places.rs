//! How many attempts wait at each replica, where it is known when each of them leaves.

/// The end of a list.
const NOBODY: u32 = u32::MAX;

/// The attempts that wait at a replica, first to leave first.
#[derive(Clone, Copy, Debug)]
struct Queue {
    first: u32,
    last: u32,
    len: u32,
}

const EMPTY: Queue = Queue {
    first: NOBODY,
    last: NOBODY,
    len: 0,
};

#[derive(Clone, Copy, Debug)]
struct Place {
    leaves_s: f64,
    next: u32,
}

/// Places in the replicas' queues. They are given back when somebody looks.
#[derive(Debug, Default)]
pub(super) struct Places {
    queues: Vec<Queue>,
    places: Vec<Place>,
    unused: Vec<u32>,
}

impl Places {
    /// A replica begins, with nobody waiting.
    pub(super) fn begin(&mut self, replica: u32) {
        if replica as usize == self.queues.len() {
            self.queues.push(EMPTY);
        }
    }

    /// Attempts that wait at a replica at `now_s`, which never runs back.
    #[inline]
    pub(super) fn taken(&mut self, replica: u32, now_s: f64) -> u32 {
        let queue = &mut self.queues[replica as usize];
        while queue.len > 0 {
            let place = self.places[queue.first as usize];
            if place.leaves_s > now_s {
                break;
            }
            self.unused.push(queue.first);
            queue.first = place.next;
            queue.len -= 1;
        }
        queue.len
    }

    /// Another attempt waits at a replica until `leaves_s`, at least as long as those before it.
    #[inline]
    pub(super) fn take(&mut self, replica: u32, leaves_s: f64) {
        let place = Place {
            leaves_s,
            next: NOBODY,
        };
        let number = match self.unused.pop() {
            Some(number) => {
                self.places[number as usize] = place;
                number
            }
            None => {
                self.places.push(place);
                self.places.len() as u32 - 1
            }
        };
        let queue = &mut self.queues[replica as usize];
        if queue.len == 0 {
            queue.first = number;
        } else {
            self.places[queue.last as usize].next = number;
        }
        queue.last = number;
        queue.len += 1;
    }
}
