//! What the standard library would bring, without its messages.

#[cfg(not(feature = "webhook"))]
use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

// SAFETY: the module has no threads.
#[cfg(not(feature = "webhook"))]
#[global_allocator]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

/// A body is read into many small pieces of memory. In the allocator above, each would cost a
/// search among those that are free.
#[cfg(feature = "webhook")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Stops at once. Nothing in the core panics; the messages of the code that can't be reached
/// would be a good part of the module.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
