//! Which view the page shows; the address's fragment says so, so that the browser's back button works.

use super::model::Studio;
use leptos::prelude::*;

/// A view of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The scenario and what is found about it.
    #[default]
    Studio,
    /// The models held against theory.
    Validation,
}

/// Fragment of the validation.
pub const VALIDATION: &str = "#validation";

impl Page {
    /// The view that a fragment names.
    fn of(hash: &str) -> Self {
        if hash == VALIDATION {
            Self::Validation
        } else {
            Self::Studio
        }
    }

    /// The fragment that names the view; `#` alone is the studio.
    pub fn address(self) -> &'static str {
        match self {
            Self::Studio => "#",
            Self::Validation => VALIDATION,
        }
    }
}

/// Shows the view that the address names.
pub fn arrive(studio: &Studio) {
    let page = Page::of(&window().location().hash().unwrap_or_default());
    if studio.page.get_untracked() != page {
        studio.page.set(page);
    }
}

/// Goes to the studio, as after opening another scenario.
pub fn show_studio(studio: &Studio) {
    if studio.page.get_untracked() != Page::Studio {
        // The change of the fragment is heard, and the view follows it.
        window().location().set_hash(Page::Studio.address()).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_name_views() {
        assert_eq!(Page::of("#validation"), Page::Validation);
        for other in ["", "#", "#results", "#s=1.AAAA", "#validation2"] {
            assert_eq!(Page::of(other), Page::Studio, "{other}");
        }
        assert_eq!(Page::of(Page::Validation.address()), Page::Validation);
    }
}
