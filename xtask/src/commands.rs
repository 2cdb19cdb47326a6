//! The commands, one a file.

pub mod bench;
pub mod build;
pub mod schema;
pub mod serve;
pub mod studio;
pub mod test;
pub mod validate;
