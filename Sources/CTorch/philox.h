// Philox4x32-10, a counter-based random generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//
// A number depends on (seed, stream, index) alone. So any thread can compute any part of a mask, the result is the
// same on any count of threads, and a mask need not be stored between the forward and the backward pass.
#pragma once

#include <cstdint>

namespace ctorch::philox {

/// Blocks computed side by side, in a form that compilers turn into vector instructions.
constexpr int lanes = 16;
/// Numbers that one call of `fill` writes.
constexpr int batch = 4 * lanes;

/// Writes the numbers [batch·index, batch·(index + 1)) of a stream.
/// Word w of block `lanes·index + lane` goes to `out[w·lanes + lane]`.
inline __attribute__((always_inline)) void fill(uint64_t seed, uint64_t stream, uint64_t index, uint32_t* out) {
    // 32-bit words in 64-bit places: the widening product takes the lower halves and leaves what it needs of the result
    // in place, so that a round is four products, four shifts and four exclusive ors a vector. Upper halves are rubbish.
    uint64_t c0[lanes], c1[lanes], c2[lanes], c3[lanes];
    for (int i = 0; i < lanes; ++i) {
        const uint64_t block = index * lanes + i;
        c0[i] = block;
        c1[i] = block >> 32;
        c2[i] = stream;
        c3[i] = stream >> 32;
    }
    uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < lanes; ++i) {
            const uint64_t p0 = uint64_t{0xD2511F53} * static_cast<uint32_t>(c0[i]);
            const uint64_t p1 = uint64_t{0xCD9E8D57} * static_cast<uint32_t>(c2[i]);
            c0[i] = (p1 >> 32) ^ c1[i] ^ k0;
            c2[i] = (p0 >> 32) ^ c3[i] ^ k1;
            c1[i] = p1;
            c3[i] = p0;
        }
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    for (int i = 0; i < lanes; ++i) {
        out[i] = static_cast<uint32_t>(c0[i]);
        out[lanes + i] = static_cast<uint32_t>(c1[i]);
        out[2 * lanes + i] = static_cast<uint32_t>(c2[i]);
        out[3 * lanes + i] = static_cast<uint32_t>(c3[i]);
    }
}

}  // namespace ctorch::philox
