/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_dist.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "lib/base/util.h"
#include "lib/config/values.h"
#include "lib/model/decimal.h"
#include "lib/model/limits.h"

#define WORDS_MAX 3
#define MICRO     1e6

static const struct law {
        const char *name;
        enum sim_law law;
        size_t values;
        const char *usage;
} laws[] = {
        {"none", SIM_NONE, 0, "none"},
        {"fixed", SIM_FIXED, 1, "fixed VALUE"},
        {"exp", SIM_EXP, 1, "exp MEAN"},
        {"uniform", SIM_UNIFORM, 2, "uniform LEAST MOST"},
        {"lognormal", SIM_LOGNORMAL, 2, "lognormal MEAN CV"},
        {"gamma", SIM_GAMMA, 2, "gamma MEAN CV"},
};

/* Reading ----------------------------------------------------------------- */

/* A part of a node's text as a node, so that what is wrong with it is told at its own place. */
static struct att_yaml_node part_of(const struct att_yaml_node *node, struct att_text word)
{
        struct att_yaml_node part = *node;

        part.text = word;
        part.place.column += (uint32_t)(word.data - node->text.data) + (node->is_plain ? 0 : 1);
        return part;
}

static size_t split(struct att_text text, struct att_text words[WORDS_MAX + 1])
{
        size_t count = 0;
        size_t at = 0;

        while (at < text.len && count <= WORDS_MAX) {
                size_t begin = at;

                while (at < text.len && text.data[at] != ' ') {
                        at++;
                }
                if (at > begin) {
                        words[count++] = att_text_of(text.data + begin, at - begin);
                }
                at++;
        }
        return count;
}

static bool read_number(struct att_config_errors *errors, const struct att_yaml_node *node,
                        struct att_text word, enum sim_unit unit, double *ret)
{
        const struct att_yaml_node part = part_of(node, word);
        int64_t value;

        if (unit == SIM_DURATIONS) {
                if (!att_value_duration(errors, &part, 0, ATT_DURATION_MS_MAX, &value)) {
                        return false;
                }
                *ret = (double)value / 1e3;
        } else {
                if (!att_value_decimal(errors, &part, 6, 0, INT64_MAX, &value)) {
                        return false;
                }
                *ret = (double)value / MICRO;
        }
        return true;
}

static void tell_laws(struct att_config_errors *errors, const struct att_yaml_node *node)
{
        att_config_errors_add(
                errors, node->place,
                "unknown distribution '%.*s': expected exp MEAN, fixed VALUE, uniform "
                "LEAST MOST, lognormal MEAN CV, gamma MEAN CV or none",
                ATT_TEXT_ARGS(node->text));
}

/* From the mean and the coefficient of variation: of a lognormal, sigma^2 = ln(1 + cv^2) and
 * zeta = ln(mean) - sigma^2 / 2; of a gamma, shape = 1 / cv^2 and scale = mean / shape. */
static void set_parameters(struct sim_dist *dist, const double values[2])
{
        dist->mean = values[0];
        dist->a = values[0];
        dist->b = values[1];
        if (dist->law == SIM_UNIFORM) {
                dist->mean = (values[0] + values[1]) / 2;
        } else if (dist->law == SIM_LOGNORMAL) {
                double variance = log1p(values[1] * values[1]);

                dist->a = log(values[0]) - variance / 2;
                dist->b = sqrt(variance);
        } else if (dist->law == SIM_GAMMA) {
                dist->a = 1 / (values[1] * values[1]);
                dist->b = values[0] / dist->a;
        }
}

static bool is_possible(struct att_config_errors *errors, const struct att_yaml_node *node,
                        enum sim_law law, const double values[2])
{
        if (law == SIM_UNIFORM && values[0] > values[1]) {
                att_config_errors_add(errors, node->place,
                                      "the least must come first: uniform LEAST MOST");
                return false;
        }
        if ((law == SIM_LOGNORMAL || law == SIM_GAMMA) && !(values[0] > 0 && values[1] > 0)) {
                att_config_errors_add(errors, node->place,
                                      "the mean and the coefficient of variation must be above 0");
                return false;
        }
        return true;
}

static bool read_scalar(struct att_config_errors *errors, const struct att_yaml_node *node,
                        enum sim_unit unit, struct sim_dist *dist)
{
        struct att_text words[WORDS_MAX + 1];
        size_t count = split(node->text, words);
        double values[2] = {0};
        const struct law *law = NULL;

