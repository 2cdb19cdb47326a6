//! Spot nodes while they run: the market they come from, and what it takes back.

use super::super::cluster::Cluster;
use super::super::nodes::{Node, NodeState, Nodes};
use super::market::{Change, Market, PricePer};
use super::model::SpotModel;
use super::words;

/// The spot nodes of a fleet, whoever adds and removes them.
#[derive(Clone, Debug)]
pub(in super::super) struct SpotNodes {
    pub(super) market: Market,
    /// Nodes reclaimed so far, by pool of the document.
    reclaimed: Vec<u32>,
    /// Ready pods that ended with their nodes and that nobody has asked for yet.
    killed: u32,
    /// Nodes that are reclaimed and not gone yet.
    leaving: u32,
}

impl SpotNodes {
    pub(in super::super) fn new(market: Market) -> Self {
        let written = market.model().written as usize;
        Self {
            market,
            reclaimed: vec![0; written],
            killed: 0,
            leaving: 0,
        }
    }

    pub(in super::super) fn model(&self) -> &SpotModel {
        self.market.model()
    }

    /// Nodes reclaimed so far, by pool of the document.
    pub(in super::super) fn reclaimed(&self) -> &[u32] {
        &self.reclaimed
    }

    /// Nodes that are reclaimed and not gone yet: they do not count towards the most nodes.
    pub(in super::super) fn leaving(&self) -> u32 {
        self.leaving
    }

    /// Ready pods that ended with their nodes since the last call.
    pub(in super::super) fn take_killed(&mut self) -> u32 {
        core::mem::take(&mut self.killed)
    }

    /// What an hour in a pool costs at some time, US dollars.
    pub(in super::super) fn usd_per_hour(&self, pool: usize, now_s: f64) -> f64 {
        self.market.usd_per_hour_at(pool, now_s)
    }

    pub(in super::super) fn has_capacity(&self, pool: usize) -> bool {
        self.market.has_capacity(pool)
    }

    /// When some pool changes next.
    pub(in super::super) fn next_change_s(&self) -> f64 {
        self.market.next_change_s()
    }

    /// The pool for a new node, of those that have capacity and of which `fits`.
    pub(in super::super) fn pick(
        &self,
        nodes: &Nodes,
        now_s: f64,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let first = self.model().first_kind as usize;
        let own = nodes.counts().get(first..).unwrap_or_default();
        self.market.pick(own, now_s, PricePer::Node, fits)
    }

    /// How long after it is ready a new node of this type is reclaimed, or ends where nobody heeds the warning; infinite on
    /// demand. Seconds.
    pub(in super::super) fn life_s(&mut self, kind: u32) -> f64 {
        match self.model().pool_of(kind) {
            Some(pool) => self.market.life_s(pool) + self.model().ignored_notice_s(),
            None => f64::INFINITY,
        }
    }

    /// A pool gets capacity, or runs out: its nodes that go are due at once, or at the end of the warning where nobody
    /// heeds it. Answers the pool that has capacity again.
    pub(in super::super) fn change(&mut self, cluster: &mut Cluster, now_s: f64) -> Option<usize> {
        let (pool, change, victims) = self.next_change(cluster, now_s)?;
        let ends_s = now_s + self.model().ignored_notice_s();
        for place in victims {
            cluster.nodes.change(place, |node| {
                node.reclaimed_s = node.reclaimed_s.min(ends_s)
            });
        }
        (change == Change::Up).then_some(pool)
    }

    /// What happens to a pool next, and the places of its nodes that go.
    pub(super) fn next_change(
        &mut self,
        cluster: &mut Cluster,
        now_s: f64,
    ) -> Option<(usize, Change, Vec<u32>)> {
        let (pool, change) = self.market.change()?;
        let model = self.market.model();
        let name = &model.pools[pool].name;
        cluster.note(|nodes| words::pool_changed(nodes, name, change == Change::Up, now_s));
        let Change::Down {
            share,
            chance,
            place,
        } = change
        else {
            return Some((pool, change, Vec::new()));
        };
        // Those that have been warned go anyhow, those that drain as well.
        let stays = |node: &Node| match node.state {
            NodeState::Coming => !node.is_wanting,
            NodeState::Ready => true,
            NodeState::Cordoned => node.is_waiting_for_replacement(),
            NodeState::Draining => false,
        };
        let nodes: Vec<u32> = cluster
            .nodes
            .iter()
            .filter(|(_, node)| model.pool_of(node.kind) == Some(pool) && stays(node))
            .map(|(place, _)| place)
            .collect();
        let count = ((share * nodes.len() as f64 + chance) as usize).min(nodes.len());
        let first = (place * nodes.len() as f64) as usize;
        let victims = nodes.iter().cycle().skip(first).take(count);
        Some((pool, change, victims.copied().collect()))
    }

    /// A node is warned, or gone where nobody heeds warnings.
    pub(in super::super) fn reclaim(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        let Some(node) = cluster.nodes.get(place) else {
            return;
        };
        let model = self.market.model();
        let Some(pool) = model.pool_of(node.kind) else {
            return;
        };
        let pods = node.pods();
        let (pool, drains, notice_s) = (&model.pools[pool], model.drains, model.notice_s);
        if let Some(count) = self.reclaimed.get_mut(pool.written as usize) {
            *count += 1;
        }
        let shown_s = if drains { notice_s } else { 0.0 };
        cluster.note(|nodes| words::reclaimed(nodes, &pool.name, pods, shown_s, now_s));
        if drains {
            cluster.leave(place, now_s, now_s + notice_s);
            self.leaving += 1;
        } else {
            self.killed += cluster.end(place, now_s, true);
        }
    }

    /// A reclaimed node without pods is given back before its end.
    pub(in super::super) fn give_back(&mut self, cluster: &mut Cluster, place: u32) {
        cluster.nodes.remove(place);
        self.leaving = self.leaving.saturating_sub(1);
    }

    /// A reclaimed node ends, at the end of its warning.
    pub(in super::super) fn end(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        cluster.end(place, now_s, false);
        self.leaving = self.leaving.saturating_sub(1);
    }
}
