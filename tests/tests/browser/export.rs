//! What is on the page as files: charts as pictures, drawings and figures; the report as a page and as Markdown.

use super::journey::{DONE, open_short};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tests::browser::{self, Page};

/// A folder of this test's own, in which downloads land.
pub(super) async fn downloads(page: &Page, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).expect("a folder for downloads");
    let way = json!({ "behavior": "allow", "downloadPath": folder });
    page.devtools("Browser.setDownloadBehavior", way).await;
    folder
}

/// The bytes of the file that a click brings.
pub(super) async fn downloaded(
    page: &Page,
    folder: &Path,
    click: &str,
    extension: &str,
) -> Vec<u8> {
    page.click(click).await;
    let start = Instant::now();
    loop {
        let files = fs::read_dir(folder).expect("the folder").flatten();
        let file = files
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|found| found == extension));
        if let Some(file) = file {
            let bytes = fs::read(&file).expect("the file");
            fs::remove_file(&file).ok();
            if !bytes.is_empty() {
                return bytes;
            }
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "no .{extension} after {click}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The bytes of a chart in a format, by its menu.
async fn saved(page: &Page, folder: &Path, chart: &str, format: &str) -> Vec<u8> {
    page.click(&format!(
        "[data-testid={chart}] [data-testid=chart-export] summary"
    ))
    .await;
    let item = format!("[data-testid={chart}] [data-testid=export-{format}]");
    downloaded(page, folder, &item, format).await
}

#[test]
fn every_chart_is_saved_as_it_is_shown() {
    browser::run("export", async |studio| {
        let page = studio.open("").await;
        let folder = downloads(&page, "export").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        let replications = page
            .value("+document.querySelector('[data-testid=replications]').dataset.value")
            .await;
        let replications = replications.as_u64().expect("a number") as usize;
        for (tab, charts) in [
            (
                "executive",
                &["chart-resources", "chart-budget", "chart-cost", "chart-sli"][..],
            ),
            ("on-call", &["chart-time"]),
            ("explore", &["chart-front"]),
        ] {
            page.click(&format!("[data-testid=tab-{tab}]")).await;
            for chart in charts {
                page.find(&format!("[data-testid={chart}] canvas")).await;
                let svg = saved(&page, &folder, chart, "svg").await;
                let svg = String::from_utf8(svg).expect("text");
                let shown = page
                    .value(&format!("(() => {{ const figure = document.querySelector('[data-testid={chart}]');
                        return {{ title: figure.querySelector('h2').textContent, words: [...figure.querySelectorAll('.surface svg text')].map(text => text.textContent) }}; }})()"))
                    .await;
                let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
                let title = escape(shown["title"].as_str().expect("a title"));
                assert!(svg.contains(&format!("<title>{title}</title>")), "{title}");
                for word in shown["words"].as_array().expect("words") {
                    let word = escape(word.as_str().expect("a word"));
                    assert!(svg.contains(&format!(">{word}</text>")), "{chart}: {word}");
                }
                assert!(svg.contains("<path "), "{chart} has marks");
                let well_formed = page
                    .value(&format!("new DOMParser().parseFromString({}, 'image/svg+xml').querySelector('parsererror') === null", json!(svg)))
                    .await;
                assert_eq!(well_formed, json!(true), "{chart}");

                let png = saved(&page, &folder, chart, "png").await;
                assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "{chart}");
                let width = u32::from_be_bytes([png[16], png[17], png[18], png[19]]);
                assert!(width > 500, "{chart} is {width} pixels wide");
                fs::write(
                    browser::path("QEC_SCREENSHOTS").join(format!("export-{chart}.png")),
                    &png,
                )
                .expect("a picture to look at");

                let csv = saved(&page, &folder, chart, "csv").await;
                let csv = String::from_utf8(csv).expect("text");
                let lines: Vec<&str> = csv.lines().collect();
                let columns = lines[0].split(',').count();
                assert!(columns > 1, "{chart}: {}", lines[0]);
                if ["chart-cost", "chart-sli"].contains(chart) {
                    assert_eq!(
                        lines.len(),
                        replications + 1,
                        "{chart} has a line for each replication"
                    );
                }
                if *chart == "chart-cost" {
                    let sum: f64 = lines[1..]
                        .iter()
                        .map(|line| {
                            line.split(',')
                                .nth(1)
                                .expect("a cost")
                                .parse::<f64>()
                                .expect("a number")
                        })
                        .sum();
                    let mean = page
                        .value("+document.querySelector('[data-testid=kpi-cost]').dataset.value")
                        .await;
                    let mean = mean.as_f64().expect("a number");
                    assert!(
                        (sum / replications as f64 - mean).abs() < 1e-6 * mean,
                        "{sum} {mean}"
                    );
                }
            }
        }
        page.expect_silent_console().await;
    });
}

