//! A vector: inputs, and the outputs that are expected of them.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Computes the outputs of a case, by name. `Err` is the error that the computation itself gives.
pub type Runner = fn(&Case) -> Result<Answer, String>;

/// Names of outputs that are compared roughly, with their greatest deviation.
pub type Tolerances = &'static [(&'static str, f64)];

/// What a computation gave.
pub enum Answer {
    /// Outputs by the names that `expected` uses.
    Outputs(Map<String, Value>),
    /// Outputs of which some are only compared roughly: name (at any depth) and greatest deviation.
    Roughly(Map<String, Value>, Tolerances),
    /// The computation refused, with this message; `expected.error_contains` is held against it.
    Refused(String),
}

impl Answer {
    /// Outputs from a JSON object.
    pub fn of(outputs: Value) -> Self {
        Self::Outputs(named(outputs))
    }

    /// Outputs from a JSON object, some of which are only compared roughly: name and greatest deviation.
    pub fn roughly(outputs: Value, tolerances: Tolerances) -> Self {
        Self::Roughly(named(outputs), tolerances)
    }
}

/// One case of a file.
#[derive(Deserialize)]
pub struct Case {
    /// Name, unique in its file.
    pub id: String,
    /// What is computed.
    pub kind: String,
    inputs: Value,
    #[serde(deserialize_with = "outputs")]
    expected: Map<String, Value>,
    /// How far off numbers may be, as a share of them: what the source's own test allows.
    #[serde(default)]
    rel_tol: f64,
}

/// An output without a name is called `value`.
fn outputs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Ok(named(Value::deserialize(deserializer)?))
}

fn named(outputs: Value) -> Map<String, Value> {
    match outputs {
        Value::Object(outputs) => outputs,
        other => Map::from_iter([(UNNAMED.to_owned(), other)]),
    }
}

const UNNAMED: &str = "value";
const TOLERANCE: &str = "rel_tol";

/// A whole number, written with a decimal point or without: JSON does not tell 5 from 5.0, its writers do.
pub fn whole<'de, D: Deserializer<'de>, T: TryFrom<i64>>(deserializer: D) -> Result<T, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let float = || {
        let float = number
            .as_f64()
            .filter(|f| f.fract() == 0.0 && f.abs() < 9e18)?;
        Some(float as i64)
    };
    let whole = number.as_i64().or_else(float);
    let fits = whole.and_then(|whole| T::try_from(whole).ok());
    fits.ok_or_else(|| serde::de::Error::custom(format!("{number} is no whole number in range")))
}

/// A [`whole`] number, or null.
pub fn whole_or_null<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        number => whole(number).map(Some).map_err(serde::de::Error::custom),
    }
}

impl Case {
    /// The inputs as `T`, without the tolerance that some files give among them.
    pub fn inputs<T: DeserializeOwned>(&self) -> Result<T, String> {
        let mut inputs = self.inputs.clone();
        if let Value::Object(fields) = &mut inputs {
            fields.remove(TOLERANCE);
        }
        serde_json::from_value(inputs).map_err(|e| format!("malformed inputs: {e}"))
    }

    /// Runs the case. Only the keys of `expected` are compared, and at least one must be there.
    pub fn check(&self, run: Runner) -> Result<(), String> {
        if self.expected.is_empty() {
            return Err("nothing is expected".into());
        }
        let wanted_error = self.expected.get("error_contains");
        match (run(self)?, wanted_error) {
            (Answer::Refused(message), None) => Err(format!("refused: {message}")),
            (Answer::Refused(message), Some(Value::String(part))) if message.contains(part) => {
                Ok(())
            }
            (Answer::Refused(message), Some(part)) => Err(format!(
                "refused with {message:?}, expected a message with {part}"
            )),
            (Answer::Outputs(outputs) | Answer::Roughly(outputs, _), Some(part)) => Err(format!(
                "gave {}, expected an error with {part}",
                Value::Object(outputs)
            )),
            (Answer::Outputs(outputs), None) => self.compare(outputs, &[]),
            (Answer::Roughly(outputs, absolute), None) => self.compare(outputs, absolute),
        }
    }

