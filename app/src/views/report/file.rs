//! The report as a file: what is on the tab, as a page that needs nothing else.

use super::markdown;
use crate::charts::{all, marks, shown};
use crate::state::{Studio, files};
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_report::paper::html;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Response};

/// What has no place on paper: buttons, menus, what follows the pointer.
const LEFT_OUT: &str = ".panel-tools, .tab[aria-pressed=false], .menu, .crosshair, .halo, .tip, .visually-hidden, [hidden], .front-list button";

fn report() -> Option<Element> {
    let found = document().query_selector("[data-testid=report]");
    found.ok().flatten()
}

/// Saves the report as a page of its own.
pub fn save_html(studio: Studio) {
    let Some(body) = report().and_then(|report| still(&report)) else {
        return refuse(studio);
    };
    spawn_local(async move {
        let Ok(style) = style_sheet().await else {
            return refuse(studio);
        };
        let page = html::page(&studio.name(), &style, &body);
        files::save_part(studio, "report", &page, "html", "text/html");
    });
}

/// Saves the report as Markdown; the charts are sentences and tables there.
pub fn save_markdown(studio: Studio) {
    match report() {
        Some(report) => {
            let text = markdown::of(&report);
            files::save_part(studio, "report", &text, "md", "text/markdown");
        }
        None => refuse(studio),
    }
}

fn refuse(studio: Studio) {
    studio.toast("The report could not be made", false, true);
}

/// The report's markup with drawings in place of canvases. The page made it and nobody else's text is in it but as
/// text.
fn still(report: &Element) -> Option<String> {
    let copy: Element = report.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    for (surface, copied) in all(report, ".surface").iter().zip(all(&copy, ".surface")) {
        let scene = shown().scene(surface)?;
        let view = format!("0 0 {} {}", surface.client_width(), surface.client_height());
        // The colours are the style sheet's, so that the page follows its reader's theme.
        let painted = marks(&scene, &|ink| format!("var(--{})", ink.name()));
        let words = copied.query_selector("svg").ok().flatten()?;
        words.set_attribute("viewBox", &view).ok()?;
        words
            .set_attribute("preserveAspectRatio", "xMinYMid")
            .ok()?;
        let canvas = copied.query_selector("canvas").ok().flatten()?;
        let label = crate::charts::escaped(&canvas.get_attribute("aria-label").unwrap_or_default());
        canvas.set_outer_html(&format!(
            "<svg class=\"still\" role=\"img\" aria-label=\"{label}\" viewBox=\"{view}\" preserveAspectRatio=\"xMinYMid\">{painted}</svg>"
        ));
    }
    // The chosen one of several stays as a word.
    for chosen in all(&copy, ".tab[aria-pressed=true]") {
        let words = crate::charts::escaped(&chosen.text_content().unwrap_or_default());
        chosen.set_outer_html(&format!("<strong class=\"chosen\">{words}</strong>"));
    }
    // What leads somewhere on the page is words on paper.
    for link in all(&copy, "button.link") {
        let words = crate::charts::escaped(&link.text_content().unwrap_or_default());
        link.set_outer_html(&words);
    }
    all(&copy, LEFT_OUT).iter().for_each(Element::remove);
    Some(copy.outer_html())
}

/// The page's style sheet, which the browser has.
async fn style_sheet() -> Result<String, JsValue> {
    let link = document().query_selector("link[rel=stylesheet]")?;
    let address = link.and_then(|link| link.get_attribute("href"));
    let address = address.ok_or(JsValue::NULL)?;
    let answer: Response = JsFuture::from(window().fetch_with_str(&address))
        .await?
        .dyn_into()?;
    let text = JsFuture::from(answer.text()?).await?;
    text.as_string().ok_or(JsValue::NULL)
}
