//! A dated price book: on-demand instance types and the unit prices around them.

use crate::words::closest;

/// An instance type with its on-demand price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstanceType {
    /// Name, such as `m6i.large`.
    pub name: &'static str,
    /// Virtual processors.
    pub vcpus: u32,
    /// Memory in GiB.
    pub memory_gib: f64,
    /// Price of an hour in US dollars.
    pub usd_per_hour: f64,
}

/// Prices of one provider and region on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceBook {
    /// Name of the book with its date; every report carries it.
    pub id: &'static str,
    /// Day of the prices, ISO 8601.
    pub date: &'static str,
    /// Currency of all prices, ISO 4217.
    pub currency: &'static str,
    /// Region the prices hold for.
    pub region: &'static str,
    /// Where the prices come from.
    pub origin: &'static str,
    /// Instance types.
    pub instances: &'static [InstanceType],
    /// A managed cluster's control plane, US dollars per hour.
    pub cluster_usd_per_hour: f64,
    /// A load balancer, US dollars per hour.
    pub load_balancer_usd_per_hour: f64,
    /// A load-balancer capacity unit, US dollars per hour.
    pub load_balancer_usd_per_lcu_hour: f64,
    /// Data sent to the internet, US dollars per GB.
    pub egress_usd_per_gb: f64,
}

impl PriceBook {
    /// The book that this engine uses.
    pub const CURRENT: PriceBook = PriceBook {
        id: "aws-us-east-1-2026-07-20",
        date: "2026-07-20",
        currency: "USD",
        region: "us-east-1",
        origin: "AWS price list, Linux on-demand, us-east-1, 2026-07-20",
        instances: INSTANCES,
        cluster_usd_per_hour: 0.10,
        load_balancer_usd_per_hour: 0.0225,
        load_balancer_usd_per_lcu_hour: 0.008,
        egress_usd_per_gb: 0.09,
    };

    /// The instance type of this name.
    pub fn instance(&self, name: &str) -> Option<&'static InstanceType> {
        self.instances.iter().find(|instance| instance.name == name)
    }

    /// The instance type whose name is nearest to `name`, if it is near enough to be a slip.
    pub fn suggest(&self, name: &str) -> Option<&'static str> {
        closest(name, self.instances.iter().map(|instance| instance.name))
    }
}

const fn instance(
    name: &'static str,
    vcpus: u32,
    memory_gib: f64,
    usd_per_hour: f64,
) -> InstanceType {
    InstanceType {
        name,
        vcpus,
        memory_gib,
        usd_per_hour,
    }
}

