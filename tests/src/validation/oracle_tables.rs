//! The part of `docs/VALIDATION.md` that holds the models against what is known.

use super::report::Validation;
use sim_core::validation::{Case, Family, Judgement, Oracle, SEED, Verdict, expected_misses};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Writes one table for each family, then how often the intervals miss, and the vectors.
pub fn write(text: &mut String, validation: &Validation) {
    introduction(text, validation);
    for family in Family::ALL {
        let of_family = |(case, _): &&(Case, Vec<Verdict>)| case.about.family == family;
        let cases: Vec<_> = validation.oracles.iter().filter(of_family).collect();
        let _ = writeln!(text, "\n### {}\n\n{}\n", family.title(), family.summary());
        text.push_str(
            "| queue | figure | expected | measured, 99 % interval | |\n|---|---|---|---|---|\n",
        );
        for (case, verdicts) in &cases {
            for (oracle, verdict) in case.oracles.iter().zip(verdicts) {
                row(text, case, oracle, verdict);
            }
        }
        sources(text, cases.iter().map(|(case, _)| case));
    }
    coverage(text, validation);
    vectors(text, validation);
}

fn introduction(text: &mut String, validation: &Validation) {
    let cases: Vec<Case> = validation
        .oracles
        .iter()
        .map(|(case, _)| case.clone())
        .collect();
    let verdicts = || validation.oracles.iter().flat_map(|(_, verdicts)| verdicts);
    let requests: f64 = cases
        .iter()
        .map(|case| f64::from(case.samples) * case.requests)
        .sum();
    let _ = write!(
        text,
        "
## Against theory

{} of {} figures of {} cases agree, with seed {SEED} and {:.0} million simulated requests. *Agrees*: the expected
figure lies in the 99 % confidence interval of the run's own samples, and that interval is narrow enough to mean
something; what has no chance in it is equal to nine digits. An approximation agrees when it is off by as much as is
stated. About {:.1} of these figures miss with any other seed: that is what 99 % means.
",
        verdicts().filter(|verdict| verdict.agrees()).count(),
        verdicts().count(),
        cases.len(),
        requests / 1e6,
        expected_misses(&cases),
    );
}

fn row(text: &mut String, case: &Case, oracle: &Oracle, verdict: &Verdict) {
    let agrees = match verdict.judgement {
        Judgement::Agrees => "agrees",
        Judgement::Differs => "**differs**",
        Judgement::TooWide => "**too wide**",
    };
    let off = verdict
        .error_words(oracle)
        .map(|error| format!(", off by {error}"));
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} {} | {agrees}{} |",
        case.about.subject,
        oracle.figure,
        oracle.expected.words(),
        verdict.measured.words(),
        verdict.half_width_words(),
        off.unwrap_or_default()
    );
}

/// Whose results these are, each once.
fn sources<'a>(text: &mut String, cases: impl Iterator<Item = &'a Case>) {
    let mut seen = BTreeSet::new();
    let sources: Vec<&str> = cases
        .map(|case| case.about.source)
        .filter(|source| seen.insert(*source))
        .collect();
    let _ = writeln!(text, "\nSources: {}.", sources.join("; "));
}

fn coverage(text: &mut String, validation: &Validation) {
    let coverage = &validation.coverage;
    let often: Vec<String> = coverage
        .misses
        .iter()
        .filter(|miss| miss.seeds.len() > 1)
        .map(|miss| format!("{} {} times", miss.figure, miss.seeds.len()))
        .collect();
    let _ = write!(
        text,
        "
### Whether the intervals are honest

With seeds 1 to {} ({} runs of all cases), {} of {} figures missed their interval: {:.2} %, where 1 % is what a 99 %
interval means. Missed more than once: {}. (`cargo run --release -p tests --bin validate -- coverage`)
",
        coverage.seeds,
        coverage.seeds,
        coverage.missed(),
        coverage.judged(),
        100.0 * coverage.missed() as f64 / coverage.judged() as f64,
        if often.is_empty() {
            "none".to_owned()
        } else {
            often.join(", ")
        }
    );
}

fn vectors(text: &mut String, validation: &Validation) {
    text.push_str(VECTORS);
    for file in &validation.vectors {
        let _ = writeln!(text, "| `{}` | {} |", file.file, file.cases);
    }
}

const VECTORS: &str = "
## Against other systems' own tests

Inputs and expected outputs of the unit tests of other projects, and boundary cases of our own; `tests/vectors/ORIGIN.md`
says where each file comes from. `cargo test -p tests --test vectors` runs every case under its own name.

| file | cases |
|---|---|
";
