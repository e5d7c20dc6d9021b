//! Secrets, from files or the environment. Their text is wiped as soon as the core has keyed them.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use visiono_workflow::{Code, Error, Webhook, WebhookSecret, Workflow, WorkflowSecret};
use zeroize::Zeroizing;

use crate::input;
use crate::output::Failure;

const WORKFLOW_VARIABLE: &str = "VISIONO_WORKFLOW_SECRET";
const WEBHOOK_VARIABLE: &str = "VISIONO_WEBHOOK_SECRET";

/// The most bytes that the file of a secret may have.
const MAX_FILE: usize = 64 << 10;

/// Where the workflow secrets come from.
#[derive(Args)]
pub(crate) struct SecretArguments {
    /// File with the workflow secret; repeatable: the first signs, all verify
    ///
    /// The file holds the secret as Visiono shows it; one newline at its end is not part of it.
    /// During a rotation, pass the file of the new secret and then that of the old one. Without
    /// this option, the secret is what the environment variable `VISIONO_WORKFLOW_SECRET` holds;
    /// with it, the variable is ignored.
    #[arg(long = "secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

impl SecretArguments {
    pub(crate) fn workflow(&self) -> Result<Workflow<Vec<WorkflowSecret>>, Failure> {
        let secrets = secrets(&self.files, WORKFLOW_VARIABLE, WorkflowSecret::new)?;
        Ok(Workflow::new(secrets)?)
    }
}

/// Where the webhook secrets come from.
#[derive(Args)]
pub(crate) struct WebhookSecretArguments {
    /// File with the webhook secret; repeatable: the first signs, all verify
    ///
    /// The file holds the secret as Visiono shows it, with its `whsec_`; one newline at its end is
    /// not part of it. During a rotation, pass the file of the new secret and then that of the old
    /// one. Without this option, the secret is what the environment variable
    /// `VISIONO_WEBHOOK_SECRET` holds; with it, the variable is ignored.
    #[arg(long = "secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

impl WebhookSecretArguments {
    pub(crate) fn webhook(&self) -> Result<Webhook<Vec<WebhookSecret>>, Failure> {
        let secrets = secrets(&self.files, WEBHOOK_VARIABLE, WebhookSecret::new)?;
        Ok(Webhook::new(secrets)?)
    }
}

/// Makes a secret of its text.
type New<T> = fn(&str) -> Result<T, Error>;

/// Keys the secrets. What was said on the command line wins over what stands in the environment,
/// which may be there for something else.
fn secrets<T>(files: &[PathBuf], variable: &str, new: New<T>) -> Result<Vec<T>, Failure> {
    // Made at its full length, because a secret that moves leaves a copy behind.
    let mut secrets = Vec::with_capacity(files.len().max(1));
    for path in files {
        secrets.push(from_file(path, new).map_err(|failure| {
            // As a literal, because a name can hold what a terminal obeys.
            failure.within(&format!("secret file {path:?}"))
        })?);
    }
    if secrets.is_empty() {
        let value = env::var_os(variable).ok_or_else(|| {
            let how = format!(
                "no secret was given: set the environment variable {variable}, \
                 or pass --secret-file PATH",
            );
            Failure::new(Code::InvalidSecret, how)
        })?;
        secrets.push(from_variable(value, new).map_err(|failure| failure.within(variable))?);
    }
    Ok(secrets)
}

fn from_file<T>(path: &Path, new: New<T>) -> Result<T, Failure> {
    // Made at its full length, because a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE + 1));
    File::open(path)
        .and_then(|file| input::read(file, MAX_FILE, &mut bytes))
        .map_err(|error| Failure::argument(format!("can't be read: {error}")))?;
    Ok(new(input::without_newline(text(&bytes)?))?)
}

fn from_variable<T>(value: OsString, new: New<T>) -> Result<T, Failure> {
    let bytes = Zeroizing::new(value.into_encoded_bytes());
    Ok(new(text(&bytes)?)?)
}

fn text(bytes: &[u8]) -> Result<&str, Failure> {
    str::from_utf8(bytes)
        .map_err(|_| Failure::argument("not UTF-8: store the secret as the text that it is"))
}
