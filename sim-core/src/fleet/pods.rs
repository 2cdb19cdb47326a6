//! Pods, in the order of their creation.

/// A pod that has a node and is ready, or will be.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Placed {
    node: u32,
    started_s: f64,
    ready_s: f64,
}

/// Ready pods first (by the time they became so), then starting ones; pending pods are only counted.
#[derive(Clone, Debug)]
pub(super) struct Pods {
    ready: Vec<Placed>,
    /// Sorted by `ready_s`, latest first, so that the next one due is the last.
    starting: Vec<Placed>,
    pending: u32,
    next_ready_s: f64,
}

impl Default for Pods {
    fn default() -> Self {
        Self {
            ready: Vec::new(),
            starting: Vec::new(),
            pending: 0,
            next_ready_s: f64::INFINITY,
        }
    }
}

impl Pods {
    pub(super) fn len(&self) -> u32 {
        (self.ready.len() + self.starting.len()) as u32 + self.pending
    }

    pub(super) fn ready(&self) -> u32 {
        self.ready.len() as u32
    }

    pub(super) fn has_pending(&self) -> bool {
        self.pending > 0
    }

    pub(super) fn add_ready(&mut self, node: u32) {
        self.ready.push(Placed {
            node,
            started_s: f64::NEG_INFINITY,
            ready_s: f64::NEG_INFINITY,
        });
    }

    pub(super) fn add_pending(&mut self) {
        self.pending += 1;
    }

    pub(super) fn start_one_pending(&mut self, node: u32, now_s: f64, ready_s: f64) {
        self.pending -= 1;
        let position = self.starting.partition_point(|pod| pod.ready_s > ready_s);
        self.starting.insert(
            position,
            Placed {
                node,
                started_s: now_s,
                ready_s,
            },
        );
        self.next_ready_s = self.next_ready_s.min(ready_s);
    }

    pub(super) fn make_ready(&mut self, now_s: f64) {
        if now_s < self.next_ready_s {
            return;
        }
        while let Some(pod) = self.starting.pop_if(|pod| pod.ready_s <= now_s) {
            self.ready.push(pod);
        }
        self.schedule_next();
    }

    fn schedule_next(&mut self) {
        self.next_ready_s = self
            .starting
            .last()
            .map_or(f64::INFINITY, |pod| pod.ready_s);
    }

    /// Removes the pod that Kubernetes would: pending, then the one furthest from ready, then the youngest.
    /// Answers the node whose room is free again.
    pub(super) fn remove_one(&mut self) -> Option<u32> {
        if self.pending > 0 {
            self.pending -= 1;
            return None;
        }
        if !self.starting.is_empty() {
            let pod = self.starting.remove(0);
            self.schedule_next();
            return Some(pod.node);
        }
        self.ready.pop().map(|pod| pod.node)
    }

    pub(super) fn ages(&self) -> PodAges<'_> {
        PodAges { pods: self }
    }
}

/// A view of the pods by age.
#[derive(Clone, Copy, Debug)]
pub struct PodAges<'a> {
    pods: &'a Pods,
}

impl PodAges<'_> {
    /// Ready pods, youngest first, as groups that became ready at the same time:
    /// (count, started at, ready at) in seconds.
    pub fn ready_youngest_first(&self) -> impl Iterator<Item = (u32, f64, f64)> + '_ {
        let mut rest = self.pods.ready.as_slice();
        core::iter::from_fn(move || {
            let last = rest.last()?;
            let older = rest
                .iter()
                .rposition(|pod| pod.ready_s != last.ready_s)
                .map_or(0, |index| index + 1);
            let group = ((rest.len() - older) as u32, last.started_s, last.ready_s);
            rest = rest.get(..older)?;
            Some(group)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_pending_then_least_ready_then_youngest() {
        let mut pods = Pods::default();
        pods.add_ready(0);
        for _ in 0..4 {
            pods.add_pending();
        }
        pods.start_one_pending(1, 0.0, 10.0);
        pods.start_one_pending(2, 0.0, 30.0);
        pods.start_one_pending(3, 0.0, 20.0);
        pods.make_ready(15.0);
        assert_eq!((pods.ready(), pods.len()), (2, 5));
        let order: Vec<_> = (0..5).map(|_| pods.remove_one()).collect();
        assert_eq!(order, [None, Some(2), Some(3), Some(1), Some(0)]);
    }

    #[test]
    fn groups_pods_by_readiness() {
        let mut pods = Pods::default();
        for _ in 0..3 {
            pods.add_ready(0);
        }
        for ready_s in [5.0, 5.0, 9.0] {
            pods.add_pending();
            pods.start_one_pending(1, 1.0, ready_s);
        }
        pods.make_ready(10.0);
        let groups: Vec<_> = pods.ages().ready_youngest_first().collect();
        assert_eq!(
            groups,
            [
                (1, 1.0, 9.0),
                (2, 1.0, 5.0),
                (3, f64::NEG_INFINITY, f64::NEG_INFINITY)
            ]
        );
    }
}
