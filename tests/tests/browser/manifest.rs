//! A newcomer pastes the manifest that runs in their cluster, clicks a moment where it did not scale, and reads why:
//! in the same words as the command line, for the same decision.

use super::journey::{DONE, open_short};
use serde_json::{Value, json};
use sim_core::control::decision::{Decision, LogFilter, Rule};
use sim_core::replication::{Replay, ReplayRequest, Setup, replay};
use sim_core::scenario::check_json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tests::browser::Page;

const BURST: &str = include_str!("../../fixtures/hpa_checkout_burst.yaml");

/// Opens the dialog, puts a text into it as pasting does, and asks for the import.
async fn paste(page: &Page, text: &str) {
    page.click("[data-testid=import-hpa]").await;
    page.find("dialog[open] [data-testid=import-text]").await;
    page.value(&format!(
        "(() => {{ document.querySelector('dialog[open] [data-testid=import-text]').value = {}; return true; }})()",
        Value::from(text)
    ))
    .await;
    page.click("dialog[open] [data-testid=import-apply]").await;
    page.until(
        "the import is answered",
        "document.querySelector('dialog[open] [data-testid=import-notes], dialog[open] [data-testid=import-problem]')",
    )
    .await;
}

/// The scenario on the page, by way of its link.
pub(super) async fn document(page: &Page) -> String {
    page.click("[data-testid=share-open]").await;
    let link = page.find("[data-testid=share-link]").await;
    let link = link
        .prop("value")
        .await
        .expect("a property")
        .expect("a link");
    page.click("[data-testid=share-dialog] [aria-label=Close]")
        .await;
    let shared = sim_core::share::decode(&link).expect("the page's own link opens");
    shared.document_json
}

/// All decisions of a replication, computed here.
fn native(document: &str, replication: u32) -> Replay {
    let scenario = check_json(document).unwrap_or_else(|problems| panic!("{problems}"));
    let seed = scenario.document().run.seed;
    let filter = LogFilter {
        from_s: 0.0,
        to_s: 1e9,
        changes_only: false,
        most: 1_000_000,
    };
    let request = ReplayRequest {
        replication,
        filter,
        most_ticks: 0,
    };
    replay(&Setup::new(scenario, false, None), seed, &request)
}

/// The decision cards on the page.
async fn cards(page: &Page) -> Vec<Value> {
    page.until(
        "the decisions of the moment are there",
        "document.querySelector('[data-testid=moment] [aria-busy=false] .decision .why')",
    )
    .await;
    let cards = page
        .value(
            "[...document.querySelectorAll('[data-testid=moment-decisions] .decision')].map(card => ({
                at: card.dataset.at, rule: card.dataset.rule, why: card.querySelector('.why').textContent,
                who: card.querySelector('strong').textContent, step: card.querySelector('.badge').textContent,
                asks: [...card.querySelectorAll('tbody tr')].map(row => row.lastElementChild.textContent) }))",
        )
        .await;
    cards.as_array().cloned().expect("a list")
}

/// A card as it must be.
fn card(decision: &Decision) -> Value {
    let step = match decision.is_change() {
        true => format!("{} → {}", decision.from, decision.to),
        false => format!("stays at {}", decision.to),
    };
    let asks = decision.inputs.iter().map(|input| match input.proposes {
        Some(replicas) => replicas.to_string(),
        None => "–".to_owned(),
    });
    json!({ "at": decision.at_s.to_string(), "rule": decision.rule.label(), "why": decision.why, "who": decision.controller,
            "step": step, "asks": asks.collect::<Vec<_>>() })
}

/// Clicks a chart at a share of its width.
async fn click_chart(page: &Page, chart: &str, share: f64) {
    page.find(chart).await;
    let script = format!(
        "(() => {{
            const chart = document.querySelector('{chart}');
            chart.scrollIntoView({{ block: 'center', behavior: 'instant' }});
            const box = chart.getBoundingClientRect();
            const at = {{ bubbles: true, clientX: box.left + box.width * {share}, clientY: box.top + box.height / 2 }};
            chart.dispatchEvent(new PointerEvent('pointermove', at));
            chart.dispatchEvent(new MouseEvent('click', at));
            return true;
        }})()"
    );
    page.value(&script).await;
}

/// The card on the page is the decision that holds at its moment; gives it.
async fn same_words(page: &Page, native: &Replay) -> Decision {
    let shown = cards(page).await;
    let [shown] = &shown[..] else {
        panic!("one controller, one card: {shown:#?}");
    };
    let decision = native
        .decisions
        .iter()
        .find(|decision| shown["at"].as_str() == Some(&*decision.at_s.to_string()))
        .unwrap_or_else(|| panic!("nobody decided then: {shown}"));
    assert_eq!(*shown, card(decision));
    decision.clone()
}

