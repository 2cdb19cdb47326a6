//! What all replications of a fluid network share: its stations' libraries, and who waits for whom.

use super::super::response::Member;
use super::super::tables::FluidTables;
use super::functions::{FunctionTables, Precision};
use super::sources::WaitsHere;
use super::usual::{Usual, Waits};
use crate::functions::FunctionModel;
use crate::plane::ServiceModel;
use crate::plane::network::{Call, CallMode, Entry, NetworkError, Station, Unsupported, check};
use crate::random::Distribution;
use std::sync::Arc;

/// A network, ready to be simulated. See [`FluidNetwork`](super::FluidNetwork).
#[derive(Debug)]
pub struct NetworkTables {
    pub(super) nodes: Vec<Node>,
    pub(super) entries: Vec<Entry>,
    pub(super) waits_here: Arc<WaitsHere>,
    /// The same functions as computed with another precision: for a network that comes after this one.
    others: Vec<Arc<FunctionTables>>,
}

/// What was computed before, and can be shared: services and functions that are the same have the same tables.
#[derive(Default)]
struct Known {
    usual: Vec<Arc<Usual>>,
    services: Vec<Arc<FluidTables>>,
    functions: Vec<Arc<FunctionTables>>,
}

impl Known {
    fn of(former: Option<&NetworkTables>) -> Self {
        let nodes = || former.into_iter().flat_map(|former| &former.nodes);
        Self {
            usual: nodes().map(|node| Arc::clone(&node.usual)).collect(),
            services: nodes()
                .flat_map(|node| [Some(&node.tables), node.answers.as_ref()])
                .flatten()
                .map(Arc::clone)
                .collect(),
            functions: nodes()
                .filter_map(|node| node.function.clone())
                .chain(former.iter().flat_map(|former| former.others.clone()))
                .collect(),
        }
    }

    /// Functions of these nodes with another precision.
    fn others(self, nodes: &[Node]) -> Vec<Arc<FunctionTables>> {
        let is_another = |one: &Arc<FunctionTables>| {
            let mut functions = nodes.iter().filter_map(|node| node.function.as_ref());
            functions.any(|function| function.is_another(one))
        };
        self.functions.into_iter().filter(is_another).collect()
    }

    fn usual(&mut self, own: &Distribution, waits: Vec<Waits>) -> Arc<Usual> {
        if let Some(known) = self.usual.iter().find(|one| one.is_of(own, &waits)) {
            return Arc::clone(known);
        }
        let usual = Arc::new(Usual::new(own.clone(), waits));
        self.usual.push(Arc::clone(&usual));
        usual
    }

    fn service(&mut self, model: ServiceModel) -> Arc<FluidTables> {
        if let Some(known) = self.services.iter().find(|one| *one.service() == model) {
            return Arc::clone(known);
        }
        let tables = Arc::new(FluidTables::new(model));
        self.services.push(Arc::clone(&tables));
        tables
    }

    fn function(
        &mut self,
        model: &FunctionModel,
        base: &Distribution,
        timeout_s: f64,
        precision: Precision,
    ) -> Arc<FunctionTables> {
        let is_it = |one: &&Arc<FunctionTables>| one.is_of(model, base, timeout_s, precision);
        if let Some(known) = self.functions.iter().find(is_it) {
            return Arc::clone(known);
        }
        let tables = Arc::new(FunctionTables::new(model, base, timeout_s, precision));
        self.functions.push(Arc::clone(&tables));
        tables
    }
}

/// A station with its library.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) tables: Arc<FluidTables>,
    /// The library of its answers without the calls that are followed, where it waits for such.
    answers: Option<Arc<FluidTables>>,
    /// Whether it may be without servers until a call wakes it, and whether any caller waits for its answers.
    pub(super) may_sleep: bool,
    pub(super) is_waited_for: bool,
    /// Whether calls of its own are followed.
    pub(super) has_live: bool,
    /// Mean time that the queue's library reckons with for those, seconds.
    pub(super) live_usual_s: f64,
    /// What it does in the long run, if it is a function.
    pub(super) function: Option<Arc<FunctionTables>>,
    /// Its answers when nobody waits anywhere.
    usual: Arc<Usual>,
    /// Mean of its own service, seconds.
    pub(super) own_s: f64,
    /// Probability of an error at its end.
    pub(super) error_probability: f64,
    pub(super) timeout_s: f64,
    pub(super) calls: Vec<Edge>,
    /// Who calls it and waits, holding a slot, and how many calls it makes at once: no more requests than that are ever
    /// here. `None` if users or asynchronous calls come here as well.
    pub(super) callers: Option<Vec<(usize, f64)>>,
    /// Itself, and everyone that its answers wait for.
    pub(super) tree: Vec<Member>,
    /// Of answers that are slow although nobody waits: who is to blame, in shares, by member of the tree.
    slow_share: Vec<f64>,
}

impl Node {
    /// The library of its answers: what it waits for calls that are followed comes on top.
    pub(super) fn answers(&self) -> &FluidTables {
        self.answers.as_ref().unwrap_or(&self.tables)
    }

