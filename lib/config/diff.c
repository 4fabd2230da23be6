/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each noun is described as a list of facts, "skill cards" is "8"; two descriptions are compared fact
 * by fact. A fact is said only where it holds, so that what is gone reads "-> none".
 */
#include "lib/config/diff.h"

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/config/calendar.h"
#include "lib/config/facts.h"

struct diff {
        const struct att_config *before;
        const struct att_config *after;
        struct att_buffer *into;
        uint32_t count;
};

static const struct fact *find_fact(const struct facts *facts, struct att_text name)
{
        for (uint32_t i = 0; i < facts->count; i++) {
                if (att_text_equals(facts->items[i].name, name)) {
                        return &facts->items[i];
                }
        }
        return NULL;
}

static void say_change(struct diff *diff, const char *noun, struct att_text name,
                       struct att_text fact, const struct fact *old, const struct fact *new)
{
        const struct att_text none = ATT_TEXT("none");

        att_buffer_printf(diff->into, "~ %s%s%.*s: %.*s ", noun, name.len > 0 ? " " : "",
                          ATT_TEXT_ARGS(name), ATT_TEXT_ARGS(fact));
        att_buffer_append_text(diff->into, old ? old->value : none);
        att_buffer_append_c(diff->into, " -> ");
        att_buffer_append_text(diff->into, new ? new->value : none);
        att_buffer_append_byte(diff->into, '\n');
        diff->count++;
}

/* Facts of before in their order, then those that are new. */
static void compare_facts(struct diff *diff, const char *noun, struct att_text name,
                          const struct facts *before, const struct facts *after)
{
        for (uint32_t i = 0; i < before->count; i++) {
                const struct fact *old = &before->items[i];
                const struct fact *new = find_fact(after, old->name);

                if (!new || !att_text_equals(old->value, new->value)) {
                        say_change(diff, noun, name, old->name, old, new);
                }
        }
        for (uint32_t i = 0; i < after->count; i++) {
                const struct fact *new = &after->items[i];

                if (!find_fact(before, new->name)) {
                        say_change(diff, noun, name, new->name, NULL, new);
                }
        }
}

static void say_whole(struct diff *diff, char sign, const struct description *description,
                      const struct att_config *config, uint32_t i)
{
        const struct att_text name = description->get_name(config, i);
        const struct att_text title = description->get_title ? description->get_title(config, i)
                                                             : name;

        att_buffer_printf(diff->into, "%c %s %.*s", sign, description->noun, ATT_TEXT_ARGS(name));
        if (!att_text_equals(title, name)) {
                att_buffer_printf(diff->into, " (%.*s)", ATT_TEXT_ARGS(title));
        }
        att_buffer_append_byte(diff->into, '\n');
        diff->count++;
}

/* Agents are sorted and looked up; others are as a rule where they were, or not far behind: `near`. */
static uint32_t find_named(const struct description *description, const struct att_config *config,
                           struct att_text name, uint32_t near)
{
        const uint32_t count = description->get_count(config);

        if (description->is_sorted) {
                return att_config_find_agent(config, name);
        }
        for (uint32_t i = 0; i < count; i++) {
                const uint32_t at = (near % count + i) % count;

                if (att_text_equals(description->get_name(config, at), name)) {
                        return at;
                }
        }
        return ATT_NONE;
}

static void compare_one(struct diff *diff, const struct description *description, uint32_t old,
                        uint32_t new)
{
        struct facts before = {0};
        struct facts after = {0};

        description->describe(diff->before, old, &before);
        description->describe(diff->after, new, &after);
        compare_facts(diff, description->noun, description->get_name(diff->before, old), &before,
                      &after);
        facts_deinit(&before);
        facts_deinit(&after);
}

static void compare_nouns(struct diff *diff, const struct description *description)
{
        const uint32_t before_count = description->get_count(diff->before);
        const uint32_t after_count = description->get_count(diff->after);
        uint32_t last = 0;
        uint32_t near = 0;
        bool is_in_order = true;

        for (uint32_t i = 0; i < before_count; i++) {
                const uint32_t new = find_named(description, diff->after,
                                                description->get_name(diff->before, i), near);

                if (new == ATT_NONE) {
                        say_whole(diff, '-', description, diff->before, i);
                } else {
                        compare_one(diff, description, i, new);
                        is_in_order = is_in_order && new >= last;
                        last = new;
                        near = new + 1;
                }
        }
        near = 0;
        for (uint32_t i = 0; i < after_count; i++) {
                const uint32_t old = find_named(description, diff->before,
                                                description->get_name(diff->after, i), near);

                if (old == ATT_NONE) {
                        say_whole(diff, '+', description, diff->after, i);
                } else {
                        near = old + 1;
                }
        }
        if (description->order_counts && !is_in_order) {
                att_buffer_printf(diff->into, "~ %s order: the first that matches is another\n",
                                  description->noun);
                diff->count++;
        }
}

/* Hours --------------------------------------------------------------------------------------- */

#define DAY_MS   INT64_C(86400000)
#define AHEAD_MS (400 * DAY_MS) /* As far as opening hours are compiled. */

/* The first time, of those that both know and that are not over, at which one is open and the other
 * is not; INT64_MAX if there is none. */
