//! Names of fields and words, for people.

/// Names that are not just the property's words.
const NAMES: &[(&str, &str)] = &[
    ("autoscaler", "Autoscaler"),
    ("run", "Run"),
    ("slo", "Objectives (SLO)"),
    ("telemetry", "Telemetry"),
    ("gaps", "Outages"),
    ("mean_hours_between", "Mean time between outages"),
    ("traffic", "Traffic"),
    ("source", "Source of the rate"),
    ("base_rps", "Mean rate"),
    ("mean_rps", "Scale to mean rate"),
    ("daily", "Shape of the day"),
    ("weekday_weights", "Shape of the week"),
    ("weights", "Weights of the hours"),
    ("growth_percent_per_month", "Growth per month"),
    ("over_dispersion", "Over-dispersion"),
    ("factor", "Height"),
    ("mean_gap_hours", "Mean gap between bursts"),
    ("mean_duration_minutes", "Mean duration"),
    ("at_hour", "Starts at"),
    ("ramp_minutes", "Climb"),
    ("hold_minutes", "Hold"),
    ("fall_minutes", "Fall"),
    ("counts", "Recording"),
    ("interval_s", "Interval of the recording"),
    ("concurrency", "Concurrent requests per replica"),
    ("cpu_ms_per_request", "CPU per request"),
    ("queue_limit", "Queue limit per replica"),
    ("error_percent", "Own errors"),
    ("response_kib", "Answer size"),
    ("balancing", "Load balancing"),
    ("processor_sharing", "Requests share the processors"),
    ("cores", "Processors per replica"),
    ("overflow", "When the queue is full"),
    ("buffer_limit", "Buffer in front of the replicas"),
    ("on_timeout", "When the client gives up"),
    ("removal", "When a replica is scaled in"),
    ("high_priority_percent", "High-priority share"),
    ("budget_percent", "Retry budget"),
    ("cpu_request_millicores", "CPU request"),
    ("memory_request_mib", "Memory request"),
    ("base_mib", "Memory when idle"),
    ("mib_per_request", "Memory per request in flight"),
    ("leak_mib_per_hour", "Growth per hour"),
    ("limit_mib", "Memory limit"),
    ("right_sizing", "Pod sizes (VPA)"),
    ("resources", "Controlled resources"),
    ("update_mode", "What it does"),
    ("startup_s", "Startup time"),
    ("provisioning_s", "Node provisioning time"),
    ("empty_node_removal_s", "Empty node kept for"),
    ("reserved_millicores", "CPU reserved per node"),
    ("reserved_mib", "Memory reserved per node"),
    ("provisioner", "Node autoscaler"),
    ("groups", "Node groups"),
    ("scan_interval_s", "Scan interval"),
    ("utilization_threshold_percent", "Little used below"),
    ("unneeded_s", "Removed when not needed for"),
    ("delay_after_add_s", "Pause after adding"),
    ("max_provision_s", "Longest wait for a node"),
    ("provisioning_failure_percent", "Nodes that never come"),
    ("max_empty_bulk_delete", "Empty nodes removed at once"),
    ("drain_s", "Drain time"),
    ("batch_idle_s", "Batch closes when idle for"),
    ("batch_max_s", "Batch lasts at most"),
    ("consolidate_after_s", "Consolidate after"),
    ("budgets", "Disruption budgets"),
    ("most", "At most"),
    ("expire_after_hours", "Nodes expire after"),
    (
        "registration_timeout_s",
        "Longest wait for a node to register",
    ),
    ("limits", "Limits of the pool"),
    ("vcpus", "Processors"),
    ("node_discount_percent", "Discount on nodes"),
    ("cluster_usd_per_hour", "Cluster control plane"),
    ("load_balancer_usd_per_hour", "Load balancer"),
    (
        "load_balancer_usd_per_lcu_hour",
        "Load-balancer capacity unit",
    ),
    ("egress_usd_per_gb", "Egress"),
    ("usd_per_hour", "Price"),
    ("sync_period_s", "Decision interval"),
    ("cooldown_s", "Cooldown before zero"),
    ("initial_cooldown_s", "Cooldown at the start"),
    ("days", "Days of the week"),
    ("wanted_attainment_percent", "Wanted probability"),
    ("attainment_precision_points", "Precision of the attainment"),
    ("cost_precision_percent", "Precision of the cost"),
    ("cv", "Coefficient of variation"),
    ("scale_to_zero", "May go to zero"),
    ("scale_to_zero_grace_s", "Grace before zero"),
    ("scale_to_zero_retention_s", "Last replica kept for"),
    ("shared_control", "More autoscalers"),
    ("controllers", "Further controllers"),
    ("arbitration", "Who wins"),
    ("lock_s", "The others wait for"),
    ("datapoints", "Periods before a step"),
    ("datapoints_out", "Periods before it scales out"),
    ("datapoints_in", "Periods before it scales in"),
    ("disable_scale_in", "Never scale in"),
    ("bound", "Bound of the metric"),
    ("lead_minutes", "Looks ahead"),
    ("weeks", "Past weeks"),
    ("rps_per_replica", "Requests/s per replica"),
    ("correct_level", "Correct the level"),
    ("relax_percent", "Removes replicas below"),
    ("lag_s", "Delay until it is seen"),
    ("expander", "Which group grows"),
    ("p", "Probability"),
    ("panic_window_percent", "Panic window"),
    ("panic_threshold_percent", "Panic threshold"),
    ("spot", "Spot nodes"),
    ("on_demand_base", "On-demand base"),
    ("spot_share_percent", "Spot above the base"),
    ("fallback_percent", "Fallback to on demand"),
    ("retry_spot_after_s", "Fallback tries spot again after"),
    ("allocation", "Choice of pool"),
    ("notice_s", "Warning before a node ends"),
    ("on_notice", "At the warning"),
    ("recovery_s", "Recovery of state"),
    ("discount_percent", "Discount"),
    ("monthly_interruption_percent", "Reclaimed within a month"),
    ("depth", "Depth against other pools"),
    ("reclaims", "The pool runs out"),
    ("nodes_percent", "Nodes that go"),
    ("mean_unavailable_minutes", "Mean time without capacity"),
    ("trace", "Recorded trace"),
    ("gap_s", "Step of the trace"),
    ("available", "Availability"),
    ("commitments", "Commitments"),
    ("term", "Term"),
    ("topology", "Topology: who calls whom"),
    ("components", "Services and dependencies"),
    ("calls", "Calls"),
    ("from", "Caller"),
    ("to", "Called"),
    ("per_request", "Calls per request"),
    ("optional", "Goes on without it"),
    ("routes", "Other entries of users"),
    ("enters", "Enters at"),
    ("share_percent", "Share of requests"),
    ("connections", "Connections"),
    ("outages", "Outages"),
    ("brown_outs", "Brown-outs"),
    ("slowdown", "Slower by"),
    ("edge_cache", "Edge cache"),
    ("cacheable_percent", "Can be kept"),
    ("catalogue_objects", "Objects"),
    ("popularity_exponent", "Zipf exponent of popularity"),
    ("keeping", "Objects are kept"),
    ("ttl_s", "Time to live"),
    ("capacity_objects", "Room for"),
    ("coalescing", "Fetches are shared"),
    ("purge_every_hours", "Emptied every"),
    ("changes_every_hours", "Objects change every"),
    ("hit_latency_ms", "Answer from the cache"),
    ("usd_per_million_requests", "Price of a million requests"),
    ("transfer_tiers", "Steps of the price of transfer"),
    ("tb", "Terabytes of a month"),
    ("usd_per_gb", "Price per GB"),
    ("transfer_usd_per_gb", "Price per GB beyond"),
    ("origin_usd_per_gb", "Price per GB from the services"),
    ("storage", "Storage tiers"),
    ("within_s", "Within"),
    ("usd_per_gib_month", "Price per GiB and month"),
    ("put_usd_per_1000", "Price of 1,000 writes"),
    ("get_usd_per_1000", "Price of 1,000 reads"),
    ("transition_usd_per_1000", "Price of 1,000 moves to it"),
    ("retrieval_usd_per_gib", "Price of retrieval per GiB"),
    ("min_days", "Paid for at least"),
    ("min_object_kib", "Smallest object"),
    ("first_byte_ms", "First byte after"),
    ("throughput_mib_per_s", "Throughput of a connection"),
    ("restore_hours", "Restore takes"),
    ("capacity_gib", "Capacity"),
    ("ingest_gib_per_day", "Written a day"),
    ("history_days", "Days before the window"),
    ("object_mib", "Object size"),
    ("top_fifth_percent", "Reads of the most read fifth"),
    ("per_day", "Queries a day"),
    ("objects", "Objects read"),
    ("ages", "Ages it looks at"),
    ("half_life_days", "Interest halves in"),
    ("after_days", "After"),
    ("expire_after_days", "Deleted after"),
    ("keep_popular_percent", "Most read objects that stay"),
    ("monitoring_usd_per_1000", "Watching 1,000 objects a month"),
    ("since", "Since when"),
    ("moves", "Moves and retrieval"),
    ("batch", "Batch jobs"),
    ("every_hours", "Runs every"),
    ("work_hours", "Work on one machine"),
    ("planned_hours", "Work it is planned for"),
    ("parallelism", "Machines"),
    ("deadline_hours", "Done within"),
    ("on_time_percent", "Runs in time"),
    ("saves", "Saving work"),
    ("interval_minutes", "Work between checkpoints"),
    ("cost_seconds", "A checkpoint takes"),
    ("start_seconds", "First start takes"),
    ("restart_seconds", "A restart takes"),
    ("policy", "Policy"),
    ("machines", "On demand"),
    ("on_demand_usd_per_hour", "On-demand price"),
    ("spot_usd_per_hour", "Spot price"),
    ("market", "Spot machines"),
    ("mean_hours_between_reclaims", "Reclaimed every"),
    ("mean_minutes_unavailable", "Then none for"),
    ("step_seconds", "Time between points"),
    ("available", "Points (1 available, 0 not)"),
    ("look_every_seconds", "Looks and pays every"),
];

