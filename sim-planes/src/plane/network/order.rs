//! Queues of a station that are not simply first come, first served.

use super::counts::Counts;
use super::played::Network;
use super::spans::{Link, NOBODY};
use crate::plane::requests::order::Order;
use crate::plane::tally::Failure;

impl Network {
    /// Takes the next to be served out of the queue at a replica, or in front where that is nobody. Who is dropped on the
    /// way has failed; the caller counts the one that is not as waiting no more.
    pub(super) fn next_in_order(
        &mut self,
        station: u16,
        replica: Link,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) -> Option<u32> {
        loop {
            let place = &mut self.places[usize::from(station)];
            let queue = if replica == NOBODY {
                &mut place.front
            } else {
                &mut place.replicas[replica as usize].queue
            };
            let controlled = match &mut place.order {
                Order::Lifo => return queue.pop_newest(&mut self.spans),
                Order::Fifo => return queue.pop(&mut self.spans),
                Order::Codel(controlled) => controlled,
            };
            let number = queue.pop(&mut self.spans)?;
            let waited_s = now_s - self.spans[number].arrival_s;
            if !controlled.of(replica).drops(now_s, waited_s, queue.len()) {
                return Some(number);
            }
            place.waiting -= 1;
            if replica != NOBODY {
                place.lineup.lower(replica);
            }
            self.fail_outside(number, Failure::Dropped, now_s, counts);
        }
    }
}