    /// Whether it serves all alone.
    pub(super) fn is_leaf(&self) -> bool {
        self.calls.is_empty() && self.function.is_none()
    }

    /// A member's share of the blame for answers that are slow although nobody waits.
    pub(super) fn slow_share(&self, index: usize) -> f64 {
        self.slow_share.get(index).copied().unwrap_or(0.0)
    }
}

/// A call, with what is known of it beforehand.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) call: Call,
    /// Its number among all calls.
    pub(super) number: usize,
    /// How often a caller waits for its answer, on average: of calls made together, for the longest only.
    pub(super) waited_for: f64,
    /// Number of the group of calls that are made at the same time.
    pub(super) group: usize,
    /// If its answers are followed, because it or one made together with it is guarded: its number among those.
    pub(super) live: Option<usize>,
}

impl NetworkTables {
    /// Tables for a network, whose users' answers are held against these thresholds.
    ///
    /// # Errors
    /// What [`check`] finds, and what cannot be computed: see [`unsupported`].
    pub fn new(
        stations: &[Station],
        entries: &[Entry],
        thresholds_s: &[f64],
    ) -> Result<Self, NetworkError> {
        Self::like(stations, entries, thresholds_s, Precision::Full, None)
    }

    /// The same. What it has in common with a former network (services and functions that are the same, with what they
    /// wait for) is shared with that, not computed again; rough tables with rough ones only.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn like(
        stations: &[Station],
        entries: &[Entry],
        thresholds_s: &[f64],
        precision: Precision,
        former: Option<&Self>,
    ) -> Result<Self, NetworkError> {
        check(stations, entries, thresholds_s)?;
        for (station, at) in stations.iter().enumerate() {
            if let Some(Unsupported { what, .. }) = unsupported(&at.service) {
                return Err(NetworkError::Unsupported { station, what });
            }
        }
        let mut shared = Known::of(former);
        let mut nodes: Vec<Option<Node>> = stations.iter().map(|_| None).collect();
        // Those that are called first.
        for (index, station) in stations.iter().enumerate().rev() {
            let node = node(index, station, thresholds_s, &nodes, precision, &mut shared);
            if let Some(place) = nodes.get_mut(index) {
                *place = Some(node);
            }
        }
        let mut nodes: Vec<Node> = nodes.into_iter().flatten().collect();
        let edges = nodes.iter_mut().flat_map(|node| &mut node.calls);
        let live = edges.filter_map(|edge| edge.live.as_mut());
        for (number, live) in live.enumerate() {
            *live = number;
        }
        let edges = nodes.iter_mut().flat_map(|node| &mut node.calls);
        for (number, edge) in edges.enumerate() {
            edge.number = number;
        }
        for (index, node) in nodes.iter_mut().enumerate() {
            node.is_waited_for = is_waited_for(index, stations);
            node.callers = callers(index, stations, entries);
        }
        Ok(Self {
            others: shared.others(&nodes),
            nodes,
            entries: entries.to_vec(),
            waits_here: former.map_or_else(Arc::default, |former| Arc::clone(&former.waits_here)),
        })
    }
}

/// What of a service a fluid network does not compute; `None` if it computes all of it.
pub fn unsupported(model: &ServiceModel) -> Option<Unsupported> {
    use crate::plane::{OnTimeout, Overflow, Removal};
    if model.overflow != Overflow::RejectNew {
        Unsupported::new("overflow", "requests that are pushed out of a queue")
    } else if model.on_timeout != OnTimeout::Finish {
        Unsupported::new("on_timeout", "work that is cancelled")
    } else if model.removal != Removal::Drain {
        Unsupported::new("removal", "replicas that are killed")
    } else if model.retries.is_on() {
        Unsupported::new("retries", "users who try again")
    } else {
        None
    }
}

