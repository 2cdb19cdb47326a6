//! Random fleets: nodes and who adds and removes them.

use super::distribution::distribution;
use super::spot::{commitments, spot};
use proptest::prelude::*;
use sim_core::scenario::document::*;

pub(super) fn fleet() -> impl Strategy<Value = FleetDocument> {
    (
        node(),
        (0..5_u32, 1..30_u32),
        distribution(90.0),
        0..1200_u32,
        (0..400_u32, 0..1000_u32),
        (
            proptest::option::of(provisioner()),
            proptest::option::weighted(0.6, spot()),
            proptest::option::weighted(0.3, commitments()),
            proptest::option::weighted(0.2, backfill()),
        ),
    )
        .prop_map(
            |(
                node,
                (min_nodes, more),
                provisioning_s,
                empty_node_removal_s,
                reserved,
                (provisioner, spot, commitments, backfill),
            )| {
                // The groups' fewest nodes come beside the base.
                let fewest = match &provisioner {
                    Some(ProvisionerDocument::ClusterAutoscaler(autoscaler)) => {
                        autoscaler.groups.iter().map(|group| group.min_nodes).sum()
                    }
                    _ => 0,
                };
                let provisioner = provisioner.map(|provisioner| match &spot {
                    Some(_) => provisioner,
                    None => on_demand_only(provisioner),
                });
                FleetDocument {
                    node,
                    min_nodes,
                    max_nodes: min_nodes + fewest + more,
                    provisioning_s,
                    empty_node_removal_s,
                    reserved_millicores: reserved.0,
                    reserved_mib: reserved.1,
                    spot: spot.map(|spot| match &provisioner {
                        // A price of its own would stand for several types.
                        Some(_) => without_prices(spot),
                        None => spot,
                    }),
                    commitments,
                    backfill,
                    provisioner,
                }
            },
        )
}

/// The provisioner where there are no spot nodes.
pub fn on_demand_only(provisioner: ProvisionerDocument) -> ProvisionerDocument {
    match provisioner {
        ProvisionerDocument::Karpenter(karpenter) => {
            ProvisionerDocument::Karpenter(KarpenterDocument {
                capacity_types: CapacityTypes::OnDemand,
                ..karpenter
            })
        }
        ProvisionerDocument::ClusterAutoscaler(mut autoscaler) => {
            for group in &mut autoscaler.groups {
                group.capacity = GroupCapacity::OnDemand;
            }
            ProvisionerDocument::ClusterAutoscaler(autoscaler)
        }
    }
}

/// Spot nodes whose prices go by the discount.
pub fn without_prices(mut spot: SpotDocument) -> SpotDocument {
    for pool in &mut spot.pools {
        pool.usd_per_hour = None;
        if let Some(trace) = &mut pool.trace {
            trace.usd_per_hour.clear();
        }
    }
    spot
}

fn backfill() -> impl Strategy<Value = BackfillDocument> {
    let work = prop_oneof![Just(0.0), 0.0..2000.0_f64];
    (work, 0.1..100.0_f64, 0..300_u32, 0.0..1.0_f64).prop_map(
        |(core_hours_per_day, most_cores, preemption_s, usd_per_core_hour)| BackfillDocument {
            core_hours_per_day,
            most_cores,
            preemption_s,
            usd_per_core_hour,
        },
    )
}

/// Nodes with room for the largest pod of this generator.
fn node() -> impl Strategy<Value = NodeDocument> {
    let catalogue =
        instance_type().prop_map(|instance_type| NodeDocument::Catalogue { instance_type });
    let custom = (2.0..16.0_f64, 4.0..64.0_f64, 0.0..2.0_f64).prop_map(
        |(vcpus, memory_gib, usd_per_hour)| NodeDocument::Custom {
            vcpus,
            memory_gib,
            usd_per_hour,
        },
    );
    prop_oneof![catalogue, custom]
}

fn instance_type() -> impl Strategy<Value = String> {
    let instances = sim_core::cost::price_book::PriceBook::CURRENT.instances;
    (0..instances.len()).prop_map(move |index| instances[index].name.to_owned())
}

/// What adds and removes nodes, quick enough to be seen in a few hours.
pub fn provisioner() -> impl Strategy<Value = ProvisionerDocument> {
    prop_oneof![
        cluster_autoscaler().prop_map(ProvisionerDocument::ClusterAutoscaler),
        karpenter().prop_map(ProvisionerDocument::Karpenter),
    ]
}

