//! axe-core on every view, in both themes: nothing serious.

use super::journey::{DONE, open_short};
use super::tabs::TABS;
use serde_json::Value;
use std::rc::Rc;
use std::time::Duration;
use tests::browser::Page;

/// axe-core 4.14.1 (MPL 2.0; tests/assets/README.md).
const AXE: &str = include_str!("../../assets/axe.min.js");

/// Serious and critical findings, one line each.
async fn findings(page: &Page, view: &str) -> Vec<String> {
    if page.value("typeof axe").await == "undefined" {
        page.client()
            .execute(AXE, Vec::new())
            .await
            .expect("axe starts");
    }
    let found = page
        .promised("axe.run(document, { resultTypes: ['violations'] }).then(result => ({ rules: result.passes.length, found: result.violations.flatMap(one => one.nodes.map(node => ({ rule: one.id, impact: node.impact ?? one.impact, at: node.target.join(' '), why: node.failureSummary }))) }))")
        .await;
    assert!(
        found["rules"].as_u64().is_some_and(|rules| rules > 15),
        "{view}: {found}"
    );
    let all = found["found"].as_array().cloned().unwrap_or_default();
    let grave = |one: &&Value| one["impact"] == "serious" || one["impact"] == "critical";
    for one in all.iter().filter(|one| !grave(one)) {
        eprintln!(
            "{view}: {} ({}) at {}",
            one["rule"], one["impact"], one["at"]
        );
    }
    let text = |one: &Value| {
        format!(
            "{view}: {} ({}) at {}: {}",
            one["rule"],
            one["impact"],
            one["at"],
            one["why"].as_str().unwrap_or_default().replace('\n', " ")
        )
    };
    all.iter().filter(grave).map(text).collect()
}

/// All that the tabs can hold is on the page.
async fn fill(page: &Rc<Page>) {
    open_short(page).await;
    page.until("the run is done", DONE).await;
    page.click("[data-testid=pin]").await;
    page.click("[data-testid=tab-explore]").await;
    page.click("[data-testid=sweep-run]").await;
    page.find("[data-testid=front-point-0]").await;
    page.click("[data-testid=tab-debug]").await;
    page.click("[data-testid=ticks-look]").await;
    page.find("[data-testid=ticks] tbody tr").await;
    page.click("[data-testid=window-play]").await;
    page.find("[data-testid=window-words]").await;
}

async fn with_theme(page: &Page, dark: bool) -> Vec<String> {
    let theme = if dark { "dark" } else { "light" };
    page.prefer_dark(dark).await;
    let mut all = Vec::new();
    for tab in TABS {
        page.click(&format!("[data-testid=tab-{tab}]")).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        all.extend(findings(page, &format!("{tab}, {theme}")).await);
    }
    for (open, dialog) in [
        ("gallery-open", "gallery"),
        ("share-open", "share-dialog"),
        ("palette-open", "palette-input"),
    ] {
        page.click(&format!("[data-testid={open}]")).await;
        page.find(&format!("[data-testid={dialog}]")).await;
        all.extend(findings(page, &format!("{dialog}, {theme}")).await);
        page.value("(document.querySelector('dialog[open]').close(), true)")
            .await;
        page.until("it is closed", "!document.querySelector('dialog[open]')")
            .await;
    }
    page.value("(location.hash = '#validation', true)").await;
    page.until(
        "the validation is shown",
        "document.title.startsWith('Validation')",
    )
    .await;
    all.extend(findings(page, &format!("validation, {theme}")).await);
    page.value("(location.hash = '#executive', true)").await;
    all
}

#[test]
fn nothing_serious_stands_in_the_way_of_assistive_technology() {
    tests::browser::run("accessibility", async |studio| {
        let page = studio.open("").await;
        fill(&page).await;
        let mut all = with_theme(&page, false).await;
        all.extend(with_theme(&page, true).await);
        page.resize(400, 900).await;
        all.extend(findings(&page, "narrow").await);
        assert!(
            all.is_empty(),
            "{} findings:\n{}",
            all.len(),
            all.join("\n")
        );
        page.expect_silent_console().await;
    });
}
