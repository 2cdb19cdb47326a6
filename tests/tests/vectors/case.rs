//! A vector: inputs, and the outputs that are expected of them.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
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
        match outputs {
            Value::Object(outputs) => Self::Outputs(outputs),
            other => Self::Outputs(Map::from_iter([("value".to_owned(), other)])),
        }
    }

    /// Outputs from a JSON object, some of which are only compared roughly: name and greatest deviation.
    pub fn roughly(outputs: Value, tolerances: Tolerances) -> Self {
        match Self::of(outputs) {
            Self::Outputs(outputs) => Self::Roughly(outputs, tolerances),
            other => other,
        }
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
    expected: Map<String, Value>,
}

impl Case {
    /// The inputs as `T`.
    pub fn inputs<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_value(self.inputs.clone()).map_err(|e| format!("malformed inputs: {e}"))
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
            (Answer::Roughly(outputs, tolerances), None) => self.compare(outputs, tolerances),
        }
    }

    fn compare(&self, outputs: Map<String, Value>, tolerances: Tolerances) -> Result<(), String> {
        let expected = Value::Object(self.expected.clone());
        compare("", &expected, &Value::Object(outputs), tolerances)
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

/// Holds the given value against the expected one: objects by the keys of the expected one, lists of names in any
/// order, floating-point numbers to 1e-12 or to the tolerance of the name that is last in the path.
fn compare(
    path: &str,
    expected: &Value,
    given: &Value,
    tolerances: Tolerances,
) -> Result<(), String> {
    let differs = || Err(format!("{path}: expected {expected}, got {given}"));
    match (expected, given) {
        (Value::Object(expected), Value::Object(given)) => {
            for (key, value) in expected {
                let path = format!("{path}/{key}");
                let Some(given) = given.get(key) else {
                    return Err(format!("{path}: expected {value}, but nothing computes it"));
                };
                compare(&path, value, given, tolerances)?;
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(given)) => {
            if expected.len() != given.len() {
                return differs();
            }
            let pairs = sorted_if_names(expected)
                .into_iter()
                .zip(sorted_if_names(given));
            for (index, (expected, given)) in pairs.enumerate() {
                compare(&format!("{path}/{index}"), expected, given, tolerances)?;
            }
            Ok(())
        }
        (Value::Number(e), Value::Number(g))
            if e.is_f64() || g.is_f64() || tolerance(path, tolerances).is_some() =>
        {
            let tolerance = tolerance(path, tolerances).unwrap_or(1e-12);
            match (e.as_f64(), g.as_f64()) {
                (Some(e), Some(g)) if (e - g).abs() <= tolerance => Ok(()),
                _ => differs(),
            }
        }
        _ if expected == given => Ok(()),
        _ => differs(),
    }
}

/// The tolerance of the name that comes last in a path; numbers are places in a list.
fn tolerance(path: &str, tolerances: Tolerances) -> Option<f64> {
    let mut names = path.rsplit('/');
    let name = names.find(|name| name.parse::<usize>().is_err())?;
    let found = tolerances.iter().find(|(of, _)| *of == name)?;
    Some(found.1)
}

fn sorted_if_names(values: &[Value]) -> Vec<&Value> {
    let mut values: Vec<&Value> = values.iter().collect();
    if values.iter().all(|v| v.is_string()) {
        values.sort_by_key(|v| v.as_str());
    }
    values
}
