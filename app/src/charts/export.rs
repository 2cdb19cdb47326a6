//! A chart as a file: a picture, a drawing, or its figures, as it is shown now.

use super::data;
use super::figure::Table;
use super::palette::palette;
use super::surface::shown;
use crate::parts::{self, NotLoaded, wasm_split};
use crate::state::{Studio, files, studio};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_report::chart::drawing::{escaped, marks};
use std::fmt::Write;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement};

/// Pixels of a picture for each of the page.
const DENSITY: f64 = 2.0;
/// Room around the chart, below the title and for the last line.
const MARGIN: f64 = 16.0;
const FOOT: f64 = 30.0;

/// Kinds of file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Png,
    Svg,
    Csv,
}

/// The menu on a chart. `name` begins the file's name; `figures` are its numbers in full precision.
pub fn export_menu(name: &'static str, figures: fn(Studio) -> Table) -> AnyView {
    let studio = studio();
    let choose = move |event: web_sys::MouseEvent, kind: Kind| {
        let Some(button) = event.target().and_then(|it| it.dyn_into::<Element>().ok()) else {
            return;
        };
        close(&button);
        parts::then(save(studio, name, figures, button, kind), move |saved| {
            if saved.is_err() {
                studio.toast(parts::ADVICE, false, true);
            }
        });
    };
    let item = |kind: Kind, words: &'static str, testid: &'static str| {
        view! { <button type="button" data-testid=testid on:click=move |event| choose(event, kind)>{words}</button> }
    };
    view! {
        <details class="menu" data-testid="chart-export" on:keydown=move |event| {
            if event.key() == "Escape" && let Some(at) = event.target().and_then(|it| it.dyn_into::<Element>().ok()) {
                close(&at);
            }
        }>
            <summary class="ghost small" title="Save this chart">{icon(Icon::Export)}<span>"Save"</span></summary>
            <div class="menu-items">
                {item(Kind::Png, "Picture (PNG)", "export-png")}
                {item(Kind::Svg, "Drawing (SVG)", "export-svg")}
                {item(Kind::Csv, "Figures (CSV)", "export-csv")}
            </div>
        </details>
    }
    .into_any()
}

/// Saves the chart that a button of its menu is on.
#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(more, fallible)]
fn save(
    studio: Studio,
    name: &'static str,
    figures: fn(Studio) -> Table,
    button: Element,
    kind: Kind,
) -> Result<(), NotLoaded> {
    if kind == Kind::Csv {
        let text = data::csv(&figures(studio));
        files::save_part(studio, name, &text, "csv", "text/csv");
        return Ok(());
    }
    let chart = button.closest("figure, section").ok().flatten();
    match chart.and_then(|chart| draw(studio, &chart)) {
        Some(drawing) if kind == Kind::Png => spawn_local(save_picture(studio, name, drawing)),
        Some(drawing) => files::save_part(studio, name, &drawing.svg, "svg", "image/svg+xml"),
        None => studio.toast("There is no chart to save yet", false, true),
    }
    Ok(())
}

/// Closes the menu around an element.
fn close(inside: &Element) {
    if let Ok(Some(menu)) = inside.closest("details") {
        menu.remove_attribute("open").ok();
    }
}

/// A drawing and its size in page pixels.
struct Drawing {
    svg: String,
    size: (f64, f64),
}

