//! The program `gatehouse`: composes the gateway and the admin plane.

mod cli;
mod memory;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use config::settings::environment::of_this_process;
use config::{Clock, Problem, Settings};
use gateway::monitor::{Health, Unready};
use tokio_util::sync::CancellationToken;

use crate::cli::{Cli, Command, CommandError};

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(options) => run(&options),
        Command::Check(options) => cli::check::run(&options, Clock::system().now(), &TRIES),
        Command::DevCertificates(options) => {
            cli::dev_certificates::run(&options, Clock::system().now())
        }
        Command::Backup(options) => cli::exit(back_up(&options)),
        Command::Restore(options) => cli::exit(restore(&options)),
        Command::BreachedPasswords(options) => cli::exit(load_breached(&options)),
        Command::Control(command) => cli::control(&command),
        Command::Version => {
            cli::tell(concat!("gatehouse ", env!("CARGO_PKG_VERSION")));
            ExitCode::SUCCESS
        }
    }
}

/// What of a node's files only the admin plane can read.
const TRIES: cli::check::Tries<'_> = cli::check::Tries {
    master_key: &|source| {
        let loaded = admin::sealed::load(source);
        loaded.map(|_| ()).map_err(|why| why.to_string())
    },
    places: &|key, file| {
        let holds = match key {
            "city_database" => admin::places::Holds::Cities,
            _ => admin::places::Holds::Networks,
        };
        let read = admin::places::Database::read(file, holds);
        read.map(|_| ()).map_err(|why| why.to_string())
    },
};

fn back_up(options: &cli::backup::Backup) -> Result<(), CommandError> {
    let settings = options.node.settings()?;
    let refused = |why: admin::backup::BackupError| CommandError::Refused(why.to_string());
    block_on(admin::backup::backup(&settings, &options.file))?.map_err(refused)?;
    cli::tell(&format!(
        "{} holds the store. The master key is not in it: keep a copy of the key elsewhere, for \
         without it the secrets in the backup cannot be read.",
        options.file.display()
    ));
    Ok(())
}

fn restore(options: &cli::backup::Restore) -> Result<(), CommandError> {
    let settings = options.node.settings()?;
    let refused = |why: admin::backup::BackupError| CommandError::Refused(why.to_string());
    let clock = Clock::system();
    let restoring = admin::backup::restore(&settings, &options.file, &clock);
    let restored = block_on(restoring)?.map_err(refused)?;
    cli::tell(&format!(
        "The store is restored; {} sign-ins that it knew of have been ended.",
        restored.ended_sign_ins
    ));
    if let Some(replaced) = &restored.replaced {
        cli::tell(&format!(
            "The one before is kept in {}.",
            replaced.display()
        ));
    }
    Ok(())
}

fn load_breached(options: &cli::breached_passwords::BreachedPasswords) -> Result<(), CommandError> {
    let cli::breached_passwords::Action::Load { file } = &options.action;
    let folder = match &options.node.data {
        Some(folder) => folder.clone(),
        None => options.node.settings()?.data,
    };
    let loaded = admin::breached::load(file, &folder)
        .map_err(|why| CommandError::Refused(why.to_string()))?;
    cli::tell(&format!(
        "This node knows {} breached passwords. Load the list on every node of a cluster.",
        loaded.entries
    ));
    Ok(())
}

fn block_on<T>(work: impl Future<Output = T>) -> Result<T, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| CommandError::Broken(why.to_string()))?;
    Ok(runtime.block_on(work))
}

fn run(options: &cli::run::Run) -> ExitCode {
    match compose(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            #[allow(clippy::print_stderr, reason = "the log may not have been started")]
            {
                eprintln!("gatehouse: {why}");
            }
            ExitCode::from(why.code())
        }
    }
}

