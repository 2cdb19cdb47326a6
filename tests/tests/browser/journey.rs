//! What a visitor does: template, first result, drag, sweep, adopt, share — and the same numbers everywhere.

use serde_json::{Value, json};
use std::process::Command;
use std::rc::Rc;
use tests::browser::{Page, path};

/// The run is over and nothing on the page is stale.
pub(super) const DONE: &str = "document.querySelector('[data-testid=run-state]')?.dataset.phase === 'done' \
     && !document.querySelector('.kpis.stale')";

/// The numbers a visitor reads, in full precision, and the digest of the results behind them.
async fn numbers(page: &Page) -> Value {
    page.until("the run is done", DONE).await;
    page.value(
        "({ attainment: +document.querySelector('[data-testid=kpi-attainment]').dataset.value,
            cost: +document.querySelector('[data-testid=kpi-cost]').dataset.value,
            replications: +document.querySelector('[data-testid=replications]').dataset.value,
            digest: document.querySelector('[data-testid=kpi-cost]').dataset.digest })",
    )
    .await
}

/// Types into the box of a field, as a person replaces its content.
pub(super) async fn type_into(page: &Page, pointer: &str, text: &str) {
    let script = format!(
        "(() => {{
            const box = document.querySelector('[data-testid=\"field:{pointer}\"] input[type=text]');
            box.value = {};
            box.dispatchEvent(new Event('input', {{ bubbles: true }}));
            box.dispatchEvent(new Event('blur', {{ bubbles: true }}));
            return true;
        }})()",
        Value::from(text)
    );
    page.until(
        &format!("{pointer} has a box"),
        &format!("document.querySelector('[data-testid=\"field:{pointer}\"] input[type=text]')"),
    )
    .await;
    page.value(&script).await;
}

/// Drags a slider over some positions, a frame each; answers the longest time from a move to the page's reaction
/// and the longest task of the main thread, in milliseconds.
async fn drag(page: &Page, pointer: &str) -> Value {
    let script = format!(
        "new Promise(resolve => {{
            const slider = document.querySelector('[data-testid=\"field:{pointer}\"] input[type=range]');
            const max = +slider.max, start = +slider.value;
            let longest = 0, reaction = 0, step = 0;
            const observer = new PerformanceObserver(list => {{
                for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
            }});
            observer.observe({{ entryTypes: ['longtask'] }});
            const box = slider.parentElement.querySelector('input[type=text]');
            const move = () => {{
                const before = box.value, at = performance.now();
                slider.value = Math.min(max, start + Math.ceil(max * 0.01) * (step + 1));
                slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
                const look = () => {{
                    if (box.value !== before || performance.now() - at > 2000) {{
                        reaction = Math.max(reaction, performance.now() - at);
                        if (++step < 12) setTimeout(move, 30);
                        else {{
                            slider.dispatchEvent(new Event('change', {{ bubbles: true }}));
                            setTimeout(() => {{ observer.disconnect(); resolve({{ longest, reaction }}); }}, 100);
                        }}
                    }} else requestAnimationFrame(look);
                }};
                requestAnimationFrame(look);
            }};
            move();
        }})"
    );
    page.promised(&script).await
}

