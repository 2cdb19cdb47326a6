//! Text → tokens.

use super::FormulaError;

/// A token and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub at: usize,
    pub kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    /// A number without point and exponent.
    Whole(f64),
    /// A name of a trigger or function, or a word such as `and`.
    Word(String),
    Symbol(&'static str),
    End,
}

/// Longest first, so that `<=` is not taken for `<`.
const SYMBOLS: &[&str] = &[
    "**", "&&", "||", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "^", "(", ")", "[", "]",
    "{", "}", ",", "?", ":", "<", ">", "!", "#",
];

/// Splits a formula; the last token is the end.
pub(super) fn split(text: &str) -> Result<Vec<Token>, FormulaError> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = characters.get(at) {
        let rest = characters.get(at..).unwrap_or_default();
        let (length, kind) = if first.is_whitespace() {
            (1, None)
        } else if first.is_ascii_digit() || (first == '.' && digit_at(rest, 1)) {
            let (length, kind) = number(rest, at)?;
            (length, Some(kind))
        } else if is_start_of_word(first) {
            let word: String = rest.iter().take_while(|c| is_in_word(**c)).collect();
            (word.chars().count(), Some(TokenKind::Word(word)))
        } else {
            let symbol = symbol(rest).ok_or_else(|| unknown(rest, at))?;
            (symbol.len(), Some(TokenKind::Symbol(symbol)))
        };
        tokens.extend(kind.map(|kind| Token { at, kind }));
        at += length;
    }
    let kind = TokenKind::End;
    tokens.push(Token { at, kind });
    Ok(tokens)
}

fn is_start_of_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

fn is_in_word(c: char) -> bool {
    is_start_of_word(c) || c.is_numeric()
}

fn digit_at(rest: &[char], index: usize) -> bool {
    rest.get(index).is_some_and(char::is_ascii_digit)
}

fn symbol(rest: &[char]) -> Option<&'static str> {
    if rest.starts_with(&['?', '?']) {
        return None;
    }
    let starts = |symbol: &&&str| {
        symbol
            .chars()
            .enumerate()
            .all(|(i, c)| rest.get(i) == Some(&c))
    };
    SYMBOLS.iter().find(starts).copied()
}

fn unknown(rest: &[char], at: usize) -> FormulaError {
    let message = match rest {
        ['?', '?', ..] => "?? is not possible: without a metric there is no composite".to_owned(),
        ['&' | '|' | '=', ..] => "expected is &&, || or ==".to_owned(),
        [other, ..] => format!("{other:?} is not part of a formula"),
        [] => "it ends here".to_owned(),
    };
    FormulaError { at, message }
}

/// A decimal number such as `2`, `0.5`, `.5`, `1e3` or `1_000`, and its length.
fn number(rest: &[char], at: usize) -> Result<(usize, TokenKind), FormulaError> {
    let mut length = 0;
    let digits = |mut from: usize| {
        while rest
            .get(from)
            .is_some_and(|c| c.is_ascii_digit() || *c == '_')
        {
            from += 1;
        }
        from
    };
    length = digits(length);
    if rest.get(length) == Some(&'.') {
        length = digits(length + 1);
    }
    if matches!(rest.get(length), Some('e' | 'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
        if digit_at(rest, length + 1 + sign) {
            length = digits(length + 1 + sign);
        }
    }
    let text: String = rest.iter().take(length).filter(|c| **c != '_').collect();
    let value: f64 = text.parse().unwrap_or(f64::INFINITY);
    if rest.get(length).copied().is_some_and(is_in_word) || !value.is_finite() {
        let message = "this is no number that can be read".to_owned();
        return Err(FormulaError { at, message });
    }
    let kind = if text.contains(['.', 'e', 'E']) {
        TokenKind::Number(value)
    } else {
        TokenKind::Whole(value)
    };
    Ok((length, kind))
}
