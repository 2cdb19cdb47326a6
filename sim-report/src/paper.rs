//! A report to be saved: sections of words, tables and charts, written as a page of its own or as Markdown.

pub mod html;
pub mod markdown;

use crate::chart::scene::Scene;
use crate::table::Table;

/// A report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paper {
    /// Its title.
    pub title: String,
    /// Its sections, in the order of reading.
    pub sections: Vec<Section>,
}

/// A section of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What is in it.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// The answer, in a sentence.
    Verdict(String),
    /// A sentence.
    Words(String),
    /// How to read what follows.
    Hint(String),
    /// Sentences, one a line.
    List(Vec<String>),
    /// Figures.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// Text to be taken over letter by letter.
    Verbatim(String),
    /// A link with its address as its words.
    Link(String),
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows, in a sentence.
    pub label: String,
    /// Width and height in pixels.
    pub size: (f64, f64),
    /// Marks and words.
    pub scene: Scene,
    /// Classes of colours in the style sheet, and what they stand for.
    pub legend: Vec<(&'static str, String)>,
}

/// Width of a chart that takes a whole row.
pub const WIDE: f64 = 760.0;

impl Paper {
    /// Adds a section; one without content is left out.
    pub fn section(&mut self, heading: &str, blocks: impl IntoIterator<Item = Block>) {
        let blocks: Vec<Block> = blocks.into_iter().collect();
        if !blocks.is_empty() {
            self.sections.push(Section {
                heading: heading.to_owned(),
                blocks,
            });
        }
    }
}

impl Block {
    /// A chart without a legend, as wide as the page.
    pub fn chart(label: impl Into<String>, height: f64, draw: impl Fn(f64) -> Scene) -> Self {
        Self::Chart(Chart {
            label: label.into(),
            size: (WIDE, height),
            scene: draw(WIDE),
            legend: Vec::new(),
        })
    }
}
