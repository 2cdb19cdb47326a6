//! The report of a run for people.

use crate::table::{Table, number, percent, probability};
use sim_core::stats::Summary;
use sim_core::study::Report;

/// Writes the report.
pub fn write(report: &Report, window_days: f64, wanted_percent: f64) -> String {
    let title = format!(
        "{}\n{} days, {} plane, {} replications, seed {}\n",
        report.name,
        number_of_days(window_days),
        report.plane,
        report.replications,
        report.seed
    );
    let sections = [
        title,
        attainment(report, wanted_percent),
        figures(report),
        right_sizing(report),
        costs(report),
        spot(report),
        commitment(report),
        backfill(report),
        network(report),
        functions(report),
        resilience(report),
        edge(report),
        storage(report),
        batch(report),
        uncertain(report),
        causes(report),
        footer(
            &report.engine_version,
            &report.prices,
            &report.plan,
            Some(&report.digest),
        ),
    ];
    let sections = sections.into_iter().filter(|section| !section.is_empty());
    sections.collect::<Vec<_>>().join("\n")
}

fn number_of_days(days: f64) -> String {
    ((days * 1000.0).round() / 1000.0).to_string()
}

fn attainment(report: &Report, wanted_percent: f64) -> String {
    let mut table = Table::new([
        "Objective",
        "met in",
        "95 % interval",
        "good requests",
        "(P5)",
        "budget used",
        "(P95)",
    ]);
    for objective in &report.objectives {
        let [estimate, interval] = probability(&objective.attainment);
        table.row([
            objective.label.clone(),
            estimate,
            interval,
            percent(objective.good_fraction.mean),
            percent(objective.good_fraction.p5),
            percent(objective.budget_consumed.mean),
            percent(objective.budget_consumed.p95),
        ]);
    }
    let [estimate, interval] = probability(&report.attainment);
    table.row(["All objectives (attainment)".to_owned(), estimate, interval]);
    let judgement = match (
        100.0 * report.attainment.ci_low,
        100.0 * report.attainment.ci_high,
    ) {
        (low, _) if low >= wanted_percent => "met, even by the lower bound",
        (_, high) if high < wanted_percent => "missed, even by the upper bound",
        _ => "within the interval: more replications would tell",
    };
    format!(
        "{}Wanted attainment {wanted_percent} %: {judgement}\n",
        table.text()
    )
}

/// Uncertain inputs and their part of the spread; nothing without any.
fn uncertain(report: &Report) -> String {
    let uncertainty = report.uncertainty.as_ref();
    uncertainty.map_or_else(String::new, crate::sensitivity_text::uncertain)
}

/// Mean, interval and quantiles.
fn summary_cells(summary: &Summary) -> [String; 5] {
    let half = summary.half_width();
    let interval = if half.is_finite() {
        format!("±{}", number(half))
    } else {
        "–".to_owned()
    };
    [
        number(summary.mean),
        interval,
        number(summary.p5),
        number(summary.p50),
        number(summary.p95),
    ]
}

fn figures(report: &Report) -> String {
    let mut table = Table::new(["Figure", "mean", "95 % CI", "P5", "P50", "P95", "unit"]);
    for figure in &report.figures {
        let mut cells = vec![figure.label.clone()];
        cells.extend(summary_cells(&figure.summary));
        cells.push(figure.unit.clone());
        table.row(cells);
    }
    table.text()
}

fn costs(report: &Report) -> String {
    let total: f64 = report
        .costs
        .iter()
        .map(|cost| cost.usd_per_month.mean)
        .sum();
    let mut table = Table::new([
        "Cost by resource, USD per month",
        "mean",
        "95 % CI",
        "P5",
        "P50",
        "P95",
        "share",
    ]);
    for cost in &report.costs {
        let mut cells = vec![cost.resource.label().to_owned()];
        cells.extend(summary_cells(&cost.usd_per_month));
        cells.push(if total > 0.0 {
            percent(cost.usd_per_month.mean / total)
        } else {
            "–".to_owned()
        });
        table.row(cells);
    }
    table.text()
}

