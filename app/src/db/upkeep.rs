//! What is done to a whole store: making and migrating its schema, copying and checking it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, Utc};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use super::derived::Derived;
use super::file;
use super::options::{base_options, options};

/// The schema, embedded in the program.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Below this, two connections that write and checkpoint at the same moment can lose pages.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

fn new_enough(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.as_slice() >= OLDEST_SQLITE.as_slice()
}

/// Why a store was not opened. Each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite is too old.
    #[error("SQLite {0} can lose data in WAL mode; Baton needs 3.51.3 or later")]
    OldSqlite(String),
    /// The schema is older than the program.
    #[error(
        "the store has {has} of the {knows} migrations of this program: stop the server and run `server migrate`, \
         which keeps a copy of the store as it is, or start `server serve`, which does so too"
    )]
    Behind {
        /// Migrations that it has.
        has: usize,
        /// Migrations that this program knows.
        knows: usize,
    },
    /// The schema is newer than the program.
    #[error("the store is newer than this program: it has migration {0}")]
    Newer(i64),
    /// There are tables in it that no migration made.
    #[error("this is not a store of Baton")]
    NotOurs,
    /// The facts of the store do not fit the program.
    #[error("where each project stands cannot be derived: the log says why")]
    Derived,
    /// A migration failed, or is not the one that the store has.
    #[error(transparent)]
    Migration(#[from] MigrateError),
    /// SQLite's own word.
    #[error(transparent)]
    Sqlite(#[from] sqlx::Error),
    /// The file cannot be made.
    #[error(transparent)]
    File(#[from] std::io::Error),
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrityReport {
    /// The version of SQLite.
    pub sqlite: String,
    /// Migrations that the file has, of those that this program knows.
    pub migrations: (usize, usize),
    /// What is wrong; empty when nothing is.
    pub faults: Vec<String>,
}

/// Where a store stands among the migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Nothing is in it yet.
    New,
    /// It has every migration of this program.
    Current,
    /// It lacks some; the first of them.
    Behind(i64),
}

/// Where a store stands; a file that is not there is new.
///
/// # Errors
/// When it is not a store of this program or an older one.
pub async fn schema(file: &Path) -> Result<Schema, OpenError> {
    if !file.exists() {
        return Ok(Schema::New);
    }
    let mut conn = SqliteConnection::connect_with(&base_options(file)).await?;
    let schema = schema_of(&mut conn).await;
    conn.close().await?;
    schema
}

async fn schema_of(conn: &mut SqliteConnection) -> Result<Schema, OpenError> {
    let tables: Vec<String> =
        sqlx::query_scalar("select name from sqlite_schema where type = 'table'").fetch_all(&mut *conn).await?;
    if !tables.iter().any(|name| name == "_sqlx_migrations") {
        return if tables.is_empty() { Ok(Schema::New) } else { Err(OpenError::NotOurs) };
    }
    let applied = applied(conn).await?;
    if let Some((newer, _)) = applied.iter().find(|(version, _)| !MIGRATIONS.version_exists(*version)) {
        return Err(OpenError::Newer(*newer));
    }
    let missing = MIGRATIONS.iter().find(|one| !applied.iter().any(|(version, _)| *version == one.version));
    Ok(missing.map_or(Schema::Current, |missing| Schema::Behind(missing.version)))
}

async fn applied(conn: &mut SqliteConnection) -> Result<Vec<(i64, Vec<u8>)>, sqlx::Error> {
    sqlx::query_as("select version, checksum from _sqlx_migrations order by version").fetch_all(conn).await
}

/// Brings the schema of a store up to date, and derives what follows from it. Copy it first.
///
/// # Errors
/// When a migration fails: the store stands at the one before it then. When something cannot be derived: that is
/// tried again when the store is opened.
pub async fn migrate(file: &Path, derived: Derived) -> Result<(), OpenError> {
    let mut conn = SqliteConnection::connect_with(&options(file)).await?;
    MIGRATIONS.run(&mut conn).await?;
    refresh(&mut conn, derived).await?;
    conn.close().await?;
    Ok(())
}

async fn refresh(conn: &mut SqliteConnection, derived: Derived) -> Result<(), OpenError> {
    (derived.refresh)(conn).await.map_err(|_| OpenError::Derived)
}

/// Makes the schema in a new file, and refuses one whose schema is another than this program's.
pub(super) async fn prepare(file: &Path, derived: Derived) -> Result<(), OpenError> {
    file::make_private(file)?;
    file::tighten(file);
    let mut conn = SqliteConnection::connect_with(&options(file)).await?;
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut conn).await?;
    if !new_enough(&version) {
        return Err(OpenError::OldSqlite(version));
    }
    match schema_of(&mut conn).await? {
        // Also verifies that the migrations are those that this program knows.
        Schema::New | Schema::Current => MIGRATIONS.run(&mut conn).await?,
        Schema::Behind(_) => {
            return Err(OpenError::Behind { has: applied(&mut conn).await?.len(), knows: MIGRATIONS.iter().count() });
        }
    }
    refresh(&mut conn, derived).await?;
    conn.close().await?;
    Ok(())
}

/// Writes a consistent copy of a store, also while others write to it, to a file that is not there yet
/// and that only its owner may read.
///
/// # Errors
/// When the store cannot be read or the copy cannot be written.
pub async fn copy(from: &Path, to: &Path) -> Result<(), OpenError> {
    file::make_private(to)?;
    let mut conn = SqliteConnection::connect_with(&base_options(from)).await?;
    sqlx::query("vacuum into $1").bind(to.to_string_lossy().into_owned()).execute(&mut conn).await?;
    conn.close().await?;
    file::sync(to)?;
    Ok(())
}

/// Notes in a store, also while others write to it, that a copy of it was written and verified.
///
/// # Errors
/// When the store cannot be written.
pub async fn note_backup(file: &Path, at: DateTime<Utc>) -> Result<(), OpenError> {
    let mut conn = SqliteConnection::connect_with(&base_options(file)).await?;
    sqlx::query("update installation set backed_up_at = $1").bind(at).execute(&mut conn).await?;
    conn.close().await?;
    Ok(())
}

/// Folds the write-ahead log into the file. Nobody else may have the store open.
///
/// # Errors
/// When the file cannot be read or written.
pub async fn fold(file: &Path) -> Result<(), sqlx::Error> {
    let mut conn = SqliteConnection::connect_with(&base_options(file)).await?;
    sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut conn).await?;
    conn.close().await
}

