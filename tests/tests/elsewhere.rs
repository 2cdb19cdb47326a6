//! The same bytes elsewhere: in Node, and from the command line built without and with optimisation.
//!
//! `cargo xtask test` builds what is needed and says where it lies: the page (`QEC_DIST`), Node (`QEC_NODE`), and
//! the programs `qec` (`QEC_BUILDS`, a list as in `PATH`).

use base64::Engine;
use serde_json::{Value, json};
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::templates::TEMPLATES;
use sim_core::study::{Collection, Plan, Prepared, Shard, ShardResult};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use tests::base::base;
use tests::runs::first;

/// Bytes before the rest of an answer: its kind, and the job.
const HEAD: usize = 5;
/// The kind of an answer that holds a shard's result.
const RESULT: u8 = 1;

struct Worker {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start() -> Self {
        let dist = std::env::var_os("QEC_DIST").expect("QEC_DIST names the built page");
        let node = std::env::var_os("QEC_NODE").unwrap_or_else(|| "node".into());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/worker.mjs");
        let mut child = Command::new(node)
            .arg(script)
            .arg(dist)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node starts");
        let requests = child.stdin.take().expect("a piped input");
        let answers = BufReader::new(child.stdout.take().expect("a piped output"));
        let mut worker = Self {
            child,
            requests,
            answers,
        };
        assert_eq!(worker.hear()[0], 0, "the worker says that it is ready");
        worker
    }

    fn tell(&mut self, request: &serde_json::Value) {
        writeln!(self.requests, "{request}").expect("the worker listens");
    }

    fn hear(&mut self) -> Vec<u8> {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .expect("the worker speaks");
        base64::engine::general_purpose::STANDARD
            .decode(line.trim())
            .expect("it speaks base64")
    }

    fn compute(&mut self, job: usize, plan: &Plan, shard: Shard) -> ShardResult {
        self.tell(&json!({ "kind": "plan", "job": job, "oldest": job, "plan": plan }));
        self.tell(&json!({ "kind": "shard", "job": job, "shard": shard }));
        let answer = self.hear();
        let rest = &answer[HEAD..];
        assert_eq!(answer[0], RESULT, "{}", String::from_utf8_lossy(rest));
        postcard::from_bytes(rest).expect("a shard's result")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn node_gives_the_native_bytes() {
    let mut worker = Worker::start();
    let shard = first(2);
    for (job, template) in TEMPLATES.iter().enumerate() {
        let document: ScenarioDocument =
            serde_json::from_str(template.json).expect("templates are documents");
        let plan = Plan::single(&document);
        let native = Prepared::new(plan.clone())
            .expect("templates are sound")
            .run_shard(shard);
        let elsewhere = worker.compute(job + 1, &plan, shard);
        let digest = |result: ShardResult| {
            let mut collection = Collection::new(&plan);
            assert!(collection.add(result));
            collection.digest(0)
        };
        assert_eq!(digest(elsewhere), digest(native), "{}", template.id);
    }
}

/// A quarter of a day on the base service.
fn short() -> ScenarioDocument {
    let mut document = base();
    document.slo.window_days = 0.25;
    document
}

#[test]
fn builds_and_threads_agree() {
    let builds = std::env::var_os("QEC_BUILDS").expect("QEC_BUILDS lists builds of qec");
    let document = short();
    let plan = Plan::single(&document);
    let shard = first(6);
    let mut here = Collection::new(&plan);
    here.add(Prepared::new(plan.clone()).expect("sound").run_shard(shard));
    let file = std::env::temp_dir().join(format!("qec-builds-{}.json", std::process::id()));
    let text = serde_json::to_string(&document).expect("a document is JSON");
    std::fs::write(&file, text).expect("the temporary folder takes a file");
    for build in std::env::split_paths(&builds) {
        for threads in ["1", "2", "4"] {
            let output = Command::new(&build)
                .args(["run", "--json", "--replications", "6", "--threads", threads])
                .arg(&file)
                .output()
                .expect("qec runs");
            let report: Value = serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
            let build = build.display();
            assert_eq!(
                report["digest"],
                here.digest(0),
                "{build} on {threads} threads"
            );
        }
    }
    std::fs::remove_file(&file).ok();
}
