//! Storage in documents, imports and reports.

use super::*;
use tests::runs::{report, run_once};

fn lake() -> Value {
    serde_json::from_str(
        template("data-lake-lifecycle")
            .expect("in the gallery")
            .json,
    )
    .expect("JSON")
}

#[test]
fn bad_storage_is_answered_at_its_path() {
    const LIFE: &str = "/storage/datasets/0/lifecycle";
    let with = |path: &str, value: Value| {
        let mut document = lake();
        tests::fixture::set(&mut document, path, value);
        document
    };
    let at = |path: &str| format!("{LIFE}{path}");
    let class = json!({"kind": "catalogue", "storage_class": "standard"});
    let cases: Vec<(String, &str, Value)> = vec![
        (
            at("/transitions/0/tier"),
            "there is no tier",
            with(&at("/transitions/0/tier"), json!("standrad_ia")),
        ),
        (
            at("/transitions/0/tier"),
            "is the first tier",
            with(&at("/transitions/0/tier"), json!("standard")),
        ),
        (
            at("/transitions/1/tier"),
            "twice",
            with(&at("/transitions/1/tier"), json!("standard_ia")),
        ),
        (
            at("/transitions/1/after_days"),
            "not after the 30",
            with(&at("/transitions/1/after_days"), json!(30)),
        ),
        (
            at("/expire_after_days"),
            "before the last transition",
            with(&at("/expire_after_days"), json!(100)),
        ),
        (
            "/storage/tiers/1/storage_class".into(),
            "another tier",
            with("/storage/tiers/1", class),
        ),
        (
            "/storage/datasets/0/object_mib".into(),
            "too small",
            with("/storage/datasets/0/object_mib", json!(0)),
        ),
        (
            "/storage/datasets/0/ingest_gib_per_day".into(),
            "too small",
            with("/storage/datasets/0/ingest_gib_per_day", json!(0)),
        ),
        (
            "/storage/datasets".into(),
            "the list has 0 items",
            with("/storage/datasets", json!([])),
        ),
        (
            "/storage".into(),
            "stands where an object is wanted",
            with("/storage", json!(3)),
        ),
        // What can be simulated, but was hardly meant.
        (
            at("/transitions/1/after_days"),
            "pay for 90",
            with(&at("/expire_after_days"), json!(150)),
        ),
        (
            at("/transitions/0/after_days"),
            "refuses",
            with(&at("/transitions/0/after_days"), json!(10)),
        ),
        (
            at("/transitions/0/tier"),
            "costs",
            with("/storage/datasets/0/object_mib", json!(0.01)),
        ),
    ];
    for (path, fragment, mut document) in cases {
        if fragment == "costs" {
            tests::fixture::set(&mut document, &at("/min_object_kib"), json!(0));
        }
        let found = problems(&document);
        let named = found
            .iter()
            .any(|problem| problem.path == path && problem.message.contains(fragment));
        assert!(named, "{path} {fragment}: {found:?}");
    }
}

