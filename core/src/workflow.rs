//! The object that an application keeps: its secrets, and how long a message is valid.

use core::fmt;

use crate::error::Error;
use crate::field::FieldValues;
use crate::input::Input;
use crate::link::{ExpectLink, LinkFields, LinkUrl, SignedLink, VerifiedLink};
use crate::parameters::Parameters;
use crate::returns::{ExpectReturn, ReturnFields, SignedReturn, VerifiedReturn};
use crate::secret::WorkflowSecret;
use crate::secrets::Secrets;
use crate::signature::{Signature, tag};
use crate::template::RedirectTemplate;
use crate::verify::{Verified, verify};
use crate::window::{DEFAULT_LEEWAY, DEFAULT_MAX_AGE, Window, check_now};
use crate::wire::Message;

/// Signs and verifies links and returns.
///
/// It holds one [`WorkflowSecret`] or several, for rotation. The first one signs. Each one is tried
/// at verification, and the time that takes does not reveal which of them matched. Without the
/// feature `alloc` it holds four at most.
///
/// An integrator signs links and verifies returns. The other two methods are what Visiono does,
/// for tests and for a local stand-in of the service.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{LinkFields, LinkUrl, Workflow, WorkflowSecret};
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
/// During a rotation, with the previous secret where one is set:
///
/// ```
/// # use visiono_workflow::Workflow;
/// # let (current, previous) = ("0123456789abcdef", None::<String>);
/// let workflow = Workflow::from_texts([Some(current), previous.as_deref()])?.max_age(600);
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone)]
pub struct Workflow {
    secrets: Secrets<WorkflowSecret>,
    max_age: u64,
    leeway: u64,
}

impl Workflow {
    /// Takes one secret, or several of which the first one signs.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`](crate::Code::InvalidSecret) if there is none.
    pub fn new(secrets: impl IntoIterator<Item = WorkflowSecret>) -> Result<Self, Error> {
        Secrets::new(secrets).map(Self::with)
    }

    /// Takes the texts of secrets, of which the first one signs. An absent one after it is
    /// skipped, and keeps its position.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`](crate::Code::InvalidSecret) if there is none, if the first is
    /// absent, or for the reasons of [`WorkflowSecret::new`]. The sentence has the position of the
    /// secret, from 0.
    pub fn from_texts<T: AsRef<[u8]>>(
        secrets: impl IntoIterator<Item = Option<T>>,
    ) -> Result<Self, Error> {
        Self::from_results(
            secrets
                .into_iter()
                .map(|text| text.map(WorkflowSecret::new)),
        )
    }

    /// Takes secrets as [`from_texts`](Self::from_texts) does, where some of them may be made
    /// already.
    ///
    /// # Errors
    ///
    /// Those of [`from_texts`](Self::from_texts).
    pub fn from_results(
        secrets: impl IntoIterator<Item = Option<Result<WorkflowSecret, Error>>>,
    ) -> Result<Self, Error> {
        Secrets::from_results(secrets).map(Self::with)
    }

    const fn with(secrets: Secrets<WorkflowSecret>) -> Self {
        Self {
            secrets,
            max_age: DEFAULT_MAX_AGE,
            leeway: DEFAULT_LEEWAY,
        }
    }

    /// Accepts messages up to this age, in seconds; 3600 by default. A message of exactly this
    /// age is valid.
    #[must_use]
    pub fn max_age(mut self, seconds: u64) -> Self {
        self.max_age = seconds;
        self
    }

