//! The site as a site: it starts, it keeps its policy, any host can serve it from any path.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tests::browser;

/// First message of a new worker, or what went wrong.
const WORKER_ANSWERS: &str = "new Promise((resolve, reject) => {
    const worker = new Worker(document.querySelector(\"meta[name='qec-worker']\").content, { type: 'module' });
    worker.onmessage = () => { worker.terminate(); resolve('answered'); };
    worker.onerror = event => reject(event.message ?? 'the worker cannot be loaded');
    setTimeout(() => reject('the worker is silent'), 20000);
})";

/// The shell's notice goes away when the page has started.
const STARTED: &str = "!document.getElementById('loading')";

#[test]
fn the_page_starts_and_its_worker_answers() {
    browser::run("shell", async |studio| {
        let page = studio.open("").await;
        page.until("the page has started", STARTED).await;
        assert_eq!(page.promised(WORKER_ANSWERS).await, json!("answered"));
        assert!(
            page.value("document.body.innerText")
                .await
                .as_str()
                .is_some_and(|text| text.contains("QEC Studio"))
        );
        for (name, width, dark) in [
            ("wide", 1440, false),
            ("narrow", 400, false),
            ("dark", 1440, true),
        ] {
            page.resize(width, 900).await;
            page.prefer_dark(dark).await;
            let fits = page
                .value("document.documentElement.scrollWidth <= window.innerWidth")
                .await;
            assert_eq!(fits, json!(true), "the page is wider than {width} px");
            page.screenshot(&format!("shell-{name}")).await;
        }
        page.expect_silent_console().await;
    });
}

#[test]
fn any_host_can_serve_it_from_any_path() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sub-path");
    copy(&browser::path("QEC_DIST"), &root.join("teams/capacity"));
    fs::write(
        root.join("index.html"),
        "<!doctype html><title>Some other page</title>",
    )
    .expect("a page above it");
    let folder = root.clone();
    browser::run_in("sub-path", &folder, async |studio| {
        let page = studio.open("teams/capacity/").await;
        page.until("the page has started", STARTED).await;
        assert_eq!(page.promised(WORKER_ANSWERS).await, json!("answered"));
        page.expect_silent_console().await;
    });
    fs::remove_dir_all(root).expect("the copied site is removed");
}

#[test]
fn nothing_inline_runs_and_the_console_tells() {
    browser::run("policy", async |studio| {
        let page = studio.open("").await;
        page.until("the page has started", STARTED).await;
        page.expect_silent_console().await;
        let inline = "(() => { const script = document.createElement('script');
            script.textContent = 'window.intruder = true'; document.body.append(script);
            return window.intruder === true; })()";
        assert_eq!(page.value(inline).await, json!(false));
        let errors = page.errors().await;
        assert!(
            errors
                .iter()
                .any(|entry| entry.to_string().contains("Content Security Policy")),
            "{errors:#?}"
        );
    });
}

#[test]
fn the_server_says_type_age_and_policy() {
    browser::run("headers", async |studio| {
        let page = studio.open("").await;
        let headers = async |path: &str, name: &str| {
            let ask = format!(
                "fetch({}).then(answer => answer.headers.get({}))",
                Value::from(path),
                Value::from(name)
            );
            page.promised(&ask).await
        };
        let policy = headers("./", "content-security-policy").await;
        let policy = policy.as_str().expect("a policy");
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';")
                && policy.contains("frame-ancestors 'none'")
        );
        assert_eq!(headers("./", "cache-control").await, json!("no-cache"));
        assert_eq!(
            headers("manifest.webmanifest", "content-type").await,
            json!("application/manifest+json")
        );

        let wasm = page
            .value("document.querySelector('link[type=\"application/wasm\"]').getAttribute('href')")
            .await;
        let wasm = wasm.as_str().expect("the module's address").to_owned();
        assert_eq!(
            headers(&wasm, "content-type").await,
            json!("application/wasm")
        );
        assert_eq!(headers(&wasm, "content-encoding").await, json!("br"));
        assert!(
            headers(&wasm, "cache-control")
                .await
                .as_str()
                .is_some_and(|age| age.contains("immutable"))
        );
        // A file that is not there is not there for ever.
        assert_eq!(
            headers("assets/none.js", "cache-control").await,
            Value::Null
        );
    });
}

/// Copies a folder with all that is in it.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder to copy").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copied file");
        }
    }
}

