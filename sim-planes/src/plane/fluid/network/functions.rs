//! Stations that are serverless functions, in closed form around a table.
//!
//! How often a request meets a cold start follows from the load, and from how the platform keeps, picks and ends instances;
//! there is no closed form for that. So the platform itself is run, request by request, at loads a quarter of an octave
//! apart, and what it does in the long run is kept ([`Steady`]): at any moment the function is taken to be in the long-run
//! state of the present rate (quasi-stationary), with two corrections. What starts is what ends and what there is more
//! of: when the rate rises, the instances that are missing against the long run of the new rate start, as far as they may,
//! and when it falls, those beyond it last for a keep-alive time and spare starts. And where all functions of an account together
//! come near its limit, requests are rejected by Erlang's loss formula, which holds for streams that share servers whatever
//! their service times are (Kaufman 1981).
//!
//! Not in it: requests that come in groups (calls made together).

use super::super::thinned::Thinning;
use super::passing::held;
use super::tables::Node;
use super::{FluidNetwork, share};
use crate::functions::{ColdStart, FunctionModel, FunctionPool, FunctionUse, TokenBucket, Warmer};
use crate::plane::Outcome;
use crate::plane::network::StationInterval;
use crate::plane::queueing::erlang_b;
use crate::random::{Distribution, Purpose};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How exactly functions are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// As exactly as anybody needs.
    #[default]
    Full,
    /// For a first answer that another one follows: a thirtieth of the work.
    Rough,
}

/// What a table of functions is made of.
#[derive(Debug)]
struct Effort {
    /// Loads of the table to a doubling.
    steps_per_octave: f64,
    /// Requests of a run for one load at most; 10,000 are some half millisecond.
    most_requests: f64,
    /// Cold starts after which a share is known well enough.
    enough_cold: u64,
    /// The first so many keep-alive times of a run are left out, and so many more are looked at at least.
    warm_up: f64,
    least: f64,
}

impl Precision {
    fn effort(self) -> Effort {
        match self {
            Self::Full => Effort {
                steps_per_octave: 4.0,
                most_requests: 200_000.0,
                // To 1.6 %.
                enough_cold: 4000,
                warm_up: 4.0,
                least: 16.0,
            },
            Self::Rough => Effort {
                steps_per_octave: 1.0,
                most_requests: 25_000.0,
                // To 4.5 %.
                enough_cold: 500,
                warm_up: 6.0,
                least: 10.0,
            },
        }
    }
}

/// The seed of all runs for tables: a table is a function of its key alone.
const TABLE_SEED: u64 = 0x5EED;
/// Share of the time in which there are no more instances than the most.
const MOST_OF_THE_TIME: f64 = 0.999;
/// A load that provisioned instances leave to others, below which there is none of it.
const NO_OVERFLOW: f64 = 1e-9;
/// Pieces in which the laws of starts and durations are looked at.
const PIECES: u32 = 24;
const BILLED_PIECES: u32 = 400;
/// Standard deviations below an account's limit from which it may be felt.
const NEAR_LIMIT: f64 = 8.0;

/// What a platform does in the long run at one load.
#[derive(Clone, Copy, Debug, Default)]
struct Steady {
    /// Of the requests that it serves: those that wait for a start.
    cold: f64,
    /// Of these: those on provisioned instances.
    on_provisioned: f64,
    /// Of all: those that its own limits reject.
    rejected: f64,
    /// Mean instances, of these at work, and most of them; provisioned ones included.
    instances: f64,
    running: f64,
    most: f64,
    /// Starts per second that are not for a request: the warmer's.
    other_starts_rps: f64,
}

/// A function, with what it does in the long run.
#[derive(Debug)]
pub(super) struct FunctionTables {
    /// Its service time is that of its base law: what it waits for included.
    model: FunctionModel,
    precision: Precision,
    timeout_s: f64,
    service_s: f64,
    keep_alive_s: f64,
    account_instances: u32,
    /// Mean of a start, and its law in equal parts, seconds.
    pub(super) init_s: f64,
    pub(super) inits_s: Vec<f64>,
    /// Mean of what is billed for a request without a start.
    billed_s: f64,
    /// By provisioned instances and load.
    known: Mutex<BTreeMap<(u32, i32), Arc<Steady>>>,
}

