//! The table.

use super::machine::Machine;
use super::peers::Peer;
use serde::Serialize;
use std::fmt::Write as _;

/// What a figure must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// No goal.
    Nothing,
    /// The figure at least.
    AtLeast(f64),
    /// The figure at most.
    AtMost(f64),
    /// At least this part of the bare loop's figure.
    Share(f64),
}

/// One case.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What was simulated.
    pub case: String,
    /// What `ours`, `limit` and the peers' figures count.
    pub unit: &'static str,
    /// Our figure.
    pub ours: f64,
    /// The bare loop's figure, and how it keeps its free times.
    pub limit: Option<f64>,
    /// See `limit`.
    pub limit_by: Option<&'static str>,
    /// Ours over the bare loop's.
    pub ratio: Option<f64>,
    /// The goal, in words.
    pub wanted: String,
    /// Whether it is met.
    pub met: Option<bool>,
    /// What other simulators reach.
    pub peers: String,
    /// How it was measured, where that is special.
    pub note: String,
}

impl Row {
    /// A row with a figure of ours alone.
    pub fn new(case: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self {
            case: case.into(),
            unit,
            ours,
            limit: None,
            limit_by: None,
            ratio: None,
            wanted: String::new(),
            met: None,
            peers: String::new(),
            note: String::new(),
        }
    }

    /// Beside the bare loop.
    pub fn beside(mut self, (limit_by, limit): (&'static str, f64)) -> Self {
        self.limit = Some(limit);
        self.limit_by = Some(limit_by);
        self.ratio = Some(self.ours / limit);
        self
    }

    /// With a goal.
    pub fn wanted(mut self, wanted: Wanted) -> Self {
        (self.wanted, self.met) = match wanted {
            Wanted::Nothing => (String::new(), None),
            Wanted::AtLeast(least) => (format!("≥ {}", figure(least)), Some(self.ours >= least)),
            Wanted::AtMost(most) => (format!("≤ {}", figure(most)), Some(self.ours <= most)),
            Wanted::Share(share) => (
                format!("ratio ≥ {share}"),
                self.ratio.map(|ratio| ratio >= share),
            ),
        };
        self
    }

    /// Beside other simulators.
    pub fn peers(mut self, peers: &[Peer]) -> Self {
        let one = |peer: &Peer| format!("{} {}", peer.name, peer.figure);
        self.peers = peers.iter().map(one).collect::<Vec<_>>().join(", ");
        self
    }

    /// With a remark.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A figure with three digits that count, and M or k.
fn figure(value: f64) -> String {
    let digits = |value: f64| match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        medium if medium >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    match value.abs() {
        millions if millions >= 1e6 => format!("{} M", digits(value / 1e6)),
        thousands if thousands >= 1e4 => format!("{} k", digits(value / 1e3)),
        _ => digits(value),
    }
}

/// The table as Markdown.
pub fn markdown(machine: &Machine, quick: bool, rows: &[Row]) -> String {
    let mut text = format!(
        "{} × {}, {}, load average {:.1}{}. Per second of processor time, medians; \
         lines that say so: of time passed.\n\n",
        machine.cores,
        machine.processor,
        machine.date,
        machine.load,
        if quick { ", quick" } else { "" },
    );
    text.push_str("| case | ours | unit | bare loop | ratio | wanted | met | others |\n");
    text.push_str("|---|---|---|---|---|---|---|---|\n");
    for row in rows {
        let note = if row.note.is_empty() {
            String::new()
        } else {
            format!(" ({})", row.note)
        };
        let limit = match (row.limit, row.limit_by) {
            (Some(limit), Some(by)) => format!("{} ({by})", figure(limit)),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "| {}{note} | {} | {} | {limit} | {} | {} | {} | {} |",
            row.case,
            figure(row.ours),
            row.unit,
            row.ratio
                .map_or(String::new(), |ratio| format!("{ratio:.2}")),
            row.wanted,
            match row.met {
                None => "",
                Some(true) => "yes",
                Some(false) => "**no**",
            },
            row.peers,
        );
    }
    text
}

/// The table for machines.
pub fn json(machine: &Machine, quick: bool, rows: &[Row]) -> String {
    let value = serde_json::json!({ "machine": machine, "quick": quick, "rows": rows });
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_have_three_digits() {
        let shown = [0.614, 12.34, 139.7, 9990.0, 25_300.0, 5e6, 21.4e6].map(figure);
        assert_eq!(
            shown,
            ["0.61", "12.3", "140", "9990", "25.3 k", "5.00 M", "21.4 M"]
        );
    }
}
