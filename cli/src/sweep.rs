//! `qec sweep`: many designs, the front of cost against attainment.

use crate::args::SweepArguments;
use crate::failure::Failure;
use crate::{compute, output, report_file, sweep_text};
use sim_core::scenario::check;
use sim_core::scenario::document::KnobDocument;
use sim_core::study::{Plan, SweepReport};

/// Sweeps a scenario's knobs.
pub fn sweep(options: &SweepArguments) -> Result<(), Failure> {
    let wanted = &options.study.of.compute;
    let mut document = compute::document(&options.study.of.scenario, wanted)?;
    if !options.knob.is_empty() {
        document.sweep = options
            .knob
            .iter()
            .map(|text| knob(text))
            .collect::<Result<_, _>>()?;
        check(&document)?;
    }
    if document.sweep.is_empty() {
        return Err(Failure::Input(
            "this scenario names no knobs to sweep; name one, such as --knob /autoscaler/min_replicas=2:10:5".to_owned(),
        ));
    }
    let computed = compute::compute(Plan::sweep(&document), &options.study)?;
    let report = SweepReport::new(computed.prepared.plan(), &computed.collection);
    report_file::designs(wanted, &document, &report)?;
    if wanted.json {
        return output::print_json(&report);
    }
    output::print(&sweep_text::write(&report, options.all))
}

fn knob(text: &str) -> Result<KnobDocument, Failure> {
    let read = || {
        let (path, range) = text.rsplit_once('=')?;
        let mut parts = range.split(':');
        let from = parts.next()?.trim().parse().ok()?;
        let to = parts.next()?.trim().parse().ok()?;
        let steps = parts.next()?.trim().parse().ok()?;
        parts.next().is_none().then(|| KnobDocument {
            path: path.trim().to_owned(),
            from,
            to,
            steps,
        })
    };
    read().ok_or_else(|| {
        Failure::Input(format!(
            "--knob {text:.80} cannot be read; expected is a JSON Pointer with first value, last value and number of values, such as /autoscaler/min_replicas=2:10:5"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_are_read() {
        let read = knob("/autoscaler/metrics/0/target_percent=40:90:6").expect("reads");
        assert_eq!(
            (read.path.as_str(), read.from, read.to, read.steps),
            ("/autoscaler/metrics/0/target_percent", 40.0, 90.0, 6)
        );
        for text in [
            "",
            "/a",
            "/a=1",
            "/a=1:2",
            "/a=1:2:x",
            "/a=1:2:3:4",
            "/a=1:2:-3",
        ] {
            assert!(knob(text).is_err(), "{text}");
        }
    }
}
