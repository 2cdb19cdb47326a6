//! Pods, in the order of their creation.

use super::Size;
use crate::stats::sort_by_key;
use std::collections::{BTreeMap, VecDeque};

/// Why a pod that is not ready is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// More replicas were asked for.
    New,
    /// It replaces a pod that was evicted.
    Evicted,
    /// Its container was restarted in place.
    Restarted,
    /// It replaces a pod whose node is reclaimed.
    Reclaimed,
}

/// A pod that has a node and is ready, or will be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pod {
    /// Place of its node.
    pub node: u32,
    /// What it asks for.
    pub size: Size,
    /// When it got its node, seconds.
    pub started_s: f64,
    /// When it became ready, or will, seconds.
    pub ready_s: f64,
    origin: Origin,
    /// Its node goes, and another pod is on its way in its place.
    leaving: bool,
}

impl Pod {
    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// Whether another pod is on its way in its place already.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving
    }
}

/// Pods without a node that were created one after the other and are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pending {
    pub(super) size: Size,
    pub(super) count: u32,
    origin: Origin,
}

impl Pending {
    pub(super) fn origin(&self) -> Origin {
        self.origin
    }
}

/// Ready pods by the time they became so, starting ones by the time they will, pending ones by creation.
#[derive(Clone, Debug)]
pub(super) struct Pods {
    ready: Vec<Pod>,
    /// The ready ones by size; no size twice, the order is that of appearance.
    ready_sizes: Vec<(Size, u32)>,
    /// Keyed by when they are ready, then by a sequence number.
    starting: BTreeMap<(u64, u64), Pod>,
    sequence: u64,
    pending: VecDeque<Pending>,
    pending_count: u32,
    /// Pods that are not ready, by [`Origin`].
    waiting: [u32; 4],
    /// Ready pods that are leaving.
    leaving: u32,
    next_ready_s: f64,
}

impl Default for Pods {
    fn default() -> Self {
        Self {
            ready: Vec::new(),
            ready_sizes: Vec::new(),
            starting: BTreeMap::new(),
            sequence: 0,
            pending: VecDeque::new(),
            pending_count: 0,
            waiting: [0; 4],
            leaving: 0,
            next_ready_s: f64::INFINITY,
        }
    }
}

impl Pods {
    #[inline(always)]
    pub(super) fn len(&self) -> u32 {
        (self.ready.len() + self.starting.len()) as u32 + self.pending_count
    }

    /// Pods that count for what is asked for: those that leave have been replaced.
    #[inline(always)]
    pub(super) fn staying(&self) -> u32 {
        self.len() - self.leaving
    }

    #[inline(always)]
    pub(super) fn leaving(&self) -> u32 {
        self.leaving
    }

    pub(super) fn ready(&self) -> u32 {
        self.ready.len() as u32
    }

    pub(super) fn pending(&self) -> u32 {
        self.pending_count
    }

    /// Pods that are not ready and came to be in this way.
    pub(super) fn waiting(&self, origin: Origin) -> u32 {
        self.waiting[origin as usize]
    }

    pub(super) fn ready_sizes(&self) -> &[(Size, u32)] {
        &self.ready_sizes
    }

    /// Pods that have a node: ready ones, oldest first, then starting ones.
    pub(super) fn placed(&self) -> impl Iterator<Item = &Pod> {
        self.ready.iter().chain(self.starting.values())
    }

    fn push_ready(&mut self, pod: Pod) {
        self.count_ready_size(pod.size);
        self.ready.push(pod);
    }

    fn count_ready_size(&mut self, pod_size: Size) {
        match self
            .ready_sizes
            .iter_mut()
            .find(|(size, _)| *size == pod_size)
        {
            Some((_, count)) => *count += 1,
            None => self.ready_sizes.push((pod_size, 1)),
        }
    }

    fn forget_ready_size(&mut self, pod_size: Size) {
        if let Some(index) = self
            .ready_sizes
            .iter()
            .position(|(size, _)| *size == pod_size)
        {
            self.ready_sizes[index].1 -= 1;
            if self.ready_sizes[index].1 == 0 {
                self.ready_sizes.remove(index);
            }
        }
    }

    pub(super) fn add_pending(&mut self, size: Size, count: u32, origin: Origin) {
        if count == 0 {
            return;
        }
        self.pending_count += count;
        self.waiting[origin as usize] += count;
        match self.pending.back_mut() {
            Some(last) if last.size == size && last.origin == origin => last.count += count,
            _ => self.pending.push_back(Pending {
                size,
                count,
                origin,
            }),
        }
    }

