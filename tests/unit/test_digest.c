/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/buffer.h"
#include "lib/base/digest.h"

#include <string.h>

#include "lib/base/rng.h"
#include "tests/support/main.h"

START_TEST(a_digest_is_the_same_on_every_machine)
{
        char text[ATT_DIGEST_TEXT_SIZE];

        /* As `xxhsum -H128` says. */
        ck_assert_str_eq(att_digest_format(att_digest_of("", 0), text),
                         "99aa06d3014798d86001c324468d497f");
        ck_assert_str_eq(att_digest_format(att_digest_of("attune", 6), text),
                         "5b8a2ff40080a2b834889e3f95fe07aa");
}
END_TEST

START_TEST(numbers_are_added_in_little_endian_order)
{
        struct att_digester digester;

        att_digester_init(&digester);
        att_digester_add_u64(&digester, UINT64_C(0x0807060504030201));
        att_digester_add_i64(&digester, -2);
        ck_assert(att_digest_equals(
                att_digester_finish(&digester),
                att_digest_of("\1\2\3\4\5\6\7\10\xfe\xff\xff\xff\xff\xff\xff\xff", 16)));
}
END_TEST

START_TEST(pieces_give_the_digest_of_the_whole)
{
        unsigned char bytes[3000];
        struct att_rng rng;

        att_rng_seed(&rng, 1);
        for (size_t i = 0; i < sizeof(bytes); i++) {
                bytes[i] = (unsigned char)att_rng_next(&rng);
        }
        for (int round = 0; round < 500; round++) {
                const size_t most = round % 2 == 0 ? sizeof(bytes) : 300;
                const size_t len = att_rng_below(&rng, most + 1);
                struct att_digester digester;
                size_t at = 0;

                att_digester_init(&digester);
                while (at < len) {
                        const size_t piece = att_rng_below(&rng, len - at + 1);

                        att_digester_add_bytes(&digester, bytes + at, piece);
                        at += piece;
                }
                ck_assert(att_digest_equals(att_digester_finish(&digester),
                                            att_digest_of(bytes, len)));
        }
}
END_TEST

/* malloc() aligns to 16, and the digest's own code may be built for registers of 64 bytes. */
START_TEST(a_digester_may_lie_anywhere)
{
        static const char text[5000] = "attune";
        _Alignas(64) static char room[sizeof(struct att_digester) + 64];

        for (size_t offset = 0; offset < 64; offset += _Alignof(struct att_digester)) {
                struct att_digester *digester = (struct att_digester *)(void *)(room + offset);

                att_digester_init(digester);
                for (size_t at = 0; at < sizeof(text); at += 500) {
                        att_digester_add_bytes(digester, text + at, 500);
                }
                ck_assert(att_digest_equals(att_digester_finish(digester),
                                            att_digest_of(text, sizeof(text))));
        }
}
END_TEST

START_TEST(finishing_leaves_the_digest_open)
{
        struct att_digester digester;

        att_digester_init(&digester);
        att_digester_add_bytes(&digester, "att", 3);
        (void)att_digester_finish(&digester);
        att_digester_add_bytes(&digester, "une", 3);
        ck_assert(att_digest_equals(att_digester_finish(&digester), att_digest_of("attune", 6)));
}
END_TEST

START_TEST(where_one_text_ends_and_the_next_begins_matters)
{
        struct att_digester one;
        struct att_digester other;

        att_digester_init(&one);
        att_digester_add_text(&one, ATT_TEXT("ab"));
        att_digester_add_text(&one, ATT_TEXT("c"));
        att_digester_init(&other);
        att_digester_add_text(&other, ATT_TEXT("a"));
        att_digester_add_text(&other, ATT_TEXT("bc"));
        ck_assert(!att_digest_equals(att_digester_finish(&one), att_digester_finish(&other)));
}
END_TEST

START_TEST(one_bit_makes_another_digest)
{
        unsigned char bytes[100] = {0};
        const struct att_digest before = att_digest_of(bytes, sizeof(bytes));

        for (size_t bit = 0; bit < sizeof(bytes) * 8; bit++) {
                bytes[bit / 8] ^= (unsigned char)(1U << (bit % 8));
                ck_assert(!att_digest_equals(before, att_digest_of(bytes, sizeof(bytes))));
                bytes[bit / 8] ^= (unsigned char)(1U << (bit % 8));
        }
}
END_TEST

ATT_TEST_MAIN("digest", a_digest_is_the_same_on_every_machine,
              numbers_are_added_in_little_endian_order, pieces_give_the_digest_of_the_whole,
              a_digester_may_lie_anywhere, finishing_leaves_the_digest_open,
              where_one_text_ends_and_the_next_begins_matters, one_bit_makes_another_digest)
