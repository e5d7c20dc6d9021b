//! What was made of a secret is gone from memory when the secret is dropped.

use std::mem::MaybeUninit;
use std::ptr;

use visiono_workflow::{WebhookSecret, Workflow, WorkflowSecret};

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The bytes at which a value stood, before and after it was dropped.
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

/// The words of SHA-256's state that stand in these bytes after the padded key, inner and outer.
fn midstates(key: &[u8]) -> [Vec<u8>; 2] {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    [0x36, 0x5c].map(|pad| {
        let mut state = sha2_state();
        let padded = block.map(|byte| byte ^ pad);
        sha2::block_api::compress256(&mut state, &[padded]);
        state.iter().flat_map(|word| word.to_ne_bytes()).collect()
    })
}

/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
const fn sha2_state() -> [u32; 8] {
    [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ]
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn the_keyed_state_is_wiped() {
    let secret = || WorkflowSecret::new(SECRET).unwrap();
    let webhook = WebhookSecret::new(SECRET).unwrap();
    for [before, after] in [
        before_and_after(secret()),
        before_and_after(webhook),
        before_and_after(Workflow::new(secret()).unwrap()),
        before_and_after(Workflow::new([secret(), secret()]).unwrap()),
    ] {
        for midstate in midstates(SECRET.as_bytes()) {
            assert!(holds(&before, &midstate), "the search finds what is there");
            for word in midstate.chunks(4) {
                assert!(!holds(&after, word));
            }
        }
    }
}

/// The text is not kept, as it is or padded.
#[test]
fn the_text_is_not_kept() {
    let [before, after] = before_and_after(WorkflowSecret::new(SECRET).unwrap());
    let masked = |mask: u8| SECRET.bytes().map(|byte| byte ^ mask).collect::<Vec<_>>();
    for mask in [0, 0x36, 0x5c] {
        let text = masked(mask);
        assert!(
            !text
                .chunks(8)
                .any(|part| holds(&before, part) || holds(&after, part))
        );
    }
}
