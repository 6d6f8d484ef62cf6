//! Breaks one check of one action on purpose, so that the tests can be seen to notice. Never part of
//! the program, and of no thread but the one that asked for it.

use std::cell::Cell;

use super::actions::Action;

/// Which check is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// [`may`](super::may) says yes to everybody.
    May,
    /// [`require`](super::require) and [`relationship`](super::relationship) ask nothing of whoever is signed in.
    Require,
}

thread_local! {
    static BROKEN: Cell<Option<(Check, &'static str)>> = const { Cell::new(None) };
}

/// Breaks the check for the action of this name, and mends any that was broken before; `None` mends all.
pub fn set(broken: Option<(Check, &'static str)>) {
    BROKEN.set(broken);
}

pub(super) fn is(check: Check, action: Action) -> bool {
    BROKEN.get() == Some((check, action.name()))
}