fn node(
    index: usize,
    station: &Station,
    thresholds_s: &[f64],
    later: &[Option<Node>],
    precision: Precision,
    shared: &mut Known,
) -> Node {
    let own = &station.service.service_time_s;
    let known = |to: usize| later.get(to).and_then(Option::as_ref);
    let waits = |call: &Call| {
        let of = known(call.to)?;
        Some(Waits::new(call, &of.usual, of.timeout_s))
    };
    let usual = shared.usual(own, station.calls.iter().filter_map(waits).collect());
    let mut shares = usual.shares().iter().copied();
    let mut calls = Vec::new();
    let mut has_live = false;
    for (group, members) in groups(&station.calls).into_iter().enumerate() {
        let is_live = members.iter().any(|call| call.guard.is_on());
        has_live |= is_live;
        for call in members {
            let share = match call.mode {
                CallMode::Async => 0.0,
                CallMode::Sequential | CallMode::Parallel => shares.next().unwrap_or(0.0),
            };
            calls.push(Edge {
                waited_for: share
                    * match call.mode {
                        // Of those made together, one is the last to be answered.
                        CallMode::Parallel => call.per_request.min(1.0),
                        CallMode::Sequential | CallMode::Async => call.per_request,
                    },
                call: call.clone(),
                number: 0,
                group,
                // Numbered when all are known.
                live: is_live.then_some(0),
            });
        }
    }
    let tree = tree(index, &calls, &known);
    let long_s = long_service_s(usual.answered(), thresholds_s);
    let long = |member: &Member| {
        if member.is_delay {
            return 0.0;
        }
        let of_node = known(member.station).map(|of| of.usual.own());
        let service = if member.station == index {
            Some(own)
        } else {
            of_node
        };
        member.visits * service.map_or(0.0, |service| service.survival(long_s))
    };
    let long: Vec<f64> = tree.iter().map(long).collect();
    let all: f64 = long.iter().sum();
    let stations = tree.iter().filter(|member| !member.is_delay).count() as f64;
    let slow_share = tree.iter().zip(&long).map(|(member, long)| {
        if all > 0.0 {
            long / all
        } else if member.is_delay {
            0.0
        } else {
            1.0 / stations
        }
    });
    let timeout_s = station.service.timeout_s;
    let function = station.function.as_ref();
    let model = |law: Distribution| ServiceModel {
        service_time_s: law,
        error_probability: 0.0,
        may_sleep: false,
        thresholds_s: thresholds_s.to_vec(),
        ..station.service.clone()
    };
    Node {
        answers: usual
            .bare()
            .map(|answered| shared.service(model(answered.clone()))),
        may_sleep: station.service.may_sleep,
        is_waited_for: false,
        has_live,
        live_usual_s: usual.live_usual_s(),
        function: function.map(|model| shared.function(model, usual.base(), timeout_s, precision)),
        slow_share: slow_share.collect(),
        own_s: own.mean(),
        error_probability: station.service.error_probability,
        timeout_s: station.service.timeout_s,
        tables: shared.service(model(usual.base().clone())),
        usual,
        calls,
        callers: None,
        tree,
    }
}

/// A service that is mostly the reason when an answer is slow: most of the first threshold, or of a long answer.
fn long_service_s(base: &Distribution, thresholds_s: &[f64]) -> f64 {
    /// Share of the answer's time.
    const MOST: f64 = 0.7;
    let usual_s = base.quantile(0.95);
    MOST * thresholds_s
        .first()
        .map_or(usual_s, |&threshold_s| threshold_s.max(base.mean()))
}

/// Whether a call that is answered goes to a station.
fn is_waited_for(index: usize, stations: &[Station]) -> bool {
    let mut calls = stations.iter().flat_map(|station| &station.calls);
    calls.any(|call| call.to == index && call.mode != CallMode::Async)
}

/// Who calls a station and waits, and how many calls each makes at once; `None` if others come there as well.
fn callers(index: usize, stations: &[Station], entries: &[Entry]) -> Option<Vec<(usize, f64)>> {
    let mut callers = Vec::new();
    for (caller, station) in stations.iter().enumerate() {
        for call in station.calls.iter().filter(|call| call.to == index) {
            // What a function calls waits for no slot of it.
            if call.mode == CallMode::Async || station.function.is_some() {
                return None;
            }
            let at_once = match call.mode {
                CallMode::Parallel => call.per_request.ceil(),
                CallMode::Sequential | CallMode::Async => 1.0,
            };
            callers.push((caller, at_once));
        }
    }
    let users = entries.iter().any(|entry| entry.station == index);
    (!users && !callers.is_empty()).then_some(callers)
}

/// Calls that are made at the same time, in the order of the groups.
fn groups(calls: &[Call]) -> Vec<Vec<&Call>> {
    grouped(calls, |call| call.mode)
}

/// The same of anything that a call is made of.
pub(super) fn grouped<T>(calls: &[T], mode: impl Fn(&T) -> CallMode) -> Vec<Vec<&T>> {
    let mut groups: Vec<Vec<&T>> = Vec::new();
    let mut last = CallMode::Sequential;
    for call in calls {
        let now = mode(call);
        match groups.last_mut() {
            Some(group) if now == CallMode::Parallel && last == CallMode::Parallel => {
                group.push(call);
            }
            _ => groups.push(vec![call]),
        }
        last = now;
    }
    groups
}

/// Everyone that answers of station `index` wait for, itself first.
fn tree<'a>(
    index: usize,
    calls: &[Edge],
    known: &impl Fn(usize) -> Option<&'a Node>,
) -> Vec<Member> {
    let mut tree = vec![Member {
        station: index,
        visits: 1.0,
        is_delay: false,
    }];
    let mut waited = calls.iter().filter(|edge| edge.waited_for > 0.0);
    if waited.clone().any(|edge| edge.live.is_some()) {
        tree.push(Member {
            is_delay: true,
            ..tree[0]
        });
    }
    for edge in waited.by_ref().filter(|edge| edge.live.is_none()) {
        let Some(of) = known(edge.call.to) else {
            continue;
        };
        for member in &of.tree {
            let visits = member.visits * edge.waited_for;
            let is_same =
                |m: &&mut Member| (m.station, m.is_delay) == (member.station, member.is_delay);
            match tree.iter_mut().find(is_same) {
                Some(there) => there.visits += visits,
                None => tree.push(Member { visits, ..*member }),
            }
        }
    }
    tree
}