/// The spot pools, what they save and what they cost; nothing without spot nodes.
fn spot(report: &Report) -> String {
    let Some(spot) = &report.spot else {
        return String::new();
    };
    let mut table = Table::new([
        "Spot pool",
        "node-hours",
        "95 % CI",
        "nodes reclaimed",
        "95 % CI",
    ]);
    for pool in &spot.pools {
        let [hours, hours_interval, ..] = summary_cells(&pool.node_hours);
        let [reclaimed, reclaimed_interval, ..] = summary_cells(&pool.interruptions);
        table.row([
            pool.name.clone(),
            hours,
            hours_interval,
            reclaimed,
            reclaimed_interval,
        ]);
    }
    let [usd, interval, ..] = summary_cells(&spot.usd_per_month);
    format!(
        "{}{} of the node-hours are spot, {} on demand in their place; nodes cost {usd} USD a month ({interval}), {} {} than {} for the same node-hours on demand; {} requests ended with their nodes, {} retries per request\n",
        table.text(),
        percent(spot.spot_share.mean),
        percent(spot.fallback_share.mean),
        percent(spot.savings.mean.abs()),
        if spot.savings.mean < 0.0 {
            "more"
        } else {
            "less"
        },
        number(spot.all_on_demand_usd_per_month.mean),
        number(spot.lost.mean),
        number(spot.retries_per_request.mean),
    )
}

/// Batch work on what the nodes have left; nothing without it.
fn backfill(report: &Report) -> String {
    let Some(backfill) = &report.backfill else {
        return String::new();
    };
    format!(
        "{} core-hours of batch work done on idle nodes ({} of what they had to spare), {} left; {} USD a month on machines of its own; {} pods waited {} s each for it to leave\n",
        number(backfill.done.mean),
        percent(backfill.idle_used.mean),
        number(backfill.left.mean),
        number(backfill.saved_usd_per_month.mean),
        number(backfill.preemptions.mean),
        number(backfill.preemption_s),
    )
}

/// Levels of a commitment that are listed on either side of the best and the present one.
const LEVELS_AROUND: u32 = 2;

