//! What is looked for by words, in any form that people type: a reference, the beginnings of words, a misspelt word.

use strsim::osa_distance;

/// The most words that are looked for: a bound on the work of one search.
const MOST_WORDS: usize = 12;
/// Longer words are looked for by their beginning.
const LONGEST: usize = 40;

/// The words of a text as somebody types it in search of something, in lower case, each once.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word: String = word.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
        if !words.contains(&word) {
            words.push(word);
        }
        if words.len() == MOST_WORDS {
            break;
        }
    }
    words
}

/// The words as the index asks for them: each must be there, the last letters may follow. Empty without a word.
#[must_use]
pub fn expression(text: &str) -> String {
    words(text).iter().map(|word| term(word)).collect::<Vec<_>>().join(" ")
}

/// A word in the index's own language. Of a single letter every other word would be the beginning: "A&E" means itself.
#[must_use]
pub fn term(word: &str) -> String {
    let open = if word.chars().nth(1).is_some() { "*" } else { "" };
    format!("\"{word}\"{open}")
}

/// How people are addressed; of somebody's name it is no part.
const ADDRESSES: [&str; 8] = ["dr", "doctor", "mr", "mrs", "ms", "miss", "prof", "professor"];

/// The words by which somebody is looked for among people: "Dr Raman" is Raman.
#[must_use]
pub fn name(words: &[String]) -> Vec<String> {
    words.iter().filter(|word| !ADDRESSES.contains(&word.as_str())).cloned().collect()
}

/// The references that a text may mean, as a pattern of `like`: "10", "0010", "2026-10" and "qi 2026 10" are ways to
/// write QI-2026-0010.
#[must_use]
pub fn reference(text: &str) -> Option<String> {
    let mut parts: Vec<String> = words(text);
    if let Some(first) = parts.first_mut().filter(|first| first.starts_with("qi")) {
        *first = first.split_off(2);
    }
    parts.retain(|part| !part.is_empty());
    if parts.iter().any(|part| !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let (year, number) = match parts.as_slice() {
        [both] if (8..=9).contains(&both.len()) => both.split_at(4),
        [number] if number.len() <= 5 => ("____", number.as_str()),
        [year, number] if year.len() == 4 && number.len() <= 5 => (year.as_str(), number.as_str()),
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    Some(format!("QI-{year}-{number:04}"))
}

/// How many letters a word may differ by and still be meant.
fn tolerance(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The beginnings of a word that have about as many letters as another.
fn beginnings(word: &str, about: usize, more_or_less: usize) -> impl Iterator<Item = &str> {
    let ends = word.char_indices().map(|(at, _)| at).chain([word.len()]).enumerate();
    ends.filter(move |(letters, _)| letters.abs_diff(about) <= more_or_less).map(|(_, at)| &word[..at])
}

/// By how many letters a word differs from the beginning of another, if it may be meant. Two letters that changed
/// places are one difference; the first letter is seldom wrong, and tells many words apart.
#[must_use]
pub fn difference(word: &str, other: &str) -> Option<usize> {
    if word.chars().next() != other.chars().next() {
        return None;
    }
    let most = tolerance(word);
    let letters = beginnings(other, word.chars().count(), most).map(|beginning| osa_distance(word, beginning)).min();
    letters.filter(|letters| *letters <= most)
}

/// The same for a word of the index, which lacks the ending that the typed one may have: of "prescribing" it holds
/// "prescrib".
#[must_use]
pub fn difference_of_stem(word: &str, stem: &str) -> Option<usize> {
    let (length, typed) = (stem.chars().count(), word.chars().count());
    if length < 4 || length + typed / 3 < typed || length >= typed || word.chars().next() != stem.chars().next() {
        return difference(word, stem);
    }
    let letters = beginnings(word, length, 1).map(|beginning| osa_distance(beginning, stem)).min();
    letters.filter(|letters| *letters <= tolerance(stem))
}

/// Whether each of the words is in a text or begins a word of it.
#[must_use]
pub fn begins(sought: &[String], text: &str) -> bool {
    let found = words(text);
    !sought.is_empty() && sought.iter().all(|word| found.iter().any(|other| other.starts_with(word.as_str())))
}

/// Whether each of the words is in a text, or begins a word of it, or is spelled like the beginning of one.
#[must_use]
pub fn is_in(sought: &[String], text: &str) -> bool {
    let found = words(text);
    !sought.is_empty()
        && sought
            .iter()
            .all(|word| found.iter().any(|other| other.starts_with(word.as_str()) || difference(word, other).is_some()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reference_is_found_in_any_form() {
        for text in ["10", "0010", " 00010", "#10"] {
            assert_eq!(reference(text).as_deref(), Some("QI-____-0010"), "{text}");
        }
        for text in ["QI-2026-0010", "qi 2026 10", "qi2026-10", "2026/0010", "20260010", "QI-2026-00010"] {
            assert_eq!(reference(text).as_deref(), Some("QI-2026-0010"), "{text}");
        }
        assert_eq!(reference("QI-2026-12345").as_deref(), Some("QI-2026-12345"));
        for text in ["", "qi", "sepsis 6", "QI-26-10", "1234567", "10 20 30", "99999999999999999999", "٣"] {
            assert_eq!(reference(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_is_meant_by_its_beginning_and_with_a_letter_wrong() {
        for (word, other, letters) in [
            ("handovr", "handov", Some(1)),
            ("dleirium", "delirium", Some(1)),
            ("delriium", "delirium", Some(1)),
            ("fall", "fell", Some(1)),
            ("vte", "vta", None),
            ("wards", "words", Some(1)),
            ("katheter", "catheter", None),
        ] {
            assert_eq!(difference(word, other), letters, "{word}");
        }
        for (word, stem, letters) in [
            ("presribing", "prescrib", Some(1)),
            ("sepsus", "sepsi", Some(1)),
            ("antibotic", "antibiot", Some(1)),
            ("fals", "fall", Some(1)),
            ("catheterisaton", "catheteris", Some(0)),
            ("warfarin", "ward", None),
        ] {
            assert_eq!(difference_of_stem(word, stem), letters, "{word}");
        }
        assert!(is_in(&words("Nadya rahman"), "Nadia Rahman"));
        assert!(begins(&words("rah nad"), "Nadia Rahman") && !begins(&words("Nadya"), "Nadia Rahman"));
        assert!(!begins(&[], "Nadia Rahman"));
        assert!(is_in(&words("emerg med"), "Emergency medicine"));
        assert!(!is_in(&words("emergency surgery"), "Emergency medicine"));
        assert!(!is_in(&[], "Emergency medicine"));
        assert!(is_in(&name(&words("Dr. Raman")), "Priya Raman"));
        assert!(!is_in(&name(&words("doctor")), "Dora Ctor"));
        assert_eq!(expression("A&E sepsis"), r#""a" "e" "sepsis"*"#);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_an_expression_of_quoted_words(text in "\\PC{0,200}") {
            let expression = expression(&text);
            prop_assert!(expression.is_empty() || expression.split(' ').all(|term| term.starts_with('"') && (term.ends_with("\"*") || term.ends_with('"'))));
            prop_assert!(words(&text).len() <= MOST_WORDS);
            prop_assert!(reference(&text).is_none_or(|pattern| pattern.starts_with("QI-")));
        }

        #[test]
        fn a_word_is_like_itself_and_whatever_it_begins(word in "[a-zé]{1,12}", rest in "[a-zé]{0,6}") {
            prop_assert_eq!(difference(&word, &format!("{word}{rest}")), Some(0));
        }
    }
}
