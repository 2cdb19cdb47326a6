//! Share links: what goes in comes out, nothing that comes in does harm, and old links open for ever.

use proptest::prelude::*;
use sim_core::scenario::check_json;
use sim_core::scenario::document::{ScenarioDocument, TrafficSource};
use sim_core::scenario::templates::TEMPLATES;
use sim_core::share::{self, EncodeError, MAX_LINK_CHARS};
use tests::{arbitrary, golden};

fn opened(link: &str) -> ScenarioDocument {
    let shared = share::decode(link).expect("opens");
    serde_json::from_str(&shared.document_json).expect("a document")
}

fn template() -> ScenarioDocument {
    serde_json::from_str(TEMPLATES[0].json).expect("a document")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_link_opens_to_the_scenario_it_was_made_of(document in arbitrary::document()) {
        match share::encode(&document) {
            Ok(link) => prop_assert_eq!(opened(&format!("https://example.org/#{link}")), document),
            Err(EncodeError::TooLong { chars }) => prop_assert!(chars > MAX_LINK_CHARS),
            Err(EncodeError::NotANumber) => prop_assert!(false, "a sound document has no such number"),
        }
    }

    #[test]
    fn any_text_is_answered(text in ".{0,200}", payload in "[A-Za-z0-9_-]{0,300}") {
        let _ = share::decode(&text);
        let link = format!("#s=1.{payload}");
        prop_assert!(share::decode(&link).is_err());
    }

    #[test]
    fn a_changed_link_is_refused(at in 0_usize..200, with in "[A-Za-z0-9_%. -]") {
        let link = share::encode(&template()).expect("fits");
        let payload_at = "s=1.".len();
        let at = payload_at + at % (link.len() - payload_at);
        let changed = format!("{}{with}{}", &link[..at], &link[at + 1..]);
        prop_assert!(changed == link || share::decode(&changed).is_err());
    }

    #[test]
    fn a_cut_link_is_refused(keep in 0_usize..200) {
        let link = share::encode(&template()).expect("fits");
        prop_assert!(share::decode(&link[..keep % link.len()]).is_err());
    }
}

#[test]
fn golden_links_open_for_ever() {
    let links = golden::links();
    assert!(!links.is_empty());
    for golden in links {
        let shared =
            share::decode(&golden.link).unwrap_or_else(|error| panic!("{}: {error}", golden.name));
        let scenario = check_json(&shared.document_json)
            .unwrap_or_else(|problems| panic!("{}: {problems}", golden.name));
        assert_eq!(
            golden::hash(scenario.document()),
            golden.hash,
            "{}: opens to another scenario",
            golden.name
        );
    }
}

#[test]
fn every_template_of_this_version_has_a_golden_link() {
    let known = golden::links();
    let missing: Vec<String> = golden::current()
        .into_iter()
        .filter(|golden| !known.contains(golden))
        .map(|golden| golden.name)
        .collect();
    assert!(
        missing.is_empty(),
        "no golden link for {missing:?}: run `cargo run -p tests --bin golden_links`; \
         if a released template changed, keep its former text in sim-core/src/share/base.rs"
    );
}

#[test]
fn links_of_templates_are_short() {
    for template in TEMPLATES {
        let mut document: ScenarioDocument =
            serde_json::from_str(template.json).expect("a document");
        let link = share::encode(&document).expect("fits");
        assert!(
            link.len() < 160,
            "{}: {} characters",
            template.id,
            link.len()
        );
        document.slo.wanted_attainment_percent = 12.5;
        let link = share::encode(&document).expect("fits");
        assert!(
            link.len() < 260,
            "{}, one field changed: {} characters",
            template.id,
            link.len()
        );
    }
}

#[test]
fn a_recording_that_is_too_long_says_so() {
    let mut document = template();
    let counts = (0..50_000_u32)
        .map(|index| Some(f64::from(index.wrapping_mul(2_654_435_761) >> 8)))
        .collect();
    document.traffic.source = TrafficSource::Recorded {
        origin: String::new(),
        interval_s: 60.0,
        counts,
        mean_rps: None,
        growth_percent_per_month: 0.0,
    };
    let error = share::encode(&document).expect_err("too long");
    assert!(error.to_string().contains("too long for a link"), "{error}");
    assert!(error.to_string().contains("file"), "{error}");
}

#[test]
fn numbers_that_json_lacks_are_refused() {
    let mut document = template();
    document.service.timeout_ms = f64::NAN;
    assert_eq!(share::encode(&document), Err(EncodeError::NotANumber));
    document.service.timeout_ms = f64::INFINITY;
    assert_eq!(share::encode(&document), Err(EncodeError::NotANumber));
}
