/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/text.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lib/base/util.h"

struct att_text att_text_from(const char *c_string)
{
        return c_string ? att_text_of(c_string, strlen(c_string)) : ATT_TEXT_NONE;
}

struct att_text att_text_of(const char *data, size_t len)
{
        return (struct att_text){.data = data, .len = len};
}

bool att_text_is_empty(struct att_text text)
{
        return text.len == 0;
}

bool att_text_equals(struct att_text a, struct att_text b)
{
        return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool att_text_equals_c(struct att_text a, const char *c_string)
{
        return att_text_equals(a, att_text_from(c_string));
}

int att_text_compare(struct att_text a, struct att_text b)
{
        const size_t shared = a.len < b.len ? a.len : b.len;
        const int order = shared > 0 ? memcmp(a.data, b.data, shared) : 0;

        if (order != 0) {
                return order;
        }
        return (a.len > b.len) - (a.len < b.len);
}

bool att_text_starts_with(struct att_text text, struct att_text prefix)
{
        return text.len >= prefix.len &&
               att_text_equals(att_text_of(text.data, prefix.len), prefix);
}

uint64_t att_text_hash(struct att_text text)
{
        return XXH3_64bits(text.len > 0 ? text.data : "", text.len);
}

char *att_text_dup(struct att_text text)
{
        return att_strndup(text.data, text.len);
}

/* UTF-8 ------------------------------------------------------------------- */

size_t att_text_decode(struct att_text text, size_t at, uint32_t *ret_code_point)
{
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        const unsigned char *bytes = (const unsigned char *)text.data + at;
        const size_t left = text.len - at;
        uint32_t code_point;
        size_t len;

        if (bytes[0] < 0x80) {
                *ret_code_point = bytes[0];
                return 1;
        }
        if ((bytes[0] & 0xe0) == 0xc0) {
                len = 2;
                code_point = bytes[0] & 0x1fU;
        } else if ((bytes[0] & 0xf0) == 0xe0) {
                len = 3;
                code_point = bytes[0] & 0x0fU;
        } else if ((bytes[0] & 0xf8) == 0xf0) {
                len = 4;
                code_point = bytes[0] & 0x07U;
        } else {
                return 0;
        }
        if (len > left) {
                return 0;
        }
        for (size_t i = 1; i < len; i++) {
                if ((bytes[i] & 0xc0) != 0x80) {
                        return 0;
                }
                code_point = code_point << 6 | (bytes[i] & 0x3fU);
        }
        if (code_point < least[len] || code_point > 0x10ffff ||
            (code_point >= 0xd800 && code_point <= 0xdfff)) {
                return 0;
        }
        *ret_code_point = code_point;
        return len;
}

size_t att_text_encode(uint32_t code_point, char bytes[4])
{
        static const uint8_t firsts[] = {0, 0, 0xc0, 0xe0, 0xf0};
        size_t len = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;

        for (size_t i = len - 1; i > 0; i--) {
                bytes[i] = (char)(0x80 | (code_point & 0x3fU));
                code_point >>= 6;
        }
        bytes[0] = (char)(firsts[len] | code_point);
        return len;
}

bool att_text_is_utf8(struct att_text text)
{
        size_t at = 0;

        while (at < text.len) {
                uint32_t code_point;
                const size_t len = att_text_decode(text, at, &code_point);

                if (len == 0 || code_point == 0) {
                        return false;
                }
                at += len;
        }
        return true;
}

struct att_text att_text_cut(struct att_text text, size_t bytes_max)
{
        if (text.len > bytes_max) {
                text.len = bytes_max;
                while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0) == 0x80) {
                        text.len--;
                }
        }
        return text;
}

/* Comparing without case -------------------------------------------------- */

/* Capitals to small letters: a range of capitals, and where the small ones are. A step of 2 is for
 * blocks in which each capital is followed by its small letter. */
static const struct fold {
        uint16_t first;
        uint16_t last;
        uint16_t small; /* Of the first. */
        uint8_t step;
} folds[] = {
        {'A', 'Z', 'a', 1},          {0x00b5, 0x00b5, 0x03bc, 1}, /* The micro sign is a mu. */
        {0x00c0, 0x00d6, 0x00e0, 1}, {0x00d8, 0x00de, 0x00f8, 1}, {0x0100, 0x012e, 0x0101, 2},
        {0x0130, 0x0130, 'i', 1},    {0x0132, 0x0136, 0x0133, 2}, {0x0139, 0x0147, 0x013a, 2},
        {0x014a, 0x0176, 0x014b, 2}, {0x0178, 0x0178, 0x00ff, 1}, {0x0179, 0x017d, 0x017a, 2},
        {0x017f, 0x017f, 's', 1}, /* The long s. */
        {0x0386, 0x0386, 0x03ac, 1}, {0x0388, 0x038a, 0x03ad, 1}, {0x038c, 0x038c, 0x03cc, 1},
        {0x038e, 0x038f, 0x03cd, 1}, {0x0391, 0x03a1, 0x03b1, 1}, {0x03a3, 0x03ab, 0x03c3, 1},
        {0x03c2, 0x03c2, 0x03c3, 1}, /* The sigma that ends a word. */
        {0x0400, 0x040f, 0x0450, 1}, {0x0410, 0x042f, 0x0430, 1}, {0x0460, 0x0480, 0x0461, 2},
        {0x048a, 0x04be, 0x048b, 2}, {0x04c0, 0x04c0, 0x04cf, 1}, {0x04c1, 0x04cd, 0x04c2, 2},
        {0x04d0, 0x052e, 0x04d1, 2},
};

