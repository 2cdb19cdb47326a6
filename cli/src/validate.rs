//! `qec validate`: the models held against theory, with a verdict for every figure that is known.

use crate::args::ValidateArguments;
use crate::compute;
use crate::failure::Failure;
use crate::output;
use crate::table::Table;
use rayon::prelude::*;
use serde::Serialize;
use sim_core::ENGINE_VERSION;
use sim_core::validation::{
    Case, Evidence, Family, Judgement, LEVEL, Oracle, SEED, Value, Verdict, cases, expected_misses,
};

/// Everything as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    engine_version: &'a str,
    seed: u64,
    /// Confidence of the intervals, 0..1.
    level: f64,
    agree: usize,
    differ: usize,
    figures: Vec<FigureAnswer<'a>>,
}

/// One figure as JSON.
#[derive(Serialize)]
struct FigureAnswer<'a> {
    id: String,
    family: Family,
    subject: &'a str,
    figure: &'a str,
    formula: &'a str,
    source: &'a str,
    rule: String,
    /// A number, or the numbers that something passes through.
    expected: serde_json::Value,
    measured: serde_json::Value,
    low: Option<f64>,
    high: Option<f64>,
    judgement: Judgement,
    samples: u32,
}

/// Runs the cases and tells whether all agree.
pub fn validate(options: &ValidateArguments) -> Result<(), Failure> {
    let cases = chosen(options.only.as_deref())?;
    let evidence = collect(&cases, options)?;
    let verdicts: Vec<Vec<Verdict>> = cases
        .iter()
        .zip(&evidence)
        .map(|(case, evidence)| evidence.verdicts(case))
        .collect();
    let rows = || {
        cases.iter().zip(&verdicts).flat_map(|(case, verdicts)| {
            case.oracles
                .iter()
                .zip(verdicts)
                .map(move |(oracle, verdict)| (case, oracle, verdict))
        })
    };
    let differ: Vec<_> = rows().filter(|(.., verdict)| !verdict.agrees()).collect();
    if options.json {
        output::print_json(&Answer {
            engine_version: ENGINE_VERSION,
            seed: options.seed,
            level: LEVEL,
            agree: rows().count() - differ.len(),
            differ: differ.len(),
            figures: rows().map(figure_answer).collect(),
        })?;
    } else {
        output::print(&table(&cases, &verdicts))?;
    }
    if differ.is_empty() {
        output::explain(&format!(
            "all {} figures of {} cases agree (seed {}, engine {ENGINE_VERSION})",
            rows().count(),
            cases.len(),
            options.seed
        ));
        return Ok(());
    }
    let lines: Vec<String> = differ.into_iter().map(in_words).collect();
    let of = rows().count();
    Err(Failure::Disagreement(explained(
        &lines,
        of,
        expected_misses(&cases),
        options.seed,
    )))
}

/// The cases that a text names; all without one.
fn chosen(only: Option<&str>) -> Result<Vec<Case>, Failure> {
    let mut all = cases();
    let Some(text) = only else { return Ok(all) };
    let ids: Vec<&str> = all.iter().map(|case| case.about.id).collect();
    let unknown = format!("no case is named {text:.80}; there are {}", ids.join(", "));
    all.retain(|case| case.matches(text));
    if all.is_empty() {
        return Err(Failure::Input(unknown));
    }
    Ok(all)
}

/// Takes every sample of every case, on all threads.
fn collect(cases: &[Case], options: &ValidateArguments) -> Result<Vec<Evidence>, Failure> {
    let work: Vec<(usize, u32)> = cases
        .iter()
        .enumerate()
        .flat_map(|(place, case)| (0..case.samples).map(move |index| (place, index)))
        .collect();
    let pool = compute::threads(options.threads)?;
    let bar = compute::progress_bar("samples");
    bar.set_length(work.len() as u64);
    let samples: Vec<_> = pool.install(|| {
        work.par_iter()
            .filter_map(|&(place, index)| {
                let sample = cases.get(place)?.sample(options.seed, index);
                bar.inc(1);
                Some((place, index, sample))
            })
            .collect()
    });
    bar.finish_and_clear();
    let mut evidence: Vec<Evidence> = cases.iter().map(Evidence::new).collect();
    for (place, index, sample) in samples {
        if let Some(evidence) = evidence.get_mut(place) {
            evidence.add(index, sample);
        }
    }
    Ok(evidence)
}

/// A figure with its verdict.
type Row<'a> = (&'a Case, &'a Oracle, &'a Verdict);

fn figure_answer<'a>((case, oracle, verdict): Row<'a>) -> FigureAnswer<'a> {
    FigureAnswer {
        id: format!("{}/{}", case.about.id, oracle.key),
        family: case.about.family,
        subject: &case.about.subject,
        figure: &oracle.figure,
        formula: oracle.formula,
        source: case.about.source,
        rule: oracle.rule.words(),
        expected: json(&oracle.expected),
        measured: json(&verdict.measured),
        low: verdict.interval.map(|(low, _)| low),
        high: verdict.interval.map(|(_, high)| high),
        judgement: verdict.judgement,
        samples: case.samples,
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Number(number) => (*number).into(),
        Value::Course(course) => course.clone().into(),
    }
}

/// The figures in columns, below the names of their families and cases.
fn table(cases: &[Case], verdicts: &[Vec<Verdict>]) -> String {
    let mut table = Table::new(["", "expected", "measured", "99 % interval", ""]);
    for (case, verdicts) in cases.iter().zip(verdicts) {
        for (oracle, verdict) in case.oracles.iter().zip(verdicts) {
            let error = verdict.error_words(oracle);
            table.row([
                format!("      {}", oracle.figure),
                oracle.expected.words(),
                verdict.measured.words(),
                verdict.half_width_words(),
                error.map_or(String::new(), |error| format!("off by {error}, "))
                    + judgement(verdict.judgement),
            ]);
        }
    }
    let text = table.text();
    let mut lines = text.lines();
    let mut all = vec![lines.next().unwrap_or_default().to_owned()];
    let mut family = None;
    for case in cases {
        if family.replace(case.about.family) != Some(case.about.family) {
            all.push(case.about.family.title().to_owned());
        }
        all.push(format!("  {}: {}", case.about.id, case.about.subject));
        all.extend(lines.by_ref().take(case.oracles.len()).map(str::to_owned));
    }
    all.join("\n")
}

fn judgement(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Agrees => "agrees",
        Judgement::Differs => "DIFFERS",
        Judgement::TooWide => "TOO WIDE",
    }
}

fn in_words((case, oracle, verdict): Row<'_>) -> String {
    format!(
        "{}/{}: {}, {}: expected {}, measured {} {}; wanted: {}",
        case.about.id,
        oracle.key,
        case.about.subject,
        oracle.figure,
        oracle.expected.words(),
        verdict.measured.words(),
        verdict.half_width_words(),
        oracle.rule.words()
    )
}

/// Why the exit code is 1, and what to think of it.
fn explained(lines: &[String], of: usize, misses: f64, seed: u64) -> String {
    let nature = if seed == SEED {
        format!(
            "All figures agreed with seed {SEED} when this version was made: this is a mistake."
        )
    } else {
        format!(
            "By the nature of 99 % intervals about {misses:.1} figures miss with any seed; the same figure missing again with other seeds is a mistake."
        )
    };
    format!(
        "{} of {of} figures do not agree (seed {seed}):\n{}\n{nature}",
        lines.len(),
        lines.join("\n")
    )
}
