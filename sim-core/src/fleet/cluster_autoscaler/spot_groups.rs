//! Groups of spot nodes.
//!
//! ```text
//!   the expander picks a spot group ─► a pool with capacity gives the node
//!        └─► none has: the group waits for it, and the node costs nothing; there is capacity within the provisioning
//!            time-out: it comes. Otherwise it is given up, the group backs off, and the expander takes another one
//!   a node is reclaimed: its group is one smaller; its pods, replaced at the warning, are seen by the next scan
//! ```
//!
//! Source: the FAQ of the Cluster Autoscaler (max-node-provision-time, back-off, expander priority); an Auto Scaling group
//! asks again and again for spot capacity that it did not get. Simplification: the cloud's group does not replace a
//! reclaimed node by itself, but for its fewest nodes.

use super::super::cluster::{Cluster, Launch};
use super::super::nodes::{Kind, NewNode, Nodes};
use super::super::pods::Origin;
use super::super::spot::SpotNodes;
use super::{ClusterAutoscaler, Group};

impl ClusterAutoscaler {
    pub(in super::super) fn spot_nodes(&self) -> Option<&SpotNodes> {
        self.spot.as_ref()
    }

    pub(in super::super) fn spot_nodes_mut(&mut self) -> Option<&mut SpotNodes> {
        self.spot.as_mut()
    }

    /// Nodes on demand that stand in for spot ones: where there are spot groups, those that the others have beyond their
    /// fewest.
    pub(in super::super) fn fallback_nodes(&self) -> u32 {
        if !self.groups.iter().any(|group| group.is_spot) {
            return 0;
        }
        let on_demand = self.groups.iter().filter(|group| !group.is_spot);
        on_demand
            .map(|group| group.count.saturating_sub(group.minimum))
            .sum()
    }

    /// Nodes that there may be: those that are reclaimed do not count.
    pub(super) fn most_nodes(&self) -> u32 {
        let leaving = self.spot.as_ref().map_or(0, SpotNodes::leaving);
        self.most_nodes.saturating_add(leaving)
    }

    /// The pool for the next node of a group.
    fn pool(&self, nodes: &Nodes, number: u32, now_s: f64) -> Option<usize> {
        let spot = self.spot.as_ref()?;
        let pools = &spot.model().pools;
        spot.pick(nodes, now_s.max(0.0), |pool| {
            pools
                .get(pool)
                .is_some_and(|pool| pool.on_demand_kind == number)
        })
    }

    /// Whether a group can give nodes that are ready at the very start; whoever waits later has time.
    pub(super) fn can_start(&self, group: &Group, number: u32, now_s: f64) -> bool {
        let Some(spot) = self.spot.as_ref().filter(|_| group.is_spot) else {
            return true;
        };
        let pools = spot.model().pools.iter().enumerate();
        now_s > f64::NEG_INFINITY
            || pools
                .filter(|(_, pool)| pool.on_demand_kind == number)
                .any(|(index, _)| spot.has_capacity(index))
    }

    /// What an hour of a group's next node costs, US dollars; of spot nodes in the cheapest pool, with capacity or not.
    pub(super) fn usd_per_hour(&self, group: &Group, number: u32, kind: &Kind, now_s: f64) -> f64 {
        let Some(spot) = self.spot.as_ref().filter(|_| group.is_spot) else {
            return kind.usd_per_hour;
        };
        let pools = spot.model().pools.iter().enumerate();
        pools
            .filter(|(_, pool)| pool.on_demand_kind == number)
            .map(|(index, _)| spot.usd_per_hour(index, now_s.max(0.0)))
            .fold(f64::INFINITY, f64::min)
    }

    /// Asks for a node of a spot group: its place. Without capacity the node is waited for.
    pub(super) fn ask_for_spot(&mut self, cluster: &mut Cluster, number: u32, now_s: f64) -> u32 {
        let at_start = now_s == f64::NEG_INFINITY;
        let Some(pool) = self.pool(&cluster.nodes, number, now_s) else {
            let now_s = now_s.max(0.0);
            return cluster.nodes.add(NewNode {
                now_s,
                ready_s: f64::INFINITY,
                given_up_s: now_s + self.patience_s,
                is_wanting: true,
                ..NewNode::at_start(number, number)
            });
        };
        let (kind, spot_s) = self.spot_node(number, pool);
        if at_start {
            return cluster.nodes.add(NewNode {
                reclaimed_s: spot_s,
                ..NewNode::at_start(kind, number)
            });
        }
        let launch = Launch {
            fails: self.fails(),
            patience_s: self.patience_s,
            lifetime_s: f64::INFINITY,
            spot_s,
        };
        cluster.launch(kind, number, now_s, launch)
    }

    /// The type of a node of a pool, and how long it lives.
    fn spot_node(&mut self, number: u32, pool: usize) -> (u32, f64) {
        let Some(spot) = &mut self.spot else {
            return (number, f64::INFINITY);
        };
        let kind = spot.model().kind_of(pool);
        (kind, spot.life_s(kind))
    }

    /// A pool has capacity again: the nodes that wait for it come.
    pub(in super::super) fn pool_is_up(&mut self, cluster: &mut Cluster, pool: usize, now_s: f64) {
        let Some(spot) = &self.spot else {
            return;
        };
        let model = spot.model();
        let Some(number) = model.pools.get(pool).map(|pool| pool.on_demand_kind) else {
            return;
        };
        let waiting: Vec<u32> = cluster
            .nodes
            .iter()
            .filter(|(_, node)| node.is_wanting && node.pool == number)
            .map(|(place, _)| place)
            .collect();
        for place in waiting {
            self.fulfil(cluster, place, number, pool, now_s);
        }
    }

    /// A node that was waited for is provisioned, if that is in time; its pods wait on.
    fn fulfil(&mut self, cluster: &mut Cluster, place: u32, number: u32, pool: usize, now_s: f64) {
        let (kind, spot_s) = self.spot_node(number, pool);
        let takes_s = cluster.provisioning_time_s(Origin::New);
        let given_up_s = cluster.nodes.get(place).map_or(0.0, |node| node.given_up_s);
        let ready_s = if self.fails() || now_s + takes_s > given_up_s {
            f64::INFINITY
        } else {
            now_s + takes_s
        };
        let loads = cluster.nodes.get(place).map(|node| node.loads.clone());
        cluster.take_off(place);
        cluster.nodes.fulfil(place, kind, ready_s, ready_s + spot_s);
        for (size, count) in loads.unwrap_or_default() {
            cluster.place_on(place, size, count, now_s);
        }
    }

    /// A node is reclaimed: its group is one smaller.
    pub(in super::super) fn node_is_reclaimed(&mut self, number: u32) {
        if let Some(group) = self.group_mut(number) {
            group.count = group.count.saturating_sub(1);
        }
    }

    /// The cloud keeps spot groups at their fewest nodes.
    pub(in super::super) fn replenish(&mut self, cluster: &mut Cluster, now_s: f64) {
        for number in (1..).take(self.groups.len()) {
            let is_short = |group: &Group| group.is_spot && group.count < group.minimum;
            while self.group(number).is_some_and(is_short)
                && cluster.nodes.count() < self.most_nodes()
            {
                self.ask_for_spot(cluster, number, now_s);
                if let Some(group) = self.group_mut(number) {
                    group.count += 1;
                }
            }
        }
    }
}
