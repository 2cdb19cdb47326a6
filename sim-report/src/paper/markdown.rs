//! A report as Markdown: headings, sentences, lists and tables; charts by their words.

use super::{Block, Paper};
use crate::table::Table;

/// The report as Markdown.
pub fn write(paper: &Paper) -> String {
    let mut text = String::new();
    block(&mut text, "# ", &line(&paper.title));
    for section in &paper.sections {
        block(&mut text, "## ", &line(&section.heading));
        for part in &section.blocks {
            match part {
                Block::Verdict(words) => block(&mut text, "**", &format!("{}**", line(words))),
                Block::Words(words) | Block::Hint(words) => block(&mut text, "", &line(words)),
                Block::List(lines) => lines.iter().for_each(|words| item(&mut text, &line(words))),
                Block::Table(figures) => table(&mut text, figures),
                Block::Chart(chart) => block(&mut text, "", &line(&chart.label)),
                Block::Verbatim(words) => {
                    block(
                        &mut text,
                        "",
                        &format!("```text\n{}\n```", words.trim_end()),
                    );
                }
                Block::Link(address) => block(&mut text, "", &format!("<{address}>")),
            }
        }
    }
    text
}

/// A block of its own, behind a mark.
pub fn block(text: &mut String, mark: &str, words: &str) {
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

/// An item of a list.
pub fn item(text: &mut String, words: &str) {
    let last = text.lines().last();
    if !last.is_some_and(|last| last.starts_with("- ")) {
        text.push('\n');
    }
    text.push_str("- ");
    text.push_str(words);
    text.push('\n');
}

/// A table.
pub fn table(text: &mut String, table: &Table) {
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| line(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    text.push('\n');
    text.push_str(&row(&table.head));
    text.push_str(&format!("|{}\n", " --- |".repeat(table.head.len())));
    table
        .rows
        .iter()
        .for_each(|cells| text.push_str(&row(cells)));
    if let Some(words) = &table.note {
        block(text, "", &format!("{}.", line(words)));
    }
}

/// Words on one line, with what Markdown would read as marks made plain.
pub fn line(words: &str) -> String {
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
