//! Work is not lost: several tabs, files dropped on the page, remedies that can be taken back.

use super::journey::{DONE, open_short};
use serde_json::{Value, json};
use std::time::Duration;
use tests::browser::Page;

/// Drops a file on the page as a mouse does.
pub(super) async fn drop_file(page: &Page, name: &str, text: &str) {
    page.value(&format!(
        "(() => {{
            const data = new DataTransfer();
            data.items.add(new File([{}], {}));
            const at = {{ dataTransfer: data, bubbles: true, cancelable: true }};
            document.body.dispatchEvent(new DragEvent('dragover', at));
            return document.body.dispatchEvent(new DragEvent('drop', at));
        }})()",
        json!(text),
        json!(name)
    ))
    .await;
}

/// Sets a number in the form.
async fn set(page: &Page, pointer: &str, text: &str) {
    let field = format!("[data-testid=\"field:{pointer}\"] input[type=text]");
    let box_ = json!(field);
    page.until(pointer, &format!("document.querySelector({box_})"))
        .await;
    page.value(&format!(
        "(() => {{ const box = document.querySelector({box_}); box.value = {}; box.dispatchEvent(new Event('input', {{ bubbles: true }})); box.dispatchEvent(new Event('blur', {{ bubbles: true }})); return true; }})()",
        json!(text)
    ))
    .await;
}

async fn shown(page: &Page, pointer: &str) -> Value {
    page.value(&format!(
        "document.querySelector('[data-testid=\"field:{pointer}\"] input[type=text]')?.value"
    ))
    .await
}

#[test]
fn dropped_files_find_their_way() {
    tests::browser::run("drop", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        let hpa = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  scaleTargetRef: {kind: Deployment, name: web}\n  minReplicas: 3\n  maxReplicas: 17\n  metrics:\n  - type: Resource\n    resource: {name: cpu, target: {type: Utilization, averageUtilization: 55}}\n";
        drop_file(&page, "hpa.yaml", hpa).await;
        page.find("[data-testid=import-notes] li").await;
        page.click("[data-testid=import-done]").await;
        page.until("the manifest is in the form", "document.querySelector('[data-testid=\"field:/autoscaler/max_replicas\"] input[type=text]')?.value === '17'").await;

        let csv: String = (0..48)
            .map(|hour| format!("{},{}\n", 3600 * hour, 1000 + hour))
            .collect();
        drop_file(&page, "load.csv", &format!("time,requests\n{csv}")).await;
        page.find(
            "dialog[open] [data-testid=import-notes] li, dialog[open] [data-testid=import-problem]",
        )
        .await;
        page.screenshot("dropped-csv").await;
        assert_eq!(
            page.value(
                "document.querySelector('[data-testid=import-problem]')?.textContent ?? null"
            )
            .await,
            Value::Null
        );
        page.click("dialog[open] [data-testid=import-done]").await;
        page.until(
            "the traffic is recorded",
            "document.querySelector('[data-testid=\"field:/traffic/source/counts\"]')",
        )
        .await;

        // What was saved opens again.
        let template = include_str!("../../../scenarios/misconfigured-autoscaler.json");
        drop_file(&page, "mine.json", template).await;
        let name: Value = serde_json::from_str(template).expect("a template");
        let name = &name["name"];
        page.until(
            "the scenario is open",
            &format!("document.querySelector('[data-testid=scenario-name]').value === {name}"),
        )
        .await;

        drop_file(&page, "bad.json", "{\"version\": 1, \"traffic\": 5}").await;
        page.find("[data-testid=banner]").await;
        assert_eq!(
            page.value("document.querySelector('[data-testid=scenario-name]').value")
                .await,
            *name,
            "a bad file changes nothing"
        );
        page.expect_silent_console().await;
    });
}

#[test]
fn a_second_tab_does_not_overwrite_the_first() {
    tests::browser::run("two-tabs", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        set(&page, "/run/seed", "4321").await;
        page.until("the run is done", DONE).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        // Another tab of the same browser: the same storage, a session of its own.
        let client = page.client();
        let second = client.new_window(true).await.expect("a tab");
        client
            .switch_to_window(second.handle)
            .await
            .expect("the tab");
        page.go(&studio.url("")).await;
        page.until("the run is done in the second tab", DONE).await;
        assert_eq!(
            shown(&page, "/run/seed").await,
            json!("4321"),
            "the second tab opens the kept work"
        );
        set(&page, "/run/seed", "1234").await;
        page.until("the second tab says that it spares the first one's work", "[...document.querySelectorAll('[data-testid=toast]')].some(toast => toast.textContent.includes('another tab'))").await;
        page.click("[data-testid=gallery-open]").await;
        page.screenshot("two-tabs").await;
        page.click("[data-testid=aside]").await;
        page.until("the first tab's work is back", "document.querySelector('[data-testid=\"field:/run/seed\"] input[type=text]')?.value === '4321'").await;
        page.expect_silent_console().await;
    });
}

#[test]
fn a_warning_is_mended_by_its_button_and_by_undo_brought_back() {
    tests::browser::run("fix", async |studio| {
        let page = studio.open("").await;
        open_short(&page).await;
        set(&page, "/traffic/source/base_rps", "2000").await;
        set(&page, "/autoscaler/max_replicas", "6").await;
        let fix = "[data-testid=problems] [data-testid=fix]";
        page.find(fix).await;
        page.screenshot("fix").await;
        let words = page.text(fix).await;
        let wanted: String = words.chars().filter(char::is_ascii_digit).collect();
        page.click(fix).await;
        page.until("the bound is raised", &format!("document.querySelector('[data-testid=\"field:/autoscaler/max_replicas\"] input[type=text]').value === '{wanted}'")).await;
        page.until("the warning is gone", &format!("![...document.querySelectorAll('{fix}')].some(button => button.textContent === {})", json!(words))).await;
        page.click("[data-testid=toast-undo]").await;
        page.until("undo brings it back", "document.querySelector('[data-testid=\"field:/autoscaler/max_replicas\"] input[type=text]').value === '6'").await;
        page.expect_silent_console().await;
    });
}
