//! What goes wrong in a browser, and what must not: crashed workers, full storage, requests to elsewhere. And the whole way
//! by keyboard alone.

use super::journey::{DONE, open_short, type_into};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::path::Path;
use std::rc::Rc;
use tests::browser::Page;

async fn digest(page: &Page) -> Value {
    page.value("document.querySelector('[data-testid=digest]').textContent")
        .await
}

async fn shown(page: &Page, pointer: &str) -> Value {
    page.value(&format!(
        "document.querySelector('[data-testid=\"field:{pointer}\"] input[type=text]')?.value"
    ))
    .await
}

/// Runs a script before the page's own, from the next load on.
async fn before_load(page: &Page, script: &str) {
    page.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": script }),
    )
    .await;
}

#[test]
fn designs_are_found_adopted_and_taken_back() {
    tests::browser::run("find-adopt-undo", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        let before = digest(&page).await;
        let field = "/autoscaler/min_replicas";
        let replicas = shown(&page, field).await;
        page.click("[data-testid=tab-explore]").await;
        page.click("[data-testid=search-run]").await;
        page.find("[data-testid=front-point-1]").await;
        page.until(
            "the search is over",
            "!document.querySelector('[data-testid=search-cancel]')",
        )
        .await;
        let front = "[...document.querySelectorAll('tr[data-testid^=front-point-]')].map(row => [+row.dataset.cost, +row.dataset.attainment])";
        let front: Vec<(f64, f64)> =
            serde_json::from_value(page.value(front).await).expect("numbers");
        assert!(
            front.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1),
            "{front:?}"
        );
        page.click("[data-testid=front-point-0]").await;
        page.find("[data-testid=toast-undo]").await;
        page.until(
            "another design is computed",
            &format!(
                "{DONE} && document.querySelector('[data-testid=digest]').textContent !== {before}"
            ),
        )
        .await;
        page.click("[data-testid=toast-undo]").await;
        page.until(
            "the design of before is back, to the last bit",
            &format!(
                "{DONE} && document.querySelector('[data-testid=digest]').textContent === {before}"
            ),
        )
        .await;
        assert_eq!(shown(&page, field).await, replicas);
        page.find("[data-testid=front-point-0]").await;
        page.expect_silent_console().await;
    });
}

/// Keeps hold of the page's workers.
const HOLD_WORKERS: &str = "window.hands = []; window.Worker = class extends Worker { constructor(...how) { super(...how); window.hands.push(this); } };";
/// Every worker that there is ends, and says so as a browser does.
const CRASH: &str = "(() => { const crashed = window.hands.splice(0); for (const hand of crashed) { hand.terminate(); hand.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' })); } return crashed.length; })()";

#[test]
fn crashed_workers_are_replaced_and_nothing_is_lost() {
    tests::browser::run("crash", async |studio| {
        let page = studio.open("?workers=2").await;
        before_load(&page, HOLD_WORKERS).await;
        page.client().refresh().await.expect("a reload");
        open_short(&page).await;
        type_into(&page, "/autoscaler/min_replicas", "7").await;
        page.until("workers are there", "window.hands.length > 1")
            .await;
        // In the middle of the work.
        page.until(
            "the run is under way",
            "document.querySelector('[data-testid=run-state]').dataset.phase === 'refining'",
        )
        .await;
        let crashed = page.value(CRASH).await;
        assert!(crashed.as_u64().is_some_and(|n| n > 1), "{crashed}");
        page.until("the run is done all the same", DONE).await;
        let after_crash = digest(&page).await;
        assert_eq!(shown(&page, "/autoscaler/min_replicas").await, json!("7"));
        page.client().refresh().await.expect("a reload");
        page.until("the run is done again", DONE).await;
        assert_eq!(digest(&page).await, after_crash, "nothing was left out");

        // What crashes again and again is told, and can be tried again; the document stays.
        type_into(&page, "/autoscaler/min_replicas", "6").await;
        page.until(
            "the failure is told",
            &format!("({CRASH}, document.querySelector('[data-testid=run-state]').dataset.phase === 'failed')"),
        )
        .await;
        page.screenshot("crashed").await;
        assert_eq!(shown(&page, "/autoscaler/min_replicas").await, json!("6"));
        page.click("[data-testid=retry]").await;
        page.until("it is computed after all", DONE).await;
        page.expect_silent_console().await;
    });
}

