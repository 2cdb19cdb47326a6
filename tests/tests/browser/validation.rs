//! The Validation view: it measures in the tab what theory knows, beside the simulation, and gets the same digits.

use serde_json::{Value, json};
use sim_core::validation::{Evidence, SEED, cases};
use std::time::Duration;
use tests::browser::{self, Page};

/// A handful of cases of different kinds.
const CASES: [&str; 6] = ["Q1", "MD10", "Q13-3-10", "A10", "H17-2", "L1"];

/// The verdict of every figure of a case.
fn verdicts(id: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-testid^=\"oracle:{id}/\"]')].map(row => row.dataset.verdict)"
    )
}

async fn run(page: &Page, id: &str) {
    page.click(&format!("[data-testid=\"run:{id}\"]")).await;
}

async fn until_judged(page: &Page, id: &str) {
    let all = verdicts(id);
    page.until(
        &format!("every figure of {id} is judged"),
        &format!("(all => all.length > 0 && all.every(word => !['running', 'not-run'].includes(word)))({all})"),
    )
    .await;
}

/// What the page says was measured, by the name of the figure's row.
fn measured(id: &str) -> String {
    format!(
        "Object.fromEntries([...document.querySelectorAll('[data-testid^=\"oracle:{id}/\"]')].map(row =>
            [row.dataset.testid, [...row.querySelectorAll('.number, .half')].map(part => part.textContent)]))"
    )
}

/// The same, computed here.
fn native(id: &str) -> Value {
    let cases = cases();
    let case = cases
        .iter()
        .find(|case| case.about.id == id)
        .expect("a case");
    let mut evidence = Evidence::new(case);
    for index in 0..case.samples {
        evidence.add(index, case.sample(SEED, index));
    }
    let rows = case.oracles.iter().zip(evidence.verdicts(case));
    rows.map(|(oracle, verdict)| {
        let words = json!([verdict.measured.words(), verdict.half_width_words()]);
        (format!("oracle:{id}/{}", oracle.key), words)
    })
    .collect::<serde_json::Map<_, _>>()
    .into()
}

#[test]
fn a_handful_of_rows_agree_and_equal_the_native_digits() {
    browser::run("validation", async |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=kpi-attainment]").await;
        let name = "document.querySelector('[data-testid=scenario-name]').value";
        let own = page.value(name).await;
        page.click("[data-testid=validation-open]").await;
        page.find("[data-testid=oracles] caption").await;
        assert_eq!(page.value("location.hash").await, json!("#validation"));
        for id in CASES {
            run(&page, id).await;
        }
        for id in CASES {
            until_judged(&page, id).await;
            let all = page.value(&verdicts(id)).await;
            let all = all.as_array().expect("verdicts").clone();
            assert!(
                all.iter()
                    .all(|word| word == "agrees" || word == "as-stated"),
                "{id}: {all:?}"
            );
        }
        for id in ["Q13-3-10", "H17-2"] {
            let shown = page.value(&measured(id)).await;
            let wanted = native(id);
            // Rows without chance say "exact" where others have their half width.
            assert_eq!(shown, wanted, "{id}");
        }
        let ticks = "[...document.querySelectorAll('[data-testid^=\"oracle:Q1/\"] .stamp')].every(stamp => stamp.textContent.includes('✓'))";
        assert_eq!(page.value(ticks).await, json!(true), "not colour alone");

        page.value("history.back()").await;
        page.until(
            "the studio is back",
            "!document.querySelector('.layout').hidden",
        )
        .await;
        assert_eq!(page.value(name).await, own, "the scenario is as it was");
        page.value("history.forward()").await;
        page.find("[data-testid=oracles]").await;
        let kept = page.value(&verdicts("Q1")).await;
        assert_eq!(kept[0], json!("agrees"), "what was measured stays");
        page.expect_silent_console().await;
    });
}

