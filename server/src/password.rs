//! A password that is typed at the terminal, without showing it.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};

/// Asks for a password, twice at a terminal; anything else that is standard input gives it in one line.
///
/// # Errors
/// When there is none, or the two differ.
pub async fn prompt(what: &str) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        return line().await;
    }
    let first = ask(what).await?;
    if ask("The same again").await? != first {
        bail!("the two passwords differ");
    }
    Ok(first)
}

async fn ask(what: &str) -> anyhow::Result<String> {
    // From here on Ctrl+C does not end the program before the terminal is as it was.
    let mut interrupted = signal(SignalKind::interrupt())?;
    let hidden = Hidden::begin()?;
    let _ = write!(std::io::stderr(), "{what}: ");
    tokio::select! {
        typed = line() => {
            drop(hidden);
            let _ = writeln!(std::io::stderr());
            typed
        }
        // The thread that waits for the line would keep the program from ending by itself.
        _ = interrupted.recv() => {
            drop(hidden);
            let _ = writeln!(std::io::stderr());
            std::process::exit(130)
        }
    }
}

async fn line() -> anyhow::Result<String> {
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = read.await?.context("no password was given")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Shows nothing of what is typed, until it is dropped.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> anyhow::Result<Self> {
        let before = tcgetattr(std::io::stdin()).context("the terminal cannot be read")?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &hidden).context("the terminal would show the password")?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.0);
    }
}