#[test]
fn full_storage_is_told_and_costs_nothing() {
    tests::browser::run("quota", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.value("(() => { window.keep = Storage.prototype.setItem; Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; return true; })()").await;
        type_into(&page, "/autoscaler/min_replicas", "9").await;
        page.until(
            "it is told",
            "document.body.textContent.includes('This browser does not keep your work')",
        )
        .await;
        page.until("the run is done", DONE).await;
        assert_eq!(shown(&page, "/autoscaler/min_replicas").await, json!("9"));
        page.value("(Storage.prototype.setItem = window.keep, true)")
            .await;
        type_into(&page, "/autoscaler/min_replicas", "8").await;
        page.until(
            "with room again, all of it is kept",
            "JSON.parse(localStorage.getItem('qec-studio.work'))?.document.autoscaler.min_replicas === 8",
        )
        .await;
        page.client().refresh().await.expect("a reload");
        page.until("the run is done", DONE).await;
        assert_eq!(shown(&page, "/autoscaler/min_replicas").await, json!("8"));
        page.expect_silent_console().await;
    });
}

/// Presses keys one after another, as a keyboard does.
async fn keys(page: &Page, pressed: &[char]) {
    let mut actions = KeyActions::new("keyboard".to_owned());
    for &value in pressed {
        actions = actions
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
    }
    page.client()
        .perform_actions(actions)
        .await
        .expect("keys are pressed");
}

/// Tab until something has the focus.
async fn tab_to(page: &Page, selector: &str) {
    for _ in 0..400 {
        let there = format!("document.activeElement?.matches({})", json!(selector));
        if page.value(&there).await == json!(true) {
            let ring = page
                .value("(style => style.outlineStyle !== 'none' || style.boxShadow !== 'none')(getComputedStyle(document.activeElement))")
                .await;
            assert_eq!(ring, json!(true), "the focus on {selector} is seen");
            return;
        }
        keys(page, &[char::from(Key::Tab)]).await;
    }
    panic!("Tab does not lead to {selector}");
}

/// A command by its words in the palette.
async fn command(page: &Page, words: &str) {
    let control = char::from(Key::Control);
    let actions = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value: control })
        .then(KeyAction::Down { value: 'k' })
        .then(KeyAction::Up { value: 'k' })
        .then(KeyAction::Up { value: control });
    page.client()
        .perform_actions(actions)
        .await
        .expect("Ctrl+K");
    page.until(
        "the palette has the focus",
        "document.activeElement.dataset.testid === 'palette-input'",
    )
    .await;
    let typed: Vec<char> = words.chars().chain([char::from(Key::Enter)]).collect();
    keys(page, &typed).await;
    page.until(
        "the palette is closed",
        "!document.querySelector('[data-testid=palette-input]:focus')",
    )
    .await;
}

