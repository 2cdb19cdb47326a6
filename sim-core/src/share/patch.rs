//! The difference of two JSON values as a JSON Merge Patch (RFC 7396): changed members with their new value,
//! removed ones with null, arrays as a whole.

use serde_json::{Map, Value};

/// The patch that makes `target` of `base`; `None` where nothing changes.
///
/// A member that is null in `target` cannot be told from a removed one; scenario documents have none.
pub(super) fn diff(base: &Value, target: &Value) -> Option<Value> {
    let (Value::Object(base), Value::Object(target)) = (base, target) else {
        return if base == target {
            None
        } else {
            Some(target.clone())
        };
    };
    let mut patch = Map::new();
    for key in base.keys().filter(|key| !target.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, value) in target {
        let change = match base.get(key) {
            Some(before) => diff(before, value),
            None => Some(value.clone()),
        };
        if let Some(change) = change {
            patch.insert(key.clone(), change);
        }
    }
    if patch.is_empty() {
        None
    } else {
        Some(Value::Object(patch))
    }
}

/// Applies a patch.
pub(super) fn apply(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else {
        return;
    };
    for (key, change) in patch {
        if change.is_null() {
            members.remove(&key);
        } else {
            apply(members.entry(key).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_leads_from_base_to_target() {
        let base = json!({"a": 1, "b": {"c": [1, 2], "d": "x"}, "e": {"kind": "one", "p": 1}});
        let target = json!({"a": 1, "b": {"c": [1, null], "d": "x"}, "e": {"kind": "two", "q": 2.5}, "f": true});
        let patch = diff(&base, &target).expect("differs");
        assert_eq!(
            patch,
            json!({"b": {"c": [1, null]}, "e": {"kind": "two", "p": null, "q": 2.5}, "f": true})
        );
        let mut value = base.clone();
        apply(&mut value, patch);
        assert_eq!(value, target);
        assert_eq!(diff(&base, &base), None);
    }

    #[test]
    fn applies_as_the_standard_says() {
        // Examples of RFC 7396, appendix A.
        for (original, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (
                json!({"a": [{"b": "c"}]}),
                json!({"a": [1]}),
                json!({"a": [1]}),
            ),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (
                json!({"e": null}),
                json!({"a": 1}),
                json!({"e": null, "a": 1}),
            ),
            (
                json!([1, 2]),
                json!({"a": "b", "c": null}),
                json!({"a": "b"}),
            ),
            (
                json!({}),
                json!({"a": {"bb": {"ccc": null}}}),
                json!({"a": {"bb": {}}}),
            ),
        ] {
            let mut value = original;
            apply(&mut value, patch);
            assert_eq!(value, result);
        }
    }
}
