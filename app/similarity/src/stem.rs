//! Words of one family as one: British and American spelling, plurals, endings.

/// American spellings for endings and beginnings that British words have; longer ones first.
const SPELLINGS: [(&str, &str); 22] = [
    ("haem", "hem"),
    ("aemi", "emi"),
    ("paed", "ped"),
    ("oedem", "edem"),
    ("oesoph", "esoph"),
    ("gynaec", "gynec"),
    ("anaes", "anes"),
    ("orrhoea", "orrhea"),
    ("foet", "fet"),
    ("caes", "ces"),
    ("faec", "fec"),
    ("oestr", "estr"),
    ("coeliac", "celiac"),
    ("leuka", "leuke"),
    ("sulph", "sulf"),
    ("orthopaed", "orthoped"),
    ("tumour", "tumor"),
    ("labour", "labor"),
    ("behaviour", "behavior"),
    ("programme", "program"),
    ("centre", "center"),
    ("litre", "liter"),
];

/// A word as American English spells it, lower case in, lower case out.
fn respelt(word: &str) -> String {
    let mut spelt = word.to_owned();
    if !word.is_ascii() {
        return spelt;
    }
    for (from, to) in SPELLINGS {
        if spelt.contains(from) {
            spelt = spelt.replace(from, to);
        }
    }
    for (from, to) in [("isation", "ization"), ("ising", "izing"), ("ise", "ize"), ("ised", "ized"), ("ises", "izes")] {
        if spelt.len() > from.len() + 3
            && let Some(start) = spelt.strip_suffix(from)
        {
            spelt = format!("{start}{to}");
        }
    }
    spelt
}

fn vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Whether what would be left still is a word: a vowel, and three letters.
fn stands(start: &str) -> bool {
    start.len() >= 3 && start.bytes().any(vowel)
}

fn without_plural(word: &str) -> String {
    if let Some(start) = word.strip_suffix("ies").filter(|start| start.len() >= 3) {
        return format!("{start}y");
    }
    let sibilant = ["sses", "shes", "ches", "xes", "zes"].iter().any(|end| word.ends_with(end));
    if sibilant && let Some(start) = word.strip_suffix("es").filter(|start| stands(start)) {
        return start.to_owned();
    }
    let kept = ["ss", "us", "is", "as"].iter().any(|end| word.ends_with(end));
    match word.strip_suffix('s') {
        Some(start) if !kept && start.len() >= 3 => start.to_owned(),
        _ => word.to_owned(),
    }
}

/// Endings that words of a family have and that tell little, longest first: what is left has this many letters at
/// least, or the next ending is tried.
const ENDINGS: [(&str, usize); 26] = [
    ("izations", 4),
    ("ization", 4),
    ("ications", 3),
    ("ication", 3),
    ("fulness", 4),
    ("iveness", 4),
    ("ations", 5),
    ("ements", 4),
    ("ation", 5),
    ("ating", 5),
    ("ement", 4),
    ("izing", 4),
    ("ated", 5),
    ("ment", 5),
    ("ized", 4),
    ("ness", 4),
    ("ally", 4),
    ("ate", 5),
    ("ize", 4),
    ("ing", 3),
    ("ion", 4),
    ("ed", 3),
    ("ly", 4),
    ("er", 4),
    ("or", 4),
    ("e", 3),
];

/// The stem of a lower-case word.
pub fn stem(word: &str) -> String {
    let word = respelt(word);
    let short = word.len() < 4 || !word.bytes().all(|letter| letter.is_ascii_alphabetic());
    if short {
        return match word.strip_suffix('s') {
            // ECGs, TTOs, FY1s.
            Some(start) if start.len() >= 3 || (start.len() == 2 && !word.bytes().any(vowel)) => start.to_owned(),
            _ => word,
        };
    }
    let mut word = without_plural(&word);
    for (ending, least) in ENDINGS {
        if let Some(start) = word.strip_suffix(ending).filter(|start| start.len() >= least && stands(start)) {
            word = start.to_owned();
            break;
        }
    }
    undoubled(&word)
}

/// Without the second of two like consonants at the end, and with "i" for "y".
fn undoubled(word: &str) -> String {
    let bytes = word.as_bytes();
    match bytes {
        [.., one, other]
            if one == other && !vowel(*one) && bytes.len() > if *one == b'l' { 5 } else { 3 } && *one != b's' =>
        {
            word[..word.len() - 1].to_owned()
        }
        [.., before, b'y'] if !vowel(*before) && bytes.len() > 3 => format!("{}i", &word[..word.len() - 1]),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_family_have_one_stem() {
        for family in [
            &["anaemia", "anemia"][..],
            &["prescribing", "prescribed", "prescribes", "prescribe"],
            &["catheterisation", "catheterization"],
            &["haemorrhage", "hemorrhage", "haemorrhages"],
            &["counselling", "counseling", "counselled"],
            &["falls", "fall", "falling"],
            &["biopsies", "biopsy"],
            &["ecgs", "ecg"],
            &["ttos", "tto"],
            &["fy1s", "fy1"],
            &["documentation", "document", "documented", "documenting"],
            &["replacement", "replace", "replacing"],
            &["vaccination", "vaccine", "vaccinated"],
            &["stopping", "stopped", "stops", "stop"],
            &["screening", "screened", "screens", "screen"],
            &["paediatric", "pediatric"],
            &["oedema", "edema"],
        ] {
            let stems: Vec<String> = family.iter().map(|word| stem(word)).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{stems:?}");
        }
    }

    #[test]
    fn words_that_only_look_alike_keep_their_stems() {
        for (one, other) in [
            ("uterus", "uterine"),
            ("hip", "hips2"),
            ("sepsis", "septum"),
            ("bus", "bu"),
            ("ted", "t"),
            ("early", "ear"),
            ("carer", "care"),
            ("leder", "led"),
        ] {
            assert_ne!(stem(one), stem(other));
        }
    }
}
