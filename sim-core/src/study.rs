//! Studies: many replications of one or many designs, merged into one report.
//!
//! ```text
//!   document (+ knobs) ──► Plan (canonical bytes, id) ──► Shard: designs × replications
//!                                                            │ Prepared::run_shard — pure, anywhere, any order
//!                                                            ▼
//!   Report ◄── report() ◄── Collection: results merged by (design, replication) ◄── ShardResult
//! ```
//!
//! A shard's result depends on the plan and the shard alone. Decisions that adapt (stop, go on) are taken
//! between rounds, from complete rounds, so that the number of workers changes nothing.

mod attainable;
mod backfill;
mod batch;
mod beginning;
mod collection;
mod compare;
mod draw;
mod edge;
pub mod explain;
mod functions;
mod network;
mod node_market;
pub mod optimise;
mod plan;
mod probe;
pub mod reach;
mod report;
mod resilience;
mod result;
mod rounds;
mod sensitivity;
mod storage;
mod sweep;
mod uncertainty;

pub use attainable::{BudgetKept, attainable, with_budget};
pub use backfill::{BackfillReport, BackfillResult};
pub use batch::{BatchReport, JobReport};
pub use beginning::beginning;
pub use collection::Collection;
pub use compare::{
    CandidateReport, CompareReport, CompareRound, ComparedScenario, Comparison, Difference,
    MAX_COMPARED, ObjectiveDifference, PairedProportion, Verdict, Waterfall, WaterfallStep,
};
pub use edge::EdgeReport;
pub use functions::{FunctionCostReport, FunctionReport};
pub use network::{
    CallReport, ComponentReport, ComponentResult, NetworkReport, NetworkResult, RouteReport,
    RouteResult,
};
pub use node_market::{CommitmentReport, NodeMarketResult, PoolReport, SpotReport};
pub(crate) use plan::hex;
pub use plan::{Design, Plan, Prepared, Shard};
pub use probe::{Adaptive, Answer, Edits, Outcome, Probe};
pub use report::{
    CauseReport, CostReport, FigureReport, ObjectiveReport, Proportion, Report, RightSizingReport,
    SeriesReport,
};
pub use resilience::{
    GuardedCallReport, GuardedCallResult, RateLimitReport, RateLimitResult, ResilienceReport,
    ResilienceResult,
};
pub(crate) use resilience::{guarded_calls, limited_components};
pub use result::{
    FIGURES, Figure, FigureInfo, ObjectiveResult, ReplicationResult, Series, ShardResult,
};
pub use rounds::{Progress, Rounds};
pub use sensitivity::{Factor, Sensitivity, SensitivityBar, SensitivityReport};
pub use storage::{StorageReport, TierReport};
pub use sweep::{DesignPoint, SweepReport, ThirdFigure};
pub use uncertainty::{InputReport, UncertaintyReport};
