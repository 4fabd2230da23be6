/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constants are those that C.J. Hutto and E. Gilbert found with people's ratings of tweets (VADER: A
 * Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text, ICWSM 2014). Ratings are
 * thousandths of a point of their scale, -4 to +4.
 */
#include "lib/emotion/emotion.h"

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"
#include "lib/emotion/lexicon.h"
#include "lib/emotion/tokens.h"

#define PPM        1000000
#define WINDOW     3      /* So many words back a word is turned or strengthened. */
#define TURNED     (-740) /* Thousandths of a rating that is denied. */
#define STRONGER   293
#define CAPITALS   733
#define SHOUT      292
#define SHOUTS_MAX 4
#define ASK        180
#define ASKS_MAX   960
#define BEFORE_BUT 500 /* Thousandths. */
#define AFTER_BUT  1500
#define FLATTENING 15000000LL /* A sum of about 4 points is half of what there is. */
#define FAILS      (-1110)    /* Ours: "does not work", as VADER has "not fine". */
#define TOO        (-900)     /* Ours: "too small". */
#define SUM_MAX    100000

/* What a strengthening word adds, by how far before it stands. */
static const int64_t strengths[WINDOW] = {STRONGER, STRONGER * 95 / 100, STRONGER * 90 / 100};

/* How a language turns words. */
struct grammar {
        bool elides;      /* "l'appareil" */
        bool denies_back; /* "ça ne marche pas", "het werkt niet" */
};

/* A word or phrase of the clause, as far as it matters to those after it. */
struct said {
        uint8_t flags;
        int64_t rating; /* As it went into the sum; 0: it did not. */
};

struct sentence {
        const struct tokens *tokens;
        const struct lexicon *lexicon;
        struct grammar grammar;
        struct said window[WINDOW]; /* The newest first. */
        int64_t sum;
        int64_t weight; /* Thousandths: more after a "but". */
        uint32_t rated;
};

/* ---- Arithmetic ---- */

static int64_t root_of(int64_t square)
{
        int64_t root = 0;

        for (int64_t bit = 1LL << 24; bit > 0; bit >>= 1) {
                if ((root + bit) * (root + bit) <= square) {
                        root += bit;
                }
        }
        return root;
}

/* From thousandths without bound to -1,000,000 .. 1,000,000. */
static int64_t flatten(int64_t sum)
{
        const int64_t kept = att_max_i64(-SUM_MAX, att_min_i64(sum, SUM_MAX));

        return kept * (100 * PPM) / root_of((kept * kept + FLATTENING) * 10000);
}

/* ---- A word among others ---- */

static void remember(struct sentence *sentence, uint8_t flags, int64_t rating)
{
        for (int i = WINDOW - 1; i > 0; i--) {
                sentence->window[i] = sentence->window[i - 1];
        }
        sentence->window[0] = (struct said){.flags = flags, .rating = rating};
}

static void forget_clause(struct sentence *sentence)
{
        for (int i = 0; i < WINDOW; i++) {
                sentence->window[i] = (struct said){.flags = 0};
        }
}

static bool is_denied(const struct sentence *sentence)
{
        for (int i = 0; i < WINDOW; i++) {
                if (sentence->window[i].flags & WORD_NOT) {
                        return true;
                }
        }
        return false;
}

/* What was counted goes out again. */
static void take_back(struct sentence *sentence, struct said *said)
{
        sentence->sum -= said->rating;
        sentence->rated -= said->rating != 0;
        said->rating = 0;
}

static int64_t count_in(struct sentence *sentence, int64_t rating)
{
        const int64_t weighed = rating * sentence->weight / 1000;

        sentence->sum += weighed;
        sentence->rated++;
        return weighed;
}

