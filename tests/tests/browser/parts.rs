//! Parts of the program that are loaded when they are first used: not before, offline too, and with a way on where one
//! cannot be had.

use super::journey::{DONE, open_short, type_into};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tests::browser::{self, Page};

/// The parts that the page has loaded, by name.
const LOADED: &str = "performance.getEntriesByType('resource').map(entry => entry.name.match(/assets\\/part-(\\w+)-/)?.[1]).filter(name => name).toSorted()";

/// The page's way to tell that a part is not there.
const PROBLEM: &str = "[data-testid=part-problem]";

async fn loaded(page: &Page) -> Value {
    page.value(LOADED).await
}

#[test]
fn the_first_answer_needs_no_part_and_what_is_used_comes() {
    browser::run("parts", async |studio| {
        let page = studio.open("").await;
        page.until("the run is done", DONE).await;
        assert_eq!(loaded(&page).await, json!([]));
        for tab in ["on-call", "debug", "explore", "compare", "report"] {
            page.click(&format!("[data-testid=tab-{tab}]")).await;
            page.find(&format!("[data-tab={tab}] .panel")).await;
        }
        assert_eq!(loaded(&page).await, json!(["more"]), "once for all of them");
        page.value("(location.hash = '#validation', true)").await;
        page.find("[data-testid=validation-run-all]").await;
        assert_eq!(loaded(&page).await, json!(["more", "validation"]));
        page.expect_silent_console().await;
    });
}

/// A copy of the site of which the parts can be taken away and brought back.
struct Site {
    root: PathBuf,
    parts: Vec<(PathBuf, Vec<u8>)>,
}

impl Site {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::remove_dir_all(&root).ok();
        super::shell::copy(&browser::path("QEC_DIST"), &root);
        let files = fs::read_dir(root.join("assets")).expect("the assets");
        let is_part = |file: &PathBuf| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("part-")
        };
        let parts = files
            .flatten()
            .map(|entry| entry.path())
            .filter(is_part)
            .map(|file| (file.clone(), fs::read(file).expect("a part")))
            .collect();
        Self { root, parts }
    }

    /// What a deployment of a newer version does.
    fn take_parts_away(&self) {
        for (file, _) in &self.parts {
            fs::remove_file(file).expect("a part that is there");
        }
    }

    fn bring_parts_back(&self) {
        for (file, bytes) in &self.parts {
            fs::write(file, bytes).expect("a part");
        }
    }
}

#[test]
fn a_part_that_is_gone_is_told_and_nothing_is_lost() {
    let site = Site::new("parts-gone");
    assert!(site.parts.len() >= 3, "{}", site.parts.len());
    site.take_parts_away();
    let root = site.root.clone();
    browser::run_in("parts-gone", &root, async move |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        type_into(&page, "/autoscaler/min_replicas", "7").await;
        page.until("the run is done", DONE).await;

        // A tab says so, and another try fails again while the part is gone.
        page.click("[data-testid=tab-report]").await;
        page.find(PROBLEM).await;
        page.screenshot("part-gone").await;
        page.click(&format!("{PROBLEM} button.primary")).await;
        page.find(PROBLEM).await;
        // So does a study that was asked for by a key, and an import.
        page.value("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', bubbles: true }))").await;
        page.until(
            "the search tells",
            "document.querySelector('.toast.error')?.textContent.includes('could not be loaded')",
        )
        .await;
        page.value("(document.querySelector('[data-testid=tab-executive]').click(), true)")
            .await;
        page.find("[data-tab=executive] .panel").await;
        // The simulation goes on.
        type_into(&page, "/autoscaler/min_replicas", "8").await;
        page.until("the run is done", DONE).await;

        // With the network back the same page goes on where it was.
        page.click("[data-testid=tab-report]").await;
        page.find(PROBLEM).await;
        site.bring_parts_back();
        page.click(&format!("{PROBLEM} button.primary")).await;
        page.find("[data-testid=report-figures] tbody tr").await;

        // And a page that was deployed over starts anew with the visitor's work.
        site.take_parts_away();
        page.client().refresh().await.expect("a reload");
        page.until("the run is done", DONE).await;
        page.value("(location.hash = '#validation', true)").await;
        page.find(PROBLEM).await;
        site.bring_parts_back();
        page.click(&format!("{PROBLEM} button.ghost")).await;
        page.find("[data-testid=validation-run-all]").await;
        page.value("(location.hash = '', true)").await;
        let kept = "document.querySelector('[data-testid=\"field:/autoscaler/min_replicas\"] input[type=text]')?.value === '8'";
        page.until("the work is there", kept).await;
    });
    fs::remove_dir_all(root).expect("the copied site is removed");
}
