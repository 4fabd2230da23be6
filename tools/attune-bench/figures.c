/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/figures.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/buffer.h"
#include "lib/base/json.h"
#include "lib/base/util.h"

static void print_json(const struct figure *figures, size_t count)
{
        struct att_buffer out ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_json json;

        att_json_init(&json, &out);
        att_json_begin_object(&json);
        for (size_t i = 0; i < count; i++) {
                double scaled = figures[i].value * pow(10, figures[i].decimals);

                att_json_key(&json, figures[i].name);
                att_json_scaled(&json, (int64_t)llround(scaled), figures[i].decimals);
        }
        att_json_end_object(&json);
        puts(out.data);
}

void figures_print(const struct figure *figures, size_t count, bool is_json)
{
        if (is_json) {
                print_json(figures, count);
                return;
        }
        for (size_t i = 0; i < count; i++) {
                printf("%-28s %16.*f %s\n", figures[i].name, figures[i].decimals, figures[i].value,
                       figures[i].unit);
        }
}
