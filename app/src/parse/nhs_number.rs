//! Seeing NHS numbers, however they are written.
//!
//! Ten digits with the right check digit (modulus 11, NHS Data Dictionary) are one when nothing but
//! separators stands between them. One of eleven honest texts of ten digits fits by chance, so what
//! people write every day is kept apart: eleven digits of a telephone number, a date with a time, a
//! decimal, a row of a table.

/// Where the usual grouping, 3-3-4, has its gaps.
const USUAL_GAPS: [usize; 2] = [3, 6];

/// What stands between two groups of digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Letters: two numbers.
    Words,
    /// The edge of a cell of a table, or of a line.
    Cell,
    /// Anything else, told by its first mark that is no space.
    Mark(char),
}

/// Digits without anything between them, and what stands before them.
struct Group {
    gap: Gap,
    digits: Vec<u32>,
}

/// Whether the text holds what may be an NHS number.
#[must_use]
pub fn holds(text: &str) -> bool {
    let groups = groups(text);
    (0..groups.len()).any(|first| begins(&groups, first))
}

/// Whether a number is what may be an NHS number: ten digits, whole.
#[must_use]
pub fn is(value: f64) -> bool {
    value.fract() == 0.0 && (1e9..1e10).contains(&value.abs()) && holds(&format!("{:.0}", value.abs()))
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut gap = Gap::Words;
    let mut in_digits = false;
    for c in folded(text).filter(|c| !super::invisible::is(*c)) {
        if let Some(digit) = digit(c) {
            match groups.last_mut() {
                Some(last) if in_digits => last.digits.push(digit),
                _ => groups.push(Group { gap, digits: vec![digit] }),
            }
            in_digits = true;
            continue;
        }
        let so_far = if in_digits { Gap::Mark(' ') } else { gap };
        gap = match (so_far, c) {
            (Gap::Words, _) => Gap::Words,
            (_, c) if c.is_alphabetic() => Gap::Words,
            (Gap::Cell, _) | (_, '\t' | '\n' | '\r' | ',' | ';' | '|') => Gap::Cell,
            (Gap::Mark(' '), c) if !c.is_whitespace() => Gap::Mark(plain(c)),
            (mark, _) => mark,
        };
        in_digits = false;
    }
    groups
}

/// Whether some groups from this one on are together an NHS number.
fn begins(groups: &[Group], first: usize) -> bool {
    let mut digits: Vec<u32> = Vec::with_capacity(10);
    let mut gaps: Vec<(usize, Gap)> = Vec::new();
    for (at, group) in groups.iter().enumerate().skip(first) {
        if at > first {
            gaps.push((digits.len(), group.gap));
        }
        digits.extend(&group.digits);
        if digits.len() >= 10 || group.gap == Gap::Words && at > first {
            let after = groups.get(at + 1).map_or(Gap::Words, |next| next.gap);
            return digits.len() == 10 && are_one(&gaps, groups[first].gap, after) && fits(&digits);
        }
    }
    false
}

/// Whether ten digits with these gaps, at these places, are written as one number.
fn are_one(gaps: &[(usize, Gap)], before: Gap, after: Gap) -> bool {
    let usual = gaps.iter().all(|(place, _)| USUAL_GAPS.contains(place));
    if gaps.iter().any(|(_, gap)| *gap == Gap::Words) {
        return false;
    }
    if gaps.iter().any(|(_, gap)| *gap == Gap::Cell) {
        // Numbers beside each other in a table are ten digits every day: only whole cells count.
        let whole = |gap| matches!(gap, Gap::Words | Gap::Cell);
        return usual && whole(before) && whole(after);
    }
    match gaps {
        [] => true,
        [(_, Gap::Mark('.'))] => false,
        [(_, one), rest @ ..] => usual || rest.iter().all(|(_, gap)| gap == one),
    }
}

fn fits(digits: &[u32]) -> bool {
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        11 => digits[9] == 0,
        10 => false,
        check => digits[9] == check,
    }
}

/// One mark for all that Word and telephones make of a hyphen.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => '-',
        other => other,
    }
}

/// Full-width, circled and raised characters as the plain ones that they stand for.
fn folded(text: &str) -> impl Iterator<Item = char> {
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_normalization::char::is_combining_mark;
    text.nfkd().filter(|c| !is_combining_mark(*c))
}

/// The value of a decimal digit of any script.
fn digit(c: char) -> Option<u32> {
    let code = u32::from(c);
    let at = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    Some(code - ZEROS[at]).filter(|value| *value < 10)
}

/// The zero of each script of Unicode 16; the nine digits follow it.
const ZEROS: [u32; 76] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0,
    0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8,
    0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_nhs_number_is_seen_however_it_is_written() {
        for text in [
            "9434765919",
            "943 476 5919",
            "943-476-5919",
            "943.476.5919",
            "943/476/5919",
            "943\u{2013}476\u{2013}5919",
            "943\u{2011}476\u{2011}5919",
            "943\u{a0}476\u{a0}5919",
            "943\u{2009}476\u{2009}5919",
            "943  476 - 5919",
            "943\t476\t5919",
            "943\n476\n5919",
            "943476\t5919",
            "943,476,5919",
            "94347 65919",
            "94 34 76 59 19",
            "9-4-3-4-7-6-5-9-1-9",
            "(943) 476 5919",
            "９４３４７６５９１９",
            "９４３　４７６　５９１９",
            "٩٤٣٤٧٦٥٩١٩",
            "९४३४७६५९१९",
            "⑨④③④⑦⑥⑤⑨①⑨",
            "9\u{fe0f}\u{20e3}434765919",
            "943\u{200b}476\u{200b}5919",
            "9\u{200d}4\u{2060}3\u{ad}4\u{feff}765919",
            "see 943-476-5919.",
            "RH9434765919x",
            "bed 4: 943 476 5919, ward 7",
            "13/01/2026\t9434765919\t24",
            "9434765919-0",
        ] {
            assert!(holds(text), "{text:?}");
        }
    }

    #[test]
    fn honest_text_passes() {
        for text in [
            "",
            "943 476 5918",
            "94347659190",
            "call 01392 411611",
            "call 01392 411 611 or 07700 900123",
            "2026-01-04 12:00",
            "04/01/2026 12:30",
            "943 of 476 and 5919",
            "13/01/2026\t18\t24",
            // Each of these is ten digits whose check digit fits.
            "124570\t13201\t9434\t765919",
            "94347\t65919",
            "94347,65919",
            "94.34765919",
            "94/34/7659 19",
            "ab 943 cd 476 ef 5919",
            "943,476,5919-01",
        ] {
            assert!(!holds(text), "{text:?}");
        }
    }

    #[test]
    fn a_number_of_ten_digits_is_looked_at_as_well() {
        assert!(is(9_434_765_919.0) && is(-9_434_765_919.0));
        assert!(!is(9_434_765_918.0) && !is(943_476_591.9) && !is(94_347_659_190.0) && !is(85.0));
    }

    #[test]
    fn every_digit_of_every_script_has_its_value() {
        assert!(ZEROS.is_sorted());
        for zero in ZEROS {
            for value in 0..10 {
                assert_eq!(char::from_u32(zero + value).and_then(digit), Some(value), "{zero:x}");
            }
        }
        assert_eq!((digit('a'), digit('/'), digit(':')), (None, None, None));
    }

    proptest! {
        #[test]
        fn one_is_found_within_any_words(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}", mark in "[ ./-]") {
            let text = format!("{before}x943{mark}476{mark}5919{after}");
            prop_assert!(holds(&text));
        }
    }
}