/// The commitment, and what other levels would cost; nothing without one.
fn commitment(report: &Report) -> String {
    let Some(commitment) = &report.commitment else {
        return String::new();
    };
    let mut table = Table::new([
        "Committed nodes",
        "USD/month, with what is on demand beyond",
        "one more is used",
    ]);
    let present = commitment.nodes.round() as u32;
    let is_near = |level: u32, other: u32| level.abs_diff(other) <= LEVELS_AROUND;
    let costs = commitment.usd_per_month.iter().zip(&commitment.used_at);
    for (level, (usd, used)) in (0..).zip(costs) {
        if level == 0 || is_near(level, commitment.best_nodes) || is_near(level, present) {
            let mark = if level == commitment.best_nodes {
                " (least)"
            } else {
                ""
            };
            table.row([format!("{level}{mark}"), number(*usd), percent(*used)]);
        }
    }
    format!(
        "{}{} nodes are committed to: {} of it used, {} USD a month wasted; one more pays while it is used above {} of the time\n",
        table.text(),
        number(commitment.nodes),
        percent(commitment.used.mean),
        number(commitment.unused_usd_per_month.mean),
        percent(commitment.critical_share),
    )
}

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
fn network(report: &Report) -> String {
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
fn resilience(report: &Report) -> String {
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
fn edge(report: &Report) -> String {
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

/// The tiers, and how fast queries are; nothing without storage.
fn storage(report: &Report) -> String {
    let Some(storage) = &report.storage else {
        return String::new();
    };
    let mut table = Table::new([
        "Storage tier",
        "USD/month",
        "95 % CI",
        "GiB at the end",
        "queries that wait for it",
    ]);
    for tier in &storage.tiers {
        let [usd, interval, ..] = summary_cells(&tier.usd_per_month);
        table.row([
            tier.name.clone(),
            usd,
            interval,
            number(tier.gib_at_end.mean),
            percent(tier.queries.mean),
        ]);
    }
    let [usd, interval, ..] = summary_cells(&storage.usd_per_month);
    table.row(["All storage, with its cache".to_owned(), usd, interval]);
    let [met, met_interval] = probability(&storage.attainment);
    let half = |summary: &Summary, scale: f64| {
        let half = summary.half_width() * scale;
        if half.is_finite() {
            format!(" ±{}", number(half))
        } else {
            String::new()
        }
    };
    format!(
        "{}{}: met in {met} ({met_interval}); in time {}{} points; P50 {} s{}, P95 {} s{}; {} of them wait for another tier than the first\n",
        table.text(),
        storage.label,
        percent(storage.within.mean),
        half(&storage.within, 100.0),
        number(storage.p50_s.mean),
        half(&storage.p50_s, 1.0),
        number(storage.p95_s.mean),
        half(&storage.p95_s, 1.0),
        percent(storage.cold.mean),
    )
}

/// Functions, their instances and money; nothing without functions.
fn functions(report: &Report) -> String {
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

/// The jobs, their time and money; nothing without jobs.
fn batch(report: &Report) -> String {
    let Some(batch) = &report.batch else {
        return String::new();
    };
    let mut table = Table::new([
        "Batch job",
        "late runs",
        "95 % interval",
        "mean hours",
        "P50",
        "P95",
        "P99",
        "USD/run",
        "95 % CI",
        "saved",
        "USD/month",
        "95 % CI",
        "evictions/run",
        "on spot",
    ]);
    for job in &batch.jobs {
        let [late, late_interval] = probability(&job.missed);
        let [usd, interval, ..] = summary_cells(&job.usd_per_run);
        let [month, month_interval, ..] = summary_cells(&job.usd_per_month);
        table.row([
            format!("{} ({})", job.name, job.policy),
            late,
            late_interval,
            number(job.completion_hours.mean),
            number(job.completion_quantile(50)),
            number(job.completion_quantile(95)),
            number(job.completion_quantile(99)),
            usd,
            interval,
            percent(job.saved.mean),
            month,
            month_interval,
            number(job.evictions_per_run.mean),
            percent(job.spot_share.mean),
        ]);
    }
    let mut text = table.text();
    for job in &batch.jobs {
        let [met, met_interval] = probability(&job.attainment);
        text.push_str(&format!(
            "{}: {} of runs within {} hours: met in {met} ({met_interval}); always on demand {} USD a run\n",
            job.name,
            percent(job.target),
            number(job.deadline_hours),
            number(job.always_usd_per_run.mean),
        ));
    }
    text
}

/// What the Vertical Pod Autoscaler recommends; nothing without one.
fn right_sizing(report: &Report) -> String {
    if report.right_sizing.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        "Recommended requests",
        "requested",
        "target",
        "95 % CI",
        "lower bound",
        "upper bound",
        "unit",
    ]);
    for resource in &report.right_sizing {
        let [target, interval, ..] = summary_cells(&resource.target);
        table.row([
            resource.label.clone(),
            number(resource.requested),
            target,
            interval,
            number(resource.lower.mean),
            number(resource.upper.mean),
            resource.unit.clone(),
        ]);
    }
    table.text()
}

fn causes(report: &Report) -> String {
    let mut heading = vec!["Error budget used, by cause".to_owned()];
    heading.extend(
        report
            .objectives
            .iter()
            .map(|objective| objective.label.clone()),
    );
    let mut table = Table::new(heading);
    let causes = report
        .objectives
        .first()
        .map_or(&[][..], |objective| objective.causes.as_slice());
    for (index, cause) in causes.iter().enumerate() {
        let mut cells = vec![cause.cause.label().to_owned()];
        cells.extend(report.objectives.iter().map(|objective| {
            objective
                .causes
                .get(index)
                .map_or_else(String::new, |cause| percent(cause.budget_consumed.mean))
        }));
        table.row(cells);
    }
    table.text()
}

/// What explains the numbers: versions, prices, identities.
pub fn footer(engine_version: &str, prices: &str, plan: &str, digest: Option<&str>) -> String {
    let digest = digest.map_or_else(String::new, |digest| format!("digest {digest}\n"));
    format!("engine {engine_version}, prices {prices}\nplan {plan}\n{digest}")
}