    /// The runs of equal pending pods, oldest first.
    pub(super) fn pending_run(&self, index: usize) -> Option<Pending> {
        self.pending.get(index).copied()
    }

    /// The oldest run of pending pods of this size.
    pub(super) fn pending_index(&self, size: Size) -> Option<usize> {
        self.pending.iter().position(|run| run.size == size)
    }

    /// Pending pods by size, the largest first: by CPU, then by memory.
    pub(super) fn pending_largest_first(&self) -> Vec<(Size, u32)> {
        let mut sizes: Vec<(Size, u32)> = Vec::new();
        for run in &self.pending {
            match sizes.iter_mut().find(|(size, _)| *size == run.size) {
                Some((_, count)) => *count += run.count,
                None => sizes.push((run.size, run.count)),
            }
        }
        sort_by_key(&mut sizes, |(size, _)| core::cmp::Reverse(*size));
        sizes
    }

    /// Gives one pod of a run of pending ones its node.
    pub(super) fn start_pending(&mut self, index: usize, node: u32, now_s: f64, ready_s: f64) {
        let Some(run) = self.pending.get_mut(index) else {
            return;
        };
        let (size, origin) = (run.size, run.origin);
        run.count -= 1;
        if run.count == 0 {
            self.pending.remove(index);
        }
        self.pending_count -= 1;
        self.add_starting(Pod {
            node,
            size,
            started_s: now_s,
            ready_s,
            origin,
            leaving: false,
        });
    }

    fn add_starting(&mut self, pod: Pod) {
        // Times are not negative, so their bits are in their order.
        let key = (pod.ready_s.max(0.0).to_bits(), self.sequence);
        self.sequence += 1;
        self.starting.insert(key, pod);
        self.next_ready_s = self.next_ready_s.min(pod.ready_s);
    }

    #[inline(always)]
    pub(super) fn make_ready(&mut self, now_s: f64) {
        if now_s >= self.next_ready_s {
            self.make_some_ready(now_s);
        }
    }

    fn make_some_ready(&mut self, now_s: f64) {
        while let Some(first) = self.starting.first_entry()
            && first.get().ready_s <= now_s
        {
            let pod = first.remove();
            self.waiting[pod.origin as usize] -= 1;
            self.push_ready(pod);
        }
        self.schedule_next();
    }

    fn schedule_next(&mut self) {
        self.next_ready_s = self
            .starting
            .first_key_value()
            .map_or(f64::INFINITY, |(_, pod)| pod.ready_s);
    }

    /// Removes the pod that Kubernetes would: pending, then the one furthest from ready, then the youngest. Those that
    /// leave go anyhow. Answers its node, whose room is free again, and its size.
    pub(super) fn remove_one(&mut self) -> Option<(u32, Size)> {
        if let Some(last) = self.pending.back_mut() {
            last.count -= 1;
            self.waiting[last.origin as usize] -= 1;
            if last.count == 0 {
                self.pending.pop_back();
            }
            self.pending_count -= 1;
            return None;
        }
        if let Some((_, pod)) = self.starting.pop_last() {
            self.waiting[pod.origin as usize] -= 1;
            self.schedule_next();
            return Some((pod.node, pod.size));
        }
        let place = self.ready.iter().rposition(|pod| !pod.leaving)?;
        let pod = self.ready.remove(place);
        self.forget_ready_size(pod.size);
        Some((pod.node, pod.size))
    }

    /// Takes out the ready pods that `which` picks, oldest first, `most` of them at most.
    pub(super) fn take_ready(
        &mut self,
        most: u32,
        mut which: impl FnMut(&Pod) -> bool,
    ) -> Vec<Pod> {
        let mut taken = Vec::new();
        if most == 0 {
            return taken;
        }
        self.ready.retain(|pod| {
            let take = taken.len() < most as usize && which(pod);
            if take {
                taken.push(*pod);
            }
            !take
        });
        for pod in &taken {
            self.forget_ready_size(pod.size);
            self.leaving -= u32::from(pod.leaving);
        }
        taken
    }

    /// The pods of a node have been replaced: its ready ones leave, and those that start are taken out.
    pub(super) fn leave_node(&mut self, node: u32) -> Vec<Pod> {
        for pod in self.ready.iter_mut().filter(|pod| pod.node == node) {
            self.leaving += u32::from(!pod.leaving);
            pod.leaving = true;
        }
        self.take_starting(node)
    }