fn cluster_autoscaler() -> impl Strategy<Value = ClusterAutoscalerDocument> {
    let capacity = prop_oneof![Just(GroupCapacity::OnDemand), Just(GroupCapacity::Spot)];
    let group = (node(), 0..3_u32, 1..20_u32, capacity, 0..4_u32).prop_map(
        |(node, min_nodes, more, capacity, priority)| NodeGroupDocument {
            node,
            min_nodes,
            max_nodes: min_nodes + more,
            capacity,
            priority,
        },
    );
    let expander = prop_oneof![
        Just(ExpanderDocument::LeastWaste),
        Just(ExpanderDocument::Random),
        Just(ExpanderDocument::MostPods),
        Just(ExpanderDocument::Price),
        Just(ExpanderDocument::Priority),
    ];
    (
        proptest::collection::vec(group, 1..4),
        expander,
        (1..60_u32, 0.0..=100.0_f64, 0..900_u32, 0..900_u32),
        (10..900_u32, prop_oneof![Just(0.0), 0.0..60.0_f64]),
        (1..12_u32, 0..120_u32),
    )
        .prop_map(
            |(groups, expander, times, patience, removal)| ClusterAutoscalerDocument {
                groups,
                expander,
                scan_interval_s: times.0,
                utilization_threshold_percent: times.1,
                unneeded_s: times.2,
                delay_after_add_s: times.3,
                max_provision_s: patience.0,
                provisioning_failure_percent: patience.1,
                max_empty_bulk_delete: removal.0,
                drain_s: removal.1,
            },
        )
}

fn karpenter() -> impl Strategy<Value = KarpenterDocument> {
    let policy = prop_oneof![
        3 => Just(ConsolidationPolicy::WhenEmptyOrUnderutilized),
        1 => Just(ConsolidationPolicy::WhenEmpty),
        1 => Just(ConsolidationPolicy::Never),
    ];
    let capacity = prop_oneof![
        Just(CapacityTypes::OnDemand),
        Just(CapacityTypes::Spot),
        Just(CapacityTypes::SpotAndOnDemand),
    ];
    let limits = (
        proptest::option::of(4.0..200.0_f64),
        proptest::option::of(16.0..800.0_f64),
    )
        .prop_map(|(vcpus, memory_gib)| PoolLimitsDocument { vcpus, memory_gib });
    (
        proptest::collection::vec(instance_type(), 1..12),
        (0.0..20.0_f64, 0.0..60.0_f64),
        policy,
        prop_oneof![Just(0), 0..900_u32],
        proptest::collection::vec(budget(), 0..3),
        proptest::option::of(0.1..10.0_f64),
        (10..900_u32, 0..120_u32),
        (proptest::option::of(limits), capacity, any::<bool>()),
    )
        .prop_map(
            |(
                instance_types,
                batch,
                consolidation,
                consolidate_after_s,
                budgets,
                expire_after_hours,
                times,
                (limits, capacity_types, spot_to_spot),
            )| {
                KarpenterDocument {
                    instance_types,
                    capacity_types,
                    spot_to_spot,
                    batch_idle_s: batch.0,
                    batch_max_s: batch.1,
                    consolidation,
                    consolidate_after_s,
                    budgets,
                    expire_after_hours,
                    registration_timeout_s: times.0,
                    limits,
                    drain_s: times.1,
                }
            },
        )
}

fn budget() -> impl Strategy<Value = BudgetDocument> {
    let reason = prop_oneof![
        Just(DisruptionReason::Underutilized),
        Just(DisruptionReason::Empty),
        Just(DisruptionReason::Drifted),
    ];
    let days = prop_oneof![
        Just(DaysDocument::EveryDay),
        Just(DaysDocument::Workdays),
        Just(DaysDocument::Weekend),
    ];
    let hours = (days, 0.0..24.0_f64, 0.0..24.0_f64).prop_map(|(days, from_hour, to_hour)| {
        BudgetHoursDocument {
            days,
            from_hour,
            to_hour,
        }
    });
    let most = prop_oneof![
        (0.0..=100.0_f64).prop_map(|percent| BudgetLimitDocument::Percent { percent }),
        (0..6_u32).prop_map(|nodes| BudgetLimitDocument::Count { nodes }),
    ];
    (
        most,
        proptest::collection::vec(reason, 0..3),
        proptest::option::of(hours),
    )
        .prop_map(|(most, reasons, hours)| BudgetDocument {
            most,
            reasons,
            hours,
        })
}
