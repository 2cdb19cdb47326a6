//! Recorded traffic: CSV files and Prometheus answers become counts in equal intervals.

use super::points::{self, Binned, Point, Unit};
use super::table::{Cell, Table, TimeFormat, named_unit, words};
use super::{ImportError, MAX_TRAFFIC_BYTES, listed, prometheus, shown};
use crate::scenario::document::TrafficSource;
use crate::words::capitalised;

/// What the reader of a file knows better than the file. All of it may be left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrafficOptions {
    /// What the numbers mean; by default counts in CSV files (unless the column is named otherwise) and rates
    /// per second in Prometheus answers (unless the metric is named like a counter).
    pub unit: Option<Unit>,
    /// Column of the times, by name or number (counted from 1).
    pub time_column: Option<String>,
    /// Column of the requests, by name or number (counted from 1).
    pub value_column: Option<String>,
    /// Prometheus: take only the series whose labels contain this text, such as `job="api"`.
    pub series: Option<String>,
    /// Wanted length of an interval in seconds; needed where a file has no times.
    pub interval_s: Option<f64>,
    /// Where the recording comes from, such as the file's name.
    pub origin: String,
}

/// A recording, ready for a scenario document.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedTraffic {
    /// Requests in each interval; a gap is `None`.
    pub counts: Vec<Option<f64>>,
    /// Length of an interval in seconds.
    pub interval_s: f64,
    /// Where it comes from.
    pub origin: String,
    /// What was read, assumed, added up or left out, in sentences.
    pub notes: Vec<String>,
}

impl ImportedTraffic {
    /// The part of the document: `/traffic/source`.
    pub fn source(&self) -> TrafficSource {
        TrafficSource::Recorded {
            origin: self.origin.clone(),
            interval_s: self.interval_s,
            counts: self.counts.clone(),
            mean_rps: None,
            growth_percent_per_month: 0.0,
        }
    }
}

/// What is expected, for refusals.
const EXPECTED: &str = "expected is a CSV with a column of times and one of requests, or the JSON answer of Prometheus to query_range";

/// Reads a recording of traffic.
///
/// # Errors
/// The text is no recording of traffic, or not one that can be told from its columns alone.
pub fn traffic(text: &str, options: &TrafficOptions) -> Result<ImportedTraffic, ImportError> {
    if text.len() > MAX_TRAFFIC_BYTES {
        return Err(ImportError::new(format!(
            "the file has {} bytes; at most {MAX_TRAFFIC_BYTES} are read. Sum it up to longer intervals first",
            text.len()
        )));
    }
    if let Some(interval_s) = options
        .interval_s
        .filter(|interval| !(0.001..=86_400.0).contains(interval))
    {
        return Err(ImportError::new(format!(
            "an interval of {interval_s} s is not possible; 0.001 to 86,400 s are"
        )));
    }
    let mut notes = Vec::new();
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let binned = if start.is_empty() {
        return Err(ImportError::new(format!("the file is empty; {EXPECTED}")));
    } else if start.starts_with(['{', '[']) {
        prometheus::read(start, options, &mut notes)?
    } else {
        read_table(text, options, &mut notes)?
    };
    points::summarise(&binned, &mut notes)?;
    Ok(ImportedTraffic {
        counts: binned.counts,
        interval_s: binned.interval_s,
        origin: options.origin.clone(),
        notes,
    })
}

fn read_table(
    text: &str,
    options: &TrafficOptions,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    if text
        .lines()
        .take(50)
        .any(|line| line.starts_with("apiVersion:"))
    {
        return Err(ImportError::new(format!(
            "this is a manifest, not traffic; {EXPECTED}"
        )));
    }
    let table = Table::open(text)?;
    if table.named("BilledCost").is_some() || table.named("EffectiveCost").is_some() {
        return Err(ImportError::new(format!(
            "this is a bill (FOCUS columns such as BilledCost), not traffic; {EXPECTED}"
        )));
    }
    let columns_chosen = options.time_column.is_some() || options.value_column.is_some();
    if let Some(binned) = (!columns_chosen)
        .then(|| read_known_trace(&table, options, notes))
        .flatten()
    {
        return binned;
    }
    let Some((time, format)) = time_column(&table, options)? else {
        return read_untimed(&table, options, notes);
    };
    let value = match value_column(&table, options, time, notes)? {
        Some(value) => value,
        None if table.width() == 1 => {
            return read_events(&table, time, format, None, options, notes);
        }
        None => return Err(no_value_column(&table, time)),
    };
    let unit = options
        .unit
        .unwrap_or_else(|| named_unit(&table.name(value)));
    notes.push(format!(
        "Times from {}, requests from {}, read as {}.",
        table.name(time),
        table.name(value),
        match unit {
            Unit::Count => "requests counted in each interval",
            Unit::PerSecond => "requests per second",
            Unit::PerMinute => "requests per minute",
            Unit::Counter => "a growing counter of requests",
        }
    ));
    if let (TimeFormat::Number { unit_s }, None) = (format, &options.time_column) {
        notes.push(format!("The times are numbers in units of {unit_s} s."));
    }
    let points = read_points(&table, time, format, value, notes)?;
    points::bin(points, unit, options.interval_s, notes)
}

