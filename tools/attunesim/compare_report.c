/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "lib/base/json.h"
#include "lib/base/util.h"
#include "tools/attunesim/compare.h"

#define LABEL_WIDTH 24
#define CELL_WIDTH  12
#define WRONG_SHARE 0.05 /* Of 95 % intervals, by chance alone. */

/* What a person compares first, and how it is said. */
static const struct shown {
        enum sim_measure measure;
        const char *title;
        const char *name; /* In a sentence. */
        const char *unit;
        const char *more;
        const char *less;
        double scale;
        int decimals;
} shown[] = {
        {SIM_MEAN_WAIT_S, "mean wait, s", "the mean wait", "s", "longer", "shorter", 1, 2},
        {SIM_SERVICE_LEVEL, "answered within the target, %", "the service level", "points",
         "higher", "lower", 100, 1},
        {SIM_P_ABANDON, "abandoned, %", "the share that gives up", "points", "higher", "lower", 100,
         2},
        {SIM_P_BLOCK, "found no line, %", "the share that finds no line", "points", "higher",
         "lower", 100, 2},
        {SIM_OCCUPANCY, "occupancy of those who can serve, %", "occupancy", "points", "higher",
         "lower", 100, 1},
        {SIM_SHARE_BEST_SKILL, "met the agent's best skill, %", "the share at its agent's best",
         "points", "higher", "lower", 100, 1},
        {SIM_MEAN_VALUE, "mean value", "the mean value", "", "higher", "lower", 1, 4},
        {SIM_POSITIVE_SHARE, "ended well, %", "the share that ends well", "points", "higher",
         "lower", 100, 2},
        {SIM_POSITIVE_VALUE, "ended well, % of lifetime value",
         "the share of lifetime value that ends well", "points", "higher", "lower", 100, 2},
        {SIM_STRAIN, "strain of an agent", "the mean strain", "", "higher", "lower", 1, 4},
        {SIM_STRAIN_TENTH, "strain of the most strained tenth",
         "the strain of the most strained tenth", "", "higher", "lower", 1, 4},
};

/* Queues of both ---------------------------------------------------------- */

/* The queues of the first side that the second has too, then all together. */
struct rows {
        const struct compare_pairs *pairs;
        uint32_t next;
        bool is_through;
        struct att_text name;
        uint32_t queues[2];
};

static bool next_row(struct rows *rows)
{
        const struct att_config *first = rows->pairs->plans[0]->config;

        while (rows->next < first->queue_count) {
                rows->queues[0] = rows->next++;
                rows->name = first->queues[rows->queues[0]].name;
                rows->queues[1] = att_config_find_queue(rows->pairs->plans[1]->config, rows->name);
                if (rows->queues[1] != ATT_NONE) {
                        return true;
                }
        }
        if (rows->is_through) {
                return false;
        }
        rows->is_through = true;
        rows->queues[0] = rows->queues[1] = ATT_NONE;
        rows->name = ATT_TEXT("all");
        return true;
}

/* Queues that the other side does not have, with commas between; false: none. */
static bool write_lone(const struct compare_pairs *pairs, int side, struct att_buffer *into)
{
        const struct att_config *mine = pairs->plans[side]->config;
        const struct att_config *other = pairs->plans[1 - side]->config;
        bool has_any = false;

        for (uint32_t i = 0; i < mine->queue_count; i++) {
                if (att_config_find_queue(other, mine->queues[i].name) == ATT_NONE) {
                        att_buffer_printf(into, "%s%.*s", has_any ? ", " : "",
                                          ATT_TEXT_ARGS(mine->queues[i].name));
                        has_any = true;
                }
        }
        return has_any;
}

/* Tables ------------------------------------------------------------------ */

static void write_cell(struct att_buffer *into, double value, const struct shown *as)
{
        att_buffer_printf(into, " %*.*f", CELL_WIDTH, as->decimals, value * as->scale);
}

static void write_line(struct att_buffer *into, struct att_text name,
                       const struct compare_result *result, const struct shown *as)
{
        char difference[64];

        att_buffer_printf(into, "%-*.*s", LABEL_WIDTH,
                          (int)(name.len < LABEL_WIDTH ? name.len : LABEL_WIDTH), name.data);
        write_cell(into, result->means[0], as);
        write_cell(into, result->means[1], as);
        if (isnan(result->difference.ci95)) {
                (void)snprintf(difference, sizeof(difference), "%+.*f", as->decimals,
                               result->difference.mean * as->scale);
        } else {
                (void)snprintf(difference, sizeof(difference), "%+.*f +-%.*f", as->decimals,
                               result->difference.mean * as->scale, as->decimals,
                               result->difference.ci95 * as->scale);
        }
        att_buffer_printf(into, " %*s%s\n", 2 * CELL_WIDTH, difference,
                          result->is_significant ? "  *" : "");
}

