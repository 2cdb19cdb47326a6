//! The scenario document: schema, limits, templates, knobs, prices; random edits never panic.

use proptest::prelude::*;
use serde_json::{Value, json};
use sim_core::scenario::document::KnobDocument;
use sim_core::scenario::limits::{Limit, limits};
use sim_core::scenario::templates::TEMPLATES;
use sim_core::scenario::{
    SCHEMA_JSON, apply_knob, canonical_json, check, check_json, check_value, limit_at,
};
use std::collections::BTreeSet;
use tests::arbitrary;
use tests::fixture::{FIXTURE, document, with};

#[test]
fn schema_file_is_in_step_with_the_document_types() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../public/scenario.schema.json"
    );
    let file = std::fs::read_to_string(path).expect("public/scenario.schema.json exists");
    let generated = sim_core::scenario::schema::schema_text();
    assert!(
        file == generated,
        "public/scenario.schema.json is out of step; write it again with: cargo xtask schema"
    );
}

#[test]
fn every_limit_of_the_document_is_in_the_table_and_the_other_way_round() {
    fn collect(node: &Value, used: &mut BTreeSet<String>) {
        match node {
            Value::Object(map) => {
                if let Some(key) = map.get("x-limit").and_then(Value::as_str) {
                    used.insert(key.to_owned());
                }
                map.values().for_each(|child| collect(child, used));
            }
            Value::Array(items) => items.iter().for_each(|child| collect(child, used)),
            _ => {}
        }
    }
    let schema: Value = serde_json::from_str(SCHEMA_JSON).expect("the schema is JSON");
    let mut used = BTreeSet::new();
    collect(&schema, &mut used);
    let rows: BTreeSet<String> = limits().map(|limit| limit.key.to_owned()).collect();
    assert_eq!(used, rows);
}

#[test]
fn every_number_of_the_schema_is_bounded() {
    fn visit(node: &Value, path: &str) {
        let is = |kind: &str| match node.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|other| other == kind),
            other => other.is_some_and(|other| other == kind),
        };
        if is("number") || is("integer") {
            assert!(
                node.get("minimum").is_some() && node.get("maximum").is_some(),
                "{path} has no limits"
            );
        }
        if is("array") {
            assert!(node.get("maxItems").is_some(), "{path} has no limit");
        }
        if is("string") {
            assert!(
                node.get("maxLength").or(node.get("const")).is_some(),
                "{path} has no limit"
            );
        }
        match node {
            Value::Object(map) => map
                .iter()
                .for_each(|(name, child)| visit(child, &format!("{path}/{name}"))),
            Value::Array(items) => items.iter().for_each(|child| visit(child, path)),
            _ => {}
        }
    }
    visit(
        &serde_json::from_str(SCHEMA_JSON).expect("the schema is JSON"),
        "",
    );
}

#[test]
fn templates_are_sound() {
    for template in TEMPLATES {
        let scenario = check_json(template.json)
            .unwrap_or_else(|problems| panic!("{}: {problems}", template.id));
        let document = scenario.document();
        assert_eq!(document.name, template.title);
        // Something to explore: a sweep, or a search over knobs.
        let explores = !document.sweep.is_empty() || document.search.is_some();
        assert!(
            explores && !document.description.is_empty(),
            "{}",
            template.id
        );
        let warnings: Vec<&str> = scenario
            .warnings
            .iter()
            .map(|warning| warning.path.as_str())
            .collect();
        let expected: &[&str] = match template.id {
            "misconfigured-autoscaler" => &["/autoscaler/metrics/0"],
            // Three replicas are too few for what the calls bring: that is its story.
            "database-right-size" => &["/topology/components/0/autoscaler/replicas"],
            _ => &[],
        };
        assert_eq!(warnings, expected, "{}", template.id);
    }
}

#[test]
fn scenario_holds_seconds_and_the_looked_up_node() {
    let scenario = check_value(&with("/service/service_time_ms/mean", json!(80))).expect("sound");
    assert!((scenario.service_time_s.mean() - 0.080).abs() < 1e-15);
    assert_eq!(
        scenario.document().service.concurrency,
        document().service.concurrency
    );
    assert_eq!(scenario.node.name, "m6i.large");
    assert_eq!(
        (scenario.node.vcpus_millicores, scenario.node.memory_mib),
        (2000, 8192)
    );
}

