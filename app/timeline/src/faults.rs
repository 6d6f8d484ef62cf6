//! Breaks one sentence of the rule on purpose, so that the tests can be seen to notice. Never part of the program,
//! and of no thread but the one that asked for it.

use std::cell::Cell;

/// Which sentence is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A level without anybody who can act waits for its successor's day as if there were somebody.
    LevelNotPassed,
    /// Who is away for long counts as present.
    AwayCountsAsPresent,
    /// An offer lapses a day early.
    LapsesEarly,
    /// A handover whose successor will not be there takes effect all the same.
    BrokenHandoverCounts,
    /// An academy lead who is away counts as one who can act.
    AbsentDeskCounts,
    /// Who has closed their account is there as before.
    ClosedAccountIsAsked,
}

thread_local! {
    static BROKEN: Cell<Option<Fault>> = const { Cell::new(None) };
}

/// Breaks the sentence, and mends any that was broken before; `None` mends all.
pub fn set(fault: Option<Fault>) {
    BROKEN.set(fault);
}

pub(crate) fn is(fault: Fault) -> bool {
    BROKEN.get() == Some(fault)
}
