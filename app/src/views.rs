//! What is on the page.

mod app;
mod banner;
mod batch;
mod compare;
mod figures;
mod gallery;
mod header;
pub mod icons;
mod import;
mod kpis;
mod modal;
mod moment;
mod problems;
mod restore;
mod results;
mod share;
mod spot;
mod status;
mod storage;
mod toasts;
mod topology;
mod tornado;
mod uncertain;
mod validation;

pub use app::App;
