//! Charts over time are looked at closer by mouse, wheel and keys, all on one ruler, as the front is.

use super::journey::{DONE, open_short};
use serde_json::json;
use std::rc::Rc;
use tests::browser::Page;

/// A mouse on the n-th chart over time, at shares of its width and height; and what the ruler says.
const TOOLS: &str = "(() => {
    window.mouse = (kind, chart, x, more) => {
        const at = document.querySelectorAll('.time-panels .surface')[chart], box = at.getBoundingClientRect();
        const event = { bubbles: true, cancelable: true, button: 0, clientX: box.left + x * box.width, clientY: box.top + box.height / 2, ...more };
        at.dispatchEvent(kind === 'wheel' ? new WheelEvent(kind, event) : new PointerEvent(kind, event));
    };
    window.ruler = () => [...document.querySelectorAll('.time-panel:last-child .surface text.tick')]
        .filter(tick => /[a-z:]/i.test(tick.textContent)).map(tick => tick.textContent).join();
    window.painted = chart => document.querySelectorAll('.time-panels canvas')[chart].toDataURL();
    return true;
})()";

async fn press(page: &Page, key: &str) {
    page.value(&format!(
        "(document.querySelector('.time-panels').dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }})), true)"
    ))
    .await;
}

async fn ruler_is(page: &Rc<Page>, what: &str, test: &str) -> String {
    page.until(what, test).await;
    let ruler = page.value("ruler()").await;
    ruler.as_str().expect("a text").to_owned()
}

#[test]
fn charts_over_time_move_on_one_ruler() {
    tests::browser::run("time-zoom", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        page.click("[data-testid=tab-on-call]").await;
        page.find(".time-panels .surface").await;
        page.value(TOOLS).await;
        let whole = ruler_is(&page, "the hours are named", "ruler().includes(':')").await;
        let first = page.value("painted(0)").await;

        // The second chart is dragged over: all of them show the part.
        page.value("(mouse('pointermove', 1, 0.4), mouse('pointerdown', 1, 0.4), mouse('pointermove', 1, 0.5), mouse('pointermove', 1, 0.6), true)").await;
        page.until("the part is marked on each", "[...document.querySelectorAll('.time-panels .brush')].every(mark => +mark.getAttribute('width') > 50)").await;
        page.value("(mouse('pointerup', 1, 0.6), mouse('click', 1, 0.6), true)")
            .await;
        page.find("[data-testid=time-whole]").await;
        let part = ruler_is(
            &page,
            "another stretch is seen",
            &format!("ruler() !== {}", json!(whole)),
        )
        .await;
        page.until(
            "the first chart moved along",
            &format!("painted(0) !== {}", json!(first)),
        )
        .await;
        assert_eq!(
            page.value("document.querySelector('[data-testid=moment-at]')")
                .await,
            json!(null),
            "a drag is no click"
        );
        page.screenshot("time-zoom").await;

        // Once a part is seen, a drag moves it; the wheel with Ctrl shows more of it, without Ctrl nothing.
        page.value("(mouse('pointermove', 3, 0.6), mouse('pointerdown', 3, 0.6), mouse('pointermove', 3, 0.4), mouse('pointermove', 3, 0.3), mouse('pointerup', 3, 0.3), true)").await;
        let moved = ruler_is(
            &page,
            "the part moved",
            &format!("ruler() !== {}", json!(part)),
        )
        .await;
        page.value("(mouse('wheel', 0, 0.5, { deltaY: 100 }), true)")
            .await;
        assert_eq!(
            page.value("ruler()").await,
            json!(moved),
            "the page scrolls"
        );
        page.value("(mouse('wheel', 0, 0.5, { deltaY: -100, ctrlKey: true }), mouse('wheel', 0, 0.5, { deltaY: -100, ctrlKey: true }), mouse('wheel', 0, 0.5, { deltaY: -100, ctrlKey: true }), true)").await;
        ruler_is(
            &page,
            "the wheel zooms",
            &format!("ruler() !== {}", json!(moved)),
        )
        .await;

        // A double click shows all, and takes nobody to a moment.
        page.value("(mouse('dblclick', 0, 0.5), true)").await;
        ruler_is(
            &page,
            "all is seen",
            &format!("ruler() === {}", json!(whole)),
        )
        .await;
        page.until(
            "the button is gone",
            "!document.querySelector('[data-testid=time-whole]')",
        )
        .await;

        // The keyboard: closer about the cursor, which stays in sight where it goes; a page on; all.
        page.value("(document.querySelector('.time-panels').focus(), true)")
            .await;
        press(&page, "Home").await;
        for _ in 0..4 {
            press(&page, "+").await;
        }
        let start = ruler_is(
            &page,
            "the keys zoom",
            &format!("ruler() !== {}", json!(whole)),
        )
        .await;
        assert!(
            start.contains("00:00") || start.contains("Mon"),
            "about the cursor: {start}"
        );
        press(&page, "PageDown").await;
        let next = ruler_is(&page, "a page on", &format!("ruler() !== {}", json!(start))).await;
        press(&page, "End").await;
        ruler_is(
            &page,
            "the cursor is in sight",
            &format!("ruler() !== {}", json!(next)),
        )
        .await;
        page.until(
            "its line is, too",
            "document.querySelector('.time-panels .crosshair.shown')",
        )
        .await;
        press(&page, "0").await;
        ruler_is(
            &page,
            "all is seen again",
            &format!("ruler() === {}", json!(whole)),
        )
        .await;

        // A click still asks why, and the strip below is looked at closer in the same way.
        page.value("(mouse('pointermove', 0, 0.5), mouse('pointerdown', 0, 0.5), mouse('pointerup', 0, 0.5), mouse('click', 0, 0.5), true)").await;
        page.until(
            "the moment is shown",
            "document.querySelector('[data-testid=moment] [aria-busy=false] .surface')",
        )
        .await;
        page.value("(() => { const strip = document.querySelector('[data-testid=moment] .clickable'); strip.focus(); strip.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true, cancelable: true })); return true; })()").await;
        page.find("[data-testid=moment-whole]").await;
        page.screenshot("moment-closer").await;
        page.click("[data-testid=moment-whole]").await;
        page.until(
            "all of it",
            "!document.querySelector('[data-testid=moment-whole]')",
        )
        .await;
        page.expect_silent_console().await;
    });
}
