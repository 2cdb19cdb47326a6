//! Colours of the charts, read from the page's style sheet so that there is one place for them.

use crate::state::{Studio, Theme};
use gloo::events::EventListener;
use leptos::prelude::*;
use plotters::style::RGBColor;
use wasm_bindgen::JsCast;

pub use sim_report::chart::ink::Ink;

/// The colours of all inks as the page shows them now.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette([RGBColor; Ink::ALL.len()]);

impl Palette {
    /// The colour of an ink.
    pub fn colour(&self, ink: Ink) -> RGBColor {
        let place = Ink::ALL.iter().position(|known| *known == ink);
        place
            .and_then(|place| self.0.get(place))
            .copied()
            .unwrap_or(RGBColor(128, 128, 128))
    }

    /// Reads the colours. The browser resolves them: a probe is given each variable and asked what came of it.
    fn read() -> Self {
        let mut colours = [RGBColor(128, 128, 128); Ink::ALL.len()];
        let probe = document()
            .create_element("span")
            .ok()
            .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        let (Some(probe), Some(body)) = (probe, document().body()) else {
            return Self(colours);
        };
        probe.set_hidden(true);
        if body.append_child(&probe).is_ok() {
            for (colour, ink) in colours.iter_mut().zip(Ink::ALL) {
                probe
                    .style()
                    .set_property("color", &format!("var(--{})", ink.name()))
                    .ok();
                let shown = window().get_computed_style(&probe).ok().flatten();
                let text = shown
                    .and_then(|style| style.get_property_value("color").ok())
                    .unwrap_or_default();
                *colour = parse(&text).unwrap_or(*colour);
            }
            probe.remove();
        }
        Self(colours)
    }
}

/// Reads "rgb(1, 2, 3)" and "rgba(1, 2, 3, 1)".
fn parse(text: &str) -> Option<RGBColor> {
    let inside = text.split_once('(')?.1.split(')').next()?;
    let mut parts = inside
        .split([',', ' ', '/'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<f64>().ok());
    let mut next = || {
        parts
            .next()
            .flatten()
            .map(|part| part.round().clamp(0.0, 255.0) as u8)
    };
    Some(RGBColor(next()?, next()?, next()?))
}

/// Follows the theme and offers the palette to all charts; call once, from the root.
pub fn provide_palette(studio: Studio) {
    let palette = RwSignal::new_local(Palette::read());
    provide_context(PaletteSignal(palette));
    super::surface::provide_shown();
    Effect::new(move |_| {
        let word = match studio.theme.get() {
            Theme::Auto => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        };
        if let Some(root) = document().document_element() {
            match word {
                Some(word) => root.set_attribute("data-theme", word).ok(),
                None => root.remove_attribute("data-theme").ok(),
            };
        }
        palette.set(Palette::read());
    });
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        // The system's wish is followed for as long as the page lives.
        EventListener::new(&query, "change", move |_| palette.set(Palette::read())).forget();
    }
}

#[derive(Clone, Copy)]
struct PaletteSignal(RwSignal<Palette, LocalStorage>);

/// The palette, from the context.
pub fn palette() -> RwSignal<Palette, LocalStorage> {
    expect_context::<PaletteSignal>().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_colours_are_read() {
        assert_eq!(parse("rgb(0, 114, 178)"), Some(RGBColor(0, 114, 178)));
        assert_eq!(parse("rgba(1, 2, 3, 0.5)"), Some(RGBColor(1, 2, 3)));
        assert_eq!(parse("blue"), None);
    }
}
