//! What was made of a secret is gone from memory when the secret is dropped: from the place where
//! it stood, and from every block of the heap that is freed.
//!
//! `cargo xtask evidence wiping` shows how much was looked through.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use visiono_workflow::{
    ExpectLink, LinkFields, LinkUrl, Webhook, WebhookSecret, Workflow, WorkflowSecret,
};

/// The last is longer than a block of SHA-256, so it is hashed before it is a key.
const SECRETS: [&str; 3] = [
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "yet another secret, of one block",
    "a secret that is so long that HMAC has to hash it before it is a key, as it has to be",
];

// --- What is looked for ----------------------------------------------------------------------

/// As many bytes of a trace are looked for. Between the fields of a value are up to seven that belong
/// to none, which nothing wipes, and in which a move may leave what was on the stack.
const PIECE: usize = 8;

type Traces = BTreeSet<[u8; PIECE]>;

/// What a secret could be known by, or be used in its place: its text, the key, the key as HMAC
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

/// The words of SHA-256's state after the padded key, inner and outer.
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

/// How many pieces of the traces stand in these bytes.
fn found(bytes: &[u8], traces: &Traces) -> usize {
    let windows = bytes.windows(PIECE);
    windows.filter(|window| traces.contains(*window)).count()
}

// --- Where a value stood ---------------------------------------------------------------------

/// The bytes at which a value stands, and those that are there after it was dropped.
#[expect(
    unsafe_code,
    reason = "only so can the memory of a dropped value be looked at"
)]
fn before_and_after<T>(value: T) -> [Vec<u8>; 2] {
    let mut place = MaybeUninit::<T>::zeroed();
    let start = place.as_ptr().cast::<u8>();
    let bytes = || {
        (0..size_of::<T>())
            // SAFETY: the place is as large as `T`, stays where it is to the end of the function,
            // and was zeroed, so each of its bytes can be read.
            .map(|at| unsafe { ptr::read_volatile(start.add(at)) })
            .collect()
    };
    place.write(value);
    let before = bytes();
    // SAFETY: the value was written above, and nothing uses it after this.
    unsafe { place.assume_init_drop() };
    [before, bytes()]
}

fn workflow_secrets() -> [WorkflowSecret; 3] {
    SECRETS.map(|text| WorkflowSecret::new(text).unwrap())
}

fn webhook_secrets() -> [WebhookSecret; 3] {
    SECRETS.map(|text| WebhookSecret::new(text).unwrap())
}

#[test]
fn nothing_is_left_where_a_value_stood() {
    let one = || WorkflowSecret::new(SECRETS[0]).unwrap();
    let other = || WebhookSecret::new(SECRETS[0]).unwrap();
    let traces = all_traces();
    let mut bytes = 0;
    for (secrets, [before, after]) in [
        (1, before_and_after(one())),
        (1, before_and_after(other())),
        (1, before_and_after(Workflow::new(one()).unwrap())),
        (1, before_and_after(Webhook::new(other()).unwrap())),
        (
            3,
            before_and_after(Workflow::new(workflow_secrets()).unwrap()),
        ),
        (
            3,
            before_and_after(Webhook::new(webhook_secrets()).unwrap()),
        ),
    ] {
        // Two midstates of 32 bytes are kept of each, or else the rest would show nothing.
        assert!(found(&before, &traces) >= secrets * 2 * 32 / PIECE);
        assert_eq!(found(&after, &traces), 0);
        bytes += after.len();
    }
    println!("{bytes} bytes, at which 6 values stood, were looked through");
}

// --- What is freed ---------------------------------------------------------------------------

/// What was looked through in the blocks that a thread freed.
#[derive(Clone, Copy, Default)]
struct Freed {
    blocks: usize,
    bytes: usize,
    found: usize,
}

thread_local! {
    static WATCHED: Cell<Option<(&'static Traces, Freed)>> = const { Cell::new(None) };
}

/// The system's allocator, which looks through a block when it is freed.
struct Watching;

#[global_allocator]
static ALLOCATOR: Watching = Watching;

#[expect(
    unsafe_code,
    reason = "only an allocator sees the blocks that are freed"
)]
// SAFETY: every call is the system's allocator's. `realloc` is what the trait makes of the other
// two, so that a block that is moved is freed too.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // So that each byte can be read when it is freed.
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some((traces, mut freed)) = WATCHED.take() {
            // SAFETY: the block is of that size, and all of it was written.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            freed.blocks += 1;
            freed.bytes += bytes.len();
            freed.found += found(bytes, traces);
            WATCHED.set(Some((traces, freed)));
        }
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) };
    }
}

/// Does something, and looks through each block that is freed meanwhile.
fn watch(work: impl FnOnce()) -> Freed {
    let traces: &'static Traces = Box::leak(Box::new(all_traces()));
    WATCHED.set(Some((traces, Freed::default())));
    work();
    WATCHED.take().unwrap().1
}

/// Signs, verifies, and is dropped, as is a clone.
fn use_workflow<S: AsRef<[WorkflowSecret]> + Clone>(secrets: S) {
    let workflow = Workflow::new(secrets).unwrap();
    let fields = LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference: "ticket-456",
        timestamp: 1_705_500_000,
    };
    let url = LinkUrl::from_slug("damage-report").unwrap();
    let signed = workflow.sign_link(&url, &fields).unwrap().to_string();
    for (input, good) in [(&signed, true), (&signed.replace("ABC", "ABD"), false)] {
        let verified = workflow.verify_link(input, &ExpectLink::new(), fields.timestamp);
        assert_eq!(verified.is_ok(), good);
    }
    drop(workflow.clone());
}

fn use_webhook<S: AsRef<[WebhookSecret]> + Clone>(secrets: S) {
    let webhook = Webhook::new(secrets).unwrap();
    let header = format!("sha256={}", webhook.sign(b"{}").unwrap().as_str());
    assert!(webhook.verify(b"{}", Some(&header)).is_ok());
    assert!(webhook.verify(b"[]", Some(&header)).is_err());
    drop(webhook.clone());
}

#[test]
fn nothing_is_left_in_a_block_that_is_freed() {
    let freed = watch(|| {
        use_workflow(Box::new(workflow_secrets()) as Box<[WorkflowSecret]>);
        use_workflow(Arc::<[WorkflowSecret]>::from_iter(workflow_secrets()));
        use_workflow(Vec::from(workflow_secrets()));
        use_webhook(Box::new(webhook_secrets()) as Box<[WebhookSecret]>);
        use_webhook(Arc::<[WebhookSecret]>::from_iter(webhook_secrets()));
        use_webhook(Vec::from(webhook_secrets()));
    });
    let Freed {
        blocks,
        bytes,
        found,
    } = freed;
    assert_eq!(found, 0);
    println!("{blocks} blocks, {bytes} bytes in all, were looked through when they were freed");
}

/// Or else the test above would find nothing, whatever is there.
#[test]
fn what_is_not_wiped_is_found() {
    let freed = watch(|| drop(SECRETS[0].to_owned()));
    assert_eq!(freed.found, SECRETS[0].len() / PIECE);
    // A block that was left because there was no more room in it.
    let freed = watch(|| {
        let mut secrets = Vec::with_capacity(1);
        for secret in workflow_secrets() {
            secrets.push(secret);
        }
    });
    assert!(freed.found > 0);
}
