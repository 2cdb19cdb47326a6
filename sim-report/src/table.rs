//! Tables of words.

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// What is left out of it, if anything is.
    pub note: Option<String>,
}

impl Table {
    /// A table of these columns and rows.
    pub fn new<'a>(
        head: impl IntoIterator<Item = &'a str>,
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Self {
        Self {
            head: head.into_iter().map(str::to_owned).collect(),
            rows: rows.into_iter().collect(),
            note: None,
        }
    }
}
