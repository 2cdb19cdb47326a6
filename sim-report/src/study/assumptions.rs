//! What a report rests on: the whole document in words, the sources of its limits and defaults, and how to get the same
//! numbers again.

use crate::currency;
use crate::form::{self, node_at};
use crate::format;
use crate::paper::{Block, Paper};
use crate::table::Table;
use serde_json::Value;

/// Where a report comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The documents that were computed, one but in comparisons.
    pub documents: Vec<Value>,
    /// For each, what opens it: a link, or what follows the studio's address in one.
    pub links: Vec<String>,
    /// Version of the engine.
    pub engine: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// Data plane.
    pub plane: String,
    /// Price book and its date; empty where it is not told.
    pub prices: String,
    /// Replications computed.
    pub replications: u32,
    /// SHA-256 of the results.
    pub digest: String,
}

/// Parts of the document that say who it is, and how it is studied.
const NOT_ASSUMED: [&str; 4] = ["version", "name", "description", "uncertain"];

/// The document in words, a line for each group.
pub fn lines(document: &Value) -> Vec<String> {
    let sections = document.as_object().into_iter().flatten();
    let sections = sections.filter(|(name, _)| !NOT_ASSUMED.contains(&name.as_str()));
    let mut lines: Vec<String> = sections
        .flat_map(|(name, value)| form::outline(&format!("/{name}"), value))
        .collect();
    lines.extend(beliefs(document));
    lines
}

/// What is believed about uncertain numbers, a line for each.
pub fn beliefs(document: &Value) -> Vec<String> {
    let inputs = document.get("uncertain").and_then(Value::as_array);
    inputs.into_iter().flatten().filter_map(belief).collect()
}

fn belief(input: &Value) -> Option<String> {
    let path = input.get("path")?.as_str()?;
    let distribution = input.get("distribution")?;
    let unit = node_at(path).map_or("", |node| node.unit.as_str());
    let show = |key: &str| {
        let value = distribution.get(key).and_then(Value::as_f64);
        format::with_unit(value.unwrap_or(f64::NAN), unit)
    };
    let count = |key: &str| {
        let list = distribution.get(key).and_then(Value::as_array);
        list.map_or(0, Vec::len)
    };
    let kind = distribution.get("kind")?.as_str()?;
    let words = match kind {
        "uniform" => format!("anything between {} and {}", show("low"), show("high")),
        "triangular" => format!(
            "between {} and {}, most likely {}",
            show("low"),
            show("high"),
            show("mode")
        ),
        "discrete" => format!("one of {} values by their weights", count("values")),
        "samples" => format!("one of {} measured values", count("samples")),
        _ => format!(
            "{kind}, between {} and {} with 90\u{a0}%",
            show("p5"),
            show("p95")
        ),
    };
    Some(format!("Uncertain: {}: {words}", form::name_of(path)))
}

impl Origin {
    /// Who, how and with what, in a line.
    pub fn line(&self) -> String {
        let prices = match self.prices.is_empty() {
            true => String::new(),
            false => format!(" · prices {}", self.prices),
        };
        format!(
            "{} replications · seed {} · {} plane{prices} · engine {}",
            format::grouped(f64::from(self.replications)),
            self.seed,
            self.plane,
            self.engine
        )
    }

    /// The head of a report: name, description and the line.
    pub(super) fn head(&self, study: &str) -> Paper {
        let text = |key: &str| {
            let first = self
                .documents
                .first()
                .and_then(|document| document.get(key));
            first.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let mut paper = Paper {
            title: text("name"),
            ..Paper::default()
        };
        let description = text("description");
        let description = (!description.is_empty()).then_some(Block::Words(description));
        let line = Block::Hint(self.line());
        paper.section(study, description.into_iter().chain([line]));
        paper
    }

    /// The foot of a report: assumptions with their sources, and how to get the same numbers again.
    pub(super) fn foot(&self, paper: &mut Paper) {
        let several = self.documents.len() > 1;
        for (place, document) in self.documents.iter().enumerate() {
            let heading = match several {
                true => format!("Assumptions of {}", letter(place)),
                false => "Assumptions".to_owned(),
            };
            let sources = form::sources(document).into_iter();
            let sources = sources.map(|(field, source)| vec![field, source]);
            let sources = Table::new(["Field", "Source of its limits and defaults"], sources);
            let hint = "All figures are estimates from a model of these assumptions".to_owned();
            paper.section(
                &heading,
                [
                    Block::Hint(hint),
                    Block::List(lines(document)),
                    Block::Table(sources),
                ],
            );
        }
        if let Some(note) = currency::shown().note() {
            paper.section("Currency", [Block::Words(note)]);
        }
        let words = "The same engine gives the same results, to the byte. SHA-256 of the results:";
        let mut blocks = vec![
            Block::Hint(words.to_owned()),
            Block::Verbatim(self.digest.clone()),
        ];
        for link in &self.links {
            let whole = link.starts_with("http");
            let hint = match whole {
                true => "This link opens the scenario:",
                false => "The scenario, for `qec run` or behind the studio's address:",
            };
            blocks.push(Block::Hint(hint.to_owned()));
            blocks.push(match whole {
                true => Block::Link(link.clone()),
                false => Block::Verbatim(link.clone()),
            });
        }
        paper.section("The same numbers again", blocks);
    }
}

fn letter(place: usize) -> char {
    ['A', 'B', 'C', 'D'].get(place).copied().unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn beliefs_are_told_with_their_units() {
        let document = json!({"uncertain": [
            {"path": "/service/timeout_ms", "distribution": {"kind": "lognormal", "p5": 300.0, "p95": 700.0}},
            {"path": "/traffic/source/base_rps", "distribution": {"kind": "samples", "samples": [1.0, 2.0]}},
        ]});
        let lines = beliefs(&document);
        assert!(
            lines[0].contains("lognormal, between 300\u{a0}ms and 700\u{a0}ms with 90\u{a0}%"),
            "{lines:?}"
        );
        assert!(lines[1].ends_with("one of 2 measured values"), "{lines:?}");
    }
}
