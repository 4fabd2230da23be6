/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slicings: which row a unit belongs to. A row's key is the numbers of its parts, 21 bits each: of a
 * name the order in which it was met, of time a count (hours 0 to 23, days since the epoch ...).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/store/report_work.h"

#define HOUR_S 3600
#define DAY_S  86400

static const char *const dim_names[DIM_COUNT] = {
        [DIM_QUEUE] = "queue",     [DIM_CHANNEL] = "channel", [DIM_TIER] = "tier",
        [DIM_AGENT] = "agent",     [DIM_SKILL] = "skill",     [DIM_HOUR] = "hour",
        [DIM_WEEKDAY] = "weekday", [DIM_DAY] = "day",         [DIM_WEEK] = "week",
        [DIM_MONTH] = "month",
};

static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

const char *att_report_dim(uint32_t i)
{
        return i < DIM_COUNT ? dim_names[i] : NULL;
}

/* ---- What to slice by ---- */

static struct att_text get_dim_name(const void *context, size_t i)
{
        (void)context;
        return att_text_from(dim_names[i]);
}

static int refuse_dim(struct work *work, struct att_text word)
{
        const struct att_text nearest = att_text_nearest(word, DIM_COUNT, get_dim_name, NULL);

        att_buffer_printf(work->why, "'%.*s' is nothing that a report can be sliced by",
                          ATT_TEXT_ARGS(word));
        if (!att_text_is_empty(nearest)) {
                att_buffer_printf(work->why, ", did you mean '%.*s'?", ATT_TEXT_ARGS(nearest));
        } else {
                att_buffer_append_c(work->why, ": ");
                for (int i = 0; i < DIM_COUNT; i++) {
                        att_buffer_printf(work->why, "%s%s", i > 0 ? ", " : "", dim_names[i]);
                }
        }
        return -EINVAL;
}

/* The text up to a separator; the rest goes on behind it. */
static struct att_text take_word(struct att_text *rest, char separator)
{
        const char *found = memchr(rest->data, separator, rest->len);
        const size_t len = found ? (size_t)(found - rest->data) : rest->len;
        const struct att_text word = att_text_of(rest->data, len);
        const size_t past = found ? len + 1 : len;

        *rest = att_text_of(rest->data + past, rest->len - past);
        return word;
}

static int parse_dim(struct work *work, struct slicing *slicing, struct att_text word)
{
        uint32_t dim = 0;

        while (dim < DIM_COUNT && !att_text_equals_c(word, dim_names[dim])) {
                dim++;
        }
        if (dim == DIM_COUNT) {
                return refuse_dim(work, word);
        }
        if (slicing->dim_count == ATT_REPORT_DIMS_MAX) {
                att_buffer_printf(work->why, "'%.*s': a slicing is by %d things at most",
                                  ATT_TEXT_ARGS(slicing->name), ATT_REPORT_DIMS_MAX);
                return -EINVAL;
        }
        slicing->dims[slicing->dim_count++] = (enum dim)dim;
        slicing->has_skill = slicing->has_skill || dim == DIM_SKILL;
        slicing->has_time = slicing->has_time || dim >= DIM_TEXTS;
        slicing->has_staff = slicing->has_staff && (dim == DIM_AGENT || dim >= DIM_TEXTS);
        work->needs_skills = work->needs_skills || slicing->has_skill;
        work->needs_time = work->needs_time || slicing->has_time;
        return 0;
}

static struct slicing *new_slicing(struct work *work, struct att_text name)
{
        struct slicing *slicing = &work->slicings[work->slicing_count++];

        slicing->name = att_arena_text(&work->report->arena, name);
        slicing->has_staff = true;
        return slicing;
}

static int parse_slicing(struct work *work, struct att_text word)
{
        struct slicing *slicing = new_slicing(work, word);
        int result = 0;

        do {
                result = parse_dim(work, slicing, take_word(&word, '+'));
        } while (result == 0 && word.len > 0);
        return result;
}

static struct group *find_group(struct work *work, struct slicing *slicing, uint64_t key);