#[test]
fn the_keyboard_alone_goes_from_preset_to_share() {
    tests::browser::run("keyboard", async |studio| {
        let page = studio.open("").await;
        page.until("the run is done", DONE).await;
        command(&page, "templates").await;
        page.until("the gallery is open", "document.querySelector('dialog[open] [data-testid=gallery]') || document.querySelector('dialog[open][data-testid=gallery]')").await;
        tab_to(&page, "[data-testid=template-kubernetes-slo-driven]").await;
        keys(&page, &[char::from(Key::Enter)]).await;
        page.until(
            "the gallery is closed",
            "!document.querySelector('dialog[open]')",
        )
        .await;
        command(&page, "slo window").await;
        let field = |pointer: &str| {
            format!("document.activeElement.closest('[data-testid=\"field:{pointer}\"]')")
        };
        page.until("the field has the focus", &field("/slo/window_days"))
            .await;
        fill(&page, "1").await;
        page.until("the run is done", DONE).await;
        command(&page, "pin as the baseline").await;
        page.until(
            "it is pinned",
            "localStorage.getItem('qec-studio.baseline')",
        )
        .await;
        command(&page, "min replicas").await;
        page.until(
            "the field has the focus",
            &field("/autoscaler/min_replicas"),
        )
        .await;
        fill(&page, "8").await;
        command(&page, "compare: this").await;
        page.until(
            "the designs are compared",
            "document.querySelector('[data-testid=compare]')?.dataset.finished === 'true' && document.querySelector('[data-testid=compare-sentence]')?.textContent.includes('B costs $')",
        )
        .await;
        command(&page, "share a link").await;
        page.until(
            "the link has been made",
            "document.querySelector('[data-testid=share-link]')?.value",
        )
        .await;
        tab_to(&page, "[data-testid=share-copy]").await;
        let link = page
            .value("document.querySelector('[data-testid=share-link]').value")
            .await;
        let link = link.as_str().expect("a link").to_owned();
        page.screenshot("keyboard-share").await;
        let friend = studio.open(&link[studio.url("").len()..]).await;
        friend.until("the run is done", DONE).await;
        assert_eq!(shown(&friend, "/autoscaler/min_replicas").await, json!("8"));
        page.expect_silent_console().await;
    });
}

/// Types over what is in the field that has the focus: in its box, which comes after the slider.
async fn fill(page: &Page, text: &str) {
    if page.value("document.activeElement.type === 'range'").await == json!(true) {
        keys(page, &[char::from(Key::Tab)]).await;
    }
    let control = char::from(Key::Control);
    let all = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value: control })
        .then(KeyAction::Down { value: 'a' })
        .then(KeyAction::Up { value: 'a' })
        .then(KeyAction::Up { value: control });
    page.client().perform_actions(all).await.expect("Ctrl+A");
    let typed: Vec<char> = text.chars().chain([char::from(Key::Tab)]).collect();
    keys(page, &typed).await;
}

/// Visits everything that could ask somebody something.
async fn wander(page: &Rc<Page>) {
    open_short(page).await;
    page.until("the run is done", DONE).await;
    page.click("[data-testid=tab-explore]").await;
    page.click("[data-testid=sweep-run]").await;
    page.find("[data-testid=front-point-0]").await;
    page.click("[data-testid=tab-debug]").await;
    page.click("[data-testid=window-play]").await;
    page.find("[data-testid=window-words]").await;
    for tab in ["on-call", "compare", "report"] {
        page.click(&format!("[data-testid=tab-{tab}]")).await;
    }
    page.click("[data-testid=share-open]").await;
    page.find("[data-testid=share-link]").await;
}

/// The browser's own log of its network: page, workers and service worker.
#[test]
fn no_request_leaves_the_origin() {
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("network.json");
    std::fs::remove_file(&log).ok();
    let kept = log.clone();
    let origin = Rc::new(std::cell::RefCell::new(String::new()));
    tests::browser::run("origin", async move |studio| {
        let argument = format!("--log-net-log={}", log.display());
        let page = studio.open_with("", &[argument]).await;
        wander(&page).await;
        *origin.borrow_mut() = studio.url("");
        page.expect_silent_console().await;
        page.close().await;
        let text = std::fs::read_to_string(&kept).expect("the browser's log");
        let requests = requests_of_pages(&text);
        let origin = origin.borrow();
        assert!(requests.len() > 5, "{requests:#?}");
        let has = |end: &str| requests.iter().any(|url| url.ends_with(end));
        assert!(has(".wasm") && has("sw.js"), "{requests:#?}");
        let elsewhere: Vec<&String> = requests
            .iter()
            .filter(|url| !url.starts_with(origin.as_str()))
            .collect();
        assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    });
}

