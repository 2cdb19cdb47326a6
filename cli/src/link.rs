//! `qec link`: scenarios to share links and back.

use crate::args::LinkCommand;
use crate::failure::Failure;
use crate::{output, source};
use sim_core::scenario::check_json;
use sim_core::share;

/// Encodes or decodes.
pub fn link(command: &LinkCommand) -> Result<(), Failure> {
    match command {
        LinkCommand::Encode { scenario, studio } => encode(scenario, studio),
        LinkCommand::Decode { link } => decode(link),
    }
}

fn encode(scenario: &str, studio: &str) -> Result<(), Failure> {
    let scenario = source::checked(scenario)?;
    let fragment =
        share::encode(scenario.document()).map_err(|error| Failure::Input(error.to_string()))?;
    let link = format!("{}#{fragment}", studio.trim_end_matches('#'));
    if let Some(advice) = share::length_advice(link.len()) {
        output::explain(&format!("note: {} characters: {advice}", link.len()));
    }
    output::print(&link)
}

fn decode(link: &str) -> Result<(), Failure> {
    let text = if link == "-" {
        source::read("-", 2 * share::MAX_LINK_CHARS)?
    } else {
        link.to_owned()
    };
    let shared = share::decode(&text).map_err(|error| Failure::Input(error.to_string()))?;
    output::explain(&format!(
        "note: made with version {}",
        shared.engine_version
    ));
    let value: serde_json::Value = serde_json::from_str(&shared.document_json)
        .map_err(|error| Failure::Internal(error.to_string()))?;
    output::print_json_pretty(&value)?;
    check_json(&shared.document_json)?;
    Ok(())
}
