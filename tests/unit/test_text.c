/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/text.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

static bool contains(const char *text, const char *needle)
{
        return att_text_contains_nocase(att_text_from(text), att_text_from(needle));
}

static bool matches(const char *text, const char *pattern)
{
        return att_text_matches_glob(att_text_from(text), att_text_from(pattern));
}

static size_t distance(const char *a, const char *b, size_t limit)
{
        return att_text_distance(att_text_from(a), att_text_from(b), limit);
}

static bool is_utf8(const char *text)
{
        return att_text_is_utf8(att_text_from(text));
}

/* A short text over a small alphabet, so that chance makes matches. */
static struct att_text make_text(struct att_rng *rng, const char *letters, size_t len_max,
                                 char *bytes)
{
        const size_t len = att_rng_below(rng, len_max + 1);

        for (size_t i = 0; i < len; i++) {
                bytes[i] = letters[att_rng_below(rng, strlen(letters))];
        }
        return att_text_of(bytes, len);
}

START_TEST(absent_and_empty_texts_are_the_same)
{
        ck_assert(att_text_is_empty(att_text_from(NULL)));
        ck_assert(att_text_is_empty(ATT_TEXT_NONE));
        ck_assert(att_text_equals(att_text_from(NULL), att_text_from("")));
        ck_assert(att_text_equals(att_text_of(NULL, 0), ATT_TEXT("")));
        ck_assert_int_eq(att_text_compare(att_text_of(NULL, 0), ATT_TEXT("")), 0);
        ck_assert_uint_eq(att_text_hash(att_text_of(NULL, 0)), att_text_hash(ATT_TEXT("")));
}
END_TEST

START_TEST(texts_are_equal_byte_for_byte)
{
        ck_assert(att_text_equals(ATT_TEXT("ann"), att_text_of("anna", 3)));
        ck_assert(!att_text_equals(ATT_TEXT("ann"), ATT_TEXT("Ann")));
        ck_assert(!att_text_equals(ATT_TEXT("ann"), ATT_TEXT("anna")));
        ck_assert(att_text_equals_c(att_text_of("anna", 3), "ann"));
        ck_assert(!att_text_equals(ATT_TEXT("a\0b"), ATT_TEXT("a\0c")));
}
END_TEST

START_TEST(a_prefix_sorts_before_the_longer_text)
{
        ck_assert_int_lt(att_text_compare(ATT_TEXT("ann"), ATT_TEXT("anna")), 0);
        ck_assert_int_gt(att_text_compare(ATT_TEXT("anna"), ATT_TEXT("ann")), 0);
        ck_assert_int_lt(att_text_compare(ATT_TEXT("anz"), ATT_TEXT("b")), 0);
        ck_assert_int_gt(att_text_compare(ATT_TEXT("\xc3\xa9"), ATT_TEXT("z")), 0);
        ck_assert_int_eq(att_text_compare(ATT_TEXT("ann"), ATT_TEXT("ann")), 0);
}
END_TEST

START_TEST(a_text_starts_with_its_prefixes_only)
{
        ck_assert(att_text_starts_with(ATT_TEXT("voice.uk"), ATT_TEXT("voice")));
        ck_assert(att_text_starts_with(ATT_TEXT("voice"), ATT_TEXT("voice")));
        ck_assert(att_text_starts_with(ATT_TEXT("voice"), ATT_TEXT_NONE));
        ck_assert(!att_text_starts_with(ATT_TEXT("voice"), ATT_TEXT("voices")));
        ck_assert(!att_text_starts_with(ATT_TEXT("voice"), ATT_TEXT("oice")));
}
END_TEST

START_TEST(a_hash_is_the_same_on_every_machine)
{
        ck_assert_uint_eq(att_text_hash(ATT_TEXT("")), UINT64_C(0x2d06800538d394c2));
        ck_assert_uint_eq(att_text_hash(ATT_TEXT("attune")), UINT64_C(0x9db2ec0127961a76));
}
END_TEST

