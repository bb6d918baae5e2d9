// SPDX-License-Identifier: Apache-2.0
//! The command line: nouns, then verbs.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::cmd;
use crate::config::{Globals, Settings};

/// Security management of a large company: what is installed, what is wrong with it, who must act, and the proof
#[derive(Debug, Parser)]
#[command(
    name = "hinomi",
    version,
    after_help = "Examples:\n  hinomi demo\n  hinomi feed import advisories.zip && hinomi inventory import sbom.cdx.json --asset web-01\n\n\
        Exit status: 0 done; 1 found or failed; 2 used wrongly."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(cmd::serve::ServeArgs),
    Worker(cmd::serve::WorkerArgs),
    Demo(cmd::demo::DemoArgs),
    Admin(cmd::admin::AdminArgs),
    Feed(cmd::feed::FeedArgs),
    Inventory(cmd::inventory::InventoryArgs),
    Match(Box<cmd::match_::MatchArgs>),
    /// Build and inspect index files
    #[command(subcommand)]
    Index(cmd::index::IndexCommand),
    Version(cmd::version::VersionArgs),
    Cvss(cmd::cvss::CvssArgs),
    Org(cmd::org::OrgArgs),
    System(cmd::system::SystemArgs),
    Asset(cmd::asset::AssetArgs),
    Enrolment(cmd::enrolment::EnrolmentArgs),
    Ticket(cmd::ticket::TicketArgs),
    Review(cmd::review::ReviewArgs),
    Vulnerability(cmd::vulnerability::VulnerabilityArgs),
    Openapi(cmd::openapi::OpenapiArgs),
    Completions(CompletionsArgs),
    #[command(hide = true)]
    Bench(cmd::bench::BenchArgs),
}

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi completions bash > /etc/bash_completion.d/hinomi")]
struct CompletionsArgs {
    shell: clap_complete::Shell,
}

pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { globals, command } = cli;
    match command {
        Command::Match(args) => cmd::match_::run(&args),
        Command::Index(command) => cmd::index::run(&command),
        Command::Version(args) => cmd::version::run(
            &args,
            std::io::stdin().lock(),
            std::io::BufWriter::new(std::io::stdout().lock()),
        ),
        Command::Cvss(args) => {
            cmd::cvss::run(&args, std::io::stdin().lock(), std::io::stdout().lock())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Openapi(args) => cmd::openapi::run(&args),
        Command::Completions(args) => {
            clap_complete::generate(args.shell, &mut Cli::command(), "hinomi", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Command::Inventory(args) => match args.verb {
            cmd::inventory::Verb::Read(args) => cmd::inventory_read::run(&args),
            cmd::inventory::Verb::Collect(args) => cmd::inventory_collect::run(&args),
            cmd::inventory::Verb::Images(args) => cmd::inventory_images::run(&args),
            cmd::inventory::Verb::Import(args) => work(&globals, "warn", async move |settings| {
                cmd::inventory_import::run(&settings, &args).await
            }),
        },
        Command::Serve(args) => {
            work(&globals, "info", async move |settings| cmd::serve::run(&settings, &args).await)
        }
        Command::Worker(args) => {
            work(&globals, "info", async move |settings| cmd::serve::run_worker(&settings, &args).await)
        }
        Command::Demo(args) => {
            work(&globals, "warn", async move |settings| cmd::demo::run(&settings, &args).await)
        }
        Command::Admin(args) => {
            work(&globals, "warn", async move |settings| cmd::admin::run(&settings, &args).await)
        }
        Command::Feed(args) => {
            work(&globals, "warn", async move |settings| cmd::feed::run(&settings, &args).await)
        }
        Command::Bench(args) => {
            work(&globals, "warn", async move |settings| cmd::bench::run(&settings, &args).await)
        }
        Command::Org(args) => {
            work(&globals, "warn", async move |settings| cmd::org::run(&settings, &args).await)
        }
        Command::System(args) => {
            work(&globals, "warn", async move |settings| cmd::system::run(&settings, &args).await)
        }
        Command::Asset(args) => {
            work(&globals, "warn", async move |settings| cmd::asset::run(&settings, &args).await)
        }
        Command::Enrolment(args) => {
            work(&globals, "warn", async move |settings| cmd::enrolment::run(&settings, &args).await)
        }
        Command::Review(args) => {
            work(&globals, "warn", async move |settings| cmd::review::run(&settings, &args).await)
        }
        Command::Ticket(args) => {
            work(&globals, "warn", async move |settings| cmd::ticket::run(&settings, &args).await)
        }
        Command::Vulnerability(args) => {
            work(&globals, "warn", async move |settings| cmd::vulnerability::run(&settings, &args).await)
        }
    }
}

/// Runs what needs the database, the log and the async runtime.
fn work(
    globals: &Globals,
    log_level: &str,
    command: impl AsyncFnOnce(Settings) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    start_log(log_level);
    let settings = Settings::load(globals)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(command(settings));
    // What still reads a file on its own thread must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    outcome
}

/// To standard error; `HINOMI_LOG` chooses (`debug`, `hinomi_db=trace,info`), `HINOMI_LOG_FORMAT=json` is for machines.
fn start_log(level: &str) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("HINOMI_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("{level},sqlx=warn")));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let is_json = std::env::var("HINOMI_LOG_FORMAT").is_ok_and(|format| format == "json");
    // Only a second start of the log could fail, and there is none.
    let _started = if is_json { log.json().try_init() } else { log.with_target(false).try_init() };
}
