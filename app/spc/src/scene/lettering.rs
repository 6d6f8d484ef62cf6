//! How wide a text is, without a typeface at hand.

/// The text, cut with an ellipsis where it would be wider.
pub(super) fn fitted(text: &str, font: f64, width: f64) -> String {
    if text_width(text, font) <= width {
        return text.into();
    }
    let room = width - text_width("…", font);
    let mut used = 0.0;
    let kept: String = text
        .chars()
        .take_while(|letter| {
            used += letter_width(*letter) * font;
            used <= room
        })
        .collect();
    format!("{}…", kept.trim_end())
}

pub(super) fn text_width(text: &str, font: f64) -> f64 {
    text.chars().map(letter_width).sum::<f64>() * font
}

/// The width of a letter in Arial, in em; wide scripts take a full em.
fn letter_width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 0.222,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'I' | '/' | 'f' | 't' | '[' | ']' => 0.278,
        '(' | ')' | '-' | 'r' => 0.333,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.5,
        'm' | 'M' => 0.833,
        'w' => 0.722,
        'W' => 0.944,
        '%' => 0.889,
        '…' | '@' => 1.0,
        'A'..='Z' => 0.72,
        'a'..='z' | '0'..='9' | '–' => 0.556,
        letter if (letter as u32) < 0x250 => 0.6,
        _ => 1.0,
    }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
