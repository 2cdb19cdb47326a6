//! A replication is played on a ruler of time; what failures mean to the business; money in another currency.

use super::journey::{DONE, open_short};
use serde_json::json;
use tests::browser::Page;

async fn moment(page: &Page) -> String {
    page.text("[data-testid=moment-at]").await
}

#[test]
fn a_replication_is_played_and_paused() {
    tests::browser::run("oncall", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.click("[data-testid=tab-on-call]").await;
        page.click("[data-testid=moment-worst]").await;
        page.until(
            "how it was is told",
            "document.querySelector('[data-testid=player-facts]')?.textContent.includes('replicas ready')",
        )
        .await;
        let start = moment(&page).await;
        page.click("[data-testid=player-play]").await;
        page.until(
            "time goes on",
            &format!("document.querySelector('[data-testid=moment-at]').textContent !== {start:?}"),
        )
        .await;
        page.click("[data-testid=player-play]").await;
        assert_eq!(
            page.value("document.querySelector('[data-testid=player-play]').ariaPressed")
                .await,
            json!("false")
        );
        let paused = moment(&page).await;
        page.promised("new Promise(done => setTimeout(() => done(true), 500))")
            .await;
        assert_eq!(moment(&page).await, paused);
        // The ruler moves the moment, back to the beginning of what was played.
        page.value("(() => { const ruler = document.querySelector('[data-testid=player-ruler]'); ruler.value = ruler.min; ruler.dispatchEvent(new Event('input', { bubbles: true })); return true; })()")
            .await;
        page.until(
            "the ruler moves the moment",
            &format!(
                "document.querySelector('[data-testid=moment-at]').textContent !== {paused:?}"
            ),
        )
        .await;
        page.expect_silent_console().await;
    });
}

#[test]
fn revenue_at_risk_is_shown_once_it_is_said_what_requests_bring_in() {
    tests::browser::run("oncall", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        let panel = page.text("[data-testid=incidents]").await;
        assert!(panel.contains("incidents a month are expected"), "{panel}");
        page.click("[data-testid=incidents] button.link").await;
        page.until(
            "the field has the focus",
            "document.activeElement.closest('[data-testid=\"field:/slo/revenue_usd_per_1000_requests\"]') !== null",
        )
        .await;
        page.click(
            "[data-testid='field:/slo/revenue_usd_per_1000_requests'] .field-controls button",
        )
        .await;
        page.until(
            "revenue is at risk",
            "document.querySelector('[data-testid=at-risk]')?.textContent.includes('of revenue a month are at risk')",
        )
        .await;
        page.expect_silent_console().await;
    });
}

#[test]
fn money_is_shown_in_another_currency_and_stays_so() {
    tests::browser::run("oncall", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        let cost = "document.querySelector('[data-testid=kpi-cost] .kpi-value').textContent";
        let dollars = page.value(cost).await;
        assert!(
            dollars.as_str().expect("a text").starts_with('$'),
            "{dollars}"
        );
        let exact = "document.querySelector('[data-testid=kpi-cost]').dataset.value";
        let exactly = page.value(exact).await;
        page.click("[data-testid=currency-open]").await;
        let typed = |field: &str, text: &str| {
            format!(
                "(document.querySelector('[data-testid=currency-{field}]').value = '{text}', true)"
            )
        };
        page.value(&typed("symbol", "€")).await;
        page.value(&typed("rate", "none")).await;
        page.click("[data-testid=currency-show]").await;
        page.until(
            "what is no rate is refused with what would do",
            "document.querySelector('[data-testid=currency-dialog] [role=alert]')?.textContent.includes('0.92')",
        )
        .await;
        page.value(&typed("rate", "0.5")).await;
        page.click("[data-testid=currency-show]").await;
        page.until("euros are shown", &format!("{cost}.startsWith('€')"))
            .await;
        assert_eq!(
            page.value(exact).await,
            exactly,
            "the number is what it was"
        );
        page.screenshot("currency").await;
        page.client().refresh().await.expect("a reload");
        page.until(
            "euros are shown after a reload",
            &format!("document.querySelector('[data-testid=kpi-cost]') !== null && {cost}.startsWith('€')"),
        )
        .await;
        page.expect_silent_console().await;
    });
}