#[test]
fn the_report_stands_on_its_own() {
    browser::run("report", async |studio| {
        let page = studio.open("").await;
        let folder = downloads(&page, "report").await;
        open_short(&page).await;
        page.until("the run is done", DONE).await;
        page.click("[data-testid=tab-report]").await;
        page.find("[data-testid=report] [data-testid=chart-time] canvas")
            .await;
        // The charts are painted in the frame after.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let headline = page.text("[data-testid=headline] strong").await;
        let link = page.text("[data-testid=report-link]").await;
        let digest = page
            .value("document.querySelector('[data-testid=digest]').textContent")
            .await;
        let digest = digest.as_str().expect("a digest").to_owned();

        let markdown = downloaded(&page, &folder, "[data-testid=report-markdown]", "md").await;
        let markdown = String::from_utf8(markdown).expect("text");
        for part in [
            "## Key figures",
            "## Assumptions",
            "| Figure | Mean ± 95 % |",
            &digest,
        ] {
            assert!(markdown.contains(part), "{part}: {markdown}");
        }
        assert!(
            markdown
                .lines()
                .filter(|line| line.starts_with("| "))
                .count()
                > 60,
            "{markdown}"
        );

        let html = downloaded(&page, &folder, "[data-testid=report-html]", "html").await;
        let html = String::from_utf8(html).expect("text");
        assert!(
            html.contains(&digest) && html.contains(&link.replace('&', "&amp;")),
            "provenance"
        );
        for foreign in ["<script", "<canvas", "<button", " src=", "url("] {
            assert!(!html.contains(foreign), "{foreign}");
        }
        let file = folder.join("report-to-open.html");
        fs::write(&file, &html).expect("the report");
        let reader = studio.open("").await;
        reader.go(&format!("file://{}", file.display())).await;
        assert_eq!(reader.text("[data-testid=headline] strong").await, headline);
        let drawn = "[...document.querySelectorAll('svg.still')].filter(svg => svg.querySelectorAll('path, circle').length > 3 && svg.getBoundingClientRect().width > 100).length";
        assert_eq!(reader.value(drawn).await, json!(8), "every chart is drawn");
        for (name, width, dark) in [
            ("report-file", 1280, false),
            ("report-file-dark", 1280, true),
            ("report-file-400", 400, false),
        ] {
            reader.prefer_dark(dark).await;
            reader.resize(width, 1400).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            reader.screenshot(name).await;
            let overflow = reader
                .value(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
                )
                .await;
            assert_eq!(overflow, json!(0), "{name} scrolls sideways");
        }
        let printed = page
            .devtools("Page.printToPDF", json!({ "printBackground": true }))
            .await;
        let pdf = printed["data"].as_str().expect("a document");
        assert!(pdf.len() > 20_000, "{} characters of PDF", pdf.len());
        fs::write(
            browser::path("QEC_SCREENSHOTS").join("report.pdf.base64"),
            pdf,
        )
        .ok();
        page.expect_silent_console().await;
        reader.expect_silent_console().await;
    });
}
