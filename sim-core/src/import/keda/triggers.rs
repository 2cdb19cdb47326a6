//! `spec.triggers`: what KEDA looks at, and which of our signals that is.

use super::super::hpa::HpaOptions;
use super::super::hpa::metrics::{guess, signal_of};
use super::super::manifest::fields::{Fields, Findings};
use super::super::shown;
use super::{cron, metric_type, within_limit};
use crate::scenario::document::{MetricTypeDocument, Signal, TriggerDocument};
use serde_json::Value;

/// A kind of queue: its triggers' types, the key of the length per replica with KEDA's default, the key of the
/// activation.
struct Queue {
    kinds: &'static [&'static str],
    length: &'static [&'static str],
    default: Option<f64>,
    activation: &'static str,
}

const QUEUES: &[Queue] = &[
    Queue {
        kinds: &["rabbitmq"],
        length: &["value", "queueLength"],
        default: Some(20.0),
        activation: "activationValue",
    },
    Queue {
        kinds: &["aws-sqs-queue", "azure-queue"],
        length: &["queueLength"],
        default: Some(5.0),
        activation: "activationQueueLength",
    },
    Queue {
        kinds: &["kafka", "apache-kafka"],
        length: &["lagThreshold"],
        default: Some(10.0),
        activation: "activationLagThreshold",
    },
    Queue {
        kinds: &["nats-jetstream", "stan"],
        length: &["lagThreshold"],
        default: Some(10.0),
        activation: "activationLagThreshold",
    },
    Queue {
        kinds: &["azure-servicebus"],
        length: &["messageCount"],
        default: Some(5.0),
        activation: "activationMessageCount",
    },
    Queue {
        kinds: &["azure-eventhub"],
        length: &["unprocessedEventThreshold"],
        default: Some(64.0),
        activation: "activationUnprocessedEventThreshold",
    },
    Queue {
        kinds: &["gcp-pubsub"],
        length: &["value", "subscriptionSize"],
        default: Some(10.0),
        activation: "activationValue",
    },
    Queue {
        kinds: &["redis", "redis-cluster", "redis-sentinel"],
        length: &["listLength"],
        default: Some(5.0),
        activation: "activationListLength",
    },
    Queue {
        kinds: &[
            "redis-streams",
            "redis-cluster-streams",
            "redis-sentinel-streams",
        ],
        length: &["pendingEntriesCount", "lagCount", "streamLength"],
        default: Some(5.0),
        activation: "activationLagCount",
    },
    Queue {
        kinds: &["artemis-queue"],
        length: &["queueLength"],
        default: Some(10.0),
        activation: "activationQueueLength",
    },
    Queue {
        kinds: &["activemq"],
        length: &["targetQueueSize"],
        default: Some(10.0),
        activation: "activationTargetQueueSize",
    },
    Queue {
        kinds: &["ibmmq"],
        length: &["queueDepth"],
        default: Some(20.0),
        activation: "activationQueueDepth",
    },
    Queue {
        kinds: &["pulsar"],
        length: &["msgBacklogThreshold"],
        default: Some(10.0),
        activation: "activationMsgBacklogThreshold",
    },
    Queue {
        kinds: &["solace-event-queue"],
        length: &["messageCountTarget"],
        default: None,
        activation: "activationMessageCountTarget",
    },
    Queue {
        kinds: &["beanstalkd"],
        length: &["value"],
        default: None,
        activation: "activationValue",
    },
];

/// A monitoring system: its triggers' type, and the keys of query, threshold and activation.
struct Query {
    kind: &'static str,
    query: &'static str,
    threshold: &'static [&'static str],
    activation: &'static str,
}

const QUERIES: &[Query] = &[
    Query {
        kind: "prometheus",
        query: "query",
        threshold: &["threshold"],
        activation: "activationThreshold",
    },
    Query {
        kind: "datadog",
        query: "query",
        threshold: &["targetValue", "queryValue"],
        activation: "activationQueryValue",
    },
    Query {
        kind: "graphite",
        query: "query",
        threshold: &["threshold"],
        activation: "activationThreshold",
    },
    Query {
        kind: "new-relic",
        query: "nrql",
        threshold: &["threshold"],
        activation: "activationThreshold",
    },
    Query {
        kind: "metrics-api",
        query: "valueLocation",
        threshold: &["targetValue"],
        activation: "activationTargetValue",
    },
];

