//! The program at the command line, as a process of its own.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use app::continuity::derived::DERIVED;
use app::db::{self, MIGRATIONS, Schema, Store};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use sqlx::Connection as _;
use tempfile::TempDir;

const PASSWORD: &str = "three random words";

struct Place {
    _folder: TempDir,
    data: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data").join("baton.db");
        Self { _folder: folder, data }
    }

    /// A store as an earlier program left it.
    async fn of_an_earlier_program() -> Self {
        let place = Self::new();
        db::file::make_folder(&place.data).expect("a folder");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&place.data).create_if_missing(true);
        let mut conn = sqlx::SqliteConnection::connect_with(&options).await.expect("a connection");
        MIGRATIONS.run_to(4, &mut conn).await.expect("migrated");
        conn.close().await.expect("closed");
        place
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.env_clear().arg("--data").arg(&self.data).args(words);
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).stdin(Stdio::null()).output().expect("the program")
    }

    fn succeeds(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", said(&output.stderr));
        said(&output.stdout)
    }

    fn fails(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(!output.status.success(), "{words:?}: {}", said(&output.stdout));
        said(&output.stderr)
    }

    fn beside(&self, ending: &str) -> PathBuf {
        db::file::beside(&self.data, ending)
    }
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).expect("a file").permissions().mode() & 0o777
}

fn ada(address: &str) -> Vec<&str> {
    vec!["admin", "create-person", "--trust", "Tamar Vale", "--name", "Ada Admin", "--email", address]
}

#[test]
fn what_the_program_makes_only_its_owner_reads() {
    let place = Place::new();
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    let backup = place.beside(".backup");
    place.succeeds(&["backup", &backup.to_string_lossy()]);
    place.succeeds(&["restore", "--replace", &backup.to_string_lossy()]);
    assert_eq!(mode(place.data.parent().expect("a folder")), 0o700);
    for file in [&place.data, &backup, &place.beside(".lock"), &place.beside(".before-restore")] {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    let open_to_others = || fs::set_permissions(&place.data, fs::Permissions::from_mode(0o644)).expect("opened");
    open_to_others();
    place.succeeds(&["restore", "--replace", &backup.to_string_lossy()]);
    assert_eq!(mode(&place.beside(".before-restore-2")), 0o600);
    open_to_others();
    place.succeeds(&["admin", "create-trust", "Other Shire"]);
    assert_eq!(mode(&place.data), 0o600);
}

#[tokio::test]
async fn only_serving_and_migrating_migrate_and_both_keep_the_store_as_it_was() {
    let place = Place::of_an_earlier_program().await;
    let Ok(Schema::Behind(first)) = db::schema(&place.data).await else { panic!("not old") };
    let kept = place.beside(&format!(".before-migration-{first}"));
    for words in [&["admin", "create-trust", "Tamar Vale"][..], &["demo"], &["bench-fill"]] {
        let refused = place.fails(words);
        assert!(refused.contains("server migrate"), "{refused}");
    }
    assert!(place.succeeds(&["check"]).contains("`server migrate` bring it up to date"));
    assert!(matches!(db::schema(&place.data).await, Ok(Schema::Behind(_))));
    assert!(place.succeeds(&["migrate"]).contains("is migrated"));
    assert!(place.succeeds(&["migrate"]).contains("is up to date"));
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    assert!(matches!(db::schema(&kept).await, Ok(Schema::Behind(_))));
    assert_eq!(mode(&kept), 0o600);

    let place = Place::of_an_earlier_program().await;
    let mut server = place.command(&["serve", "--addr", "127.0.0.1:0"]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("its words")).read_line(&mut line).expect("a line");
    assert!(line.contains("Baton is at"), "{line}");
    assert!(place.beside(&format!(".before-migration-{first}")).exists());
    assert!(matches!(db::schema(&place.data).await, Ok(Schema::Current)));
    assert!(place.fails(&["restore", "--replace", &kept.to_string_lossy()]).contains("stop it first"));
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    kill_process(Pid::from_child(&server), Signal::TERM).expect("told");
    assert!(server.wait().expect("ended").success());
}

#[test]
fn nobody_opens_a_store_that_is_being_restored_or_migrated() {
    let place = Place::new();
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    let lock = db::lock_exclusive(&place.data).expect("a lock");
    let copy = place.beside(".copy");
    for words in [
        &["admin", "create-trust", "Other Shire"][..],
        &["demo"],
        &["bench-fill"],
        &["backup", &copy.to_string_lossy()],
        &["serve", "--addr", "127.0.0.1:0"],
    ] {
        let refused = place.fails(words);
        assert!(refused.contains("being restored or migrated"), "{words:?}: {refused}");
    }
    drop(lock);
    let _lock = db::lock_shared(&place.data).expect("a lock");
    place.succeeds(&["admin", "create-trust", "Other Shire"]);
    place.succeeds(&["backup", &copy.to_string_lossy()]);
    assert!(place.fails(&["restore", "--replace", &copy.to_string_lossy()]).contains("stop it first"));
}

#[test]
fn a_store_is_made_only_with_its_first_trust() {
    let place = Place::new();
    for words in [&["admin", "reset-password", "--email", "ada@trust.uk"][..], &ada("ada@trust.uk")] {
        assert!(place.fails(words).contains("there is no store at"), "{words:?}");
        assert!(!place.data.exists(), "{words:?}");
    }
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    assert!(place.data.exists());
}

#[tokio::test]
async fn a_damaged_store_is_restored() {
    let place = Place::new();
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    let backup = place.beside(".backup");
    place.succeeds(&["backup", &backup.to_string_lossy()]);
    let mut bytes = fs::read(&place.data).expect("bytes");
    for byte in bytes.iter_mut().skip(4096 * 3).take(20_000) {
        *byte = 0xAA;
    }
    fs::write(&place.data, &bytes).expect("damaged");
    fs::write(place.beside(".before-restore"), "an older one").expect("written");
    place.fails(&["check"]);
    assert!(place.succeeds(&["restore", "--replace", &backup.to_string_lossy()]).contains(".before-restore-2"));
    place.succeeds(&["check"]);
    assert_eq!(fs::read(place.beside(".before-restore-2")).expect("bytes"), bytes);
    assert_eq!(fs::read(place.beside(".before-restore")).expect("bytes"), b"an older one");
    let store = Store::open(&place.data, DERIVED).await.expect("a store");
    let mut conn = store.read().await.expect("a reader");
    let trusts: Vec<String> = sqlx::query_scalar("select name from trust").fetch_all(&mut *conn).await.expect("names");
    assert_eq!(trusts, ["Tamar Vale"]);
}

#[test]
fn a_password_comes_from_standard_input_or_the_environment_and_never_from_the_command_line() {
    let place = Place::new();
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    let mut words = ada("ada@tamar.uk");
    words.extend(["--password", PASSWORD]);
    assert!(place.fails(&words).contains("unexpected argument '--password'"));

    let mut child = place.command(&ada("ada@tamar.uk")).stdin(Stdio::piped()).spawn().expect("the program");
    writeln!(child.stdin.take().expect("its input"), "{PASSWORD}").expect("typed");
    assert!(child.wait().expect("ended").success());

    let output = place.command(&ada("ann@tamar.uk")).env("BATON_FIRST_PASSWORD", PASSWORD).output();
    assert!(output.expect("the program").status.success());
    assert!(!place.run(&ada("abe@tamar.uk")).status.success(), "an empty one");
}

/// The two sides of a terminal: where a person types and reads, and what the program is given.
fn terminal() -> (File, File) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&person).and_then(|()| unlockpt(&person)).expect("unlocked");
    let name = ptsname(&person, Vec::new()).expect("a name");
    let program = File::options().read(true).write(true).open(name.to_str().expect("a path"));
    (File::from(person), program.expect("its other side"))
}

