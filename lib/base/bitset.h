/* SPDX-License-Identifier: Apache-2.0 */
/* Plain arrays of 64-bit words as sets of small numbers. The caller keeps the number of words. */
#ifndef ATT_LIB_BASE_BITSET_H
#define ATT_LIB_BASE_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t att_bitset_words(size_t bits)
{
        return (bits + 63) / 64;
}

static inline bool att_bitset_has(const uint64_t *words, size_t bit)
{
        return (words[bit / 64] >> (bit % 64)) & 1;
}

static inline void att_bitset_add(uint64_t *words, size_t bit)
{
        words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void att_bitset_remove(uint64_t *words, size_t bit)
{
        words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

static inline void att_bitset_put(uint64_t *words, size_t bit, bool present)
{
        if (present) {
                att_bitset_add(words, bit);
        } else {
                att_bitset_remove(words, bit);
        }
}

#endif
