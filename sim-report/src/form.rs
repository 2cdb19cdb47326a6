//! What the document's fields are: the editor's form, and the words of reports.

mod labels;
pub mod schema;
mod words;

pub use words::{name_of, node_at, outline, sources, value_words};

use schema::Node;
use std::sync::OnceLock;

/// The form's plan; read once.
pub fn form() -> Option<&'static Node> {
    static FORM: OnceLock<Option<Node>> = OnceLock::new();
    let read = || {
        serde_json::from_str(sim_core::scenario::SCHEMA_JSON)
            .ok()
            .as_ref()
            .and_then(schema::read)
            .map(without_beliefs)
    };
    FORM.get_or_init(read).as_ref()
}

/// Uncertain numbers are written where the number stands, not in a list of their own.
fn without_beliefs(mut form: Node) -> Node {
    if let schema::Kind::Group(sections) = &mut form.kind {
        sections.retain(|section| section.name != "uncertain");
    }
    form
}
