//! Remedies: each one mends the problem that it stands at, and breaks nothing.

use serde_json::{Value, json};
use sim_core::scenario::{Problem, Remedy, check_value};
use tests::fixture::{base, set};

/// The document after a remedy.
fn mended(document: &Value, remedy: &Remedy) -> Value {
    let mut document = document.clone();
    match &remedy.value {
        Some(value) => set(&mut document, &remedy.path, value.clone()),
        None => {
            let (list, index) = remedy.path.rsplit_once('/').expect("an item of a list");
            let index: usize = index.parse().expect("a place");
            let list = document.pointer_mut(list).and_then(Value::as_array_mut);
            list.expect("a list").remove(index);
        }
    }
    document
}

fn warnings(document: &Value) -> Vec<Problem> {
    match check_value(document) {
        Ok(scenario) => scenario.warnings,
        Err(problems) => panic!("{problems}"),
    }
}

#[test]
fn each_remedy_mends_its_warning() {
    let objective = json!({"sli": "success", "target_percent": 99.0});
    let crowd = |hours: [f64; 3], at_hour: f64| json!([{"at_hour": at_hour, "factor": 2.0, "ramp_minutes": hours[0], "hold_minutes": hours[1], "fall_minutes": hours[2]}]);
    let cases: Vec<(&str, Vec<(&str, Value)>)> = vec![
        (
            "Allow",
            vec![
                ("/traffic/source/base_rps", json!(2000.0)),
                ("/autoscaler/max_replicas", json!(6)),
            ],
        ),
        (
            "Set the target",
            vec![(
                "/autoscaler/metrics",
                json!([{"kind": "cpu_utilization", "target_percent": 600}]),
            )],
        ),
        (
            "Remove this objective",
            vec![("/slo/objectives", json!([objective, objective]))],
        ),
        (
            "Reject the new request",
            vec![
                ("/run/plane", json!("requests")),
                ("/slo/window_days", json!(1.0)),
                ("/service/overflow", json!("drop_oldest")),
                ("/service/queue_limit", json!(0)),
            ],
        ),
        (
            "Remove it",
            vec![("/traffic/flash_crowds", crowd([0.0; 3], 1.0))],
        ),
        (
            "Remove it",
            vec![("/traffic/flash_crowds", crowd([1.0; 3], 700.0))],
        ),
    ];
    for (words, changes) in cases {
        let mut document = base();
        // A sweep has bounds of its own.
        set(&mut document, "/sweep", json!([]));
        for (path, value) in changes {
            set(&mut document, path, value);
        }
        let found = warnings(&document);
        let warning = found
            .iter()
            .find(|warning| {
                let remedy = warning.remedy.as_ref();
                remedy.is_some_and(|remedy| remedy.words.starts_with(words))
            })
            .unwrap_or_else(|| panic!("nobody says {words:?}: {found:#?}"));
        let remedy = warning.remedy.as_ref().expect("a remedy");
        let after = warnings(&mended(&document, remedy));
        let same = |other: &&Problem| other.path == warning.path && other.hint == warning.hint;
        assert_eq!(after.iter().find(same), None, "{words}");
    }
}

#[test]
fn a_remedy_is_written_only_where_there_is_one() {
    let plain = serde_json::to_value(Problem::warning("/a", "b", "c")).expect("JSON");
    assert!(plain.get("remedy").is_none(), "{plain}");
}

/// Little's law by hand, at a peak of 800/s × 1.6 × 1.1. What is advised is a fourth more than just enough.
#[test]
fn components_below_what_the_calls_bring_are_named_with_a_number_that_does() {
    use sim_core::scenario::templates::template;
    let shop = || -> Value {
        let mut shop: Value =
            serde_json::from_str(template("online-shop").expect("a template").json).expect("JSON");
        set(&mut shop, "/sweep", json!([]));
        shop
    };
    let about = |found: Vec<Problem>| -> Vec<Problem> {
        found
            .into_iter()
            .filter(|p| p.message.contains("come to"))
            .collect()
    };
    assert_eq!(about(warnings(&shop())), []);
    let busy = |database: u32, catalogue: u32| {
        let mut document = shop();
        set(&mut document, "/traffic/source/base_rps", json!(800));
        set(&mut document, "/autoscaler/max_replicas", json!(60));
        for component in [1, 2, 3, 4, 5] {
            let path = format!("/topology/components/{component}/autoscaler/max_replicas");
            if document.pointer(&path).is_some() {
                set(&mut document, &path, json!(60));
            }
        }
        set(
            &mut document,
            "/topology/components/0/autoscaler/max_replicas",
            json!(catalogue),
        );
        set(
            &mut document,
            "/topology/components/6/connections",
            json!(database),
        );
        document
    };
    let rate: f64 = 800.0 * 1.6 * 1.1;
    // 94 % enter at the shop front; catalogue and prices ask the database, and the cart twice for each of the 6 %.
    let database = 0.94 * 1.4 + 0.94 * 0.3 + 0.06 * 2.0;
    let just_enough = rate * database * 0.006;
    let found = about(warnings(&busy(just_enough as u32, 60)));
    let [warning] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(warning.path, "/topology/components/6/connections");
    let remedy = warning.remedy.as_ref().expect("a remedy");
    assert_eq!(
        remedy.value,
        Some(json!((just_enough * 1.25).ceil() as u64))
    );
    assert_eq!(
        about(warnings(&mended(&busy(just_enough as u32, 60), remedy))),
        []
    );
    assert_eq!(about(warnings(&busy(just_enough as u32 + 1, 60))), []);
    // The catalogue holds a slot for its own 25 ms and 1.4 answers of 6 ms: of 16 slots a replica.
    let catalogue = (rate * 0.94 * (0.025 + 1.4 * 0.006) / 16.0) as u32;
    let found = about(warnings(&busy(400, catalogue)));
    let [warning] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        warning.path,
        "/topology/components/0/autoscaler/max_replicas"
    );
    assert_eq!(about(warnings(&busy(400, catalogue + 1))), []);
}

/// What the fluid plane refuses it offers to play, for a service by itself, for the first of a network and for one that
/// others call.
#[test]
fn what_is_not_computed_can_be_played() {
    use sim_core::scenario::templates::template;
    let shop: Value =
        serde_json::from_str(template("online-shop").expect("a template").json).expect("JSON");
    let balancing = ("/balancing", json!("power_of_two"));
    let killed = ("/removal", json!("kill"));
    let called = "/topology/components/0/service";
    let cases = [
        // One slot a replica, chosen by load.
        (base(), "/service", &balancing),
        (shop.clone(), "/service", &killed),
        (shop.clone(), called, &balancing),
        (shop, called, &killed),
    ];
    for (mut document, service, (field, value)) in cases {
        set(&mut document, "/sweep", json!([]));
        set(&mut document, &format!("{service}/concurrency"), json!(1));
        let path = format!("{service}{field}");
        set(&mut document, &path, value.clone());
        let Err(problems) = check_value(&document) else {
            panic!("{path} is computed after all");
        };
        let problem = problems.0.iter().find(|problem| problem.path == path);
        let remedy = problem.and_then(|problem| problem.remedy.as_ref());
        let remedy = remedy.unwrap_or_else(|| panic!("no way out: {problems}"));
        assert_eq!(remedy.path, "/run/plane");
        let after = check_value(&mended(&document, remedy));
        let left = after.map_or_else(|problems| problems.0, |scenario| scenario.warnings);
        assert!(left.iter().all(|problem| problem.path != path), "{left:?}");
    }
}
