//! A cache between the users and the services: a content delivery network, or a proxy in front.
//!
//! ```text
//!   users ──► edge ──► answered from the cache ............... hits (some of them stale)
//!               │
//!               ├────► waits for a fill that is under way ..... waited (only where fills are coalesced)
//!               └────► origin: fills, duplicates of fills under way, and what cannot be cached
//! ```
//!
//! Objects are asked for independently of each other, by Zipf's law (the independent reference model). There are two ways
//! to serve an interval, as there are two data planes: [`PlayedEdge`] keeps every object and every request,
//! [`ComputedEdge`] keeps the expected state of classes of objects of like popularity.
//!
//! What both assume: a fetch takes the time and fails with the probability that the caller gives for the interval (those
//! of the origin's answers shortly before); a failed fetch fills nothing, and the next request tries again.
//!
//! Sources: Che, Tung & Wang, *Hierarchical Web caching systems* (IEEE JSAC 2002), for least recently used; Jung, Berger &
//! Balakrishnan, *Modeling TTL-based Internet caches* (INFOCOM 2003), for times to live; Fofack, Nain, Neglia & Towsley,
//! *Analysis of TTL-based cache networks* (2012), for those that restart.

mod catalogue;
mod computed;
mod law;
mod played;
mod window;
mod zipf;

pub use catalogue::Catalogue;
pub use computed::ComputedEdge;
pub use law::{characteristic_requests, hit_ratio};
pub use played::PlayedEdge;

/// How long the edge keeps an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keeping {
    /// So many seconds from the fill on, whatever happens in between.
    Fixed {
        /// Time to live, seconds, > 0.
        ttl_s: f64,
    },
    /// So many seconds from the last request on.
    Sliding {
        /// Time to live, seconds, > 0.
        ttl_s: f64,
    },
    /// As long as it is among so many most recently used ones.
    LeastRecentlyUsed {
        /// Objects that the cache holds, ≥ 1.
        objects: u32,
    },
}

/// What the edge is, and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeModel {
    /// Share of the requests whose answers may be kept, 0..=1.
    pub cacheable_share: f64,
    /// Objects that are asked for, ≥ 1.
    pub objects: u32,
    /// Exponent of their popularity, ≥ 0: the k-th most popular one is asked for in proportion to k^-exponent.
    pub exponent: f64,
    /// How long an object is kept.
    pub keeping: Keeping,
    /// Whether requests for an object that is being fetched wait for that fetch instead of going to the origin too.
    pub coalesces: bool,
    /// Everything is thrown away so often, seconds from the start of the simulation: deploys that purge the cache. Infinite
    /// for never.
    pub purge_every_s: f64,
    /// Mean time between changes of an object at the origin, seconds: an answer from before the last change is stale.
    /// Infinite for never.
    pub change_mean_s: f64,
}

/// What fetching from the origin is like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fetch {
    /// How long a fetch takes, seconds, ≥ 0.
    pub seconds: f64,
    /// Probability that it fails, 0..=1.
    pub failure: f64,
}

/// What happened to the requests of one interval. `ComputedEdge` yields expected numbers, `PlayedEdge` whole ones (but for
/// stale answers and ages, which are expectations given the ages).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EdgeOutcome {
    /// Answered from the cache at once.
    pub hits: f64,
    /// Waited for a fetch that was under way.
    pub waited: f64,
    /// Sent to the origin, and fill the cache.
    pub fills: f64,
    /// Sent to the origin although the same object was being fetched.
    pub duplicates: f64,
    /// Sent to the origin because they cannot be cached.
    pub passed: f64,
    /// Of `hits`: the object had changed since it was fetched.
    pub stale: f64,
    /// Sum over `hits` of the time since the object was fetched, seconds.
    pub age_sum_s: f64,
}

impl EdgeOutcome {
    /// Requests that reach the origin.
    pub fn at_origin(&self) -> f64 {
        self.fills + self.duplicates + self.passed
    }

    /// All requests.
    pub fn requests(&self) -> f64 {
        self.hits + self.waited + self.at_origin()
    }

    /// Adds another interval.
    pub fn add(&mut self, other: &Self) {
        self.hits += other.hits;
        self.waited += other.waited;
        self.fills += other.fills;
        self.duplicates += other.duplicates;
        self.passed += other.passed;
        self.stale += other.stale;
        self.age_sum_s += other.age_sum_s;
    }
}

#[cfg(test)]
mod tests;
