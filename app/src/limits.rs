//! What anybody may send, how long they may take over it, and how much of it is kept: every bound on
//! what comes from outside stands here, with its reason.

use std::time::Duration;

/// Kilobytes, in bytes.
const KB: usize = 1024;
/// Megabytes, in bytes.
const MB: usize = 1024 * KB;

/// What one body may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its bytes.
    pub bytes: usize,
    /// Its names and values.
    pub pairs: usize,
}

/// Of whoever is not signed in: signing in needs a hundredth of it.
pub const NOBODY: Budget = Budget { bytes: 64 * KB, pairs: 500 };
/// Of a signed-in person: the grid of 200 rows of 7 cells is the largest form, the handover the longest.
pub const PERSON: Budget = Budget { bytes: MB, pairs: 3_000 };
/// Of a signed-in person where a table is expected, pasted or as a file.
pub const TABLE: Budget = Budget { bytes: 8 * MB, pairs: 3_000 };

/// Bodies that are arriving from people who are not signed in may hold so many bytes together.
pub const BODIES_OF_NOBODY: usize = 16 * MB;
/// Bodies that are arriving from signed-in people, and those that are worked on: thirty long forms.
pub const BODIES_OF_PEOPLE: usize = 32 * MB;
/// The same where a table is expected: one long one, or many short ones. Reading one takes some twenty times
/// its bytes. They have a room of their own, so that slow tables keep nobody from sending an ordinary form.
pub const BODIES_OF_TABLES: usize = 8 * MB;
/// The first bytes of each body are not counted among them, so that whoever fills the room keeps nobody
/// from signing in: all connections together send 8 MB of such beginnings.
pub const BODY_APART: usize = 4 * KB;
/// A form has to arrive within this.
pub const BODY_TIME: Duration = Duration::from_secs(20);
/// A table has to arrive within this: 8 MB over a ward's wireless network.
pub const TABLE_TIME: Duration = Duration::from_secs(60);
/// A request's head has to arrive within this, counted from the end of the one before it: it ends
/// connections that are never used as well as those that are left idle.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// The bytes of a request's head, and of what else is read ahead on a connection: 2,000 connections hold
/// 64 MB. The longest of ours is an address with what is searched for.
pub const HEAD: usize = 32 * KB;
/// Something of an answer has to be taken within this: whoever asks and never reads is sent nothing more,
/// also over a ward's wireless network.
pub const TAKE_TIME: Duration = Duration::from_secs(30);
/// What is under way when the server is told to stop gets the time of a request and this much more.
pub const LAST_WORDS: Duration = Duration::from_secs(5);
/// Noting that a session is in use is not worth more of a page's time than this.
pub const TOUCH_TIME: Duration = Duration::from_millis(250);
/// Whoever is turned away for want of room is asked to come back after so many seconds.
pub const BUSY_SECONDS: u16 = 5;
/// The address of a page that its forms name as theirs. A longer one is left out, and the form leads to
/// the page without its query.
pub const PAGE_ADDRESS: usize = 2_000;

/// Address space of the process that reads a workbook: 10,000 rows of 30 columns take a quarter of it.
pub const READER_MEMORY: u64 = 512 * 1024 * 1024;
/// Seconds of the processor that it may take. Unoptimised, the same work takes some ten times as long: there
/// the limit would end workbooks that the program refuses for what stands in them.
pub const READER_CPU: u64 = if cfg!(debug_assertions) { 60 } else { 5 };
/// Time after which it is ended, whatever it does.
pub const READER_TIME: Duration = Duration::from_secs(2 * READER_CPU);
/// So many of them at once.
pub const READERS: usize = 2;
/// So many workbooks wait for one of them; who brings more is told that Baton is busy. They wait without a permit to
/// be worked on, so that pages and forms go on meanwhile.
pub const WORKBOOKS_WAITING: usize = 8;
/// What all parts of a workbook unpack to.
pub const WORKBOOK_UNPACKED: u64 = 64 * 1024 * 1024;
/// How many texts a workbook may say that it shares: 10,000 rows of 30 columns are 300,000.
pub const WORKBOOK_TEXTS: u64 = 400_000;
/// The formats of its cells. Each is held with a copy of its font's name.
pub const WORKBOOK_FORMATS: usize = 20_000;
/// Sheets that are looked at for one that holds something.
pub const WORKBOOK_SHEETS: usize = 20;
/// Cells that are looked at, over all those sheets.
pub const WORKBOOK_CELLS: usize = 2_000_000;
/// Characters of one cell: Excel's own limit.
pub const CELL: usize = 32_767;
/// The text of a table, however it came: a text that many cells share counts for each of them.
pub const TABLE_TEXT: usize = 8 * MB;

/// A form that was kept and holds more than this is drawn again only a few at a time: its page is several
/// times as long as it.
pub const LONG_FORM: usize = 512 * KB;
/// So many pages with such a form are drawn at once.
pub const LONG_FORMS: usize = 2;

/// What is kept of one kind for its owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes as they are really held, together.
    pub bytes: usize,
    /// Bytes of one owner.
    pub share: usize,
    /// Things of one owner.
    pub each: usize,
    /// Seconds for which a thing is kept.
    pub seconds: i64,
}

/// Rejected forms of people who sent them themselves. Beside a table there is room for ordinary forms.
pub const KEPT_OF_PEOPLE: Room = Room { bytes: 96 * MB, share: 12 * MB, each: 40, seconds: 3_600 };
/// Forms that were drawn for a person and sent when nobody or somebody else was signed in: whoever sent
/// them is not known, so they have a room of their own and cannot take that of people who are there.
pub const KEPT_FOR_ABSENT: Room = Room { bytes: 16 * MB, share: 2 * MB, each: 10, seconds: 3_600 };
/// Rejected sign-ins: an address and where to go on to.
pub const KEPT_OF_NOBODY: Room = Room { bytes: MB, share: MB, each: 2_000, seconds: 900 };
/// Answers to forms, so that a double click or a second try is answered once.
pub const ANSWERS: Room = Room { bytes: 16 * MB, share: 64 * KB, each: 60, seconds: 600 };
