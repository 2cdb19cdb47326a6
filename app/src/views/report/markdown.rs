//! The report as Markdown: headings, sentences, lists and tables of the tab, charts by their words.

use crate::charts::all;
use sim_report::Table;
use sim_report::paper::markdown::{self, block, item, line};
use web_sys::Element;

/// The report's text.
pub fn of(report: &Element) -> String {
    let mut text = String::new();
    walk(report, &mut text);
    text
}

fn walk(element: &Element, text: &mut String) {
    // Not `class_name`: that of an SVG element is no text.
    let class = element.get_attribute("class").unwrap_or_default();
    if class.contains("panel-tools") || class.contains("visually-hidden") {
        return;
    }
    let words = || line(&element.text_content().unwrap_or_default());
    match element.tag_name().to_ascii_lowercase().as_str() {
        "h2" => block(text, "## ", &words()),
        "p" => block(text, "", &words()),
        "li" if class.is_empty() => item(text, &words()),
        "canvas" => block(
            text,
            "",
            &line(&element.get_attribute("aria-label").unwrap_or_default()),
        ),
        "table" => table(element, text),
        "ul" if class.contains("legend") => {}
        "svg" | "button" => {}
        _ => {
            let children = element.children();
            let children = (0..children.length()).filter_map(|place| children.item(place));
            children.for_each(|child| walk(&child, text));
        }
    }
}

fn table(element: &Element, text: &mut String) {
    let cells = |row: &Element| -> Vec<String> {
        let cells = all(row, "th, td");
        let words = cells.iter().map(|cell| cell.text_content());
        words.map(Option::unwrap_or_default).collect()
    };
    let rows = all(element, "tr");
    let mut rows = rows.iter().map(cells);
    let head = rows.next().unwrap_or_default();
    let rows = rows.collect();
    markdown::table(
        text,
        &Table {
            head,
            rows,
            note: None,
        },
    );
}