START_TEST(a_copy_ends_in_nul)
{
        ATT_CLEANUP(att_free_pointer) char *copy = att_text_dup(att_text_of("anna", 3));

        ck_assert_str_eq(copy, "ann");
}
END_TEST

START_TEST(only_well_formed_utf8_without_nul_is_utf8)
{
        ck_assert(is_utf8(""));
        ck_assert(is_utf8("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x93\x9e"));
        ck_assert(is_utf8("\xf4\x8f\xbf\xbf"));  /* U+10FFFF */
        ck_assert(!is_utf8("\xf4\x90\x80\x80")); /* Past it. */
        ck_assert(!is_utf8("\xc0\xaf"));         /* Overlong. */
        ck_assert(!is_utf8("\xe0\x80\xaf"));
        ck_assert(!is_utf8("\xf0\x80\x80\xaf"));
        ck_assert(!is_utf8("\xed\xa0\x80")); /* A surrogate. */
        ck_assert(!is_utf8("\x80"));
        ck_assert(!is_utf8("\xff"));
        ck_assert(!is_utf8("a\xe2\x82")); /* Cut short. */
        ck_assert(!is_utf8("\xe2\x82z"));
        ck_assert(!att_text_is_utf8(ATT_TEXT("a\0b")));
        ck_assert(!att_text_is_utf8(att_text_of("\xe2\x82\xac", 2)));
}
END_TEST

START_TEST(every_code_point_decodes_to_itself)
{
        for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
                char bytes[4];
                size_t len;
                uint32_t decoded = 0xffffffff;

                if (code_point < 0x80) {
                        bytes[0] = (char)code_point;
                        len = 1;
                } else if (code_point < 0x800) {
                        bytes[0] = (char)(0xc0 | code_point >> 6);
                        len = 2;
                } else if (code_point < 0x10000) {
                        bytes[0] = (char)(0xe0 | code_point >> 12);
                        len = 3;
                } else {
                        bytes[0] = (char)(0xf0 | code_point >> 18);
                        len = 4;
                }
                for (size_t i = 1; i < len; i++) {
                        bytes[i] = (char)(0x80 | (code_point >> (6 * (len - 1 - i)) & 0x3f));
                }
                if (code_point >= 0xd800 && code_point <= 0xdfff) {
                        len = 0;
                        ck_assert_uint_eq(att_text_decode(att_text_of(bytes, 3), 0, &decoded), 0);
                } else if (att_text_decode(att_text_of(bytes, len), 0, &decoded) != len ||
                           decoded != code_point) {
                        ck_abort_msg("U+%04X", (unsigned)code_point);
                }
        }
}
END_TEST

START_TEST(a_needle_is_found_in_any_case)
{
        ck_assert(contains("My ORDER is late", "order"));
        ck_assert(contains("My order is late", "ORDER IS"));
        ck_assert(contains("anything", ""));
        ck_assert(contains("", ""));
        ck_assert(!contains("", "a"));
        ck_assert(!contains("My order", "orders"));
        ck_assert(!contains("[", "{")); /* Not letters. */
        ck_assert(!contains("@", "`"));
}
END_TEST

