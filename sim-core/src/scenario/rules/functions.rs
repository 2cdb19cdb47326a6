//! Serverless functions: prices in tiers, instances within their limits, and warmers that warm.

use super::super::document::{
    ComponentDocument, FunctionComponentDocument, FunctionPricesDocument, ProvisionedDocument,
    TopologyDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::distribution::compile;
use crate::functions::setup::{ACCOUNT_INSTANCES, Function};

/// Notes every problem of a function and compiles it; `None` when a part of it fails.
pub(super) fn hold(
    document: &FunctionComponentDocument,
    account: Option<u32>,
    path: &str,
    found: &mut Found,
) -> Option<Function> {
    let account = account.unwrap_or(ACCOUNT_INSTANCES);
    hold_instances(document, account, path, found);
    if let Some(prices) = &document.prices {
        hold_tiers(prices, &format!("{path}/prices"), found);
    }
    if let Some(warmer) = &document.warmer
        && warmer.every_minutes >= document.keep_alive_minutes
    {
        found.warning(
            format!("{path}/warmer/every_minutes"),
            format!(
                "instances end after {} minutes without a request, before the warmer calls again",
                plain_number(document.keep_alive_minutes)
            ),
            "call more often than instances end, or do without the warmer",
        );
    }
    let duration = compile(
        &document.duration_ms,
        &format!("{path}/duration_ms"),
        "service.service_time_ms",
        found,
    );
    let init = compile(
        &document.init_ms,
        &format!("{path}/init_ms"),
        "functions.init_ms",
        found,
    );
    let (duration, init) = (duration?, init?);
    if duration.mean() >= document.timeout_ms {
        found.warning(
            format!("{path}/timeout_ms"),
            "most requests take longer than the timeout",
            "raise the timeout, or make the function faster",
        );
    }
    Function::new(document, duration.scale(0.001), init.scale(0.001), account)
}

/// Most instances that may be provisioned at any time, and where that is written.
fn most_provisioned(document: &FunctionComponentDocument) -> (u32, &'static str) {
    match &document.provisioned {
        None => (0, ""),
        Some(ProvisionedDocument::Static { instances }) => (*instances, "instances"),
        Some(ProvisionedDocument::Scheduled { instances, entries }) => {
            let entries = entries.iter().map(|entry| entry.instances);
            match entries.max() {
                Some(most) if most > *instances => (most, "entries"),
                _ => (*instances, "instances"),
            }
        }
        Some(ProvisionedDocument::TargetTracked { max_instances, .. }) => {
            (*max_instances, "max_instances")
        }
    }
}

fn hold_instances(
    document: &FunctionComponentDocument,
    account: u32,
    path: &str,
    found: &mut Found,
) {
    if let Some(most) = document.max_instances
        && most > account
    {
        found.error(
            format!("{path}/max_instances"),
            format!("{most} instances are more than the {account} of the account"),
            "lower it, or raise /topology/account_instances",
        );
    }
    let (provisioned, field) = most_provisioned(document);
    let bounds = [
        (document.max_instances, "that the function may have"),
        (Some(account), "of the account"),
    ];
    let broken = bounds
        .into_iter()
        .find_map(|(bound, whose)| Some((bound.filter(|bound| provisioned > *bound)?, whose)));
    if let Some((bound, whose)) = broken {
        found.error(
            format!("{path}/provisioned/{field}"),
            format!("{provisioned} provisioned instances are more than the {bound} {whose}"),
            "provision fewer, or raise the limit",
        );
    }
    if let Some(ProvisionedDocument::TargetTracked {
        min_instances,
        max_instances,
        ..
    }) = &document.provisioned
        && min_instances > max_instances
    {
        found.error(
            format!("{path}/provisioned/min_instances"),
            format!(
                "the fewest instances, {min_instances}, are more than the most, {max_instances}"
            ),
            "swap them",
        );
    }
}

/// All that is provisioned fits into the account.
pub(super) fn hold_account(written: &TopologyDocument, found: &mut Found) {
    let functions = written.components.iter().enumerate();
    let functions: Vec<(usize, &FunctionComponentDocument)> = functions
        .filter_map(|(index, component)| match component {
            ComponentDocument::Function(function) => Some((index, function.as_ref())),
            ComponentDocument::Service(_) | ComponentDocument::Dependency(_) => None,
        })
        .collect();
    if functions.is_empty() && written.account_instances.is_some() {
        found.warning(
            "/topology/account_instances",
            "there is no function that it could bound",
            "remove it, or add a function",
        );
    }
    let account = u64::from(written.account_instances.unwrap_or(ACCOUNT_INSTANCES));
    let mut sum = 0;
    for (index, function) in functions {
        let (most, field) = most_provisioned(function);
        let before = sum;
        sum += u64::from(most);
        if before <= account && sum > account && u64::from(most) <= account {
            found.error(
                format!("/topology/components/{index}/provisioned/{field}"),
                format!("with those of other functions {sum} instances may be provisioned, more than the {account} of the account"),
                "provision fewer, or raise /topology/account_instances",
            );
        }
    }
}

/// Tiers follow each other, and the last one has no end.
fn hold_tiers(prices: &FunctionPricesDocument, path: &str, found: &mut Found) {
    let mut from = 0.0;
    let last = prices.tiers.len().saturating_sub(1);
    for (index, tier) in prices.tiers.iter().enumerate() {
        let field = format!("{path}/tiers/{index}/up_to_million_gb_s");
        match tier.up_to_million_gb_s {
            Some(end) if index == last => found.error(
                field,
                format!(
                    "the last tier ends at {}: what is beyond has no price",
                    plain_number(end)
                ),
                "remove its end, or add a tier",
            ),
            Some(end) if end <= from => found.error(
                field,
                format!(
                    "{} is not above the end of the tier before, {}",
                    plain_number(end),
                    plain_number(from)
                ),
                "put tiers in order of their ends",
            ),
            Some(end) => from = end,
            None if index < last => found.error(
                field,
                "only the last tier is without an end",
                "say up to what it holds, or remove the tiers after it",
            ),
            None => {}
        }
    }
}