    fn compare(&self, outputs: Map<String, Value>, absolute: Tolerances) -> Result<(), String> {
        let among_inputs = self.inputs.get(TOLERANCE).and_then(Value::as_f64);
        let tolerance = Tolerance {
            relative: among_inputs.unwrap_or(self.rel_tol),
            absolute,
        };
        let expected = Value::Object(self.expected.clone());
        compare("", &expected, &Value::Object(outputs), tolerance)
    }
}

/// Cases of a file; a case that is not one is an `Err` of its id (or position) and what is wrong with it.
pub type Cases = Vec<Result<Case, (String, String)>>;

/// Reads a file of cases.
pub fn read_cases(file: &Path) -> Result<Cases, String> {
    #[derive(Deserialize)]
    struct Document {
        cases: Vec<Value>,
    }
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let document: Document =
        serde_json::from_str(&text).map_err(|e| format!("malformed file: {e}"))?;
    if document.cases.is_empty() {
        return Err("the file holds no cases".into());
    }
    let case = |(index, value): (usize, Value)| {
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        serde_json::from_value(value).map_err(|error| {
            (
                id.unwrap_or(format!("#{index}")),
                format!("malformed case: {error}"),
            )
        })
    };
    Ok(document.cases.into_iter().enumerate().map(case).collect())
}

/// How far off numbers may be.
#[derive(Clone, Copy)]
struct Tolerance {
    /// As a share of the expected number.
    relative: f64,
    /// By the name that comes last in a path; numbers in it are places in a list.
    absolute: Tolerances,
}

impl Tolerance {
    fn named(self, path: &str) -> f64 {
        let mut names = path.rsplit('/');
        let name = names.find(|name| name.parse::<usize>().is_err());
        let found = self.absolute.iter().find(|(of, _)| Some(*of) == name);
        found.map_or(0.0, |(_, deviation)| *deviation)
    }

    fn is_rough(self, path: &str) -> bool {
        self.relative > 0.0 || self.named(path) > 0.0
    }

    fn allowed(self, path: &str, expected: f64) -> f64 {
        1e-12 * expected.abs().max(1.0) + self.relative * expected.abs() + self.named(path)
    }
}

/// Holds the given value against the expected one: objects by the keys of the expected one, lists of names in any
/// order unless such a list is the whole output, floating-point numbers to 1e-12 (of themselves, above 1) and the
/// tolerance.
fn compare(
    path: &str,
    expected: &Value,
    given: &Value,
    tolerance: Tolerance,
) -> Result<(), String> {
    let differs = || Err(format!("{path}: expected {expected}, got {given}"));
    match (expected, given) {
        (Value::Object(expected), Value::Object(given)) => {
            for (key, value) in expected {
                let path = format!("{path}/{key}");
                let Some(given) = given.get(key) else {
                    return Err(format!("{path}: expected {value}, but nothing computes it"));
                };
                compare(&path, value, given, tolerance)?;
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(given)) => {
            if expected.len() != given.len() {
                return differs();
            }
            let ordered = path == format!("/{UNNAMED}");
            let order = |values| sorted_if_names(values, ordered);
            let pairs = order(expected).into_iter().zip(order(given));
            for (index, (expected, given)) in pairs.enumerate() {
                compare(&format!("{path}/{index}"), expected, given, tolerance)?;
            }
            Ok(())
        }
        (Value::Number(e), Value::Number(g))
            if e.is_f64() || g.is_f64() || tolerance.is_rough(path) =>
        {
            match (e.as_f64(), g.as_f64()) {
                (Some(e), Some(g)) if (e - g).abs() <= tolerance.allowed(path, e) => Ok(()),
                _ => differs(),
            }
        }
        _ if expected == given => Ok(()),
        _ => differs(),
    }
}

fn sorted_if_names(values: &[Value], ordered: bool) -> Vec<&Value> {
    let mut values: Vec<&Value> = values.iter().collect();
    if !ordered && values.iter().all(|v| v.is_string()) {
        values.sort_by_key(|v| v.as_str());
    }
    values
}
