/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/bitset.h"

size_t att_bitset_count(const uint64_t *words, size_t word_count)
{
        size_t count = 0;

        for (size_t i = 0; i < word_count; i++) {
                count += (size_t)__builtin_popcountll(words[i]);
        }
        return count;
}

size_t att_bitset_next(const uint64_t *words, size_t word_count, size_t from)
{
        size_t i = from / 64;

        if (i >= word_count) {
                return SIZE_MAX;
        }

        uint64_t word = words[i] & (~UINT64_C(0) << (from % 64));

        while (word == 0) {
                i++;
                if (i == word_count) {
                        return SIZE_MAX;
                }
                word = words[i];
        }
        return i * 64 + (size_t)__builtin_ctzll(word);
}

void att_bitset_and(uint64_t *into, const uint64_t *other, size_t word_count)
{
        for (size_t i = 0; i < word_count; i++) {
                into[i] &= other[i];
        }
}