impl FunctionTables {
    /// Tables of a function whose requests take a time of law `base`, and at most `timeout_s`.
    pub(super) fn new(
        model: &FunctionModel,
        base: &Distribution,
        timeout_s: f64,
        precision: Precision,
    ) -> Self {
        let init = match &model.cold_start {
            ColdStart::Init(init) | ColdStart::Service(init) => init,
        };
        let middle = |piece: u32, pieces: u32| (f64::from(piece) + 0.5) / f64::from(pieces);
        let mut inits_s: Vec<f64> = (0..PIECES)
            .map(|piece| init.quantile(middle(piece, PIECES)))
            .collect();
        let init_s = init.mean();
        // The last part has the mean that is missing.
        let sum_s: f64 = inits_s.iter().sum();
        if let Some(last_s) = inits_s.last_mut() {
            *last_s = (*last_s + f64::from(PIECES) * init_s - sum_s).max(0.0);
        }
        let step_s = model.billing_step_s;
        let billed = (0..BILLED_PIECES).map(|piece| {
            let seconds = base.quantile(middle(piece, BILLED_PIECES)).min(timeout_s);
            crate::functions::steps(seconds, step_s) as f64 * step_s
        });
        Self {
            service_s: base.mean(),
            keep_alive_s: model.keep_alive_s.mean(),
            account_instances: model.account_instances,
            init_s,
            inits_s,
            billed_s: billed.sum::<f64>() / f64::from(BILLED_PIECES),
            model: Self::alone(model, base),
            precision,
            timeout_s,
            known: Mutex::default(),
        }
    }

    /// The function as its tables see it: what all functions share is reckoned apart.
    fn alone(model: &FunctionModel, base: &Distribution) -> FunctionModel {
        FunctionModel {
            service_s: base.clone(),
            account_instances: u32::MAX,
            ..model.clone()
        }
    }

    /// Whether these are the tables of such a function.
    pub(super) fn is_of(
        &self,
        model: &FunctionModel,
        base: &Distribution,
        timeout_s: f64,
        precision: Precision,
    ) -> bool {
        (self.precision, self.timeout_s) == (precision, timeout_s)
            && self.account_instances == model.account_instances
            && self.model == Self::alone(model, base)
    }

    /// Whether another table is of the same function, with another precision.
    pub(super) fn is_another(&self, other: &Self) -> bool {
        self.precision != other.precision
            && self.timeout_s == other.timeout_s
            && self.account_instances == other.account_instances
            && self.model == other.model
    }

    /// The long run at a rate, between the loads of the table.
    fn steady(&self, rate_rps: f64, provisioned: u32) -> Steady {
        if rate_rps <= 0.0 {
            return Steady::default();
        }
        let place = libm::log2(rate_rps) * self.precision.effort().steps_per_octave;
        let left = place.floor();
        let (a, b) = (
            self.at(provisioned, left as i32),
            self.at(provisioned, left as i32 + 1),
        );
        let right = place - left;
        let between = |a: f64, b: f64| a + right * (b - a);
        // Shares of rare events fall by factors.
        let by_factors = |a: f64, b: f64| {
            if a > 0.0 && b > 0.0 {
                libm::exp(between(libm::log(a), libm::log(b)))
            } else {
                between(a, b)
            }
        };
        Steady {
            cold: by_factors(a.cold, b.cold),
            on_provisioned: between(a.on_provisioned, b.on_provisioned),
            rejected: between(a.rejected, b.rejected),
            instances: between(a.instances, b.instances),
            running: between(a.running, b.running),
            most: a.most.max(b.most),
            other_starts_rps: between(a.other_starts_rps, b.other_starts_rps),
        }
    }

