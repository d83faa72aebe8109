// Lets ThreadSanitizer see Swift's `Mutex` where threads wait for each other: then libswiftSynchronization, which is not
// instrumented, asks the kernel for the lock. `scripts/sanitize thread` links this in with the linker's --wrap.
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define METHOD __attribute__((swiftcall)) void
#define SELF __attribute__((swift_context)) void *handle

// `_MutexHandle._lockSlow(_: UInt32)` and `_MutexHandle._unlockSlow()`
METHOD really_lock(uint32_t thread, SELF) __asm__("__real_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
METHOD lock(uint32_t thread, SELF) __asm__("__wrap_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
METHOD really_unlock(SELF) __asm__("__real_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
METHOD unlock(SELF) __asm__("__wrap_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

METHOD lock(uint32_t thread, SELF) {
    really_lock(thread, handle);
    __tsan_acquire(handle);
}

METHOD unlock(SELF) {
    __tsan_release(handle);
    really_unlock(handle);
}