/// Another page shows a scenario in a frame: with the knobs chosen and no other, keeping nothing, and with a way to the studio.
#[test]
fn a_scenario_stands_in_a_frame_of_another_page() {
    browser::run("embed", async |studio| {
        let page = studio.open("").await;
        super::journey::open_short(&page).await;
        page.click("[data-testid=share-open]").await;
        page.find("[data-testid=embed-code]").await;
        let address = page
            .value("document.querySelector('[data-testid=embed-code]').dataset.address")
            .await;
        let address = address.as_str().expect("an address").to_owned();
        let (before, knobs) = address.split_once("&embed=").expect("knobs");
        assert!(knobs.contains("/autoscaler/min_replicas"), "{knobs}");
        let policy = |path: &str| {
            format!("fetch('{path}').then(answer => answer.headers.get('content-security-policy'))")
        };
        let framed = page.promised(&policy("embed.html")).await;
        assert!(
            framed
                .as_str()
                .is_some_and(|it| it.ends_with("frame-ancestors *")),
            "{framed}"
        );
        let whole = page.promised(&policy("./")).await;
        assert!(
            whole
                .as_str()
                .is_some_and(|it| it.ends_with("frame-ancestors 'none'")),
            "{whole}"
        );

        let frame = studio
            .open(&format!(
                "{}&embed=/autoscaler/min_replicas,/traffic/source/base_rps",
                &before[studio.url("").len()..]
            ))
            .await;
        frame.find("[data-testid=kpi-attainment]").await;
        frame.find("[data-testid=chart-front]").await;
        let fields = "[...document.querySelectorAll('[data-testid^=\"field:\"]')].map(field => field.dataset.testid)";
        assert_eq!(
            frame.value(fields).await,
            json!([
                "field:/autoscaler/min_replicas",
                "field:/traffic/source/base_rps"
            ])
        );
        assert_eq!(
            frame.value("document.querySelectorAll('[role=tab], .panel-tools:not([hidden]) button').length - [...document.querySelectorAll('.panel-tools button')].filter(button => !button.checkVisibility()).length").await,
            json!(0),
            "nothing else can be changed"
        );
        let before = frame
            .value("document.querySelector('[data-testid=kpi-cost]').dataset.value")
            .await;
        super::journey::type_into(&frame, "/autoscaler/min_replicas", "9").await;
        frame
            .until(
                "the answer follows the knob",
                &format!(
                    "document.querySelector('[data-testid=kpi-cost]').dataset.value !== {before}"
                ),
            )
            .await;
        for (name, width, dark) in [("1440", 1440, false), ("400-dark", 400, true)] {
            frame.prefer_dark(dark).await;
            frame.resize(width, 900).await;
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            frame.screenshot(&format!("embed-{name}")).await;
            let wide =
                "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(frame.value(wide).await, json!(0), "{name} scrolls sideways");
        }
        assert_eq!(
            frame.value("localStorage.getItem('qec-studio.work')").await,
            json!(null),
            "nothing is kept"
        );
        let open = "document.querySelector('[data-testid=embed-open]').href";
        frame.until("the link is made", open).await;
        let open = frame.value(open).await;
        let open = open.as_str().expect("a link");
        assert!(!open.contains("embed"), "{open}");
        let full = studio.open(&open[studio.url("").len()..]).await;
        full.find("[data-testid=tab-executive]").await;
        full.until(
            "the studio has the knob as it was set",
            "document.querySelector('[data-testid=\"field:/autoscaler/min_replicas\"] input[type=text]')?.value === '9'",
        )
        .await;
        frame.expect_silent_console().await;
    });
}

/// Twenty-four sliders side by side are no wider than the column that they are in.
#[test]
fn hours_stay_in_their_column() {
    tests::browser::run("hours", async |studio| {
        let page = studio.open("").await;
        page.click("[data-testid=gallery-open]").await;
        page.click("[data-testid=template-queue-workers-keda]")
            .await;
        let show = "(() => {
            const hours = document.querySelector('.equaliser.dense');
            for (let at = hours?.closest('details'); at; at = at.parentElement.closest('details')) at.open = true;
            hours?.scrollIntoView({ block: 'center', behavior: 'instant' });
            return hours && hours.clientWidth > 100 && hours.querySelectorAll('input').length === 24;
        })()";
        page.until("the hours are shown", show).await;
        page.screenshot("hours").await;
        for width in [1440, 1280, 400] {
            page.resize(width, 900).await;
            let over = "(() => { const hours = document.querySelector('.equaliser.dense'); return hours.scrollWidth - hours.clientWidth; })()";
            assert_eq!(
                page.value(over).await,
                serde_json::json!(0),
                "{width} pixels wide"
            );
        }
        page.expect_silent_console().await;
    });
}
