//! What each study found, as a report.

mod assumptions;
mod compare;
mod explain;
mod reach;
mod run;
mod search;
mod sensitivity;

pub use assumptions::{Origin, beliefs, lines as assumptions};
pub use compare::{heads as compared_heads, paper as compare, rows as compared_rows, signed};
pub use explain::paper as explain;
pub use reach::paper as reach;
pub use run::{figure, figures, half_width, objectives, paper as run};
pub use search::paper as designs;
pub use sensitivity::paper as sensitivity;
