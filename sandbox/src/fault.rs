//! Faults on demand, as they occur in production.

use serde::{Deserialize, Serialize};

/// A fault that is switched on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) kind: FaultKind,
    /// The endpoint that is affected. `None` affects all.
    pub(crate) endpoint: Option<String>,
    /// The number of messages that are still to be affected. `None` affects all until the fault is
    /// removed.
    pub(crate) remaining: Option<u32>,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// Sends the delivery twice.
    Duplicate,
    /// Sends the delivery after the next one.
    Reorder,
    /// Sends the delivery later, on the sandbox's clock.
    Delay { seconds: u64 },
    /// Never sends the delivery.
    Lose,
    /// Changes one digit of the body after it was signed.
    TamperBody,
    /// Changes one digit of the signature.
    TamperHeader,
    /// Signs with the secret before the last regeneration.
    OldSecret,
    /// Signs with a random secret.
    WrongSecret,
    /// Sets and signs an earlier time of the event.
    StaleTimestamp { seconds: u64 },
    /// Uses the other style of headers.
    WrongHeaderStyle,
    /// Makes the body larger than a receiver accepts.
    HugeBody,
    /// Sends the body in small parts, over this time.
    SlowSending { seconds: u64 },
    /// Changes one digit of the return's signature.
    ReturnForged,
    /// Sets and signs a time of the return that is too old.
    ReturnExpired,
    /// Repeats a parameter of the return.
    ReturnDoubled,
    /// Sends back the genuine return of another ticket.
    ReturnOtherTicket,
}

impl FaultKind {
    /// Returns the name in the API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Delay { .. } => "delay",
            Self::Lose => "lose",
            Self::TamperBody => "tamper_body",
            Self::TamperHeader => "tamper_header",
            Self::OldSecret => "old_secret",
            Self::WrongSecret => "wrong_secret",
            Self::StaleTimestamp { .. } => "stale_timestamp",
            Self::WrongHeaderStyle => "wrong_header_style",
            Self::HugeBody => "huge_body",
            Self::SlowSending { .. } => "slow_sending",
            Self::ReturnForged => "return_forged",
            Self::ReturnExpired => "return_expired",
            Self::ReturnDoubled => "return_doubled",
            Self::ReturnOtherTicket => "return_other_ticket",
        }
    }

    /// Returns `true` if the fault affects returns and not webhooks.
    pub(crate) const fn is_return(self) -> bool {
        matches!(
            self,
            Self::ReturnForged
                | Self::ReturnExpired
                | Self::ReturnDoubled
                | Self::ReturnOtherTicket
        )
    }
}

impl Fault {
    /// Returns `true` if the fault affects webhooks for this endpoint.
    pub(crate) fn affects(&self, endpoint: &str) -> bool {
        !self.kind.is_return() && self.endpoint.as_deref().is_none_or(|id| id == endpoint)
    }
}
