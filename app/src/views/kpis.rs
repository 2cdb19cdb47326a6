//! The figures that matter, each with its uncertainty.

use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::stats::Summary;
use sim_core::study::{ObjectiveReport, Report};
use std::sync::Arc;

/// The strip.
#[component]
pub fn Kpis() -> impl IntoView {
    let studio = studio();
    let wanted = Memo::new(move |_| studio.wanted());
    let preliminary = Memo::new(move |_| studio.preview.with(Option::is_some));
    let strip = move || match (studio.preview.get(), studio.report.get()) {
        (Some(first), _) => filled(&first.report, wanted.get(), Some(first.days)),
        (None, Some(report)) => filled(&report, wanted.get(), None),
        (None, None) => skeleton(),
    };
    view! {
        <section class="kpis" class:stale=move || studio.stale.get() && !preliminary.get() class:preliminary=move || preliminary.get() aria-label="Key figures" aria-busy=move || studio.stale.get().to_string()>
            {strip}
        </section>
    }
}

fn skeleton() -> AnyView {
    let names = [
        "Chance to meet the SLO",
        "Cost per month",
        "P95 latency",
        "Error budget used",
        "Replicas",
        "Cost per million requests",
    ];
    names
        .into_iter()
        .map(|name| view! { <div class="kpi loading"><span class="kpi-name">{name}</span><span class="kpi-value">"\u{2007}"</span><span class="kpi-range">"computing…"</span></div> })
        .collect_view()
        .into_any()
}

/// One figure on the strip.
struct Kpi {
    testid: String,
    name: String,
    value: String,
    exact: f64,
    range: String,
    more: String,
    class: &'static str,
    gauge: Option<AnyView>,
}

impl Kpi {
    fn view(self, digest: &str) -> AnyView {
        view! {
            <div class=format!("kpi {}", self.class) data-testid=self.testid data-value=self.exact.to_string() data-digest=digest.to_owned()>
                <span class="kpi-name">{self.name}</span>
                <span class="kpi-value">{self.value}</span>
                {self.gauge}
                <span class="kpi-range">{self.range}</span>
                <span class="kpi-more">{self.more}</span>
            </div>
        }
        .into_any()
    }
}

fn filled(report: &Arc<Report>, wanted: f64, days: Option<f64>) -> AnyView {
    let digest = report.digest.as_str();
    let mut all = vec![attainment(report, wanted), cost(report)];
    all.extend(figure(
        report,
        "p95_latency",
        "kpi-p95",
        "P95 latency",
        format::milliseconds,
    ));
    all.extend(
        report
            .objectives
            .iter()
            .enumerate()
            .map(|(index, objective)| budget(index, objective)),
    );
    all.extend(replicas(report));
    all.extend(figure(
        report,
        "cost_per_million_requests",
        "kpi-per-million",
        "Cost per million requests",
        format::money,
    ));
    if let Some(days) = days {
        let beginning = match days {
            7.0 => "first week".to_owned(),
            1.0 => "first day".to_owned(),
            days => format!("first {days} days"),
        };
        for kpi in &mut all {
            kpi.range = "preliminary:".to_owned();
            kpi.more = format!("{beginning} of one replication");
        }
    }
    all.into_iter()
        .map(|kpi| kpi.view(digest))
        .collect_view()
        .into_any()
}

fn attainment(report: &Report, wanted: f64) -> Kpi {
    let attainment = &report.attainment;
    let (class, verdict) = if attainment.ci_low >= wanted {
        ("hero good", "clears")
    } else if attainment.ci_high < wanted {
        ("hero bad", "misses")
    } else {
        ("hero open", "not decided against")
    };
    Kpi {
        testid: "kpi-attainment".to_owned(),
        name: "Chance to meet the SLO".to_owned(),
        value: format::percent(attainment.estimate, 0),
        exact: attainment.estimate,
        range: format!(
            "95\u{a0}% interval {}",
            whole(&format::range(
                attainment.ci_low,
                attainment.ci_high,
                |share| format::percent(share, 0)
            ))
        ),
        more: format!("{verdict} the wanted {}", format::percent(wanted, 0)),
        class,
        gauge: Some(gauge(
            attainment.estimate,
            attainment.ci_low,
            attainment.ci_high,
            Some(wanted),
        )),
    }
}

