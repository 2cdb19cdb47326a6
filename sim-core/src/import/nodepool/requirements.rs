//! Requirements of a NodePool: which instance types of the price book match them.
//!
//! Source: the well-known labels of karpenter.sh and karpenter.k8s.aws. Labels that the price book cannot answer
//! (zones, network bandwidth, labels of one's own) are named in a note and not considered.

use super::super::manifest::fields::{Fields, Findings, in_words};
use super::super::{listed, shown};
use crate::cost::price_book::{InstanceType, PriceBook};
use crate::scenario::document::CapacityTypes;
use serde_json::Value;

/// Label of the capacity type.
const CAPACITY_TYPE: &str = "karpenter.sh/capacity-type";

/// One requirement: a label, how it is compared, and with what.
#[derive(Clone, Debug, PartialEq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Gte,
    Lt,
    Lte,
}

/// What the price book knows of a label of an instance type.
#[derive(Clone, Debug, PartialEq)]
enum Label {
    /// Its value.
    Value(String),
    /// The type does not have it.
    Absent,
    /// The price book cannot say.
    Unknown,
}

/// Names of the types that match, and how they may be paid for; notes and errors say what was assumed.
pub(super) fn matching(
    requirements: Option<&Value>,
    found: &mut Findings,
) -> (Vec<String>, CapacityTypes) {
    let path = "spec.template.spec.requirements";
    let items = match requirements {
        None => Vec::new(),
        Some(Value::Array(items)) => items.clone(),
        Some(other) => {
            found.error(format!(
                "{path}: expected is a list of requirements, not {}",
                in_words(other)
            ));
            return (Vec::new(), CapacityTypes::OnDemand);
        }
    };
    let read: Vec<Requirement> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| read(&format!("{path}[{index}]"), item, found))
        .collect();
    let capacity = capacity_types(&read, found);
    let instances = PriceBook::CURRENT.instances;
    let mut unknown: Vec<&str> = Vec::new();
    for requirement in &read {
        let is_unknown = |instance| label(&requirement.key, instance) == Label::Unknown;
        if instances.iter().any(is_unknown) && !unknown.contains(&requirement.key.as_str()) {
            unknown.push(&requirement.key);
        }
    }
    if !unknown.is_empty() {
        found.note(format!(
            "Not considered: requirements of {}.",
            listed(&unknown)
        ));
    }
    let names: Vec<String> = instances
        .iter()
        .filter(|instance| read.iter().all(|requirement| requirement.holds(instance)))
        .map(|instance| instance.name.to_owned())
        .collect();
    if names.is_empty() {
        found.error(format!(
            "{path}: none of the {} instance types of the price book matches; it has {}",
            instances.len(),
            listed(&families())
        ));
    } else {
        found.note(format!(
            "{} of the price book's {} instance types match; types of other families or sizes are not in it.",
            names.len(),
            instances.len()
        ));
    }
    (names, capacity)
}

fn families() -> Vec<&'static str> {
    let mut families: Vec<&str> = Vec::new();
    for instance in PriceBook::CURRENT.instances {
        let family = instance.name.split('.').next().unwrap_or_default();
        if !families.contains(&family) {
            families.push(family);
        }
    }
    families
}

