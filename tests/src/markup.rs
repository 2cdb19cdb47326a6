//! A reader of markup that only says whether it is well-formed, as XML wants it, and what is in it.

/// An element: its name and its attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Name.
    pub name: String,
    /// Attributes with their values, still escaped.
    pub attributes: Vec<(String, String)>,
    /// Text between its start and the next tag.
    pub text: String,
}

/// The elements in their order.
///
/// # Errors
/// What is not well-formed: a tag that is not closed or closed out of turn, an attribute without quotes or given twice, a
/// stray `<` or `&`.
pub fn elements(markup: &str) -> Result<Vec<Element>, String> {
    let mut rest = markup.strip_prefix("<!DOCTYPE html>").ok_or("no DOCTYPE")?;
    let mut found: Vec<Element> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    while let Some(start) = rest.find('<') {
        text_is_sound(&rest[..start])?;
        rest = &rest[start + 1..];
        let end = rest.find('>').ok_or("a tag without an end")?;
        let (tag, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(last) if last == name => continue,
                last => return Err(format!("</{name}> closes {last:?}")),
            }
        }
        let (tag, closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let text = rest.split('<').next().unwrap_or_default();
        found.push(Element {
            name: name.to_owned(),
            attributes: attributes_of(attributes).map_err(|why| format!("<{tag}>: {why}"))?,
            text: text.trim().to_owned(),
        });
        if !closed {
            open.push(name.to_owned());
        }
    }
    text_is_sound(rest)?;
    match open.is_empty() {
        true => Ok(found),
        false => Err(format!("left open: {open:?}")),
    }
}

fn text_is_sound(text: &str) -> Result<(), String> {
    for after in text.split('&').skip(1) {
        let entity = after.split(';').next().unwrap_or_default();
        if !["amp", "lt", "gt", "quot"].contains(&entity) {
            return Err(format!("a stray & before {after:.20}"));
        }
    }
    Ok(())
}

fn attributes_of(mut text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found: Vec<(String, String)> = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return Ok(found);
        }
        let (name, after) = text
            .split_once("=\"")
            .ok_or("an attribute without quotes")?;
        let (value, after) = after.split_once('"').ok_or("a quote that does not end")?;
        text_is_sound(value)?;
        if found.iter().any(|(known, _)| known == name) {
            return Err(format!("{name} twice"));
        }
        found.push((name.to_owned(), value.to_owned()));
        text = after;
    }
}

#[cfg(test)]
mod tests {
    use super::elements;

    #[test]
    fn mistakes_are_found() {
        let of = |body: &str| elements(&format!("<!DOCTYPE html>{body}"));
        let found = of("<p class=\"a b\" id=\"c\">x &amp; y<br/></p>").expect("well-formed");
        assert_eq!(found[0].attributes[0].1, "a b");
        assert_eq!((found[0].text.as_str(), found.len()), ("x &amp; y", 2));
        for bad in [
            "<p>",
            "<p></q>",
            "<p a=b></p>",
            "<p a=\"1\" a=\"2\"/>",
            "x & y",
            "<a><b></a></b>",
        ] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