    fn at(&self, provisioned: u32, step: i32) -> Arc<Steady> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let steady = known
            .entry((provisioned, step))
            .or_insert_with(|| Arc::new(self.play(provisioned, step)));
        Arc::clone(steady)
    }

    /// Runs the platform.
    fn play(&self, provisioned: u32, step: i32) -> Steady {
        let effort = self.precision.effort();
        let rate_rps = libm::exp2(f64::from(step) / effort.steps_per_octave);
        let offered = rate_rps * self.service_s;
        let at_once = provisioned.saturating_mul(self.model.concurrency);
        if self.model.warmer.is_none() && at_once > 0 && is_ample(at_once, offered) {
            return Steady {
                on_provisioned: 1.0,
                instances: f64::from(provisioned),
                running: offered / f64::from(self.model.concurrency),
                most: f64::from(provisioned),
                ..Steady::default()
            };
        }
        let model = FunctionModel {
            provisioned,
            ..self.model.clone()
        };
        let mut pool = FunctionPool::new(&model, TABLE_SEED, step.unsigned_abs(), provisioned);
        let pings_rps = model
            .warmer
            .map_or(0.0, |warmer| f64::from(warmer.calls) / warmer.every_s);
        let events_rps = rate_rps + pings_rps;
        let turn_s = self.keep_alive_s.max(10.0 * self.service_s);
        let most_s = effort.most_requests / events_rps;
        // Few rounds, however rarely somebody comes.
        let (warm_up, least) = (effort.warm_up, effort.least);
        let some_s = effort.enough_cold as f64 / (least * rate_rps);
        let part_s = turn_s.max(some_s).min(most_s / (warm_up + least));
        pool.serve(rate_rps, warm_up * part_s);
        pool.take_statistics();
        let mut sum = pool.serve(rate_rps, least * part_s);
        let mut length_s = least * part_s;
        while sum.cold < effort.enough_cold && length_s + least * part_s < most_s {
            sum.add(&pool.serve(rate_rps, least * part_s));
            length_s += least * part_s;
        }
        let statistics = pool.take_statistics();
        let most = statistics.instances.quantile(MOST_OF_THE_TIME);
        if sum.arrivals == 0 {
            // Hardly anybody comes, and finds nothing unless the warmer has been there.
            return Steady {
                cold: if model.warmer.is_some() || provisioned > 0 {
                    0.0
                } else {
                    1.0
                },
                instances: statistics.instances.mean(),
                most: f64::from(most.unwrap_or(0)),
                ..Steady::default()
            };
        }
        let served = sum.served() as f64;
        let for_requests = if model.concurrency == 1 { sum.cold } else { 0 };
        Steady {
            cold: share(sum.cold as f64, served),
            on_provisioned: share(sum.provisioned as f64, served),
            rejected: sum.rejected_share(),
            instances: statistics.instances.mean(),
            running: statistics.running.mean(),
            most: f64::from(most.unwrap_or(0)),
            other_starts_rps: sum.started.saturating_sub(for_requests) as f64 / length_s,
        }
    }
}

/// A function under way.
pub(super) struct FunctionState {
    luck: Thinning,
    burst: Option<TokenBucket>,
    now_s: f64,
    /// Instances beside the provisioned ones; `None` before the first interval.
    existing: Option<f64>,
    /// Starts that instances beyond the long run will spare, as long as they last.
    spared: f64,
    /// Instances provisioned, and what was asked of others, in the last interval: what it takes of the account.
    of_account: f64,
}

impl FunctionState {
    pub(super) fn new(node: &Node, seed: u64, replication: u32, component: u32) -> Option<Self> {
        let model = &node.function.as_ref()?.model;
        Some(Self {
            luck: Thinning::new(seed, replication, component, Purpose::ColdStarts),
            burst: model
                .burst
                .map(|limit| TokenBucket::new(limit.size, limit.per_s)),
            now_s: 0.0,
            existing: None,
            spared: 0.0,
            of_account: 0.0,
        })
    }
}