/// Words of a choice that are not just their own text.
const WORDS: &[(&str, &str)] = &[
    ("hpa", "Kubernetes HPA"),
    ("keda", "KEDA (ScaledObject)"),
    ("keda_scaled_job", "KEDA jobs (ScaledJob)"),
    ("queue", "Queue length"),
    ("cron", "Time of the day (cron)"),
    ("max", "The highest"),
    ("min", "The lowest"),
    ("avg", "Mean"),
    ("static", "Fixed number of replicas"),
    ("slo_driven", "SLO-driven (latency or burn rate)"),
    ("predictive", "Predictive (forecast)"),
    ("scheduled", "Timetable"),
    ("target_tracking", "Target tracking (AWS)"),
    ("step_scaling", "Step scaling (AWS)"),
    ("p99_latency_ms", "P99 latency (ms)"),
    ("last_writer", "The last one to speak"),
    ("priority", "The first in the list"),
    ("lock", "A change locks the others out"),
    ("least_outstanding", "Fewest outstanding requests"),
    ("empirical", "Measured quantiles"),
    ("knative", "Knative Pod Autoscaler"),
    ("rps", "Requests per second"),
    ("concurrency", "Requests in flight"),
    ("fluid", "Fluid (closed form)"),
    ("requests", "Requests (every one an event)"),
    ("model", "Model of days and weeks"),
    ("recorded", "Recorded traffic"),
    ("trace", "Recorded trace"),
    ("on_demand", "On demand only"),
    ("spot_greedy", "Spot while there is slack"),
    ("uniform_progress", "Uniform progress"),
    ("on_demand_base", "Some on demand, others on spot"),
    ("on_notice", "Within the notice"),
    ("catalogue", "From the price book"),
    ("cluster_autoscaler", "Cluster Autoscaler"),
    ("karpenter", "Karpenter"),
    ("when_empty_or_underutilized", "When empty or underutilised"),
    ("custom", "Own values"),
    ("cpu_utilization", "CPU utilisation"),
    ("cpu_average", "CPU per pod"),
    ("memory_utilization", "Memory utilisation"),
    ("memory_average", "Memory per pod"),
    ("lowest_price", "Lowest price"),
    ("price_capacity_optimized", "Price and capacity"),
    ("one_year_no_upfront", "1 year, nothing upfront"),
    ("one_year_partial_upfront", "1 year, part upfront"),
    ("one_year_all_upfront", "1 year, all upfront"),
    ("three_years", "3 years"),
    ("off", "Only recommends"),
    ("recreate", "Evicts pods"),
    ("in_place", "Resizes pods in place"),
    ("cpu_and_memory", "CPU and memory"),
    ("pods", "Pods"),
    ("object", "Object metric"),
    ("external", "External metric"),
    ("p95_latency_ms", "P95 latency (ms)"),
    ("average_value", "Average per replica"),
    ("shared", "One shared queue"),
    ("power_of_two", "Power of two choices"),
    ("reject_new", "Reject the new request"),
    ("drop_oldest", "Drop the oldest request"),
    ("block", "Wait outside"),
    ("finish", "Finish the work"),
    ("cancel", "Stop the work"),
    ("full", "Full jitter"),
    ("success", "Success"),
    ("latency", "Latency below a threshold"),
    ("keep", "Everything stays"),
    ("by_age", "By age"),
    ("by_last_access", "By last access"),
    ("window_start", "Start of the window"),
    ("charged", "At the tiers' prices"),
    ("uniform", "All ages alike"),
    ("recent", "Recent data first"),
    ("standard_ia", "Standard-IA"),
    ("onezone_ia", "One Zone-IA"),
    ("glacier_ir", "Glacier Instant Retrieval"),
    ("glacier", "Glacier Flexible Retrieval"),
    ("deep_archive", "Glacier Deep Archive"),
    ("intelligent_infrequent", "Intelligent-Tiering, infrequent"),
    (
        "intelligent_archive_instant",
        "Intelligent-Tiering, archive instant",
    ),
];

