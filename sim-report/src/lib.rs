//! Reports: what a study found, in words, tables and drawings. The page shows these charts and words, the command line
//! writes them into files. No model mathematics here.
//!
//! - [`format`]: numbers as people read them, money in any [`currency`]; [`form`]: fields of the document and their words.
//! - [`chart`]: scenes of marks and words, and their SVG; [`designs`], [`summary`]: results in sentences.
//! - [`study`]: what each study found, as a [`paper`], which is written as a page of its own or as Markdown.

pub mod chart;
pub mod currency;
pub mod designs;
pub mod form;
pub mod format;
pub mod paper;
pub mod study;
pub mod summary;
mod table;

pub use table::Table;
