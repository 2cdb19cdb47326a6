//! A table of text (CSV and its relatives): delimiter, header, and what its columns are.

use super::{ImportError, Unit, instant::parse_instant, listed, shown};

/// Most columns of a table: a day in minutes, and some to spare.
const MAX_COLUMNS: usize = 5000;

/// Rows that are looked at to tell what a column is.
const SAMPLED_ROWS: usize = 400;

/// Share of the sampled cells that must read as a time, or as a number or gap, for a column of that kind.
const COLUMN_SHARE: f64 = 0.8;

/// A table, not yet read but for its first rows.
pub(super) struct Table<'a> {
    text: &'a str,
    pub delimiter: u8,
    /// Names of the columns; empty without a header.
    pub header: Vec<String>,
    sample: Vec<csv::StringRecord>,
}

/// How a column tells the time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TimeFormat {
    /// ISO 8601 and relatives.
    Calendar,
    /// A number of units of this many seconds, since 1970 or since the start of the recording.
    Number { unit_s: f64 },
}

/// One cell of a column of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    Value(f64),
    Gap,
    Unreadable,
}

impl<'a> Table<'a> {
    pub(super) fn open(text: &'a str) -> Result<Self, ImportError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let delimiter = sniff_delimiter(text);
        let mut sample: Vec<csv::StringRecord> = reader(text, delimiter)
            .into_records()
            .filter_map(Result::ok)
            .take(SAMPLED_ROWS + 1)
            .collect();
        if let Some(columns) = sample
            .iter()
            .map(csv::StringRecord::len)
            .max()
            .filter(|&columns| columns > MAX_COLUMNS)
        {
            return Err(ImportError::new(format!(
                "it has {columns} columns; at most {MAX_COLUMNS} are read"
            )));
        }
        let Some(first) = sample.first() else {
            return Err(ImportError::new("the file is empty"));
        };
        let has_header = first
            .iter()
            .all(|cell| parse_instant(cell).is_none() && !is_number(cell, delimiter));
        // A header may itself be numbered, as in one column a minute; then its other names are no numbers.
        let has_header = has_header
            || (first.iter().next().is_some_and(is_name)
                && sample.len() > 1
                && numbered(first.iter()).len() > 1);
        let header = if has_header {
            sample.remove(0).iter().map(str::to_owned).collect()
        } else {
            Vec::new()
        };
        if sample.is_empty() {
            return Err(ImportError::new("there is no row of data in it"));
        }
        Ok(Self {
            text,
            delimiter,
            header,
            sample,
        })
    }

    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.sample
            .iter()
            .map(csv::StringRecord::len)
            .max()
            .unwrap_or(0)
            .max(self.header.len())
    }

    /// Name of a column, or its number.
    pub(super) fn name(&self, column: usize) -> String {
        self.header
            .get(column)
            .filter(|name| !name.is_empty())
            .map_or_else(|| format!("column {}", column + 1), |name| shown(name))
    }

    /// Index of a column by name or by number counted from 1.
    pub(super) fn column(&self, wanted: &str) -> Result<usize, ImportError> {
        let wanted = wanted.trim();
        let by_name = self
            .header
            .iter()
            .position(|name| name.eq_ignore_ascii_case(wanted));
        let by_number = || {
            wanted
                .parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1))
        };
        by_name
            .or_else(by_number)
            .filter(|&column| column < self.width())
            .ok_or_else(|| {
                ImportError::new(format!(
                    "there is no column {}; the columns are {}",
                    shown(wanted),
                    self.columns()
                ))
            })
    }

    /// The columns in words.
    pub(super) fn columns(&self) -> String {
        listed(
            &(0..self.width())
                .map(|column| self.name(column))
                .collect::<Vec<_>>(),
        )
    }

    /// Index of the column of this name, in any case.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.header
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    }

    /// The columns headed 1, 2, 3 and so on.
    pub(super) fn numbered_columns(&self) -> Vec<usize> {
        numbered(self.header.iter().map(String::as_str))
    }

    /// All rows of data: line and cells. Rows that are no text at all are left out.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, csv::StringRecord)> + 'a {
        let skipped = usize::from(!self.header.is_empty());
        reader(self.text, self.delimiter)
            .into_records()
            .filter_map(Result::ok)
            .skip(skipped)
            .map(|row| (row.position().map_or(0, csv::Position::line), row))
    }

    /// How a column tells the time, if it does.
    pub(super) fn time_format(&self, column: usize) -> Option<TimeFormat> {
        let cells = || {
            self.sample
                .iter()
                .filter_map(|row| row.get(column))
                .filter(|cell| !cell.is_empty())
        };
        let count = cells().count() as f64;
        if count == 0.0 {
            return None;
        }
        if cells().filter(|cell| parse_instant(cell).is_some()).count() as f64
            >= COLUMN_SHARE * count
        {
            return Some(TimeFormat::Calendar);
        }
        let numbers: Vec<f64> = cells()
            .filter_map(|cell| number(cell, self.delimiter))
            .collect();
        if (numbers.len() as f64) < COLUMN_SHARE * count {
            return None;
        }
        let largest = numbers
            .iter()
            .fold(0.0_f64, |largest, value| largest.max(value.abs()));
        Some(TimeFormat::Number {
            unit_s: time_unit_s(largest, self.header.get(column).map_or("", String::as_str)),
        })
    }

    /// Whether a column holds numbers, and at least one.
    pub(super) fn is_numeric(&self, column: usize) -> bool {
        let cells: Vec<Cell> = self
            .sample
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| self.cell(cell))
            .collect();
        let readable = cells
            .iter()
            .filter(|&&cell| cell != Cell::Unreadable)
            .count() as f64;
        cells.iter().any(|cell| matches!(cell, Cell::Value(_)))
            && readable >= COLUMN_SHARE * cells.len() as f64
    }

    /// Whether a column's numbers only grow from row to row, as times and row numbers do.
    pub(super) fn is_ascending(&self, column: usize) -> bool {
        let values: Vec<f64> = self
            .sample
            .iter()
            .filter_map(|row| number(row.get(column)?, self.delimiter))
            .collect();
        values.len() > 1 && values.is_sorted_by(|a, b| a < b)
    }

    /// A number, a gap, or neither.
    pub(super) fn cell(&self, text: &str) -> Cell {
        const GAPS: [&str; 9] = ["", "nan", "null", "na", "n/a", "none", "-", "inf", "+inf"];
        let text = text.trim();
        if GAPS.iter().any(|gap| text.eq_ignore_ascii_case(gap)) {
            return Cell::Gap;
        }
        match number(text, self.delimiter) {
            Some(value) if value.is_finite() => Cell::Value(value),
            Some(_) => Cell::Gap,
            None => Cell::Unreadable,
        }
    }

    /// A time in seconds, and whether it names its zone.
    pub(super) fn time(&self, text: &str, format: TimeFormat) -> Option<(f64, bool)> {
        match format {
            TimeFormat::Calendar => {
                parse_instant(text).map(|instant| (instant.unix_s, instant.zoned))
            }
            TimeFormat::Number { unit_s } => {
                let seconds = number(text, self.delimiter)? * unit_s;
                seconds.is_finite().then_some((seconds, true))
            }
        }
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

/// The delimiter that gives the most columns, the same number in nearly every row.
fn sniff_delimiter(text: &str) -> u8 {
    const SNIFFED_ROWS: usize = 20;
    let score = |delimiter: u8| {
        let widths: Vec<usize> = reader(text, delimiter)
            .into_records()
            .filter_map(Result::ok)
            .take(SNIFFED_ROWS)
            .map(|row| row.len())
            .collect();
        let most = widths.iter().copied().max().unwrap_or(0);
        let agreeing = widths.iter().filter(|&&width| width == most).count();
        if most > 1 && agreeing * 10 >= widths.len() * 7 {
            most
        } else {
            0
        }
    };
    let mut best = (0, b',');
    for delimiter in [b',', b';', b'\t', b'|'] {
        let columns = score(delimiter);
        if columns > best.0 {
            best = (columns, delimiter);
        }
    }
    best.1
}

/// A number; where semicolons part the cells, a comma is the decimal sign.
fn number(text: &str, delimiter: u8) -> Option<f64> {
    let text = text.trim();
    if delimiter == b';' && !text.contains('.') && text.matches(',').count() == 1 {
        return text.replace(',', ".").parse().ok();
    }
    text.parse().ok()
}

fn is_number(text: &str, delimiter: u8) -> bool {
    number(text, delimiter).is_some_and(f64::is_finite)
}

fn is_name(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

fn numbered<'t>(header: impl Iterator<Item = &'t str>) -> Vec<usize> {
    let mut columns = Vec::new();
    for (index, name) in header.enumerate() {
        if name.parse() == Ok(columns.len() + 1) {
            columns.push(index);
        }
    }
    columns
}

/// The words of a column's name, in small letters: `requestCount_5m` is request, count, 5m.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_small = false;
    for character in name.chars() {
        let starts = !character.is_alphanumeric() || (character.is_uppercase() && before_small);
        before_small = character.is_lowercase();
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.push(character.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Seconds in the unit of a column of numeric times: by their size, else by the column's name.
fn time_unit_s(largest: f64, name: &str) -> f64 {
    let words = words(name);
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    match largest {
        1e17.. => 1e-9,
        1e14.. => 1e-6,
        1e11.. => 1e-3,
        1e8.. => 1.0,
        _ if says(&["minute", "minutes", "min", "mins"]) => 60.0,
        _ if says(&["hour", "hours"]) => 3600.0,
        _ if says(&["day", "days"]) => 86_400.0,
        _ if says(&["ms", "millis", "milliseconds"]) => 1e-3,
        _ => 1.0,
    }
}

/// What the name of a column of numbers says of its unit.
pub(super) fn named_unit(name: &str) -> Unit {
    let words = words(name);
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let per = words.iter().any(|word| word == "per") || name.contains('/');
    if says(&["rpm"]) || (per && says(&["minute", "min", "m"])) {
        Unit::PerMinute
    } else if says(&["rps", "qps", "tps", "rate", "throughput"])
        || (per && says(&["second", "sec", "s"]))
    {
        Unit::PerSecond
    } else {
        Unit::Count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_headers_and_decimal_commas() {
        let table =
            Table::open("time;rps\n2024-01-01 00:00;1,5\n2024-01-01 00:01;2\n").expect("opens");
        assert_eq!((table.delimiter, table.header.len()), (b';', 2));
        assert_eq!(table.cell("1,5"), Cell::Value(1.5));
        assert_eq!(table.cell("NaN"), Cell::Gap);
        assert_eq!(table.cell("12 apples"), Cell::Unreadable);
        let table = Table::open("\u{feff}0\t5\r\n60\t6\r\n").expect("opens");
        assert_eq!(
            (table.delimiter, table.header.len(), table.width()),
            (b'\t', 0, 2)
        );
        assert_eq!(table.rows().count(), 2);
    }

    #[test]
    fn words_of_names() {
        assert_eq!(words("requestCount_5m"), ["request", "count", "5m"]);
        assert_eq!(words("HTTP requests/s"), ["http", "requests", "s"]);
    }

    #[test]
    fn units_of_names() {
        assert_eq!(named_unit("requests/s"), Unit::PerSecond);
        assert_eq!(named_unit("requests_per_minute"), Unit::PerMinute);
        assert_eq!(named_unit("requests"), Unit::Count);
    }

    #[test]
    fn units_of_times() {
        assert_eq!(time_unit_s(1.7e9, "t"), 1.0);
        assert_eq!(time_unit_s(1.7e12, "t"), 1e-3);
        assert_eq!(time_unit_s(5000.0, "minute"), 60.0);
    }
}