static int64_t strengthen(const struct sentence *sentence, const struct token *token,
                          int64_t rating)
{
        const int64_t sign = rating < 0 ? -1 : 1;
        int64_t stronger = token->is_stretched ? STRONGER : 0;

        if (token->is_capitals && sentence->tokens->has_small) {
                stronger += CAPITALS;
        }
        for (int i = 0; i < WINDOW; i++) {
                if (sentence->window[i].flags & WORD_MORE) {
                        stronger += strengths[i];
                } else if (sentence->window[i].flags & WORD_LESS) {
                        stronger -= strengths[i];
                }
        }
        return rating + sign * stronger;
}

/* "No" is bad, but of "no problem" the problem counts. */
static void rate(struct sentence *sentence, const struct token *token, const struct word *word)
{
        int64_t rating = strengthen(sentence, token, word->rating * 100);

        if (word->flags & WORD_NOT) {
                remember(sentence, word->flags, count_in(sentence, rating));
                return;
        }
        if (is_denied(sentence)) {
                rating = rating * TURNED / 1000;
                if (sentence->window[0].flags & WORD_NOT) {
                        take_back(sentence, &sentence->window[0]);
                }
        }
        remember(sentence, word->flags, count_in(sentence, rating));
}

/* What stands before its denial: the last word, or one that fails a little before. */
static void deny_back(struct sentence *sentence)
{
        struct said *last = &sentence->window[0];

        for (int i = 0; i < WINDOW; i++) {
                if ((sentence->window[i].flags & WORD_FAILS) && sentence->window[i].rating == 0) {
                        sentence->window[i].rating = count_in(sentence, FAILS);
                        return;
                }
        }
        if (last->rating > 0 && !(last->flags & WORD_NOT)) {
                const int64_t rating = last->rating * TURNED / 1000;

                sentence->sum += rating - last->rating;
                last->rating = rating;
        }
}

static void apply_rule(struct sentence *sentence, const struct word *word)
{
        const bool was_denied = is_denied(sentence);
        int64_t rating = 0;

        if (word->flags & WORD_BUT) {
                sentence->sum = sentence->sum * BEFORE_BUT / 1000;
                sentence->weight = AFTER_BUT;
                forget_clause(sentence);
                return;
        }
        if ((word->flags & WORD_NOT) && sentence->grammar.denies_back) {
                deny_back(sentence);
        }
        if ((word->flags & WORD_FAILS) && was_denied) {
                rating = count_in(sentence, FAILS);
        }
        remember(sentence, word->flags, rating);
}

static bool ends_in_nt(const struct sentence *sentence, const struct token *token)
{
        const char *end = sentence->tokens->words + token->at + token->len;

        return token->len > 3 && end[-3] == 'n' && end[-2] == '\'' && end[-1] == 't';
}

static void hear_word(struct sentence *sentence, const struct token *token, const struct word *word)
{
        const bool is_too = sentence->window[0].flags & WORD_TOO;

        if (is_too && (!word || (word->rating <= 0 && word->flags == 0))) {
                sentence->window[0].rating = count_in(sentence, TOO);
        }
        if (word && word->rating != 0) {
                rate(sentence, token, word);
        } else if (word && word->flags != 0) {
                apply_rule(sentence, word);
        } else {
                remember(sentence, ends_in_nt(sentence, token) ? WORD_NOT : 0, 0);
        }
}

/* ---- Sentences ---- */

/* The longest phrase that begins here, and how many words it takes. */
static const struct word *find_phrase(const struct sentence *sentence, uint32_t first,
                                      uint32_t *ret_words)
{
        const struct token *tokens = sentence->tokens->items;
        const struct word *start = tokens[first].word;
        uint32_t n_words = 1;

        *ret_words = 1;
        if (!start || start->words_max == 0) {
                return start;
        }
        while (n_words < start->words_max && first + n_words < sentence->tokens->count &&
               tokens[first + n_words].kind == TOKEN_WORD) {
                n_words++;
        }
        for (; n_words > 1; n_words--) {
                const struct token *last = &tokens[first + n_words - 1];
                const char *text = sentence->tokens->words + tokens[first].at;
                const size_t len = (size_t)(last->at - tokens[first].at) + last->len;
                const struct word *phrase = lexicon_find(sentence->lexicon, text, len);

                if (phrase) {
                        *ret_words = n_words;
                        return phrase;
                }
        }
        return start;
}