int slices_parse(struct work *work)
{
        struct att_text rest = work->ask->slices;
        int result = 0;

        (void)find_group(work, new_slicing(work, ATT_TEXT("all")), 0);
        while (result == 0 && rest.len > 0) {
                if (work->slicing_count > ATT_REPORT_SLICINGS_MAX) {
                        att_buffer_printf(work->why, "a report has %d slicings at most",
                                          ATT_REPORT_SLICINGS_MAX);
                        return -EINVAL;
                }
                result = parse_slicing(work, take_word(&rest, ','));
        }
        return result;
}

void slices_deinit(struct work *work)
{
        for (uint32_t i = 0; i < work->slicing_count; i++) {
                free(work->slicings[i].groups);
                free(work->slicings[i].index);
        }
        for (uint32_t i = 0; i < DIM_TEXTS; i++) {
                att_map_deinit(&work->names[i].map);
                free(work->names[i].items);
        }
}

/* ---- Names ---- */

static int64_t find_within(const struct work *work, struct att_text queue)
{
        for (uint32_t i = 0; i < work->ask->target_count; i++) {
                if (att_text_equals(work->ask->targets[i].queue, queue)) {
                        return work->ask->targets[i].within_ms;
                }
        }
        return work->ask->rules.within_ms;
}

uint32_t slices_name(struct work *work, enum dim dim, struct att_text text)
{
        struct names *names = &work->names[dim];
        struct att_map_node *node;
        struct name *name;

        if (names->last && att_text_equals(names->last->text, text)) {
                return names->last->number;
        }
        node = att_map_find(&names->map, text);
        if (node) {
                names->last = ATT_CONTAINER_OF(node, struct name, node);
                return names->last->number;
        }
        if (names->count == DIM_VALUE_MAX) { /* More than any centre has: in one row. */
                return DIM_VALUE_MAX;
        }
        if (names->count == names->capacity) {
                names->capacity = att_grown_capacity(names->capacity, names->count + 1);
                names->items = att_realloc_array(names->items, names->capacity,
                                                 sizeof(*names->items));
        }
        name = att_arena_take(&work->report->arena, sizeof(*name));
        name->text = att_arena_text(&work->report->arena, text);
        name->number = names->count;
        name->within_ms = dim == DIM_QUEUE ? find_within(work, text) : 0;
        att_map_add(&names->map, &name->node, name->text);
        names->items[names->count++] = name;
        return name->number;
}

/* ---- Time ---- */

int64_t slices_offset(struct work *work, int64_t utc_s)
{
        const int64_t hour = utc_s / HOUR_S;

        if (!work->ask->offset) {
                return 0;
        }
        if (hour != work->offset_hour) {
                work->offset_hour = hour;
                work->offset_s = work->ask->offset(work->ask->zone, utc_s);
        }
        return work->offset_s;
}

struct date {
        int64_t year;
        uint32_t month; /* 1..12 */
        uint32_t day;
};

/* The Gregorian calendar from days since the epoch; years begin in March, eras have 400 of them. */
static struct date date_of(int64_t days)
{
        const int64_t shifted = days + 719468;
        const int64_t era = shifted / 146097;
        const int64_t in_era = shifted - era * 146097;
        const int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
        const int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
        const int64_t month = (5 * in_year + 2) / 153;

        return (struct date){
                .year = year + era * 400 + (month >= 10 ? 1 : 0),
                .month = (uint32_t)(month < 10 ? month + 3 : month - 9),
                .day = (uint32_t)(in_year - (153 * month + 2) / 5 + 1),
        };
}

static void know_day(struct work *work, int64_t day)
{
        const struct date date = date_of(day);

        work->day_known = day;
        work->weekday_of_day = (uint32_t)((day + 3) % 7); /* The epoch was a Thursday. */
        work->week_of_day = (uint32_t)(day - work->weekday_of_day);
        work->month_of_day = (uint32_t)(date.year * 12 + date.month - 1);
}