/// The chart in this figure as a drawing of its own: title, note, marks, words, legend, and where it is from.
fn draw(studio: Studio, chart: &Element) -> Option<Drawing> {
    let place = chart.get_bounding_client_rect();
    let width = place.width();
    let look = |element: &Element, name: &str| style(element, name);
    let mut body = String::new();
    let mut bottom: f64 = 0.0;
    let title = chart.query_selector("h2").ok().flatten()?;
    let mut top = 30.0;
    let mut words = title.text_content().unwrap_or_default();
    // Which of several the chart shows now.
    let chosen = chart.query_selector(".tab[aria-pressed=true]");
    if let Some(chosen) = chosen.ok().flatten().and_then(|tab| tab.text_content()) {
        words = format!("{words} · {chosen}");
    }
    text_line(&mut body, (MARGIN, top), &words, &title, "color", "start");
    let fits = ((width - 2.0 * MARGIN) / 6.4).max(20.0) as usize;
    if let Some(note) = chart.query_selector(".hint").ok().flatten() {
        for line in wrapped(&note.text_content().unwrap_or_default(), fits) {
            top += 18.0;
            text_line(&mut body, (MARGIN, top), &line, &note, "color", "start");
        }
    }
    let surfaces = all(chart, ".surface");
    let first = surfaces.first()?.get_bounding_client_rect().top();
    let names = all(chart, ".panel-name > :first-child");
    let above = names.first().map_or(first, |name| {
        name.get_bounding_client_rect().top().min(first)
    });
    // What lies between the note and the chart on the page, such as buttons, takes no room here.
    let origin = (place.left(), above - top - 14.0);
    for name in names {
        let at = name.get_bounding_client_rect();
        let base = (at.left() - origin.0, at.bottom() - origin.1 - 4.0);
        let words = name.text_content().unwrap_or_default();
        text_line(&mut body, base, &words, &name, "color", "start");
    }
    let palette = palette();
    for surface in surfaces {
        let at = surface.get_bounding_client_rect();
        let (dx, dy) = (at.left() - origin.0, at.top() - origin.1);
        bottom = bottom.max(dy + at.height());
        let scene = shown().scene(&surface)?;
        let painted = palette.with_untracked(|palette| {
            marks(&scene, &|ink| {
                let colour = palette.colour(ink);
                format!("rgb({},{},{})", colour.0, colour.1, colour.2)
            })
        });
        write!(
            body,
            "<g transform=\"translate({dx:.2} {dy:.2})\">{painted}"
        )
        .ok();
        for word in all(&surface, "svg text") {
            let number = |name: &str| {
                let text = word.get_attribute(name).unwrap_or_default();
                text.parse::<f64>().unwrap_or(0.0)
            };
            let anchor = word.get_attribute("text-anchor").unwrap_or_default();
            let words = word.text_content().unwrap_or_default();
            let at = (number("x"), number("y"));
            text_line(&mut body, at, &words, &word, "fill", &anchor);
        }
        body.push_str("</g>");
    }
    for swatch in all(chart, ".legend .swatch") {
        let at = swatch.get_bounding_client_rect();
        let (x, y) = (at.left() - origin.0, at.top() - origin.1);
        let round = if look(&swatch, "border-radius").contains('%') {
            at.width() / 2.0
        } else {
            3.0
        };
        let ring = swatch.class_list().contains("ring");
        let paint = if ring {
            let colour = escaped(&look(&swatch, "border-top-color"));
            format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\"")
        } else {
            format!("fill=\"{}\"", escaped(&look(&swatch, "background-color")))
        };
        write!(
            body,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{:.2}\" height=\"{:.2}\" rx=\"{round}\" {paint}/>",
            at.width(),
            at.height()
        )
        .ok();
        if let Some(line) = swatch.parent_element() {
            let words = line.text_content().unwrap_or_default();
            let base = (x + at.width() + 6.0, y + at.height() - 1.0);
            text_line(&mut body, base, words.trim(), &line, "color", "start");
        }
        bottom = bottom.max(y + at.height());
    }
    let from = studio.report.with_untracked(|report| {
        report.as_ref().map_or_else(String::new, |report| {
            format!(
                " · seed {} · {} replications · engine {}",
                report.seed, report.replications, report.engine_version
            )
        })
    });
    let foot = wrapped(&format!("QEC Studio · {}{from}", studio.name()), fits);
    let hint = chart.query_selector(".hint").ok().flatten()?;
    let mut height = bottom + FOOT - 18.0;
    for line in foot {
        height += 18.0;
        text_line(&mut body, (MARGIN, height), &line, &hint, "color", "start");
    }
    height += 14.0;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"{}\"><title>{}</title><rect width=\"100%\" height=\"100%\" fill=\"{}\"/>{body}</svg>",
        escaped(&look(chart, "font-family")),
        escaped(&title.text_content().unwrap_or_default()),
        escaped(&look(chart, "background-color")),
    );
    Some(Drawing {
        svg,
        size: (width, height),
    })
}

/// A line of text with the looks that `of` has on the page.
fn text_line(
    body: &mut String,
    at: (f64, f64),
    words: &str,
    of: &Element,
    ink: &str,
    anchor: &str,
) {
    if words.is_empty() {
        return;
    }
    write!(
        body,
        "<text x=\"{:.2}\" y=\"{:.2}\" text-anchor=\"{}\" font-size=\"{}\" font-weight=\"{}\" fill=\"{}\">{}</text>",
        at.0,
        at.1,
        escaped(anchor),
        escaped(&style(of, "font-size")),
        escaped(&style(of, "font-weight")),
        escaped(&style(of, ink)),
        escaped(words)
    )
    .ok();
}

/// A property of an element's style as the browser resolved it.
fn style(element: &Element, name: &str) -> String {
    let style = window().get_computed_style(element).ok().flatten();
    style
        .and_then(|style| style.get_property_value(name).ok())
        .unwrap_or_default()
}

/// All elements below one that a selector finds, in order.
pub fn all(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|place| found.get(place)?.dyn_into::<Element>().ok())
        .collect()
}

/// A sentence in lines of about so many letters.
fn wrapped(words: &str, fits: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < fits => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

async fn save_picture(studio: Studio, name: &'static str, drawing: Drawing) {
    match picture(&drawing).await {
        Ok(blob) => files::save_blob(studio, name, &blob, "png"),
        Err(_) => studio.toast(
            "The browser could not paint the picture; the drawing (SVG) has the same",
            false,
            true,
        ),
    }
}

/// The drawing painted by the browser.
async fn picture(drawing: &Drawing) -> Result<Blob, JsValue> {
    let url = files::url_of(&drawing.svg, "image/svg+xml")?;
    let image = HtmlImageElement::new()?;
    image.set_src(&url);
    let ready = JsFuture::from(image.decode()).await;
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    canvas.set_width((drawing.size.0 * DENSITY).round() as u32);
    canvas.set_height((drawing.size.1 * DENSITY).round() as u32);
    let context = canvas.get_context("2d")?;
    let context: CanvasRenderingContext2d = context.ok_or(JsValue::NULL)?.dyn_into()?;
    ready?;
    context.draw_image_with_html_image_element_and_dw_and_dh(
        &image,
        0.0,
        0.0,
        f64::from(canvas.width()),
        f64::from(canvas.height()),
    )?;
    web_sys::Url::revoke_object_url(&url)?;
    let painted = js_sys::Promise::new(&mut |take, refuse| {
        if canvas.to_blob(&take).is_err() {
            refuse.call0(&JsValue::NULL).ok();
        }
    });
    JsFuture::from(painted).await?.dyn_into()
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 9), ["one two", "three"]);
        assert!(wrapped("  ", 9).is_empty());
    }
}