#[test]
fn another_seed_clears_and_stop_stops() {
    browser::run("validation-seed", async |studio| {
        let page = studio.open("#validation").await;
        page.find("[data-testid=oracles]").await;
        assert_eq!(
            page.value("document.querySelector('[data-testid=banner]')")
                .await,
            Value::Null,
            "the view's address is no broken link"
        );
        run(&page, "H16").await;
        until_judged(&page, "H16").await;
        let type_seed = |text: &str| {
            format!(
                "(() => {{ const box = document.querySelector('[data-testid=validation-seed]'); box.value = '{text}';
                    box.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()"
            )
        };
        page.value(&type_seed("77")).await;
        page.until(
            "nothing is run with the new seed",
            &format!("{}[0] === 'not-run'", verdicts("H16")),
        )
        .await;
        page.value(&type_seed("seven")).await;
        page.until("a bad seed is explained", "document.querySelector('#validation-seed-problem').textContent.includes('whole number')").await;
        page.value(&type_seed("78")).await;

        let count = "document.querySelector('[data-testid=validation-count]').dataset";
        page.click("[data-testid=validation-run-all]").await;
        page.until("some figures are judged", &format!("+{count}.run > 3"))
            .await;
        page.click("[data-testid=validation-stop]").await;
        page.until("it stops", &format!("{count}.running === 'false'"))
            .await;
        let (run, figures) = (
            page.value(&format!("+{count}.run")).await,
            page.value(&format!("+{count}.figures")).await,
        );
        assert!(run.as_f64() < figures.as_f64(), "{run} of {figures}");
        page.expect_silent_console().await;
    });
}

/// An edit is answered while all oracles are being run.
#[test]
fn the_simulation_comes_first() {
    browser::run("validation-beside", async |studio| {
        let page = studio.open("#validation").await;
        page.click("[data-testid=validation-run-all]").await;
        let count = "document.querySelector('[data-testid=validation-count]').dataset";
        page.until("the oracles are under way", &format!("+{count}.run > 3"))
            .await;
        page.click("[data-testid=validation-back]").await;
        page.find("[data-testid=kpi-attainment]").await;
        let answered = page
            .promised(
                "new Promise(resolve => {
                    const digest = () => document.querySelector('[data-testid=kpi-cost]')?.dataset.digest;
                    const box = document.querySelector('[data-testid=\"field:/run/seed\"] input[type=text]');
                    const before = digest(), at = performance.now();
                    box.value = '4242';
                    box.dispatchEvent(new Event('input', { bubbles: true }));
                    box.dispatchEvent(new Event('blur', { bubbles: true }));
                    const look = () => digest() !== before || performance.now() - at > 25000
                        ? resolve(performance.now() - at) : setTimeout(look, 10);
                    look();
                })",
            )
            .await;
        eprintln!("an edit beside the oracles is answered after {answered} ms");
        assert!(
            answered.as_f64().is_some_and(|ms| ms < 10_000.0),
            "{answered}"
        );
        page.expect_silent_console().await;
    });
}

#[test]
fn it_looks_right_and_what_is_run_agrees() {
    browser::run("validation-looks", async |studio| {
        let page = studio.open("#validation").await;
        page.click("[data-testid=validation-run-all]").await;
        let count = "document.querySelector('[data-testid=validation-count]').dataset";
        // All are a thousand million requests: half of the figures, unless `QEC_LONG` asks for all. Native runs have the same bytes.
        let share = if std::env::var_os("QEC_LONG").is_some() {
            1.0
        } else {
            0.5
        };
        page.until_within(
            Duration::from_secs(900),
            "figures are judged",
            &format!("{count}.run >= {share} * {count}.figures"),
        )
        .await;
        page.value("document.querySelector('[data-testid=validation-stop]')?.click()")
            .await;
        page.until("it stops", &format!("{count}.running === 'false'"))
            .await;
        let counts = page
            .value(&format!("[{count}.run, {count}.agree, {count}.figures]"))
            .await;
        assert_eq!(counts[0], counts[1], "{counts}");
        for (name, width, height, dark) in [
            ("validation-wide", 1440, 1000, false),
            ("validation-dark", 1440, 1000, true),
            ("validation-narrow", 400, 860, false),
            ("validation-narrow-dark", 400, 860, true),
            ("validation-320", 320, 700, false),
        ] {
            page.prefer_dark(dark).await;
            page.resize(width, height).await;
            tokio::time::sleep(Duration::from_millis(400)).await;
            page.screenshot(name).await;
            let overflow = page
                .value(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
                )
                .await;
            assert_eq!(overflow, json!(0), "{name} scrolls sideways");
            for (part, place) in [("middle", 0.3), ("end", 1.0)] {
                page.value(&format!(
                    "scrollTo(0, {place} * document.documentElement.scrollHeight)"
                ))
                .await;
                page.screenshot(&format!("{name}-{part}")).await;
            }
            page.value("scrollTo(0, 0)").await;
        }
        page.expect_silent_console().await;
    });
}
