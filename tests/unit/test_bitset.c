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

START_TEST(a_bitset_agrees_with_an_array_of_bools)
{
        enum { BITS = 300 };
        uint64_t words[(BITS + 63) / 64] = {0};
        bool members[BITS] = {false};
        size_t differ = 0;
        struct att_rng rng;

        att_rng_seed(&rng, 1);
        for (int round = 0; round < 5000; round++) {
                const size_t bit = att_rng_below(&rng, BITS);
                const bool present = att_rng_below(&rng, 2) == 0;

                att_bitset_put(words, bit, present);
                members[bit] = present;
                for (size_t i = 0; i < BITS; i++) {
                        differ += att_bitset_has(words, i) != members[i];
                }
                ck_assert_uint_eq(differ, 0);
        }
}
END_TEST

ATT_TEST_MAIN("bitset", as_many_words_as_the_bits_need, a_bitset_agrees_with_an_array_of_bools)
