//! Tables of text, and numbers as people read them.

use sim_core::study::Proportion;

/// A table: the first column to the left, the others to the right.
#[derive(Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this heading.
    pub fn new<S: Into<String>>(heading: impl IntoIterator<Item = S>) -> Self {
        let mut table = Self::default();
        table.row(heading);
        table
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The table as lines, aligned.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, &width))| match column {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        self.rows.iter().map(line).collect()
    }
}

/// About four digits, thousands in groups; a dash where there is no number.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let decimals = match value.abs() {
        0.0 => 0,
        1000.0.. => 0,
        100.0.. => 1,
        1.0.. => 2,
        0.01.. => 4,
        _ => return format!("{value:.2e}"),
    };
    grouped(&format!("{value:.decimals$}"))
}

fn grouped(text: &str) -> String {
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut result = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    if let Some(fraction) = fraction {
        result.push('.');
        result.push_str(fraction);
    }
    result
}

/// A share in per cent, with as many decimals as a share near 1 needs.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let percent = 100.0 * share;
    let decimals = match 100.0 - percent {
        rest if rest >= 1.0 || rest <= 0.0 => 1,
        rest if rest >= 0.1 => 2,
        rest if rest >= 0.01 => 3,
        _ => 4,
    };
    format!("{percent:.decimals$} %")
}

/// A probability with its interval.
pub fn probability(proportion: &Proportion) -> [String; 2] {
    [
        percent(proportion.estimate),
        format!(
            "{:.1} … {:.1} %",
            100.0 * proportion.ci_low,
            100.0 * proportion.ci_high
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(1_234_567.8), "1,234,568");
        assert_eq!(number(-1234.0), "-1,234");
        assert_eq!(number(999.96), "1,000.0");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.25), "0.2500");
        assert_eq!(number(f64::NAN), "–");
        assert_eq!(percent(0.875), "87.5 %");
        assert_eq!(percent(0.99912), "99.912 %");
        assert_eq!(percent(1.0), "100.0 %");
    }

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["Figure", "mean"]);
        table.row(["Cost", "1,000"]);
        assert_eq!(table.text(), "Figure   mean\nCost    1,000\n");
    }
}
