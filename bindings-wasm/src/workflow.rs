//! Links, returns and redirect templates: the module of `visiono-workflow`.

use alloc::boxed::Box;

use visiono_workflow::{
    Error, ExpectLink, ExpectReturn, Fields, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    Workflow,
};

use crate::codec::Input;
use crate::{call, wipe_stack};

type Template = RedirectTemplate<'static>;

/// JavaScript passes one or the other.
const NO_TEMPLATE: Error = Error::invalid_argument("there is no template");

/// Input: maximum age, leeway, secrets. Returns null if there is an error.
#[unsafe(no_mangle)]
pub extern "C" fn workflow_new(arguments: usize) -> Option<Box<Workflow>> {
    call(arguments, |input, _| {
        let (max_age, leeway) = (input.seconds()?, input.seconds()?);
        let workflow = Workflow::from_texts(input.rest())?;
        Ok(Box::new(workflow.limits(max_age, leeway)))
    })
}

/// Wipes the secrets.
#[unsafe(no_mangle)]
pub extern "C" fn workflow_free(workflow: Box<Workflow>) {
    drop(workflow);
    wipe_stack();
}

/// Input: the template. Output: the fields with a placeholder, and those that a return lacks, as
/// one bit each in the order of `Field::ALL`. Returns null if there is an error.
#[unsafe(no_mangle)]
pub extern "C" fn template_new(arguments: usize) -> Option<Box<Template>> {
    call(arguments, |input, output| {
        let template = RedirectTemplate::parse(input.bytes().unwrap_or_default())?;
        output.number(bits(template.placeholders()));
        output.number(bits(template.missing()));
        Ok(Box::new(template.into_owned()))
    })
}

/// Frees the memory.
#[unsafe(no_mangle)]
pub extern "C" fn template_free(template: Box<Template>) {
    drop(template);
}

operations! {
    /// Input: slug, link, fields. Output: the URL.
    fn sign_link(input, output, workflow: &Workflow) {
        let (slug, link) = (input.bytes(), input.bytes());
        let fields = LinkFields {
            // cargo xtask generate: link except Signature
            // {long}: input.{text/field/field}(),
            unique_value: input.text(),
            source: input.text(),
            reference: input.text(),
            timestamp: input.field(),
            // end generated
        };
        let url = LinkUrl::from_slug_or_url(slug, link)?;
        let link = workflow.sign_link(&url, &fields)?;
        output.write(|out| link.write_to(out));
    }

    /// Input: the message, now, the expectations. Output: fields, index of the secret.
    fn verify_link(input, output, workflow: &Workflow) {
        let message = input.bytes().unwrap_or_default();
        let now = input.now()?;
        let mut expect = ExpectLink::new();
        input.expected(&mut |field, value| expect.set_field(field, value))?;
        let link = workflow.verify_link(message, now, &expect)?;
        // cargo xtask generate: link except Signature
        // output.{field/number/number}({/f64::from(/}link.{long}(){/)/ as f64});
        output.field(link.unique_value());
        output.field(link.source());
        output.field(link.reference());
        output.number(link.timestamp() as f64);
        // end generated
        output.number(link.secret_index() as f64);
    }

    /// Input: the template's text unless there is a handle, fields. Output: the URL.
    fn sign_return(input, output, workflow: &Workflow, template: Option<&Template>) {
        let source = input.bytes();
        let fields = return_fields(input);
        let parsed = parse(source)?;
        let template = parsed.as_ref().or(template).ok_or(NO_TEMPLATE)?;
        let signed = workflow.sign_return(template, &fields)?;
        output.write(|out| signed.write_to(out));
    }

    /// Input: the message, the template's text unless there is a handle or none, now, the
    /// expectations. Output: fields, index of the secret.
    fn verify_return(input, output, workflow: &Workflow, template: Option<&Template>) {
        let message = input.bytes().unwrap_or_default();
        let source = input.bytes();
        let now = input.now()?;
        let mut expect = ExpectReturn::new();
        input.expected(&mut |field, value| expect.set_field(field, value))?;
        let parsed = parse(source)?;
        let template = parsed.as_ref().or(template);
        let done = workflow.verify_return(message, template, now, &expect)?;
        // cargo xtask generate: return except Signature
        // output.{field/number/number}({/f64::from(/}done.{long}(){/)/ as f64});
        output.field(done.submission_id());
        output.field(done.unique_value());
        output.field(done.reference());
        output.number(f64::from(done.photo_count()));
        output.number(done.timestamp() as f64);
        // end generated
        output.number(done.secret_index() as f64);
    }

    /// Returns an error unless the returns made from the template can be read back.
    fn template_check(_, _, template: &Template) {
        template.check_extractable()?;
    }

    /// Input: fields, signature. Output: the URL.
    fn template_expand(input, output, template: &Template) {
        let expanded = template.expand(&return_fields(input), input.text())?;
        output.write(|out| expanded.write_to(out));
    }
}

#[inline(never)]
fn parse(source: Option<&[u8]>) -> Result<Option<RedirectTemplate<'_>>, Error> {
    source.map(RedirectTemplate::parse).transpose()
}

fn return_fields<'a>(input: &mut Input<'a>) -> ReturnFields<'a> {
    ReturnFields {
        // cargo xtask generate: return except Signature
        // {long}: input.{text/field/field}(),
        submission_id: input.text(),
        unique_value: input.text(),
        reference: input.text(),
        photo_count: input.field(),
        timestamp: input.field(),
        // end generated
    }
}

fn bits(fields: Fields) -> f64 {
    let bits: u32 = fields.iter().map(|field| 1 << field as u32).sum();
    bits.into()
}
