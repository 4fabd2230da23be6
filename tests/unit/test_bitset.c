/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/bitset.h"

#include <string.h>

#include "lib/base/rng.h"
#include "tests/support/main.h"

START_TEST(as_many_words_as_the_bits_need)
{
        ck_assert_uint_eq(att_bitset_words(0), 0);
        ck_assert_uint_eq(att_bitset_words(1), 1);
        ck_assert_uint_eq(att_bitset_words(64), 1);
        ck_assert_uint_eq(att_bitset_words(65), 2);
}
END_TEST

START_TEST(an_empty_set_has_no_next)
{
        const uint64_t words[2] = {0};

        ck_assert_uint_eq(att_bitset_next(words, 2, 0), SIZE_MAX);
        ck_assert_uint_eq(att_bitset_next(words, 0, 0), SIZE_MAX);
        ck_assert_uint_eq(att_bitset_next(words, 2, 128), SIZE_MAX);
        ck_assert_uint_eq(att_bitset_count(words, 2), 0);
}
END_TEST

START_TEST(next_finds_the_edges_of_words)
{
        uint64_t words[3] = {0};

        att_bitset_add(words, 0);
        att_bitset_add(words, 63);
        att_bitset_add(words, 64);
        att_bitset_add(words, 191);
        ck_assert_uint_eq(att_bitset_next(words, 3, 0), 0);
        ck_assert_uint_eq(att_bitset_next(words, 3, 1), 63);
        ck_assert_uint_eq(att_bitset_next(words, 3, 64), 64);
        ck_assert_uint_eq(att_bitset_next(words, 3, 65), 191);
        ck_assert_uint_eq(att_bitset_next(words, 3, 191), 191);
        ck_assert_uint_eq(att_bitset_count(words, 3), 4);
}
END_TEST

START_TEST(a_bitset_agrees_with_an_array_of_bools)
{
        enum { BITS = 300 };
        uint64_t words[(BITS + 63) / 64] = {0};
        uint64_t other[(BITS + 63) / 64] = {0};
        bool members[BITS] = {false};
        bool others[BITS] = {false};
        const size_t word_count = att_bitset_words(BITS);
        struct att_rng rng;

        att_rng_seed(&rng, 1);
        for (int round = 0; round < 5000; round++) {
                const size_t bit = att_rng_below(&rng, BITS);
                const bool present = att_rng_below(&rng, 2) == 0;

                att_bitset_put(words, bit, present);
                members[bit] = present;
                others[att_rng_below(&rng, BITS)] = att_rng_below(&rng, 4) > 0;
                if (round % 500 == 0) {
                        for (size_t i = 0; i < BITS; i++) {
                                att_bitset_put(other, i, others[i]);
                                members[i] = members[i] && others[i];
                        }
                        att_bitset_and(words, other, word_count);
                }

                const size_t from = att_rng_below(&rng, BITS);
                size_t next = SIZE_MAX;
                size_t count = 0;

                for (size_t i = BITS; i-- > 0;) {
                        ck_assert(att_bitset_has(words, i) == members[i]);
                        count += members[i];
                        if (members[i] && i >= from) {
                                next = i;
                        }
                }
                ck_assert_uint_eq(att_bitset_count(words, word_count), count);
                ck_assert_uint_eq(att_bitset_next(words, word_count, from), next);
        }
}
END_TEST

ATT_TEST_MAIN("bitset", as_many_words_as_the_bits_need, an_empty_set_has_no_next,
              next_finds_the_edges_of_words, a_bitset_agrees_with_an_array_of_bools)
