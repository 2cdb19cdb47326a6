//! Which group grows.
//!
//! Source: kubernetes/autoscaler, cluster-autoscaler/expander: waste (share of CPU plus share of memory that the new
//! nodes would have left, of their whole capacity), mostpods, price, random, priority. Where several are best, one is drawn.

use super::super::Size;
use super::super::cluster::Cluster;
use super::super::nodes::Kind;
use super::super::packing::{self, Bin};
use super::ClusterAutoscaler;
use crate::random::{Rng, uniform};
use crate::scenario::document::ExpanderDocument;
use crate::stats::sort_by;

/// What a group would do for the pending pods.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expansion {
    /// Number of the group.
    pub(super) group: u32,
    /// Its new nodes.
    pub(super) bins: Vec<Bin>,
    /// How good it is; less is better. Its meaning depends on the expander.
    pub(super) score: f64,
    /// Other groups that could have grown.
    pub(super) others: u32,
}

impl Expansion {
    pub(super) fn pods(&self) -> u32 {
        self.bins.iter().map(|bin| bin.pods).sum()
    }
}

impl ClusterAutoscaler {
    /// What the expander picks; `None` when no group can take any pending pod.
    pub(super) fn pick_expansion(&mut self, cluster: &Cluster, now_s: f64) -> Option<Expansion> {
        let pods = cluster.pods.pending_largest_first();
        let most_nodes = self.most_nodes().saturating_sub(cluster.nodes.count());
        let mut best: Vec<Expansion> = Vec::new();
        let mut options = 0;
        for (group, number) in self.groups.iter().zip(1..) {
            if group.backoff.holds(now_s) || !self.can_start(group, number, now_s) {
                continue;
            }
            let most = group.maximum.saturating_sub(group.count).min(most_nodes);
            let kind = cluster.nodes.kind(number);
            let mut left = pods.clone();
            sort_for(&mut left, kind.empty.size);
            let bins = packing::fill_equal(&mut left, kind.empty, most);
            if bins.is_empty() {
                continue;
            }
            options += 1;
            let option = Expansion {
                group: number,
                score: match self.expander {
                    // The highest first.
                    ExpanderDocument::Priority => -f64::from(group.priority),
                    ExpanderDocument::Price => {
                        let usd_per_hour = self.usd_per_hour(group, number, kind, now_s);
                        price(usd_per_hour, &bins)
                    }
                    expander => score(expander, kind, &bins),
                },
                bins,
                others: 0,
            };
            match best.first().map(|best| best.score) {
                Some(score) if option.score > score => {}
                Some(score) if option.score == score => best.push(option),
                _ => best = vec![option],
            }
        }
        let index = draw(&mut self.choices, best.len());
        let mut picked = best.into_iter().nth(index)?;
        picked.others = options - 1;
        Some(picked)
    }
}

/// Less is better.
pub(super) fn score(expander: ExpanderDocument, kind: &Kind, bins: &[Bin]) -> f64 {
    let nodes = bins.len() as f64;
    let pods: u32 = bins.iter().map(|bin| bin.pods).sum();
    match expander {
        ExpanderDocument::LeastWaste => {
            let used = |part: fn(Size) -> u32| -> f64 {
                bins.iter().map(|bin| f64::from(part(bin.used))).sum()
            };
            let wasted = |used: f64, size: u32| {
                let all = nodes * f64::from(size);
                if all > 0.0 { (all - used) / all } else { 0.0 }
            };
            wasted(used(|size| size.millicores), kind.size.millicores)
                + wasted(used(|size| size.mib), kind.size.mib)
        }
        ExpanderDocument::Random => 0.0,
        ExpanderDocument::MostPods => -f64::from(pods),
        ExpanderDocument::Price => price(kind.usd_per_hour, bins),
        ExpanderDocument::Priority => 0.0,
    }
}