static int64_t find_first_difference(const struct att_hours *before, const struct att_hours *after)
{
        const int64_t until_ms = att_min_i64(before->known_until_ms, after->known_until_ms);
        int64_t at_ms = att_max_i64(before->known_until_ms, after->known_until_ms) - AHEAD_MS;

        while (at_ms < until_ms) {
                if (att_hours_is_open(before, at_ms) != att_hours_is_open(after, at_ms)) {
                        return at_ms;
                }
                at_ms = att_min_i64(att_hours_next_change(before, at_ms),
                                    att_hours_next_change(after, at_ms));
        }
        return INT64_MAX;
}

/* Holidays that are over were taken out, or such that are far ahead put in. Another zone is a fact
 * and has its own line. */
static void say_written_otherwise(struct diff *diff, const struct att_hours *before,
                                  const struct att_hours *after)
{
        if (att_text_equals(before->name, after->name) &&
            att_text_equals(before->zone, after->zone) &&
            !att_digest_equals(before->rules, after->rules)) {
                att_buffer_printf(diff->into,
                                  "~ hours %.*s: written otherwise, with the same times in the "
                                  "year ahead\n",
                                  ATT_TEXT_ARGS(before->name));
                diff->count++;
        }
}

static void compare_hours(struct diff *diff)
{
        for (uint32_t i = 0; i < diff->before->hours_count; i++) {
                const struct att_hours *before = &diff->before->hours[i];

                for (uint32_t j = 0; j < diff->after->hours_count; j++) {
                        const struct att_hours *after = &diff->after->hours[j];
                        const int64_t at_ms = att_text_equals(before->name, after->name)
                                                      ? find_first_difference(before, after)
                                                      : INT64_MAX;

                        if (at_ms == INT64_MAX) {
                                say_written_otherwise(diff, before, after);
                                continue;
                        }
                        const struct calendar_date date = calendar_date_of(at_ms / DAY_MS);
                        const bool was_open = att_hours_is_open(before, at_ms);

                        att_buffer_printf(diff->into,
                                          "~ hours %.*s: other times, first on %04d-%02d-%02d "
                                          "%02d:%02d UTC: %s -> %s\n",
                                          ATT_TEXT_ARGS(before->name), (int)date.year, date.month,
                                          date.day, (int)(at_ms / 3600000 % 24),
                                          (int)(at_ms / 60000 % 60), was_open ? "open" : "closed",
                                          was_open ? "closed" : "open");
                        diff->count++;
                }
        }
}

/* Rules have no names: each is its own sentence. ---------------------------------------------- */

static uint32_t count_fact(const struct facts *facts, struct att_text name)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < facts->count; i++) {
                count += att_text_equals(facts->items[i].name, name);
        }
        return count;
}

/* Those that `facts` has more of than `others`. */
static void say_rules(struct diff *diff, char sign, const struct facts *facts,
                      const struct facts *others)
{
        for (uint32_t i = 0; i < facts->count; i++) {
                const struct att_text rule = facts->items[i].name;
                const struct facts so_far = {.items = facts->items, .count = i};

                if (count_fact(&so_far, rule) >= count_fact(others, rule)) {
                        att_buffer_printf(diff->into, "%c intake: %.*s\n", sign,
                                          ATT_TEXT_ARGS(rule));
                        diff->count++;
                }
        }
}

static void compare_intake(struct diff *diff)
{
        struct facts before = {0};
        struct facts after = {0};
        const uint32_t count = diff->count;
        bool is_same = true;

        facts_of_intake(diff->before, &before);
        facts_of_intake(diff->after, &after);
        say_rules(diff, '-', &before, &after);
        say_rules(diff, '+', &after, &before);
        for (uint32_t i = 0; i < before.count && i < after.count; i++) {
                is_same = is_same && att_text_equals(before.items[i].name, after.items[i].name);
        }
        if (diff->count == count && !is_same) {
                att_buffer_append_c(diff->into, "~ intake: the same rules in another order\n");
                diff->count++;
        }
        facts_deinit(&before);
        facts_deinit(&after);
}

static void compare_whole(struct diff *diff)
{
        struct facts before = {0};
        struct facts after = {0};

        facts_of_whole(diff->before, &before);
        facts_of_whole(diff->after, &after);
        compare_facts(diff, "configuration", ATT_TEXT_NONE, &before, &after);
        facts_deinit(&before);
        facts_deinit(&after);
}

uint32_t att_config_diff(const struct att_config *before, const struct att_config *after,
                         struct att_buffer *into)
{
        struct diff diff = {before, after, into, 0};
        size_t count;
        const struct description *descriptions = facts_descriptions(&count);

        for (size_t i = 0; i < count; i++) {
                compare_nouns(&diff, &descriptions[i]);
        }
        compare_hours(&diff);
        compare_intake(&diff);
        compare_whole(&diff);
        return diff.count;
}

enum att_calendar_change att_config_compare_calendars(const struct att_config *before,
                                                      const struct att_config *after)
{
        enum att_calendar_change change = ATT_CALENDAR_SAME;

        ATT_CHECK(before->hours_count == after->hours_count);
        for (uint32_t i = 0; i < before->hours_count; i++) {
                const struct att_hours *old = &before->hours[i];
                const struct att_hours *new = &after->hours[i];

                if (find_first_difference(old, new) != INT64_MAX) {
                        return ATT_CALENDAR_OTHER;
                }
                if (new->known_until_ms - old->known_until_ms >= ATT_CALENDAR_GAIN_MS) {
                        change = ATT_CALENDAR_LONGER;
                }
        }
        return change;
}
