//! The results in tabs: by mouse and by keyboard, in the address, over a reload; and each tab as it looks.

use super::journey::{DONE, open_short};
use serde_json::json;
use std::time::Duration;
use tests::browser::Page;

/// Words of the tabs, from left to right.
pub(super) const TABS: [&str; 6] = [
    "executive",
    "on-call",
    "debug",
    "explore",
    "compare",
    "report",
];

/// The shown tab, the address, and how many panels there are of each kind.
async fn shown(page: &Page) -> String {
    let tab = page
        .value("document.querySelector('[role=tabpanel]').dataset.tab")
        .await;
    tab.as_str().expect("a tab").to_owned()
}

#[test]
fn tabs_follow_mouse_keyboard_and_address() {
    tests::browser::run("tabs", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        assert_eq!(shown(&page).await, "executive");
        page.click("[data-testid=tab-explore]").await;
        page.find("[data-testid=chart-front]").await;
        assert_eq!(page.value("location.hash").await, json!("#explore"));
        assert_eq!(
            page.value("document.querySelectorAll('[role=tabpanel] canvas').length")
                .await,
            json!(1),
            "only the shown tab has charts"
        );
        let press = |key: &str| {
            format!(
                "(() => {{ document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }})); return true; }})()"
            )
        };
        page.value("(document.querySelector('[role=tab][aria-selected=true]').focus(), true)")
            .await;
        for (key, expected) in [
            ("Home", "executive"),
            ("ArrowRight", "on-call"),
            ("ArrowLeft", "executive"),
        ] {
            page.value(&press(key)).await;
            page.until(
                &format!("{key} shows {expected}"),
                &format!(
                    "document.activeElement.id === 'tab-{expected}' && document.activeElement.getAttribute('aria-selected') === 'true' && document.querySelector('[role=tabpanel]').dataset.tab === '{expected}'"
                ),
            )
            .await;
        }
        page.click("[data-testid=tab-on-call]").await;
        page.find("[data-testid=chart-time]").await;
        page.value("(history.back(), true)").await;
        page.until(
            "the back button goes to the tab before",
            "document.querySelector('[role=tabpanel]').dataset.tab === 'executive'",
        )
        .await;
        page.click("[data-testid=tab-debug]").await;
        page.client().refresh().await.expect("a reload");
        page.find("[data-testid=ticks]").await;
        assert_eq!(shown(&page).await, "debug", "a reload keeps the tab");
        page.expect_silent_console().await;
    });
}

#[test]
fn every_tab_looks_good() {
    tests::browser::run("tabs-look", async |studio| {
        let page = studio.open("").await;
        page.until("the run is done", DONE).await;
        page.click("[data-testid=tab-debug]").await;
        page.click("[data-testid=ticks-look]").await;
        page.find("[data-testid=ticks] tbody tr").await;
        for tab in TABS {
            page.click(&format!("[data-testid=tab-{tab}]")).await;
            page.value("(window.scrollTo(0, 0), true)").await;
            for (name, width, dark) in [
                ("1440", 1440, false),
                ("1280-dark", 1280, true),
                ("400", 400, false),
                ("320-dark", 320, true),
            ] {
                page.prefer_dark(dark).await;
                page.resize(width, 1000).await;
                tokio::time::sleep(Duration::from_millis(500)).await;
                page.screenshot(&format!("tab-{tab}-{name}")).await;
                let overflow = page
                    .value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    .await;
                assert_eq!(overflow, json!(0), "{tab} {name} scrolls sideways");
                let narrow = page
                    .value("[...document.querySelectorAll('[role=tabpanel] .panel > .surface, [role=tabpanel] .panel > .front')].filter(chart => chart.offsetWidth < 0.85 * chart.parentElement.offsetWidth).length")
                    .await;
                assert_eq!(
                    narrow,
                    json!(0),
                    "{tab} {name} has a chart that does not fill its panel"
                );
            }
        }
        page.expect_silent_console().await;
    });
}
