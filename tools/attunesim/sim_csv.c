/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_csv.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"

struct reader {
        struct att_config_errors *errors;
        struct att_text source;
        void *context;
        sim_csv_row_fn *on_row;
        uint32_t line;
        bool is_over;
        bool has_failed;
        struct att_buffer bytes; /* Of the cells. */
        size_t starts[SIM_CSV_COLUMNS_MAX];
        size_t lengths[SIM_CSV_COLUMNS_MAX];
        uint32_t count;
};

static void fail(struct reader *reader, const char *what)
{
        att_config_errors_add(reader->errors,
                              (struct att_config_place){reader->source, reader->line, 1}, "%s",
                              what);
        reader->has_failed = true;
        reader->is_over = true;
}

static void take_cell(void *bytes, size_t len, void *context)
{
        struct reader *reader = context;

        if (reader->count == SIM_CSV_COLUMNS_MAX) {
                if (!reader->has_failed) {
                        fail(reader, "more columns than 64");
                }
                return;
        }
        reader->starts[reader->count] = reader->bytes.len;
        reader->lengths[reader->count] = len;
        reader->count++;
        att_buffer_append(&reader->bytes, bytes, len);
        att_buffer_append_byte(&reader->bytes, '\0');
}

static bool is_empty(const struct reader *reader)
{
        return reader->count == 0 || (reader->count == 1 && reader->lengths[0] == 0);
}

static void take_row(int end, void *context)
{
        struct reader *reader = context;
        struct sim_csv_row row = {.line = reader->line, .count = reader->count};

        (void)end;
        if (!reader->is_over && !is_empty(reader)) {
                for (uint32_t i = 0; i < row.count; i++) {
                        row.cells[i] = att_text_of(reader->bytes.data + reader->starts[i],
                                                   reader->lengths[i]);
                }
                reader->is_over = !reader->on_row(reader->context, &row);
        }
        att_buffer_clear(&reader->bytes);
        reader->count = 0;
}

static void read_lines(struct reader *reader, struct csv_parser *parser, FILE *file)
{
        char *line = NULL;
        size_t capacity = 0;
        ssize_t len;

        while (!reader->is_over && (len = getline(&line, &capacity, file)) >= 0) {
                reader->line++;
                if (csv_parse(parser, line, (size_t)len, take_cell, take_row, reader) !=
                    (size_t)len) {
                        fail(reader, csv_strerror(csv_error(parser)));
                }
        }
        free(line);
        if (!reader->is_over && csv_fini(parser, take_cell, take_row, reader) != 0) {
                fail(reader, "a quoted cell does not end");
        }
}

int sim_csv_read(const char *path, struct att_config_errors *errors, void *context,
                 sim_csv_row_fn *on_row)
{
        struct reader reader = {
                .errors = errors,
                .source = att_arena_text(&errors->arena, att_text_from(path)),
                .context = context,
                .on_row = on_row,
        };
        struct csv_parser parser;
        FILE *file = fopen(path, "re");

        if (!file) {
                int error = errno;

                att_config_errors_add(errors, (struct att_config_place){reader.source, 0, 0},
                                      "can't be read: %s", strerror(error));
                return -error;
        }
        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
                (void)fclose(file);
                return -ENOMEM;
        }
        read_lines(&reader, &parser, file);
        csv_free(&parser);
        att_buffer_deinit(&reader.bytes);
        (void)fclose(file);
        return 0;
}
