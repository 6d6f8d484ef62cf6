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

/// The text in lines that are not wider, broken between words, and inside a word that is wider than a line. What is
/// left after `most` lines is cut with an ellipsis.
pub fn wrapped(text: &str, font: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if text_width(&joined, font) <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            if !line.is_empty() && text_width(&line, font) + letter_width(letter) * font > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
        // The rest would be cut in any case.
        if lines.len() > most {
            break;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = fitted(&format!("{last} …"), font, width);
        }
    }
    lines
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words_and_cut_where_there_is_no_line_left() {
        assert_eq!(wrapped("one two three", 10.0, 45.0, 5), ["one two", "three"]);
        assert_eq!(wrapped("  ", 10.0, 40.0, 5), Vec::<String>::new());
        let cut = wrapped(&"word ".repeat(40), 10.0, 60.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'), "{cut:?}");
        let long = wrapped(&"m".repeat(200), 10.0, 60.0, 3);
        assert_eq!(long.len(), 3);
        assert!(long.iter().all(|line| text_width(line, 10.0) <= 60.0), "{long:?}");
    }
}
