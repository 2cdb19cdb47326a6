//! The form for every field of the document, built from its JSON Schema.

mod defaults;
mod field;
mod knob;
mod labels;
mod list;
mod number;
pub mod quantity;
mod recording;
mod schema;
mod section;
mod text;
mod variant;
mod weights;

pub use field::reveal;
pub use knob::{name_of as knob_name, outline, value_text as knob_value};
pub use section::Editor;

use schema::Node;
use std::sync::OnceLock;

/// The form's plan; read once.
fn form() -> Option<&'static Node> {
    static FORM: OnceLock<Option<Node>> = OnceLock::new();
    let read = || {
        serde_json::from_str(sim_core::scenario::SCHEMA_JSON)
            .ok()
            .as_ref()
            .and_then(schema::read)
    };
    FORM.get_or_init(read).as_ref()
}

#[cfg(test)]
mod tests {
    use super::schema::{Kind, Node};

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