/// Rows that could not be used.
#[derive(Default)]
struct Dropped {
    rows: usize,
    first: Option<String>,
}

impl Dropped {
    fn push(&mut self, line: u64, reason: impl FnOnce() -> String) {
        self.rows += 1;
        self.first
            .get_or_insert_with(|| format!("line {line}: {}", reason()));
    }

    /// Notes what was dropped; an error where more was dropped than read.
    fn report(self, kept: usize, notes: &mut Vec<String>) -> Result<(), ImportError> {
        let Some(first) = self.first else {
            return Ok(());
        };
        let rows = self.rows;
        if rows > kept {
            return Err(ImportError::new(format!(
                "{rows} of {} rows cannot be read ({first}); {EXPECTED}",
                rows + kept
            )));
        }
        notes.push(format!("{rows} rows were left out ({first})."));
        Ok(())
    }
}

fn read_points(
    table: &Table<'_>,
    time: usize,
    format: TimeFormat,
    value: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<Point>, ImportError> {
    let mut dropped = Dropped::default();
    let mut points = Vec::new();
    let mut unzoned = false;
    for (line, row) in table.rows() {
        let text = row.get(time).unwrap_or_default();
        let Some((at_s, zoned)) = table.time(text, format) else {
            dropped.push(line, || format!("{:?} is no time", shown(text)));
            continue;
        };
        let text = row.get(value).unwrap_or_default();
        match table.cell(text) {
            Cell::Value(number) if number < 0.0 => {
                dropped.push(line, || format!("{number} is negative"))
            }
            Cell::Value(number) => points.push(Point {
                at_s,
                value: Some(number),
            }),
            Cell::Gap => points.push(Point { at_s, value: None }),
            Cell::Unreadable => dropped.push(line, || format!("{:?} is no number", shown(text))),
        }
        unzoned |= !zoned;
    }
    dropped.report(points.len(), notes)?;
    if unzoned {
        notes.push("The times name no zone; they were read as UTC.".to_owned());
    }
    Ok(points)
}

/// The column of times, as chosen or as found.
fn time_column(
    table: &Table<'_>,
    options: &TrafficOptions,
) -> Result<Option<(usize, TimeFormat)>, ImportError> {
    if let Some(wanted) = &options.time_column {
        let column = table.column(wanted)?;
        let format = table.time_format(column);
        return format.map(|format| Some((column, format))).ok_or_else(|| {
            ImportError::new(format!(
                "{} holds no times; they are read as ISO 8601 (2024-05-01T12:00:00Z), as seconds or milliseconds since 1970, or as a number of minutes",
                table.name(column)
            ))
        });
    }
    let formats =
        || (0..table.width()).filter_map(|column| Some((column, table.time_format(column)?)));
    let named = |column: usize| {
        table
            .header
            .get(column)
            .is_some_and(|name| is_time_name(name))
    };
    let calendar = |format| format == TimeFormat::Calendar;
    let unnamed_number =
        |column: usize| table.header.is_empty() && table.width() > 1 && table.is_ascending(column);
    Ok(formats()
        .find(|&(column, format)| calendar(format) && named(column))
        .or_else(|| formats().find(|&(_, format)| calendar(format)))
        .or_else(|| formats().find(|&(column, _)| named(column)))
        .or_else(|| formats().find(|&(column, _)| unnamed_number(column))))
}

fn is_time_name(name: &str) -> bool {
    const YES: [&str; 20] = [
        "time",
        "timestamp",
        "date",
        "datetime",
        "ts",
        "ds",
        "t",
        "minute",
        "minutes",
        "second",
        "seconds",
        "sec",
        "hour",
        "day",
        "epoch",
        "unix",
        "start",
        "when",
        "period",
        "bucket",
    ];
    const NO: [&str; 6] = ["duration", "latency", "response", "processing", "per", "up"];
    let words = words(name);
    words.iter().any(|word| YES.contains(&word.as_str()))
        && !words.iter().any(|word| NO.contains(&word.as_str()))
}

/// How likely a column of this name holds requests; 0 says nothing, below 0 speaks against it.
fn request_score(name: &str) -> i32 {
    const SCORES: [(i32, &[&str]); 5] = [
        (
            -1,
            &[
                "cost",
                "price",
                "usd",
                "eur",
                "billed",
                "latency",
                "duration",
                "ms",
                "percent",
                "pct",
                "cpu",
                "memory",
                "mem",
                "utilization",
                "utilisation",
                "util",
                "bytes",
                "id",
                "index",
                "temperature",
                "minute",
                "hour",
                "day",
            ],
        ),
        (
            4,
            &["requests", "request", "reqs", "req", "rps", "qps", "rpm"],
        ),
        (
            3,
            &[
                "count",
                "counts",
                "hits",
                "invocations",
                "arrivals",
                "calls",
                "messages",
                "queries",
                "views",
                "pageviews",
                "visits",
                "transactions",
                "tps",
                "events",
                "throughput",
                "rate",
                "traffic",
                "load",
            ],
        ),
        (2, &["value", "values", "total", "sum", "volume"]),
        (1, &["y", "n", "v"]),
    ];
    let words = words(name);
    let score = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    SCORES
        .iter()
        .find(|(_, known)| score(known))
        .map_or(0, |&(points, _)| points)
}

/// The column of requests, as chosen or as found; `None` where there is none.
fn value_column(
    table: &Table<'_>,
    options: &TrafficOptions,
    time: usize,
    notes: &mut Vec<String>,
) -> Result<Option<usize>, ImportError> {
    if let Some(wanted) = &options.value_column {
        let column = table.column(wanted)?;
        if !table.is_numeric(column) {
            return Err(ImportError::new(format!(
                "{} holds no numbers",
                table.name(column)
            )));
        }
        return Ok(Some(column));
    }
    let candidates: Vec<usize> = (0..table.width())
        .filter(|&column| column != time && table.is_numeric(column))
        .collect();
    let score = |column: usize| {
        table
            .header
            .get(column)
            .map_or(0, |name| request_score(name))
    };
    let best = candidates
        .iter()
        .map(|&column| score(column))
        .max()
        .unwrap_or(-1);
    let mut chosen = candidates
        .iter()
        .copied()
        .filter(|&column| score(column) == best);
    match (best, chosen.next(), chosen.next()) {
        (1.., Some(column), other) => {
            if let Some(other) = other {
                notes.push(format!(
                    "{} may hold requests as well as {}; the first was taken.",
                    table.name(other),
                    table.name(column)
                ));
            }
            Ok(Some(column))
        }
        (0, Some(column), None) => Ok(Some(column)),
        (0, Some(_), Some(_)) => Err(ImportError::new(format!(
            "several columns may hold the requests: choose one of {}",
            listed(
                &candidates
                    .iter()
                    .map(|&column| table.name(column))
                    .collect::<Vec<_>>()
            )
        ))),
        _ => Ok(None),
    }
}

fn no_value_column(table: &Table<'_>, time: usize) -> ImportError {
    ImportError::new(format!(
        "no column of requests was found beside the times in {}; the columns are {}. If one of them holds requests, choose it by name; {EXPECTED}",
        table.name(time),
        table.columns()
    ))
}

/// A file without times: one column of counts, if the length of its interval is known.
fn read_untimed(
    table: &Table<'_>,
    options: &TrafficOptions,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    let value = match &options.value_column {
        Some(wanted) => Some(table.column(wanted)?),
        None if table.width() == 1 => Some(0),
        None => None,
    };
    let value = value.filter(|&column| {
        table.is_numeric(column)
            && (options.value_column.is_some() || request_or_nameless(table, column))
    });
    let (Some(value), Some(interval_s)) = (value, options.interval_s) else {
        let hint = if value.is_some() {
            " Its numbers could be counts: then say how long an interval is."
        } else {
            ""
        };
        return Err(ImportError::new(format!(
            "no column of times was found; the columns are {}.{hint} {}",
            table.columns(),
            capitalised(EXPECTED)
        )));
    };
    let unit = options
        .unit
        .unwrap_or_else(|| named_unit(&table.name(value)));
    let mut dropped = Dropped::default();
    let mut points = Vec::new();
    for (index, (line, row)) in table.rows().enumerate() {
        let at_s = index as f64 * interval_s;
        let text = row.get(value).unwrap_or_default();
        match table.cell(text) {
            Cell::Value(number) if number < 0.0 => {
                dropped.push(line, || format!("{number} is negative"))
            }
            Cell::Value(number) => points.push(Point {
                at_s,
                value: Some(number),
            }),
            Cell::Gap => points.push(Point { at_s, value: None }),
            Cell::Unreadable => dropped.push(line, || format!("{:?} is no number", shown(text))),
        }
    }
    dropped.report(points.len(), notes)?;
    points::bin(points, unit, Some(interval_s), notes)
}

fn request_or_nameless(table: &Table<'_>, column: usize) -> bool {
    table
        .header
        .get(column)
        .is_none_or(|name| request_score(name) >= 0)
}

/// Public traces whose columns are known by their names.
fn read_known_trace(
    table: &Table<'_>,
    options: &TrafficOptions,
    notes: &mut Vec<String>,
) -> Option<Result<Binned, ImportError>> {
    // Azure Functions 2021: a row per invocation, which began `duration` seconds before its end.
    if let (Some(end), Some(duration)) = (table.named("end_timestamp"), table.named("duration")) {
        notes.push("Read as invocations: each began its duration before its end (columns of the Azure Functions 2021 trace).".to_owned());
        let format = table.time_format(end)?;
        return Some(read_events(
            table,
            end,
            format,
            Some(duration),
            options,
            notes,
        ));
    }
    // Azure LLM inference 2023: a row per request.
    if let (Some(time), Some(_), Some(_)) = (
        table.named("TIMESTAMP"),
        table.named("ContextTokens"),
        table.named("GeneratedTokens"),
    ) {
        let format = table.time_format(time)?;
        return Some(read_events(table, time, format, None, options, notes));
    }
    // Azure Functions 2019: a row per function, a column per minute of the day.
    let minutes = table.numbered_columns();
    (minutes.len() >= 60).then(|| read_minutes(table, &minutes, options, notes))
}

fn read_events(
    table: &Table<'_>,
    time: usize,
    format: TimeFormat,
    duration: Option<usize>,
    options: &TrafficOptions,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    let mut dropped = Dropped::default();
    let mut times = Vec::new();
    for (line, row) in table.rows() {
        let text = row.get(time).unwrap_or_default();
        let Some((at_s, _)) = table.time(text, format) else {
            dropped.push(line, || format!("{:?} is no time", shown(text)));
            continue;
        };
        let lasted = duration.map_or(Cell::Value(0.0), |column| {
            table.cell(row.get(column).unwrap_or_default())
        });
        match lasted {
            Cell::Value(seconds) if seconds >= 0.0 => times.push(at_s - seconds),
            _ => dropped.push(line, || "its duration is no positive number".to_owned()),
        }
    }
    dropped.report(times.len(), notes)?;
    points::bin_events(&times, options.interval_s, notes)
}

fn read_minutes(
    table: &Table<'_>,
    columns: &[usize],
    options: &TrafficOptions,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    let mut dropped = Dropped::default();
    let mut points: Vec<Point> = (0..columns.len())
        .map(|minute| Point {
            at_s: minute as f64 * 60.0,
            value: None,
        })
        .collect();
    let mut rows = 0;
    for (line, row) in table.rows() {
        let cells: Vec<Cell> = columns
            .iter()
            .map(|&column| table.cell(row.get(column).unwrap_or_default()))
            .collect();
        if cells.iter().any(|cell| {
            matches!(cell, Cell::Unreadable) || matches!(cell, Cell::Value(count) if *count < 0.0)
        }) {
            dropped.push(line, || "a count is no positive number".to_owned());
            continue;
        }
        rows += 1;
        for (point, cell) in points.iter_mut().zip(cells) {
            if let Cell::Value(count) = cell {
                point.value = Some(point.value.unwrap_or(0.0) + count);
            }
        }
    }
    dropped.report(rows, notes)?;
    notes.push(format!(
        "{rows} rows of counts a minute were added up, column by column."
    ));
    points::bin(points, Unit::Count, options.interval_s, notes)
}
