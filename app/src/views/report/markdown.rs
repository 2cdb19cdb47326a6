//! The report as Markdown: headings, sentences, lists and tables of the tab, charts by their words.

use crate::charts::all;
use web_sys::Element;

/// The report's text.
pub fn of(report: &Element) -> String {
    let mut text = String::new();
    walk(report, &mut text);
    text
}

fn walk(element: &Element, text: &mut String) {
    let class = element.class_name();
    if class.contains("panel-tools") || class.contains("visually-hidden") {
        return;
    }
    let words = || line(&element.text_content().unwrap_or_default());
    match element.tag_name().to_lowercase().as_str() {
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

fn block(text: &mut String, mark: &str, words: &str) {
    if words.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(mark);
    text.push_str(words);
    text.push('\n');
}

fn item(text: &mut String, words: &str) {
    if !text
        .lines()
        .last()
        .is_some_and(|last| last.starts_with("- "))
    {
        text.push('\n');
    }
    text.push_str("- ");
    text.push_str(words);
    text.push('\n');
}

fn table(element: &Element, text: &mut String) {
    let rows = all(element, "tr");
    for (place, row) in rows.iter().enumerate() {
        let cells: Vec<String> = all(row, "th, td")
            .iter()
            .map(|cell| line(&cell.text_content().unwrap_or_default()))
            .collect();
        if place == 0 {
            text.push('\n');
        }
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
        if place == 0 {
            text.push_str(&format!("|{}\n", " --- |".repeat(cells.len())));
        }
    }
}

/// Words on one line, with what Markdown would read as marks made plain.
fn line(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        if !safe.is_empty() {
            safe.push(' ');
        }
        for letter in word.chars() {
            if matches!(letter, '\\' | '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']') {
                safe.push('\\');
            }
            safe.push(letter);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn marks_of_markdown_stay_words() {
        assert_eq!(line("a | b\n *c* <d>"), "a \\| b \\*c\\* \\<d\\>");
    }
}
