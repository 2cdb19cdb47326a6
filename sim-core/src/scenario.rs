//! The scenario: document → checked meaning.

pub mod document;