fn read(path: &str, item: &Value, found: &mut Findings) -> Option<Requirement> {
    let mut fields = Fields::of(path, item, found);
    let key = fields.text("key", found);
    let operator = fields.text("operator", found);
    let values = match fields.take("values") {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().map(plain).collect(),
        Some(other) => {
            found.error(format!(
                "{}: expected is a list, not {}",
                fields.path("values"),
                in_words(&other)
            ));
            return None;
        }
    };
    if fields.take("minValues").is_some() {
        found.note(format!("{} is ignored.", fields.path("minValues")));
    }
    fields.refuse_unknown(found);
    let Some(key) = key else {
        found.missing(&format!("{path}.key"), "the name of a label");
        return None;
    };
    let operator = match operator.as_deref() {
        Some("In") => Operator::In,
        Some("NotIn") => Operator::NotIn,
        Some("Exists") => Operator::Exists,
        Some("DoesNotExist") => Operator::DoesNotExist,
        Some("Gt") => Operator::Gt,
        Some("Gte") => Operator::Gte,
        Some("Lt") => Operator::Lt,
        Some("Lte") => Operator::Lte,
        other => {
            found.error(format!(
                "{path}.operator: {:?} is unknown; In, NotIn, Exists, DoesNotExist, Gt, Gte, Lt and Lte are read",
                shown(other.unwrap_or_default())
            ));
            return None;
        }
    };
    Some(Requirement {
        key,
        operator,
        values,
    })
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How the nodes may be paid for. A pool that says nothing about it takes nodes on demand.
fn capacity_types(read: &[Requirement], found: &mut Findings) -> CapacityTypes {
    let said: Vec<&Requirement> = read
        .iter()
        .filter(|read| read.key == CAPACITY_TYPE)
        .collect();
    let allows = |word: &str| said.iter().all(|requirement| requirement.allows(word));
    if said.is_empty() {
        return CapacityTypes::OnDemand;
    }
    if allows("reserved") && said.iter().any(|said| said.operator == Operator::In) {
        found.note(
            "Reserved capacity is not read; a commitment of the scenario is the nearest to it.",
        );
    }
    match (allows("spot"), allows("on-demand")) {
        (true, true) => CapacityTypes::SpotAndOnDemand,
        (true, false) => CapacityTypes::Spot,
        (false, true) => CapacityTypes::OnDemand,
        (false, false) => {
            found.error(format!(
                "spec.template.spec.requirements: {CAPACITY_TYPE} allows neither spot nor on-demand"
            ));
            CapacityTypes::OnDemand
        }
    }
}

impl Requirement {
    /// Whether the label may have this value.
    fn allows(&self, word: &str) -> bool {
        let is_named = self.values.iter().any(|value| value == word);
        match self.operator {
            Operator::In => is_named,
            Operator::NotIn => !is_named,
            Operator::Exists => true,
            _ => false,
        }
    }

    fn holds(&self, instance: &InstanceType) -> bool {
        if self.key == CAPACITY_TYPE {
            return true;
        }
        let value = match label(&self.key, instance) {
            Label::Unknown => return true,
            Label::Absent => {
                return matches!(self.operator, Operator::NotIn | Operator::DoesNotExist);
            }
            Label::Value(value) => value,
        };
        let is_named = self.values.contains(&value);
        let compares = |holds: fn(f64, f64) -> bool| {
            let bound = self.values.first().and_then(|bound| bound.parse().ok());
            value
                .parse()
                .ok()
                .zip(bound)
                .is_some_and(|(value, bound)| holds(value, bound))
        };
        match self.operator {
            Operator::In => is_named,
            Operator::NotIn => !is_named,
            Operator::Exists => true,
            Operator::DoesNotExist => false,
            Operator::Gt => compares(|value, bound| value > bound),
            Operator::Gte => compares(|value, bound| value >= bound),
            Operator::Lt => compares(|value, bound| value < bound),
            Operator::Lte => compares(|value, bound| value <= bound),
        }
    }
}

/// A label of an instance type, from its name and size.
fn label(key: &str, instance: &InstanceType) -> Label {
    let (family, size) = instance.name.split_once('.').unwrap_or((instance.name, ""));
    let digits = family.find(|c: char| c.is_ascii_digit());
    let (category, rest) = family
        .split_at_checked(digits.unwrap_or(family.len()))
        .unwrap_or((family, ""));
    let generation: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let attributes = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_graviton = attributes.contains('g');
    let maker = if is_graviton {
        "aws"
    } else if attributes.contains('a') {
        "amd"
    } else {
        "intel"
    };
    let value = match key {
        "node.kubernetes.io/instance-type" | "beta.kubernetes.io/instance-type" => {
            instance.name.to_owned()
        }
        "kubernetes.io/arch" | "beta.kubernetes.io/arch" => {
            if is_graviton { "arm64" } else { "amd64" }.to_owned()
        }
        "kubernetes.io/os" | "beta.kubernetes.io/os" => "linux".to_owned(),
        "karpenter.k8s.aws/instance-category" => category.to_owned(),
        "karpenter.k8s.aws/instance-family" => family.to_owned(),
        "karpenter.k8s.aws/instance-generation" => generation,
        "karpenter.k8s.aws/instance-size" => size.to_owned(),
        "karpenter.k8s.aws/instance-cpu" => instance.vcpus.to_string(),
        "karpenter.k8s.aws/instance-cpu-manufacturer" => maker.to_owned(),
        "karpenter.k8s.aws/instance-memory" => (instance.memory_gib * 1024.0).to_string(),
        "karpenter.k8s.aws/instance-hypervisor" => "nitro".to_owned(),
        // None of the price book's types has a disk or an accelerator of its own.
        "karpenter.k8s.aws/instance-local-nvme"
        | "karpenter.k8s.aws/instance-gpu-name"
        | "karpenter.k8s.aws/instance-gpu-count"
        | "karpenter.k8s.aws/instance-gpu-memory"
        | "karpenter.k8s.aws/instance-gpu-manufacturer"
        | "karpenter.k8s.aws/instance-accelerator-name"
        | "karpenter.k8s.aws/instance-accelerator-count"
        | "karpenter.k8s.aws/instance-accelerator-manufacturer" => return Label::Absent,
        CAPACITY_TYPE => "on-demand".to_owned(),
        _ => return Label::Unknown,
    };
    Label::Value(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, key: &str) -> Label {
        let instance = PriceBook::CURRENT.instance(name).expect("in the book");
        label(&format!("karpenter.k8s.aws/instance-{key}"), instance)
    }

    #[test]
    fn labels_are_read_off_the_name() {
        for (name, key, value) in [
            ("m6i.large", "category", "m"),
            ("m6i.large", "family", "m6i"),
            ("c7g.4xlarge", "generation", "7"),
            ("c7g.4xlarge", "size", "4xlarge"),
            ("c7g.4xlarge", "cpu", "16"),
            ("c7g.4xlarge", "memory", "32768"),
            ("c7g.4xlarge", "cpu-manufacturer", "aws"),
            ("m7a.xlarge", "cpu-manufacturer", "amd"),
            ("r5.xlarge", "cpu-manufacturer", "intel"),
        ] {
            assert_eq!(
                of(name, key),
                Label::Value(value.to_owned()),
                "{name} {key}"
            );
        }
        assert_eq!(of("m5.large", "local-nvme"), Label::Absent);
        assert_eq!(of("m5.large", "network-bandwidth"), Label::Unknown);
    }

    #[test]
    fn operators() {
        let instance = PriceBook::CURRENT
            .instance("m6i.xlarge")
            .expect("in the book");
        let holds = |key: &str, operator, values: &[&str]| {
            Requirement {
                key: format!("karpenter.k8s.aws/instance-{key}"),
                operator,
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            }
            .holds(instance)
        };
        assert!(holds("category", Operator::In, &["c", "m"]));
        assert!(!holds("category", Operator::NotIn, &["c", "m"]));
        assert!(
            holds("generation", Operator::Gt, &["5"]) && !holds("generation", Operator::Gt, &["6"])
        );
        assert!(holds("generation", Operator::Gte, &["6"]) && holds("cpu", Operator::Lte, &["4"]));
        assert!(holds("cpu", Operator::Lt, &["5"]) && !holds("cpu", Operator::Lt, &["4"]));
        assert!(!holds("cpu", Operator::Gt, &["many"]) && !holds("cpu", Operator::Gt, &[]));
        assert!(
            holds("gpu-count", Operator::DoesNotExist, &[])
                && !holds("gpu-count", Operator::Gt, &["0"])
        );
    }
}
