//! Words of a text, and where they stand in it.

use std::ops::Range;

use crate::stem::stem;

/// What is looked at of a text, in characters: more than a title or a problem can hold.
pub const LOOKED_AT: usize = 4000;
/// Longer words are looked at by their beginning.
const LONGEST_WORD: usize = 40;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// In lower case, without accents.
    pub word: String,
    /// What words of its family share.
    pub stem: String,
    /// As it stands in the text, in bytes.
    pub at: Range<usize>,
    /// It is written in capitals.
    pub capitals: bool,
}

/// A letter without its accent, in lower case.
fn plain(letter: char) -> impl Iterator<Item = char> {
    let letter = match letter {
        'à'..='å' | 'À'..='Å' => 'a',
        'è'..='ë' | 'È'..='Ë' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' => 'i',
        'ò'..='ö' | 'Ò'..='Ö' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' => 'u',
        'ç' | 'Ç' => 'c',
        'ñ' | 'Ñ' => 'n',
        'ﬁ' => return "fi".chars().chain(None),
        other => other,
    };
    let mut lower = letter.to_lowercase();
    "".chars().chain(lower.next().filter(|_| lower.len() == 0 || letter.is_alphabetic()))
}

/// The words of a text: letters and digits. An apostrophe within a word is passed over, so that "Crohn’s" is one.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for (at, letter) in text.char_indices().take(LOOKED_AT) {
        let next = at + letter.len_utf8();
        if letter.is_alphanumeric() {
            let begin = open.map_or(at, |(begin, _)| begin);
            open = Some((begin, next));
        } else if !(matches!(letter, '\'' | '’') && open.is_some_and(|(_, end)| end == at)) {
            found.extend(open.take().and_then(|(begin, end)| token(text, begin..end)));
        }
    }
    found.extend(open.and_then(|(begin, end)| token(text, begin..end)));
    found
}

fn token(text: &str, at: Range<usize>) -> Option<Token> {
    let written = text.get(at.clone())?;
    let word: String = written.chars().filter(|c| c.is_alphanumeric()).flat_map(plain).take(LONGEST_WORD).collect();
    let owned = written.contains(['\'', '’']).then(|| word.strip_suffix('s')).flatten().map(str::to_owned);
    let word = owned.filter(|start| start.len() > 1).unwrap_or(word);
    let capitals = written.chars().any(char::is_uppercase) && !written.chars().any(char::is_lowercase);
    (!word.is_empty()).then(|| Token { stem: stem(&word), word, at, capitals })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn words_are_letters_and_digits_wherever_they_stand() {
        assert_eq!(words("Crohn’s disease: L/S BP (#NOF)"), ["crohn", "disease", "l", "s", "bp", "nof"]);
        assert_eq!(words("café 🩺 4AT"), ["cafe", "4at"]);
        assert_eq!(words("''' … \" OR * NEAR("), ["or", "near"]);
        assert!(words("").is_empty());
    }

    #[test]
    fn a_word_tells_where_it_stands_in_the_text() {
        let text = "Ménière’s 🩺 clinic";
        let found = tokens(text);
        assert_eq!(&text[found[0].at.clone()], "Ménière’s");
        assert_eq!(&text[found[1].at.clone()], "clinic");
        assert_eq!(found[0].word, "meniere");
    }

    #[test]
    fn a_text_is_looked_at_no_further_than_its_limit() {
        assert_eq!(words(&"a".repeat(100_000))[0].len(), LONGEST_WORD);
        assert!(words(&"word ".repeat(100_000)).len() <= LOOKED_AT / 5 + 1);
    }
}