/// Reads all triggers; `None` where none is left, with an error.
pub(super) fn read_all(
    fields: &mut Fields,
    options: &HpaOptions,
    found: &mut Findings,
) -> Option<Vec<TriggerDocument>> {
    let path = fields.path("triggers");
    let items = match fields.take("triggers") {
        Some(Value::Array(items)) => items,
        None => Vec::new(),
        Some(_) => {
            found.error(format!("{path}: expected is a list of triggers"));
            return None;
        }
    };
    let triggers: Vec<TriggerDocument> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| read(&format!("{path}[{index}]"), item, options, found))
        .collect();
    if triggers.is_empty() && found.errors.is_empty() {
        found.error(format!(
            "{path}: none of its triggers is modelled; add a queue, a Prometheus query, cpu or cron"
        ));
    }
    within_limit(&triggers, found);
    (!triggers.is_empty()).then_some(triggers)
}

/// What all triggers have in common.
struct Trigger {
    path: String,
    name: String,
    metric_type: Option<String>,
    metadata: Fields,
}

fn read(
    path: &str,
    item: &Value,
    options: &HpaOptions,
    found: &mut Findings,
) -> Option<TriggerDocument> {
    let mut fields = Fields::of(path, item, found);
    let Some(kind) = fields.text("type", found) else {
        found.missing(&format!("{path}.type"), "the type of a trigger");
        return None;
    };
    let metadata = fields.object("metadata", found);
    let name = fields.text("name", found).unwrap_or_default();
    let metric_type = fields.text("metricType", found);
    // How it logs in, and how long values are kept, changes no decision here.
    let _ = (
        fields.take("authenticationRef"),
        fields.take("useCachedMetrics"),
    );
    fields.refuse_unknown(found);
    let Some(metadata) = metadata else {
        found.missing(&format!("{path}.metadata"), "the trigger's settings");
        return None;
    };
    let trigger = Trigger {
        path: path.to_owned(),
        name,
        metric_type,
        metadata,
    };
    if let Some(queue) = QUEUES.iter().find(|queue| queue.kinds.contains(&&*kind)) {
        return trigger.queue(&kind, queue, found);
    }
    if let Some(query) = QUERIES.iter().find(|query| query.kind == kind) {
        return trigger.query(query, options, found);
    }
    match kind.as_str() {
        "cpu" => trigger.cpu(found),
        "cron" => trigger.cron(found),
        "memory" => {
            found.note(format!(
                "{path}: memory is not modelled yet; this trigger was left out."
            ));
            None
        }
        other => {
            found.error(format!(
                "{path}.type: {:?} is not modelled; queues (rabbitmq, kafka, aws-sqs-queue, azure-servicebus, gcp-pubsub, redis, …), prometheus and other queries, cpu and cron are",
                shown(other)
            ));
            None
        }
    }
}

