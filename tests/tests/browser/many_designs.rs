//! A sweep of 3,025 designs: it moves with the hand, says which design lies under it, and stays readable.

use super::files::drop_file;
use super::speed::{TOOLS, done, hold, quantile, sorted, template};
use serde_json::{Value, json};
use sim_core::scenario::check_value;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{Collection, DesignPoint, Plan, Prepared, Rounds, SweepReport};
use sim_report::designs::{chance, cost_text};
use sim_report::form::value_words;
use std::time::{Duration, Instant};
use tests::browser::Page;

const KNOBS: [&str; 2] = [
    "/autoscaler/min_replicas",
    "/autoscaler/metrics/0/target_percent",
];

/// Seventy minutes of the first template at a flat rate with bursts that are more than it can follow, over a grid of 55 × 55.
pub(super) fn swept() -> Value {
    let mut swept = template();
    swept["name"] = json!("Thousands of designs");
    swept["slo"]["window_days"] = json!(0.05);
    swept["slo"]["objectives"][1] =
        json!({ "sli": "latency", "threshold_ms": 250, "target_percent": 98.5 });
    swept["slo"]["wanted_attainment_percent"] = json!(50);
    swept["run"]["warm_up_minutes"] = json!(20);
    swept["run"]["min_replications"] = json!(8);
    swept["run"]["max_replications"] = json!(8);
    swept["traffic"]["source"]["base_rps"] = json!(600);
    swept["traffic"]["source"]["daily"] = json!({ "kind": "flat" });
    swept["traffic"]["over_dispersion"] = json!(0.05);
    swept["traffic"]["bursts"] =
        json!({ "factor": 3, "mean_gap_hours": 0.5, "mean_duration_minutes": 15 });
    swept["autoscaler"]["max_replicas"] = json!(60);
    swept["fleet"]["max_nodes"] = json!(40);
    swept["sweep"] = json!([{ "path": KNOBS[0], "from": 5, "to": 59, "steps": 55 },
        { "path": KNOBS[1], "from": 30, "to": 84, "steps": 55 }]);
    swept
}

fn checked(document: &Value) -> ScenarioDocument {
    let scenario = check_value(document).unwrap_or_else(|problems| panic!("{problems}"));
    scenario.document().clone()
}

/// The same sweep outside the browser.
fn computed(document: &Value) -> SweepReport {
    let plan = Plan::sweep(&checked(document));
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let (rounds, mut collection) = (Rounds::new(&plan), Collection::new(&plan));
    loop {
        let round = rounds.next_round(&collection);
        if round.is_empty() {
            return SweepReport::new(&plan, &collection);
        }
        for shard in round {
            collection.add(prepared.run_shard(shard));
        }
    }
}

/// What sets a design apart from the one on the page.
fn title(document: &Value, point: &DesignPoint) -> String {
    let values = KNOBS.iter().zip(&point.values);
    let differs = values
        .filter(|(path, value)| document.pointer(path).and_then(Value::as_f64) != value.as_f64());
    let words: Vec<String> = differs
        .map(|(path, value)| value_words(path, value))
        .collect();
    match words.is_empty() {
        true => "As this design".to_owned(),
        false => words.join(", "),
    }
}

/// The pointer at shares of the chart; what the tip says then, and where each tick of the axes lies.
const HOVER: &str = "speed.hover = async (x, y) => {
    const surface = document.querySelector('.front .surface'), box = surface.getBoundingClientRect();
    const at = [x * box.width, y * box.height];
    surface.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: box.left + at[0], clientY: box.top + at[1] }));
    await speed.wait(60);
    const tip = surface.querySelector('.tip');
    const ticks = [...surface.querySelectorAll('text.tick')].map(tick => [+tick.getAttribute('x'), +tick.getAttribute('y'), tick.textContent, tick.getAttribute('text-anchor')]);
    return { at, title: tip?.querySelector('strong').textContent, lines: tip ? [...tip.querySelectorAll('dd')].map(line => line.textContent) : [], ticks };
}";

/// An axis, from two of its ticks: pixels of a value.
struct Axis {
    first: (f64, f64),
    last: (f64, f64),
}

