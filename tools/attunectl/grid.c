/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunectl/show.h"

void grid_init(struct grid *grid, const struct grid_column *columns)
{
        *grid = (struct grid){.columns = columns};
        while (columns[grid->column_count].title) {
                ATT_CHECK(grid->column_count < GRID_COLUMNS_MAX);
                grid->widths[grid->column_count] = show_width(
                        att_text_from(columns[grid->column_count].title));
                grid->column_count++;
        }
}

void grid_deinit(struct grid *grid)
{
        att_buffer_deinit(&grid->text);
        free(grid->ends);
        grid->ends = NULL;
}

bool grid_is_empty(const struct grid *grid)
{
        return grid->cell_count == 0;
}

static struct att_text get_cell(const struct grid *grid, size_t cell)
{
        size_t begin = cell > 0 ? grid->ends[cell - 1] : 0;

        return att_text_of(grid->text.data + begin, grid->ends[cell] - begin);
}

struct att_buffer *grid_cell(struct grid *grid)
{
        return &grid->text;
}

void grid_end_cell(struct grid *grid)
{
        size_t column = grid->cell_count % grid->column_count;
        size_t begin = grid->cell_count > 0 ? grid->ends[grid->cell_count - 1] : 0;
        int width;

        if (grid->text.len == begin) {
                att_buffer_append_byte(&grid->text, '-');
        }
        if (grid->cell_count == grid->cell_capacity) {
                grid->cell_capacity = att_grown_capacity(grid->cell_capacity, grid->cell_count + 1);
                grid->ends = att_realloc_array(grid->ends, grid->cell_capacity,
                                               sizeof(*grid->ends));
        }
        grid->ends[grid->cell_count] = grid->text.len;
        width = show_width(get_cell(grid, grid->cell_count));
        grid->cell_count++;
        if (width > grid->widths[column]) {
                grid->widths[column] = width;
        }
}

void grid_text(struct grid *grid, struct att_text text)
{
        show_plain(&grid->text, text);
        grid_end_cell(grid);
}

void grid_c(struct grid *grid, const char *text)
{
        att_buffer_append_c(&grid->text, text);
        grid_end_cell(grid);
}

void grid_printf(struct grid *grid, const char *format, ...)
{
        char text[256];
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        grid_c(grid, text);
}

void grid_duration(struct grid *grid, int64_t ms)
{
        if (ms >= 0) {
                show_duration(&grid->text, ms);
        }
        grid_end_cell(grid);
}

void grid_percent(struct grid *grid, uint64_t part, uint64_t whole)
{
        show_percent(&grid->text, part, whole);
        grid_end_cell(grid);
}

void grid_points(struct grid *grid, int64_t milli)
{
        show_points(&grid->text, milli);
        grid_end_cell(grid);
}

static void put_cell(const struct grid *grid, struct att_buffer *into, size_t column,
                     struct att_text text)
{
        int room = grid->widths[column] - show_width(text);
        bool is_right = grid->columns[column].is_right;
        bool is_last = column + 1 == grid->column_count;

        if (column > 0) {
                att_buffer_append_c(into, "  ");
        }
        if (is_right) {
                att_buffer_printf(into, "%*s", room, "");
        }
        att_buffer_append_text(into, text);
        if (!is_right && !is_last) {
                att_buffer_printf(into, "%*s", room, "");
        }
        if (is_last) {
                att_buffer_append_byte(into, '\n');
        }
}

void grid_write(const struct grid *grid, struct att_buffer *into)
{
        ATT_CHECK(grid->column_count > 0);
        for (size_t column = 0; column < grid->column_count; column++) {
                put_cell(grid, into, column, att_text_from(grid->columns[column].title));
        }
        for (size_t cell = 0; cell < grid->cell_count; cell++) {
                put_cell(grid, into, cell % grid->column_count, get_cell(grid, cell));
        }
}
