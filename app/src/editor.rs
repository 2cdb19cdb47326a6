//! The form for every field of the document, built from its JSON Schema.

mod defaults;
mod field;
mod knob;
mod list;
mod mark;
mod number;
pub mod quantity;
mod recording;
mod section;
mod text;
mod variant;
mod weights;

pub use field::reveal;
pub use section::{Editor, few_fields};
pub use sim_report::form::{name_of as knob_name, outline, sources, value_words};

use sim_report::form::form;

#[cfg(test)]
mod tests {
    use super::defaults;
    use crate::state::companions::settle;
    use crate::state::pointer as json_pointer;
    use serde_json::Value;
    use sim_core::scenario::check_value;
    use sim_core::scenario::document::ScenarioDocument;
    use sim_core::scenario::templates::TEMPLATES;
    use sim_report::form::schema::{Kind, Node};

    /// Every number that a visitor can set must have a slider with ends.
    fn check(node: &Node, inherited: Option<&Node>, found: &mut u32) {
        match &node.kind {
            Kind::Number { .. } => {
                let range = inherited.filter(|_| node.soft.0.is_none()).unwrap_or(node);
                assert!(
                    range.soft.0.is_some() && range.soft.1.is_some(),
                    "{} has no slider range",
                    node.name
                );
                *found += 1;
            }
            Kind::Group(fields) => fields
                .iter()
                .for_each(|field| check(field, inherited, found)),
            Kind::Variant { options, .. } => {
                let fields = options.iter().flat_map(|option| &option.fields);
                fields.for_each(|field| {
                    check(
                        field,
                        Some(node).filter(|node| node.soft.0.is_some()),
                        found,
                    )
                });
            }
            Kind::List(item) => check(item, Some(node), found),
            Kind::Text | Kind::Choice(_) => {}
        }
    }

    /// Every document that one step in the form can make of another: a choice changed, a group switched on, an item
    /// added; with words for the step.
    fn steps(
        node: &'static Node,
        pointer: &str,
        document: &Value,
        made: &mut Vec<(String, Value)>,
    ) {
        let now = document.pointer(pointer).filter(|value| !value.is_null());
        let mut add = |words: String, value: Value| {
            let mut changed = document.clone();
            json_pointer::set(&mut changed, pointer, value);
            settle(document, &mut changed);
            made.push((words, changed));
        };
        if node.optional && now.is_none() {
            add(format!("{pointer} on"), defaults::value_of(node, None));
        }
        match (&node.kind, now) {
            (Kind::Choice(words), Some(_)) => {
                for choice in words {
                    add(
                        format!("{pointer} {}", choice.word),
                        choice.word.clone().into(),
                    );
                }
            }
            (Kind::Variant { tag, options }, Some(former)) => {
                for option in options {
                    let value = defaults::variant(tag, option, former, Some(node));
                    add(format!("{pointer} {}", option.word), value);
                }
                let word = former.get(tag).and_then(Value::as_str);
                if let Some(option) = options.iter().find(|option| Some(&*option.word) == word) {
                    inside(&option.fields, pointer, document, made);
                }
            }
            (Kind::Group(fields), Some(_)) => inside(fields, pointer, document, made),
            (Kind::List(item), Some(Value::Array(items))) => {
                for index in 0..items.len().min(3) {
                    steps(item, &format!("{pointer}/{index}"), document, made);
                }
            }
            _ => {}
        }
    }

    fn inside(
        fields: &'static [Node],
        pointer: &str,
        document: &Value,
        made: &mut Vec<(String, Value)>,
    ) {
        for field in fields {
            steps(
                field,
                &json_pointer::child(pointer, &field.name),
                document,
                made,
            );
        }
    }

    /// What is wrong with a document, if anything is.
    fn problems(document: &Value) -> Vec<String> {
        match check_value(document) {
            Ok(_) => Vec::new(),
            Err(problems) => problems
                .0
                .iter()
                .map(|p| format!("{}: {}", p.path, p.message))
                .collect(),
        }
    }

    fn first_template() -> Value {
        let template = TEMPLATES
            .first()
            .map(|template| serde_json::from_str(template.json));
        let document: ScenarioDocument = template
            .and_then(Result::ok)
            .unwrap_or_else(|| unreachable!());
        serde_json::to_value(document).unwrap_or_default()
    }

