//! Tests that nothing made from a secret is left in memory after the secret is dropped: neither in
//! its place, nor in a freed block of the heap. `cargo xtask evidence wiping` prints how much
//! memory was searched.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::mem::MaybeUninit;
use std::ptr;

use sha2::{Digest, Sha256};
use visiono_workflow::{
    Error, ExpectLink, LinkFields, LinkUrl, Webhook, WebhookSecret, Workflow, WorkflowSecret,
};

/// The last is longer than a block of SHA-256, so it is hashed to make the key.
const SECRETS: [&str; 3] = [
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "yet-another-secret,-of-one-block",
    "a-secret-that-is-so-long-that-HMAC-hashes-it-before-it-is-a-key,-as-RFC-2104-says-it-must",
];

// --- Traces ----------------------------------------------------------------------------------

/// The length of the pieces of a trace that are searched for, in bytes. A value has up to seven
/// consecutive bytes of padding. Nothing wipes them, and a move may leave bytes of the stack in
/// them.
const PIECE: usize = 8;

type Traces = BTreeSet<[u8; PIECE]>;

/// Returns the bytes that reveal a secret or can replace it: its text, the key, the key as HMAC
/// pads it, and the two states of SHA-256 after that.
fn traces(text: &str) -> Traces {
    let mut key = text.as_bytes().to_vec();
    if key.len() > 64 {
        key = Sha256::digest(text).to_vec();
    }
    let masked = [0, 0x36, 0x5c].map(|mask| key.iter().map(|byte| byte ^ mask).collect());
    let mut whole = vec![text.as_bytes().to_vec()];
    whole.extend::<[Vec<u8>; 3]>(masked);
    whole.extend(midstates(&key));
    let pieces = whole.iter().flat_map(|trace| trace.as_chunks().0);
    pieces.copied().collect()
}

/// Returns the words of SHA-256's state after the padded key, inner and outer.
fn midstates(key: &[u8]) -> [Vec<u8>; 2] {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    [0x36, 0x5c].map(|pad| {
        // FIPS 180-4, section 5.3.3.
        let mut state = [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ];
        let padded = block.map(|byte| byte ^ pad);
        sha2::block_api::compress256(&mut state, &[padded]);
        state.iter().flat_map(|word| word.to_ne_bytes()).collect()
    })
}

fn all_traces() -> Traces {
    SECRETS.into_iter().flat_map(traces).collect()
}

/// Returns the number of pieces of the traces in these bytes.
fn found(bytes: &[u8], traces: &Traces) -> usize {
    let windows = bytes.windows(PIECE);
    windows.filter(|window| traces.contains(*window)).count()
}

// --- Memory of a dropped value ---------------------------------------------------------------

/// Returns the bytes of a value, and the bytes in its place after it was dropped.
#[expect(
    unsafe_code,
    reason = "only so can the memory of a dropped value be looked at"
)]
fn before_and_after<T>(value: T) -> [Vec<u8>; 2] {
    let mut place = MaybeUninit::<T>::zeroed();
    let start = place.as_ptr().cast::<u8>();
    let bytes = || {
        (0..size_of::<T>())
            // SAFETY: the place is as large as `T`, is not moved until the end of the function, and
            // was zeroed, so each of its bytes can be read.
            .map(|at| unsafe { ptr::read_volatile(start.add(at)) })
            .collect()
    };
    place.write(value);
    let before = bytes();
    // SAFETY: the value was written above, and is not used afterwards.
    unsafe { place.assume_init_drop() };
    [before, bytes()]
}

fn texts() -> [Option<&'static str>; 3] {
    SECRETS.map(Some)
}

fn workflow_secret(text: &str) -> WorkflowSecret {
    WorkflowSecret::new(text).unwrap()
}

fn workflow_secrets() -> [WorkflowSecret; 3] {
    SECRETS.map(workflow_secret)
}

fn webhook_secret(text: &str) -> WebhookSecret {
    WebhookSecret::new(text).unwrap()
}

fn webhook_secrets() -> [WebhookSecret; 3] {
    SECRETS.map(webhook_secret)
}

#[test]
fn nothing_is_left_in_place_of_a_dropped_value() {
    let one = || WorkflowSecret::new(SECRETS[0]).unwrap();
    let other = || WebhookSecret::new(SECRETS[0]).unwrap();
    let traces = all_traces();
    let mut bytes = 0;
    // The secrets after the first are on the heap, which the next test searches.
    for [before, after] in [
        before_and_after(one()),
        before_and_after(other()),
        before_and_after(Workflow::new(one()).unwrap()),
        before_and_after(Webhook::new(other()).unwrap()),
        before_and_after(Workflow::new(workflow_secrets()).unwrap()),
        before_and_after(Webhook::new(webhook_secrets()).unwrap()),
        before_and_after(Workflow::from_texts([texts()[0], None, texts()[1]]).unwrap()),
        before_and_after(Webhook::from_texts([texts()[0], None, texts()[1]]).unwrap()),
    ] {
        // Two midstates of 32 bytes must be found before the drop, or the test would show nothing.
        assert!(found(&before, &traces) >= 2 * 32 / PIECE);
        assert_eq!(found(&after, &traces), 0);
        bytes += after.len();
    }
    println!("{bytes} bytes, at which 8 values were, were looked through");
}