START_TEST(letters_beyond_ascii_have_case_too)
{
        ck_assert(contains("\xc3\x84rger", "\xc3\xa4RGER"));   /* Ä */
        ck_assert(contains("\xc3\x98RSTED", "\xc3\xb8rsted")); /* Ø */
        ck_assert(!contains("\xc3\x97", "\xc3\xb7"));          /* Times, divided by. */
        ck_assert(contains("\xc5\x81\xc3\x93"
                           "D\xc5\xb9",
                           "\xc5\x82\xc3\xb3"
                           "d\xc5\xba"));            /* Łódź */
        ck_assert(contains("\xc5\xb8", "\xc3\xbf")); /* Ÿ: Extended-A, Latin-1. */
        ck_assert(contains("\xce\xa3\xce\x9f\xce\xa6\xce\x9f\xce\xa3", /* Sigma at the end. */
                           "\xcf\x83\xce\xbf\xcf\x86\xce\xbf\xcf\x82"));
        ck_assert(contains("\xce\x86\xce\x8f", "\xce\xac\xcf\x8e")); /* Greek accents. */
        ck_assert(contains("\xd0\x96\xd0\x90\xd0\x9b\xd0\x9e\xd0\x91\xd0\x90",
                           "\xd0\xb6\xd0\xb0\xd0\xbb\xd0\xbe\xd0\xb1\xd0\xb0")); /* Жалоба */
        ck_assert(contains("\xd0\x81", "\xd1\x91"));                             /* Ё */
        ck_assert(contains("\xd2\x90", "\xd2\x91"));                             /* Ґ */
        ck_assert(!contains("\xc4\xb1", "i")); /* Dotless i stays one. */
}
END_TEST

START_TEST(stray_bytes_match_themselves_only)
{
        ck_assert(contains("a\xff"
                           "b",
                           "\xff"));
        ck_assert(!contains("a\xfe"
                            "b",
                            "\xff"));
        /* The second half of a character is no character. */
        ck_assert(!contains("\xc3\xa4", "\xa4"));
        ck_assert(!contains("\xe2\x82\xac", "\x82"));
}
END_TEST

START_TEST(finding_agrees_with_a_naive_loop)
{
        struct att_rng rng;

        att_rng_seed(&rng, 1);
        for (int round = 0; round < 20000; round++) {
                char text_bytes[12];
                char needle_bytes[4];
                const struct att_text text = make_text(&rng, "aAbB", 12, text_bytes);
                const struct att_text needle = make_text(&rng, "aAbB", 4, needle_bytes);
                bool found = needle.len == 0;

                for (size_t at = 0; at + needle.len <= text.len; at++) {
                        size_t same = 0;

                        while (same < needle.len &&
                               (text.data[at + same] | 32) == (needle.data[same] | 32)) {
                                same++;
                        }
                        found = found || same == needle.len;
                }
                ck_assert(att_text_contains_nocase(text, needle) == found);
        }
}
END_TEST

START_TEST(a_star_stands_for_any_run)
{
        ck_assert(matches("", ""));
        ck_assert(matches("", "*"));
        ck_assert(matches("", "**"));
        ck_assert(!matches("", "?"));
        ck_assert(matches("+441234", "+44*"));
        ck_assert(!matches("+331234", "+44*"));
        ck_assert(matches("sales-uk-2", "*-uk-*"));
        ck_assert(!matches("sales-uk", "*-uk-*"));
        ck_assert(matches("abcabd", "*abd"));
        ck_assert(matches("[a]", "[a]"));
        ck_assert(!matches("a", "[a]"));
        ck_assert(!matches("Sales", "sales"));
        ck_assert(matches("sales", "s?l?s"));
}
END_TEST

static bool matches_naively(struct att_text text, struct att_text pattern)
{
        if (pattern.len == 0) {
                return text.len == 0;
        }
        const struct att_text rest = att_text_of(pattern.data + 1, pattern.len - 1);

        if (pattern.data[0] == '*') {
                for (size_t taken = 0; taken <= text.len; taken++) {
                        if (matches_naively(att_text_of(text.data + taken, text.len - taken),
                                            rest)) {
                                return true;
                        }
                }
                return false;
        }
        return text.len > 0 && (pattern.data[0] == '?' || pattern.data[0] == text.data[0]) &&
               matches_naively(att_text_of(text.data + 1, text.len - 1), rest);
}

