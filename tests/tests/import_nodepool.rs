//! Karpenter NodePools of other people become provisioners, or are refused with a reason.

use serde_json::json;
use sim_core::import::{ImportedNodePool, nodepool};
use sim_core::scenario::check;
use sim_core::scenario::document::{
    BudgetLimitDocument, CapacityTypes, ConsolidationPolicy, DaysDocument, DisruptionReason,
    KarpenterDocument, ProvisionerDocument,
};

/// A pool with everything that is read.
const FULL: &str = r#"
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: default }
spec:
  weight: 10
  template:
    metadata: { labels: { team: shop } }
    spec:
      expireAfter: 336h
      terminationGracePeriod: 1h
      nodeClassRef: { group: karpenter.k8s.aws, kind: EC2NodeClass, name: default }
      requirements:
        - { key: karpenter.k8s.aws/instance-family, operator: In, values: [c6i, m6i, m7g] }
        - { key: karpenter.k8s.aws/instance-cpu, operator: Lt, values: ["9"] }
        - { key: kubernetes.io/arch, operator: In, values: [amd64] }
        - { key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand] }
        - { key: topology.kubernetes.io/zone, operator: In, values: [us-east-1a] }
  disruption:
    consolidationPolicy: WhenEmptyOrUnderutilized
    consolidateAfter: 1m30s
    budgets:
      - nodes: "20%"
        reasons: [Empty, Drifted]
      - nodes: "5"
      - nodes: "0"
        schedule: 0 9 * * mon-fri
        duration: 8h
        reasons: [Underutilized]
  limits: { cpu: "1000", memory: 1000Gi, nodes: 40 }
---
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: { name: default }
"#;

fn read(text: &str) -> ImportedNodePool {
    nodepool(text).unwrap_or_else(|error| panic!("{error}"))
}

fn karpenter(imported: &ImportedNodePool) -> &KarpenterDocument {
    match &imported.provisioner {
        ProvisionerDocument::Karpenter(karpenter) => karpenter,
        other => panic!("{other:?}"),
    }
}

fn refused(text: &str, part: &str) {
    let error = nodepool(text).expect_err(part);
    assert!(error.message.contains(part), "{part}: {error}");
}

fn has_note(imported: &ImportedNodePool, part: &str) {
    let notes = &imported.notes;
    assert!(
        notes.iter().any(|note| note.contains(part)),
        "{part}: {notes:#?}"
    );
}

#[test]
fn a_full_pool_is_read() {
    let imported = read(FULL);
    let pool = karpenter(&imported);
    assert_eq!(
        pool.instance_types,
        [
            "m6i.large",
            "m6i.xlarge",
            "m6i.2xlarge",
            "c6i.large",
            "c6i.xlarge",
            "c6i.2xlarge"
        ]
    );
    assert_eq!(pool.consolidate_after_s, 90);
    assert_eq!(pool.expire_after_hours, Some(336.0));
    assert_eq!(imported.max_nodes, Some(40));
    let limits = pool.limits.as_ref().expect("limits");
    assert_eq!(
        (limits.vcpus, limits.memory_gib),
        (Some(1000.0), Some(1000.0))
    );
    let [first, second, third] = pool.budgets.as_slice() else {
        panic!("{:?}", pool.budgets)
    };
    assert_eq!(first.most, BudgetLimitDocument::Percent { percent: 20.0 });
    assert_eq!(
        first.reasons,
        [DisruptionReason::Empty, DisruptionReason::Drifted]
    );
    assert_eq!(second.most, BudgetLimitDocument::Count { nodes: 5 });
    let hours = third.hours.as_ref().expect("hours");
    assert_eq!(
        (hours.days, hours.from_hour, hours.to_hour),
        (DaysDocument::Workdays, 9.0, 17.0)
    );
    for part in [
        "EC2NodeClass default",
        "7.5 % of the nodes interrupted",
        "topology.kubernetes.io/zone",
        "6 of the price book's",
        "terminationGracePeriod",
        "weight",
        "max_nodes",
        "UTC",
    ] {
        has_note(&imported, part);
    }
}

#[test]
fn what_is_read_can_be_simulated() {
    let mut document = tests::base::base();
    let imported = read(FULL);
    document.fleet.provisioner = Some(imported.provisioner);
    document.fleet.spot = imported.spot;
    check(&document).unwrap_or_else(|problems| panic!("{problems}"));
}