impl Axis {
    fn of(ticks: &[Value], anchor: &str, place: usize, offset: f64) -> Self {
        let own = ticks.iter().filter(|tick| tick[3] == anchor);
        let own: Vec<(f64, f64)> = own
            .map(|tick| {
                let pixel = tick[place].as_f64().expect("a place") + offset;
                (amount(tick[2].as_str().expect("a label")), pixel)
            })
            .collect();
        let (first, last) = (own.first().expect("ticks"), own.last().expect("ticks"));
        assert!(first.0 != last.0, "{own:?}");
        Self {
            first: *first,
            last: *last,
        }
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value - self.first.0) / (self.last.0 - self.first.0);
        self.first.1 + share * (self.last.1 - self.first.1)
    }
}

/// A tick's number: dollars, or a share.
fn amount(label: &str) -> f64 {
    let kept = |letter: &char| letter.is_ascii_digit() || *letter == '.';
    let number: f64 = label
        .chars()
        .filter(kept)
        .collect::<String>()
        .parse()
        .expect("a number");
    if label.contains('%') {
        number / 100.0
    } else if label.contains('k') {
        number * 1000.0
    } else {
        number
    }
}

/// Under the pointer lies the design that is nearest to it, by figures computed elsewhere, and the tip tells them.
async fn hover_is_right(
    page: &Page,
    document: &Value,
    sweep: &SweepReport,
    x: f64,
    y: f64,
) -> bool {
    let seen = page.promised(&format!("speed.hover({x}, {y})")).await;
    let ticks = seen["ticks"].as_array().expect("ticks");
    let (costs, chances) = (
        Axis::of(ticks, "middle", 0, 0.0),
        Axis::of(ticks, "end", 1, -4.0),
    );
    let pointer: (f64, f64) = serde_json::from_value(seen["at"].clone()).expect("a place");
    let distance = |point: &DesignPoint| {
        let across = costs.at(point.cost_per_month.mean) - pointer.0;
        (chances.at(point.attainment.estimate) - pointer.1).hypot(across)
    };
    let nearest = sweep
        .points
        .iter()
        .map(distance)
        .fold(f64::INFINITY, f64::min);
    let Some(shown) = seen["title"].as_str() else {
        assert!(
            nearest > 37.0,
            "nothing is shown, and {nearest} pixels away lies one"
        );
        return false;
    };
    if shown == "This design" {
        return false;
    }
    let point = sweep
        .points
        .iter()
        .find(|point| title(document, point) == shown);
    let point = point.unwrap_or_else(|| panic!("no design is {shown:?}"));
    let away = distance(point);
    assert!(
        away <= nearest + 1.5,
        "{shown} lies {away} pixels away, another {nearest}"
    );
    let lines = [chance(&point.attainment), cost_text(&point.cost_per_month)];
    assert_eq!(seen["lines"][0], lines[0]);
    assert_eq!(seen["lines"][1], lines[1]);
    true
}

/// Measured: 0.98 s in a sweep of 10 s, 2.2 s in one of 30 s and 2.5 s in one of 47 s beside many other programs; before
/// designs without news were left alone, 2.0 s in 11 s and 3.8 s in 30 s.
const RESULTS_S: f64 = 1.2;
const REPORTS_S: f64 = 0.05;

/// Processor time that the page's thread has taken for its tasks, seconds.
async fn busy_s(page: &Page) -> f64 {
    page.devtools("Performance.enable", json!({ "timeDomain": "threadTicks" }))
        .await;
    let told = page.devtools("Performance.getMetrics", json!({})).await;
    let metrics = told["metrics"].as_array().expect("metrics");
    let tasks = metrics
        .iter()
        .find(|metric| metric["name"] == "TaskDuration")
        .expect("the time of tasks");
    tasks["value"].as_f64().expect("a number")
}

