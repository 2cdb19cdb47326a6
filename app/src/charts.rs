//! Charts: scenes of marks and labels computed in page pixels, marks painted by plotters on a canvas, labels and
//! cross-hairs laid over it as SVG.
//!
//! plotters measures text by putting elements into the page, which costs a layout each time and is blocked by a
//! strict style policy; so it paints marks only.

mod attainable;
mod break_even;
mod breakdown;
mod commitment;
mod data;
mod distribution;
mod easel;
mod export;
mod figure;
mod front;
mod front_list;
mod gestures;
mod moment;
mod money_frame;
mod palette;
mod scene;
pub mod spark;
mod surface;
mod time;

pub use attainable::Attainable;
pub use break_even::BreakEvens;
pub use breakdown::{BudgetByCause, CostByResource};
pub use commitment::CommitmentLevels;
pub use data::csv;
use sim_report::chart::{ruler, scale};

pub use distribution::{CostDistribution, SliDistribution};
pub use export::{all, export_menu};
pub use figure::{InReport, Table, report_stale};
pub use front::{Framed, Front};
pub use moment::MomentStrip;
pub use palette::provide_palette;
pub use sim_report::chart::drawing::{escaped, marks};
pub use surface::shown;
pub use time::OverTime;
