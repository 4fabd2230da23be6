/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/digest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>


#define STATE_ALIGNMENT _Alignof(XXH3_state_t)

_Static_assert(sizeof(XXH3_state_t) + STATE_ALIGNMENT - 1 <=
                       sizeof(((struct att_digester *)NULL)->state),
               "the state must fit wherever it lies");

/* Digesters lie in memory of malloc(), too, which does not know of lines of the cache. */
static size_t state_offset(const struct att_digester *digester)
{
        return -(uintptr_t)digester->state % STATE_ALIGNMENT;
}

static XXH3_state_t *get_state(struct att_digester *digester)
{
        return (XXH3_state_t *)(void *)(digester->state + state_offset(digester));
}

static struct att_digest from_xxh(XXH128_hash_t hash)
{
        return (struct att_digest){.high = hash.high64, .low = hash.low64};
}

static void take_held(struct att_digester *digester)
{
        if (!digester->has_taken) {
                memset(digester->state, 0, sizeof(digester->state)); /* XXH3 asks for it. */
                (void)XXH3_128bits_reset(get_state(digester));
                digester->has_taken = true;
        }
        (void)XXH3_128bits_update(get_state(digester), digester->held, digester->held_len);
        digester->held_len = 0;
}

void att_digester_take(struct att_digester *digester, const void *data, size_t len)
{
        take_held(digester);
        if (len > sizeof(digester->held)) {
                (void)XXH3_128bits_update(get_state(digester), data, len);
        } else {
                memcpy(digester->held, data, len);
                digester->held_len = len;
        }
}

struct att_digest att_digester_finish(const struct att_digester *digester)
{
        if (!digester->has_taken) {
                return att_digest_of(digester->held, digester->held_len);
        }

        struct att_digester whole = *digester;

        memcpy(get_state(&whole), digester->state + state_offset(digester), sizeof(XXH3_state_t));
        take_held(&whole);
        return from_xxh(XXH3_128bits_digest(get_state(&whole)));
}

struct att_digest att_digest_of(const void *data, size_t len)
{
        return from_xxh(XXH3_128bits(len > 0 ? data : "", len));
}

bool att_digest_equals(struct att_digest a, struct att_digest b)
{
        return a.high == b.high && a.low == b.low;
}

char *att_digest_format(struct att_digest digest, char text[ATT_DIGEST_TEXT_SIZE])
{
        (void)snprintf(text, ATT_DIGEST_TEXT_SIZE, "%016llx%016llx",
                       (unsigned long long)digest.high, (unsigned long long)digest.low);
        return text;
}