/// Opens a file as it is, to change rows of a store that nobody serves. Nothing is migrated.
///
/// # Errors
/// When SQLite cannot open it.
pub async fn open_file(file: &Path) -> Result<SqliteConnection, OpenError> {
    Ok(SqliteConnection::connect_with(&base_options(file)).await?)
}

/// Opens a file as it is: nothing is migrated, and nothing can be written.
///
/// # Errors
/// When SQLite cannot open it.
pub async fn inspect(file: &Path) -> Result<SqliteConnection, OpenError> {
    Ok(SqliteConnection::connect_with(&base_options(file).read_only(true)).await?)
}

/// Verifies the schema and the file itself, without changing them.
///
/// # Errors
/// When the file cannot be read as a store at all.
pub async fn check(conn: &mut SqliteConnection) -> Result<IntegrityReport, OpenError> {
    let sqlite: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut *conn).await?;
    let applied = applied(conn).await?;
    let mut faults = Vec::new();
    for (version, checksum) in &applied {
        match MIGRATIONS.iter().find(|known| known.version == *version) {
            None => faults.push(format!("it is newer than this program: it has migration {version}")),
            Some(known) if *known.checksum != **checksum => {
                faults.push(format!("migration {version} is not the one that this program knows"));
            }
            Some(_) => {}
        }
    }
    if faults.is_empty() {
        let versions: Vec<i64> = applied.iter().map(|(version, _)| *version).collect();
        faults.extend(differences(&objects(conn).await?, &as_migrated(&versions).await?));
    }
    let integrity: Vec<String> = sqlx::query_scalar("pragma integrity_check(20)").fetch_all(&mut *conn).await?;
    faults.extend(integrity.into_iter().filter(|line| line != "ok"));
    let dangling: i64 =
        sqlx::query_scalar("select count(*) from pragma_foreign_key_check").fetch_one(&mut *conn).await?;
    if dangling > 0 {
        faults.push(format!("{dangling} rows refer to something that is not there"));
    }
    Ok(IntegrityReport { sqlite, migrations: (applied.len(), MIGRATIONS.iter().count()), faults })
}

/// The tables, indexes and triggers of a store: kind and name, and the text that made each.
type Objects = BTreeMap<(String, String), String>;

async fn objects(conn: &mut SqliteConnection) -> Result<Objects, sqlx::Error> {
    // Left out: what SQLite keeps for itself, and the list of migrations.
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select type, name, coalesce(sql, '') from sqlite_schema
         where name not like 'sqlite\\_%' escape '\\' and name <> '_sqlx_migrations'",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(kind, name, sql)| ((kind, name), sql)).collect())
}

/// What a new store with these migrations is made of.
async fn as_migrated(versions: &[i64]) -> Result<Objects, OpenError> {
    let chosen = MIGRATIONS.iter().filter(|one| versions.contains(&one.version)).cloned().collect();
    let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().in_memory(true)).await?;
    Migrator::with_migrations(chosen).run(&mut conn).await?;
    Ok(objects(&mut conn).await?)
}

fn differences(found: &Objects, expected: &Objects) -> Vec<String> {
    let names: BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    names
        .into_iter()
        .filter_map(|(kind, name)| {
            let key = &(kind.clone(), name.clone());
            match (found.get(key), expected.get(key)) {
                (None, Some(_)) => Some(format!("the {kind} {name} is missing")),
                (Some(_), None) => Some(format!("the {kind} {name} is none of Baton's")),
                (found, expected) if found != expected => {
                    Some(format!("the {kind} {name} is not as the migrations make it"))
                }
                _ => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
