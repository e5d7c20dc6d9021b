//! Has a bug that only guided fuzzing finds, and only AddressSanitizer sees: a run of the others
//! is worth something if this one fails.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"{sig") {
        let copy = Box::new([0_u8; 4]);
        // SAFETY: none, on purpose: the byte after the four is read.
        let byte = unsafe { copy.as_ptr().add(data.len().max(4)).read_volatile() };
        std::hint::black_box(byte);
    }
});
