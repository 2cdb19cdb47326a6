//! Pin, change, compare; numbers typed as ranges; the tornado.

use super::journey::{DONE, open_short, type_into};
use serde_json::Value;
use std::process::Command;
use std::rc::Rc;
use tests::browser::{Page, path};

/// The change is compared, and precisely enough. A design compared with itself is finished too, but costs no other.
const COMPARED: &str =
    "document.querySelector('[data-testid=compare]')?.dataset.finished === 'true'
    && document.querySelector('[data-testid=compare-sentence]')?.textContent.includes('B costs $')";

/// The document on the page, as the browser keeps it.
async fn kept(page: &Page, key: &str) -> Value {
    page.value(&format!("JSON.parse(localStorage.getItem('{key}'))"))
        .await
}

/// The digest that the command line finds for these documents.
fn native(documents: [&Value; 2]) -> Value {
    let files = documents.map(|document| {
        let name = format!("qec-compare-{}-{:p}.json", std::process::id(), document);
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, document.to_string()).expect("a file");
        file
    });
    let output = Command::new(path("QEC_BIN"))
        .args(["compare", "--json"])
        .args(&files)
        .output()
        .expect("qec runs");
    files.iter().for_each(|file| {
        std::fs::remove_file(file).ok();
    });
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    report["digest"].clone()
}

/// A sentence about the change, the same digest as natively, and a baseline that survives a reload.
async fn pin_change_compare(page: &Rc<Page>) {
    page.until("the run is done", DONE).await;
    page.click("[data-testid=pin]").await;
    page.click("[data-testid=tab-compare]").await;
    page.find("[data-testid=compare]").await;
    type_into(page, "/autoscaler/min_replicas", "8").await;
    page.until("the designs are compared", COMPARED).await;
    let sentence = page.text("[data-testid=compare-sentence]").await;
    assert!(sentence.contains("SLO risk"), "{sentence}");
    let digest = "document.querySelector('[data-testid=compare]').dataset.digest";
    let found = page.value(digest).await;
    let baseline = kept(page, "qec-studio.baseline").await;
    page.until(
        "the change is kept",
        "JSON.parse(localStorage.getItem('qec-studio.work')).document.autoscaler.min_replicas === 8",
    )
    .await;
    let work = kept(page, "qec-studio.work").await;
    assert_eq!(found, native([&baseline, &work["document"]]));
    page.value("(location.reload(), true)").await;
    page.until("the comparison is back", COMPARED).await;
    assert_eq!(page.value(digest).await, found);
    page.click("[data-testid=compare-back]").await;
    page.until(
        "the baseline is on the page",
        "!document.querySelector('[data-testid=compare-sentence]')",
    )
    .await;
    page.click("[data-testid=unpin]").await;
    page.until(
        "it is unpinned",
        "!document.querySelector('[data-testid=compare]')",
    )
    .await;
}

#[test]
fn pinned_designs_are_compared() {
    tests::browser::run("compare", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        pin_change_compare(&page).await;
        page.expect_silent_console().await;
    });
}

#[test]
fn a_range_is_an_uncertain_input() {
    tests::browser::run("uncertain", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        let field = "/traffic/source/base_rps";
        type_into(&page, field, "100 to 200").await;
        let line = format!("[data-testid=\"field:{field}\"] .belief");
        page.find(&line).await;
        page.until(
            "the spread is split",
            "+document.querySelector('[data-testid=uncertainty]')?.dataset.costShare > 0.3",
        )
        .await;
        page.click("[data-testid=tab-explore]").await;
        page.click("[data-testid=tornado-run]").await;
        page.until(
            "the tornado is there",
            "(() => { const panel = document.querySelector('[data-testid=tornado]');
                return panel.dataset.running === 'false' && panel.dataset.digest
                    && panel.querySelector('tr[data-path=\"/traffic/source/base_rps\"]'); })()",
        )
        .await;
        page.click(&format!("{line} button")).await;
        page.until(
            "it is one number again",
            "!document.querySelector('[data-testid=uncertainty]')
                && !document.querySelector('.belief')",
        )
        .await;
        page.expect_silent_console().await;
    });
}
