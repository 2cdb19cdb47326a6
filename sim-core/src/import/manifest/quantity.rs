//! Kubernetes quantities: 50m, 1.5k, 100Mi, 2e3.
//!
//! Source: k8s.io/apimachinery/pkg/api/resource, quantity grammar.

/// The number that a quantity stands for.
pub(in crate::import) fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let split = text
        .find(|character: char| !matches!(character, '0'..='9' | '.' | '+' | '-'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(split)?;
    if !number.ends_with(|character: char| character.is_ascii_digit() || character == '.') {
        return None;
    }
    if let Some(exponent) = suffix
        .strip_prefix(['e', 'E'])
        .filter(|exponent| !exponent.is_empty())
    {
        let exponent: i16 = exponent.parse().ok()?;
        return format!("{number}e{exponent}").parse().ok();
    }
    let unit = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        "Ti" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        "Pi" => 1024.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0,
        "Ei" => 1024.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    // Thousandths by division: 500m is exactly 0.5, and 300m the number nearest to 0.3.
    Some(if suffix == "m" {
        number / 1e3
    } else {
        number * unit
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn quantities() {
        for (text, value) in [
            ("50m", 0.05),
            ("300m", 0.3),
            ("100Mi", 104_857_600.0),
            ("1k", 1000.0),
            ("1e3", 1000.0),
            ("1E3", 1000.0),
            ("1E", 1e18),
            ("0.5", 0.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("2.5G", 2.5e9),
            ("-1", -1.0),
            ("+3", 3.0),
            ("12e-1", 1.2),
        ] {
            assert_eq!(parse(text), Some(value), "{text}");
        }
        for text in [
            "", "m", "1x", "1 Mi", "1e", "1ee3", "--1", "1.2.3", "-", "1e99999", "∞", "1mi",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
