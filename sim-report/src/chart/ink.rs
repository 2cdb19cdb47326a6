//! What marks are drawn with; the style sheet has the colours.

/// What a mark is drawn with. The hues are those of Wong (Nature Methods 8, 441, 2011), which stay apart for
/// colour-blind readers, adapted to the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Lines behind the data.
    Grid,
    /// Lines of axes.
    Axis,
    /// What is of less weight.
    Muted,
    /// The strongest contrast.
    Text,
    /// The panel's background, for gaps between marks.
    Surface,
    /// Blue.
    Blue,
    /// Orange.
    Orange,
    /// Green.
    Green,
    /// Vermilion.
    Red,
    /// Purple.
    Purple,
    /// Light blue.
    Sky,
    /// Yellow.
    Yellow,
}

impl Ink {
    /// All inks, in the order of palettes.
    pub const ALL: [Ink; 12] = [
        Ink::Grid,
        Ink::Axis,
        Ink::Muted,
        Ink::Text,
        Ink::Surface,
        Ink::Blue,
        Ink::Orange,
        Ink::Green,
        Ink::Red,
        Ink::Purple,
        Ink::Sky,
        Ink::Yellow,
    ];

    /// Name of the style sheet's variable, without the dashes.
    pub fn name(self) -> &'static str {
        match self {
            Ink::Grid => "ink-grid",
            Ink::Axis => "ink-axis",
            Ink::Muted => "ink-muted",
            Ink::Text => "ink-text",
            Ink::Surface => "surface",
            Ink::Blue => "ink-blue",
            Ink::Orange => "ink-orange",
            Ink::Green => "ink-green",
            Ink::Red => "ink-red",
            Ink::Purple => "ink-purple",
            Ink::Sky => "ink-sky",
            Ink::Yellow => "ink-yellow",
        }
    }
}
