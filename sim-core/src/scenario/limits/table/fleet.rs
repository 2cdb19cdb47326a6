//! Fleet.

use super::super::Limit;
use super::{mean, number, text, whole};

const EKS_RESERVED: &str = "Amazon EKS on a *.large node: kubelet 70 m and 574 MiB, eviction threshold 100 MiB; the rest for daemon sets";

pub(super) const ROWS: &[Limit] = &[
    text("fleet.instance_type", 1, 40),
    number("fleet.vcpus", 0.25, 512.0, "vCPU")
        .log()
        .soft(1.0, 64.0)
        .default(2.0),
    number("fleet.memory_gib", 0.25, 24_576.0, "GiB")
        .log()
        .soft(1.0, 512.0)
        .default(8.0),
    whole("fleet.min_nodes", 0, 5000, "nodes")
        .soft(0.0, 50.0)
        .default(2.0),
    whole("fleet.max_nodes", 1, 5000, "nodes")
        .log()
        .soft(1.0, 200.0)
        .default(20.0),
    mean("fleet.provisioning_s", 0.001, 7200.0, "s")
        .log()
        .soft(10.0, 600.0)
        .default(90.0)
        .source("Reported: Karpenter about 1 minute, Cluster Autoscaler on EKS 3 to 5 minutes"),
    whole("fleet.empty_node_removal_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(600.0)
        .source("Cluster Autoscaler: default of --scale-down-unneeded-time"),
    whole("fleet.reserved_millicores", 0, 512_000, "millicores")
        .soft(0.0, 2000.0)
        .default(250.0)
        .source(EKS_RESERVED),
    whole("fleet.reserved_mib", 0, 25_165_824, "MiB")
        .soft(0.0, 8192.0)
        .default(900.0)
        .source(EKS_RESERVED),
];
