//! Secrets, from files or the environment. Their text is wiped as soon as the core has keyed them.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use visiono_workflow::{Code, Workflow, WorkflowSecret};
use zeroize::Zeroizing;

use crate::input;
use crate::output::Failure;

const VARIABLE: &str = "VISIONO_WORKFLOW_SECRET";

/// The most bytes that the file of a secret may have.
const MAX_FILE: usize = 64 << 10;

/// Where the secrets come from.
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
    /// Keys the secrets. What was said on the command line wins over what stands in the
    /// environment, which may be there for something else.
    pub(crate) fn workflow(&self) -> Result<Workflow<Vec<WorkflowSecret>>, Failure> {
        // Made at its full length, because a secret that moves leaves a copy behind.
        let mut secrets = Vec::with_capacity(self.files.len().max(1));
        for path in &self.files {
            secrets.push(from_file(path).map_err(|failure| {
                // As a literal, because a name can hold what a terminal obeys.
                failure.within(&format!("secret file {path:?}"))
            })?);
        }
        if secrets.is_empty() {
            let value = env::var_os(VARIABLE).ok_or_else(|| {
                let how = format!(
                    "no secret was given: set the environment variable {VARIABLE}, \
                     or pass --secret-file PATH",
                );
                Failure::new(Code::InvalidSecret, how)
            })?;
            secrets.push(from_variable(value).map_err(|failure| failure.within(VARIABLE))?);
        }
        Ok(Workflow::new(secrets)?)
    }
}

fn from_file(path: &Path) -> Result<WorkflowSecret, Failure> {
    // Made at its full length, because a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE + 1));
    File::open(path)
        .and_then(|file| input::read(file, MAX_FILE, &mut bytes))
        .map_err(|error| Failure::argument(format!("can't be read: {error}")))?;
    key(&bytes, input::without_newline)
}

fn from_variable(value: OsString) -> Result<WorkflowSecret, Failure> {
    let bytes = Zeroizing::new(value.into_encoded_bytes());
    key(&bytes, |text| text)
}

fn key(bytes: &[u8], trim: fn(&str) -> &str) -> Result<WorkflowSecret, Failure> {
    let text = str::from_utf8(bytes)
        .map_err(|_| Failure::argument("not UTF-8: store the secret as the text that it is"))?;
    Ok(WorkflowSecret::new(trim(text))?)
}
