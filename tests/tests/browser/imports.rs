//! A bucket's lifecycle and a recording of spot capacity come into the open scenario as on the command line: the same
//! document, the same notes, one step to take back.

use super::files::drop_file;
use super::manifest::document;
use serde_json::{Value, json};
use sim_core::scenario::check_json;
use sim_core::scenario::document::ScenarioDocument;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use tests::browser::{Page, path};

fn fixture(name: &str) -> (PathBuf, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    let text = std::fs::read_to_string(&file).expect("a fixture");
    (file, text)
}

/// The document and the notes that the command line makes of a file.
fn native(kind: &str, file: &Path, into: &str, more: &[&str]) -> (ScenarioDocument, Vec<String>) {
    let output = Command::new(path("QEC_BIN"))
        .args(["import", kind])
        .arg(file)
        .args(["--into", into])
        .args(more)
        .output()
        .expect("qec runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).expect("text");
    let notes = said.lines().filter_map(|line| line.strip_prefix("note: "));
    let notes = notes.map(str::to_owned).collect();
    (checked(&text), notes)
}

fn checked(text: &str) -> ScenarioDocument {
    let scenario = check_json(text).unwrap_or_else(|problems| panic!("{problems}"));
    scenario.document().clone()
}

async fn open_template(page: &Rc<Page>, id: &str) -> ScenarioDocument {
    page.click("[data-testid=gallery-open]").await;
    page.click(&format!("[data-testid=template-{id}]")).await;
    page.until(
        "the gallery is closed",
        "!document.querySelector('dialog[open]')",
    )
    .await;
    checked(&document(page).await)
}

/// The import is there as natively, with every note, and one step takes it back.
async fn same_as(page: &Page, before: ScenarioDocument, native: (ScenarioDocument, Vec<String>)) {
    let shown = page.text("dialog[open] [data-testid=import-notes]").await;
    let (wanted, notes) = native;
    for note in &notes {
        assert!(shown.contains(note), "{note:?} is not told: {shown}");
    }
    assert!(!notes.is_empty());
    page.click("dialog[open] [data-testid=import-done]").await;
    assert_eq!(checked(&document(page).await), wanted);
    page.value("(document.querySelector('[aria-label=Undo]').click(), true)")
        .await;
    assert_eq!(checked(&document(page).await), before);
}

#[test]
fn a_lifecycle_is_dropped_into_the_storage() {
    tests::browser::run("import-lifecycle", async |studio| {
        let page = studio.open("").await;
        let (file, text) = fixture("s3_lifecycle.json");
        // A scenario without storage says so, and stays.
        let before = open_template(&page, "kubernetes-slo-driven").await;
        drop_file(&page, "rules.json", &text).await;
        let said = page.text("dialog[open] [data-testid=import-problem]").await;
        assert!(said.contains("no storage"), "{said}");
        page.click("[data-testid=lifecycle-dialog] [aria-label=Close]")
            .await;
        assert_eq!(checked(&document(&page).await), before);

        let before = open_template(&page, "data-lake-lifecycle").await;
        drop_file(&page, "rules.json", &text).await;
        page.find("dialog[open] [data-testid=import-notes]").await;
        page.screenshot("import-lifecycle").await;
        let (mut wanted, notes) = native("lifecycle", &file, "data-lake-lifecycle", &[]);
        // On the page, knobs of what is replaced go with it, and it says so.
        assert!(!wanted.sweep.is_empty());
        wanted.sweep.clear();
        let said = page.text("dialog[open] [data-testid=import-notes]").await;
        assert!(said.contains("The sweep varied"), "{said}");
        same_as(&page, before, (wanted, notes)).await;

        // What S3 has and the studio has not is refused by name.
        drop_file(&page, "rules.json", &text.replace("STANDARD_IA", "TAPE")).await;
        let said = page.text("dialog[open] [data-testid=import-problem]").await;
        assert!(said.contains("TAPE"), "{said}");
        page.expect_silent_console().await;
    });
}

#[test]
fn recorded_spot_availability_goes_into_a_pool() {
    tests::browser::run("import-spot", async |studio| {
        let page = studio.open("").await;
        let (file, text) = fixture("spot_availability.json");
        let before = open_template(&page, "spot-with-fallback").await;
        drop_file(&page, "zone.json", &text).await;
        page.find("dialog[open] [data-testid=import-notes]").await;
        page.screenshot("import-spot").await;
        let found = native("spot-trace", &file, "spot-with-fallback", &[]);
        same_as(&page, before, found).await;

        // Of two pools of a batch job, the second.
        let before = open_template(&page, "nightly-batch-on-spot").await;
        drop_file(&page, "zone.json", &text).await;
        page.find("dialog[open] [data-testid=import-place]").await;
        assert_eq!(
            page.value("document.querySelector('dialog[open] [data-testid=import-notes]')")
                .await,
            Value::Null,
            "with two places nothing is guessed"
        );
        page.screenshot("import-spot-place").await;
        let names = page
            .value("[...document.querySelector('dialog[open] [data-testid=import-place]').options].map(option => option.textContent)")
            .await;
        assert_eq!(names.as_array().map(Vec::len), Some(2), "{names}");
        page.value("(() => { document.querySelector('dialog[open] [data-testid=import-place]').selectedIndex = 1; return true; })()").await;
        page.click("dialog[open] [data-testid=import-apply]").await;
        page.find("dialog[open] [data-testid=import-notes]").await;
        let pool = before
            .batch
            .as_ref()
            .map(|batch| batch.jobs[0].pools[1].name.clone());
        let pool = pool.expect("a second pool");
        assert!(
            names[1].as_str().is_some_and(|name| name.contains(&pool)),
            "{names}"
        );
        let found = native(
            "availability-trace",
            &file,
            "nightly-batch-on-spot",
            &["--pool", &pool],
        );
        same_as(&page, before, found).await;

        drop_file(
            &page,
            "zone.json",
            &json!({ "metadata": { "gap_seconds": 600 }, "data": [] }).to_string(),
        )
        .await;
        page.click("dialog[open] [data-testid=import-apply]").await;
        let said = page.text("dialog[open] [data-testid=import-problem]").await;
        assert!(said.contains("empty"), "{said}");
        page.expect_silent_console().await;
    });
}