static int64_t end_sentence(const struct sentence *sentence, const struct token *end)
{
        int64_t stronger = SHOUT * att_min_i64(end->shouts, SHOUTS_MAX);

        if (end->asks > 1) {
                stronger += end->asks > 3 ? ASKS_MAX : ASK * (int64_t)end->asks;
        }
        if (sentence->sum == 0) {
                return 0;
        }
        return flatten(sentence->sum + (sentence->sum < 0 ? -stronger : stronger));
}

/* Reads one from `*at` on, which moves past it. */
static int64_t hear_sentence(struct sentence *sentence, uint32_t *at)
{
        const struct tokens *tokens = sentence->tokens;

        forget_clause(sentence);
        sentence->sum = 0;
        sentence->weight = 1000;
        for (;;) {
                const struct token *token = &tokens->items[*at];
                uint32_t n_words = 1;

                if (token->kind == TOKEN_WORD) {
                        const struct word *word = find_phrase(sentence, *at, &n_words);

                        hear_word(sentence, token, word);
                } else if (token->kind == TOKEN_CLAUSE) {
                        forget_clause(sentence);
                }
                *at += n_words;
                if (token->kind == TOKEN_SENTENCE) {
                        return end_sentence(sentence, token);
                }
        }
}

/* ---- Texts ---- */

static const struct lexicon *find_lexicon(struct att_text language)
{
        for (uint32_t i = 0; i < lexicon_count; i++) {
                if (language.len >= 2 &&
                    att_text_fold((unsigned char)language.data[0]) ==
                            (unsigned char)lexicons[i].tag[0] &&
                    att_text_fold((unsigned char)language.data[1]) ==
                            (unsigned char)lexicons[i].tag[1] &&
                    (language.len == 2 || language.data[2] == '-' || language.data[2] == '_')) {
                        return &lexicons[i];
                }
        }
        return NULL;
}

static struct grammar grammar_of(const struct lexicon *lexicon)
{
        return (struct grammar){
                .elides = lexicon->tag[0] == 'f',
                .denies_back = lexicon->tag[0] != 'e',
        };
}

/* Of several sentences each counts by how strong it is: thanks and regards do not hide a rage. */
static void sum_up(struct sentence *sentence, struct att_emotion *ret_emotion)
{
        int64_t sum = 0;
        int64_t weights = 0;
        uint32_t at = 0;

        while (at < sentence->tokens->count) {
                const int64_t heard = hear_sentence(sentence, &at);
                const int64_t weight = heard < 0 ? -heard : heard;

                sum += heard * weight;
                weights += weight;
        }
        ret_emotion->sentiment_ppm = weights == 0 ? 0 : sum / weights;
        ret_emotion->negative_ppm = att_max_i64(0, -ret_emotion->sentiment_ppm);
        ret_emotion->rated = sentence->rated;
}

enum att_estimate_result att_emotion_estimate(struct att_text language, struct att_text text,
                                              struct att_emotion *ret_emotion)
{
        const struct lexicon *lexicon = find_lexicon(language);
        struct tokens tokens;
        struct sentence sentence = {.tokens = &tokens, .lexicon = lexicon};

        if (!lexicon) {
                return ATT_ESTIMATE_NO_LANGUAGE;
        }
        sentence.grammar = grammar_of(lexicon);
        tokens_cut(&tokens, lexicon, sentence.grammar.elides, text);
        sum_up(&sentence, ret_emotion);
        return ret_emotion->rated > 0 ? ATT_ESTIMATE_MADE : ATT_ESTIMATE_NO_WORDS;
}

const char *att_emotion_language(uint32_t index)
{
        return index < lexicon_count ? lexicons[index].tag : NULL;
}
