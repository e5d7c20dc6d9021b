//! Code that the compiler refuses, each beside the same code without the mistake, so that an
//! example fails for its own reason alone.
//!
//! # A workflow secret and a webhook secret don't do each other's work
//!
//! ```
//! use visiono_workflow::{Webhook, WebhookSecret, Workflow, WorkflowSecret};
//!
//! let secret = WorkflowSecret::new("0123456789abcdef").unwrap();
//! Workflow::new(secret).unwrap();
//! let secret = WebhookSecret::new("0123456789abcdef").unwrap();
//! Webhook::new(secret).unwrap();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Webhook, WebhookSecret, Workflow, WorkflowSecret};
//! let secret = WebhookSecret::new("0123456789abcdef").unwrap();
//! Workflow::new(secret).unwrap();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Webhook, WebhookSecret, Workflow, WorkflowSecret};
//! let secret = WorkflowSecret::new("0123456789abcdef").unwrap();
//! Webhook::new(secret).unwrap();
//! ```
//!
//! Nor in a list:
//!
//! ```
//! # use visiono_workflow::{Webhook, WebhookSecret, Workflow, WorkflowSecret};
//! Workflow::new([WorkflowSecret::new("0123456789abcdef").unwrap()]).unwrap();
//! Webhook::new(vec![WebhookSecret::new("0123456789abcdef").unwrap()]).unwrap();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Webhook, WebhookSecret, Workflow, WorkflowSecret};
//! Workflow::new([WebhookSecret::new("0123456789abcdef").unwrap()]).unwrap();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Webhook, WebhookSecret, Workflow, WorkflowSecret};
//! Webhook::new(vec![WorkflowSecret::new("0123456789abcdef").unwrap()]).unwrap();
//! ```
//!
//! # Verified results only come from verification
//!
//! They can be passed on, but their fields are private, and nothing else makes one:
//!
//! ```
//! # use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};
//! fn link(from: VerifiedLink<'_>) -> VerifiedLink<'_> { from }
//! fn done(from: VerifiedReturn<'_>) -> VerifiedReturn<'_> { from }
//! fn webhook(from: VerifiedWebhook) -> VerifiedWebhook { from }
//! ```
//!
//! ```compile_fail,E0423
//! # use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};
//! fn link(from: VerifiedLink<'_>) -> VerifiedLink<'_> { VerifiedLink(from.0) }
//! ```
//!
//! ```compile_fail,E0423
//! # use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};
//! fn done(from: VerifiedReturn<'_>) -> VerifiedReturn<'_> { VerifiedReturn(from.0) }
//! ```
//!
//! ```compile_fail,E0451
//! # use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};
//! fn webhook(from: VerifiedWebhook) -> VerifiedWebhook { VerifiedWebhook { secret_index: 1, ..from } }
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};
//! fn is_default<T: Default>() {}
//! is_default::<VerifiedLink<'_>>();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};
//! fn is_default<T: Default>() {}
//! is_default::<VerifiedReturn<'_>>();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};
//! fn is_default<T: Default>() {}
//! is_default::<VerifiedWebhook>();
//! ```
//!
//! # Only verification compares, and nothing shows a secret
//!
//! ```
//! # use visiono_workflow::{Signature, WebhookSecret, Workflow, WorkflowSecret};
//! use std::fmt::Debug;
//!
//! fn is_debug<T: Debug>() {}
//! is_debug::<Signature>();
//! is_debug::<WorkflowSecret>();
//! is_debug::<WebhookSecret>();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Signature, WebhookSecret, Workflow, WorkflowSecret};
//! fn compares<T: PartialEq>() {}
//! compares::<Signature>();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Signature, WebhookSecret, Workflow, WorkflowSecret};
//! fn compares<T: PartialEq>() {}
//! compares::<WorkflowSecret>();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Signature, WebhookSecret, Workflow, WorkflowSecret};
//! fn compares<T: PartialEq>() {}
//! compares::<WebhookSecret>();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Signature, WebhookSecret, Workflow, WorkflowSecret};
//! fn prints<T: std::fmt::Display>() {}
//! prints::<WorkflowSecret>();
//! ```
//!
//! ```compile_fail,E0277
//! # use visiono_workflow::{Signature, WebhookSecret, Workflow, WorkflowSecret};
//! fn prints<T: std::fmt::Display>() {}
//! prints::<WebhookSecret>();
//! ```
