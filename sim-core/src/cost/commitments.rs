//! Capacity that is committed to for a term: reserved instances and savings plans.
//!
//! A commitment of K nodes at the discount d is paid for every hour: K·p·(1−d), with the list price p of the fleet's node.
//! What runs on demand uses it first, valued at list prices, as a compute savings plan does; the rest is waste.
//!
//! ```text
//!   cost per hour at level K = K·c + o·E[(D − K)⁺]     c = p(1−d) committed, o = p(1−n) on demand, D nodes wanted
//!   one node more pays while it is used for more than c/o of the time: K* is a quantile of D (newsvendor)
//! ```
//!
//! Source of the optimum: Arrow, Harris & Marschak 1951, the newsvendor's critical ratio. Wrong when the discount depends
//! on the level, or when demand over the term is not that of the window.

use crate::scenario::document::{CommitmentTerm, CommitmentsDocument};

/// A commitment, ready to be metered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Commitment {
    /// Nodes of the fleet's type.
    pub nodes: f64,
    /// List price of such a node, US dollars an hour.
    pub list_usd_per_hour: f64,
    /// The same as committed to.
    pub committed_usd_per_hour: f64,
    /// The same on demand, after the discount on nodes.
    pub on_demand_usd_per_hour: f64,
}

/// Published discount of a term on the list price, per cent.
pub fn published_discount_percent(term: CommitmentTerm) -> f64 {
    match term {
        CommitmentTerm::OneYearNoUpfront => 38.5,
        CommitmentTerm::OneYearPartialUpfront => 41.4,
        CommitmentTerm::OneYearAllUpfront => 42.6,
        CommitmentTerm::ThreeYears => 60.5,
    }
}

/// The discount of a document's commitment on the list price, per cent.
pub fn discount_percent(document: &CommitmentsDocument) -> f64 {
    let own = document.discount_percent;
    own.unwrap_or_else(|| published_discount_percent(document.term))
}

impl Commitment {
    /// The commitment of a document, of nodes at this list price with this discount on demand.
    pub fn new(
        document: &CommitmentsDocument,
        list_usd_per_hour: f64,
        node_discount_percent: f64,
    ) -> Self {
        let less = |percent: f64| list_usd_per_hour * (1.0 - percent / 100.0);
        Self {
            nodes: document.nodes,
            list_usd_per_hour,
            committed_usd_per_hour: less(discount_percent(document)),
            on_demand_usd_per_hour: less(node_discount_percent),
        }
    }

    /// Share of the time that a committed node must be used to pay: its price over that on demand.
    pub fn critical_share(&self) -> f64 {
        if self.on_demand_usd_per_hour > 0.0 {
            self.committed_usd_per_hour / self.on_demand_usd_per_hour
        } else {
            f64::INFINITY
        }
    }

    /// The level that costs least: `used[k]` is the share of the time that node k + 1 is used, which never grows with k.
    pub fn best_level(&self, used: &[f64]) -> u32 {
        let critical = self.critical_share();
        used.iter().take_while(|share| **share > critical).count() as u32
    }

    /// Cost of an hour at a level, US dollars.
    pub fn usd_per_hour_at(&self, level: u32, used: &[f64]) -> f64 {
        let beyond: f64 = used.iter().skip(level as usize).sum();
        f64::from(level) * self.committed_usd_per_hour + beyond * self.on_demand_usd_per_hour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commitment(nodes: f64) -> Commitment {
        let document = CommitmentsDocument {
            nodes,
            term: CommitmentTerm::OneYearNoUpfront,
            discount_percent: None,
        };
        Commitment::new(&document, 0.2, 10.0)
    }

    /// 0.2 USD/h less 38.5 % is 0.123; on demand less 10 % it is 0.18; so a node must be used 68.3 % of the time.
    #[test]
    fn the_critical_share_is_a_ratio_of_prices() {
        let commitment = commitment(3.0);
        assert!((commitment.committed_usd_per_hour - 0.123).abs() < 1e-12);
        assert!((commitment.critical_share() - 0.123 / 0.18).abs() < 1e-12);
    }

    #[test]
    fn the_newsvendor_finds_what_trying_all_levels_finds() {
        let commitment = commitment(3.0);
        for seed in 0..50_u32 {
            // Shares that fall from 1 to 0 at a different pace each.
            let used: Vec<f64> = (0..20_u32)
                .map(|k| 1.0 - libm::pow(f64::from(k + 1) / 21.0, 0.2 + f64::from(seed) / 10.0))
                .collect();
            let best = commitment.best_level(&used);
            let cost = |level: u32| commitment.usd_per_hour_at(level, &used);
            let least = (0..=20).map(cost).fold(f64::INFINITY, f64::min);
            assert!(cost(best) <= least + 1e-12, "{seed}: {best}");
        }
    }
}
