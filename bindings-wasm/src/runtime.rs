//! What the standard library would bring, without its messages.

use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

// SAFETY: the module has no threads.
#[global_allocator]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

/// Stops at once. Nothing in the core panics; the messages of the code that can't be reached
/// would be a good part of the module.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
