//! Characters that nobody sees. They make two names that look the same be different, and a text that
//! reads one way stand for another.

/// Whether the character shows nothing by itself: Unicode's format characters (Cf), and the letters and
/// marks that are blank. Spaces are not among them.
#[must_use]
pub fn is(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether the character turns the direction of what follows it, so that a text reads otherwise than it
/// is stored.
#[must_use]
pub fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with each letter in its one form (NFC) and without what nobody sees. A joiner stays where
/// it joins: between the parts of an emoji, and in the scripts that need it.
#[must_use]
pub fn without(text: &str) -> String {
    let text = composed(text);
    let joins = |c: Option<&char>| c.is_some_and(|c| !c.is_ascii() && !c.is_whitespace() && !is(*c));
    let chars: Vec<char> = text.chars().collect();
    let stays = |at: usize, c: char| match c {
        '\u{200c}' | '\u{200d}' => {
            joins(at.checked_sub(1).and_then(|before| chars.get(before))) && joins(chars.get(at + 1))
        }
        c => !is(c),
    };
    chars.iter().enumerate().filter(|(at, c)| stays(*at, **c)).map(|(_, c)| *c).collect()
}

fn composed(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for text in ["Zo\u{eb}", "Zoe\u{308}", "Z\u{200b}o\u{eb}", "\u{feff}Zo\u{ad}\u{eb}\u{200f}", "Zo\u{200d}\u{eb}"]
        {
            assert_eq!(without(text), "Zo\u{eb}", "{text:?}");
        }
    }

    #[test]
    fn a_joiner_stays_where_it_joins() {
        for text in ["👩\u{200d}⚕\u{fe0f} on the ward", "क्\u{200d}ष", "می\u{200c}خواهم"] {
            assert_eq!(without(text), text);
        }
        assert_eq!(without("a\u{200d}b \u{200c}"), "ab ");
    }
}
