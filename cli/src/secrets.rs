//! Secrets from files or the environment. Their text is wiped as soon as the core has made a key of
//! it.

use std::env;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use visiono_workflow::{Code, Error, Webhook, Workflow};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::{input, output};

pub(crate) const WORKFLOW_VARIABLE: &str = "VISIONO_WORKFLOW_SECRET";
pub(crate) const WEBHOOK_VARIABLE: &str = "VISIONO_WEBHOOK_SECRET";
/// The option's name in most commands.
pub(crate) const OPTION: &str = "--secret-file";

/// The maximum size of a secret's file, in bytes.
const MAX_FILE: usize = 64 << 10;
/// The minimum length of a secret.
const SHORTEST: usize = 16;

/// The options for the workflow secrets.
#[derive(Args)]
pub(crate) struct SecretArguments {
    /// File with the workflow secret; repeatable: the first signs, all verify
    ///
    /// The file has the secret as Visiono shows it; a final newline is not part of it. During a
    /// rotation, pass the file of the new secret and then that of the old one. Without this option,
    /// the secret is the value of the environment variable `VISIONO_WORKFLOW_SECRET`; with it, the
    /// variable is ignored.
    #[arg(long = "secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

impl SecretArguments {
    pub(crate) fn workflow(&self) -> Result<Workflow, Failure> {
        keyed(&self.files, WORKFLOW_VARIABLE, OPTION, |texts| {
            Workflow::from_texts(texts)
        })
    }
}

/// The options for the webhook secrets.
#[derive(Args)]
pub(crate) struct WebhookSecretArguments {
    /// File with the webhook secret; repeatable: the first signs, all verify
    ///
    /// The file has the secret as Visiono shows it, with its `whsec_`; a final newline is not part
    /// of it. During a rotation, pass the file of the new secret and then that of the old one.
    /// Without this option, the secret is the value of the environment variable
    /// `VISIONO_WEBHOOK_SECRET`; with it, the variable is ignored.
    #[arg(long = "secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

impl WebhookSecretArguments {
    pub(crate) fn webhook(&self) -> Result<Webhook, Failure> {
        keyed(&self.files, WEBHOOK_VARIABLE, OPTION, |texts| {
            Webhook::from_texts(texts)
        })
    }
}

/// The options for both secrets, for a command that acts as Visiono.
#[derive(Args)]
pub(crate) struct BothSecretArguments {
    /// File with the webhook secret [default: the value of `VISIONO_WEBHOOK_SECRET`]
    #[arg(long = "webhook-secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    webhook: Option<PathBuf>,

    /// File with the workflow secret [default: the value of `VISIONO_WORKFLOW_SECRET`]
    #[arg(long = "workflow-secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    workflow: Option<PathBuf>,
}

impl BothSecretArguments {
    pub(crate) fn webhook(&self) -> Result<Webhook, Failure> {
        let option = "--webhook-secret-file";
        keyed(self.webhook.as_slice(), WEBHOOK_VARIABLE, option, |texts| {
            Webhook::from_texts(texts)
        })
    }

