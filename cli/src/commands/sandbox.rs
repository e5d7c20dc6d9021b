//! `sandbox`: a local stand-in for Visiono.

use std::env;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde_json::json;
use visiono_workflow_sandbox::{DEFAULT_PORT, Options, Sandbox as Service, Secret, StartError};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::{self, Done};
use crate::secrets::{self, WEBHOOK_VARIABLE, WORKFLOW_VARIABLE};

const AFTER_HELP: &str = "\
Examples:
  visiono-workflow sandbox
  visiono-workflow sandbox --redirect http://localhost:8000/done \\
      --webhook http://localhost:8000/webhook --state sandbox.json
  visiono-workflow sandbox --state sandbox.json --print-env > .env";

/// Runs a local stand-in for Visiono: links, uploads, returns, webhooks, and faults on demand
///
/// Open the page whose address it prints. It makes its own secrets, and prints them for your
/// `.env`. It only answers this machine, and only sends webhooks to this machine.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Sandbox {
    /// Port to listen on; 0 for any free one
    #[arg(long, value_name = "N", default_value_t = DEFAULT_PORT)]
    port: u16,

    /// Address to listen on; one that is not this machine's own lets others in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    listen: IpAddr,

    /// Name under which it is reached, besides localhost; repeatable
    #[arg(long = "hostname", value_name = "NAME")]
    hostnames: Vec<String>,

    /// Redirect template of the link damage-report: the page to which people return
    #[arg(long, value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    redirect: Option<String>,

    /// Receiver of webhooks; repeatable
    #[arg(long = "webhook", value_name = "URL", value_hint = ValueHint::Url)]
    webhooks: Vec<String>,

    /// Host to which webhooks may be sent, besides this machine; repeatable
    #[arg(long = "allow-host", value_name = "HOST")]
    allowed_hosts: Vec<String>,

    /// File that keeps the state, including secrets; photos are in a folder next to it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    state: Option<PathBuf>,

    /// Prints the lines for `.env` and exits
    #[arg(long, requires = "state")]
    print_env: bool,

    /// File with a workflow secret to use instead of a random one
    ///
    /// Without it, the environment variable `VISIONO_WORKFLOW_SECRET` is used if it is set. Links
    /// and returns are then signed with the secret of the real service.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    workflow_secret_file: Option<PathBuf>,

    /// File with a webhook secret to use instead of a random one
    ///
    /// Without it, the environment variable `VISIONO_WEBHOOK_SECRET` is used if it is set.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    webhook_secret_file: Option<PathBuf>,
}

impl Sandbox {
    pub(crate) fn run(&self, json: bool) -> Result<Done, Failure> {
        let service = Service::open(Options {
            address: self.listen,
            port: self.port,
            hostnames: self.hostnames.clone(),
            redirect: self.redirect.clone(),
            webhooks: self.webhooks.clone(),
            allowed_hosts: self.allowed_hosts.clone(),
            state: self.state.clone(),
            workflow_secret: secret(self.workflow_secret_file.as_ref(), WORKFLOW_VARIABLE)?,
            webhook_secret: secret(self.webhook_secret_file.as_ref(), WEBHOOK_VARIABLE)?,
        });
        let service = service.map_err(|error| failure(&error))?;
        let env = service.env();
        if service.uses_given_secret() {
            output::warn(
                "the sandbox signs with a secret that you passed: if it is the real service's, \
                 what it signs is genuine",
            );
        }
        if self.print_env {
            return Ok(Done::new(json!({ "env": env }), env));
        }
        if !self.listen.is_loopback() {
            output::warn(
                "everybody who reaches this address can use the sandbox under its names, read \
                 what it received, and make it send webhooks; in a container, publish the port \
                 on 127.0.0.1 alone",
            );
        }
        let server = service.bind().map_err(|error| failure(&error))?;
        let url = server.url();
        let link = format!("{url}/s/damage-report");
        let text = format!(
            "The sandbox listens at {url}\n\n  console  {url}/\n  link     {link}\n\n\
             Lines for .env:\n\n{env}\nCtrl-C ends it.\n",
        );
        let outputs = json!({ "url": url, "link": link, "env": env });
        output::begin(Done::new(outputs, text), json);
        match server.run().map_err(|error| failure(&error))? {}
    }
}

fn failure(error: &StartError) -> Failure {
    Failure::argument(error.to_string())
}

/// Reads a secret from a file or a variable, if there is one.
fn secret(path: Option<&PathBuf>, variable: &str) -> Result<Option<Secret>, Failure> {
    let bytes = match path {
        Some(path) => secrets::files(std::slice::from_ref(path), "secret")?.pop(),
        None => env::var_os(variable)
            .map(OsString::into_encoded_bytes)
            .filter(|bytes| !bytes.is_empty())
            .map(Zeroizing::new),
    };
    let Some(mut bytes) = bytes else {
        return Ok(None);
    };
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(_) => Err(Failure::argument("the secret is not text")),
    }
}
