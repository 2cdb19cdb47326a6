//! Words: the known one nearest to what was written ("did you mean …?"), and capitals.
//!
//! Case is that of ASCII: what is compared or capitalised here is English.

/// The candidate with the smallest edit distance to `word`, if it is near enough to be a slip.
/// Upper and lower case, `-`, `_` and spaces count as equal. Words are cut to 64 characters.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = folded(word);
    let allowed = 1 + written.len() / 4;
    candidates
        .into_iter()
        .map(|candidate| (distance(&written, &folded(candidate)), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The text with a capital letter at its start.
pub fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn folded(word: &str) -> Vec<char> {
    word.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .take(64)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Edit distance in which swapping two neighbours is one edit (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (j, b) in right.iter().enumerate() {
            let mut best = (row[j] + usize::from(a != b))
                .min(row[j + 1] + 1)
                .min(next[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_else() {
        let fields = ["min_replicas", "max_replicas", "metrics", "behavior"];
        assert_eq!(closest("minReplicas", fields), Some("min_replicas"));
        assert_eq!(closest("max_replcias", fields), Some("max_replicas"));
        assert_eq!(closest("behaviour", fields), Some("behavior"));
        assert_eq!(closest("colour", fields), None);
        assert_eq!(closest("", ["a"]), Some("a"));
        assert_eq!(closest("x", []), None);
    }

    #[test]
    fn swapping_neighbours_is_one_edit() {
        let chars = |word: &str| word.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("ab"), &chars("ba")), 1);
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(distance(&chars(""), &chars("abc")), 3);
    }
}
