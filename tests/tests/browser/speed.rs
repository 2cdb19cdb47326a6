//! How fast the page feels, measured in Chromium, printed, and held to limits.
//!
//! What is wanted holds for a machine that does nothing else. The limits here leave room for one with two processors, no
//! graphics card and other builds beside: they tell a page that became slow from one that waited for its turn.

use super::files::drop_file;
use super::journey::DONE;
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tests::browser::Page;

/// What the tests call on the page.
pub(super) const TOOLS: &str = "(() => {
    const speed = window.speed = { tasks: [] };
    new PerformanceObserver(list => speed.tasks.push(...list.getEntries().map(task => [task.startTime, task.duration])))
        .observe({ entryTypes: ['longtask'] });
    const digest = () => document.querySelector('[data-testid=kpi-cost]')?.dataset.digest;
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const wait = ms => new Promise(done => setTimeout(done, ms));
    speed.wait = wait;
    speed.until = async (test, most) => {
        const begun = performance.now();
        while (!test() && performance.now() - begun < most) await frame();
        await frame();
        return performance.now() - begun;
    };
    speed.slide = (pointer, step) => {
        const slider = document.querySelector(`[data-testid=\"field:${pointer}\"] input[type=range]`);
        speed.start ??= +slider.value;
        slider.value = speed.start + step * Math.ceil(+slider.max * 0.02);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    };
    speed.answers = async (pointer, count, first = 1) => {
        const times = [];
        for (let edit = 0; edit < count; edit++) {
            const before = digest();
            speed.slide(pointer, first + edit % 7);
            times.push(await speed.until(() => digest() !== before, 3000));
            await wait(400);
        }
        return times;
    };
    speed.frames = async (selector, path, count) => {
        const surface = document.querySelector(selector), box = surface.getBoundingClientRect();
        const mouse = (kind, x) => surface.dispatchEvent(new PointerEvent(kind, { bubbles: true, button: 0,
            clientX: box.left + x * box.width, clientY: box.top + 0.5 * box.height }));
        mouse('pointermove', path(0)); mouse('pointerdown', path(0));
        const gaps = [];
        let last = await frame();
        for (let step = 1; step <= count; step++) {
            mouse('pointermove', path(step));
            const now = await frame();
            gaps.push(now - last);
            last = now;
        }
        mouse('pointerup', path(count));
        return gaps;
    };
    return true;
})()";

/// Milliseconds, sorted.
pub(super) fn sorted(value: &Value) -> Vec<f64> {
    let mut all: Vec<f64> = serde_json::from_value(value.clone()).expect("numbers");
    all.sort_by(f64::total_cmp);
    all
}

pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len().saturating_sub(1)) as f64;
    sorted
        .get(place.round() as usize)
        .copied()
        .expect("a value")
}

/// Prints a line of the table and holds it to its limit.
pub(super) fn hold(what: &str, found: f64, unit: &str, wanted: &str, at_most: f64) {
    eprintln!("| {what} | {found:.1} {unit} | {wanted} |");
    assert!(
        found <= at_most,
        "{what}: {found:.1} {unit}, at most {at_most} even on a busy machine; wanted {wanted}"
    );
}

async fn open_template(page: &Rc<Page>, id: &str) {
    page.click("[data-testid=gallery-open]").await;
    page.click(&format!("[data-testid=template-{id}]")).await;
    page.until(
        "the gallery is closed",
        "!document.querySelector('dialog[open]')",
    )
    .await;
}

/// The longest task of the page's thread since the tools were there, milliseconds; 0 where none took 50.
async fn longest_task(page: &Page) -> f64 {
    let longest = "Math.max(0, ...speed.tasks.map(task => task[1]))";
    page.value(longest).await.as_f64().expect("a number")
}

/// Waits for a run of a month, which takes a while where others compute, too.
pub(super) async fn done(page: &Page) {
    page.until_within(Duration::from_secs(240), "the run is done", DONE)
        .await;
}

const DRAGGED: &str = "/autoscaler/min_replicas";

