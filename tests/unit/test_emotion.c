/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/emotion/emotion.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

#define PPM 1000000

static int64_t sentiment_in(const char *language, const char *text)
{
        struct att_emotion emotion;

        ck_assert_msg(att_emotion_estimate(att_text_from(language), att_text_from(text),
                                           &emotion) == ATT_ESTIMATE_MADE,
                      "nothing is known of '%s'", text);
        ck_assert_int_ge(emotion.sentiment_ppm, -PPM);
        ck_assert_int_le(emotion.sentiment_ppm, PPM);
        ck_assert_int_eq(emotion.negative_ppm,
                         emotion.sentiment_ppm < 0 ? -emotion.sentiment_ppm : 0);
        return emotion.sentiment_ppm;
}

static int64_t sentiment(const char *text)
{
        return sentiment_in("en", text);
}

static enum att_estimate_result result(const char *language, const char *text)
{
        struct att_emotion emotion;

        return att_emotion_estimate(att_text_from(language), att_text_from(text), &emotion);
}

#define ASSERT_WORSE(worse, better)                                                                \
        ck_assert_msg(sentiment(worse) < sentiment(better), "'%s' %" PRId64 ", '%s' %" PRId64,     \
                      worse, sentiment(worse), better, sentiment(better))

START_TEST(the_figures_are_the_same_everywhere)
{
        static const struct {
                const char *text;
                int64_t sentiment_ppm;
        } cases[] = {
                /* By hand: -2.3, and 0.293 more by "very"; s = -2.593; s / sqrt(s^2 + 15). */
                {"I am very angry", -556335},
                /* 2.7 x -0.74 */
                {"I am not happy", -458469},
                /* (1.9 x 0.5) + (-2.1 x 1.5) */
                {"It is good, but the app is terrible", -493914},
        };

        for (size_t i = 0; i < ATT_ARRAY_LEN(cases); i++) {
                ck_assert_int_eq(sentiment(cases[i].text), cases[i].sentiment_ppm);
        }
}
END_TEST

START_TEST(words_are_turned_by_what_denies_them)
{
        ASSERT_WORSE("I am not happy", "I am happy");
        ck_assert_int_lt(sentiment("not at all happy"), 0);
        ck_assert_int_lt(sentiment("I wasn't happy"), 0);
        ck_assert_int_lt(sentiment("nobody was helpful"), 0);
        ck_assert_int_gt(sentiment("not bad"), 0);
        ck_assert_int_gt(sentiment("no problem"), 0);
        ck_assert_int_lt(sentiment("no"), 0);
}
END_TEST

START_TEST(a_denial_ends_with_its_clause)
{
        ck_assert_int_gt(sentiment("no, great"), 0);
        ck_assert_int_gt(sentiment("It did not. Great"), 0);
        ck_assert_int_lt(sentiment("not so great"), 0);
}
END_TEST

START_TEST(words_are_strengthened_and_weakened)
{
        ASSERT_WORSE("I am very angry", "I am angry");
        ASSERT_WORSE("I am angry", "I am slightly angry");
        ASSERT_WORSE("I am slow", "I am kind of slow");
        ASSERT_WORSE("I am ANGRY", "I am angry");
        ASSERT_WORSE("I am angry!!", "I am angry!");
        ASSERT_WORSE("Why so bad???", "Why so bad?");
        ASSERT_WORSE("It is baaaad", "It is bad");
        ck_assert_int_eq(sentiment("IT IS BAD"),
                         sentiment("it is bad")); /* They write always so. */
        ck_assert_int_eq(sentiment("bad!!!!!!!!!"), sentiment("bad!!!!"));
}
END_TEST

START_TEST(what_comes_after_but_counts_more)
{
        ck_assert_int_lt(sentiment("the staff is friendly but the bill is wrong"), 0);
        ck_assert_int_gt(sentiment("the bill is wrong but the staff is friendly"), 0);
}
END_TEST

START_TEST(what_fails_is_bad_only_where_it_is_denied)
{
        ck_assert_int_lt(sentiment("my card does not connect"), 0);
        ck_assert_int_lt(sentiment("I never received it"), 0);
        ck_assert_int_eq(result("en", "I received it"), ATT_ESTIMATE_NO_WORDS);
}
END_TEST

START_TEST(phrases_go_before_their_words)
{
        ck_assert_int_lt(sentiment("you let me down"), 0);
        ck_assert_int_eq(result("en", "let me in"), ATT_ESTIMATE_NO_WORDS);
        ck_assert_int_lt(sentiment("it stopped working"), 0);
        ck_assert_int_lt(sentiment("I am fed  up"), 0);
        ck_assert_int_eq(result("en", "fed. up"), ATT_ESTIMATE_NO_WORDS);
}
END_TEST