    /// Accepts messages that are dated up to this far in the future, in seconds, because clocks
    /// differ; 60 by default.
    #[must_use]
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds;
        self
    }

    /// Sets the [maximum age](Self::max_age) and the [leeway](Self::leeway), in seconds, for
    /// settings that may be absent. `None` keeps the default.
    ///
    /// # Examples
    ///
    /// ```
    /// # use visiono_workflow::Workflow;
    /// let setting = None;
    /// let workflow = Workflow::from_texts([Some("0123456789abcdef")])?.limits(setting, Some(5));
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    #[must_use]
    pub fn limits(self, max_age: Option<u64>, leeway: Option<u64>) -> Self {
        Self {
            max_age: max_age.unwrap_or(self.max_age),
            leeway: leeway.unwrap_or(self.leeway),
            ..self
        }
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
        let fields = fields.signed();
        let values = FieldValues::of(&fields);
        values.check(Message::Link)?;
        Ok(SignedLink {
            url: *url,
            fields,
            signature: self.sign(Message::Link, &values),
        })
    }

    /// Verifies a link, as Visiono does.
    ///
    /// `now` is the time in Unix seconds ([`unix_time`](crate::unix_time) with feature `std`).
    ///
    /// # Errors
    ///
    /// The first check that fails decides, in this order (`docs/protocol.md`, section 5):
    /// `invalid_argument` for `now`, `invalid_field` for an expected value,
    /// `duplicate_parameter`, `missing_parameter`, `malformed_parameter`, `invalid_signature`,
    /// `not_yet_valid` or `expired`, `unexpected_value`.
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
    /// let link = workflow.verify_link(url, 1705503600, &ExpectLink::new())?;
    /// assert_eq!(link.reference(), "ticket-456");
    ///
    /// let error = workflow.verify_link(url, 1705503601, &ExpectLink::new()).unwrap_err();
    /// assert_eq!((error.code(), error.seconds()), (Code::Expired, Some(1)));
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn verify_link<'a>(
        &self,
        input: impl Into<Input<'a>>,
        now: u64,
        expect: &ExpectLink<'a>,
    ) -> Result<VerifiedLink<'a>, Error> {
        let window = self.window(now)?;
        expect.0.check(Message::Link)?;
        let mut parameters = Parameters::NONE;
        parameters.read(&input.into(), Message::Link);
        self.verify(Message::Link, &parameters, &expect.0, window)
            .map(VerifiedLink)
    }

    /// Signs a return, as Visiono does. The template is a [`RedirectTemplate`] or the text of one.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTemplate`](crate::Code::InvalidTemplate) if the text is no template;
    /// [`Code::InvalidField`](crate::Code::InvalidField), naming the first field that can't be
    /// signed, or one that would make a path segment climb (`docs/protocol.md`, section 6).
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{ReturnFields, Workflow, WorkflowSecret};
    ///
    /// let workflow = Workflow::new(WorkflowSecret::new("0123456789abcdef")?)?;
    /// let fields = ReturnFields {
    ///     submission_id: "pls_123",
    ///     unique_value: "ABC123",
    ///     reference: "ticket-456",
    ///     photo_count: 5,
    ///     timestamp: 1705500100,
    /// };
    /// let url = workflow.sign_return("https://a.example/done", &fields)?.to_string();
    /// assert!(url.starts_with("https://a.example/done?sub=pls_123&uv=ABC123&"));
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn sign_return<'a>(
        &self,
        template: impl TryInto<RedirectTemplate<'a>, Error: Into<Error>>,
        fields: &ReturnFields<'a>,
    ) -> Result<SignedReturn<'a>, Error> {
        let template = template.try_into().map_err(Into::into)?;
        SignedReturn::of(template, fields, &|values| {
            Ok(self.sign(Message::Return, values))
        })
    }

    /// Verifies a return, when the browser comes back.
    ///
    /// With a template, the fields are read from where its placeholders are; without one, from
    /// the six standard parameters. `now` is the time in Unix seconds
    /// ([`unix_time`](crate::unix_time) with feature `std`).
    ///
    /// # Errors
    ///
    /// `invalid_template` if the template can't be read back
    /// ([`RedirectTemplate::check_extractable`]), after `invalid_argument`; then those of
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
    /// let done = workflow.verify_return(url, None, 1705500200, &expect)?;
    /// assert_eq!(done.photo_count(), 5);
    ///
    /// let expect = ExpectReturn::new().reference("ticket-457");
    /// let error = workflow.verify_return(url, None, 1705500200, &expect).unwrap_err();
    /// assert_eq!(error.code(), Code::UnexpectedValue);
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn verify_return<'a>(
        &self,
        input: impl Into<Input<'a>>,
        template: Option<&RedirectTemplate<'_>>,
        now: u64,
        expect: &ExpectReturn<'a>,
    ) -> Result<VerifiedReturn<'a>, Error> {
        let window = self.window(now)?;
        if let Some(template) = template {
            template.check_extractable()?;
        }
        expect.0.check(Message::Return)?;
        let input = input.into();
        let mut parameters = Parameters::NONE;
        match template {
            Some(template) => template.extract(&input, &mut parameters),
            None => parameters.read(&input, Message::Return),
        }
        self.verify(Message::Return, &parameters, &expect.0, window)
            .map(VerifiedReturn)
    }

    fn sign(&self, message: Message, values: &FieldValues<'_>) -> Signature {
        Signature::of(&tag(self.secrets.first(), message, values))
    }

    fn window(&self, now: u64) -> Result<Window, Error> {
        Ok(Window {
            now: check_now(now.into())?,
            max_age: self.max_age,
            leeway: self.leeway,
        })
    }

    fn verify<'a>(
        &self,
        message: Message,
        parameters: &Parameters<'a>,
        expected: &FieldValues<'a>,
        window: Window,
    ) -> Result<Verified<'a>, Error> {
        verify(&self.secrets, message, parameters, expected, window)
    }
}

impl fmt::Debug for Workflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workflow")
            .field("max_age", &self.max_age)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
