//! The scenario that a command is about: from a file, standard input, a template or a link.

use crate::failure::{Failure, list};
use crate::output;
use sim_core::scenario::limits::MAX_DOCUMENT_BYTES;
use sim_core::scenario::templates::{TEMPLATES, template};
use sim_core::scenario::{Scenario, check_json};
use sim_core::share;
use std::io::Read;
use std::path::Path;

/// Finds a scenario's JSON, unchecked.
pub fn find(named: &str) -> Result<String, Failure> {
    if named == "-" || Path::new(named).is_file() {
        return read(named, MAX_DOCUMENT_BYTES);
    }
    if let Some(template) = template(named) {
        return Ok(template.json.to_owned());
    }
    match share::decode(named) {
        Ok(shared) => {
            if !shared.same_engine() {
                output::explain(&format!(
                    "note: this link was made with version {}; this is {}, results may differ",
                    shared.engine_version,
                    sim_core::ENGINE_VERSION
                ));
            }
            Ok(shared.document_json)
        }
        Err(share::ShareError::NotALink) => {
            let ids: Vec<&str> = TEMPLATES.iter().map(|template| template.id).collect();
            Err(Failure::Input(format!(
                "{named:.80}: there is no such file, and it is no share link and no template; the templates are {}",
                ids.join(", ")
            )))
        }
        Err(error) => Err(Failure::Input(error.to_string())),
    }
}

/// Finds and checks a scenario; its warnings go to standard error.
pub fn checked(named: &str) -> Result<Scenario, Failure> {
    let scenario = check_json(&find(named)?)?;
    if !scenario.warnings.is_empty() {
        output::explain(&list(&scenario.warnings));
    }
    Ok(scenario)
}

/// Reads a text from a file, or from standard input for `-`; at most so many bytes.
pub fn read(name: &str, most_bytes: usize) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::Input(format!("cannot read {name}: {error}"));
    let mut bytes = Vec::new();
    // One byte more, to tell a file that is just small enough from one that is too large.
    let most = most_bytes as u64 + 1;
    if name == "-" {
        std::io::stdin()
            .lock()
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    } else {
        std::fs::File::open(name)
            .map_err(failed)?
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    }
    if bytes.len() > most_bytes {
        return Err(Failure::Input(format!(
            "{name} is larger than {most_bytes} bytes; it was not read"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        Failure::Input(format!(
            "{name} is no text in UTF-8 (byte {})",
            error.utf8_error().valid_up_to() + 1
        ))
    })
}
