//! The words that get a vector, a line each with its stem: those of a model's vocabulary and of ours.

use std::collections::BTreeSet;
use std::io::{BufRead as _, Write as _};

fn main() -> std::io::Result<()> {
    let mut words: BTreeSet<String> = std::io::stdin().lock().lines().map_while(Result::ok).collect();
    words.retain(|word| word.len() > 2 && word.bytes().all(|letter| letter.is_ascii_lowercase()));
    words.extend(similarity::Vocabulary::embedded().map_err(std::io::Error::other)?.words());
    let mut out = std::io::stdout().lock();
    for word in words {
        writeln!(out, "{}\t{word}", similarity::stem_of(&word))?;
    }
    Ok(())
}
