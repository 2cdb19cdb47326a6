//! What is on the page.

mod advice;
mod app;
mod backfill;
mod banner;
mod batch;
mod compare;
mod edge;
mod embed;
mod figures;
mod functions;
mod gallery;
mod header;
mod headline;
pub mod icons;
mod import;
mod kpis;
mod modal;
mod moment;
mod palette;
mod problems;
mod report;
mod requests;
mod resilience;
mod restore;
mod results;
mod share;
mod spot;
mod status;
mod storage;
mod ticks;
mod toasts;
mod topology;
mod tornado;
mod uncertain;
mod validation;

pub use app::App;
