//! Provisioners.

use super::super::Limit;
use super::{items, number, text, whole};

const CLUSTER_AUTOSCALER: &str = "Cluster Autoscaler: default of its flags";
const KARPENTER: &str = "Karpenter: default of its settings and of karpenter.sh/v1";

pub(super) const ROWS: &[Limit] = &[
    items("autoscaled.groups", 1, 20),
    whole("autoscaled.min_nodes", 0, 5000, "nodes")
        .soft(0.0, 50.0)
        .default(0.0),
    whole("autoscaled.max_nodes", 1, 5000, "nodes")
        .log()
        .soft(1.0, 200.0)
        .default(10.0),
    whole("autoscaled.priority", 0, 1000, "")
        .soft(0.0, 100.0)
        .default(10.0),
    whole("autoscaled.scan_interval_s", 1, 600, "s")
        .soft(5.0, 60.0)
        .default(10.0)
        .source(CLUSTER_AUTOSCALER),
    number("autoscaled.utilization_threshold_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(50.0)
        .source(CLUSTER_AUTOSCALER),
    whole("autoscaled.unneeded_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(600.0)
        .source(CLUSTER_AUTOSCALER),
    whole("autoscaled.delay_after_add_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(600.0)
        .source(CLUSTER_AUTOSCALER),
    whole("autoscaled.max_provision_s", 10, 7200, "s")
        .soft(60.0, 1800.0)
        .default(900.0)
        .source(CLUSTER_AUTOSCALER),
    number("autoscaled.provisioning_failure_percent", 0.0, 100.0, "%")
        .soft(0.0, 20.0)
        .step(0.5)
        .default(0.0),
    whole("autoscaled.max_empty_bulk_delete", 1, 1000, "nodes")
        .soft(1.0, 50.0)
        .default(10.0)
        .source(CLUSTER_AUTOSCALER),
    whole("provisioner.drain_s", 0, 3600, "s")
        .soft(0.0, 600.0)
        .default(30.0)
        .source("Kubernetes: default of terminationGracePeriodSeconds"),
    items("karpenter.instance_types", 1, 100),
    text("karpenter.instance_types[]", 1, 40),
    number("karpenter.batch_idle_s", 0.0, 600.0, "s")
        .soft(0.0, 30.0)
        .step(0.5)
        .default(1.0)
        .source(KARPENTER),
    number("karpenter.batch_max_s", 0.0, 600.0, "s")
        .soft(0.0, 60.0)
        .step(0.5)
        .default(10.0)
        .source(KARPENTER),
    whole("karpenter.consolidate_after_s", 0, 604_800, "s")
        .soft(0.0, 1800.0)
        .default(0.0)
        .source(KARPENTER),
    items("karpenter.budgets", 0, 50),
    number("karpenter.budget_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(10.0)
        .source(KARPENTER),
    whole("karpenter.budget_nodes", 0, 5000, "nodes")
        .soft(0.0, 50.0)
        .default(1.0),
    items("karpenter.reasons", 0, 3),
    number("karpenter.expire_after_hours", 0.1, 87_600.0, "h")
        .log()
        .soft(1.0, 720.0)
        .default(720.0)
        .source(KARPENTER),
    whole("karpenter.registration_timeout_s", 10, 7200, "s")
        .soft(60.0, 1800.0)
        .default(900.0)
        .source(KARPENTER),
    number("karpenter.limit_vcpus", 0.0, 1e6, "vCPU")
        .soft(0.0, 1000.0)
        .step(1.0)
        .default(100.0),
    number("karpenter.limit_memory_gib", 0.0, 1e7, "GiB")
        .soft(0.0, 4000.0)
        .step(1.0)
        .default(400.0),
];
