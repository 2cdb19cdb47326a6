//! The text of a manifest becomes JSON values, one per document.

use crate::import::ImportError;
use serde_json::Value;

/// Reads YAML, of which JSON is a part.
#[cfg(feature = "yaml")]
pub(in crate::import) fn parse(text: &str) -> Result<Vec<Value>, ImportError> {
    super::yaml::documents(text)
        .map_err(|error| ImportError::new(format!("this is no YAML that can be read: {error}")))
}

/// Reads JSON: for builds without a YAML parser.
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