#[test]
fn answers_follow_the_hand() {
    tests::browser::run("speed-answers", async |studio| {
        let page = studio.open("").await;
        open_template(&page, "kubernetes-slo-driven").await;
        page.until(
            "there is a slider",
            &format!(
                "document.querySelector('[data-testid=\"field:{DRAGGED}\"] input[type=range]')"
            ),
        )
        .await;
        done(&page).await;
        page.value(TOOLS).await;

        // An edit at rest: from the event to the frame in which a new answer is seen.
        let times = sorted(
            &page
                .promised(&format!("speed.answers('{DRAGGED}', 8)"))
                .await,
        );
        hold(
            "28 days of Kubernetes: answer after an edit, median",
            quantile(&times, 0.5),
            "ms",
            "≤ 100 ms",
            300.0,
        );
        hold(
            "28 days of Kubernetes: answer after an edit, slowest of 16",
            quantile(&times, 1.0),
            "ms",
            "",
            1000.0,
        );

        // The slider is dragged on and on.
        let dragged = page
            .promised(&format!(
                "(async () => {{
                    const digest = () => document.querySelector('[data-testid=kpi-cost]')?.dataset.digest;
                    const gaps = []; let seen = digest(), last = performance.now();
                    const end = last + 4000;
                    for (let step = 0; performance.now() < end; step++) {{
                        speed.slide('{DRAGGED}', 1 + step % 7);
                        await speed.until(() => digest() !== seen, 40);
                        if (digest() !== seen) {{ gaps.push(performance.now() - last); last = performance.now(); seen = digest(); }}
                    }}
                    return gaps;
                }})()"
            ))
            .await;
        let gaps = sorted(&dragged);
        assert!(!gaps.is_empty(), "no answer was seen while dragging");
        hold(
            "dragging on: from one new answer to the next, median",
            quantile(&gaps, 0.5),
            "ms",
            "",
            1000.0,
        );

        // All tabs, with results.
        done(&page).await;
        for tab in ["on-call", "debug", "explore", "report", "executive"] {
            page.value(&format!(
                "(document.querySelector('[data-testid=tab-{tab}]').click(), true)"
            ))
            .await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let longest = longest_task(&page).await;
        hold(
            "longest task of the page's thread: edits, drag, all tabs (0: none of 50 ms)",
            longest,
            "ms",
            "≤ 50 ms",
            150.0,
        );

        // Cancelling a sweep, and stopping a run.
        page.click("[data-testid=tab-explore]").await;
        for (start, cancel, over) in [(
            "sweep-run",
            "search-cancel",
            "document.querySelector('[data-testid=sweep-run]').dataset.running === 'false'",
        )] {
            let mut times = Vec::new();
            for _ in 0..5 {
                page.click(&format!("[data-testid={start}]")).await;
                page.find(&format!("[data-testid={cancel}]")).await;
                tokio::time::sleep(Duration::from_millis(700)).await;
                let took = page.promised(&format!("(async () => {{ const begun = performance.now(); document.querySelector('[data-testid={cancel}]').click(); await speed.until(() => {over}, 5000); return performance.now() - begun; }})()")).await;
                times.push(took.as_f64().expect("a time"));
            }
            times.sort_by(f64::total_cmp);
            hold(
                "cancelling a sweep, slowest of 5",
                quantile(&times, 1.0),
                "ms",
                "≤ 100 ms",
                250.0,
            );
        }
        // What was cancelled is in nobody's way. Where the drag left the slider is not known, but that it is below this.
        page.click("[data-testid=sweep-run]").await;
        page.find("[data-testid=search-cancel]").await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        page.value("(document.querySelector('[data-testid=search-cancel]').click(), true)")
            .await;
        let after = page
            .promised(&format!("speed.answers('{DRAGGED}', 1, 8)"))
            .await;
        hold(
            "first answer to an edit right after cancelling",
            quantile(&sorted(&after), 1.0),
            "ms",
            "",
            600.0,
        );
        page.expect_silent_console().await;
    });
}

/// The first template: 28 days of a service on Kubernetes.
pub(super) fn template() -> Value {
    let text = include_str!("../../../scenarios/kubernetes-slo-driven.json");
    serde_json::from_str(text).expect("a template")
}

/// A month of traffic, minute by minute.
fn month_of_minutes() -> Value {
    let template = include_str!("../../../scenarios/recorded-traffic.json");
    let mut document: Value = serde_json::from_str(template).expect("a template");
    let count = |minute: u32| {
        let day = f64::from(minute % 1440) / 1440.0 * std::f64::consts::TAU;
        let noise = f64::from(minute.wrapping_mul(2_654_435_761) >> 22);
        (5000.0 - 3000.0 * day.cos() + noise).round()
    };
    document["traffic"]["source"]["interval_s"] = json!(60);
    document["traffic"]["source"]["counts"] = (0..40_320).map(count).collect::<Vec<f64>>().into();
    document["run"]["min_replications"] = json!(4);
    document["run"]["max_replications"] = json!(4);
    document["name"] = json!("A month of minutes");
    document
}