/// What the command line says of a shared link.
fn native(link: &str) -> Value {
    let output = Command::new(path("QEC_BIN"))
        .args(["run", "--json", link])
        .output()
        .expect("qec runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("qec --json prints JSON")
}

fn figure(report: &Value, key: &str) -> f64 {
    let figures = report["figures"].as_array().expect("figures");
    let found = figures
        .iter()
        .find(|figure| figure["key"] == key)
        .expect("the figure");
    found["summary"]["mean"].as_f64().expect("a number")
}

/// The first template, on a window short enough to sweep in a test.
pub(super) async fn open_short(page: &Rc<Page>) {
    page.click("[data-testid=gallery-open]").await;
    page.click("[data-testid=template-kubernetes-slo-driven]")
        .await;
    type_into(page, "/slo/window_days", "1").await;
    page.until(
        "the new window is taken",
        "document.querySelector('[data-testid=\"field:/slo/window_days\"] .changed')",
    )
    .await;
}

#[test]
fn a_visitor_decides_and_shares() {
    tests::browser::run("journey", async |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=kpi-attainment]").await;
        let first_result = page.value("performance.now()").await;
        eprintln!("first result seen {first_result} ms after the start of the navigation");
        open_short(&page).await;
        let before = numbers(&page).await;
        assert!(
            before["cost"].as_f64().is_some_and(|cost| cost > 0.0),
            "{before}"
        );

        let felt = drag(&page, "/autoscaler/min_replicas").await;
        eprintln!("while dragging: {felt}");
        let after = numbers(&page).await;
        assert_ne!(
            before["digest"], after["digest"],
            "the drag changed the design"
        );
        assert!(
            after["cost"].as_f64() > before["cost"].as_f64(),
            "more spare replicas cost more: {before} {after}"
        );

        page.click("[data-testid=tab-explore]").await;
        page.click("[data-testid=sweep-run]").await;
        page.find("[data-testid=front-point-0]").await;
        page.until(
            "the sweep is over",
            "!/sweep/i.test(document.querySelector('[data-testid=run-state]').textContent)",
        )
        .await;
        page.until("the run is done", DONE).await;
        page.screenshot("sweep").await;
        let front = page.value("[...document.querySelectorAll('tr[data-testid^=front-point-]')].map(row => [+row.dataset.cost, +row.dataset.attainment])").await;
        let front: Vec<(f64, f64)> = serde_json::from_value(front).expect("numbers");
        assert!(
            front.is_sorted_by(|a, b| a.0 <= b.0 && a.1 < b.1),
            "cheaper is less likely: {front:?}"
        );

        page.click("[data-testid=front-point-0]").await;
        page.find("[data-testid=toast]").await;
        let adopted = numbers(&page).await;
        assert_ne!(
            after["digest"], adopted["digest"],
            "the adopted design is another"
        );

        page.click("[data-testid=share-open]").await;
        let link = page.find("[data-testid=share-link]").await;
        let link = link
            .prop("value")
            .await
            .expect("a property")
            .expect("a link");
        page.screenshot("share").await;

        let friend = studio.open(&link[studio.url("").len()..]).await;
        let theirs = numbers(&friend).await;
        assert_eq!(adopted, theirs, "another browser shows the same numbers");

        let report = native(&link);
        assert_eq!(
            report["digest"], adopted["digest"],
            "native and Chromium compute the same bytes"
        );
        assert_eq!(report["replications"], adopted["replications"]);
        assert_eq!(
            report["attainment"]["estimate"].as_f64(),
            adopted["attainment"].as_f64()
        );
        assert_eq!(
            Some(figure(&report, "cost_per_month")),
            adopted["cost"].as_f64()
        );

        let foreign = "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => !name.startsWith(location.origin))";
        assert_eq!(
            page.value(foreign).await,
            json!([]),
            "nothing leaves the origin"
        );
        page.expect_silent_console().await;
        friend.expect_silent_console().await;
    });
}

#[test]
fn one_and_four_workers_agree() {
    tests::browser::run("workers", async |studio| {
        let mut digests = Vec::new();
        for workers in [1, 4] {
            let page = studio.open(&format!("?workers={workers}")).await;
            open_short(&page).await;
            digests.push(numbers(&page).await);
            page.expect_silent_console().await;
            page.close().await;
        }
        assert_eq!(digests[0], digests[1]);
    });
}

#[test]
fn bad_links_leave_own_work_alone() {
    tests::browser::run("bad-links", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        let own = numbers(&page).await;
        page.click("[data-testid=share-open]").await;
        let link = page
            .find("[data-testid=share-link]")
            .await
            .prop("value")
            .await
            .expect("a property")
            .expect("a link");
        let cut = &link[..link.len() - 20];
        let hostile = [
            cut.to_owned(),
            studio.url("#s=9.AAAA"),
            studio.url("#s=1.%%%%"),
            studio.url(&format!("#s=1.{}", "A".repeat(100_000))),
        ];
        for link in hostile {
            page.go("about:blank").await;
            page.go(&link).await;
            page.until(
                "the page says what is wrong with the link",
                "document.querySelector('[data-testid=banner], [data-testid=toast].error, [role=alert]')",
            )
            .await;
            assert_eq!(
                numbers(&page).await,
                own,
                "own work is as it was after {}",
                &link[..link.len().min(80)]
            );
        }
    });
}

