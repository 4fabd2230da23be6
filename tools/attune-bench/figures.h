/* SPDX-License-Identifier: Apache-2.0 */
/* What a command found, as one JSON object or as a table. */
#ifndef ATT_TOOLS_BENCH_FIGURES_H
#define ATT_TOOLS_BENCH_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

struct figure {
        const char *name;
        const char *unit; /* For the table; "" for a plain number. */
        double value;
        int decimals;
};

void figures_print(const struct figure *figures, size_t count, bool is_json);

#endif
