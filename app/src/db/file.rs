//! The files of a store: who may read them, who has them open, and what stands beside them.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Only the owner reads and writes: the store holds password hashes and the secret of the forms.
const OWNER_ONLY: u32 = 0o600;

/// What SQLite keeps beside a store.
pub const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// The file of this name with an ending.
#[must_use]
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The file of this name and ending, or the first of `…-2`, `…-3` and so on that is not there, nor
/// anything of SQLite's beside it.
#[must_use]
pub fn free_beside(file: &Path, ending: &str) -> PathBuf {
    let taken = |name: &Path| name.exists() || BESIDE.iter().any(|ending| beside(name, ending).exists());
    let numbered = (2_u32..).map(|number| format!("{ending}-{number}"));
    let mut names = std::iter::once(ending.to_owned()).chain(numbered).map(|ending| beside(file, &ending));
    names.find(|name| !taken(name)).unwrap_or_else(|| beside(file, ending))
}

/// The folder that a file is in.
fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the folder of a file, for its owner only, when it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(file: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder(file))
}

/// Makes an empty file that only its owner may read, when there is none: SQLite would make it as the
/// umask says. What SQLite makes beside it is as private as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_private(file: &Path) -> io::Result<()> {
    match File::options().write(true).create_new(true).mode(OWNER_ONLY).open(file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Takes from everybody but the owner what an earlier version, or a copy by hand, left open.
pub fn tighten(file: &Path) {
    for name in ["", "-wal", "-shm", ".lock"].map(|ending| beside(file, ending)) {
        let open = fs::metadata(&name).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
        if open && let Err(error) = fs::set_permissions(&name, Permissions::from_mode(OWNER_ONLY)) {
            tracing::warn!(file = %name.display(), %error, "others may read this file, and it cannot be changed");
        }
    }
}

/// Makes what was written to a file, and its name, outlast a loss of power.
///
/// # Errors
/// When the file or its folder cannot be flushed.
pub fn sync(file: &Path) -> io::Result<()> {
    File::open(file)?.sync_all()?;
    File::open(folder(file))?.sync_all()
}

/// Notes that this process has the store open, until the answer is dropped.
///
/// # Errors
/// When the lock file cannot be made, or the store is being restored or migrated.
pub fn lock_shared(file: &Path) -> io::Result<File> {
    let lock = lock_file(file)?;
    lock.try_lock_shared()?;
    Ok(lock)
}

/// Keeps every other process of ours from opening the store, until the answer is dropped.
///
/// # Errors
/// When another process has it open.
pub fn lock_exclusive(file: &Path) -> io::Result<File> {
    let lock = lock_file(file)?;
    lock.try_lock()?;
    Ok(lock)
}

fn lock_file(file: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).mode(OWNER_ONLY).open(beside(file, ".lock"))
}