    #[test]
    fn every_step_in_the_form_makes_a_scenario_that_runs() {
        let Some(Kind::Group(sections)) = super::form().map(|form| &form.kind) else {
            unreachable!("the schema is an object's")
        };
        let template = first_template();
        let mut first = Vec::new();
        inside(sections, "", &template, &mut first);
        // What a kind of autoscaler, traffic or provisioner brings is stepped through as well.
        let mut made = Vec::new();
        for (words, document) in first {
            let deeper = [
                "/autoscaler ",
                "/traffic/source ",
                "/fleet/provisioner ",
                "/fleet/spot ",
                "/fleet/commitments ",
                "/fleet/backfill ",
            ];
            if deeper.iter().any(|start| words.starts_with(start)) && problems(&document).is_empty()
            {
                let mut second = Vec::new();
                inside(sections, "", &document, &mut second);
                let own = second.into_iter().filter(|(step, _)| {
                    words
                        .split(' ')
                        .next()
                        .is_some_and(|start| step.starts_with(start))
                });
                made.extend(own.map(|(step, document)| (format!("{words}, {step}"), document)));
            }
            made.push((words, document));
        }
        // These need something that the visitor must add, and the page says what.
        let asked = [
            ("/traffic/source recorded", "the recording holds no request"),
            (
                "/service/processor_sharing on",
                "the fluid plane does not compute",
            ),
            ("/service/queue on", "the fluid plane does not compute"),
            ("/autoscaler/scaling_modifiers on", "the text is empty"),
            (
                "/autoscaler/triggers/0 cpu",
                "no jobs are created for CPU use",
            ),
            (
                "/autoscaler/triggers/0/metric_type value",
                "is an average value",
            ),
        ];
        let said = |words: &str, problems: &[String]| {
            asked.iter().any(|(step, message)| {
                words.ends_with(step) && problems.iter().any(|p| p.contains(message))
            })
        };
        let bad: Vec<String> = made
            .iter()
            .filter_map(|(words, document)| {
                let problems = problems(document);
                (!problems.is_empty() && !said(words, &problems))
                    .then(|| format!("{words}: {}", problems.join("; ")))
            })
            .collect();
        assert!(made.len() > 100, "{} steps", made.len());
        assert!(
            bad.is_empty(),
            "{} of {}:\n{}",
            bad.len(),
            made.len(),
            bad.join("\n")
        );
    }

    #[test]
    fn what_was_imported_is_told_in_words() {
        let value = serde_json::json!({
            "kind": "hpa", "min_replicas": 2, "max_replicas": 9,
            "metrics": [{"kind": "cpu_utilization", "target_percent": 65}],
            "behavior": {"scale_up": {"policies": [{"kind": "pods", "value": 4, "period_s": 60}]}},
        });
        let lines = super::outline("/autoscaler", &value);
        assert_eq!(
            lines.first().map(String::as_str),
            Some("Autoscaler: Kubernetes HPA, Min replicas\u{a0}2, Max replicas\u{a0}9")
        );
        assert!(
            lines.contains(&"Metric 1: CPU utilisation, Target\u{a0}65\u{a0}%".to_owned()),
            "{lines:#?}"
        );
        assert!(
            lines.iter().any(|line| line.starts_with("Policy 1: ")),
            "{lines:#?}"
        );
    }

    #[test]
    fn the_first_template_cites_its_sources_once() {
        let sources = super::sources(&first_template());
        assert!(sources.len() > 5, "{sources:?}");
        let texts: std::collections::BTreeSet<&String> =
            sources.iter().map(|(_, source)| source).collect();
        assert_eq!(texts.len(), sources.len());
    }

    #[test]
    fn the_document_s_schema_makes_a_form() {
        let form = super::form();
        let Some(Kind::Group(sections)) = form.map(|form| &form.kind) else {
            unreachable!("the schema is an object's")
        };
        let names: Vec<&str> = sections
            .iter()
            .map(|section| section.name.as_str())
            .collect();
        for wanted in [
            "traffic",
            "service",
            "autoscaler",
            "telemetry",
            "fleet",
            "prices",
            "slo",
            "run",
            "sweep",
        ] {
            assert!(names.contains(&wanted), "{wanted} is a section");
        }
        let mut numbers = 0;
        sections
            .iter()
            .filter(|section| section.name != "version")
            .for_each(|section| check(section, None, &mut numbers));
        assert!(numbers > 60, "{numbers} numbers");
    }
}