    /// Returns the signer of the workflow secret, and one that signs any text with the same secret:
    /// a hostile return can have a text that the first refuses to sign.
    pub(crate) fn workflow(&self) -> Result<(Workflow, Webhook), Failure> {
        let option = "--workflow-secret-file";
        keyed(
            self.workflow.as_slice(),
            WORKFLOW_VARIABLE,
            option,
            |texts| {
                let signer = Webhook::from_texts(texts.iter().copied());
                Ok((Workflow::from_texts(texts)?, signer?))
            },
        )
    }
}

/// Creates an object from the texts of its secrets.
type FromTexts<T> = fn(Vec<Option<&[u8]>>) -> Result<T, Error>;

/// Creates an object from secrets.
fn keyed<T>(
    paths: &[PathBuf],
    variable: &str,
    option: &str,
    from_texts: FromTexts<T>,
) -> Result<T, Failure> {
    let secrets = texts(paths, variable, option)?;
    let texts = secrets.iter().map(|bytes| Some(bytes.as_slice()));
    from_texts(texts.collect()).map_err(|error| {
        let failure = Failure::from(error);
        if paths.is_empty() {
            failure.within(variable)
        } else {
            failure
        }
    })
}

/// Reads the texts of the secrets. Files take precedence over the environment, where the variable
/// may be set for another purpose.
pub(crate) fn texts(
    paths: &[PathBuf],
    variable: &str,
    option: &str,
) -> Result<Vec<Zeroizing<Vec<u8>>>, Failure> {
    if !paths.is_empty() {
        return files(paths, "secret");
    }
    let value = env::var_os(variable).ok_or_else(|| {
        let how = format!(
            "no secret was given: set the environment variable {variable}, \
             or pass {option} PATH",
        );
        Failure::new(Code::InvalidSecret, how)
    })?;
    Ok(vec![Zeroizing::new(value.into_encoded_bytes())])
}

/// Reads the files of secrets, without the newline at the end of each.
///
/// An error names a file by its position, because a caller who misreads the option passes the
/// secret itself.
pub(crate) fn files(paths: &[PathBuf], name: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, Failure> {
    let paths = paths.iter().enumerate();
    let files = paths.map(|(at, path)| {
        let place = format!("{name}[{at}]");
        let mut bytes = read(path, &place).map_err(|failure| failure.within(&place))?;
        let length = input::without_newline(&bytes).len();
        bytes.truncate(length);
        Ok(bytes)
    });
    files.collect()
}

/// Reads the file of a secret.
fn read(path: &Path, place: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // Allocated at its full length, because a growing buffer leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE + 1));
    File::open(path)
        .and_then(|file| {
            warn_of_others(&file, place);
            input::read(file, MAX_FILE, &mut bytes)
        })
        .map_err(|error| {
            let how = match error.kind() {
                ErrorKind::NotFound | ErrorKind::InvalidFilename => {
                    ": pass the path of a file that holds the secret, never the secret"
                }
                _ => "",
            };
            Failure::argument(format!("the file can't be read: {error}{how}"))
        })?;
    Ok(bytes)
}

/// Warns if users other than the owner can read or write the file. A pipe has no other readers.
#[cfg(unix)]
fn warn_of_others(file: &File, place: &str) {
    use std::os::unix::fs::PermissionsExt;

    let Ok(metadata) = file.metadata() else {
        return;
    };
    if metadata.is_file() && metadata.permissions().mode() & 0o066 != 0 {
        output::warn(&format!(
            "{place}: other users can read or write the file of the secret: make it yours alone \
             with chmod 600",
        ));
    }
}

#[cfg(not(unix))]
fn warn_of_others(_file: &File, _place: &str) {}

/// Returns `true` if an argument may be a secret in the wrong place: it has the length of one, no
/// space, and is not an option.
pub(crate) fn may_be_one(argument: &str) -> bool {
    let argument = argument.trim();
    let is_option = argument.strip_prefix("--").is_some_and(|name| {
        name.bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_lowercase())
    });
    argument.len() >= SHORTEST && argument.bytes().all(|byte| byte.is_ascii_graphic()) && !is_option
}

#[cfg(test)]
mod tests {
    use super::may_be_one;

    #[test]
    fn a_possible_secret_is_long_and_not_an_option() {
        for secret in [
            "0123456789abcdef",
            "whsec_0123456789abcdef",
            "--a-secret-with-D1gits",
            " 0123456789abcdef\n",
        ] {
            assert!(may_be_one(secret), "{secret}");
        }
        for other in [
            "0123456789abcde",
            "--require-timestamp",
            "--expect <NAME=VALUE>",
        ] {
            assert!(!may_be_one(other), "{other}");
        }
    }
}