// --- Freed blocks ----------------------------------------------------------------------------

/// The blocks that a thread freed, and the traces found in them.
#[derive(Clone, Copy, Default)]
struct Freed {
    blocks: usize,
    bytes: usize,
    found: usize,
}

thread_local! {
    static WATCHED: Cell<Option<(&'static Traces, Freed)>> = const { Cell::new(None) };
}

/// The system's allocator, with a search of each block that is freed.
struct Watching;

#[global_allocator]
static ALLOCATOR: Watching = Watching;

#[expect(
    unsafe_code,
    reason = "only an allocator sees the blocks that are freed"
)]
// SAFETY: every call goes to the system's allocator. `realloc` is the trait's default, made of the
// other two, so that a moved block is freed too.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that each byte can be read when it is freed.
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some((traces, mut freed)) = WATCHED.take() {
            // SAFETY: the block has that size, and all of it was written.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            freed.blocks += 1;
            freed.bytes += bytes.len();
            freed.found += found(bytes, traces);
            WATCHED.set(Some((traces, freed)));
        }
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(block, layout) };
    }
}

/// Runs `work`, and searches each block that is freed meanwhile.
fn watch(work: impl FnOnce()) -> Freed {
    let traces: &'static Traces = Box::leak(Box::new(all_traces()));
    WATCHED.set(Some((traces, Freed::default())));
    work();
    WATCHED.take().unwrap().1
}

/// Signs, verifies, and drops the workflow and a clone.
fn use_workflow(workflow: Result<Workflow, Error>) {
    let workflow = workflow.unwrap();
    let fields = LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference: "ticket-456",
        timestamp: 1_705_500_000,
    };
    let url = LinkUrl::from_slug("damage-report").unwrap();
    let signed = workflow.sign_link(&url, &fields).unwrap().to_string();
    for (input, good) in [(&signed, true), (&signed.replace("ABC", "ABD"), false)] {
        let verified = workflow.verify_link(input, fields.timestamp, &ExpectLink::new());
        assert_eq!(verified.is_ok(), good);
    }
    drop(workflow.clone());
}

fn use_webhook(webhook: Result<Webhook, Error>) {
    let webhook = webhook.unwrap();
    let header = webhook.signature_header(b"{}");
    let header = Some(header.as_str().as_bytes());
    assert!(webhook.verify(b"{}", header).is_ok());
    assert!(webhook.verify(b"[]", header).is_err());
    drop(webhook.clone());
}

/// Returns many secrets, with absent ones among them.
fn many_texts() -> impl Iterator<Item = Option<&'static str>> {
    let some = texts().into_iter().cycle().take(20);
    some.flat_map(|text| [text, None])
}

#[test]
fn nothing_is_left_in_a_block_that_is_freed() {
    let freed = watch(|| {
        use_workflow(Workflow::new(workflow_secrets()));
        use_workflow(Workflow::new(many_texts().flatten().map(workflow_secret)));
        use_workflow(Workflow::from_texts(texts()));
        use_workflow(Workflow::from_texts(many_texts()));
        use_webhook(Webhook::new(webhook_secrets()));
        use_webhook(Webhook::new(many_texts().flatten().map(webhook_secret)));
        use_webhook(Webhook::from_texts(texts()));
        use_webhook(Webhook::from_texts(many_texts()));
        // A list that is discarded because its last secret is invalid.
        let bad = || many_texts().chain([Some("")]);
        assert!(Workflow::from_texts(bad()).is_err() && Webhook::from_texts(bad()).is_err());
    });
    let Freed {
        blocks,
        bytes,
        found,
    } = freed;
    assert_eq!(found, 0);
    println!("{blocks} blocks, {bytes} bytes in all, were looked through when they were freed");
}

// Shows that the test above can find something.
#[test]
fn unwiped_memory_is_found() {
    let freed = watch(|| drop(SECRETS[0].to_owned()));
    assert_eq!(freed.found, SECRETS[0].len() / PIECE);
    // A block that was left because it was full.
    let freed = watch(|| {
        let mut secrets = Vec::with_capacity(1);
        for secret in workflow_secrets() {
            secrets.push(secret);
        }
    });
    assert!(freed.found > 0);
}
