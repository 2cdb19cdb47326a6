//! The groups that cases are shown in.

use serde::{Deserialize, Serialize};

/// A group of cases that share a theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// M/M/c.
    Delay,
    /// M/G/1.
    SingleServer,
    /// M/D/c and M/G/c.
    General,
    /// Erlang B.
    Loss,
    /// M/M/c/K.
    LimitedRoom,
    /// M/M/c + D.
    Patience,
    /// M/G/c-PS.
    Sharing,
    /// Non-preemptive priorities.
    Priorities,
    /// Which replica a request goes to.
    Balancing,
    /// Attempts that come back.
    Retries,
    /// Little's law, the utilisation law.
    Laws,
    /// Rates that change over time.
    Traffic,
    /// Instances of serverless functions.
    Functions,
    /// What functions cost.
    Billing,
    /// Jobs that are interrupted.
    Jobs,
    /// Replicas that the HPA asks for.
    Autoscaler,
    /// Error budgets.
    Budget,
    /// Tiered storage.
    Storage,
    /// Batch jobs on spot machines.
    Batch,
    /// Caches in front of the services.
    Edge,
    /// What studies make of many runs.
    Studies,
}

impl Family {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Family; 21] = [
        Family::Delay,
        Family::SingleServer,
        Family::General,
        Family::Loss,
        Family::LimitedRoom,
        Family::Patience,
        Family::Sharing,
        Family::Priorities,
        Family::Balancing,
        Family::Retries,
        Family::Laws,
        Family::Traffic,
        Family::Functions,
        Family::Billing,
        Family::Jobs,
        Family::Autoscaler,
        Family::Budget,
        Family::Storage,
        Family::Batch,
        Family::Edge,
        Family::Studies,
    ];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Family::Delay => "Requests that wait for a server (Erlang C)",
            Family::SingleServer => "One server, any service time (Pollaczek–Khinchine)",
            Family::General => "Many servers, any service time (M/G/c)",
            Family::Loss => "No room to wait (Erlang B)",
            Family::LimitedRoom => "Limited room to wait (M/M/c/K)",
            Family::Patience => "Clients who give up (M/M/c + D)",
            Family::Sharing => "Requests that share processors (M/G/c-PS)",
            Family::Priorities => "Requests that go first (Cobham)",
            Family::Balancing => "A queue for each replica: how requests are spread",
            Family::Retries => "Clients who try again",
            Family::Laws => "Laws that hold for every queue",
            Family::Traffic => "Traffic that changes over time",
            Family::Functions => "Serverless functions: cold starts and instances",
            Family::Billing => "Serverless functions: the bill",
            Family::Jobs => "Jobs that are interrupted",
            Family::Autoscaler => "Kubernetes HPA",
            Family::Budget => "Error budgets and burn rates",
            Family::Storage => "Tiered storage: the bill",
            Family::Batch => "Batch jobs on spot machines",
            Family::Edge => "Edge caches",
            Family::Studies => "Studies: uncertain inputs and honest intervals",
        }
    }

    /// What it is about, in a sentence.
    pub fn summary(self) -> &'static str {
        match self {
            Family::Delay => {
                "Requests at random moments, exponential service times, any number of them may wait."
            }
            Family::SingleServer => {
                "The mean wait depends on the spread of the service time, and on nothing else of it."
            }
            Family::General => {
                "Constant service times have an exact answer; for others only approximations are known, and these rows say how far they are off."
            }
            Family::Loss => {
                "A request that finds all servers busy is turned away; the share does not depend on the law of the service time."
            }
            Family::LimitedRoom => {
                "A request that finds the waiting room full is turned away, pushes out another, or waits outside."
            }
            Family::Patience => {
                "A client that has waited as long as its timeout leaves; a request that has started keeps its server to the end, unless it is cancelled."
            }
            Family::Sharing => {
                "All requests are served at once, at a speed that falls with their number; the mean latency does not depend on the law of the service time."
            }
            Family::Priorities => {
                "Among those that wait, requests of high priority start first; none is interrupted."
            }
            Family::Balancing => {
                "The same replicas and load, with requests spread at random, in turn, or to the shorter queue."
            }
            Family::Retries => {
                "A failed attempt comes back after a pause, and loads the servers like any other."
            }
            Family::Laws => {
                "Queue length, wait and use of servers are counted separately, so they must agree."
            }
            Family::Traffic => {
                "Rates in steps and in waves: counts, and the load's lag and damping behind the rate."
            }
            Family::Functions => {
                "Instances start when a request finds none free and end after a while without one; held against theory, a published simulator and AWS Lambda itself."
            }
            Family::Billing => "What the platform's own examples cost, to the cent.",
            Family::Jobs => {
                "How long work takes when it is lost again and again, and how often it pays to save it."
            }
            Family::Autoscaler => {
                "The replicas that the controller's rules ask for, sync by sync, until nothing changes any more."
            }
            Family::Budget => "What an objective allows over its window, and how fast it is spent.",
            Family::Storage => {
                "What a bucket with lifecycle rules costs, to the cent, and when watching objects pays."
            }
            Family::Batch => {
                "How long jobs take on machines that are reclaimed, and what they cost, under each policy and way of saving."
            }
            Family::Edge => {
                "Hit ratios of times to live and of the least recently used, and the stampede when an object runs out."
            }
            Family::Studies => {
                "What many runs say together: how much of a spread is due to what is not known, and how often a 95 % interval holds the truth."
            }
        }
    }
}