START_TEST(globs_agree_with_a_naive_matcher)
{
        struct att_rng rng;
        int matched = 0;

        att_rng_seed(&rng, 2);
        for (int round = 0; round < 50000; round++) {
                char text_bytes[10];
                char pattern_bytes[8];
                const struct att_text text = make_text(&rng, "ab", 10, text_bytes);
                const struct att_text pattern = make_text(&rng, "ab*?*", 8, pattern_bytes);
                const bool expected = matches_naively(text, pattern);

                ck_assert(att_text_matches_glob(text, pattern) == expected);
                matched += expected;
        }
        ck_assert_int_gt(matched, 1000);
}
END_TEST

START_TEST(many_stars_take_no_exponential_time)
{
        char text[4097];
        char pattern[65];

        memset(text, 'a', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        for (size_t i = 0; i < 64; i++) {
                pattern[i] = i % 2 == 0 ? '*' : 'a';
        }
        pattern[63] = 'b';
        pattern[64] = '\0';
        ck_assert(!matches(text, pattern));
}
END_TEST

START_TEST(distance_counts_slips_of_the_pen)
{
        ck_assert_uint_eq(distance("sales", "sales", 5), 0);
        ck_assert_uint_eq(distance("sales", "sale", 5), 1);
        ck_assert_uint_eq(distance("sales", "salles", 5), 1);
        ck_assert_uint_eq(distance("sales", "saled", 5), 1);
        ck_assert_uint_eq(distance("sales", "slaes", 5), 1);
        ck_assert_uint_eq(distance("", "abc", 5), 3);
        ck_assert_uint_eq(distance("ca", "abc", 5), 3); /* No byte is edited twice. */
}
END_TEST

START_TEST(distance_stops_past_its_limit)
{
        ck_assert_uint_eq(distance("abcdef", "uvwxyz", 2), 3);
        ck_assert_uint_eq(distance("a", "abcdef", 2), 3);
        ck_assert_uint_eq(distance("a", "b", 0), 1);
        ck_assert_uint_eq(distance("a", "a", 0), 0);
}
END_TEST

static size_t distance_naively(struct att_text a, struct att_text b)
{
        if (a.len == 0 || b.len == 0) {
                return a.len + b.len;
        }
        const struct att_text a1 = att_text_of(a.data, a.len - 1);
        const struct att_text b1 = att_text_of(b.data, b.len - 1);
        size_t least = distance_naively(a1, b1) + (a.data[a.len - 1] != b.data[b.len - 1]);
        const size_t without_a = distance_naively(a1, b) + 1;
        const size_t without_b = distance_naively(a, b1) + 1;

        least = without_a < least ? without_a : least;
        least = without_b < least ? without_b : least;
        if (a.len > 1 && b.len > 1 && a.data[a.len - 1] == b.data[b.len - 2] &&
            a.data[a.len - 2] == b.data[b.len - 1]) {
                const size_t swapped = distance_naively(att_text_of(a.data, a.len - 2),
                                                        att_text_of(b.data, b.len - 2)) +
                                       1;

                least = swapped < least ? swapped : least;
        }
        return least;
}

START_TEST(distances_agree_with_the_naive_recursion)
{
        struct att_rng rng;

        att_rng_seed(&rng, 3);
        for (int round = 0; round < 5000; round++) {
                char a_bytes[5];
                char b_bytes[5];
                const struct att_text a = make_text(&rng, "abc", 5, a_bytes);
                const struct att_text b = make_text(&rng, "abc", 5, b_bytes);
                const size_t expected = distance_naively(a, b);

                for (size_t limit = 0; limit < 7; limit++) {
                        ck_assert_uint_eq(att_text_distance(a, b, limit),
                                          expected <= limit ? expected : limit + 1);
                }
        }
}
END_TEST

static struct att_text get_name(const void *context, size_t i)
{
        return att_text_from(((const char *const *)context)[i]);
}

static struct att_text nearest(const char *name, const char *const *names, size_t count)
{
        return att_text_nearest(att_text_from(name), count, get_name, names);
}

START_TEST(the_nearest_name_is_suggested)
{
        static const char *const names[] = {"sales", "support", "billing", "customer-retention"};

        ck_assert(att_text_equals_c(nearest("slaes", names, 4), "sales"));
        ck_assert(att_text_equals_c(nearest("suport", names, 4), "support"));
        ck_assert(att_text_equals_c(nearest("BILLING", names, 4), "billing"));
        ck_assert(att_text_equals_c(nearest("custmer-retantoin", names, 4), "customer-retention"));
}
END_TEST

START_TEST(nothing_is_suggested_for_what_is_no_slip)
{
        static const char *const names[] = {"sales", "vip", "en"};

        ck_assert(att_text_is_empty(nearest("repairs", names, 3)));
        ck_assert(att_text_is_empty(nearest("fr", names, 3)));
        ck_assert(att_text_is_empty(nearest("", names, 3)));
        ck_assert(att_text_is_empty(nearest("sales", names, 0)));
}
END_TEST

START_TEST(of_equally_near_names_the_first_is_suggested)
{
        static const char *const names[] = {"voice-1", "voice-2", "voice-3"};

        ck_assert(att_text_equals_c(nearest("voice-4", names, 3), "voice-1"));
}
END_TEST

START_TEST(a_text_is_cut_between_characters)
{
        ck_assert(att_text_equals_c(att_text_cut(ATT_TEXT("abc"), 3), "abc"));
        ck_assert(att_text_equals_c(att_text_cut(ATT_TEXT("abc"), 2), "ab"));
        ck_assert(att_text_equals_c(att_text_cut(ATT_TEXT("a\xc3\xa9z"), 2), "a"));
        ck_assert(att_text_equals_c(att_text_cut(ATT_TEXT("a\xc3\xa9z"), 3), "a\xc3\xa9"));
        ck_assert(att_text_is_empty(att_text_cut(ATT_TEXT("\xe2\x82\xac"), 2)));
        ck_assert(att_text_is_empty(att_text_cut(ATT_TEXT_NONE, 0)));
}
END_TEST

START_TEST(characters_are_written_as_they_are_read)
{
        static const uint32_t all[] = {0x41,  0x7f,   0x80,    0xe9,    0x7ff,
                                       0x800, 0xffff, 0x10000, 0x10ffff};

        for (size_t i = 0; i < ATT_ARRAY_LEN(all); i++) {
                char bytes[4];
                const size_t len = att_text_encode(all[i], bytes);
                uint32_t read;

                ck_assert_uint_eq(att_text_decode(att_text_of(bytes, len), 0, &read), len);
                ck_assert_uint_eq(read, all[i]);
        }
        ck_assert_uint_eq(att_text_fold('A'), 'a');
        ck_assert_uint_eq(att_text_fold(0xc9), 0xe9);
        ck_assert_uint_eq(att_text_fold(0x4e2d), 0x4e2d);
}
END_TEST

ATT_TEST_MAIN("text", a_text_is_cut_between_characters, absent_and_empty_texts_are_the_same,
              texts_are_equal_byte_for_byte, a_prefix_sorts_before_the_longer_text,
              a_text_starts_with_its_prefixes_only, a_hash_is_the_same_on_every_machine,
              a_copy_ends_in_nul, only_well_formed_utf8_without_nul_is_utf8,
              every_code_point_decodes_to_itself, a_needle_is_found_in_any_case,
              letters_beyond_ascii_have_case_too, stray_bytes_match_themselves_only,
              finding_agrees_with_a_naive_loop, a_star_stands_for_any_run,
              globs_agree_with_a_naive_matcher, many_stars_take_no_exponential_time,
              distance_counts_slips_of_the_pen, distance_stops_past_its_limit,
              distances_agree_with_the_naive_recursion, the_nearest_name_is_suggested,
              nothing_is_suggested_for_what_is_no_slip,
              of_equally_near_names_the_first_is_suggested, characters_are_written_as_they_are_read)