static void write_block(const struct compare_pairs *pairs, struct att_buffer *into,
                        const struct shown *as)
{
        struct rows rows = {.pairs = pairs};
        bool has_begun = false;

        while (next_row(&rows)) {
                struct compare_result result = compare_measure(pairs, rows.queues, as->measure);

                if (isnan(result.difference.mean) ||
                    (as->measure == SIM_P_BLOCK && pairs->plans[0]->lines == 0 &&
                     pairs->plans[1]->lines == 0)) {
                        continue;
                }
                if (!has_begun) {
                        att_buffer_printf(into, "\n%s\n%-*s %*s %*s %*s\n", as->title, LABEL_WIDTH,
                                          "queue", CELL_WIDTH, "A", CELL_WIDTH, "B", 2 * CELL_WIDTH,
                                          "B - A");
                        has_begun = true;
                }
                write_line(into, rows.name, &result, as);
        }
}

void compare_table(const struct compare_pairs *pairs, struct att_buffer *into)
{
        att_buffer_printf(into,
                          "A is %s, B is %s: %u of %u replications of each, on the same chance "
                          "(seed %llu)\n"
                          "+- is the 95 %% interval of the difference, * where it leaves out 0\n",
                          pairs->names[0], pairs->names[1], pairs->count, pairs->wanted,
                          (unsigned long long)pairs->plans[0]->seed);
        for (size_t i = 0; i < ATT_ARRAY_LEN(shown); i++) {
                write_block(pairs, into, &shown[i]);
        }
        for (int side = 0; side < 2; side++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer names = {0};

                if (write_lone(pairs, side, &names)) {
                        att_buffer_printf(into, "\nonly %c has: %s\n", 'A' + side, names.data);
                }
        }
        att_buffer_append_byte(into, '\n');
        compare_sentence(pairs, "\n  ", into);
        att_buffer_append_byte(into, '\n');
}

/* Sentences --------------------------------------------------------------- */

struct tale {
        struct att_buffer of_all;  /* What differs in total ... */
        struct att_buffer clear;   /* ... and by queue. */
        struct att_buffer unclear; /* Names of the queues of which nothing does. */
        uint32_t figures;
        uint32_t clear_figures;
};

/* False: nobody is turned away by lines that there are not, and so on. */
static bool is_of_interest(const struct compare_result *result)
{
        return !isnan(result->difference.ci95) && (result->means[0] != 0 || result->means[1] != 0);
}

static void tell_figure(const struct compare_result *result, const struct shown *as,
                        struct att_buffer *into)
{
        att_buffer_printf(into, "%s is %.*f%s%s %s", as->name, as->decimals,
                          fabs(result->difference.mean) * as->scale, as->unit[0] != '\0' ? " " : "",
                          as->unit, result->difference.mean > 0 ? as->more : as->less);
}

static void tell_row(const struct compare_pairs *pairs, const struct rows *row, const char *between,
                     struct tale *tale)
{
        struct att_buffer *into = row->queues[0] == ATT_NONE ? &tale->of_all : &tale->clear;
        uint32_t clear = 0;
        uint32_t figures = 0;

        for (size_t i = 0; i < ATT_ARRAY_LEN(shown); i++) {
                struct compare_result result = compare_measure(pairs, row->queues,
                                                               shown[i].measure);

                figures += is_of_interest(&result);
                if (is_of_interest(&result) && result.is_significant) {
                        att_buffer_append_c(into, clear++ == 0 ? between : ", ");
                        if (clear == 1) {
                                att_buffer_printf(into, "%.*s: ", ATT_TEXT_ARGS(row->name));
                        }
                        tell_figure(&result, &shown[i], into);
                }
        }
        if (figures > 0 && clear == 0) {
                att_buffer_printf(&tale->unclear, "%s%.*s", tale->unclear.len > 0 ? ", " : "",
                                  ATT_TEXT_ARGS(row->name));
        }
        tale->figures += figures;
        tale->clear_figures += clear;
}

static const char *text_of(const struct att_buffer *buffer)
{
        return buffer->data ? buffer->data : "";
}