    /// Takes out the oldest ready pod that leaves.
    pub(super) fn take_leaving(&mut self) -> Option<Pod> {
        self.take_ready(1, |pod| pod.leaving).pop()
    }

    /// Takes out the pods that restart and that `which` picks, the first to be ready first, `most` at most.
    pub(super) fn take_restarting(
        &mut self,
        most: u32,
        mut which: impl FnMut(&Pod) -> bool,
    ) -> Vec<Pod> {
        let mut taken = Vec::new();
        self.starting.retain(|_, pod| {
            let take = pod.origin == Origin::Restarted && taken.len() < most as usize && which(pod);
            if take {
                taken.push(*pod);
            }
            !take
        });
        self.waiting[Origin::Restarted as usize] -= taken.len() as u32;
        self.schedule_next();
        taken
    }

    /// Pods whose containers restart, the first to be ready first.
    pub(super) fn restarting(&self) -> impl Iterator<Item = &Pod> {
        let starting = self.starting.values();
        starting.filter(|pod| pod.origin == Origin::Restarted)
    }

    /// Offers a new size to pods that are ready or restart: `size_of` answers it, or `None` to leave a pod as it is.
    pub(super) fn resize(&mut self, mut size_of: impl FnMut(&Pod) -> Option<Size>) {
        let mut changed = Vec::new();
        for pod in &mut self.ready {
            if let Some(size) = size_of(pod) {
                changed.push((pod.size, size));
                pod.size = size;
            }
        }
        for (before, after) in changed {
            self.forget_ready_size(before);
            self.count_ready_size(after);
        }
        let restarting = self.starting.values_mut();
        for pod in restarting.filter(|pod| pod.origin == Origin::Restarted) {
            if let Some(size) = size_of(pod) {
                pod.size = size;
            }
        }
    }

    /// Says since when the ready pods have been ready, oldest first.
    pub(super) fn set_ready_since(&mut self, since_s: impl Iterator<Item = f64>) {
        for (pod, since_s) in self.ready.iter_mut().zip(since_s) {
            pod.started_s = since_s;
            pod.ready_s = since_s;
        }
    }

    /// Takes out all pods of a node.
    pub(super) fn take_from_node(&mut self, node: u32) -> Vec<Pod> {
        let mut taken = self.take_ready(u32::MAX, |pod| pod.node == node);
        taken.extend(self.take_starting(node));
        taken
    }

    fn take_starting(&mut self, node: u32) -> Vec<Pod> {
        let mut taken = Vec::new();
        let waiting = &mut self.waiting;
        self.starting.retain(|_, pod| {
            if pod.node == node {
                waiting[pod.origin as usize] -= 1;
                taken.push(*pod);
            }
            pod.node != node
        });
        self.schedule_next();
        taken
    }

    /// Restarts a pod that was taken out, in place: ready again at `ready_s`.
    pub(super) fn restart(&mut self, pod: Pod, ready_s: f64) {
        self.waiting[Origin::Restarted as usize] += 1;
        self.add_starting(Pod {
            ready_s,
            origin: Origin::Restarted,
            ..pod
        });
    }

    pub(super) fn ages(&self) -> PodAges<'_> {
        PodAges { pods: self }
    }
}

/// Ready pods that are alike to a controller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeGroup {
    /// How many.
    pub count: u32,
    /// When they got their nodes, seconds.
    pub started_s: f64,
    /// When they became ready, seconds.
    pub ready_s: f64,
    /// What each of them asks for.
    pub size: Size,
}

/// A view of the pods by age.
#[derive(Clone, Copy, Debug)]
pub struct PodAges<'a> {
    pods: &'a Pods,
}