/// Endings of property names that say the unit, which the form shows beside the number.
const UNIT_ENDINGS: [&str; 12] = [
    "_ms",
    "_s",
    "_rps",
    "_percent",
    "_minutes",
    "_hours",
    "_days",
    "_mib",
    "_kib",
    "_gib",
    "_millicores",
    "_points",
];

/// Words that are written in capitals.
const CAPITALS: [(&str, &str); 6] = [
    ("cpu", "CPU"),
    ("slo", "SLO"),
    ("sli", "SLI"),
    ("hpa", "HPA"),
    ("usd", "USD"),
    ("rps", "requests/s"),
];

/// The name of a property for people; without its unit when that is shown beside the number.
pub fn field(name: &str, unit: &str) -> String {
    if let Some((_, label)) = NAMES.iter().find(|(known, _)| *known == name) {
        return (*label).to_owned();
    }
    let ending = UNIT_ENDINGS.iter().find(|ending| name.ends_with(**ending));
    let stem = match ending {
        Some(ending) if !unit.is_empty() || name.len() > ending.len() + 4 => {
            name.strip_suffix(ending).unwrap_or(name)
        }
        _ => name,
    };
    sentence(stem)
}

/// A word of a choice for people.
pub fn word(word: &str) -> String {
    WORDS
        .iter()
        .find(|(known, _)| *known == word)
        .map_or_else(|| sentence(word), |(_, label)| (*label).to_owned())
}

fn sentence(name: &str) -> String {
    let words = name.split('_').map(|part| {
        CAPITALS
            .iter()
            .find(|(known, _)| *known == part)
            .map_or_else(|| part.to_owned(), |(_, capital)| (*capital).to_owned())
    });
    let text = words.collect::<Vec<_>>().join(" ");
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_unit_and_keep_their_sense() {
        assert_eq!(field("timeout_ms", "ms"), "Timeout");
        assert_eq!(field("window_days", "days"), "Window");
        assert_eq!(field("min_replicas", ""), "Min replicas");
        assert_eq!(
            field("cpu_initialization_period_s", "s"),
            "CPU initialization period"
        );
    }

    #[test]
    fn words_are_sentences() {
        assert_eq!(word("hyper_exponential"), "Hyper exponential");
        assert_eq!(word("hpa"), "Kubernetes HPA");
    }
}
