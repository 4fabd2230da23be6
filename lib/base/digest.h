/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests: 128 bits that are the same for the same input on every machine (XXH3-128 over a
 * little-endian encoding). They find differences and bit rot; they are not a defence against
 * someone who makes them collide on purpose.
 */
#ifndef ATT_LIB_BASE_DIGEST_H
#define ATT_LIB_BASE_DIGEST_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/text.h"

struct att_digest {
        uint64_t high;
        uint64_t low;
};

/* An open digest. Initialise, add in a fixed order, finish. Owns nothing. Most of what is digested is
 * small: it is held until it is worth taking, and a short whole is never taken. */
struct att_digester {
        unsigned char state[640]; /* XXH3's, from its first aligned byte on; of no meaning until
                                   * something is taken. */
        unsigned char held[1024]; /* Added and not yet taken into the state. */
        size_t held_len;
        bool has_taken;
};

static inline void att_digester_init(struct att_digester *digester)
{
        digester->held_len = 0;
        digester->has_taken = false;
}

/* What there is no more room for: takes what is held, then this, which is held unless it is large. */
void att_digester_take(struct att_digester *digester, const void *data, size_t len);

/* Inline: a command's effects are a hundred numbers and short texts. */
static inline void att_digester_add_bytes(struct att_digester *digester, const void *data,
                                          size_t len)
{
        if (len > sizeof(digester->held) - digester->held_len) {
                att_digester_take(digester, data, len);
        } else if (len > 0) {
                memcpy(digester->held + digester->held_len, data, len);
                digester->held_len += len;
        }
}

/* Many at once; a signed one as its two's complement. */
static inline void att_digester_add_numbers(struct att_digester *digester, const uint64_t *numbers,
                                            size_t count)
{
        if (__BYTE_ORDER == __LITTLE_ENDIAN) {
                att_digester_add_bytes(digester, numbers, count * sizeof(*numbers));
                return;
        }
        for (size_t i = 0; i < count; i++) {
                const uint64_t bytes = htole64(numbers[i]);

                att_digester_add_bytes(digester, &bytes, sizeof(bytes));
        }
}

static inline void att_digester_add_u64(struct att_digester *digester, uint64_t value)
{
        const uint64_t bytes = htole64(value);

        att_digester_add_bytes(digester, &bytes, sizeof(bytes));
}

static inline void att_digester_add_i64(struct att_digester *digester, int64_t value)
{
        att_digester_add_u64(digester, (uint64_t)value);
}

/* Length first. */
static inline void att_digester_add_text(struct att_digester *digester, struct att_text text)
{
        att_digester_add_u64(digester, text.len);
        att_digester_add_bytes(digester, text.data, text.len);
}

struct att_digest att_digester_finish(const struct att_digester *digester);

struct att_digest att_digest_of(const void *data, size_t len);
bool att_digest_equals(struct att_digest a, struct att_digest b);

#define ATT_DIGEST_TEXT_SIZE 33
/* 32 lower-case hexadecimal digits and a NUL. Returns `text`. */
char *att_digest_format(struct att_digest digest, char text[ATT_DIGEST_TEXT_SIZE]);

#endif
