//! Other tools' files.

use super::*;

#[test]
fn traffic_is_imported_into_a_scenario() {
    let part = qec(&["import", "traffic", &file("gaps_and_garbage.csv")]);
    assert_eq!(parsed(&part)["kind"], json!("recorded"));
    assert!(
        part.err.contains("left out") && part.err.contains("gaps"),
        "{}",
        part.err
    );
    let whole = qec(&[
        "import",
        "traffic",
        &file("unsorted_ms.csv"),
        "--unit",
        "rate",
        "--into",
        "kubernetes-slo-driven",
    ]);
    let whole = parsed(&whole);
    assert_eq!(
        whole["traffic"]["source"]["counts"],
        json!([300.0, 420.0, 420.0])
    );
    assert_eq!(
        whole["traffic"]["source"]["origin"],
        json!("unsorted_ms.csv")
    );
    assert_eq!(
        qec_with(&["check", "-"], whole.to_string().as_bytes()).code,
        Some(0)
    );
    refused(
        &["import", "traffic", "-"],
        b"a,b\nc,d\n",
        &["no column of times"],
    );
    refused(
        &["import", "traffic", "no-such-file.csv"],
        b"",
        &["cannot read"],
    );
    refused(
        &[
            "import",
            "traffic",
            &file("unsorted_ms.csv"),
            "--column",
            "nope",
        ],
        b"",
        &["no column nope"],
    );
}

#[test]
fn manifests_are_imported_into_a_scenario() {
    let part = qec(&["import", "hpa", &file("hpa_v2beta2.yaml")]);
    assert_eq!(parsed(&part)["max_replicas"], json!(8));
    assert!(part.err.contains("v2beta2"), "{}", part.err);
    let whole = parsed(&qec(&[
        "import",
        "hpa",
        &file("hpa_v2.yaml"),
        "--into",
        "kubernetes-slo-driven",
    ]));
    assert_eq!(whole["autoscaler"]["max_replicas"], json!(30));
    refused(
        &["import", "hpa", &file("hpa_misspelt.yaml")],
        b"",
        &["stabilisationWindowSeconds", "averageUtilisation"],
    );
    refused(
        &["import", "hpa", &file("hpa_template.yaml")],
        b"",
        &["line 6", "template"],
    );
    refused(
        &["import", "hpa", "-"],
        b"kind: ConfigMap\n",
        &["ConfigMap"],
    );
    let part = qec(&["import", "keda", &file("keda_scaledjob.yaml")]);
    assert_eq!(parsed(&part)["kind"], json!("keda_scaled_job"));
    assert!(part.err.contains("pollingInterval 2"), "{}", part.err);
    refused(
        &["import", "keda", "-"],
        b"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {triggers: [{type: foo, metadata: {}}]}\n",
        &["spec.triggers[0].type", "foo"],
    );
}

#[test]
fn spot_traces_are_imported_into_a_pool() {
    let trace = r#"{"metadata": {"gap_seconds": 600}, "data": [1, 1, 0, 1]}"#;
    let alone = qec_with(&["import", "spot-trace", "-"], trace.as_bytes());
    assert_eq!(alone.code, Some(0), "{}", alone.err);
    assert_eq!(parsed(&alone)["available"], json!([1, 1, 0, 1]));
    assert!(
        alone.err.contains("available 75.0 % of the time"),
        "{}",
        alone.err
    );
    let into = ["import", "spot-trace", "-", "--into", "spot-with-fallback"];
    let whole = parsed(&qec_with(&into, trace.as_bytes()));
    let pool = &whole["fleet"]["spot"]["pools"][0];
    assert_eq!(pool["trace"]["gap_s"], json!(600.0));
    assert!(pool.get("reclaims").is_none(), "{pool}");
    let elsewhere = [
        "import",
        "spot-trace",
        "-",
        "--into",
        "kubernetes-slo-driven",
    ];
    refused(&elsewhere, trace.as_bytes(), &["has no spot pool"]);
    let empty = r#"{"metadata": {"gap_seconds": 600}, "data": []}"#;
    refused(
        &["import", "spot-trace", "-"],
        empty.as_bytes(),
        &["data is an empty list"],
    );
}
