//! A report as a page that needs nothing else: style inside, drawings inside, no script, and a policy that forbids to
//! load anything. The markup is XML too, so that any tool reads it.

use super::{Block, Chart, Paper, Section};
use crate::chart::drawing::{escaped, marks};
use crate::chart::scene::{Anchor, Label};
use crate::table::Table;

/// The studio's style sheet.
pub const STYLE: &str = include_str!("../../../public/style.css");

/// A page around what a report's body is.
pub fn page(title: &str, style: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{title} · QEC Studio</title>\n<style>\n{style}</style>\n</head>\n\
         <body>\n<main class=\"main\">\n{body}\n</main>\n</body>\n</html>\n"
    )
}

/// The report as a page.
pub fn write(paper: &Paper) -> String {
    let sections: Vec<String> = paper.sections.iter().map(section).collect();
    let body = format!(
        "<article class=\"panels report\">\n<h1 style=\"grid-column:1/-1\">{}</h1>\n{}</article>",
        escaped(&paper.title),
        sections.concat()
    );
    page(&paper.title, STYLE, &body)
}

fn section(section: &Section) -> String {
    let blocks: Vec<String> = section.blocks.iter().map(block).collect();
    format!(
        "<section class=\"panel wide\">\n<h2>{}</h2>\n{}</section>\n",
        escaped(&section.heading),
        blocks.concat()
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Verdict(words) => format!("<p class=\"verdict\">{}</p>\n", escaped(words)),
        Block::Words(words) => format!("<p>{}</p>\n", escaped(words)),
        Block::Hint(words) => format!("<p class=\"hint\">{}</p>\n", escaped(words)),
        Block::List(lines) => {
            let lines = lines.iter();
            let lines: Vec<String> = lines
                .map(|line| format!("<li>{}</li>\n", escaped(line)))
                .collect();
            format!("<ul class=\"notes whole\">\n{}</ul>\n", lines.concat())
        }
        Block::Table(figures) => table(figures),
        Block::Chart(drawn) => chart(drawn),
        Block::Verbatim(text) => format!(
            "<pre class=\"mono\" style=\"overflow:auto\">{}</pre>\n",
            escaped(text)
        ),
        Block::Link(address) => {
            let address = escaped(address);
            format!("<p><a class=\"mono\" href=\"{address}\">{address}</a></p>\n")
        }
    }
}

fn table(table: &Table) -> String {
    let head = table.head.iter();
    let head: Vec<String> = head
        .map(|name| format!("<th scope=\"col\">{}</th>", escaped(name)))
        .collect();
    let row = |cells: &Vec<String>| {
        let cells = cells.iter().enumerate();
        let cells = cells.map(|(place, cell)| match place {
            0 => format!("<th scope=\"row\">{}</th>", escaped(cell)),
            _ => format!("<td>{}</td>", escaped(cell)),
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let rows: String = table.rows.iter().map(row).collect();
    let note = table.note.iter();
    let note = note.map(|words| format!("<p class=\"hint\">{}.</p>\n", escaped(words)));
    format!(
        "<div class=\"table-scroll free\"><table class=\"planes\">\n<thead><tr>{}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n{}",
        head.concat(),
        note.collect::<String>()
    )
}

fn chart(chart: &Chart) -> String {
    let (width, height) = chart.size;
    let label = escaped(&chart.label);
    // The colours are the style sheet's, so that the page follows its reader's theme.
    let painted = marks(&chart.scene, &|ink| format!("var(--{})", ink.name()));
    let words: String = chart.scene.labels.iter().map(word).collect();
    let legend = chart.legend.iter().map(|(class, words)| {
        let words = escaped(words);
        format!("<li><span class=\"swatch {class}\"></span>{words}</li>")
    });
    let legend: String = legend.collect();
    let legend = match legend.is_empty() {
        true => legend,
        false => format!("<ul class=\"legend\">{legend}</ul>\n"),
    };
    format!(
        "<figure>\n<div class=\"surface\" style=\"height:{height}px\"><svg class=\"still\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"xMinYMid\">{painted}{words}</svg></div>\n{legend}</figure>\n"
    )
}

fn word(label: &Label) -> String {
    let anchor = match label.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    format!(
        "<text class=\"{}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
        label.class,
        label.at.0,
        label.at.1,
        escaped(&label.text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_scenario_stay_words() {
        let mut paper = Paper {
            title: "<script>alert(1)</script>".to_owned(),
            ..Paper::default()
        };
        paper.section(
            "A & B",
            [
                Block::Words("x < y".to_owned()),
                Block::Table(Table::new(["<b>"], [vec!["\"&\"".to_owned()]])),
            ],
        );
        let page = write(&paper);
        assert!(!page.contains("<script>") && !page.contains("<b>"));
        assert!(page.contains("<h2>A &amp; B</h2>") && page.contains("x &lt; y"));
    }
}
