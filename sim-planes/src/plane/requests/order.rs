//! Queues that are not simply first come, first served.

use super::super::tally::{Failure, Tally};
use super::events::Events;
use super::queue::{Link, NOBODY};
use crate::plane::QueueDiscipline;
use crate::plane::discipline::Codel;

/// Who of those that wait in a place is served next.
#[derive(Debug)]
pub(in crate::plane) enum Order {
    Fifo,
    Lifo,
    Codel(Box<Controlled>),
}

/// The state of CoDel for the queue in front, and for each replica's by its number.
#[derive(Debug)]
pub(in crate::plane) struct Controlled {
    new: Codel,
    front: Codel,
    replicas: Vec<Codel>,
}

impl Controlled {
    pub(in crate::plane) fn of(&mut self, replica: Link) -> &mut Codel {
        if replica == NOBODY {
            return &mut self.front;
        }
        let place = replica as usize;
        if place >= self.replicas.len() {
            self.replicas.resize(place + 1, self.new);
        }
        &mut self.replicas[place]
    }
}

impl Order {
    pub(in crate::plane) fn new(queue: &QueueDiscipline) -> Self {
        match *queue {
            QueueDiscipline::Fifo => Self::Fifo,
            QueueDiscipline::Lifo => Self::Lifo,
            QueueDiscipline::Codel {
                target_s,
                interval_s,
            } => {
                let new = Codel::new(target_s, interval_s);
                Self::Codel(Box::new(Controlled {
                    new,
                    front: new,
                    replicas: Vec::new(),
                }))
            }
        }
    }

    /// First come, first served, and nothing else.
    #[inline]
    pub(in crate::plane) fn is_plain(&self) -> bool {
        matches!(self, Self::Fifo)
    }
}

impl Events {
    /// Takes the next to be served out of the queue at a replica, or in front where that is nobody. Who is dropped on the
    /// way has failed; the caller counts the one that is not as waiting no more.
    pub(super) fn next_in_order(
        &mut self,
        replica: Link,
        now_s: f64,
        tally: &mut Tally<'_>,
    ) -> Option<u32> {
        loop {
            let queue = if replica == NOBODY {
                &mut self.front
            } else {
                &mut self.replicas[replica as usize].queue
            };
            let controlled = match &mut self.order {
                Order::Lifo => return queue.pop_newest(&mut self.attempts),
                Order::Fifo => return queue.pop(&self.attempts),
                Order::Codel(controlled) => controlled,
            };
            let number = queue.pop(&self.attempts)?;
            let waited_s = now_s - self.attempts[number].arrival_s;
            if !controlled.of(replica).drops(now_s, waited_s, queue.len()) {
                return Some(number);
            }
            self.waiting -= 1;
            if replica != NOBODY {
                self.lineup.lower(replica);
            }
            self.fail(number, Failure::Dropped, now_s, tally);
        }
    }
}
