//! Components and routes, guards of calls, the edge cache, functions.

use super::summary_cells;
use crate::table::{Table, number, percent, probability};
use sim_core::stats::Summary;
use sim_core::study::Report;

/// Mean and interval of a latency; none where nothing was answered.
fn latency_cells(ms: &Summary) -> [String; 2] {
    if ms.mean > 0.0 {
        let [mean, interval, ..] = summary_cells(ms);
        [mean, interval]
    } else {
        ["–".to_owned(), String::new()]
    }
}

/// Components and routes; nothing without a topology.
pub(super) fn network(report: &Report) -> String {
    let Some(network) = &report.network else {
        return String::new();
    };
    let mut components = Table::new([
        "Component",
        "requests/s",
        "P95 ms",
        "95 % CI",
        "replicas",
        "slots held",
        "USD/month",
        "budget used",
        "95 % CI",
        "mostly for",
    ]);
    for component in &network.components {
        let [p95, p95_interval] = latency_cells(&component.p95_ms);
        let of_service = |text: String| {
            if component.is_dependency {
                String::new()
            } else {
                text
            }
        };
        let causes = component.causes.iter();
        let most = causes.max_by(|a, b| a.budget_consumed.mean.total_cmp(&b.budget_consumed.mean));
        let budget = &component.budget_consumed;
        components.row([
            component.name.clone(),
            number(component.requests_rps.mean),
            p95,
            p95_interval,
            of_service(number(component.mean_replicas.mean)),
            of_service(percent(component.busy.mean)),
            number(component.usd_per_month.mean),
            percent(budget.mean),
            if budget.n < 2 {
                String::new()
            } else {
                format!("±{} points", number(100.0 * budget.half_width()))
            },
            most.map_or(String::new(), |cause| cause.cause.label().to_owned()),
        ]);
    }
    let mut routes = Table::new([
        "Route",
        "share",
        "P95 ms",
        "95 % CI",
        "objective",
        "good",
        "met in",
    ]);
    for route in &network.routes {
        let [p95, interval] = latency_cells(&route.p95_ms);
        let objectives = report
            .objectives
            .iter()
            .zip(&route.good)
            .zip(&route.attainment);
        for ((objective, good), met) in objectives {
            let [met, met_interval] = probability(met);
            routes.row([
                route.name.clone(),
                percent(route.share),
                p95.clone(),
                interval.clone(),
                objective.label.clone(),
                percent(good.mean),
                format!("{met} ({met_interval})"),
            ]);
        }
    }
    format!("{}\n{}", components.text(), routes.text())
}

/// Guards of calls and rate limits; nothing without any.
pub(super) fn resilience(report: &Report) -> String {
    let Some(resilience) = &report.resilience else {
        return String::new();
    };
    let share = |summary: &Option<Summary>| {
        summary
            .as_ref()
            .map_or(String::new(), |summary| percent(summary.mean))
    };
    let mut text = String::new();
    if !resilience.calls.is_empty() {
        let mut calls = Table::new([
            "Guarded call",
            "breaker open",
            "opened",
            "turned away",
            "bulkhead full",
            "hedged",
            "hedge first",
        ]);
        for call in &resilience.calls {
            calls.row([
                format!("{} → {}", call.from, call.to),
                share(&call.open),
                call.opened
                    .as_ref()
                    .map_or(String::new(), |opened| number(opened.mean)),
                share(&call.short_circuited),
                share(&call.crowded_out),
                share(&call.hedges),
                share(&call.hedges_won),
            ]);
        }
        text.push_str(&calls.text());
    }
    if !resilience.limits.is_empty() {
        let mut limits = Table::new([
            "Rate limit",
            "requests/s",
            "answered 429",
            "came to nothing",
        ]);
        for limit in &resilience.limits {
            limits.row([
                limit.name.clone(),
                number(limit.rps),
                percent(limit.turned_away.mean),
                number(limit.throttled.mean),
            ]);
        }
        text.push_str(&limits.text());
    }
    text
}

/// What the edge cache answers, and how fresh; nothing without one.
pub(super) fn edge(report: &Report) -> String {
    let Some(edge) = &report.edge else {
        return String::new();
    };
    let mut table = Table::new(["Edge cache", "mean", "95 % CI", "P5", "P95"]);
    let mut row = |name: &str, summary: &Summary, scale: f64| {
        let half = summary.half_width() * scale;
        let interval = if half.is_finite() {
            format!("±{}", number(half))
        } else {
            "–".to_owned()
        };
        let [mean, low, high] = [summary.mean, summary.p5, summary.p95].map(|x| number(x * scale));
        table.row([name.to_owned(), mean, interval, low, high]);
    };
    row("Hits, % of what can be kept", &edge.hit_ratio, 100.0);
    row("Reach the services, %", &edge.at_origin, 100.0);
    row("Wait for another's fetch, %", &edge.waited, 100.0);
    row("Fetch what is being fetched, %", &edge.duplicates, 100.0);
    row("Stale, % of hits", &edge.stale, 100.0);
    row("Age of hits, s", &edge.age_s, 1.0);
    row("Sent to users, GB/month", &edge.gb_per_month, 1.0);
    row("Requests and transfer, USD/month", &edge.usd_per_month, 1.0);
    table.text()
}

/// Functions, their instances and money; nothing without functions.
pub(super) fn functions(report: &Report) -> String {
    if report.functions.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        "Function",
        "invocations/month",
        "cold starts",
        "95 % CI",
        "throttled",
        "instances",
        "at work",
        "peak",
        "provisioned",
        "of these at work",
        "billed ms",
    ]);
    let mut costs = Table::new([
        "Function",
        "USD/month",
        "95 % CI",
        "USD/million",
        "requests",
        "time at work",
        "starts",
        "provisioned",
        "containers cost less from",
    ]);
    for function in &report.functions {
        let cold = &function.cold_share;
        table.row([
            function.name.clone(),
            number(function.invocations_per_month.mean),
            percent(cold.mean),
            if cold.n < 2 {
                String::new()
            } else {
                format!("±{} points", number(100.0 * cold.half_width()))
            },
            percent(function.throttled_share.mean),
            number(function.mean_instances.mean),
            number(function.mean_running.mean),
            number(function.peak_instances.mean),
            number(function.mean_provisioned.mean),
            percent(function.provisioned_use.mean),
            number(function.billed_ms.mean),
        ]);
        let [usd, interval, ..] = summary_cells(&function.usd_per_month);
        let part = |index: usize| {
            let part = function.costs.get(index);
            part.map_or(String::new(), |part| number(part.usd_per_month.mean))
        };
        let even = function.break_even.as_ref().and_then(|even| even.rps);
        costs.row([
            function.name.clone(),
            usd,
            interval,
            number(function.usd_per_million.mean),
            part(0),
            part(1),
            part(2),
            part(3),
            even.map_or_else(
                || "never".to_owned(),
                |rps| format!("{} requests/s", number(rps)),
            ),
        ]);
    }
    format!("{}\n{}", table.text(), costs.text())
}
