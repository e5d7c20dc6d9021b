//! The object that an application keeps: its secrets, and how long a message is good.

use core::fmt;

use crate::error::{Error, SecretFault};
use crate::field::Contents;
use crate::link::{ExpectLink, LinkFields, SignedLink, VerifiedLink};
use crate::query::{Input, Parameters};
use crate::redirect::{ExpectReturn, ReturnFields, SignedReturn, VerifiedReturn};
use crate::secret::WorkflowSecret;
use crate::signature::{Signature, tag};
use crate::template::RedirectTemplate;
use crate::url::LinkUrl;
use crate::verify::{Verified, Window, verify};
use crate::wire::Message;

/// How old a message may be, in seconds, unless the caller says otherwise.
pub const DEFAULT_MAX_AGE: u64 = 3600;
/// How far in the future a message may be dated, in seconds, unless the caller says otherwise.
pub const DEFAULT_LEEWAY: u64 = 60;

/// Signs and verifies links and returns.
///
/// It holds one [`WorkflowSecret`], or several for rotation: an array, a slice or a `Vec` of
/// them. The first one signs. Each one is tried at verification, and the time that takes does
/// not tell which of them matched.
///
/// An integrator signs links and verifies returns. The other two methods do Visiono's part, for
/// tests and for a local stand-in of the service.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{ExpectReturn, LinkFields, LinkUrl, Workflow, WorkflowSecret};
///
/// let workflow = Workflow::new(WorkflowSecret::new("0123456789abcdef0123456789abcdef")?)?;
/// let link = workflow.sign_link(
///     &LinkUrl::from_slug("damage-report")?,
///     &LinkFields {
///         unique_value: "ABC123",
///         source: "zendesk",
///         reference: "ticket-456",
///         timestamp: 1705500000,
///     },
/// )?;
/// assert!(link.to_string().starts_with("https://visiono.io/s/damage-report?uv=ABC123&"));
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
///
/// During a rotation:
///
/// ```
/// # use visiono_workflow::{Workflow, WorkflowSecret};
/// let workflow = Workflow::new([
///     WorkflowSecret::new("the new secret, which signs")?,
///     WorkflowSecret::new("the old secret, still accepted")?,
/// ])?
/// .max_age(600);
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone)]
pub struct Workflow<S = WorkflowSecret> {
    secrets: S,
    max_age: u64,
    leeway: u64,
}

impl<S: AsRef<[WorkflowSecret]>> Workflow<S> {
    /// Takes the secrets, the one that signs first.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`](crate::Code::InvalidSecret) if there is none.
    pub fn new(secrets: S) -> Result<Self, Error> {
        first(secrets.as_ref())?;
        Ok(Self {
            secrets,
            max_age: DEFAULT_MAX_AGE,
            leeway: DEFAULT_LEEWAY,
        })
    }

    /// Accepts messages up to this age, in seconds; 3600 unless set. A message of exactly this
    /// age is good.
    #[must_use]
    pub fn max_age(mut self, seconds: u64) -> Self {
        self.max_age = seconds;
        self
    }