void slices_set_time(struct work *work, struct place *place, int64_t at_ms)
{
        const int64_t utc_s = at_ms / 1000;
        const int64_t local_s = att_max_i64(utc_s + slices_offset(work, utc_s), 3 * DAY_S);
        const int64_t day = local_s / DAY_S;

        if (day != work->day_known) {
                know_day(work, day);
        }
        place->at[DIM_HOUR] = (uint32_t)(local_s % DAY_S / HOUR_S);
        place->at[DIM_WEEKDAY] = work->weekday_of_day;
        place->at[DIM_DAY] = (uint32_t)day;
        place->at[DIM_WEEK] = work->week_of_day;
        place->at[DIM_MONTH] = work->month_of_day;
}

/* ---- Groups ---- */

static uint32_t index_of(const struct slicing *slicing, uint64_t key)
{
        return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (slicing->index_size - 1);
}

static void grow_index(struct slicing *slicing)
{
        free(slicing->index);
        slicing->index_size = slicing->index_size ? slicing->index_size * 2 : 64;
        slicing->index = att_alloc_array(slicing->index_size, sizeof(*slicing->index));
        for (uint32_t i = 0; i < slicing->count; i++) {
                uint32_t at = index_of(slicing, slicing->groups[i].key);

                while (slicing->index[at] != 0) {
                        at = (at + 1) & (slicing->index_size - 1);
                }
                slicing->index[at] = i + 1;
        }
}

static struct group *new_group(struct work *work, struct slicing *slicing, uint64_t key)
{
        struct group *group;

        if (slicing->count >= ATT_REPORT_ROWS_MAX) {
                if (work->result == 0) {
                        att_buffer_printf(work->why,
                                          "more than %d rows by %.*s: ask for a shorter time, or "
                                          "for fewer things at once",
                                          ATT_REPORT_ROWS_MAX, ATT_TEXT_ARGS(slicing->name));
                        work->result = -E2BIG;
                }
                return &slicing->groups[0];
        }
        if (slicing->count == slicing->capacity) {
                slicing->capacity = att_grown_capacity(slicing->capacity, slicing->count + 1);
                slicing->groups = att_realloc_array(slicing->groups, slicing->capacity,
                                                    sizeof(*slicing->groups));
        }
        group = &slicing->groups[slicing->count++];
        *group = (struct group){.key = key};
        return group;
}

static struct group *find_group(struct work *work, struct slicing *slicing, uint64_t key)
{
        uint32_t at;

        if (slicing->count > 0 && slicing->groups[slicing->last].key == key) {
                return &slicing->groups[slicing->last];
        }
        if (slicing->count * 2 >= slicing->index_size) {
                grow_index(slicing);
        }
        at = index_of(slicing, key);
        while (slicing->index[at] != 0) {
                struct group *group = &slicing->groups[slicing->index[at] - 1];

                if (group->key == key) {
                        slicing->last = slicing->index[at] - 1;
                        return group;
                }
                at = (at + 1) & (slicing->index_size - 1);
        }
        if (slicing->count < ATT_REPORT_ROWS_MAX) {
                slicing->index[at] = slicing->count + 1;
        }
        return new_group(work, slicing, key);
}

void unit_add(struct unit *unit, enum sum sum, int64_t value)
{
        ATT_CHECK(unit->count < ATT_ARRAY_LEN(unit->items));
        unit->items[unit->count].sum = sum;
        unit->items[unit->count++].value = value;
}

static void add_to_key(struct work *work, struct slicing *slicing, uint64_t key,
                       const struct unit *unit)
{
        struct group *group = find_group(work, slicing, key);

        for (uint32_t i = 0; i < unit->count; i++) {
                int64_t *sum = &group->sums[unit->items[i].sum];

                *sum = unit->items[i].sum == SUM_WAIT_MAX_MS
                               ? att_max_i64(*sum, unit->items[i].value)
                               : *sum + unit->items[i].value;
        }
}

