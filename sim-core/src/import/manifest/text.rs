//! The text of a manifest becomes JSON values, one per document.

use crate::import::ImportError;
use serde_json::Value;

/// Reads YAML, of which JSON is a part.
#[cfg(feature = "yaml")]
pub(in crate::import) fn parse(text: &str) -> Result<Vec<Value>, ImportError> {
    // Generous for manifests, far too small for anchor bombs.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 200_000,
            max_nodes: 100_000,
            max_depth: 64,
            max_documents: 1000,
            max_anchors: 1000,
            max_aliases: 1000,
        },
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| ImportError::new(format!("this is no YAML that can be read: {error}")))
}

/// Reads JSON: a YAML reader would be an eighth of what a visitor of the page downloads.
#[cfg(not(feature = "yaml"))]
pub(in crate::import) fn parse(text: &str) -> Result<Vec<Value>, ImportError> {
    let documents = serde_json::Deserializer::from_str(text).into_iter();
    documents.collect::<Result<_, _>>().map_err(|error| {
        ImportError::new(format!(
            "this is no JSON that can be read: {error}. Manifests are read as JSON here: kubectl get hpa NAME -o json \
             prints one. A YAML file is read by the command line: qec import hpa FILE --into SCENARIO"
        ))
    })
}