    /// Accepts messages that are dated up to this far in the future, in seconds, because clocks
    /// differ; 60 unless set.
    #[must_use]
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds;
        self
    }

    /// Signs a link, to send a person to Visiono.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidField`](crate::Code::InvalidField), naming the first field that can't be
    /// signed (`docs/protocol.md`, section 3).
    pub fn sign_link<'a>(
        &self,
        url: &LinkUrl<'a>,
        fields: &LinkFields<'a>,
    ) -> Result<SignedLink<'a>, Error> {
        let contents = fields.contents();
        contents.check(Message::Link)?;
        Ok(SignedLink {
            url: *url,
            contents,
            signature: self.sign(Message::Link, &contents)?,
        })
    }

    /// Verifies a link, as Visiono does.
    ///
    /// `now` is the time in Unix seconds ([`unix_time`](crate::unix_time) with feature `std`).
    ///
    /// # Errors
    ///
    /// The first check that fails decides, in this order (`docs/protocol.md`, section 5):
    /// `invalid_field` for what is expected, `duplicate_parameter`, `missing_parameter`,
    /// `malformed_parameter`, `invalid_signature`, `not_yet_valid` or `expired`,
    /// `unexpected_value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{Code, ExpectLink, Workflow, WorkflowSecret};
    ///
    /// let secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    /// let workflow = Workflow::new(WorkflowSecret::new(secret)?)?;
    /// let url = "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456\
    ///     &ts=1705500000&sig=a41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04";
    ///
    /// let link = workflow.verify_link(url, &ExpectLink::new(), 1705503600)?;
    /// assert_eq!(link.reference(), "ticket-456");
    ///
    /// let error = workflow.verify_link(url, &ExpectLink::new(), 1705503601).unwrap_err();
    /// assert_eq!((error.code(), error.seconds()), (Code::Expired, Some(1)));
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn verify_link<'a>(
        &self,
        input: impl Into<Input<'a>>,
        expect: &ExpectLink<'a>,
        now: u64,
    ) -> Result<VerifiedLink<'a>, Error> {
        let parameters = Parameters::read(&input.into(), Message::Link);
        self.verify(Message::Link, &parameters, &expect.0, now)
            .map(VerifiedLink)
    }

    /// Signs a return, as Visiono does.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTemplate`](crate::Code::InvalidTemplate) if the template has no
    /// placeholder but holds a standard parameter, which would then be there twice;
    /// [`Code::InvalidField`](crate::Code::InvalidField), naming the first field that can't be
    /// signed, or that would make a path segment `.` or `..` (`docs/protocol.md`, section 6).
    pub fn sign_return<'a>(
        &self,
        template: &'a RedirectTemplate<'a>,
        fields: &ReturnFields<'a>,
    ) -> Result<SignedReturn<'a>, Error> {
        let contents = fields.contents();
        template.check_expandable(&contents)?;
        Ok(SignedReturn {
            template,
            contents,
            signature: self.sign(Message::Return, &contents)?,
        })
    }

    /// Verifies a return, when the browser comes back.
    ///
    /// With a template, the fields are read from where its placeholders stand; without one, from
    /// the six standard parameters. `now` is the time in Unix seconds
    /// ([`unix_time`](crate::unix_time) with feature `std`).
    ///
    /// # Errors
    ///
    /// `invalid_template` if the template can't be read back
    /// ([`RedirectTemplate::check_extractable`]), then those of
    /// [`verify_link`](Self::verify_link), in the same order.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{Code, ExpectReturn, Workflow, WorkflowSecret};
    ///
    /// let secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    /// let workflow = Workflow::new(WorkflowSecret::new(secret)?)?;
    /// let url = "/done?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100\
    ///     &sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
    ///
    /// let expect = ExpectReturn::new().reference("ticket-456");
    /// let done = workflow.verify_return(url, None, &expect, 1705500200)?;
    /// assert_eq!(done.photo_count(), 5);
    ///
    /// let expect = ExpectReturn::new().reference("ticket-457");
    /// let error = workflow.verify_return(url, None, &expect, 1705500200).unwrap_err();
    /// assert_eq!(error.code(), Code::UnexpectedValue);
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn verify_return<'a>(
        &self,
        input: impl Into<Input<'a>>,
        template: Option<&RedirectTemplate<'_>>,
        expect: &ExpectReturn<'a>,
        now: u64,
    ) -> Result<VerifiedReturn<'a>, Error> {
        let input = input.into();
        let parameters = match template {
            Some(template) => template.extract(&input)?,
            None => Parameters::read(&input, Message::Return),
        };
        self.verify(Message::Return, &parameters, &expect.0, now)
            .map(VerifiedReturn)
    }

    fn sign(&self, message: Message, contents: &Contents<'_>) -> Result<Signature, Error> {
        let secret = first(self.secrets.as_ref())?;
        Ok(Signature::of(&tag(secret, message, contents)))
    }

    fn verify<'a>(
        &self,
        message: Message,
        parameters: &Parameters<'a>,
        expected: &Contents<'a>,
        now: u64,
    ) -> Result<Verified<'a>, Error> {
        let window = Window {
            now,
            max_age: self.max_age,
            leeway: self.leeway,
        };
        verify(self.secrets.as_ref(), message, parameters, expected, window)
    }
}

fn first(secrets: &[WorkflowSecret]) -> Result<&WorkflowSecret, Error> {
    secrets.first().ok_or(Error::secret(SecretFault::None))
}

impl<S> fmt::Debug for Workflow<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workflow")
            .field("max_age", &self.max_age)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