static uint64_t key_of(const struct slicing *slicing, const struct place *place)
{
        uint64_t key = 0;

        for (uint32_t i = 0; i < slicing->dim_count; i++) {
                key = key << DIM_VALUE_BITS | place->at[slicing->dims[i]];
        }
        return key;
}

/* Once for each of its skills, or once for none. */
static void add_by_skill(struct work *work, struct slicing *slicing, const struct place *place,
                         const struct unit *unit)
{
        struct place one = *place;

        for (uint32_t i = 0; i < place->skill_count; i++) {
                one.at[DIM_SKILL] = place->skills[i];
                add_to_key(work, slicing, key_of(slicing, &one), unit);
        }
        if (place->skill_count == 0) {
                one.at[DIM_SKILL] = slices_name(work, DIM_SKILL, ATT_TEXT_NONE);
                add_to_key(work, slicing, key_of(slicing, &one), unit);
        }
}

void slices_add(struct work *work, const struct place *place, const struct unit *unit)
{
        for (uint32_t i = 0; i < work->slicing_count; i++) {
                struct slicing *slicing = &work->slicings[i];

                if (slicing->has_skill) {
                        add_by_skill(work, slicing, place, unit);
                } else {
                        add_to_key(work, slicing, key_of(slicing, place), unit);
                }
        }
}

void slices_add_staff(struct work *work, const struct place *place, const struct unit *unit)
{
        for (uint32_t i = 0; i < work->slicing_count; i++) {
                struct slicing *slicing = &work->slicings[i];

                if (slicing->has_staff) {
                        add_to_key(work, slicing, key_of(slicing, place), unit);
                }
        }
}

/* ---- Parts ---- */

/* The same row's key with the whole's numbers of names. */
static uint64_t translate(const struct slicing *slicing, uint64_t key,
                          uint32_t *const numbers[DIM_TEXTS])
{
        uint64_t translated = 0;

        for (uint32_t i = 0; i < slicing->dim_count; i++) {
                const enum dim dim = slicing->dims[i];
                const uint32_t shift = DIM_VALUE_BITS * (slicing->dim_count - 1 - i);
                uint32_t value = (uint32_t)(key >> shift) & DIM_VALUE_MAX;

                if (dim < DIM_TEXTS && value != DIM_VALUE_MAX) {
                        value = numbers[dim][value];
                }
                translated = translated << DIM_VALUE_BITS | value;
        }
        return translated;
}

static void merge_group(struct group *into, const struct group *from)
{
        for (int i = 0; i < SUM_COUNT; i++) {
                into->sums[i] = i == SUM_WAIT_MAX_MS ? att_max_i64(into->sums[i], from->sums[i])
                                                     : into->sums[i] + from->sums[i];
        }
}

static void merge_busy(struct work *work, const struct work *part, const uint32_t *agents)
{
        for (size_t i = 0; i < part->busy_count; i++) {
                const struct span *span = &part->busy[i];

                staff_note_busy(work, agents[span->agent], span->from_ms, span->to_ms);
        }
}

void slices_merge(struct work *work, const struct work *part)
{
        uint32_t *numbers[DIM_TEXTS];

        for (uint32_t dim = 0; dim < DIM_TEXTS; dim++) {
                const struct names *names = &part->names[dim];

                numbers[dim] = att_alloc_array(names->count + 1, sizeof(*numbers[dim]));
                for (uint32_t i = 0; i < names->count; i++) {
                        numbers[dim][i] = slices_name(work, (enum dim)dim, names->items[i]->text);
                }
        }
        for (uint32_t i = 0; i < part->slicing_count; i++) {
                const struct slicing *slicing = &part->slicings[i];

                for (uint32_t j = 0; j < slicing->count; j++) {
                        const uint64_t key = translate(slicing, slicing->groups[j].key, numbers);

                        merge_group(find_group(work, &work->slicings[i], key), &slicing->groups[j]);
                }
        }
        merge_busy(work, part, numbers[DIM_AGENT]);
        for (uint32_t dim = 0; dim < DIM_TEXTS; dim++) {
                free(numbers[dim]);
        }
}

/* ---- Names of rows, and their order ---- */

