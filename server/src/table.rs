//! Reading a workbook in a process of its own: this same program, started with a word. What a workbook
//! says about itself is believed by whatever reads it, down to an allocation that ends the process: so
//! the process is one that may end.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;

use app::error::Error;
use app::limits;
use app::table::file;
use bytes::Bytes;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// The word that makes the program read one workbook from its standard input and end.
pub const READ_TABLE: &str = "read-table";

/// Escaped as JSON, a text takes at most so many times its bytes.
const ESCAPED: usize = 6;

/// Reads tables for the server.
#[derive(Clone, Debug)]
pub struct TableReader {
    program: PathBuf,
    at_once: Arc<Semaphore>,
    /// Places for those that are read and those that wait for it.
    places: Arc<Semaphore>,
}

impl TableReader {
    /// One that starts this program, which has to understand [`READ_TABLE`].
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        let places = limits::READERS + limits::WORKBOOKS_WAITING;
        Self { program, at_once: Arc::new(Semaphore::new(limits::READERS)), places: Arc::new(Semaphore::new(places)) }
    }

    /// The text of a file's table.
    ///
    /// # Errors
    /// [`Error::Invalid`], by the field `file`, when it cannot be read within its limits; [`Error::Busy`]
    /// when too many others are being read.
    pub async fn text(&self, bytes: Bytes) -> Result<String, Error> {
        if !file::is_workbook(&bytes) {
            return tokio::task::spawn_blocking(move || file::text(&bytes)).await.map_err(|_| Error::Internal)?;
        }
        let _place = self.places.try_acquire().map_err(|_| Error::Busy)?;
        let turn = tokio::time::timeout(limits::READER_TIME, self.at_once.acquire()).await;
        let _turn = turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
        match tokio::time::timeout(limits::READER_TIME, self.in_a_process(&bytes)).await {
            Ok(Ok(Some(read))) => read,
            Ok(Ok(None)) | Err(_) => Err(Error::field(
                "file",
                "The workbook is too large or too intricate to be read. Copy the rows into a new workbook, or save it as CSV.",
            )),
            Ok(Err(error)) => {
                tracing::error!(%error, program = %self.program.display(), "a workbook's reader cannot be started");
                Err(Error::Internal)
            }
        }
    }

    /// What the process answered; nothing when it ended before its answer was whole.
    async fn in_a_process(&self, bytes: &[u8]) -> std::io::Result<Option<Result<String, Error>>> {
        let mut child = Command::new(&self.program)
            .arg(READ_TABLE)
            .env_clear()
            // In KiB. Otherwise the allocator reserves 1 GiB of addresses before `main`, and the limit on
            // them, set later, would bind nothing.
            .env("MIMALLOC_ARENA_RESERVE", "65536")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Ok(None) };
        // Both at once. A process that ends early reads no further: that shows in its answer.
        let send = async move {
            let _ = input.write_all(bytes).await;
        };
        let mut answer = Vec::new();
        let mut output = output.take((ESCAPED * limits::TABLE_TEXT) as u64);
        let ((), received) = tokio::join!(send, output.read_to_end(&mut answer));
        received?;
        if !child.wait().await?.success() {
            return Ok(None);
        }
        Ok(serde_json::from_slice(&answer).ok())
    }
}

/// The whole life of the process: limits itself, reads a workbook, writes what stands in it or why it
/// is refused.
///
/// Call it before anything else is started: it opens no store, has one thread, and may be ended by the
/// system at any allocation.
#[must_use]
pub fn read_table() -> ExitCode {
    match limited().and_then(|()| answer()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn limited() -> std::io::Result<()> {
    let most = |amount| Rlimit { current: Some(amount), maximum: Some(amount) };
    setrlimit(Resource::As, most(limits::READER_MEMORY))?;
    setrlimit(Resource::Cpu, most(limits::READER_CPU))?;
    // A dump would leave on the disk what stood in the file.
    setrlimit(Resource::Core, most(0))?;
    Ok(())
}

fn answer() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(limits::TABLE.bytes as u64 + 1).read_to_end(&mut bytes)?;
    let read: Result<String, Error> =
        if bytes.len() > limits::TABLE.bytes { Err(Error::TooLarge) } else { file::text(&bytes) };
    let mut output = std::io::stdout().lock();
    output.write_all(&serde_json::to_vec(&read)?)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workbook begins as every ZIP does.
    fn workbook() -> Bytes {
        Bytes::from_static(b"PK\x03\x04 and nothing more")
    }

    #[tokio::test]
    async fn who_finds_the_line_before_the_readers_full_is_told_at_once() {
        let reader = TableReader::new("/bin/false".into());
        let all = u32::try_from(limits::READERS + limits::WORKBOOKS_WAITING).expect("a small number");
        let taken = reader.places.acquire_many(all).await.expect("every place");
        assert_eq!(reader.text(workbook()).await, Err(Error::Busy));
        drop(taken);
        assert!(matches!(reader.text(workbook()).await, Err(Error::Invalid(_))), "it is read, and cannot be");
    }
}
