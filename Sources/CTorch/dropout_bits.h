// The mask of a dropout as one bit an element: what a backward pass reads again for a thirtieth of the memory of the numbers.
#pragma once

#include "kernels.h"
#include "philox.h"

namespace ctorch {

/// A processor's vector of choices, one bit each in memory.
typedef bool Choices16 __attribute__((ext_vector_type(16)));
typedef uint32_t Words16 __attribute__((ext_vector_type(16)));

/// Writes words [begin, end) of the mask: bit i of word w is set where element 64·(first + w) + i stays. The elements are those
/// of `ct_dropout` with the same seed and stream.
CTORCH_INLINE void drawKept(
    uint64_t* bits, int64_t first, int64_t begin, int64_t end, uint64_t seed, uint64_t stream, uint32_t threshold) {
    static_assert(philox::batch == 64, "one batch of the generator is one word");
    uint32_t numbers[philox::batch];
    for (int64_t at = begin; at < end; ++at) {
        philox::fill(seed, stream, static_cast<uint64_t>(first + at), numbers);
        uint64_t word = 0;
        for (int part = 0; part < 4; ++part) {
            Words16 sixteen;
            __builtin_memcpy(&sixteen, numbers + part * 16, sizeof sixteen);
            const Choices16 kept = __builtin_convertvector(sixteen >= threshold, Choices16);
            word |= uint64_t{__builtin_bit_cast(uint16_t, kept)} << (part * 16);
        }
        bits[at] = word;
    }
}

/// The 64 bits from element `at` on. The mask has a word behind its last one.
CTORCH_INLINE uint64_t keptFrom(const uint64_t* bits, int64_t at) {
    const int shift = static_cast<int>(at & 63);
    const uint64_t *word = bits + (at >> 6), upper = word[1] << 1;
    return word[0] >> shift | upper << (63 - shift);
}

/// `scale` where an element stays, 0 where it does not, for 64 elements.
CTORCH_INLINE void spread(uint64_t kept, float scale, float* factors) {
    for (int half = 0; half < 2; ++half) {
        const uint32_t bits = static_cast<uint32_t>(kept >> (32 * half));
        for (int i = 0; i < 32; ++i) factors[32 * half + i] = bits & (1u << i) ? scale : 0.0f;
    }
}

/// Turns a square of 64×64 bits over: bit c of row r goes to bit r of row c.
CTORCH_INLINE void transposeBits(uint64_t* square) {
    uint64_t mask = 0x00000000FFFFFFFFull;
    for (int size = 32; size != 0; size >>= 1, mask ^= mask << size) {
        for (int row = 0; row < 64; row = ((row | size) + 1) & ~size) {
            const uint64_t change = ((square[row] >> size) ^ square[row | size]) & mask;
            square[row] ^= change << size;
            square[row | size] ^= change;
        }
    }
}

}  // namespace ctorch
