//! A local stand-in for Visiono, to build and test an integration offline.
//!
//! ```text
//! browser  ─ server, guard ─▶ links (the core verifies) ─▶ uploads ─▶ returns (the core signs)
//! program  rest (keys, rate limit, fields) ─▶ requests, links, endpoints
//! webhook  payload ─ deliver (the core signs, with faults) ─▶ schedule ─▶ worker, send
//! change   State::apply ─▶ timeline ─▶ live, api, pages; snapshot
//! ```
//!
//! It has no rule of the protocol: the core signs and verifies, and `explain` explains.
//!
//! It is for a developer's machine. It only answers under names of this machine, unless the caller
//! adds one, and only sends webhooks to this machine, unless the caller allows a host.

#![forbid(unsafe_code)]

mod api;
mod app;
mod clock;
mod deliver;
mod diagnose;
mod downloads;
mod fault;
mod form;
mod guard;
mod links;
mod live;
mod markdown;
mod model;
mod pages;
mod payload;
mod photo;
mod png;
mod receiver;
mod refusal;
mod requests;
mod rest;
mod returns;
mod samples;
mod schedule;
mod secret;
mod send;
mod server;
mod setup;
mod snapshot;
mod state;
mod store;
mod uploads;
mod worker;

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

pub use secret::Secret;

use crate::app::App;
use crate::guard::Hosts;
use crate::receiver::Receivers;
use crate::secret::Keys;
use crate::state::State;
use crate::store::Store;

/// The default port.
pub const DEFAULT_PORT: u16 = 4700;

/// The options of a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on. An address that is not a loopback address lets other machines in.
    pub address: IpAddr,
    /// The port to listen on; 0 for any free one.
    pub port: u16,
    /// The names under which the sandbox answers, besides those of this machine.
    pub hostnames: Vec<String>,
    /// The redirect template of the link `damage-report`.
    pub redirect: Option<String>,
    /// The URLs of webhook receivers.
    pub webhooks: Vec<String>,
    /// The hosts to which webhooks may be sent, besides this machine.
    pub allowed_hosts: Vec<String>,
    /// The file in which the state is kept. Photos are in a folder next to it.
    pub state: Option<PathBuf>,
    /// A workflow secret to use instead of a random one. It is not saved.
    pub workflow_secret: Option<Secret>,
    /// A webhook secret to use instead of a random one. It is not saved.
    pub webhook_secret: Option<Secret>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: DEFAULT_PORT,
            hostnames: Vec::new(),
            redirect: None,
            webhooks: Vec::new(),
            allowed_hosts: Vec::new(),
            state: None,
            workflow_secret: None,
            webhook_secret: None,
        }
    }
}

/// The reason why the sandbox can't start, with a remedy.
#[derive(Debug)]
pub struct StartError(String);

impl StartError {
    fn new(message: String) -> Self {
        Self(message)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Returns the origin of the sandbox's URLs.
fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// A sandbox that is set up but doesn't listen yet.
#[derive(Debug)]
pub struct Sandbox {
    state: State,
    options: Options,
}

impl Sandbox {
    /// Reads the state, or creates one with new secrets, and saves it.
    ///
    /// # Errors
    ///
    /// Returns a [`StartError`] if a file can't be read or written, or an option can't be used.
    pub fn open(options: Options) -> Result<Self, StartError> {
        let unusable = |error| StartError(format!("the file of the state can't be used: {error}"));
        let saved = options.state.as_deref().map(snapshot::read).transpose();
        let mut state = saved.map_err(unusable)?.flatten().unwrap_or_default();
        let receivers = Receivers::new(&options.allowed_hosts);
        setup::complete(&mut state, &options, &receivers)?;
        if let Some(path) = &options.state {
            let bytes = snapshot::encode(&state).map_err(unusable)?;
            snapshot::write(path, &bytes).map_err(unusable)?;
        }
        Ok(Self { state, options })
    }

    /// Returns the lines for `.env`: the secrets, and the URL of the Smart Link unless the port is
    /// only known after [`bind`](Self::bind). A secret that the caller passed is left out.
    #[must_use]
    pub fn env(&self) -> String {
        let link = self
            .state
            .links
            .get(setup::SLUG)
            .map_or("", |link| link.id.as_str());
        let line = |name: &str, owner: &str| match self.state.keys.get(owner) {
            Some(keys) if !keys.is_given() => format!("{name}={}\n", keys.current.expose()),
            _ => format!("# {name} is the one that you passed\n"),
        };
        [
            line("VISIONO_WORKFLOW_SECRET", link),
            line("VISIONO_WEBHOOK_SECRET", setup::WEBHOOK_KEY),
            line("VISIONO_API_KEY", setup::API_KEY),
            match self.options.port {
                0 => String::new(),
                port => format!("VISIONO_LINK={}/s/{}\n", origin(port), setup::SLUG),
            },
        ]
        .concat()
    }

    /// Returns `true` if the sandbox uses a secret that the caller passed, which may sign for the
    /// real service.
    #[must_use]
    pub fn uses_given_secret(&self) -> bool {
        self.state.keys.values().any(Keys::is_given)
    }

    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// Returns a [`StartError`] if the address is taken or not this machine's, or if the folder of
    /// the photos can't be created.
    pub fn bind(self) -> Result<Server, StartError> {
        let Self { state, options } = self;
        let address = SocketAddr::new(options.address, options.port);
        let listener = TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (address, listener) = listener.map_err(|error| {
            StartError(format!(
                "can't listen on {address}: {error}; try another --port"
            ))
        })?;
        let store = Store::open(options.state.as_deref())
            .map_err(|error| StartError(format!("the folder of the photos: {error}")))?;
        let hosts = Hosts::new(&options.hostnames);
        let receivers = Receivers::new(&options.allowed_hosts);
        let app = App::new(state, store, hosts, receivers, address, options.state);
        Ok(Server {
            app: Arc::new(app),
            listener,
        })
    }
}

/// A sandbox that listens.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    /// Returns the address on which it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// Returns the URL for a browser.
    #[must_use]
    pub fn url(&self) -> String {
        self.app.origin()
    }

    /// Serves until the program ends.
    ///
    /// # Errors
    ///
    /// Returns a [`StartError`] if the system has no threads or no sockets left.
    pub fn run(self) -> Result<Infallible, StartError> {
        let failed = |error| StartError(format!("the server can't run: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(32)
            // A thread that waits for a receiver needs little.
            .thread_stack_size(512 << 10)
            .build()
            .map_err(failed)?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener).map_err(failed)?;
            server::serve(self.app, listener).await;
            Err(StartError("the server ended".to_owned()))
        })
    }
}
