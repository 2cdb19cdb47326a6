//! Numbers of the document that are not known exactly.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// A number of the document that is not known exactly: each replication draws its own value.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UncertainDocument {
    /// JSON Pointer of the number, such as /traffic/source/base_rps.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.path")))]
    pub path: String,
    /// What is believed about it.
    pub distribution: BeliefDocument,
}

/// What is believed about a number.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BeliefDocument {
    /// Positive, skewed to the right; given by the range that it lies in with 90 %.
    Lognormal {
        /// One in twenty values lies below.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.positive")))]
        p5: f64,
        /// One in twenty values lies above.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.positive")))]
        p95: f64,
    },
    /// Symmetric; given by the range that it lies in with 90 %.
    Normal {
        /// One in twenty values lies below.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.value")))]
        p5: f64,
        /// One in twenty values lies above.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.value")))]
        p95: f64,
    },
    /// Anything between two ends, all equally likely.
    Uniform {
        /// Smallest value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.value")))]
        low: f64,
        /// Largest value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.value")))]
        high: f64,
    },
    /// Between two ends, with one value the most likely.
    Triangular {
        /// Smallest value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.value")))]
        low: f64,
        /// Most likely value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.value")))]
        mode: f64,
        /// Largest value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.value")))]
        high: f64,
    },
    /// One of several values, each with its weight.
    Discrete {
        /// The values, ascending.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.values")))]
        values: Vec<f64>,
        /// Their weights; only their proportions matter.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.weights")))]
        weights: Vec<f64>,
    },
    /// One of the measured values, all equally likely.
    Samples {
        /// The measured values.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.samples")))]
        samples: Vec<f64>,
    },
}