#[test]
fn a_reload_restores_and_a_link_asks() {
    tests::browser::run("restore", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        type_into(&page, "/run/seed", "77").await;
        page.until("the seed is taken", "document.querySelector('[data-testid=\"field:/run/seed\"] input[type=text]')?.value === '77'").await;
        let own = numbers(&page).await;
        // Longer than autosave waits.
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        page.go(&studio.url("")).await;
        assert_eq!(numbers(&page).await, own, "a reload restores the work");

        page.click("[data-testid=share-open]").await;
        let link = page
            .find("[data-testid=share-link]")
            .await
            .prop("value")
            .await
            .expect("a property")
            .expect("a link");
        let visitor = studio.open("").await;
        open_short(&visitor).await;
        let theirs = numbers(&visitor).await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        for (choice, expected) in [("keep-mine", &theirs), ("open-shared", &own)] {
            visitor.go("about:blank").await;
            visitor.go(&link).await;
            visitor.click(&format!("[data-testid={choice}]")).await;
            visitor
                .until(
                    "the dialog is closed",
                    "!document.querySelector('dialog[open]')",
                )
                .await;
            assert_eq!(&numbers(&visitor).await, expected, "{choice}");
        }
    });
}

#[test]
fn out_of_range_is_answered_at_the_field_and_nothing_is_lost() {
    tests::browser::run("out-of-range", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        let before = numbers(&page).await;
        type_into(&page, "/traffic/source/base_rps", "-5").await;
        let field = "[data-testid=\"field:/traffic/source/base_rps\"]";
        page.until(
            "the field says what is wrong",
            &format!("document.querySelector('{field} .problem.error')"),
        )
        .await;
        let said = page.text(&format!("{field} .problem.error")).await;
        assert!(
            said.contains("-5") || said.contains("−5") || said.contains("small"),
            "{said}"
        );
        let shown = page
            .value(&format!(
                "document.querySelector('{field} input[type=text]').value"
            ))
            .await;
        assert_eq!(shown, json!("-5"), "what was typed stays");
        type_into(&page, "/traffic/source/base_rps", "120").await;
        assert_eq!(
            numbers(&page).await,
            before,
            "put right, the numbers are back"
        );
    });
}

#[test]
fn looks_like_a_product() {
    tests::browser::run("looks", async |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=kpi-attainment]").await;
        let first = page.value("performance.now()").await;
        page.until("the run is done", DONE).await;
        let all = page.value("performance.now()").await;
        let replications = page
            .value("+document.querySelector('[data-testid=replications]').dataset.value")
            .await;
        eprintln!(
            "first result {first} ms, {replications} replications {all} ms after the start of the navigation"
        );

        page.go(&studio.url("")).await;
        page.find("[data-testid=kpi-attainment]").await;
        let again = page.value("({ seen: performance.now(), loaded: performance.getEntriesByType('navigation')[0].loadEventEnd })").await;
        eprintln!("cached, in ms after the start of the navigation: {again}");
        page.until("the run is done", DONE).await;
        for (name, width, height, dark) in [
            ("studio-wide", 1440, 900, false),
            ("studio-wide-dark", 1440, 900, true),
            ("studio-narrow", 400, 860, false),
            ("studio-narrow-dark", 400, 860, true),
            ("studio-320", 320, 700, false),
        ] {
            page.prefer_dark(dark).await;
            page.resize(width, height).await;
            tokio::time::sleep(std::time::Duration::from_millis(600)).await;
            page.screenshot(name).await;
            let overflow = page
                .value(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
                )
                .await;
            assert_eq!(overflow, json!(0), "{name} scrolls sideways");
        }
        let blank = "[...document.querySelectorAll('canvas')].filter(canvas => !canvas.getAttribute('aria-label')?.length).length";
        assert_eq!(
            page.value(blank).await,
            json!(0),
            "every chart says in words what it shows"
        );
        page.expect_silent_console().await;
    });
}
