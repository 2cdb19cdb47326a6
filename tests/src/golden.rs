//! Golden links: one for each template and version of the studio, and one of a scenario of its own. They open for ever.

use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::templates::TEMPLATES;
use sim_core::share;

/// The golden links, one a line: name, hash of the scenario, link.
pub const LINKS: &str = include_str!("../golden/links.txt");

/// A line of [`LINKS`].
#[derive(Clone, Debug, PartialEq)]
pub struct Golden {
    /// What it shows.
    pub name: String,
    /// Hash of the canonical JSON of the scenario it must open to.
    pub hash: String,
    /// The link.
    pub link: String,
}

/// The golden links.
pub fn links() -> Vec<Golden> {
    let line = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Golden {
            name: words.next().expect("a name"),
            hash: words.next().expect("a hash"),
            link: words.next().expect("a link"),
        }
    };
    LINKS
        .lines()
        .filter(|text| !text.is_empty() && !text.starts_with('#'))
        .map(line)
        .collect()
}

/// The links that this version writes for the templates and for a scenario of its own.
pub fn current() -> Vec<Golden> {
    let templates = TEMPLATES
        .iter()
        .map(|template| (template.id.to_owned(), parse(template.json)));
    let own = TEMPLATES.first().map(|template| {
        (
            "own-scenario".to_owned(),
            own_scenario(parse(template.json)),
        )
    });
    templates
        .chain(own)
        .map(|(name, document)| Golden {
            name,
            hash: hash(&document),
            link: share::encode(&document).expect("fits in a link"),
        })
        .collect()
}

/// FNV-1a over the canonical JSON.
pub fn hash(document: &ScenarioDocument) -> String {
    // In the order of the document's fields, as the first golden links have it.
    let bytes = serde_json::to_vec(document).expect("a document is JSON");
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

fn parse(json: &str) -> ScenarioDocument {
    serde_json::from_str(json).expect("a template is a document")
}

fn own_scenario(mut document: ScenarioDocument) -> ScenarioDocument {
    document.name = "Überprüfung — 決済".to_owned();
    document.run.seed = 9_007_199_254_740_991;
    document.slo.window_days = 1.1 + 2.2;
    document.service.cpu_ms_per_request = 1.0 / 3.0;
    document
}
