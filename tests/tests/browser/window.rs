//! A window replayed request by request: what is shown, what is saved, and that it is what the command line finds.

use super::export::{downloaded, downloads};
use super::journey::DONE;
use serde_json::{Value, json};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;
use tests::browser::{Page, path};

/// The window is there, and not another on its way.
const PLAYED: &str = "document.querySelector('[data-testid=window]')?.getAttribute('aria-busy') === 'false' && document.querySelector('[data-testid=window-words]')";

/// What the command line finds of the same window of a template.
fn native(template: &str, window: &Value) -> Value {
    let hour = |key: &str| {
        let seconds = window[key].as_f64().expect("a time");
        format!("{}", seconds / 3600.0)
    };
    let output = Command::new(path("QEC_BIN"))
        .args(["replay", template, "--json", "--from", &hour("from_s")])
        .args(["--to", &hour("to_s")])
        .output()
        .expect("qec runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

async fn open_template(page: &Rc<Page>, id: &str) {
    page.click("[data-testid=gallery-open]").await;
    page.click(&format!("[data-testid=template-{id}]")).await;
    page.until(
        "the gallery is closed",
        "!document.querySelector('dialog[open]')",
    )
    .await;
    page.click("[data-testid=tab-debug]").await;
}

async fn pictures(page: &Page, name: &str) {
    for (kind, width, dark) in [("1440", 1440, false), ("400-dark", 400, true)] {
        page.prefer_dark(dark).await;
        page.resize(width, 2600).await;
        page.value("(document.querySelector('[data-testid=window]').scrollIntoView(), true)")
            .await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        page.screenshot(&format!("window-{name}-{kind}")).await;
        let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(
            page.value(wide).await,
            json!(0),
            "{name} {kind} scrolls sideways"
        );
    }
    page.prefer_dark(false).await;
    page.resize(1440, 900).await;
}

#[test]
fn a_window_is_replayed_request_by_request() {
    tests::browser::run("window", async |studio| {
        let page = studio.open("").await;
        let folder = downloads(&page, "window").await;
        // A network that plays requests: the replication's own.
        open_template(&page, "retry-storm").await;
        page.until("the run is done", DONE).await;
        page.click("[data-testid=window-play]").await;
        page.until("the window is played", PLAYED).await;
        // Where the storm begins, some are still served.
        page.value("(() => { const box = document.querySelector('[data-testid=window-from]'); box.value = '0.5'; box.dispatchEvent(new Event('change', { bubbles: true })); return true; })()").await;
        page.until(
            "the beginning of the storm is played",
            "document.querySelector('[data-testid=window-words]').textContent.includes(' 00:30:00 to ')",
        )
        .await;
        let words = page.text("[data-testid=window-words]").await;
        assert!(words.contains("requests arrived"), "{words}");
        for part in [
            "window-latency",
            "window-causes",
            "window-spans",
            "window-pods",
        ] {
            page.find(&format!("[data-testid={part}]")).await;
        }
        let spans = "document.querySelectorAll('[data-testid=window-spans] tbody tr').length";
        assert!(page.value(spans).await.as_u64().is_some_and(|n| n > 1));
        pictures(&page, "retry-storm").await;
        let first = page.text("[data-testid=window-trace-words]").await;
        page.value("(() => { const box = document.querySelector('[data-testid=window-trace]'); box.value = String(box.options.length - 1); box.dispatchEvent(new Event('change', { bubbles: true })); return true; })()").await;
        page.until(
            "another request is shown",
            &format!(
                "document.querySelector('[data-testid=window-trace-words]').textContent !== {}",
                json!(first)
            ),
        )
        .await;
        let all = downloaded(&page, &folder, "[data-testid=window-json]", "json").await;
        let all: Value = serde_json::from_slice(&all).expect("JSON");
        let found = native("retry-storm", &all);
        assert_eq!(all["digest"], found["digest"]);
        assert_eq!(all, found);
        assert_eq!(all["is_own"], true);
        assert_eq!(all["ticks"], all["played"]);
        let log = downloaded(&page, &folder, "[data-testid=window-csv]", "csv").await;
        let log = String::from_utf8(log).expect("text");
        let requests = all["requests"].as_array().expect("a list").len();
        assert_eq!(log.lines().count(), requests + 1);
        assert!(log.starts_with("arrival_s,route,"), "{log:.80}");

        // A scenario of the fluid plane says so.
        open_template(&page, "online-shop").await;
        page.until("the window is played again", PLAYED).await;
        page.until(
            "and is that of this scenario",
            "document.querySelector('[data-testid=window]').textContent.includes('fluid plane')",
        )
        .await;
        pictures(&page, "online-shop").await;
        page.value("(() => { const box = document.querySelector('[data-testid=window-from]'); box.value = '14'; box.dispatchEvent(new Event('change', { bubbles: true })); return true; })()").await;
        page.until(
            "the window begins at two in the afternoon",
            "document.querySelector('[data-testid=window-words]')?.textContent.includes(' 14:00:00 to 14:02:00')",
        )
        .await;
        let all = downloaded(&page, &folder, "[data-testid=window-json]", "json").await;
        let all: Value = serde_json::from_slice(&all).expect("JSON");
        assert_eq!(all["digest"], native("online-shop", &all)["digest"]);
        assert_eq!(all["is_own"], false);
        page.expect_silent_console().await;
    });
}
