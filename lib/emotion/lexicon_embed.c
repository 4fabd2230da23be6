/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs when attune is built: makes C tables of the files of lexicon/.
 *
 *      lexicon_embed OUT.c TAG FILE... -- TAG FILE... ...
 *
 * A line is `word TAB rating`, or `kind TAB word [TAB rating]`, or begins with #. What a later file of a
 * language says of a word goes before what an earlier one said.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/emotion/lexicon.h"

#define WORDS_MAX      32000
#define SLOTS_MAX      65536
#define WORD_BYTES_MAX 64

static struct {
        char text[WORD_BYTES_MAX];
        struct word word;
} words[WORDS_MAX];
static uint16_t slots[SLOTS_MAX];
static uint32_t count;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)vfprintf(stderr, format, arguments);
        va_end(arguments);
        (void)fputc('\n', stderr);
        exit(1);
}

static struct word *get_word(const char *text)
{
        const size_t len = strlen(text);
        uint32_t slot = lexicon_hash(text, len) % SLOTS_MAX;

        if (len == 0 || len >= WORD_BYTES_MAX) {
                fail("'%s' is no word: 1 to %d bytes", text, WORD_BYTES_MAX - 1);
        }
        while (slots[slot] != 0 && strcmp(words[slots[slot] - 1].text, text) != 0) {
                slot = (slot + 1) % SLOTS_MAX;
        }
        if (slots[slot] == 0) {
                if (count == WORDS_MAX) {
                        fail("more than %d words", WORDS_MAX);
                }
                memcpy(words[count].text, text, len + 1);
                words[count].word = (struct word){.len = (uint8_t)len};
                slots[slot] = (uint16_t)++count;
        }
        return &words[slots[slot] - 1].word;
}

/* A phrase is looked for where its first word stands. */
static void note_phrase(const char *text)
{
        const char *space = strchr(text, ' ');
        char first[WORD_BYTES_MAX];
        uint8_t n_words = 1;
        struct word *word;

        if (!space) {
                return;
        }
        memcpy(first, text, (size_t)(space - text));
        first[space - text] = '\0';
        for (const char *at = text; *at; at++) {
                n_words = (uint8_t)(n_words + (*at == ' '));
        }
        word = get_word(first);
        word->words_max = n_words > word->words_max ? n_words : word->words_max;
}

static int8_t read_rating(const char *text)
{
        char *end;
        const double rating = strtod(text, &end);

        if (end == text || *end != '\0' || rating < -4 || rating > 4) {
                fail("'%s' is no rating from -4 to 4", text);
        }
        return (int8_t)(rating < 0 ? rating * 10 - 0.5 : rating * 10 + 0.5);
}

static bool read_kind(const char *kind, uint8_t *ret_flags)
{
        static const struct {
                const char *kind;
                uint8_t flags;
        } kinds[] = {{"rate", 0},          {"not", WORD_NOT}, {"more", WORD_MORE},
                     {"less", WORD_LESS},  {"but", WORD_BUT}, {"too", WORD_TOO},
                     {"fails", WORD_FAILS}};

        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
                if (strcmp(kind, kinds[i].kind) == 0) {
                        *ret_flags = kinds[i].flags;
                        return true;
                }
        }
        return false;
}

/* What turns words may have a rating of its own ("no"); what else has a rule has no rating. */
static void note_rule(const char *text, uint8_t flags, const char *rating)
{
        struct word *word = get_word(text);

        word->flags |= flags;
        if (rating) {
                word->rating = read_rating(rating);
        } else if (flags & (uint8_t)~WORD_NOT) {
                word->rating = 0;
        }
        note_phrase(text);
}

static void read_line(char *line, bool has_kinds)
{
        char *fields[3] = {strtok(line, "\t\n"), strtok(NULL, "\t\n"), strtok(NULL, "\t\n")};
        uint8_t flags;

        if (!fields[0] || fields[0][0] == '\0' || (fields[0][0] == '#' && !fields[1])) {
                return;
        }
        if (!fields[1]) {
                fail("'%s' says nothing of a word", fields[0]);
        }
        if (!has_kinds) {
                note_rule(fields[0], 0, fields[1]);
        } else if (!read_kind(fields[0], &flags)) {
                fail("'%s' is no kind of rule", fields[0]);
        } else if (flags == 0 && !fields[2]) {
                fail("'%s' has no rating", fields[1]);
        } else {
                note_rule(fields[1], flags, fields[2]);
        }
}