static void tell(const struct tale *tale, const char *between, struct att_buffer *into)
{
        if (tale->figures == 0) {
                att_buffer_append_c(into, "What differs by chance alone takes at least two "
                                          "replications to tell.");
                return;
        }
        if (tale->clear_figures == 0) {
                att_buffer_printf(into,
                                  "No clear difference: the 95 %% interval of each of the %u "
                                  "figures holds 0.",
                                  tale->figures);
                return;
        }
        att_buffer_printf(into, "Clearly different in B%s%s", text_of(&tale->of_all),
                          text_of(&tale->clear));
        if (tale->unclear.len > 0) {
                att_buffer_printf(into, "%sno clear difference: %s", between, tale->unclear.data);
        }
        att_buffer_printf(into,
                          "%s%u of %u figures differ; chance alone would make about %.1f seem to",
                          between, tale->clear_figures, tale->figures, WRONG_SHARE * tale->figures);
}

void compare_sentence(const struct compare_pairs *pairs, const char *between,
                      struct att_buffer *into)
{
        struct rows rows = {.pairs = pairs};
        struct tale tale = {0};

        while (next_row(&rows)) {
                tell_row(pairs, &rows, between, &tale);
        }
        tell(&tale, between, into);
        att_buffer_deinit(&tale.of_all);
        att_buffer_deinit(&tale.clear);
        att_buffer_deinit(&tale.unclear);
}

/* JSON -------------------------------------------------------------------- */

static void write_measures(struct att_json *json, const struct compare_pairs *pairs,
                           const uint32_t *queues)
{
        att_json_begin_object(json);
        for (int k = 0; k < SIM_MEASURE_COUNT; k++) {
                struct compare_result result = compare_measure(pairs, queues, (enum sim_measure)k);

                if (isnan(result.difference.mean)) {
                        continue;
                }
                att_json_key(json, sim_measure_name((enum sim_measure)k));
                att_json_begin_object(json);
                att_json_key(json, "a");
                att_json_double(json, result.means[0]);
                att_json_key(json, "b");
                att_json_double(json, result.means[1]);
                att_json_key(json, "difference");
                att_json_double(json, result.difference.mean);
                att_json_key(json, "ci95");
                att_json_double(json, result.difference.ci95);
                att_json_key(json, "significant");
                att_json_bool(json, result.is_significant);
                att_json_end_object(json);
        }
        att_json_end_object(json);
}

static void write_only(struct att_json *json, const struct compare_pairs *pairs, int side)
{
        const struct att_config *mine = pairs->plans[side]->config;

        att_json_begin_array(json);
        for (uint32_t i = 0; i < mine->queue_count; i++) {
                if (att_config_find_queue(pairs->plans[1 - side]->config, mine->queues[i].name) ==
                    ATT_NONE) {
                        att_json_text(json, mine->queues[i].name);
                }
        }
        att_json_end_array(json);
}

void compare_json(const struct compare_pairs *pairs, struct att_buffer *into)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer sentence = {0};
        const uint32_t all[2] = {ATT_NONE, ATT_NONE};
        struct rows rows = {.pairs = pairs};
        struct att_json json;

        compare_sentence(pairs, "; ", &sentence);
        att_json_init(&json, into);
        att_json_begin_object(&json);
        att_json_key(&json, "a");
        att_json_string(&json, pairs->names[0]);
        att_json_key(&json, "b");
        att_json_string(&json, pairs->names[1]);
        att_json_key(&json, "seed");
        att_json_int(&json, (int64_t)pairs->plans[0]->seed);
        att_json_key(&json, "replications");
        att_json_int(&json, pairs->count);
        att_json_key(&json, "interrupted");
        att_json_bool(&json, pairs->is_interrupted);
        att_json_key(&json, "total");
        write_measures(&json, pairs, all);
        att_json_key(&json, "queues");
        att_json_begin_object(&json);
        while (next_row(&rows)) {
                if (rows.queues[0] != ATT_NONE) {
                        att_json_key_text(&json, rows.name);
                        write_measures(&json, pairs, rows.queues);
                }
        }
        att_json_end_object(&json);
        att_json_key(&json, "only_in_a");
        write_only(&json, pairs, 0);
        att_json_key(&json, "only_in_b");
        write_only(&json, pairs, 1);
        att_json_key(&json, "sentence");
        att_json_text(&json, att_buffer_text(&sentence));
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
}
