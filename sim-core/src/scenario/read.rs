//! Reading a document's types from JSON values.
//!
//! A [check](super::check) finds every problem of a document by walking it along its schema; what is read here has been
//! found to fit, and a misfit only says where.

use crate::functions::NextInstance;
use crate::plane::network::CallMode;
use crate::plane::{Balancing, OnTimeout, Overflow, Removal};
use core::fmt;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

pub(crate) use document_derive::FromValue;

/// A type of the document, read from a JSON value. Derived with [`document_derive::FromValue`].
pub trait FromValue: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// It is not of this type.
    fn from_value(value: &Value) -> Result<Self, Misfit>;

    /// What the field is that is left out and has no default.
    #[doc(hidden)]
    fn missing() -> Option<Self> {
        None
    }
}

/// A value that is not what its place asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit(Box<(String, String)>);

impl Misfit {
    fn new(message: impl Into<String>) -> Self {
        Self(Box::new((String::new(), message.into())))
    }

    /// The same, seen from around the field.
    fn within(mut self, name: &str) -> Self {
        self.0.0.insert_str(0, name);
        self.0.0.insert(0, '/');
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, message) = &*self.0;
        if place.is_empty() {
            f.write_str(message)
        } else {
            write!(f, "{place}: {message}")
        }
    }
}

/// Reads a value.
///
/// # Errors
/// It is not of this type.
pub fn read<T: FromValue>(value: &Value) -> Result<T, Misfit> {
    T::from_value(value)
}

/// serde's road to a type of the document.
pub(crate) fn deserialize<'de, T: FromValue, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::from_value(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// A text.
pub(crate) fn text(value: &Value) -> Result<&str, Misfit> {
    value.as_str().ok_or_else(|| Misfit::new("not a text"))
}

/// A text that is none of the choices.
pub(crate) fn unknown_choice(text: &str) -> Misfit {
    Misfit::new(format!("{text:?} is not one of the choices"))
}

/// The fields of an object.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, Misfit> {
        value
            .as_object()
            .map(Self)
            .ok_or_else(|| Misfit::new("not an object"))
    }

    /// Refuses fields that are not among the names.
    pub(crate) fn known(&self, names: &[&str]) -> Result<(), Misfit> {
        let unknown = self.0.keys().find(|key| !names.contains(&key.as_str()));
        match unknown {
            Some(key) => Err(Misfit::new("not a field of this part").within(key)),
            None => Ok(()),
        }
    }

    /// The field that says what kind of part this is.
    pub(crate) fn tag(&self, name: &str) -> Result<&'a str, Misfit> {
        let value = self.0.get(name).ok_or_else(|| left_out(name))?;
        text(value).map_err(|misfit| misfit.within(name))
    }

    /// A field that may not be left out, unless its type knows what that means.
    pub(crate) fn get<T: FromValue>(&self, name: &str) -> Result<T, Misfit> {
        match self.0.get(name) {
            Some(value) => T::from_value(value).map_err(|misfit| misfit.within(name)),
            None => T::missing().ok_or_else(|| left_out(name)),
        }
    }

    /// A field that may be left out.
    pub(crate) fn get_or<T: FromValue>(&self, name: &str, default: fn() -> T) -> Result<T, Misfit> {
        match self.0.get(name) {
            Some(value) => T::from_value(value).map_err(|misfit| misfit.within(name)),
            None => Ok(default()),
        }
    }

    /// The part whose kind the tag has told.
    pub(crate) fn without<T: FromValue>(&self, tag: &str) -> Result<T, Misfit> {
        let mut part = self.0.clone();
        part.remove(tag);
        T::from_value(&Value::Object(part))
    }
}

fn left_out(name: &str) -> Misfit {
    Misfit::new("is missing").within(name)
}

impl FromValue for f64 {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        value.as_f64().ok_or_else(|| Misfit::new("not a number"))
    }
}

impl FromValue for u64 {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        value
            .as_u64()
            .ok_or_else(|| Misfit::new("not a whole number, 0 or more"))
    }
}

