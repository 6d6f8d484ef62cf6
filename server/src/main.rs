//! Baton's one program: reads its settings, opens its store and does what it is told.

mod settings;

use app::demo::crowd::Size;
use clap::Parser as _;
use settings::{Command, Settings};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::parse();
    server::log::start(settings.log_json);
    match settings.command {
        Command::Serve(serve) => server::serve::serve(&settings.data, serve.into()).await,
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