#[test]
fn a_pasted_manifest_says_why_it_did_not_scale() {
    tests::browser::run("manifest", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        paste(&page, BURST).await;
        let notes = page.text("[data-testid=import-notes]").await;
        for told in [
            "Min replicas 2",
            "Max replicas 6",
            "CPU utilisation, Target 60 %",
            "Ignored beside it: Service checkout",
        ] {
            assert!(
                notes.replace('\u{a0}', " ").contains(told),
                "{told}: {notes}"
            );
        }
        page.screenshot("manifest-imported").await;
        page.click("[data-testid=import-done]").await;
        page.until("the run is done", DONE).await;
        let document = document(&page).await;
        let first = native(&document, 0);

        // A moment of the day, and then all along the stretch around it.
        page.click("[data-testid=tab-on-call]").await;
        click_chart(&page, ".time-panels .surface", 0.4).await;
        let mut rules = BTreeSet::new();
        let mut held = 0;
        same_words(&page, &first).await;
        page.screenshot("manifest-moment").await;
        for day_share in [0.4, 0.62, 0.85] {
            click_chart(&page, ".time-panels .surface", day_share).await;
            for step in 0..12 {
                click_chart(
                    &page,
                    "[data-testid=moment] .surface",
                    0.08 + 0.075 * f64::from(step),
                )
                .await;
                let decision = same_words(&page, &first).await;
                held += u32::from(!decision.is_change());
                rules.insert(decision.rule.label());
            }
        }
        eprintln!("rules read: {rules:?}; {held} times nothing changed");
        for wanted in ["within tolerance", "maximum", "stabilisation window"] {
            assert!(rules.contains(wanted), "{wanted} among {rules:?}");
        }
        // A moment at which the policy of the manifest limits the speed, in the first replication with such a burst.
        let slowed = (0..100).find_map(|replication| {
            let native = native(&document, replication);
            let slow = native.decisions.iter();
            let slow =
                slow.filter(|d| d.rule == Rule::RateLimit && (7200.0..79_200.0).contains(&d.at_s));
            let slow = slow.min_by(|a, b| a.at_s.total_cmp(&b.at_s))?.clone();
            Some((replication, native, slow))
        });
        let (replication, native, slow) = slowed.expect("a burst that the policies slow down");
        page.value(&format!(
            "(() => {{ const box = document.querySelector('[data-testid=moment] input.count'); box.value = '{}';
                box.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()",
            replication + 1
        ))
        .await;
        page.until(
            "the replication is played again",
            "document.querySelector('[data-testid=moment] [aria-busy=false] .decision')",
        )
        .await;
        click_chart(&page, ".time-panels .surface", slow.at_s / 86_400.0).await;
        let near = same_words(&page, &native).await;
        let strip = 0.5 + 0.92 * (slow.at_s - near.at_s) / 7200.0;
        click_chart(&page, "[data-testid=moment] .surface", strip).await;
        let mut shown = same_words(&page, &native).await;
        for _ in 0..60 {
            if shown.at_s == slow.at_s {
                break;
            }
            let button = if shown.at_s < slow.at_s { 3 } else { 2 };
            page.click(&format!(".steps button:nth-of-type({button})"))
                .await;
            shown = same_words(&page, &native).await;
        }
        assert_eq!(shown, slow);
        assert!(
            shown.why.contains("(1 pod in 300 s) allow no more than"),
            "{}",
            shown.why
        );
        page.screenshot("manifest-rate-limit").await;

        for (name, width, dark) in [
            ("manifest-wide-dark", 1440, true),
            ("manifest-400", 400, false),
            ("manifest-320-dark", 320, true),
        ] {
            page.prefer_dark(dark).await;
            page.resize(width, 900).await;
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            page.value("document.querySelector('[data-testid=moment-decisions]').scrollIntoView({ block: 'center', behavior: 'instant' })").await;
            page.screenshot(name).await;
            let hidden = "[...document.querySelectorAll('[data-testid=moment-decisions] td, [data-testid=moment-decisions] .why')]
                .filter(part => part.getBoundingClientRect().right > innerWidth || part.getBoundingClientRect().width < 1).length";
            assert_eq!(
                page.value(hidden).await,
                json!(0),
                "{name}: all of the answer is in sight"
            );
        }
        page.expect_silent_console().await;
    });
}