/// Sizes as AWS publishes them: 2, 4, 8, 16, 32 vCPUs from large to 8xlarge, with 2 (c), 4 (m) or 8 (r) GiB each.
/// Prices from its list of 2026-07-20, as kept in `samples/pricing`.
const INSTANCES: &[InstanceType] = &[
    instance("t3.large", 2, 8.0, 0.0832),
    instance("t3.xlarge", 4, 16.0, 0.1664),
    instance("t3.2xlarge", 8, 32.0, 0.3328),
    instance("m5.large", 2, 8.0, 0.096),
    instance("m5.xlarge", 4, 16.0, 0.192),
    instance("m5.2xlarge", 8, 32.0, 0.384),
    instance("m6i.large", 2, 8.0, 0.096),
    instance("m6i.xlarge", 4, 16.0, 0.192),
    instance("m6i.2xlarge", 8, 32.0, 0.384),
    instance("m6i.4xlarge", 16, 64.0, 0.768),
    instance("m6i.8xlarge", 32, 128.0, 1.536),
    instance("m7i.large", 2, 8.0, 0.1008),
    instance("m7i.xlarge", 4, 16.0, 0.2016),
    instance("m7i.2xlarge", 8, 32.0, 0.4032),
    instance("m7i.4xlarge", 16, 64.0, 0.8064),
    instance("m7i.8xlarge", 32, 128.0, 1.6128),
    instance("m7a.large", 2, 8.0, 0.11592),
    instance("m7a.xlarge", 4, 16.0, 0.23184),
    instance("m7a.2xlarge", 8, 32.0, 0.46368),
    instance("m7a.4xlarge", 16, 64.0, 0.92736),
    instance("m7a.8xlarge", 32, 128.0, 1.85472),
    instance("m6g.large", 2, 8.0, 0.077),
    instance("m6g.xlarge", 4, 16.0, 0.154),
    instance("m6g.2xlarge", 8, 32.0, 0.308),
    instance("m7g.large", 2, 8.0, 0.0816),
    instance("m7g.xlarge", 4, 16.0, 0.1632),
    instance("m7g.2xlarge", 8, 32.0, 0.3264),
    instance("m7g.4xlarge", 16, 64.0, 0.6528),
    instance("m7g.8xlarge", 32, 128.0, 1.3056),
    instance("c5.large", 2, 4.0, 0.085),
    instance("c5.xlarge", 4, 8.0, 0.17),
    instance("c5.2xlarge", 8, 16.0, 0.34),
    instance("c6i.large", 2, 4.0, 0.085),
    instance("c6i.xlarge", 4, 8.0, 0.17),
    instance("c6i.2xlarge", 8, 16.0, 0.34),
    instance("c6i.4xlarge", 16, 32.0, 0.68),
    instance("c6i.8xlarge", 32, 64.0, 1.36),
    instance("c7i.large", 2, 4.0, 0.08925),
    instance("c7i.xlarge", 4, 8.0, 0.1785),
    instance("c7i.2xlarge", 8, 16.0, 0.357),
    instance("c7i.4xlarge", 16, 32.0, 0.714),
    instance("c7i.8xlarge", 32, 64.0, 1.428),
    instance("c7g.large", 2, 4.0, 0.0725),
    instance("c7g.xlarge", 4, 8.0, 0.145),
    instance("c7g.2xlarge", 8, 16.0, 0.29),
    instance("c7g.4xlarge", 16, 32.0, 0.58),
    instance("c7g.8xlarge", 32, 64.0, 1.16),
    instance("r5.large", 2, 16.0, 0.126),
    instance("r5.xlarge", 4, 32.0, 0.252),
    instance("r5.2xlarge", 8, 64.0, 0.504),
    instance("r6i.large", 2, 16.0, 0.126),
    instance("r6i.xlarge", 4, 32.0, 0.252),
    instance("r6i.2xlarge", 8, 64.0, 0.504),
    instance("r6i.4xlarge", 16, 128.0, 1.008),
    instance("r6i.8xlarge", 32, 256.0, 2.016),
    instance("r7i.large", 2, 16.0, 0.1323),
    instance("r7i.xlarge", 4, 32.0, 0.2646),
    instance("r7i.2xlarge", 8, 64.0, 0.5292),
    instance("r7i.4xlarge", 16, 128.0, 1.0584),
    instance("r7i.8xlarge", 32, 256.0, 2.1168),
    instance("r7g.large", 2, 16.0, 0.1071),
    instance("r7g.xlarge", 4, 32.0, 0.2142),
    instance("r7g.2xlarge", 8, 64.0, 0.4284),
    instance("r7g.4xlarge", 16, 128.0, 0.8568),
    instance("r7g.8xlarge", 32, 256.0, 1.7136),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_name_and_suggests_for_slips() {
        let book = PriceBook::CURRENT;
        assert_eq!(
            book.instance("m6i.large").map(|instance| instance.vcpus),
            Some(2)
        );
        assert_eq!(book.instance("m6i.huge"), None);
        assert_eq!(book.suggest("m6i-large"), Some("m6i.large"));
        assert_eq!(book.suggest("M5.Large"), Some("m5.large"));
        assert_eq!(book.suggest("Standard_D4s_v5"), None);
    }

    #[test]
    fn names_are_unique_and_bigger_costs_more_within_a_family() {
        let family = |name: &'static str| name.split('.').next();
        for (index, small) in INSTANCES.iter().enumerate() {
            for big in &INSTANCES[index + 1..] {
                assert_ne!(small.name, big.name);
                if family(small.name) == family(big.name) {
                    assert!(small.vcpus < big.vcpus, "{} {}", small.name, big.name);
                    assert!(
                        small.memory_gib < big.memory_gib,
                        "{} {}",
                        small.name,
                        big.name
                    );
                    assert!(
                        small.usd_per_hour < big.usd_per_hour,
                        "{} {}",
                        small.name,
                        big.name
                    );
                }
            }
        }
    }
}