START_TEST(symbols_speak_too)
{
        ck_assert_int_lt(sentiment(":-("), 0);
        ck_assert_int_gt(sentiment("see you :)"), 0);
        ck_assert_int_lt(sentiment("\xf0\x9f\x98\xa1"), 0); /* An angry face. */
        ck_assert_int_gt(sentiment("done\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd"),
                         0); /* A thumb, of a colour. */
        ck_assert_int_lt(sentiment("I don\xe2\x80\x99t like it"), 0);
}
END_TEST

START_TEST(thanks_and_regards_hide_no_rage)
{
        ck_assert_int_lt(sentiment("Hello, I hope you are well. This is an absolute DISGRACE, I am "
                                   "furious!!! Kind regards."),
                         -400000);
}
END_TEST

START_TEST(other_languages_turn_words_their_own_way)
{
        ck_assert_int_lt(sentiment_in("fr", "je ne suis pas content"), 0);
        ck_assert_int_lt(sentiment_in("fr-CA", "\xc3\x87"
                                               "a ne marche pas"),
                         0);
        ck_assert_int_lt(sentiment_in("fr", "l'accueil est horrible"), 0);
        ck_assert_int_gt(sentiment_in("fr", "Merci, c'est parfait"), 0);
        ck_assert_int_lt(sentiment_in("nl", "het werkt al weken niet"), 0);
        ck_assert_int_lt(sentiment_in("nl", "wat een slechte service"), 0);
        ck_assert_int_gt(sentiment_in("NL_be", "bedankt, goed geholpen"), 0);
        /* Words that only look like denials and the like. */
        ck_assert_int_gt(sentiment_in("fr", "une personne tr\xc3\xa8s gentille"), 0);
        ck_assert_int_lt(sentiment_in("fr", "personne n'a r\xc3\xa9pondu"), 0);
        ck_assert_int_eq(result("nl", "om u te bellen"), ATT_ESTIMATE_NO_WORDS);
}
END_TEST

START_TEST(what_is_not_known_is_not_guessed)
{
        ck_assert_int_eq(result("", "I am furious"), ATT_ESTIMATE_NO_LANGUAGE);
        ck_assert_int_eq(result("de", "I am furious"), ATT_ESTIMATE_NO_LANGUAGE);
        ck_assert_int_eq(result("enx", "I am furious"), ATT_ESTIMATE_NO_LANGUAGE);
        ck_assert_int_eq(result("en", ""), ATT_ESTIMATE_NO_WORDS);
        ck_assert_int_eq(result("en", "... !!! ,;"), ATT_ESTIMATE_NO_WORDS);
        ck_assert_int_eq(result("en", "Where is the branch in Leeds?"), ATT_ESTIMATE_NO_WORDS);
        ck_assert_int_eq(result("en", "Good morning, I would like a credit card please"),
                         ATT_ESTIMATE_NO_WORDS);
        ck_assert_str_eq(att_emotion_language(0), "en");
        ck_assert_str_eq(att_emotion_language(1), "fr");
        ck_assert_str_eq(att_emotion_language(2), "nl");
        ck_assert_ptr_null(att_emotion_language(3));
}
END_TEST

START_TEST(of_a_long_text_the_beginning_is_read)
{
        static char text[3 * ATT_EMOTION_BYTES_MAX];
        const size_t len = sizeof(text) - 1;

        memset(text, ' ', len);
        memcpy(text + ATT_EMOTION_BYTES_MAX - 5, "angry", 5);
        ck_assert_int_lt(sentiment(text), 0);
        memcpy(text + ATT_EMOTION_BYTES_MAX - 5, " angr", 5);
        ck_assert_int_eq(result("en", text), ATT_ESTIMATE_NO_WORDS);
}
END_TEST

static double estimate_s(const char *piece)
{
        static char text[ATT_EMOTION_BYTES_MAX];
        const size_t piece_len = strlen(piece);
        const clock_t began = clock();
        size_t len = 0;

        while (len + piece_len <= sizeof(text)) {
                memcpy(text + len, piece, piece_len);
                len += piece_len;
        }
        for (int i = 0; i < 20; i++) {
                struct att_emotion emotion;

                (void)!att_emotion_estimate(ATT_TEXT("en"), att_text_of(text, len), &emotion);
        }
        return (double)(clock() - began) / CLOCKS_PER_SEC;
}

