/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/whatif_chance.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/rng.h"
#include "lib/base/util.h"

/* Times ------------------------------------------------------------------- */

void whatif_times_deinit(struct whatif_times *times)
{
        free(times->items);
        *times = (struct whatif_times){0};
}

void whatif_times_add(struct whatif_times *times, int64_t ms)
{
        if (times->count == times->capacity) {
                times->capacity = att_grown_capacity(times->capacity, times->count + 1);
                times->items = att_realloc_array(times->items, times->capacity,
                                                 sizeof(*times->items));
        }
        times->items[times->count++] = ms;
        times->is_sorted = false;
}

static int compare_times(const void *a, const void *b)
{
        const int64_t *one = a;
        const int64_t *other = b;

        return (*one > *other) - (*one < *other);
}

int64_t whatif_times_median(struct whatif_times *times, int64_t otherwise)
{
        if (times->count == 0) {
                return otherwise;
        }
        if (!times->is_sorted) {
                qsort(times->items, times->count, sizeof(*times->items), compare_times);
                times->is_sorted = true;
        }
        return times->items[(times->count - 1) / 2];
}

/* Patience ---------------------------------------------------------------- */

void whatif_patience_deinit(struct whatif_patience *patience)
{
        free(patience->items);
        *patience = (struct whatif_patience){0};
}

void whatif_patience_add(struct whatif_patience *patience, int64_t ms, bool gave_up)
{
        if (patience->count == patience->capacity) {
                patience->capacity = att_grown_capacity(patience->capacity, patience->count + 1);
                patience->items = att_realloc_array(patience->items, patience->capacity,
                                                    sizeof(*patience->items));
        }
        patience->items[patience->count++] = (struct whatif_patience_item){
                .ms = ms,
                .gave_up = gave_up,
        };
        patience->gave_up_count += gave_up;
}

/* Who was served at the instant at which another gave up was still there then. */
static int compare_items(const void *a, const void *b)
{
        const struct whatif_patience_item *one = a;
        const struct whatif_patience_item *other = b;

        if (one->ms != other->ms) {
                return one->ms < other->ms ? -1 : 1;
        }
        return (int)other->gave_up - (int)one->gave_up;
}

void whatif_patience_estimate(struct whatif_patience *patience)
{
        double still = 1;

        if (patience->count > 0) {
                qsort(patience->items, patience->count, sizeof(*patience->items), compare_items);
        }
        for (size_t i = 0; i < patience->count; i++) {
                if (patience->items[i].gave_up) {
                        still *= 1 - 1 / (double)(patience->count - i);
                }
                patience->items[i].still = still;
        }
}

/* Of the first item after that time. */
static size_t first_after(const struct whatif_patience *patience, int64_t ms)
{
        size_t low = 0;
        size_t high = patience->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (patience->items[middle].ms <= ms) {
                        low = middle + 1;
                } else {
                        high = middle;
                }
        }
        return low;
}

double whatif_patience_still(const struct whatif_patience *patience, int64_t ms)
{
        size_t after = first_after(patience, ms);

        return after == 0 ? 1 : patience->items[after - 1].still;
}

int64_t whatif_patience_draw(const struct whatif_patience *patience, int64_t more_than_ms,
                             double chance)
{
        double still = chance * whatif_patience_still(patience, more_than_ms);
        size_t low = first_after(patience, more_than_ms);
        size_t high = patience->count;

        /* The share only falls, and where it does somebody gave up. */
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (patience->items[middle].still < still) {
                        high = middle;
                } else {
                        low = middle + 1;
                }
        }
        return low < patience->count ? patience->items[low].ms : WHATIF_NEVER_MS;
}

/* Chance ------------------------------------------------------------------ */

double whatif_chance(uint64_t seed, uint64_t purpose, struct att_text one, struct att_text other)
{
        struct att_digester digester;
        struct att_rng rng;

        att_digester_init(&digester);
        att_digester_add_u64(&digester, seed);
        att_digester_add_u64(&digester, purpose);
        att_digester_add_text(&digester, one);
        att_digester_add_text(&digester, other);
        att_rng_seed(&rng, att_digester_finish(&digester).low);
        return 1 - att_rng_unit(&rng);
}
