//! The allocator and the panic handler, without the messages of the standard library.

use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

// SAFETY: the module has no threads.
#[global_allocator]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

/// Stops at once. The core doesn't panic, and messages for unreachable code would be a large part
/// of the module.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