uint32_t att_text_fold(uint32_t code_point)
{
        if (code_point < 0x80) {
                return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(folds) && code_point >= folds[i].first; i++) {
                if (code_point <= folds[i].last &&
                    (code_point - folds[i].first) % folds[i].step == 0) {
                        return folds[i].small + (code_point - folds[i].first);
                }
        }
        return code_point;
}

/* The folded letter at `*at`, which moves past it. A stray byte stands for itself only. */
static uint32_t next_folded(struct att_text text, size_t *at)
{
        uint32_t code_point;
        const size_t len = att_text_decode(text, *at, &code_point);

        if (len == 0) {
                code_point = 0x110000 + (unsigned char)text.data[*at];
                (*at)++;
                return code_point;
        }
        *at += len;
        return att_text_fold(code_point);
}

static bool begins_nocase(struct att_text text, size_t at, struct att_text needle)
{
        size_t needle_at = 0;

        while (needle_at < needle.len) {
                if (at >= text.len || next_folded(text, &at) != next_folded(needle, &needle_at)) {
                        return false;
                }
        }
        return true;
}

bool att_text_contains_nocase(struct att_text text, struct att_text needle)
{
        size_t at = 0;

        if (needle.len == 0) {
                return true;
        }
        while (at < text.len) {
                if (begins_nocase(text, at, needle)) {
                        return true;
                }
                (void)next_folded(text, &at);
        }
        return false;
}

/* Globs ------------------------------------------------------------------- */

bool att_text_matches_glob(struct att_text text, struct att_text pattern)
{
        size_t t = 0;
        size_t p = 0;
        size_t star = SIZE_MAX; /* The last `*` seen; earlier ones never need another try. */
        size_t star_text = 0;   /* What it takes ends before here. */

        while (t < text.len) {
                if (p < pattern.len && pattern.data[p] == '*') {
                        star = p++;
                        star_text = t;
                } else if (p < pattern.len &&
                           (pattern.data[p] == '?' || pattern.data[p] == text.data[t])) {
                        p++;
                        t++;
                } else if (star != SIZE_MAX) {
                        p = star + 1;
                        t = ++star_text;
                } else {
                        return false;
                }
        }
        while (p < pattern.len && pattern.data[p] == '*') {
                p++;
        }
        return p == pattern.len;
}

/* Nearness ---------------------------------------------------------------- */

static size_t min_size(size_t a, size_t b)
{
        return a < b ? a : b;
}

/* Row i of the table of distances between the first i bytes of a and the first j of b. */
static size_t fill_row(struct att_text a, struct att_text b, size_t i, const size_t *two_before,
                       const size_t *before, size_t *row)
{
        size_t least = row[0] = i;

        for (size_t j = 1; j <= b.len; j++) {
                const bool same = a.data[i - 1] == b.data[j - 1];
                size_t distance = before[j - 1] + (same ? 0 : 1);

                distance = min_size(distance, min_size(before[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                    a.data[i - 2] == b.data[j - 1]) {
                        distance = min_size(distance, two_before[j - 2] + 1);
                }
                row[j] = distance;
                least = min_size(least, distance);
        }
        return least;
}

size_t att_text_distance(struct att_text a, struct att_text b, size_t limit)
{
        const size_t longer = a.len > b.len ? a.len - b.len : b.len - a.len;

        if (longer > limit) {
                return limit + 1;
        }

        const size_t width = b.len + 1;
        ATT_CLEANUP(att_free_pointer) size_t *rows = att_alloc_array(width * 3, sizeof(*rows));
        size_t least_before = 0;

        for (size_t j = 0; j < width; j++) {
                rows[j] = j;
        }
        for (size_t i = 1; i <= a.len; i++) {
                const size_t least = fill_row(a, b, i, rows + (i + 1) % 3 * width,
                                              rows + (i + 2) % 3 * width, rows + i % 3 * width);

                /* A swap reaches back two rows, so that both must be over the limit. */
                if (least > limit && least_before > limit) {
                        return limit + 1;
                }
                least_before = least;
        }
        return min_size(rows[a.len % 3 * width + b.len], limit + 1);
}

static bool equals_nocase(struct att_text a, struct att_text b)
{
        return a.len == b.len && att_text_contains_nocase(a, b);
}

struct att_text att_text_nearest(struct att_text name, size_t count,
                                 struct att_text (*get)(const void *context, size_t i),
                                 const void *context)
{
        struct att_text nearest = ATT_TEXT_NONE;
        size_t nearest_distance = name.len > 8 ? name.len / 3 + 1 : min_size(name.len, 3);

        for (size_t i = 0; i < count; i++) {
                const struct att_text candidate = get(context, i);
                const size_t distance = equals_nocase(name, candidate)
                                                ? 0
                                                : att_text_distance(name, candidate,
                                                                    nearest_distance);

                if (distance < nearest_distance) {
                        nearest_distance = distance;
                        nearest = candidate;
                }
        }
        return nearest;
}
