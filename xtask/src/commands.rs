//! The commands, one a file.

pub mod build;
pub mod serve;
pub mod studio;
pub mod test;