/// Why a node does not run.
#[derive(Debug, thiserror::Error)]
enum NotRunning {
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<Problem>),
    #[error("{0}")]
    Log(String),
    #[error("the threads of the admin plane cannot be started: {0}")]
    Threads(std::io::Error),
    #[error("signals cannot be received: {0}")]
    Signals(std::io::Error),
    #[error(transparent)]
    Upgrade(#[from] gateway::upgrade::NotHandedOver),
    #[error(transparent)]
    Plane(#[from] admin::PlaneError),
    #[error(transparent)]
    Gateway(#[from] gateway::RunError),
}

impl NotRunning {
    fn code(&self) -> u8 {
        match self {
            Self::Settings(_) | Self::Log(_) => 2,
            _ => 1,
        }
    }
}

/// Opens the admin plane, runs the gateway until it is told to stop, and then lets the plane finish
/// what it has been told.
fn compose(options: &cli::run::Run) -> Result<(), NotRunning> {
    gateway::prepare_process();
    let settings =
        Arc::new(Settings::load(&options.config, of_this_process()).map_err(NotRunning::Settings)?);
    let set_log_filter = gateway::logging::start(&settings.log).map_err(NotRunning::Log)?;
    let sockets = sockets(options.upgrade, &settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("admin")
        .build()
        .map_err(NotRunning::Threads)?;
    runtime.spawn(memory::give_back());
    let (registry, clock) = (prometheus::Registry::new(), Clock::system());
    let plane = runtime.block_on(open(options.upgrade, &settings, &clock, &registry))?;
    let signals = {
        let _inside = runtime.enter();
        gateway::signals::from_operating_system().map_err(NotRunning::Signals)?
    };
    let Some(link) = plane.link(admin::router::own_pages) else {
        return Ok(());
    };
    runtime.block_on(tell_set_up_link(plane.state()));
    let (health, state) = (plane.health(), plane.state().clone());
    let places = state.places.clone();
    let stop = CancellationToken::new();
    let background = runtime.spawn(plane.run(stop.clone()));
    let parts = gateway::Parts {
        settings,
        link,
        admin: runtime.handle().clone(),
        registry,
        clock,
        signals,
        other_health: Arc::new(move || told(health())),
        set_log_filter,
        read_again: Arc::new(move || places.reread()),
        sockets,
        opened: Box::new(move |sight| join(&state, sight)),
    };
    let result = gateway::run(parts);
    stop.cancel();
    // The events of the last requests are on their way to the disk.
    if let Err(why) = runtime.block_on(background) {
        tracing::error!(%why, "the admin plane did not end well");
    }
    runtime.shutdown_timeout(Duration::from_secs(5));
    result.map_err(NotRunning::from)
}

fn sockets(upgrade: bool, settings: &Settings) -> Result<gateway::listeners::Sockets, NotRunning> {
    if !upgrade {
        return Ok(gateway::upgrade::no_sockets());
    }
    // What would keep this process from running must be known before the old one stops.
    admin::sealed::load(&settings.secrets.master_key).map_err(admin::PlaneError::from)?;
    Ok(gateway::upgrade::inherit(settings, Clock::system().now())?)
}

/// While another process gives the data folder up, the one that replaces it waits.
async fn open(
    upgrade: bool,
    settings: &Arc<Settings>,
    clock: &Clock,
    registry: &prometheus::Registry,
) -> Result<admin::Plane, admin::PlaneError> {
    let tries = if upgrade { 300 } else { 1 };
    for _ in 1..tries {
        match admin::Plane::open(Arc::clone(settings), clock.clone(), registry).await {
            Err(admin::PlaneError::DataFolder(_)) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            opened => return opened,
        }
    }
    admin::Plane::open(Arc::clone(settings), clock.clone(), registry).await
}

/// There is no default password: whoever starts a node first finds a link that makes the first
/// administrator.
async fn tell_set_up_link(state: &admin::state::State) {
    match admin::set_up::new_link(state).await {
        Ok(Some(link)) => {
            #[allow(
                clippy::print_stdout,
                reason = "for whoever starts the program, not for the log"
            )]
            {
                println!(
                    "Make the first administrator at {} with the code {}",
                    link.url, link.code
                );
            }
        }
        Ok(None) => {}
        Err(why) => tracing::warn!(%why, "whether an administrator exists cannot be told yet"),
    }
}

/// The portal and the explanations ask the very policy that decides, the overview what it sees.
fn join(state: &admin::state::State, sight: gateway::Sight) {
    let _ = state.may_open.set(Arc::clone(&sight.gate) as _);
    let _ = state.explains.set(Arc::clone(&sight.gate) as _);
    let sight = Arc::new(sight);
    let _ = state.foresees.set(Arc::clone(&sight) as _);
    let _ = state.tries_upstreams.set(Arc::clone(&sight) as _);
    let _ = state.serves_certificates.set(Arc::clone(&sight) as _);
    let _ = state.surroundings.set(sight);
}

fn told(report: admin::health::Report) -> Health {
    let all = |found: Vec<(&'static str, String)>| {
        let found = found.into_iter();
        found
            .map(|(component, why)| Unready { component, why })
            .collect()
    };
    Health {
        problems: all(report.problems),
        concerns: all(report.concerns),
    }
}
