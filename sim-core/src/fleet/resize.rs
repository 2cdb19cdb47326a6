//! What becomes of pods that exist: other sizes, another age, evictions of pods that keep restarting.

use super::pods::Origin;
use super::{Fleet, Pod, Size};

impl Fleet {
    /// Says since when the ready pods have been ready, seconds since the start of the simulation, oldest first;
    /// at the start, when they would otherwise have been so for ever.
    pub fn set_ready_since(&mut self, since_s: impl IntoIterator<Item = f64>) {
        self.cluster.pods.set_ready_since(since_s.into_iter());
    }

    /// Pods whose containers restart, the first to be ready first.
    pub fn restarting_pods(&self) -> impl Iterator<Item = &Pod> {
        self.cluster.pods.restarting()
    }

    /// Evicts the restarting pods that `which` picks, as [`Fleet::evict`] does with ready ones.
    pub fn evict_restarting(
        &mut self,
        most: u32,
        now_s: f64,
        which: impl FnMut(&Pod) -> bool,
    ) -> u32 {
        self.advance_nodes(now_s);
        let evicted = self.cluster.pods.take_restarting(most, which);
        if evicted.is_empty() {
            return 0;
        }
        for pod in &evicted {
            self.release(pod.node, pod.size, now_s);
        }
        let count = evicted.len() as u32;
        self.cluster
            .pods
            .add_pending(self.cluster.request, count, Origin::Evicted);
        self.place_pending(now_s);
        count
    }

    /// Gives pods that are ready or restart another size where they are: those that `which` picks, oldest first, and
    /// `most` of them at most, counting those whose node has no room for it, which stay as they are. Answers how
    /// many got the new size, and how many did not.
    pub fn resize(
        &mut self,
        most: u32,
        size: Size,
        now_s: f64,
        mut which: impl FnMut(&Pod) -> bool,
    ) -> (u32, u32) {
        self.advance_nodes(now_s);
        let nodes = &mut self.cluster.nodes;
        let (mut resized, mut refused) = (0, 0);
        self.cluster.pods.resize(|pod| {
            if resized + refused == most || pod.size == size || !which(pod) {
                return None;
            }
            if nodes.resize(pod.node, pod.size, size) {
                resized += 1;
                return Some(size);
            }
            refused += 1;
            None
        });
        if resized > 0 {
            // Pods that shrank may have made room.
            self.place_pending(now_s);
        }
        (resized, refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::check_json;

    /// Four pods of half a core on one node of two, and room for one node more.
    fn fleet() -> Fleet {
        let template = crate::scenario::templates::TEMPLATES
            .iter()
            .find(|template| template.id == "kubernetes-slo-driven")
            .map(|template| template.json)
            .unwrap();
        let mut document: serde_json::Value = serde_json::from_str(template).unwrap();
        document["fleet"]["node"] = serde_json::json!({
            "kind": "custom", "vcpus": 2.0, "memory_gib": 8.0, "usd_per_hour": 0.1
        });
        document["fleet"]["min_nodes"] = 1.into();
        document["fleet"]["reserved_millicores"] = 0.into();
        document["fleet"]["reserved_mib"] = 0.into();
        document["service"]["pod"]["cpu_request_millicores"] = 500.into();
        document["service"]["pod"]["memory_request_mib"] = 512.into();
        let scenario = check_json(&document.to_string()).unwrap();
        Fleet::new(&scenario, 4, 1, 0, 0)
    }

    const SMALL: Size = Size {
        millicores: 300,
        mib: 512,
    };
    const LARGE: Size = Size {
        millicores: 900,
        mib: 512,
    };

    #[test]
    fn pods_grow_into_the_room_that_others_leave() {
        let mut fleet = fleet();
        assert_eq!(fleet.resize(9, LARGE, 0.0, |_| true), (0, 4), "a full node");
        assert_eq!(fleet.resize(2, SMALL, 0.0, |_| true), (2, 0));
        let sizes = |fleet: &Fleet| fleet.pod_ages().ready_by_size().to_vec();
        let before = Size {
            millicores: 500,
            mib: 512,
        };
        assert_eq!(sizes(&fleet), [(before, 2), (SMALL, 2)]);
        // 1600 of 2000 millicores are taken: one of the others grows by the 400 that are left, one cannot.
        assert_eq!(
            fleet.resize(9, LARGE, 0.0, |pod| pod.size == before),
            (1, 1)
        );
        assert_eq!(sizes(&fleet), [(before, 1), (SMALL, 2), (LARGE, 1)]);
        assert_eq!((fleet.ready(), fleet.paid_nodes()), (4, 1));
    }

    #[test]
    fn restarting_pods_can_be_resized_and_evicted() {
        let mut fleet = fleet();
        assert_eq!(fleet.restart_ready(3, 0.0, |_| true), 3);
        assert_eq!(fleet.restarting_pods().count(), 3);
        assert_eq!(fleet.resize(1, SMALL, 0.0, |pod| pod.ready_s > 0.0), (1, 0));
        fleet.set_pod_request(SMALL);
        assert_eq!(fleet.evict_restarting(2, 0.0, |_| true), 2);
        let waiting = (
            fleet.not_ready_after_restart(),
            fleet.not_ready_after_eviction(),
        );
        assert_eq!(waiting, (1, 2));
        fleet.advance(1e6);
        assert_eq!((fleet.ready(), fleet.paid_nodes()), (4, 1));
    }

    #[test]
    fn pods_have_the_age_that_they_are_given() {
        let mut fleet = fleet();
        fleet.set_ready_since([-40.0, -30.0, -20.0, -10.0]);
        let since: Vec<f64> = fleet
            .pod_ages()
            .groups_youngest_first()
            .map(|group| group.ready_s)
            .collect();
        assert_eq!(since, [-10.0, -20.0, -30.0, -40.0]);
    }
}
