//! Projects that look alike and what was decided about them: their SQL.

mod ends;
mod lead;
mod links;
mod merge;
mod pairs;
mod search;
#[cfg(test)]
mod tests;

pub use links::{
    DECIDED_A_PAGE, Decided, FormerMember, LINKS, Link, MERGED_HISTORY, MergedHistory, decide, decided, decision,
    links, record_difference, undo,
};
pub use merge::{MergeEffects, merge_effects};
pub use pairs::{COMPARED, Pair, Pairs, Side, pairs, sides};
pub use search::{SUGGESTIONS, index, keep_missing_terms, of_trust, rank, remove_from_index, similar, spelled_like};