impl FromValue for u32 {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        u64::from_value(value)?
            .try_into()
            .map_err(|_| Misfit::new("too large a number"))
    }
}

impl FromValue for i32 {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        let whole = value.as_i64().and_then(|number| number.try_into().ok());
        whole.ok_or_else(|| Misfit::new("not a whole number of 32 bits"))
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        value
            .as_bool()
            .ok_or_else(|| Misfit::new("neither true nor false"))
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        text(value).map(str::to_owned)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        if value.is_null() {
            return Ok(None);
        }
        T::from_value(value).map(Some)
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        let items = value.as_array().ok_or_else(|| Misfit::new("not a list"))?;
        let mut read = Self::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            read.push(T::from_value(item).map_err(|misfit| misfit.within(&index.to_string()))?);
        }
        Ok(read)
    }
}

impl<T: FromValue> FromValue for Box<T> {
    fn from_value(value: &Value) -> Result<Self, Misfit> {
        T::from_value(value).map(Self::new)
    }
}

/// Choices that the data planes define: they know no documents.
macro_rules! choices {
    ($($choice:ty),*) => {$(
        impl FromValue for $choice {
            fn from_value(value: &Value) -> Result<Self, Misfit> {
                Self::deserialize(value).map_err(|error| Misfit::new(error.to_string()))
            }
        }
    )*};
}

choices!(
    Balancing,
    CallMode,
    NextInstance,
    OnTimeout,
    Overflow,
    Removal
);

#[cfg(test)]
mod tests {
    use super::{FromValue, read};
    use crate::scenario::document::{BeliefDocument, ScenarioDocument, SpotAllocation};
    use crate::scenario::templates::TEMPLATES;
    use serde_json::{Value, json};

    #[test]
    fn templates_are_read_and_written_to_the_same_values() {
        for template in TEMPLATES {
            let value: Value = serde_json::from_str(template.json).unwrap();
            let document: ScenarioDocument = read(&value).unwrap();
            let again = serde_json::to_value(&document).unwrap();
            assert_eq!(read::<ScenarioDocument>(&again).unwrap(), document);
            let direct: ScenarioDocument = serde_json::from_str(template.json).unwrap();
            assert_eq!(direct, document);
        }
    }

    #[test]
    fn a_misfit_says_where_it_is() {
        let said = |value: &Value| match read::<BeliefDocument>(value) {
            Ok(belief) => panic!("{belief:?}"),
            Err(misfit) => misfit.to_string(),
        };
        let uniform = |low: Value| json!({"kind": "uniform", "low": low, "high": 2});
        assert_eq!(said(&uniform(json!("1"))), "/low: not a number");
        assert_eq!(
            said(&json!({"kind": "uniform", "low": 1})),
            "/high: is missing"
        );
        assert_eq!(
            said(&json!({"kind": "unlike", "low": 1, "high": 2})),
            "\"unlike\" is not one of the choices"
        );
        assert_eq!(
            said(&json!({"kind": "samples", "samples": [1, null]})),
            "/samples/1: not a number"
        );
        assert_eq!(
            said(&json!({"kind": "samples", "samples": [], "more": 1})),
            "/more: not a field of this part"
        );
        assert_eq!(said(&json!([1])), "not an object");
        assert!(read::<BeliefDocument>(&uniform(json!(1))).is_ok());
    }

    #[test]
    fn what_is_of_another_type_is_refused() {
        assert_eq!(read::<Vec<u32>>(&json!([1, 2])), Ok(vec![1, 2]));
        assert!(read::<Vec<u32>>(&json!([1, "2"])).is_err());
        assert!(read::<u32>(&json!(1.5)).is_err());
        assert!(read::<u32>(&json!(4_294_967_296_u64)).is_err());
        assert!(read::<u64>(&json!(-1)).is_err());
        assert_eq!(read::<i32>(&json!(-1)), Ok(-1));
        assert_eq!(Option::<f64>::from_value(&Value::Null), Ok(None));
        assert_eq!(
            read(&json!("price_capacity_optimized")),
            Ok(SpotAllocation::PriceCapacityOptimized)
        );
    }
}
