//! One seed explains a run: whatever the order, the interruption, the optimisation.

use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::templates::TEMPLATES;
use sim_core::study::{Collection, Plan, Prepared, Rounds, Shard, ShardResult};
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tests::base::base;
use tests::digests;

#[test]
fn templates_give_their_golden_digests() {
    let committed = digests::committed();
    for golden in digests::current() {
        let same = |other: &&digests::Golden| {
            other.engine == golden.engine && other.template == golden.template
        };
        let known = committed.iter().find(same).map(|known| &known.digest);
        assert_eq!(
            known,
            Some(&golden.digest),
            "{}: results differ from those of version {}, or have no golden digest yet. If that is meant: a new \
             version in Cargo.toml, a line in CHANGELOG.md, and cargo run -p tests --bin golden_digests",
            golden.template,
            golden.engine
        );
    }
}

#[test]
fn the_changelog_knows_this_version() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../CHANGELOG.md");
    let text = std::fs::read_to_string(path).expect("there is a changelog");
    let heading = format!("## {}", sim_core::ENGINE_VERSION);
    assert!(
        text.lines().any(|line| line == heading),
        "{heading} is missing"
    );
}

fn short(seed: u64) -> ScenarioDocument {
    let mut document = base();
    document.run.seed = seed;
    document.slo.window_days = 0.25;
    document.run.min_replications = 12;
    document.run.max_replications = 24;
    document
}

fn shards(prepared: &Prepared, replications: impl Iterator<Item = u32>) -> Vec<ShardResult> {
    let shard = |replication| Shard {
        first_design: 0,
        designs: 1,
        first_replication: replication,
        replications: 1,
    };
    replications
        .map(|replication| prepared.run_shard(shard(replication)))
        .collect()
}

#[test]
fn replications_in_any_order_merge_to_the_same_bytes() {
    let plan = Plan::single(&short(5));
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let merged = |order: Vec<u32>| {
        let mut collection = Collection::new(&plan);
        for result in shards(&prepared, order.into_iter()) {
            collection.add(result);
        }
        (collection.digest(0), collection.report(&plan))
    };
    let forward = merged((0..16).collect());
    assert_eq!(forward, merged((0..16).rev().collect()));
    // 7 is prime to 16, so this meets each once; and some twice.
    let mixed = (0..16).map(|i| (i * 7) % 16).chain([3, 9]);
    assert_eq!(forward, merged(mixed.collect()));
}

/// A shard in parts, as a web worker computes it, is the same shard, with uncertain inputs too; one that is given up is none.
#[test]
fn a_shard_in_parts_has_the_same_bytes() {
    let mut uncertain = short(6);
    let belief = r#"[{ "path": "/traffic/source/base_rps",
        "distribution": { "kind": "lognormal", "p5": 80, "p95": 140 } }]"#;
    uncertain.uncertain = serde_json::from_str(belief).expect("a belief");
    for document in [short(6), uncertain] {
        let prepared = Prepared::new(Plan::single(&document)).expect("sound");
        let shard = Shard {
            first_design: 0,
            designs: 2,
            first_replication: 3,
            replications: 2,
        };
        let mut parts = 0;
        let in_parts = at_once(prepared.run_shard_in_parts(
            shard,
            |part| part.advance(100),
            async || {
                parts += 1;
                true
            },
        ));
        assert!(parts > 10, "{parts}");
        assert_eq!(in_parts, Some(prepared.run_shard(shard)));
        let mut left = 3;
        let given_up = at_once(prepared.run_shard_in_parts(
            shard,
            |part| part.advance(100),
            async || {
                left -= 1;
                left > 0
            },
        ));
        assert_eq!((given_up, left), (None, 0));
    }
}

/// What comes of something that never has to wait.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// A run that is interrupted keeps its shards as bytes; one that resumes takes them in and goes on.
#[test]
fn a_run_interrupted_and_resumed_is_the_run() {
    let plan = Plan::single(&short(6));
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let rounds = Rounds::new(&plan);
    let go_on = |collection: &mut Collection, most: usize| {
        let mut kept = Vec::new();
        while kept.len() < most {
            let next = rounds.next_round(collection);
            if next.is_empty() {
                break;
            }
            for shard in next.into_iter().take(most - kept.len()) {
                let result = prepared.run_shard(shard);
                kept.push(postcard::to_allocvec(&result).expect("plain numbers"));
                collection.add(result);
            }
        }
        kept
    };
    let mut whole = Collection::new(&plan);
    go_on(&mut whole, usize::MAX);
    let mut interrupted = Collection::new(&plan);
    let kept = go_on(&mut interrupted, 5);
    let mut resumed = Collection::new(&plan);
    for bytes in kept {
        resumed.add(postcard::from_bytes(&bytes).expect("a shard's result"));
    }
    go_on(&mut resumed, usize::MAX);
    assert_eq!(resumed.digest(0), whole.digest(0));
    assert_eq!(resumed.report(&plan), whole.report(&plan));
}

/// Tables that a plan shares with a former one change no byte, whatever the edit between them.
#[test]
fn a_plan_like_a_former_one_gives_the_same_bytes() {
    let shop = TEMPLATES
        .iter()
        .find(|one| one.id == "online-shop")
        .unwrap();
    let shop: ScenarioDocument = serde_json::from_str(shop.json).unwrap();
    let mut before = short(7);
    for mut document in [before.clone(), shop] {
        document.slo.window_days = 0.25;
        let mut edited = document.clone();
        edited.run.seed += 1;
        edited.service.concurrency += 1;
        for now in [document, edited] {
            let former = Prepared::new(Plan::single(&before)).unwrap();
            shards(&former, 0..1);
            let alone = Prepared::new(Plan::single(&now)).unwrap();
            let like = Prepared::like(Plan::single(&now), Some(&former)).unwrap();
            let bytes =
                |prepared: &Prepared| postcard::to_allocvec(&shards(prepared, 0..2)).unwrap();
            assert_eq!(bytes(&alone), bytes(&like));
            before = now;
        }
    }
}
