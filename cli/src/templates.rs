//! `qec templates`: the gallery.

use crate::failure::Failure;
use crate::output;
use sim_core::scenario::templates::{TEMPLATES, template};

/// Lists the templates, or prints one.
pub fn templates(id: Option<&str>) -> Result<(), Failure> {
    match id {
        Some(id) => match template(id) {
            Some(template) => output::print(template.json),
            None => {
                let ids: Vec<&str> = TEMPLATES.iter().map(|template| template.id).collect();
                Err(Failure::Input(format!(
                    "there is no template {id:.80}; there are {}",
                    ids.join(", ")
                )))
            }
        },
        None => {
            let list: Vec<String> = TEMPLATES
                .iter()
                .map(|template| {
                    let rows = match template.rows {
                        [] => String::new(),
                        rows => format!(" [{}]", rows.join(", ")),
                    };
                    format!(
                        "{}\n  {}: {}{rows}",
                        template.id, template.title, template.summary
                    )
                })
                .collect();
            output::print(&list.join("\n"))
        }
    }
}