impl<'a> PodAges<'a> {
    /// Ready pods, youngest first, as groups that became ready at the same time:
    /// (count, started at, ready at) in seconds.
    pub fn ready_youngest_first(&self) -> impl Iterator<Item = (u32, f64, f64)> + 'a {
        let alike = |a: &Pod, b: &Pod| a.ready_s == b.ready_s;
        self.groups(alike)
            .map(|group| (group.count, group.started_s, group.ready_s))
    }

    /// Ready pods, youngest first, as groups of one age and one size. Once a group is as old as a controller
    /// cares for, [`PodAges::ready_by_size`] less the groups before it is the rest, without going through it.
    pub fn groups_youngest_first(&self) -> impl Iterator<Item = AgeGroup> + 'a {
        let key = |pod: &Pod| (pod.started_s, pod.ready_s, pod.size);
        self.groups(move |a, b| key(a) == key(b))
    }

    /// When the youngest of the ready pods became ready, seconds.
    pub fn youngest_ready_s(&self) -> Option<f64> {
        self.pods.ready.last().map(|pod| pod.ready_s)
    }

    /// Ready pods by size, whatever their age.
    pub fn ready_by_size(&self) -> &'a [(Size, u32)] {
        self.pods.ready_sizes()
    }

    fn groups(
        &self,
        alike: impl Fn(&Pod, &Pod) -> bool + 'a,
    ) -> impl Iterator<Item = AgeGroup> + 'a {
        let mut rest = self.pods.ready.as_slice();
        core::iter::from_fn(move || {
            let last = rest.last()?;
            let older = rest
                .iter()
                .rposition(|pod| !alike(pod, last))
                .map_or(0, |index| index + 1);
            let group = AgeGroup {
                count: (rest.len() - older) as u32,
                started_s: last.started_s,
                ready_s: last.ready_s,
                size: last.size,
            };
            rest = rest.get(..older)?;
            Some(group)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        millicores: 500,
        mib: 512,
    };

    /// Pods that have been ready for ever.
    fn ready_on(nodes: &[u32]) -> Pods {
        let mut pods = Pods::default();
        for &node in nodes {
            pods.add_pending(SIZE, 1, Origin::New);
            pods.start_pending(0, node, f64::NEG_INFINITY, f64::NEG_INFINITY);
        }
        pods.make_ready(0.0);
        pods
    }

    fn start(pods: &mut Pods, node: u32, now_s: f64, ready_s: f64) {
        pods.start_pending(0, node, now_s, ready_s);
    }

    #[test]
    fn removes_pending_then_least_ready_then_youngest() {
        let mut pods = ready_on(&[0]);
        pods.add_pending(SIZE, 4, Origin::New);
        start(&mut pods, 1, 0.0, 10.0);
        start(&mut pods, 2, 0.0, 30.0);
        start(&mut pods, 3, 0.0, 20.0);
        pods.make_ready(15.0);
        assert_eq!((pods.ready(), pods.len()), (2, 5));
        let order: Vec<_> = (0..5)
            .map(|_| pods.remove_one().map(|(node, _)| node))
            .collect();
        assert_eq!(order, [None, Some(2), Some(3), Some(1), Some(0)]);
        assert_eq!(pods.len(), 0);
        assert!(pods.ready_sizes().is_empty());
    }

    #[test]
    fn groups_pods_by_readiness_and_by_size() {
        let mut pods = ready_on(&[0, 0, 0]);
        let small = Size {
            millicores: 100,
            mib: 64,
        };
        pods.add_pending(SIZE, 1, Origin::New);
        pods.add_pending(small, 1, Origin::New);
        pods.add_pending(SIZE, 1, Origin::New);
        for ready_s in [5.0, 5.0, 9.0] {
            start(&mut pods, 1, 1.0, ready_s);
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
        let sizes: Vec<_> = pods
            .ages()
            .groups_youngest_first()
            .map(|group| (group.count, group.size))
            .collect();
        assert_eq!(sizes, [(1, SIZE), (1, small), (1, SIZE), (3, SIZE)]);
        assert_eq!(pods.ages().ready_by_size(), [(SIZE, 5), (small, 1)]);
    }

    #[test]
    fn pods_that_lose_their_place_are_told_from_new_ones() {
        let mut pods = ready_on(&[0, 1]);
        let restarted = pods.take_ready(1, |_| true);
        pods.restart(restarted[0], 20.0);
        assert_eq!((pods.ready(), pods.waiting(Origin::Restarted)), (1, 1));
        let evicted = pods.take_from_node(0);
        assert_eq!(evicted.len(), 1, "the restarted pod stood on node 0");
        pods.add_pending(SIZE, 1, Origin::Evicted);
        assert_eq!(pods.waiting(Origin::Restarted), 0);
        start(&mut pods, 1, 0.0, 30.0);
        assert_eq!(pods.waiting(Origin::Evicted), 1);
        pods.make_ready(30.0);
        assert_eq!((pods.waiting(Origin::Evicted), pods.ready()), (0, 2));
    }
}
