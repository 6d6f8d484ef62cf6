//! Tables that people bring: the text of a file, its rows, and the dates in them. What the columns mean is for the room
//! that takes the table.

pub mod dates;
pub mod file;
pub mod rows;

/// The most rows of a table.
pub const MOST_ROWS: usize = 10_000;
/// The most columns of a table.
pub const MOST_COLUMNS: usize = 30;
