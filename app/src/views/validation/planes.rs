//! What is committed of the comparison that takes too long for a tab, and of other systems' vectors.

use crate::format;
use leptos::prelude::*;
use sim_core::validation::planes::{
    CourseSummary, FamilySummary, PlanesSummary, QueueError, VectorFile,
};

/// Made by `cargo xtask validate`; a test holds it against the figures it comes from.
const SUMMARY: &str = include_str!("../../../../tests/figures/planes_summary.json");

/// Both planes compared, and the vectors; nothing if the file cannot be read.
pub fn sections() -> Option<AnyView> {
    let summary: PlanesSummary = serde_json::from_str(SUMMARY).ok()?;
    let view = view! {
        {constant(&summary.families)}
        {changing(&summary.courses)}
        {vectors(&summary.vectors)}
    };
    Some(view.into_any())
}

fn constant(families: &[FamilySummary]) -> AnyView {
    let row = |family: &FamilySummary| {
        view! {
            <tr>
                <th scope="row">{family.service.clone()}</th>
                <td>{format!("{} of {}", family.within, family.queues)}</td>
                <td>{percent(family.worst_p95.error)} <span class="off">{queue(&family.worst_p95)}</span></td>
                <td>{points(family.worst_good.error)} <span class="off">{queue(&family.worst_good)}</span></td>
            </tr>
        }
    };
    let rows = families.iter().map(row).collect_view();
    view! {
        <section class="panel">
            <h2>"The fast plane against the exact one: constant load"</h2>
            <p class="hint">
                "Scenarios run on the fluid plane by default, which computes in closed form what the requests plane plays request by request. "
                "Measured natively with 20 to 300 million requests a queue; the worst of each law of the service time:"
            </p>
            <div class="table-scroll free" tabindex="0" role="region" aria-label="Fluid against requests, constant load">
                <table class="planes">
                    <caption class="visually-hidden">"Fluid minus requests, at the queue where it is furthest off"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Service time"</th>
                            <th scope="col">"Queues as close as wanted"</th>
                            <th scope="col">"P95 latency, worst"</th>
                            <th scope="col">"Good requests, worst"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn changing(courses: &[CourseSummary]) -> AnyView {
    let row = |course: &CourseSummary| {
        view! {
            <tr>
                <th scope="row">{course.name.clone()}</th>
                <td>{format!("{:.2} ± {:.2} %", 100.0 * course.good, 100.0 * course.good_ci)}</td>
                <td>{points(course.error)}</td>
            </tr>
        }
    };
    let rows = courses.iter().map(row).collect_view();
    view! {
        <section class="panel">
            <h2>"The fast plane against the exact one: changing load"</h2>
            <div class="table-scroll free" tabindex="0" role="region" aria-label="Fluid against requests, changing load">
                <table class="planes">
                    <caption class="visually-hidden">"Share of good requests over a course of load and capacity"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Course"</th>
                            <th scope="col">"Good requests"</th>
                            <th scope="col">"Fluid is off by"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn vectors(files: &[VectorFile]) -> AnyView {
    let cases: u32 = files.iter().map(|file| file.cases).sum();
    let row = |file: &VectorFile| {
        view! { <li><span class="mono">{file.file.clone()}</span>{format!(": {} cases", file.cases)}</li> }
    };
    let rows = files.iter().map(row).collect_view();
    view! {
        <section class="panel">
            <h2>"Other systems’ own tests"</h2>
            <p class="hint">
                {format!(
                    "{cases} cases with the inputs and outputs of other projects’ unit tests, and boundary cases of our own. They pass natively \
                     whenever the project is tested (cargo test -p tests --test vectors); they are too large for this page.",
                )}
            </p>
            <ul class="notes files" data-testid="validation-vectors">{rows}</ul>
        </section>
    }
    .into_any()
}

fn queue(error: &QueueError) -> String {
    let servers = match error.servers {
        1 => "1 server".to_owned(),
        more => format!("{more} servers"),
    };
    format!("{servers}, load {}, cv {}", error.load, error.cv)
}

fn percent(error: f64) -> String {
    format!("{}\u{a0}%", format::signed(100.0 * error, 1))
}

fn points(share: f64) -> String {
    format!("{}\u{a0}points", format::signed(100.0 * share, 2))
}