#[test]
fn knobs_set_numbers_and_nothing_else() {
    let document = document();
    let path = "/autoscaler/metrics/0/target_percent";
    let changed = apply_knob(&document, path, 70.4).expect("in range");
    let value = serde_json::to_value(&changed).expect("serialises");
    assert_eq!(value.pointer(path), Some(&json!(70)));
    assert_eq!(
        apply_knob(&changed, path, 65.0).expect("in range"),
        document
    );
    assert_eq!(
        limit_at(&document, path).map(|limit| limit.key),
        Some("metric.target_percent")
    );
    for (path, value, fragment) in [
        (path, 1e9, "outside the limits"),
        (path, f64::NAN, "outside the limits"),
        ("/name", 1.0, "there is no number"),
        ("/nothing/here", 1.0, "there is no number"),
        ("nonsense", 1.0, "there is no number"),
        ("", 1.0, "there is no number"),
        (
            "/autoscaler/metrics/-1/target_percent",
            1.0,
            "there is no number",
        ),
    ] {
        let problem = apply_knob(&document, path, value).expect_err("refused");
        assert!(
            problem.message.contains(fragment),
            "{path} {value}: {problem}"
        );
    }
}

#[test]
fn sweep_values_of_the_templates_are_designs() {
    for template in TEMPLATES {
        let scenario = check_json(template.json).expect("sound");
        for knob in &scenario.document().sweep {
            let values = knob.values();
            assert_eq!(values.len(), knob.steps as usize, "{}", template.id);
            for value in values {
                let design = apply_knob(scenario.document(), &knob.path, value).expect("in range");
                check(&design)
                    .unwrap_or_else(|problems| panic!("{} = {value}: {problems}", knob.path));
            }
        }
    }
    assert_eq!(
        KnobDocument {
            path: "/x".into(),
            from: 0.0,
            to: 1.0,
            steps: 3
        }
        .values(),
        [0.0, 0.5, 1.0]
    );
}

#[test]
fn equal_documents_have_equal_bytes() {
    let json = FIXTURE;
    let spelled = json.replace("\"base_rps\": 120,", "\"base_rps\": 1.2e2,");
    let start = json.find("\"traffic\"").expect("there");
    let end = json.find("\"service\"").expect("there");
    let moved = format!("{}{}", &json[..start], &json[end..]);
    let moved = moved.replacen('{', &format!("{{{}", &json[start..end]), 1);
    for other in [spelled, moved] {
        assert_ne!(other, json);
        let other = check_json(&other).expect("sound");
        assert_eq!(
            canonical_json(other.document()),
            canonical_json(&document())
        );
    }
}

#[test]
fn prices_are_those_of_the_published_list() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES") else {
        return;
    };
    let path =
        std::path::Path::new(&folder).join("pricing/aws_ec2_ondemand_us-east-1_2026-07-20.csv");
    let list = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for instance in sim_core::cost::price_book::PriceBook::CURRENT.instances {
        let line = list
            .lines()
            .find_map(|line| line.strip_prefix(instance.name)?.strip_prefix(','));
        let published: f64 = line.expect(instance.name).parse().expect("a price");
        assert_eq!(instance.usd_per_hour, published, "{}", instance.name);
    }
}

#[test]
fn default_prices_are_those_of_the_book() {
    let book = sim_core::cost::price_book::PriceBook::CURRENT;
    for (key, price) in [
        ("prices.cluster_usd_per_hour", book.cluster_usd_per_hour),
        (
            "prices.load_balancer_usd_per_hour",
            book.load_balancer_usd_per_hour,
        ),
        (
            "prices.load_balancer_usd_per_lcu_hour",
            book.load_balancer_usd_per_lcu_hour,
        ),
        ("prices.egress_usd_per_gb", book.egress_usd_per_gb),
    ] {
        let limit = Limit::find(key).expect(key);
        assert_eq!(limit.default, Some(price), "{key}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to a template, checking answers; what it accepts comes back from its own JSON unchanged.
    #[test]
    fn mutated_templates_never_panic(index in 0..TEMPLATES.len(), edits in proptest::collection::vec(arbitrary::edit(), 1..6)) {
        let mut value: Value = serde_json::from_str(TEMPLATES[index].json).expect("templates are JSON");
        for edit in &edits {
            edit.apply(&mut value);
        }
        if let Ok(scenario) = check_value(&value) {
            let again = check_json(&canonical_json(scenario.document())).expect("still sound");
            prop_assert_eq!(again, scenario);
        }
    }

    /// Any text is answered.
    #[test]
    fn mutated_texts_never_panic(at in 0..TEMPLATES[0].json.len(), length in 0..40_usize, inserted in "\\PC{0,12}") {
        let mut text = TEMPLATES[0].json.as_bytes().to_vec();
        let end = (at + length).min(text.len());
        text.splice(at..end, inserted.bytes());
        if let Ok(text) = String::from_utf8(text) {
            let _ = check_json(&text);
        }
    }

    /// The generator of random scenarios makes sound ones, and they survive their own JSON.
    #[test]
    fn random_scenarios_are_sound_and_round_trip(document in arbitrary::document()) {
        let scenario = check(&document).map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        let again = check_json(&canonical_json(&document)).expect("still sound");
        prop_assert_eq!(again.document(), scenario.document());
        prop_assert_eq!(canonical_json(again.document()), canonical_json(&document));
    }
}