#[test]
fn thousands_of_designs_move_with_the_hand() {
    tests::browser::run("many-designs", async |studio| {
        let page = studio.open("").await;
        page.find("[data-testid=scenario-name]").await;
        let document = swept();
        drop_file(&page, "swept.json", &document.to_string()).await;
        page.until(
            "it is open",
            "document.querySelector('[data-testid=scenario-name]').value === 'Thousands of designs'",
        )
        .await;
        page.value("(document.querySelector('[data-testid=tab-explore]').click(), true)")
            .await;
        done(&page).await;
        page.value(TOOLS).await;
        page.value(&format!("({HOVER}, true)")).await;
        let (begun, busy) = (Instant::now(), busy_s(&page).await);
        page.click("[data-testid=sweep-run]").await;
        page.until_within(
            Duration::from_secs(400),
            "the sweep is over",
            "document.querySelector('[data-testid=front-point-0]') && document.querySelector('[data-testid=sweep-run]').dataset.running === 'false'",
        )
        .await;
        // What waits for other programs is no fault of the page's: its own work is bounded by what 24,200 results take, and what
        // reports on them take in each second.
        let (busy, took) = (busy_s(&page).await - busy, begun.elapsed().as_secs_f64());
        let most = RESULTS_S + REPORTS_S * took;
        eprintln!("| the same, swept in {took:.1} s: at most {most:.2} s of processor time | | |");
        hold(
            "3,025 designs swept: processor time of the page's thread",
            busy,
            "s",
            "",
            most,
        );
        let longest = "Math.max(0, ...speed.tasks.map(task => task[1]))";
        let longest = page.value(longest).await.as_f64().expect("a number");
        hold(
            "3,025 designs swept: longest task of the page's thread (0: none of 50 ms)",
            longest,
            "ms",
            "≤ 50 ms",
            250.0,
        );
        page.value("(document.querySelector('.front').scrollIntoView({ block: 'center', behavior: 'instant' }), true)").await;

        // Whichever design the pointer finds, it is the nearest.
        let sweep = computed(&document);
        assert_eq!(sweep.points.len(), 3025);
        let mut found = 0;
        for (x, y) in [
            (0.3, 0.1),
            (0.5, 0.3),
            (0.6, 0.6),
            (0.4, 0.8),
            (0.8, 0.15),
            (0.2, 0.85),
        ] {
            found += u32::from(hover_is_right(&page, &document, &sweep, x, y).await);
        }
        assert!(found >= 2, "the pointer found {found} designs");

        // A part, moved to and fro.
        page.promised(
            "speed.frames('.front .surface', step => 0.06 + 0.9 * Math.min(1, step / 5), 6)",
        )
        .await;
        page.find("[data-testid=front-whole]").await;
        let gaps = sorted(
            &page
                .promised(
                    "speed.frames('.front .surface', step => 0.5 + 0.04 * Math.sin(step / 6), 150)",
                )
                .await,
        );
        let rate = 1000.0 / (gaps.iter().sum::<f64>() / gaps.len() as f64);
        eprintln!("| 3,025 designs on the front, dragged: frames | {rate:.1} a second | ≥ 50 |");
        hold(
            "3,025 designs on the front, dragged: between frames, median",
            quantile(&gaps, 0.5),
            "ms",
            "≤ 20 ms",
            34.0,
        );
        for (x, y) in [(0.5, 0.12), (0.6, 0.6), (0.35, 0.85)] {
            hover_is_right(&page, &document, &sweep, x, y).await;
        }
        page.click("[data-testid=front-whole]").await;

        // As a table: the front and what lies near it.
        page.click("[data-testid=chart-front] button[aria-pressed]")
            .await;
        page.until(
            "the table says what it leaves out",
            "document.querySelector('[data-testid=chart-front]').textContent.includes('2,825 more are in the CSV and JSON files')",
        )
        .await;
        let rows = page
            .value("document.querySelectorAll('[data-testid=chart-front] .table-scroll:last-of-type tbody tr').length")
            .await;
        assert_eq!(rows, json!(200));
        page.click("[data-testid=chart-front] button[aria-pressed]")
            .await;

        for (name, width, dark) in [
            ("1280", 1280, false),
            ("1280-dark", 1280, true),
            ("400", 400, false),
        ] {
            page.prefer_dark(dark).await;
            page.resize(width, 900).await;
            page.value("(document.querySelector('[data-testid=chart-front]').scrollIntoView({ block: 'start', behavior: 'instant' }), true)").await;
            tokio::time::sleep(Duration::from_millis(400)).await;
            page.screenshot(&format!("many-designs-{name}")).await;
        }
        page.expect_silent_console().await;
    });
}
