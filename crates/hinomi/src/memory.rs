// SPDX-License-Identifier: Apache-2.0
//! What was freed goes back to the system, instead of waiting for the thread that freed it.
//!
//! ```text
//! as it comes      16 arenas on 2 cores, each keeps what its threads freed; buffers of up to 32 MB are cut from them
//! as it is set     an arena a core; a buffer from a megabyte on is a mapping of its own, gone when it is freed
//! ```
//! Readers, packers and the database's own threads hand each other documents and blocks of megabytes: an import of all
//! feeds would else keep twice of what it ever needs at one time.

/// Buffers from this size on are mappings of their own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_MAPPING_BYTES: i32 = 1 << 20;

/// To be called before any other thread is started.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "two settings of the C library's allocator; the argument stands beside them")]
pub(crate) fn give_back() {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let arenas = i32::try_from(cores.max(2)).unwrap_or(i32::MAX);
    // SAFETY: `mallopt` takes two numbers and stores them (glibc, `mallopt(3)`). It must not run beside other threads that
    // allocate, and there are none yet. Whatever it answers, memory stays as valid as before.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas);
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
    }
}

/// Other allocators have settings of their own.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