static void read_file(const char *path)
{
        FILE *file = fopen(path, "r");
        const bool has_kinds = strstr(path, ".rules.") != NULL;
        char line[512];

        if (!file) {
                fail("%s can't be opened", path);
        }
        while (fgets(line, sizeof(line), file)) {
                if (strncmp(line, "# ", 2) != 0) {
                        read_line(line, has_kinds);
                }
        }
        (void)fclose(file);
}

static void write_text(FILE *out, const char *text)
{
        (void)fputc('"', out);
        for (; *text; text++) {
                const unsigned char byte = (unsigned char)*text;

                if (byte < 0x80 && byte != '"' && byte != '\\' && byte != '?') {
                        (void)fputc(byte, out);
                } else {
                        (void)fprintf(out, "\\%03o", byte);
                }
        }
        (void)fputs("\"\n", out);
}

static uint32_t write_slots(FILE *out, const char *tag)
{
        uint32_t n_slots = 1;

        while (n_slots < 2 * count) {
                n_slots *= 2;
        }
        memset(slots, 0, sizeof(slots));
        for (uint32_t i = 0; i < count; i++) {
                uint32_t slot = lexicon_hash(words[i].text, words[i].word.len);

                while (slots[slot & (n_slots - 1)] != 0) {
                        slot++;
                }
                slots[slot & (n_slots - 1)] = (uint16_t)(i + 1);
        }
        (void)fprintf(out, "static const uint16_t slots_%s[] = {\n", tag);
        for (uint32_t i = 0; i < n_slots; i++) {
                (void)fprintf(out, "%u,%s", slots[i], i % 16 == 15 ? "\n" : "");
        }
        (void)fputs("};\n\n", out);
        return n_slots - 1;
}

/* Gives the mask of the slots. */
static uint32_t write_tables(FILE *out, const char *tag)
{
        uint32_t at = 0;

        (void)fprintf(out, "static const char text_%s[] =\n", tag);
        for (uint32_t i = 0; i < count; i++) {
                write_text(out, words[i].text);
        }
        (void)fprintf(out, ";\n\nstatic const struct word words_%s[] = {\n", tag);
        for (uint32_t i = 0; i < count; i++) {
                const struct word *word = &words[i].word;

                (void)fprintf(out, "{%u, %u, %d, %u, %u},\n", at, word->len, word->rating,
                              word->flags, word->words_max);
                at += word->len;
        }
        (void)fputs("};\n\n", out);
        return write_slots(out, tag);
}

int main(int argc, char **argv)
{
        struct {
                const char *tag;
                uint32_t mask;
                uint32_t count;
        } made[16];
        uint32_t n_made = 0;
        FILE *out = argc > 3 ? fopen(argv[1], "w") : NULL;

        if (!out) {
                fail("usage: lexicon_embed OUT.c TAG FILE... -- TAG FILE...");
        }
        (void)fputs("/* Made from lib/emotion/lexicon. */\n"
                    "#include \"lib/emotion/lexicon.h\"\n\n"
                    "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n",
                    out);
        for (int i = 2; i < argc && n_made < 16; i++) {
                made[n_made].tag = argv[i++];
                count = 0;
                memset(slots, 0, sizeof(slots));
                while (i < argc && strcmp(argv[i], "--") != 0) {
                        read_file(argv[i++]);
                }
                made[n_made].mask = write_tables(out, made[n_made].tag);
                made[n_made++].count = count;
        }
        (void)fputs("const struct lexicon lexicons[] = {\n", out);
        for (uint32_t i = 0; i < n_made; i++) {
                (void)fprintf(out, "{\"%s\", text_%s, words_%s, slots_%s, %u, %u},\n", made[i].tag,
                              made[i].tag, made[i].tag, made[i].tag, made[i].mask, made[i].count);
        }
        (void)fprintf(out, "};\nconst uint32_t lexicon_count = %u;\n", n_made);
        return fclose(out) == 0 ? 0 : 1;
}
