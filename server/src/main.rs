//! Baton's one program: reads its settings, opens its store and does what it is told.

mod settings;

use std::process::ExitCode;

use app::demo::bulk::Size;
use clap::Parser as _;
use server::table::{self, READ_TABLE};
use settings::{Command, Settings};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    // Before anything is started: the limits that it sets itself are to bind everything it does.
    if std::env::args_os().nth(1).is_some_and(|word| word == READ_TABLE) {
        return Ok(table::read_table());
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())?;
    Ok(ExitCode::SUCCESS)
}

async fn run() -> anyhow::Result<()> {
    let settings = Settings::parse();
    server::log::start(settings.log_json);
    match settings.command {
        Command::Serve(serve) => server::serve::serve(&settings.data, serve.into()).await,
        Command::Mail { dry_run: _ } => server::command::mail(&settings.data).await,
        Command::Check => server::command::check(&settings.data).await,
        Command::Migrate => server::command::migrate(&settings.data).await,
        Command::Backup { file } => server::command::backup(&settings.data, &file).await,
        Command::Restore { file, replace } => server::command::restore(&settings.data, &file, replace).await,
        Command::Demo => server::command::demo(&settings.data).await,
        Command::BenchFill { trusts, people, projects, measurements } => {
            server::command::bench_fill(&settings.data, Size { trusts, people, projects, measurements }).await
        }
        Command::Admin { command } => server::command::admin(&settings.data, command).await,
    }
}