/// A line from 0 to 1 with the interval, the value and a mark for what is wanted.
fn gauge(value: f64, low: f64, high: f64, mark: Option<f64>) -> AnyView {
    let at = |share: f64| format!("{:.2}", share.clamp(0.0, 1.0) * 100.0);
    let width = format!("{:.2}", ((high - low).clamp(0.0, 1.0) * 100.0).max(0.6));
    let mark = mark.map(
        |mark| view! { <rect class="gauge-mark" x=at(mark) y="0" width="0.7" height="10"></rect> },
    );
    view! {
        <svg class="gauge" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="gauge-track" x="0" y="4" width="100" height="2"></rect>
            <rect class="gauge-range" x=at(low) y="2.5" width=width height="5"></rect>
            <rect class="gauge-value" x=at((value - 0.005).max(0.0)) y="1" width="1" height="8"></rect>
            {mark}
        </svg>
    }
    .into_any()
}

fn cost(report: &Report) -> Kpi {
    let empty = Summary::default();
    let summary = report
        .figure("cost_per_month")
        .map_or(&empty, |figure| &figure.summary);
    let top = summary.max.max(summary.mean) * 1.15;
    let share = |value: f64| if top > 0.0 { value / top } else { 0.0 };
    Kpi {
        testid: "kpi-cost".to_owned(),
        name: "Cost per month".to_owned(),
        value: format::money(summary.mean),
        exact: summary.mean,
        range: interval(summary, format::money),
        more: spread(summary, format::money),
        class: "hero",
        gauge: Some(gauge(
            share(summary.mean),
            share(summary.p5),
            share(summary.p95),
            None,
        )),
    }
}

fn interval(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    if summary.n < 2 {
        return "n=1, no interval yet".to_owned();
    }
    let half = summary.half_width();
    if half > 0.0 && half < NOTHING * summary.mean.abs() {
        return "±\u{a0}under 0.01\u{a0}% (95\u{a0}%)".to_owned();
    }
    format!("±\u{a0}{} (95\u{a0}%)", show(half))
}

/// An interval this narrow, as a share of the value, is told without its digits, which would say nothing to anybody.
const NOTHING: f64 = 1e-4;

fn spread(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    let both = whole(&format::range(summary.p5, summary.p95, show));
    format!("{} {both}", whole("P5–P95"))
}

/// A range that is not broken at its dash where lines are narrow.
fn whole(range: &str) -> String {
    range.replace('–', "\u{2060}–\u{2060}")
}

fn figure(
    report: &Report,
    key: &str,
    testid: &str,
    name: &str,
    show: fn(f64) -> String,
) -> Option<Kpi> {
    let summary = &report.figure(key)?.summary;
    Some(Kpi {
        testid: testid.to_owned(),
        name: name.to_owned(),
        value: show(summary.mean),
        exact: summary.mean,
        range: interval(summary, show),
        more: spread(summary, show),
        class: "",
        gauge: None,
    })
}

fn budget(index: usize, objective: &ObjectiveReport) -> Kpi {
    let summary = &objective.budget_consumed;
    let show = |value: f64| {
        if value >= 10.0 {
            format!("{}×", format::number(value))
        } else {
            format::percent(value, if value < 0.1 { 1 } else { 0 })
        }
    };
    Kpi {
        testid: format!("kpi-budget-{index}"),
        name: format!("Error budget used, {}", objective.label),
        value: show(summary.mean),
        exact: summary.mean,
        range: interval(summary, show),
        more: format!(
            "good {} · met in {} of windows",
            format::percent_near_one(objective.good_fraction.mean),
            format::percent(objective.attainment.estimate, 0)
        ),
        class: if summary.mean > 1.0 { "bad" } else { "" },
        gauge: None,
    }
}

fn replicas(report: &Report) -> Option<Kpi> {
    let mean = &report.figure("mean_replicas")?.summary;
    let peak = &report.figure("peak_replicas")?.summary;
    Some(Kpi {
        testid: "kpi-replicas".to_owned(),
        name: "Replicas, mean / peak".to_owned(),
        value: format!(
            "{} / {}",
            format::number(mean.mean),
            format::number(peak.mean)
        ),
        exact: mean.mean,
        range: interval(mean, format::number),
        more: format!("peak {}", spread(peak, format::number)),
        class: "",
        gauge: None,
    })
}