/// Manifests that people have, or that are broken as people break them, and what the page must say.
#[test]
fn every_manifest_is_taken_or_refused_with_a_way_out() {
    tests::browser::run("manifests", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        let json = json!({ "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": { "name": "a" },
            "spec": { "minReplicas": 2, "maxReplicas": 5 } });
        let vpa = "apiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: v}\nspec: {}\n";
        for (text, wanted) in [
            ("", "paste a manifest"),
            ("hello", "HorizontalPodAutoscaler"),
            ("a: [1, 2\nb: 3\n", "line 2"),
            ("kind: HorizontalPodAutoscaler\n\tspec: 3\n", "found a tab"),
            (
                "kind: Deployment\nmetadata: {name: web}\n",
                "Deployment web",
            ),
            (vpa, "Pod sizes (VPA)"),
            (
                &json.to_string().replace("autoscaling/v2", "autoscaling/v9"),
                "autoscaling/v9",
            ),
            (
                &json.to_string().replace("maxReplicas", "maxReplica"),
                "spec.maxReplica",
            ),
            (
                &BURST.replace("maxReplicas: 6", "maxReplicas: seven"),
                "spec.maxReplicas",
            ),
            (
                &BURST.replace("checkout\n", "{{ .Values.name }}\n"),
                "helm template",
            ),
        ] {
            paste(&page, text).await;
            let said = page.text("dialog[open] [data-testid=import-problem]").await;
            assert!(said.contains(wanted), "{text:?}: {said}");
            page.click("[data-testid=hpa-dialog] [aria-label=Close]")
                .await;
        }
        take(&page, &json.to_string(), "a List as JSON").await;

        let folder = std::env::var_os("QEC_SAMPLES").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"),
            |samples| PathBuf::from(samples).join("k8s"),
        );
        let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|ending| ending == "yaml" || ending == "yml")
            })
            .collect();
        files.sort();
        assert!(!files.is_empty(), "no manifests in {}", folder.display());
        for file in files {
            let text = std::fs::read_to_string(&file).expect("text");
            take(&page, &text, &file.display().to_string()).await;
        }
        page.expect_silent_console().await;
    });
}

/// A manifest is taken, told in words and run, or refused with a sentence that names a place in it.
async fn take(page: &Rc<Page>, text: &str, name: &str) {
    paste(page, text).await;
    let taken = page
        .value("!!document.querySelector('dialog[open] [data-testid=import-notes]')")
        .await;
    if taken == json!(true) {
        let notes = page.text("[data-testid=import-notes]").await;
        eprintln!("{name}: taken\n{notes}\n");
        assert!(
            notes.starts_with("Autoscaler: ") || notes.starts_with("Node autoscaler: "),
            "{name}: {notes}"
        );
        page.click("[data-testid=import-done]").await;
        page.until(
            "there is a result, or the page says what it lacks",
            "['refining', 'done', 'invalid'].includes(document.querySelector('[data-testid=run-state]').dataset.phase) \
                && (!document.querySelector('.kpis.stale') || document.querySelector('[data-testid=problems]'))",
        )
        .await;
    } else {
        let said = page.text("dialog[open] [data-testid=import-problem]").await;
        eprintln!("{name}: refused\n{said}\n");
        let place = ["spec.", "line ", "kind", "apiVersion"];
        assert!(
            said.len() > 40 && place.iter().any(|place| said.contains(place)),
            "{name}: {said}"
        );
        page.click("[data-testid=hpa-dialog] [aria-label=Close]")
            .await;
    }
}

/// Switching the kind of the autoscaler, of its metrics and of the node autoscaler leaves a scenario that runs.
#[test]
fn every_kind_of_autoscaler_runs() {
    tests::browser::run("kinds", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        let kinds = page.value("[...document.querySelector('#field-autoscaler-kind').options].map(option => option.value)").await;
        let kinds: Vec<String> = serde_json::from_value(kinds).expect("words");
        assert!(kinds.len() >= 9, "{kinds:?}");
        for kind in kinds {
            page.value(&format!(
                "(() => {{ const list = document.querySelector('#field-autoscaler-kind'); list.value = '{kind}';
                    list.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()"
            ))
            .await;
            page.until(
                &format!("{kind} is chosen"),
                &format!("document.querySelector('#field-autoscaler-kind').value === '{kind}'"),
            )
            .await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            page.until(
                &format!("{kind} gives a result"),
                "['refining', 'done'].includes(document.querySelector('[data-testid=run-state]').dataset.phase) \
                    && !document.querySelector('.kpis.stale, .kpis.preliminary')",
            )
            .await;
            let unnamed = "[...document.querySelectorAll('[data-testid=section-autoscaler] .field')].filter(field => {
                const help = field.querySelector(':scope > .help');
                return !field.querySelector('.field-head')?.textContent.replace('?', '').trim() || !help?.textContent.trim();
            }).map(field => field.dataset.testid)";
            assert_eq!(
                page.value(unnamed).await,
                json!([]),
                "{kind}: fields without a name or help"
            );
        }
        page.expect_silent_console().await;
    });
}
