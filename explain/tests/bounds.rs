//! Tests that a search is bounded in the bytes it allocates and in the memory it holds, whatever
//! the message. A counting allocator measures both.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::{Program, WEBHOOK, WORKFLOW};
use visiono_workflow_explain::{Bound, Diagnosis, Input, Message, Request, Verdict, explain};

const MIB: usize = 1 << 20;

/// The bytes that a search may allocate beyond its bound, to read the message and to show the
/// result.
const BASE: usize = 64 * MIB;

thread_local! {
    /// The bytes allocated in total, the bytes held, and their peak.
    static COUNT: Cell<(usize, usize, usize)> = const { Cell::new((0, 0, 0)) };
}

struct Counting;

fn count(added: usize, removed: usize) {
    // The count is gone when a thread ends.
    let _ = COUNT.try_with(|count| {
        let (all, held, most) = count.get();
        let held = (held + added).saturating_sub(removed);
        count.set((all + added, held, most.max(held)));
    });
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns a diagnosis, the bytes that it allocated, and the peak of the bytes held.
fn counted(request: &Request<'_>) -> (Diagnosis, usize, usize) {
    COUNT.set((0, 0, 0));
    let diagnosis = explain(request);
    let (all, _, most) = COUNT.get();
    (diagnosis, all, most)
}

fn webhook<'a>(
    body: &'a [u8],
    headers: &'a [(&'a [u8], &'a [u8])],
    secrets: &'a [&'a [u8]],
    bytes: usize,
) -> Request<'a> {
    Request::new(Message::Webhook { body, headers }, secrets).max_bytes(bytes as u64)
}

/// The form of this signature already takes two changes, so texts are built but never hashed.
#[test]
fn texts_that_are_not_hashed_are_charged() {
    let signature = format!("sha256={}", "AB".repeat(20));
    let headers = [(b"X-Visiono-Signature".as_slice(), signature.as_bytes())];
    let secrets = [WEBHOOK.as_bytes()];
    let body = format!("[{}\"é\"]", "1.5,\"a/b\",".repeat(5000));
    let bound = 16 * MIB;
    let request = webhook(body.as_bytes(), &headers, &secrets, bound);
    let (diagnosis, all, _) = counted(&request);
    assert_eq!(diagnosis.bound, Some(Bound::Bytes));
    assert!(all < 4 * bound + BASE, "{all}");
}

/// The message has many headers that other schemes sign, which must not be multiplied with each
/// other.
#[test]
fn headers_are_not_multiplied() {
    let mut headers = vec![(b"X-Visiono-Signature".as_slice(), b"00".as_slice())];
    for _ in 0..2000 {
        headers.push((b"X-Timestamp", b"1705500000"));
        headers.push((b"Webhook-Id", b"1"));
    }
    let signature = format!("sha256={}", "01".repeat(32));
    headers[0].1 = signature.as_bytes();
    let secrets = [WEBHOOK.as_bytes()];
    let body = "x".repeat(500);
    let request = webhook(body.as_bytes(), &headers, &secrets, 1024 * MIB);
    let (diagnosis, all, _) = counted(&request);
    assert_eq!(diagnosis.bound, None);
    assert!(diagnosis.candidates < 100_000, "{}", diagnosis.candidates);
    assert!(all < 512 * MIB, "{all}");
}

/// The body has nested arrays, whose indentation is hundreds of times as long as they are.
#[test]
fn layouts_do_not_grow() {
    let body = format!(
        "{}{}1{}",
        "[".repeat(120),
        "1,".repeat(30_000),
        "]".repeat(120)
    );
    let signature = format!("sha256={}", "01".repeat(32));
    let headers = [(b"X-Visiono-Signature".as_slice(), signature.as_bytes())];
    let secrets = [WEBHOOK.as_bytes()];
    let bound = 64 * MIB;
    let request = webhook(body.as_bytes(), &headers, &secrets, bound);
    let (diagnosis, all, most) = counted(&request);
    assert_eq!(diagnosis.bound, Some(Bound::Bytes));
    assert!(all < 4 * bound + BASE, "{all}");
    assert!(most < 32 * MIB, "{most}");
}

/// A value of 15 MiB is in a field, in the signature or in another parameter.
#[test]
fn a_long_message_is_not_copied_for_each_change() {
    let long = "a%20".repeat(15 * MIB / 4);
    for (at, name) in ["uv", "ref", "ts", "sig", "other"].into_iter().enumerate() {
        let mut url = Program::plain_link().sent_url(&"01".repeat(32));
        url = match at {
            4 => format!("{url}&other={long}"),
            _ => url.replace(&format!("{name}="), &format!("{name}={long}")),
        };
        let secrets = [WORKFLOW.as_bytes()];
        let request = Request::new(Message::Link(Input::Text(url.as_bytes())), &secrets);
        let (diagnosis, _, most) = counted(&request);
        assert_ne!(diagnosis.verdict, Verdict::Explained, "{name}");
        assert_eq!(diagnosis.bound, Some(Bound::Bytes), "{name}");
        assert!(most < 8 * url.len(), "{name}: {most} of {}", url.len());
    }
}

/// The message is just short enough to be changed, with every repair.
#[test]
fn repairs_are_charged() {
    let value = "%2541&amp;=3D".repeat(4000);
    let url = Program::plain_link()
        .sent_url(&"01".repeat(32))
        .replace("uv=", &format!("uv={value}"));
    let secrets = [WORKFLOW.as_bytes()];
    let bound = 64 * MIB;
    let message = Message::Link(Input::Text(url.as_bytes()));
    let request = Request::new(message, &secrets).max_bytes(bound as u64);
    let (diagnosis, all, most) = counted(&request);
    assert_eq!(diagnosis.bound, Some(Bound::Bytes));
    assert!(all < 12 * bound, "{all}");
    assert!(most < 128 * MIB, "{most}");
}