#[test]
fn charts_move_with_the_hand() {
    tests::browser::run("speed-frames", async |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=scenario-name]").await;
        drop_file(&page, "month.json", &month_of_minutes().to_string()).await;
        page.until(
            "it is open",
            "document.querySelector('[data-testid=scenario-name]').value === 'A month of minutes'",
        )
        .await;
        done(&page).await;
        // Not by the browser's own mouse: it would lie on the chart, and leave it in the middle of the drag.
        page.value("(document.querySelector('[data-testid=tab-on-call]').click(), true)")
            .await;
        page.until(
            "the recording is on the chart",
            "document.querySelector('.time-panels').textContent.includes('as recorded')",
        )
        .await;
        page.value(TOOLS).await;
        page.value("(document.querySelector('.time-panels').scrollIntoView({ block: 'center', behavior: 'instant' }), true)").await;
        // A part that has nearly all of its points, and then to and fro.
        page.promised(
            "speed.frames('.time-panels .surface', step => 0.06 + 0.9 * Math.min(1, step / 5), 6)",
        )
        .await;
        page.find("[data-testid=time-whole]").await;
        page.screenshot("time-closer").await;
        let gaps = sorted(&page.promised("speed.frames('.time-panels .surface', step => 0.5 + 0.04 * Math.sin(step / 6), 150)").await);
        let rate = 1000.0 / (gaps.iter().sum::<f64>() / gaps.len() as f64);
        eprintln!(
            "| 40,320 points and three charts more, dragged: frames | {rate:.1} a second | ≥ 50 |"
        );
        hold(
            "40,320 points and three charts more, dragged: between frames, median",
            quantile(&gaps, 0.5),
            "ms",
            "≤ 20 ms",
            34.0,
        );
        hold(
            "the same, 95 of 100",
            quantile(&gaps, 0.95),
            "ms",
            "",
            100.0,
        );
        page.expect_silent_console().await;
    });
}

#[test]
fn memory_stays_where_it_is() {
    tests::browser::run("speed-memory", async |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=scenario-name]").await;
        let mut document = template();
        document["run"]["max_replications"] = json!(16);
        drop_file(&page, "edited.json", &document.to_string()).await;
        page.until(
            "there is a slider",
            &format!(
                "document.querySelector('[data-testid=\"field:{DRAGGED}\"] input[type=range]')"
            ),
        )
        .await;
        done(&page).await;
        page.value(TOOLS).await;
        let edit = async |count: u32, first: u32| {
            page.promised(&format!("(async () => {{ for (let n = {first}; n < {first} + {count}; n++) {{ speed.slide('{DRAGGED}', 1 + n % 7); await speed.wait(90); }} return true; }})()")).await;
            done(&page).await;
            studio.memory_mib()
        };
        let Some(early) = edit(30, 0).await else {
            eprintln!("this system does not tell how much memory a program has");
            return;
        };
        let middle = edit(85, 1).await.expect("as before");
        let late = edit(85, 2).await.expect("as before");
        eprintln!("memory after 30, 115 and 200 edits: {early:.0}, {middle:.0}, {late:.0} MiB");
        hold(
            "memory after 200 edits against after 30",
            100.0 * (late / early - 1.0),
            "% more",
            "stable",
            30.0,
        );
        page.expect_silent_console().await;
    });
}

#[test]
fn a_front_comes_within_a_minute() {
    tests::browser::run("speed-search", async |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=scenario-name]").await;
        let mut document = template();
        let range = |path: &str, from: u32, to: u32| json!({ "kind": "range", "path": path, "from": from, "to": to });
        document["name"] = json!("Four knobs");
        document["search"] = json!({ "knobs": [
            range("/autoscaler/min_replicas", 3, 10), range("/autoscaler/metrics/0/target_percent", 40, 80),
            range("/autoscaler/metrics/1/target/value", 120, 350), range("/fleet/min_nodes", 1, 6)] });
        drop_file(&page, "four.json", &document.to_string()).await;
        page.until(
            "it is open",
            "document.querySelector('[data-testid=scenario-name]').value === 'Four knobs'",
        )
        .await;
        // By its own click: while first answers come in, what stands above the tabs may move under a mouse.
        page.value("(document.querySelector('[data-testid=tab-explore]').click(), true)")
            .await;
        page.value(TOOLS).await;
        page.click("[data-testid=search-run]").await;
        let begun = Instant::now();
        // A front to choose from, one design of which is recommended.
        page.until_within(Duration::from_secs(240), "there is a usable front",
            "document.querySelectorAll('tr[data-testid^=front-point-]').length >= 2 && document.querySelector('.front-list tr.recommended')").await;
        let usable = begun.elapsed().as_secs_f64();
        page.screenshot("speed-search").await;
        hold(
            "search with 4 knobs, 28 days of Kubernetes: a front to choose from",
            usable,
            "s",
            "≤ 60 s",
            120.0,
        );
        page.until_within(
            Duration::from_secs(600),
            "the search is over",
            "document.querySelector('[data-testid=search-run]').dataset.running === 'false'",
        )
        .await;
        eprintln!(
            "| the same, over | {:.0} s | |",
            begun.elapsed().as_secs_f64()
        );
        hold(
            "longest task of the page's thread meanwhile (0: none of 50 ms)",
            longest_task(&page).await,
            "ms",
            "≤ 50 ms",
            200.0,
        );
        page.expect_silent_console().await;
    });
}