#[test]
fn the_capacity_types_are_those_of_the_pool() {
    let line = "{ key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand] }";
    for (with, capacity) in [
        (line.to_owned(), CapacityTypes::SpotAndOnDemand),
        (
            line.replace("[spot, on-demand]", "[spot]"),
            CapacityTypes::Spot,
        ),
        (
            line.replace("[spot, on-demand]", "[on-demand]"),
            CapacityTypes::OnDemand,
        ),
        (
            line.replace("In, values: [spot, on-demand]", "NotIn, values: [spot]"),
            CapacityTypes::OnDemand,
        ),
        (
            line.replace("In, values: [spot, on-demand]", "Exists"),
            CapacityTypes::SpotAndOnDemand,
        ),
        // Karpenter takes nodes on demand where nothing is said.
        (
            "{ key: kubernetes.io/os, operator: In, values: [linux] }".to_owned(),
            CapacityTypes::OnDemand,
        ),
    ] {
        let imported = read(&FULL.replace(line, &with));
        assert_eq!(karpenter(&imported).capacity_types, capacity, "{with}");
        assert_eq!(
            imported.spot.is_some(),
            capacity != CapacityTypes::OnDemand,
            "{with}"
        );
    }
}

#[test]
fn what_is_not_written_takes_karpenters_defaults() {
    let imported = read(
        &json!({"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "spec": {"template": {"spec": {}}}})
            .to_string(),
    );
    let pool = karpenter(&imported);
    assert_eq!(
        pool.consolidation,
        ConsolidationPolicy::WhenEmptyOrUnderutilized
    );
    assert_eq!(
        (pool.consolidate_after_s, pool.expire_after_hours),
        (0, Some(720.0))
    );
    assert_eq!(pool.budgets.len(), 1);
    assert_eq!(
        pool.budgets[0].most,
        BudgetLimitDocument::Percent { percent: 10.0 }
    );
    assert!(pool.instance_types.len() >= 60, "no requirement: all types");
}

#[test]
fn the_older_version_and_never_are_understood() {
    let imported = read(
        &json!({"apiVersion": "karpenter.sh/v1beta1", "kind": "NodePool", "spec": {
            "template": {"spec": {"requirements": [
                {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["m5.large"]}
            ]}},
            "disruption": {"consolidationPolicy": "WhenEmpty", "consolidateAfter": "Never", "expireAfter": "Never"}
        }})
        .to_string(),
    );
    let pool = karpenter(&imported);
    assert_eq!(pool.instance_types, ["m5.large"]);
    assert_eq!(
        (pool.consolidation, pool.expire_after_hours),
        (ConsolidationPolicy::Never, None)
    );
}

#[test]
fn what_cannot_be_modelled_is_refused_with_the_reason() {
    let change = |from: &str, to: &str| FULL.replace(from, to);
    for (text, part) in [
        (
            change("[spot, on-demand]", "[reserved]"),
            "allows neither spot nor on-demand",
        ),
        (change("[c6i, m6i, m7g]", "[p4d]"), "none of the"),
        (
            change("0 9 * * mon-fri", "'*/5 * * * *'"),
            "is not modelled",
        ),
        (change("        duration: 8h\n", ""), "go together"),
        (change("WhenEmptyOrUnderutilized", "Whenever"), "is unknown"),
        (change("1m30s", "90 seconds"), "expected is a duration"),
        (change("\"20%\"", "\"a few\""), "a share such as 10%"),
        (
            change("[Empty, Drifted]", "[Expired]"),
            "Underutilized, Empty and Drifted",
        ),
        (
            change("operator: Lt", "operator: Below"),
            "Gt, Gte, Lt and Lte",
        ),
        (
            change("karpenter.sh/v1\n", "karpenter.sh/v1alpha5\n"),
            "is not read",
        ),
        (
            change("kind: NodePool", "kind: Provisioner"),
            "there is no NodePool in it",
        ),
        (
            change("  weight: 10\n", "  replicas: 3\n"),
            "fixed number of nodes",
        ),
        ("{{ .Values.pool }}".to_owned(), "template variable"),
    ] {
        refused(&text, part);
    }
}

/// The examples of Karpenter's own repository, where `QEC_SAMPLES` has them.
#[test]
fn karpenters_own_examples() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES") else {
        return;
    };
    let folder = std::path::Path::new(&folder).join("k8s");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    if let Some(text) = text("karpenter_nodepool_general-purpose.yaml") {
        let imported = read(&text);
        let types = &karpenter(&imported).instance_types;
        assert!(
            types.iter().all(|name| "cmr".contains(&name[..1])),
            "{types:?}"
        );
        assert!(
            !types
                .iter()
                .any(|name| name.contains("7g") || name.contains("6g")),
            "{types:?}"
        );
        assert!(types.len() > 30, "{types:?}");
    }
    if let Some(text) = text("karpenter_nodepool_spot.yaml") {
        assert_eq!(karpenter(&read(&text)).capacity_types, CapacityTypes::Spot);
    }
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path()) else {
            continue;
        };
        if let Err(error) = nodepool(&text) {
            assert!(error.message.len() > 10, "{:?}", entry.path());
        }
    }
}