static uint32_t part_of(const struct slicing *slicing, const struct group *group, uint32_t part)
{
        return (uint32_t)(group->key >> (DIM_VALUE_BITS * (slicing->dim_count - 1 - part))) &
               DIM_VALUE_MAX;
}

static const char *name_of_none(enum dim dim)
{
        return dim == DIM_AGENT ? "(nobody)" : "(none)";
}

static struct att_text text_of_name(const struct work *work, enum dim dim, uint32_t value)
{
        const struct names *names = &work->names[dim];

        if (value >= names->count) {
                return ATT_TEXT("(others)");
        }
        return att_text_is_empty(names->items[value]->text) ? att_text_from(name_of_none(dim))
                                                            : names->items[value]->text;
}

/* The ISO week of the Monday that begins it: that of its Thursday's year. */
static void put_week(struct att_buffer *into, int64_t monday)
{
        const struct date thursday = date_of(monday + 3);
        int64_t new_year = monday + 3;

        while (date_of(new_year - 1).year == thursday.year) {
                new_year--;
        }
        att_buffer_printf(into, "%04lld-W%02lld", (long long)thursday.year,
                          (long long)((monday + 3 - new_year) / 7 + 1));
}

static void put_part(struct work *work, struct att_buffer *into, enum dim dim, uint32_t value)
{
        struct date date;

        switch (dim) {
        case DIM_QUEUE:
        case DIM_CHANNEL:
        case DIM_TIER:
        case DIM_AGENT:
        case DIM_SKILL:
                att_buffer_append_text(into, text_of_name(work, dim, value));
                return;
        case DIM_HOUR:
                att_buffer_printf(into, "%02u:00", value);
                return;
        case DIM_WEEKDAY:
                att_buffer_append_c(into, weekdays[value % 7]);
                return;
        case DIM_DAY:
                date = date_of(value);
                att_buffer_printf(into, "%04lld-%02u-%02u", (long long)date.year, date.month,
                                  date.day);
                return;
        case DIM_WEEK:
                put_week(into, value);
                return;
        case DIM_MONTH:
                att_buffer_printf(into, "%04u-%02u", value / 12, value % 12 + 1);
                return;
        case DIM_COUNT:
                return;
        }
}

struct att_text slices_group_name(struct work *work, const struct slicing *slicing,
                                  const struct group *group)
{
        struct att_buffer text ATT_CLEANUP(att_buffer_deinit) = {0};

        if (slicing->dim_count == 0) {
                return ATT_TEXT("all");
        }
        for (uint32_t i = 0; i < slicing->dim_count; i++) {
                if (i > 0) {
                        att_buffer_append_byte(&text, '\t');
                }
                put_part(work, &text, slicing->dims[i], part_of(slicing, group, i));
        }
        return att_arena_text(&work->report->arena, att_buffer_text(&text));
}

struct order {
        const struct work *work;
        const struct slicing *slicing;
};

static int compare_parts(const struct order *order, uint32_t part, uint32_t a, uint32_t b)
{
        const enum dim dim = order->slicing->dims[part];

        if (dim < DIM_TEXTS) {
                return att_text_compare(text_of_name(order->work, dim, a),
                                        text_of_name(order->work, dim, b));
        }
        return a < b ? -1 : a > b;
}

static int compare_groups(const void *left, const void *right, void *context)
{
        const struct order *order = context;
        const struct group *a = left;
        const struct group *b = right;
        int result = 0;

        for (uint32_t i = 0; result == 0 && i < order->slicing->dim_count; i++) {
                result = compare_parts(order, i, part_of(order->slicing, a, i),
                                       part_of(order->slicing, b, i));
        }
        return result;
}

void slices_sort(struct work *work, struct slicing *slicing)
{
        struct order order = {.work = work, .slicing = slicing};

        if (slicing->count > 0) { /* Nothing is a null pointer, which qsort_r does not take. */
                qsort_r(slicing->groups, slicing->count, sizeof(*slicing->groups), compare_groups,
                        &order);
        }
}
