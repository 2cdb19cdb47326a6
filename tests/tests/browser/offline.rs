//! Without a network: the site keeps itself in the browser, and says when a newer one is there.

use super::journey::{DONE, open_short};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tests::browser;

/// Everything is kept once the service worker is active.
const KEPT: &str = "navigator.serviceWorker.ready.then(() => true)";

const NUMBERS: &str = "({ cost: document.querySelector('[data-testid=kpi-cost]').dataset.value,
    digest: document.querySelector('[data-testid=kpi-cost]').dataset.digest })";

#[test]
fn a_reload_without_a_network_shows_the_same() {
    browser::run("offline", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        let before = page.value(NUMBERS).await;
        assert_eq!(page.promised(KEPT).await, json!(true));
        // Longer than autosave waits.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        studio.stop_serving();
        page.client().refresh().await.expect("a reload");
        page.until("the run is done again", DONE).await;
        assert_eq!(page.value(NUMBERS).await, before);
        page.click("[data-testid=tab-report]").await;
        page.find("[data-testid=report-figures] tbody tr").await;
        // The other parts that are loaded when they are used are kept as well.
        page.value("(location.hash = '#validation', true)").await;
        page.find("[data-testid=validation-run-all]").await;
        page.value("(location.hash = '', true)").await;
        page.click("[data-testid=import-hpa]").await;
        page.find("dialog[open] [data-testid=import-text]").await;
        let foreign = "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => !name.startsWith(location.origin))";
        assert_eq!(
            page.value(foreign).await,
            json!([]),
            "nothing leaves the origin"
        );
    });
}

#[test]
fn a_newer_version_is_offered_and_taken_on_request() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("update");
    fs::remove_dir_all(&root).ok();
    super::shell::copy(&browser::path("QEC_DIST"), &root);
    let folder = root.clone();
    browser::run_in("update", &root, async move |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=kpi-cost]").await;
        assert_eq!(page.promised(KEPT).await, json!(true));
        page.until(
            "the worker serves the page",
            "navigator.serviceWorker.controller",
        )
        .await;
        // What another build would write.
        let file = folder.join("sw.js");
        let text = fs::read_to_string(&file).expect("the service worker");
        let newer = text.replacen("const CACHE = \"qec-", "const CACHE = \"qec-newer-", 1);
        assert_ne!(text, newer);
        for form in ["sw.js.br", "sw.js.gz"] {
            fs::remove_file(folder.join(form)).ok();
        }
        fs::write(&file, newer).expect("a newer service worker");
        page.client().refresh().await.expect("a reload");
        page.find("[data-testid=update]").await;
        page.screenshot("update").await;
        page.click("[data-testid=update-reload]").await;
        page.until("the page is loaded anew", "document.querySelector('[data-testid=kpi-cost]') && !document.querySelector('[data-testid=update]')").await;
        let names = page.promised("caches.keys()").await;
        let newer = |name: &serde_json::Value| {
            name.as_str()
                .is_some_and(|name| name.starts_with("qec-newer-"))
        };
        assert!(
            names
                .as_array()
                .is_some_and(|names| names.iter().any(newer)),
            "{names}"
        );
        page.find("[data-testid=kpi-cost]").await;
        page.expect_silent_console().await;
    });
}