impl FluidNetwork<'_> {
    /// The requests of an interval at a function, and the calls of those that start.
    pub(super) fn invoke(
        &mut self,
        index: usize,
        all: &[StationInterval],
        into: &mut FunctionUse,
    ) -> Option<Outcome> {
        let given = all.get(index)?;
        let node = self.tables.nodes.get(index)?;
        let tables = node.function.as_ref()?;
        let state = *self.states.get(index)?;
        let length_s = given.interval.length_s;
        self.decide(index, state.rate_rps, all);
        let longer_s = self.answers_take_longer_s(index, node);
        let held = held(longer_s, tables.service_s);
        let others: f64 = self.functions.iter().flatten().map(|f| f.of_account).sum();
        let provisioned = given.interval.servers;
        let function = self.functions.get_mut(index)?.as_mut()?;
        let others = (others - function.of_account).max(0.0);
        function.luck.draw();
        function.now_s += length_s;
        let steady = tables.steady(state.rate_rps * held, provisioned);
        let of_account = f64::from(tables.account_instances);
        let beside = (steady.instances.min(of_account) - f64::from(provisioned)).max(0.0);
        let before = function.existing.unwrap_or(beside);
        let missing = (beside - before).max(0.0);
        let (allowed, tokens) = allowed(&mut function.burst, function.now_s, missing);
        // Those for whom no instance may start so soon.
        let possible = before + allowed + tokens + f64::from(provisioned);
        let too_soon = if steady.running > possible {
            1.0 - possible / steady.running
        } else {
            0.0
        };
        let busy_beside = (steady.running - f64::from(provisioned)).max(0.0);
        let by_account = rejected_by_account(
            tables.account_instances,
            f64::from(provisioned),
            busy_beside,
            others,
        ) * (1.0 - steady.on_provisioned);
        let serves = (1.0 - steady.rejected) * (1.0 - too_soon) * (1.0 - by_account);
        let rejected = function.luck.struck(state.arrivals, 1.0 - serves);
        let started = state.arrivals - rejected;
        let fades = libm::exp(-length_s / tables.keep_alive_s);
        let now = if before > beside {
            beside + (before - beside) * fades
        } else {
            (before + allowed).min(beside)
        };
        function.existing = Some(now);
        // What starts is what ends and what there is more of.
        let usual = function.luck.struck(started, steady.cold);
        let flow = usual + now - before - function.spared * fades;
        let cold = flow.clamp(0.0, started);
        function.spared = (-flow).max(0.0);
        let on_provisioned = started * steady.on_provisioned;
        let each_s = tables.billed_s + longer_s;
        let other_starts = steady.other_starts_rps * length_s;
        let pings = tables.model.warmer.map_or(0.0, |warmer| {
            f64::from(warmer.calls) * length_s / warmer.every_s
        });
        let shared = tables.model.concurrency > 1;
        let busy_s = started * (tables.service_s + longer_s) + cold * tables.init_s;
        let running_s = if shared {
            steady.running * length_s
        } else {
            busy_s + pings * Warmer::HOLD_S + other_starts * tables.init_s
        };
        let provisioned_running_s = if shared {
            running_s * steady.on_provisioned
        } else {
            on_provisioned * (tables.service_s + longer_s)
        }
        .min(f64::from(provisioned) * length_s);
        function.of_account = f64::from(provisioned) + busy_beside;
        let starts = if shared { 0.0 } else { cold } + other_starts;
        let billed_init_s = if tables.model.bills_init {
            starts * tables.init_s
        } else {
            0.0
        };
        let instances = now + f64::from(provisioned);
        *into = FunctionUse {
            invocations: started,
            cold,
            on_provisioned,
            throttled: rejected,
            started: starts,
            init_s: starts * tables.init_s,
            billed_s: if shared {
                running_s - provisioned_running_s
            } else {
                (started - on_provisioned) * each_s + billed_init_s + pings * Warmer::HOLD_S
            },
            billed_provisioned_s: if shared {
                provisioned_running_s
            } else {
                on_provisioned * each_s
            },
            instance_s: instances * length_s,
            running_s,
            provisioned_s: f64::from(provisioned) * length_s,
            provisioned_running_s,
            peak_instances: steady.most.max(instances.ceil()).min(of_account),
            pings,
        };
        let p = share(cold, started).min(1.0);
        let served = self.stations.get_mut(index)?;
        served.start_instances(p, tables.init_s, &tables.inits_s);
        let error = 1.0 - (1.0 - node.error_probability) * (1.0 - given.error_probability);
        let state = self.states.get_mut(index)?;
        state.started = started;
        state.rejected = rejected;
        state.error = error;
        let start_rps = state.rate_rps * serves * (1.0 - error);
        self.call(index, node, start_rps, started * (1.0 - error));
        Some(Outcome {
            rejected,
            waits: started,
            waited: cold,
            wait_sum_s: cold * tables.init_s,
            in_service_s: running_s,
            ..Outcome::default()
        })
    }
}

