//! Icons, drawn for this page on a grid of 16 × 16.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Arrow back.
    Undo,
    /// Arrow forth.
    Redo,
    /// Plus.
    Plus,
    /// Bin.
    Bin,
    /// Arrow into a tray.
    Import,
    /// Arrow out of a tray.
    Export,
    /// Three points, joined.
    Share,
    /// Four tiles.
    Gallery,
    /// Half-dark disc.
    Theme,
    /// Square: stop.
    Stop,
    /// Triangle: go on.
    Play,
    /// Two bars: rest.
    Pause,
    /// Sliders.
    Sliders,
    /// Two sheets.
    Copy,
    /// Cross.
    Close,
    /// Triangle with a mark.
    Warning,
    /// Table.
    Table,
    /// Tick.
    Tick,
    /// Pin: what stays while other things change.
    Pin,
    /// Points below a step line.
    Front,
    /// Magnifier.
    Search,
}

/// The icon as an image beside text that says the same.
pub fn icon(what: Icon) -> AnyView {
    let path = match what {
        Icon::Undo => "M3 6h6.5a3.5 3.5 0 0 1 0 7H6M3 6l3-3M3 6l3 3",
        Icon::Redo => "M13 6H6.5a3.5 3.5 0 0 0 0 7H10M13 6l-3-3M13 6l-3 3",
        Icon::Plus => "M8 3v10M3 8h10",
        Icon::Bin => "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.8M9.2 7v3.8",
        Icon::Import => "M8 2.5v7M5 6.8l3 3 3-3M2.5 10.5v3h11v-3",
        Icon::Export => "M8 9.5v-7M5 5.2l3-3 3 3M2.5 10.5v3h11v-3",
        Icon::Share => {
            "M5.8 7.2l4.4-2.4M5.8 8.8l4.4 2.4M4 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM12 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"
        }
        Icon::Gallery => "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
        Icon::Theme => "M8 2.2a5.8 5.8 0 1 0 0 11.6zM8 2.2a5.8 5.8 0 0 1 0 11.6",
        Icon::Pin => "M6 2.5h4M6.8 2.5v4.2L4.5 9.5h7L9.2 6.7V2.5M8 9.5v4.5",
        Icon::Stop => "M4 4h8v8H4z",
        Icon::Play => "M5 3l8 5-8 5z",
        Icon::Pause => "M4 3h3v10H4zM9 3h3v10H9z",
        Icon::Sliders => {
            "M2.5 4.5h5M11 4.5h2.5M2.5 11.5H5M8.500 11.500h5M9.300 2.800v3.400M6.700 9.800v3.400"
        }
        Icon::Copy => "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
        Icon::Close => "M4 4l8 8M12 4l-8 8",
        Icon::Warning => "M8 2.500l6.200 11H1.800zM8 6.500v3.500M8 11.700v.3",
        Icon::Table => "M2.500 3h11v10h-11zM2.500 6.300h11M2.500 9.700h11M6.500 3v10",
        Icon::Tick => "M3 8.500l3.300 3.300L13 4.800",
        Icon::Search => {
            "M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM10.300 10.300l3.400 3.400"
        }
        Icon::Front => "M2.500 2.500v11h11M5 11h2.500V7.500H11V4.500h2.500",
    };
    let filled = matches!(what, Icon::Stop | Icon::Play | Icon::Pause);
    view! {
        <svg class="glyph" class:solid=filled viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
    .into_any()
}
