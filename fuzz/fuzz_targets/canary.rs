//! A target with a bug that only guided fuzzing finds and only AddressSanitizer detects. A run of
//! the other targets is only meaningful if this one fails.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"{sig") {
        let copy = Box::new([0_u8; 4]);
        // SAFETY: deliberately unsound: reads the byte after the four.
        let byte = unsafe { copy.as_ptr().add(data.len().max(4)).read_volatile() };
        std::hint::black_box(byte);
    }
});