#[test]
fn lifecycles_of_buckets_are_read() {
    let text = r#"{"Rules": [{"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}, {"Days": 30, "StorageClass": "STANDARD_IA"}],
        "Expiration": {"Days": 365}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]}"#;
    let imported = import::lifecycle(text).expect("readable");
    let expected = json!({"kind": "by_age", "expire_after_days": 365, "transitions": [
        {"after_days": 30, "tier": "standard_ia"}, {"after_days": 90, "tier": "glacier"}]});
    assert_eq!(
        serde_json::to_value(&imported.lifecycle).expect("JSON"),
        expected
    );
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
    // Into a scenario whose tiers it needs.
    let mut document = lake();
    document["storage"]["tiers"] = json!([{"kind": "catalogue", "storage_class": "standard"}]);
    document["storage"]["datasets"][0]["lifecycle"] = json!({"kind": "keep"});
    let _ = document.as_object_mut().expect("an object").remove("sweep");
    let mut document: ScenarioDocument = serde_json::from_value(document).expect("a document");
    let storage = document.storage.as_mut().expect("storage");
    assert!(imported.place(storage, Some("nothing")).is_err());
    imported.place(storage, None).expect("a dataset");
    sim_core::scenario::check(&document).expect("sound");
    // Intelligent-Tiering is a lifecycle by last access.
    let text = r#"{"Rules": [{"Status": "Enabled", "Prefix": "",
        "Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}]}]}"#;
    let imported = import::lifecycle(text).expect("readable");
    let value = serde_json::to_value(&imported.lifecycle).expect("JSON");
    assert_eq!(value["kind"], json!("by_last_access"));
    for (text, fragment) in [
        ("", "no JSON"),
        ("[]", "no list of Rules"),
        (r#"{"Rules": []}"#, "none of its 0 rules"),
        (
            r#"{"Rules": [{"Status": "Disabled", "Expiration": {"Days": 3}}]}"#,
            "none of its 1 rules",
        ),
        (
            r#"{"Rules": [{"Status": "Enabled", "Expiration": {"Date": "2026-01-01"}}]}"#,
            "a date is not modelled",
        ),
        (
            r#"{"Rules": [{"Status": "Enabled", "Transitions": [{"Days": 3, "StorageClass": "ICE"}]}]}"#,
            "is not known",
        ),
    ] {
        let error = import::lifecycle(text).expect_err(fragment);
        assert!(error.message.contains(fragment), "{text}: {error}");
    }
}

#[test]
fn lifecycles_among_the_samples_are_read() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES") else {
        return;
    };
    for name in [
        "lifecycle_botocore_get_example_legacy_prefix.json",
        "lifecycle_botocore_put_example.json",
    ] {
        let path = std::path::Path::new(&folder).join("s3").join(name);
        let text = std::fs::read_to_string(&path).expect(name);
        import::lifecycle(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn a_report_names_tiers_and_sums_up() {
    let document: ScenarioDocument = serde_json::from_value(lake()).expect("a document");
    let report = report(&document, 4);
    let costs: f64 = report
        .costs
        .iter()
        .map(|cost| cost.usd_per_month.mean)
        .sum();
    let total = report.figure("cost_per_month").expect("there").summary.mean;
    assert!((costs - total).abs() < 1e-6, "{costs} {total}");
    let storage = report.storage.expect("storage");
    let names: Vec<&str> = storage
        .tiers
        .iter()
        .map(|tier| tier.name.as_str())
        .collect();
    assert_eq!(names, ["standard", "standard_ia", "glacier"]);
    let by_tier: f64 = storage
        .tiers
        .iter()
        .map(|tier| tier.usd_per_month.mean)
        .sum();
    assert!((by_tier - storage.usd_per_month.mean).abs() < 1e-6);
    assert!(storage.within.ci_low < storage.within.mean && storage.p50_s.mean < storage.p95_s.mean);
    assert!(report.prices.contains(StoragePrices::CURRENT.id));
}

#[test]
fn results_without_storage_have_the_bytes_they_had() {
    let document = tests::fixture::document();
    let mut short = document.clone();
    short.slo.window_days = 0.05;
    let result = run_once(&short);
    let whole = postcard::to_allocvec(&result).expect("serialises");
    // Neither storage, jobs, a topology, spot nodes, an edge, functions, guards, uncertain inputs nor backfill: empty options at the end.
    let (bytes, nothing) = whole.split_at(whole.len() - 9);
    assert!(bytes == result.bytes());
    assert_eq!(nothing, [0; 9]);
    // With spot nodes the options before them keep their bytes.
    short.fleet.commitments =
        serde_json::from_value(serde_json::json!({"nodes": 1, "term": "three_years"}))
            .expect("a commitment");
    let result = run_once(&short);
    let whole = postcard::to_allocvec(&result).expect("serialises");
    assert!(whole[..whole.len() - 5] == result.bytes());
    assert!(check_value(&lake()).is_ok());
}