/// Addresses of the requests in a log that something on a page made, not the browser for itself.
fn requests_of_pages(log: &str) -> Vec<String> {
    // A browser that is ended does not close the list.
    let whole = serde_json::from_str::<Value>(log);
    let log = whole.unwrap_or_else(|_| {
        let lines = log.trim_end().trim_end_matches(',');
        serde_json::from_str(&format!("{lines}]}}")).expect("the log is JSON")
    });
    let events = log["events"].as_array().expect("events");
    let by_page = |event: &&Value| {
        let by = event["params"]["initiator"].as_str();
        by.is_some_and(|by| by.starts_with("http"))
    };
    let urls = events.iter().filter(by_page);
    let urls = urls.filter_map(|event| event["params"]["url"].as_str());
    urls.filter(|url| url.starts_with("http") || url.starts_with("ws"))
        .map(str::to_owned)
        .collect()
}

/// A part of the front is looked at closer, moved by mouse and keys, and left; and it moves as smoothly as a screen can show.
#[test]
fn the_front_is_looked_at_closer() {
    tests::browser::run("front-zoom", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        page.click("[data-testid=tab-explore]").await;
        page.click("[data-testid=sweep-run]").await;
        page.find("[data-testid=front-point-0]").await;
        page.until(
            "the sweep is over",
            "!/sweep/i.test(document.querySelector('[data-testid=run-state]').textContent)",
        )
        .await;
        page.until("the run is done", DONE).await;
        page.value("(document.querySelector('.front').scrollIntoView({ block: 'center', behavior: 'instant' }), true)").await;
        let ticks = "[...document.querySelectorAll('.front text.tick')].map(tick => tick.textContent).join()";
        let whole = page.value(ticks).await;
        // A mouse on the chart, from one place to another: shares of its width and height.
        page.value("(() => { window.mouse = (kind, x, y) => { const at = document.querySelector('.front .surface'), box = at.getBoundingClientRect(); at.dispatchEvent(new PointerEvent(kind, { bubbles: true, button: 0, clientX: box.left + x * box.width, clientY: box.top + y * box.height })); }; return true; })()").await;
        page.value("(mouse('pointermove', 0.3, 0.1), mouse('pointerdown', 0.3, 0.1), mouse('pointermove', 0.5, 0.3), mouse('pointermove', 0.7, 0.5), true)").await;
        page.until(
            "the part is marked",
            "+document.querySelector('.brush').getAttribute('width') > 100",
        )
        .await;
        page.value("(mouse('pointerup', 0.7, 0.5), true)").await;
        page.find("[data-testid=front-whole]").await;
        page.until("it is seen closer", &format!("{ticks} !== {whole}"))
            .await;
        page.screenshot("front-closer").await;
        let closer = page.value(ticks).await;
        // Sixty frames of dragging.
        let frames = page
            .promised("new Promise(done => { mouse('pointermove', 0.5, 0.5); mouse('pointerdown', 0.5, 0.5); const times = []; let step = 0; const next = now => { times.push(now); if (++step > 60) { mouse('pointerup', 0.5, 0.5); const gaps = times.slice(1).map((time, n) => time - times[n]).sort((a, b) => a - b); done({ median: gaps[30], p90: gaps[54] }); return; } mouse('pointermove', 0.5 + 0.2 * Math.sin(step / 5), 0.5 + 0.05 * Math.cos(step / 5)); requestAnimationFrame(next); }; requestAnimationFrame(next); })")
            .await;
        eprintln!("milliseconds between frames while dragging: {frames}");
        assert!(
            frames["median"].as_f64().is_some_and(|ms| ms <= 20.0),
            "{frames}"
        );
        page.until("it was moved", &format!("{ticks} !== {closer}"))
            .await;
        page.value("(document.querySelector('.front').focus(), true)")
            .await;
        keys(&page, &['0']).await;
        page.until("all of it is back", &format!("{ticks} === {whole}"))
            .await;
        keys(&page, &['+']).await;
        page.until("the keyboard zooms, too", &format!("{ticks} !== {whole}"))
            .await;
        page.click("[data-testid=front-whole]").await;
        page.until("the button shows all", &format!("{ticks} === {whole}"))
            .await;
        // A click still adopts.
        page.click("[data-testid=front-point-0]").await;
        page.find("[data-testid=toast-undo]").await;
        page.expect_silent_console().await;
    });
}