/// Price of the new nodes for each pod, US dollars an hour.
fn price(usd_per_hour: f64, bins: &[Bin]) -> f64 {
    let pods: u32 = bins.iter().map(|bin| bin.pods).sum();
    usd_per_hour * bins.len() as f64 / f64::from(pods.max(1))
}

/// Pods in the order in which upstream's estimator packs them: by the share of the node that they ask for.
fn sort_for(pods: &mut [(Size, u32)], node: Size) {
    let share = |size: Size| {
        f64::from(size.millicores) / f64::from(node.millicores.max(1))
            + f64::from(size.mib) / f64::from(node.mib.max(1))
    };
    sort_by(pods, |a, b| share(b.0).total_cmp(&share(a.0)));
}

/// One of `count`, with equal probability; nothing is drawn when there is no choice.
fn draw(rng: &mut Rng, count: usize) -> usize {
    if count < 2 {
        return 0;
    }
    ((uniform(rng) * count as f64) as usize).min(count - 1)
}

#[cfg(test)]
mod tests {
    use super::super::super::room::Room;
    use super::*;

    /// 500 m and 1000 MiB, the pod of upstream's TestLeastWaste.
    const POD: Size = Size {
        millicores: 500,
        mib: 1000,
    };

    fn kind(pods_of_cpu: u32, pods_of_memory: u32, usd_per_hour: f64) -> Kind {
        let size = Size {
            millicores: pods_of_cpu * POD.millicores,
            mib: pods_of_memory * POD.mib,
        };
        Kind {
            name: String::new(),
            size,
            empty: Room { size, pods: 100 },
            usd_per_hour,
        }
    }

    fn bins(count: u32, pods: u32) -> Vec<Bin> {
        let bin = Bin {
            loads: vec![(POD, pods)],
            used: POD.times(pods),
            pods,
        };
        vec![bin; count as usize]
    }

    /// The cases of upstream's expander/waste/waste_test.go: one pod on a node of 16 by 16 pods, 16 by 32, 8 by 16.
    #[test]
    fn least_waste_takes_the_node_that_the_pod_fills_most() {
        let waste = |cpu, memory| {
            score(
                ExpanderDocument::LeastWaste,
                &kind(cpu, memory, 1.0),
                &bins(1, 1),
            )
        };
        let (balanced, high_memory, low_cpu) = (waste(16, 16), waste(16, 32), waste(8, 16));
        assert!((balanced - (15.0 / 16.0 + 15.0 / 16.0)).abs() < 1e-12);
        assert!((high_memory - (15.0 / 16.0 + 31.0 / 32.0)).abs() < 1e-12);
        assert!((low_cpu - (7.0 / 8.0 + 15.0 / 16.0)).abs() < 1e-12);
        assert!(low_cpu < balanced && balanced < high_memory);
    }

    /// Seven pods: one node of eight wastes 1/8 + 1/8; two of four the same; a node of 7 by 14 only memory: 1/2.
    #[test]
    fn least_waste_counts_all_new_nodes() {
        let waste = |kind, bins: &[Bin]| score(ExpanderDocument::LeastWaste, &kind, bins);
        assert!((waste(kind(8, 8, 1.0), &bins(1, 7)) - 0.25).abs() < 1e-12);
        let two = [bins(1, 4), bins(1, 3)].concat();
        assert!((waste(kind(4, 4, 1.0), &two) - 0.25).abs() < 1e-12);
        assert!((waste(kind(7, 14, 1.0), &bins(1, 7)) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_other_expanders_look_at_pods_and_at_prices() {
        let most = |bins: &[Bin]| score(ExpanderDocument::MostPods, &kind(8, 8, 1.0), bins);
        assert!(most(&bins(2, 8)) < most(&bins(1, 8)));
        let price = |usd, bins: &[Bin]| score(ExpanderDocument::Price, &kind(8, 8, usd), bins);
        // Eight pods on one node of 0.4 are cheaper than on two of 0.25.
        assert!(price(0.4, &bins(1, 8)) < price(0.25, &bins(2, 4)));
    }
}