fn shows_what_is_typed(terminal: &File) -> bool {
    tcgetattr(terminal).expect("its modes").local_modes.contains(LocalModes::ECHO)
}

/// Reads what the program asks until it ends so.
fn asked(child: &mut Child, question: &str) {
    let stderr = child.stderr.as_mut().expect("its words");
    let mut words = Vec::new();
    while !words.ends_with(question.as_bytes()) {
        let mut byte = [0];
        assert_eq!(stderr.read(&mut byte).expect("a byte"), 1, "{}", said(&words));
        words.extend(byte);
    }
}

fn at_a_terminal(place: &Place, address: &str, program: &File) -> Child {
    let input = program.try_clone().expect("a handle");
    let mut command = place.command(&ada(address));
    command.stdin(input).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program")
}

#[test]
fn a_typed_password_is_not_shown_and_the_terminal_is_left_as_it_was() {
    let place = Place::new();
    place.succeeds(&["admin", "create-trust", "Tamar Vale"]);
    let (mut person, program) = terminal();
    for (again, fits) in [(PASSWORD, true), ("three other words", false)] {
        let mut child = at_a_terminal(&place, "ada@tamar.uk", &program);
        asked(&mut child, "First password: ");
        assert!(!shows_what_is_typed(&program));
        writeln!(person, "{PASSWORD}").expect("typed");
        asked(&mut child, "The same again: ");
        assert!(!shows_what_is_typed(&program));
        writeln!(person, "{again}").expect("typed");
        assert_eq!(child.wait().expect("ended").success(), fits);
        assert!(shows_what_is_typed(&program));
    }
    let mut child = at_a_terminal(&place, "ann@tamar.uk", &program);
    asked(&mut child, "First password: ");
    kill_process(Pid::from_child(&child), Signal::INT).expect("interrupted");
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    assert!(shows_what_is_typed(&program));

    drop(program);
    let mut shown = Vec::new();
    // With nobody on the other side a terminal ends with an error.
    person.read_to_end(&mut shown).expect_err("its end");
    assert!(!said(&shown).contains("words"), "{}", said(&shown));
}