impl Trigger {
    /// The first number under one of the keys, with the key.
    fn number(&mut self, keys: &[&'static str], found: &mut Findings) -> Option<f64> {
        let values = keys.iter().map(|key| self.metadata.quantity(key, found));
        values.fold(None, |first, value| first.or(value))
    }

    fn activation(&mut self, key: &str, found: &mut Findings) -> f64 {
        self.metadata.quantity(key, found).unwrap_or(0.0)
    }

    fn kind(&self, found: &mut Findings) -> Option<MetricTypeDocument> {
        let written = self.metric_type.as_deref().map(Value::from);
        let object = serde_json::json!({ "metricType": written });
        metric_type(&mut Fields::of(&self.path, &object, found), found)
    }

    fn queue(mut self, kind: &str, queue: &Queue, found: &mut Findings) -> Option<TriggerDocument> {
        let metric_type = self.kind(found)?;
        let keys = queue.length;
        let written = self.number(keys, found);
        let key = keys.first().copied().unwrap_or_default();
        if let (None, Some(default)) = (written, queue.default) {
            found.note(format!(
                "{}.metadata.{key} is not given; KEDA's default of {default} was taken.",
                self.path
            ));
        }
        let Some(threshold) = written.or(queue.default) else {
            found.missing(&format!("{}.metadata.{key}", self.path), "a number above 0");
            return None;
        };
        let activation_threshold = self.activation(queue.activation, found);
        let mode = self.metadata.text("mode", found).unwrap_or_default();
        if kind == "rabbitmq" && mode == "MessageRate" {
            found.note(format!(
                "{}: the rate of messages was read as requests per second.",
                self.path
            ));
            return Some(TriggerDocument::Prometheus {
                name: self.name,
                signal: Signal::RequestsPerSecond,
                threshold,
                activation_threshold,
                metric_type,
            });
        }
        found.note(format!(
            "{}: the queue of {kind} was read as the requests that wait for the service.",
            self.path
        ));
        Some(TriggerDocument::Queue {
            name: self.name,
            threshold,
            activation_threshold,
            metric_type,
        })
    }

    fn query(
        mut self,
        keys: &Query,
        options: &HpaOptions,
        found: &mut Findings,
    ) -> Option<TriggerDocument> {
        let metric_type = self.kind(found)?;
        let query = self.metadata.text(keys.query, found);
        let metric_name = self.metadata.text("metricName", found).unwrap_or_default();
        let path = format!("{}.metadata.{}", self.path, keys.query);
        let Some(threshold) = self.number(keys.threshold, found) else {
            let key = keys.threshold.first().copied().unwrap_or_default();
            found.missing(&format!("{}.metadata.{key}", self.path), "a number above 0");
            return None;
        };
        let activation_threshold = self.activation(keys.activation, found);
        let Some(query) = query else {
            found.missing(&path, "the query");
            return None;
        };
        let chosen = [self.name.as_str(), metric_name.as_str()]
            .into_iter()
            .find_map(|name| options.signals.get(name).copied());
        let bare = without_labels(&query);
        // A query of a generic name, such as a recording rule's, may have a metricName that says more.
        let words = if guess(&bare).is_some() || metric_name.is_empty() {
            bare
        } else {
            metric_name
        };
        let (signal, per_unit) = signal_of(&path, &words, chosen, threshold, found)?;
        if signal == Signal::RequestsPerSecond && query.contains("increase(") {
            found.error(format!(
                "{path}: increase() counts requests over its range; write the rate per second, with rate()"
            ));
            return None;
        }
        Some(TriggerDocument::Prometheus {
            name: self.name,
            signal,
            threshold: threshold * per_unit,
            activation_threshold: activation_threshold * per_unit,
            metric_type,
        })
    }

    fn cpu(mut self, found: &mut Findings) -> Option<TriggerDocument> {
        let older = self.metadata.text("type", found);
        let metric_type = self.metric_type.or(older).unwrap_or_default();
        let value = self.metadata.quantity("value", found);
        if let Some(container) = self.metadata.text("containerName", found) {
            found.note(format!(
                "{}: the CPU of container {} was read as that of the whole pod.",
                self.path,
                shown(&container)
            ));
        }
        if metric_type != "Utilization" {
            found.error(format!(
                "{}.metricType: {:?} is not modelled for cpu; Utilization is",
                self.path,
                shown(&metric_type)
            ));
            return None;
        }
        let percent = value.filter(|value| (1.0..=1e6).contains(value) && value.fract() == 0.0);
        if percent.is_none() {
            found.missing(
                &format!("{}.metadata.value", self.path),
                "a whole number of per cent",
            );
        }
        Some(TriggerDocument::Cpu {
            target_percent: percent? as u32,
        })
    }

    fn cron(mut self, found: &mut Findings) -> Option<TriggerDocument> {
        let path = format!("{}.metadata", self.path);
        let zone = self.metadata.text("timezone", found);
        let start = self.times("start", found);
        let end = self.times("end", found);
        let desired = self.metadata.quantity("desiredReplicas", found);
        let desired = desired.filter(|count| (1.0..=1e6).contains(count) && count.fract() == 0.0);
        if desired.is_none() {
            found.missing(
                &format!("{path}.desiredReplicas"),
                "a whole number of replicas, 1 or more",
            );
        }
        let (start, end, desired) = (start?, end?, desired?);
        if start.hour == end.hour {
            found.error(format!(
                "{path}.end: it ends at the time at which it starts"
            ));
            return None;
        }
        let mut ends_on = start.days;
        if end.hour < start.hour {
            // The next day.
            ends_on.rotate_right(1);
        }
        if end.days != ends_on {
            found.error(format!(
                "{path}.end: it must end once for each start, within a day and on the days that follow from the start's"
            ));
            return None;
        }
        found.note(format!(
            "{}: the time zone {} was taken as that of the scenario, whose window starts on a Monday at 00:00.",
            self.path,
            shown(&zone.unwrap_or_default())
        ));
        Some(TriggerDocument::Cron {
            name: self.name,
            start_hour: start.hour,
            end_hour: end.hour,
            days: cron::weekdays(start.days),
            desired_replicas: desired as u32,
        })
    }

    fn times(&mut self, key: &str, found: &mut Findings) -> Option<cron::Times> {
        let path = self.metadata.path(key);
        let Some(text) = self.metadata.text(key, found) else {
            found.missing(&path, "a cron expression such as 0 8 * * 1-5");
            return None;
        };
        match cron::parse(&text) {
            Ok(times) => Some(times),
            Err(reason) => {
                found.error(format!(
                    "{path}: {:?} is not modelled: {reason}",
                    shown(&text)
                ));
                None
            }
        }
    }
}

/// A query without its label selectors and ranges, whose words say nothing about what is measured.
fn without_labels(query: &str) -> String {
    let mut depth = 0_u32;
    let keep = |character: &char| {
        let opens = matches!(character, '{' | '[');
        let closes = matches!(character, '}' | ']');
        depth = depth.saturating_add(u32::from(opens));
        let outside = depth == 0;
        depth = depth.saturating_sub(u32::from(closes));
        outside
    };
    query.chars().filter(keep).collect()
}