        if (unit == SIM_NUMBERS && count == 1 &&
            strchr("-0123456789", words[0].data[0])) { /* `emotion: 0.5` is a fixed number. */
                dist->law = SIM_FIXED;
                if (!read_number(errors, node, words[0], unit, &values[0])) {
                        return false;
                }
                set_parameters(dist, values);
                return true;
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(laws) && count > 0; i++) {
                if (att_text_equals_c(words[0], laws[i].name)) {
                        law = &laws[i];
                }
        }
        if (!law) {
                tell_laws(errors, node);
                return false;
        }
        if (count != law->values + 1) {
                att_config_errors_add(errors, node->place, "expected %s", law->usage);
                return false;
        }
        for (size_t i = 0; i < law->values; i++) {
                bool is_cv = i == 1 && law->law != SIM_UNIFORM;

                if (!read_number(errors, node, words[i + 1], is_cv ? SIM_NUMBERS : unit,
                                 &values[i])) {
                        return false;
                }
        }
        dist->law = law->law;
        if (!is_possible(errors, node, law->law, values)) {
                return false;
        }
        set_parameters(dist, values);
        return true;
}

static bool read_point(struct att_config_errors *errors, const struct att_yaml_node *key,
                       const struct att_yaml_node *value, enum sim_unit unit,
                       const struct sim_still *before, struct sim_still *point)
{
        int64_t share;

        if (!read_number(errors, key, key->text, unit, &point->after) ||
            !att_value_decimal(errors, value, 6, 1, 1000000, &share)) {
                return false;
        }
        point->share = (double)share / MICRO;
        if (point->after <= before->after || point->share > before->share) {
                att_config_errors_add(
                        errors, key->place,
                        "times must grow, and the share that is still there must not");
                return false;
        }
        return true;
}

static bool read_still(struct att_config_errors *errors, struct att_arena *arena,
                       const struct att_yaml_node *node, enum sim_unit unit, struct sim_dist *dist)
{
        const struct att_yaml_node *points = att_yaml_find(node, "still");
        struct sim_still *read;
        struct sim_still before = {0, 1};

        if (!points || node->count != 1 || points->kind != ATT_YAML_MAPPING || points->count == 0) {
                att_config_errors_add(errors, node->place,
                                      "expected { still: { 30s: 0.9, 60s: 0.8 } }: the share that "
                                      "is still there after so long");
                return false;
        }
        read = att_arena_take_array(arena, points->count, sizeof(*read));
        for (uint32_t i = 0; i < points->count; i++) {
                if (!read_point(errors, points->keys[i], points->items[i], unit, &before,
                                &read[i])) {
                        return false;
                }
                before = read[i];
        }
        dist->law = SIM_STILL;
        dist->points = read;
        dist->point_count = points->count;
        return true;
}

bool sim_dist_read(struct att_config_errors *errors, struct att_arena *arena,
                   const struct att_yaml_node *node, enum sim_unit unit, struct sim_dist *ret_dist)
{
        struct sim_dist dist = {0};
        bool is_read = node->kind == ATT_YAML_MAPPING
                               ? read_still(errors, arena, node, unit, &dist)
                               : att_value_is(errors, node, ATT_YAML_SCALAR,
                                              "a distribution, such as exp 3m") &&
                                         read_scalar(errors, node, unit, &dist);

        if (is_read) {
                *ret_dist = dist;
        }
        return is_read;
}

/* Drawing ----------------------------------------------------------------- */

/* Where the share that is still there comes down to `share`. */
static double invert_still(const struct sim_dist *dist, double share)
{
        struct sim_still before = {0, 1};
        double rate = 0;

        for (uint32_t i = 0; i < dist->point_count; i++) {
                const struct sim_still *point = &dist->points[i];

                rate = log(before.share / point->share) / (point->after - before.after);
                if (share > point->share) {
                        break;
                }
                if (i + 1 < dist->point_count) {
                        before = *point;
                }
        }
        return rate > 0 ? before.after + log(before.share / share) / rate : (double)INFINITY;
}

double sim_dist_draw(const struct sim_dist *dist, gsl_rng *rng)
{
        switch (dist->law) {
        case SIM_NONE:
                return (double)INFINITY;
        case SIM_FIXED:
                return dist->a;
        case SIM_EXP:
                return gsl_ran_exponential(rng, dist->mean);
        case SIM_UNIFORM:
                return gsl_ran_flat(rng, dist->a, dist->b);
        case SIM_LOGNORMAL:
                return gsl_ran_lognormal(rng, dist->a, dist->b);
        case SIM_GAMMA:
                return gsl_ran_gamma(rng, dist->a, dist->b);
        case SIM_STILL:
                return invert_still(dist, gsl_rng_uniform_pos(rng));
        }
        return (double)INFINITY;
}
