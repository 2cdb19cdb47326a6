//! `qec optimise`: the front of cost against attainment over many knobs, and the cheapest design that clears.

use crate::args::OptimiseArguments;
use crate::failure::Failure;
use crate::{adaptive, compute, output, report_file, sweep_text};
use sim_core::scenario::check;
use sim_core::scenario::document::{
    KnobScale, ScenarioDocument, SearchDocument, SearchKnobDocument,
};
use sim_core::study::SweepReport;
use sim_core::study::optimise::{Search, Space};

/// Looks for designs.
pub fn optimise(options: &OptimiseArguments) -> Result<(), Failure> {
    let wanted = &options.of.compute;
    let mut document = compute::document(&options.of.scenario, wanted)?;
    if !options.knob.is_empty() {
        let search = document.search.get_or_insert_with(SearchDocument::default);
        let knobs = options.knob.iter().map(|text| knob(text));
        search.knobs = knobs.collect::<Result<_, _>>()?;
    }
    if let Some(third) = options.third {
        let search = document.search.get_or_insert_with(SearchDocument::default);
        search.third_figure = Some(third);
    }
    let report = found(&document, options.budget, wanted.threads)?;
    report_file::designs(wanted, &document, &report)?;
    if wanted.json {
        return output::print_json(&report);
    }
    output::print(&sweep_text::write(&report, options.all))
}

/// Searches a scenario's knobs.
pub fn found(
    document: &ScenarioDocument,
    budget: Option<u32>,
    threads: Option<u16>,
) -> Result<SweepReport, Failure> {
    check(document)?;
    if Space::of(document).knobs.is_empty() {
        return Err(Failure::Input(
            "this scenario marks no knobs; mark some, such as --knob /autoscaler/min_replicas=2:10 --knob /fleet/node/instance_type=m6i.large,m6i.xlarge".to_owned(),
        ));
    }
    let search = Search::new(document, budget);
    let says = |search: &Search| match search.report(document).front.len() {
        1 => "1 design on the front".to_owned(),
        count => format!("{count} designs on the front"),
    };
    let search = adaptive::run(document, search, threads, says)?;
    Ok(search.report(document))
}

/// `PATH=FROM:TO`, `PATH=FROM:TO:log`, `PATH=A,B,C` or `PATH` alone for a switch.
fn knob(text: &str) -> Result<SearchKnobDocument, Failure> {
    let Some((path, values)) = text.split_once('=') else {
        return Ok(SearchKnobDocument::Switch {
            path: text.trim().to_owned(),
        });
    };
    let path = path.trim().to_owned();
    let ends = || {
        let (values, scale) = match values.strip_suffix(":log") {
            Some(values) => (values, KnobScale::Log),
            None => (values, KnobScale::Linear),
        };
        let (from, to) = values.split_once(':')?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        Some((number(from)?, number(to)?, scale))
    };
    Ok(match ends() {
        Some((from, to, scale)) => SearchKnobDocument::Range {
            path,
            from,
            to,
            scale,
        },
        None => SearchKnobDocument::Choice {
            path,
            values: values
                .split(',')
                .map(|value| value.trim().to_owned())
                .collect(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_are_read() {
        let read = |text| knob(text).expect("reads");
        assert_eq!(
            read("/a/b=1:20:log"),
            SearchKnobDocument::Range {
                path: "/a/b".into(),
                from: 1.0,
                to: 20.0,
                scale: KnobScale::Log
            }
        );
        assert_eq!(
            read("/a=m6i.large, m6i.xlarge"),
            SearchKnobDocument::Choice {
                path: "/a".into(),
                values: vec!["m6i.large".into(), "m6i.xlarge".into()]
            }
        );
        assert_eq!(read("/a"), SearchKnobDocument::Switch { path: "/a".into() });
    }
}
