/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for people: columns as wide as their widest cell, numbers to the right.
 *
 *      static const struct grid_column columns[] = {{"QUEUE", false}, {"WAITING", true}, {0}};
 *      grid_init(&grid, columns);
 *      grid_text(&grid, name); grid_printf(&grid, "%u", waiting); ... a cell after the other
 *      grid_write(&grid, &out);
 *      grid_deinit(&grid);
 */
#ifndef ATT_TOOLS_ATTUNECTL_GRID_H
#define ATT_TOOLS_ATTUNECTL_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"

#define GRID_COLUMNS_MAX 16

struct grid_column {
        const char *title;
        bool is_right;
};

struct grid {
        const struct grid_column *columns; /* Borrowed; ends with an empty one. */
        size_t column_count;
        struct att_buffer text; /* Of all cells. */
        size_t *ends;           /* Owned: of each cell in `text`. */
        size_t cell_count;
        size_t cell_capacity;
        int widths[GRID_COLUMNS_MAX];
};

void grid_init(struct grid *grid, const struct grid_column *columns);
void grid_deinit(struct grid *grid);
bool grid_is_empty(const struct grid *grid);

/* The next cell, in one of these ways; empty ones are shown as a dash. */
void grid_text(struct grid *grid, struct att_text text); /* Of a stranger. */
void grid_c(struct grid *grid, const char *text);
void grid_printf(struct grid *grid, const char *format, ...) ATT_PRINTF(2, 3);
void grid_duration(struct grid *grid, int64_t ms); /* Below 0: empty. */
void grid_percent(struct grid *grid, uint64_t part, uint64_t whole);
void grid_points(struct grid *grid, int64_t milli);

/* Or piece by piece: append to what grid_cell() gives, then grid_end_cell(). */
struct att_buffer *grid_cell(struct grid *grid);
void grid_end_cell(struct grid *grid);

void grid_write(const struct grid *grid, struct att_buffer *into);

#endif
