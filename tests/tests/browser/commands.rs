//! The palette, the shortcuts and their list: one table, all by keyboard.

use super::journey::{DONE, open_short};
use serde_json::json;
use tests::browser::Page;

/// Presses a key where the focus is.
async fn press(page: &Page, key: &str, control: bool) {
    page.value(&format!(
        "(document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', {{ key: {}, ctrlKey: {control}, bubbles: true, cancelable: true }}))",
        json!(key)
    ))
    .await;
}

async fn tab(page: &Page, expected: &str) {
    page.until(
        &format!("the tab {expected} is shown"),
        &format!("document.querySelector('[role=tabpanel]').dataset.tab === '{expected}'"),
    )
    .await;
}

async fn search(page: &Page, words: &str) {
    press(page, "k", true).await;
    page.until(
        "the palette has the focus",
        "document.activeElement.dataset.testid === 'palette-input'",
    )
    .await;
    page.value(&format!(
        "(() => {{ const box = document.activeElement; box.value = {}; box.dispatchEvent(new Event('input', {{ bubbles: true }})); return true; }})()",
        json!(words)
    ))
    .await;
}

#[test]
fn everything_goes_by_keyboard() {
    tests::browser::run("commands", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        page.value("(document.activeElement.blur(), true)").await;
        press(&page, "4", false).await;
        tab(&page, "explore").await;
        press(&page, "2", false).await;
        tab(&page, "on-call").await;

        search(&page, "report").await;
        page.screenshot("palette").await;
        press(&page, "Enter", false).await;
        tab(&page, "report").await;
        page.until(
            "the palette is closed",
            "!document.querySelector('dialog[open]')",
        )
        .await;

        search(&page, "min replicas").await;
        page.until(
            "the field is offered",
            "document.querySelector('.offers li')?.textContent.includes('Min replicas')",
        )
        .await;
        press(&page, "Enter", false).await;
        page.until(
            "the field has the focus",
            "document.activeElement.closest('[data-testid=\"field:/autoscaler/min_replicas\"]')",
        )
        .await;

        page.value("(document.querySelector('[data-testid=scenario-name]').focus(), true)")
            .await;
        press(&page, "1", false).await;
        press(&page, "?", false).await;
        assert_eq!(
            page.value("document.querySelector('[role=tabpanel]').dataset.tab")
                .await,
            json!("report"),
            "letters typed into a text are no shortcuts"
        );
        page.value("(document.activeElement.blur(), true)").await;
        press(&page, "?", false).await;
        page.find("[data-testid=keys] table").await;
        page.screenshot("shortcuts").await;
        page.click("[data-testid=letters]").await;
        page.value("(document.querySelector('dialog[open]').close(), true)")
            .await;
        page.until(
            "the list is closed",
            "!document.querySelector('dialog[open]')",
        )
        .await;
        page.value("(document.activeElement.blur(), true)").await;
        press(&page, "1", false).await;
        press(&page, "k", true).await;
        page.find("dialog[open] [data-testid=palette-input]").await;
        assert_eq!(
            page.value("document.querySelector('[role=tabpanel]').dataset.tab")
                .await,
            json!("report"),
            "single letters are switched off"
        );
        page.expect_silent_console().await;
    });
}