/* A chain of hyphens was once read anew after each of them. */
START_TEST(no_text_takes_the_square_of_its_length)
{
        static const char *const chains[] = {
                "a-",      "a'",  "not-", "!?",           ":-",
                "let me ", "aaa", "--",   "\xe2\x80\x93", "\xf0\x9f\x98\xa1"};
        const double plain_s = estimate_s("word ");

        for (size_t i = 0; i < ATT_ARRAY_LEN(chains); i++) {
                const double chain_s = estimate_s(chains[i]);

                ck_assert_msg(chain_s < 20 * plain_s + 0.05, "'%s': %.3f s, plain words %.3f s",
                              chains[i], chain_s, plain_s);
        }
}
END_TEST

/* Pieces that matter to the scorer, in any order: no figure leaves its range, and none depends on
 * what was read before. */
START_TEST(any_heap_of_pieces_gives_a_figure_in_range)
{
        static const char *const pieces[] = {
                "not", "very", "bad",  "great", "but",  ",",  ".",    "!!!",  "?",    " ",
                " ",   " ",    "kind", "of",    "let",  "me", "down", "no",   "'",    "-",
                "n't", "SO",   ":-(",  "\xf0",  "\xe9", "\n", "too",  "work", "aaaa", "1.5"};
        struct att_rng rng;
        char text[512];

        att_rng_seed(&rng, 11);
        for (int round = 0; round < 20000; round++) {
                const char *const language = round % 3 == 0 ? "fr" : round % 3 == 1 ? "nl" : "en";
                struct att_emotion once = {0};
                struct att_emotion again = {0};
                size_t len = 0;

                for (uint64_t n = att_rng_below(&rng, 40); n > 0; n--) {
                        const char *piece = pieces[att_rng_below(&rng, ATT_ARRAY_LEN(pieces))];

                        memcpy(text + len, piece, strlen(piece));
                        len += strlen(piece);
                }
                (void)!att_emotion_estimate(att_text_from(language), att_text_of(text, len), &once);
                (void)result("en", "furious");
                (void)!att_emotion_estimate(att_text_from(language), att_text_of(text, len),
                                            &again);
                ck_assert_int_eq(once.sentiment_ppm, again.sentiment_ppm);
                ck_assert_int_le(llabs(once.sentiment_ppm), PPM);
        }
}
END_TEST

struct sums {
        double n;
        double x;
        double y;
        double xx;
        double yy;
        double xy;
};

static void add_pair(struct sums *sums, double x, double y)
{
        sums->n++;
        sums->x += x;
        sums->y += y;
        sums->xx += x * x;
        sums->yy += y * y;
        sums->xy += x * y;
}

static double correlation(const struct sums *sums)
{
        return (sums->xy - sums->x * sums->y / sums->n) /
               sqrt((sums->xx - sums->x * sums->x / sums->n) *
                    (sums->yy - sums->y * sums->y / sums->n));
}

/* VADER's own score reaches 0.565. */
START_TEST(estimates_go_with_what_people_say_of_the_same_sentences)
{
        char path[4096];
        char line[8192];
        struct sums sums = {0};
        FILE *file;

        (void)snprintf(path, sizeof(path), "%s/tests/emotion/product-complaints.tsv",
                       getenv("ATT_SOURCE_ROOT"));
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        while (fgets(line, sizeof(line), file)) {
                char *rating = strchr(line, '\t');
                char *text = rating ? strchr(rating + 1, '\t') : NULL;
                struct att_emotion emotion = {0};

                ck_assert_ptr_nonnull(text);
                (void)!att_emotion_estimate(ATT_TEXT("en"), att_text_from(text + 1), &emotion);
                add_pair(&sums, (double)emotion.sentiment_ppm, strtod(rating + 1, NULL));
        }
        (void)fclose(file);
        ck_assert_double_eq(sums.n, 3708);
        printf("# correlation with 3,708 rated sentences: %.4f\n", correlation(&sums));
        ck_assert_double_gt(correlation(&sums), 0.62);
}
END_TEST

ATT_TEST_MAIN("emotion", the_figures_are_the_same_everywhere, words_are_turned_by_what_denies_them,
              a_denial_ends_with_its_clause, words_are_strengthened_and_weakened,
              what_comes_after_but_counts_more, what_fails_is_bad_only_where_it_is_denied,
              phrases_go_before_their_words, symbols_speak_too, thanks_and_regards_hide_no_rage,
              other_languages_turn_words_their_own_way, what_is_not_known_is_not_guessed,
              of_a_long_text_the_beginning_is_read, no_text_takes_the_square_of_its_length,
              any_heap_of_pieces_gives_a_figure_in_range,
              estimates_go_with_what_people_say_of_the_same_sentences)
