/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a CSV file (libcsv reads them), with what is needed to say where something is wrong. */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_CSV_H
#define ATT_TOOLS_ATTUNESIM_SIM_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/check.h"
#include "lib/config/errors.h"

#define SIM_CSV_COLUMNS_MAX 64

struct sim_csv_row {
        uint32_t line;                              /* From 1: the one it ends on. */
        struct att_text cells[SIM_CSV_COLUMNS_MAX]; /* NUL-terminated, until the next row. */
        uint32_t count;
};

/* Called for each row that is not empty, the first with the names of the columns. False ends it. */
typedef bool sim_csv_row_fn(void *context, const struct sim_csv_row *row);

/* 0, or a negative errno (told in errors). What is not CSV is told too. */
ATT_MUST_USE int sim_csv_read(const char *path, struct att_config_errors *errors, void *context,
                              sim_csv_row_fn *on_row);

#endif