/// Whether provisioned instances with room for so many requests leave practically none to others.
fn is_ample(at_once: u32, offered: f64) -> bool {
    f64::from(at_once) > offered && erlang_b(at_once, offered) < NO_OVERFLOW
}

/// Instances that may start of those that are missing, and how many more might have.
fn allowed(burst: &mut Option<TokenBucket>, now_s: f64, missing: f64) -> (f64, f64) {
    let Some(bucket) = burst else {
        return (missing, f64::INFINITY);
    };
    let tokens = bucket.available(now_s);
    let allowed = missing.min(tokens);
    bucket.take_many(now_s, allowed);
    (allowed, tokens - allowed)
}

/// Probability that a request finds the account at its limit, when its function keeps `own` instances at work beside the
/// `provisioned` ones, and others take `others` of the account.
fn rejected_by_account(account: u32, provisioned: f64, own: f64, others: f64) -> f64 {
    let servers = f64::from(account) - provisioned;
    let offered = own + others;
    if servers >= f64::from(u32::MAX - 1) || offered + NEAR_LIMIT * offered.sqrt() < servers {
        return 0.0;
    }
    erlang_b(servers.max(0.0) as u32, offered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(model: FunctionModel) -> FunctionTables {
        FunctionTables::new(&model, &model.service_s, 60.0, Precision::Full)
    }

    fn constant(seconds: f64) -> Distribution {
        Distribution::deterministic(seconds).unwrap()
    }

    fn model() -> FunctionModel {
        FunctionModel::new(
            Distribution::exponential(0.2).unwrap(),
            ColdStart::Init(Distribution::log_normal(0.5, 0.6).unwrap()),
            constant(60.0),
        )
    }

    /// Hardly anybody comes: a request is cold unless another one was there within the keep-alive time, e^(−λT).
    #[test]
    fn rare_requests_are_cold() {
        let tables = tables(model());
        for rate_rps in [1e-9, 1e-4, 2e-3, 0.01] {
            let cold = tables.steady(rate_rps, 0).cold;
            let expected = libm::exp(-rate_rps * 60.0);
            assert!(
                (cold - expected).abs() < 0.03,
                "{rate_rps}: {cold} {expected}"
            );
        }
        assert_eq!(tables.steady(0.0, 3).cold, 0.0);
    }

    /// What provisioned instances leave to others is Erlang's loss formula; with enough of them nothing is.
    #[test]
    fn provisioned_instances_overflow_as_erlang_says() {
        let tables = tables(FunctionModel {
            cold_start: ColdStart::Init(constant(0.0)),
            ..model()
        });
        // A load of the table: 16 a second are 3.2 at a time.
        let rate_rps = 16.0;
        let steady = tables.steady(rate_rps, 4);
        let expected = 1.0 - erlang_b(4, rate_rps * 0.2);
        assert!(
            (steady.on_provisioned - expected).abs() < 0.01,
            "{steady:?}"
        );
        let ample = tables.steady(rate_rps, 60);
        assert_eq!(
            (ample.on_provisioned, ample.cold, ample.most),
            (1.0, 0.0, 60.0)
        );
    }

    /// The law of a start keeps its mean, and 100.4 ms are billed as 101.
    #[test]
    fn starts_and_bills_keep_their_means() {
        let tables = tables(FunctionModel {
            service_s: constant(0.1004),
            ..model()
        });
        let mean_s = tables.inits_s.iter().sum::<f64>() / tables.inits_s.len() as f64;
        assert!((mean_s - 0.5).abs() < 1e-12);
        assert!((tables.billed_s - 0.101).abs() < 1e-12);
    }
}
