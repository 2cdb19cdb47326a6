//! Which view the page shows; the address's fragment says so, so that the browser's back button works and a reload
//! shows the same.
//!
//! A fragment is parts between ampersands: a view's word, and a share link's `s=…`. Both may stand together, so that
//! a link can say what its author looked at.

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

/// A part of the results, by who asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// What it costs, how likely it is good enough, and why.
    #[default]
    Executive,
    /// The window over time, and why it scaled.
    OnCall,
    /// Components and single ticks.
    Debug,
    /// What else could be built.
    Explore,
    /// The design against the pinned one.
    Compare,
    /// All of it for those who do not open the studio.
    Report,
}

impl Tab {
    /// All, from left to right.
    pub const ALL: [Tab; 6] = [
        Tab::Executive,
        Tab::OnCall,
        Tab::Debug,
        Tab::Explore,
        Tab::Compare,
        Tab::Report,
    ];

    /// Its word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Tab::Executive => "executive",
            Tab::OnCall => "on-call",
            Tab::Debug => "debug",
            Tab::Explore => "explore",
            Tab::Compare => "compare",
            Tab::Report => "report",
        }
    }

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Tab::Executive => "Executive",
            Tab::OnCall => "On-call",
            Tab::Debug => "Debug",
            Tab::Explore => "Explore",
            Tab::Compare => "Compare",
            Tab::Report => "Report",
        }
    }

    /// The tab that a fragment names.
    fn of(hash: &str) -> Option<Self> {
        let mut parts = hash.trim_start_matches('#').split('&');
        parts.find_map(|part| Self::ALL.into_iter().find(|tab| tab.word() == part))
    }
}

/// Beginning of the part of a fragment that asks for a few knobs only, and the page that others may frame.
const EMBED: &str = "embed=";
const EMBED_PAGE: &str = "embed.html";

/// Most knobs that are shown beside the answers.
const MOST_KNOBS: usize = 8;

/// The knobs, as JSON Pointers, if the address asks for a few of them instead of the studio: `embed=/a/b,/c/d` in the
/// fragment, or the page for frames, which is never the studio.
pub fn embedded() -> Option<Vec<String>> {
    let path = window().location().pathname().unwrap_or_default();
    knobs_of(&hash()).or(path.ends_with(EMBED_PAGE).then(Vec::new))
}

fn knobs_of(hash: &str) -> Option<Vec<String>> {
    let mut parts = hash.trim_start_matches('#').split('&');
    let list = parts.find_map(|part| part.strip_prefix(EMBED))?;
    let knobs = list.split(',').filter(|knob| knob.starts_with('/'));
    Some(knobs.take(MOST_KNOBS).map(str::to_owned).collect())
}

/// The address of a link's scenario with a few knobs only, for a frame on another page.
pub fn embed_address(link: &str, knobs: &[String]) -> String {
    let (page, fragment) = link.split_once('#').unwrap_or((link, ""));
    let page = page.split('?').next().unwrap_or_default();
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let knobs: Vec<&str> = knobs.iter().map(String::as_str).take(MOST_KNOBS).collect();
    format!(
        "{folder}/{EMBED_PAGE}#{fragment}&{EMBED}{}",
        knobs.join(",")
    )
}

/// The address of the whole studio, from that of the page for frames.
pub fn studio_address(address: &str) -> String {
    address.replacen(EMBED_PAGE, "", 1)
}

/// The share link in an address or its fragment, without what stands beside it.
pub fn link_of(address: &str) -> Option<&str> {
    let fragment = address
        .rsplit_once('#')
        .map_or(address, |(_, fragment)| fragment);
    fragment.split('&').find(|part| part.contains("s="))
}

/// A fragment with another tab; a share link in it stays.
fn with_tab(hash: &str, tab: Tab) -> String {
    match link_of(hash) {
        Some(link) => format!("#{link}&{}", tab.word()),
        None => format!("#{}", tab.word()),
    }
}

/// What stays of a fragment when the link in it no longer says what is on the page.
pub fn without_link(hash: &str) -> String {
    Tab::of(hash).map_or_else(String::new, |tab| format!("#{}", tab.word()))
}

fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Shows what the address names.
pub fn arrive(studio: &Studio) {
    let hash = hash();
    let page = Page::of(&hash);
    if studio.page.get_untracked() != page {
        studio.page.set(page);
    }
    if let Some(tab) = Tab::of(&hash).filter(|tab| studio.tab.get_untracked() != *tab) {
        studio.tab.set(tab);
    }
}

/// Goes to a part of the results, from wherever the page is.
pub fn show_tab(studio: &Studio, tab: Tab) {
    studio.tab.set(tab);
    // The change of the fragment is heard, and the view follows it.
    window().location().set_hash(&with_tab(&hash(), tab)).ok();
}

/// Goes to the studio, as after opening another scenario.
pub fn show_studio(studio: &Studio) {
    if studio.page.get_untracked() != Page::Studio {
        show_tab(studio, studio.tab.get_untracked());
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

    #[test]
    fn a_frame_has_a_few_knobs_and_a_way_to_the_studio() {
        let link = "https://x.y/z/index.html?workers=2#s=1.AAAA";
        let knobs = ["/autoscaler/min_replicas", "/service/timeout_ms"].map(str::to_owned);
        let address = embed_address(link, &knobs);
        assert_eq!(
            address,
            "https://x.y/z/embed.html#s=1.AAAA&embed=/autoscaler/min_replicas,/service/timeout_ms"
        );
        let fragment = address.split_once('#').map_or("", |(_, fragment)| fragment);
        assert_eq!(knobs_of(fragment), Some(knobs.to_vec()));
        assert_eq!(link_of(&address), Some("s=1.AAAA"));
        assert_eq!(
            studio_address(&address).split('#').next(),
            Some("https://x.y/z/")
        );
        assert_eq!(knobs_of("#s=1.AAAA&debug"), None);
        assert_eq!(knobs_of("#embed=nothing"), Some(Vec::new()));
    }

    #[test]
    fn every_tab_has_an_address_beside_a_link() {
        for tab in Tab::ALL {
            assert_eq!(Tab::of(&with_tab("", tab)), Some(tab));
            let beside = with_tab("#s=1.AAAA&debug", tab);
            assert_eq!(Tab::of(&beside), Some(tab));
            assert_eq!(link_of(&beside), Some("s=1.AAAA"));
            assert_eq!(without_link(&beside), with_tab("", tab));
        }
        for other in ["", "#", "#s=1.explore", "#explorer", "#validation"] {
            assert_eq!(Tab::of(other), None, "{other}");
        }
    }
}
