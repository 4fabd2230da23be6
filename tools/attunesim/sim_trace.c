/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_trace.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/config/values.h"
#include "tools/attunesim/request_form.h"
#include "tools/attunesim/sim_csv.h"

#define MICRO 1e6

/* Columns ----------------------------------------------------------------- */

enum column_kind { COLUMN_AT, COLUMN_HANDLE, COLUMN_PATIENCE, COLUMN_CONTACT, COLUMN_CUSTOMER };

static const struct {
        const char *name;
        enum column_kind kind;
} own_columns[] = {
        {"at_s", COLUMN_AT},
        {"handle_s", COLUMN_HANDLE},
        {"patience_s", COLUMN_PATIENCE},
        {"customer", COLUMN_CUSTOMER}, /* The customer's id. */
};

/* What a cell can hold: one value. */
static bool is_for_cells(const struct field *field)
{
        switch (field->kind) {
        case FIELD_TEXT:
        case FIELD_POINTS:
        case FIELD_SHARE:
        case FIELD_MICRO:
        case FIELD_AGE:
        case FIELD_FLAG:
                return true;
        default:
                return false;
        }
}

static const struct field *find_for_cells(const struct fields *fields, struct att_text name)
{
        const struct field *field = fields_find(fields, name);

        return field && is_for_cells(field) ? field : NULL;
}

struct column {
        enum column_kind kind;
        struct att_yaml_node key;
};

struct table {
        struct att_config_errors *errors;
        struct att_arena *arena;
        const struct att_config *config;
        const struct att_contact_request *common;
        struct att_text source;
        struct column columns[SIM_CSV_COLUMNS_MAX];
        uint32_t column_count;
        bool has_header;
        bool has_failed;      /* No use to go on. */
        struct sim_row *rows; /* Owned, while reading. */
        uint32_t count;
        size_t capacity;
};

static struct att_config_place place_of(const struct table *table, uint32_t line, uint32_t column)
{
        return (struct att_config_place){table->source, line, column + 1};
}

/* The names of all columns there are, for "did you mean". */
static struct att_text column_name_at(const void *context, size_t i)
{
        (void)context;
        if (i < ATT_ARRAY_LEN(own_columns)) {
                return att_text_from(own_columns[i].name);
        }
        i -= ATT_ARRAY_LEN(own_columns);
        if (i < request_contact_fields.count) {
                return att_text_from(request_contact_fields.items[i].name);
        }
        return att_text_from(request_customer_fields.items[i - request_contact_fields.count].name);
}

static void tell_unknown_column(const struct table *table, const struct sim_csv_row *row,
                                uint32_t i)
{
        struct att_text nearest = att_text_nearest(row->cells[i],
                                                   ATT_ARRAY_LEN(own_columns) +
                                                           request_contact_fields.count +
                                                           request_customer_fields.count,
                                                   column_name_at, NULL);

        if (att_text_is_empty(nearest)) {
                att_config_errors_add(table->errors, place_of(table, row->line, i),
                                      "unknown column '%.*s'", ATT_TEXT_ARGS(row->cells[i]));
        } else {
                att_config_errors_add(table->errors, place_of(table, row->line, i),
                                      "unknown column '%.*s', did you mean '%.*s'?",
                                      ATT_TEXT_ARGS(row->cells[i]), ATT_TEXT_ARGS(nearest));
        }
}

static bool find_column(struct att_text name, enum column_kind *ret_kind)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(own_columns); i++) {
                if (att_text_equals_c(name, own_columns[i].name)) {
                        *ret_kind = own_columns[i].kind;
                        return true;
                }
        }
        if (find_for_cells(&request_contact_fields, name)) {
                *ret_kind = COLUMN_CONTACT;
                return true;
        }
        if (find_for_cells(&request_customer_fields, name)) {
                *ret_kind = COLUMN_CUSTOMER;
                return true;
        }
        return false;
}

static void read_header(struct table *table, const struct sim_csv_row *row)
{
        bool has_time = false;

        table->has_header = true;
        table->column_count = row->count;
        for (uint32_t i = 0; i < row->count; i++) {
                struct column *column = &table->columns[i];

                if (!find_column(row->cells[i], &column->kind)) {
                        tell_unknown_column(table, row, i);
                        table->has_failed = true;
                        continue;
                }
                has_time = has_time || column->kind == COLUMN_AT;
                column->key = (struct att_yaml_node){
                        .kind = ATT_YAML_SCALAR,
                        .place = place_of(table, row->line, i),
                        .text = att_arena_text(table->arena, row->cells[i]),
                };
                if (column->kind == COLUMN_CUSTOMER &&
                    att_text_equals_c(row->cells[i], "customer")) {
                        column->key.text = ATT_TEXT("id");
                }
        }
        if (!has_time && !table->has_failed) {
                att_config_errors_add(table->errors, place_of(table, row->line, 0),
                                      "there is no column 'at_s'");
                table->has_failed = true;
        }
}

/* Rows -------------------------------------------------------------------- */

static double read_seconds(const struct table *table, const struct att_yaml_node *cell)
{
        int64_t micro;

        if (!att_value_decimal(table->errors, cell, 6, 0, INT64_C(1) << 50, &micro)) {
                return (double)NAN;
        }
        return (double)micro / MICRO;
}

/* The cells of one kind, as a mapping that has been read. */
struct cells {
        const struct att_yaml_node *keys[SIM_CSV_COLUMNS_MAX];
        const struct att_yaml_node *items[SIM_CSV_COLUMNS_MAX];
        uint32_t count;
};

static void read_cells(const struct table *table, const struct cells *cells,
                       const struct fields *fields, void *target)
{
        const struct reading reading = {.errors = table->errors, .arena = table->arena};
        const struct att_yaml_node mapping = {
                .kind = ATT_YAML_MAPPING,
                .keys = cells->keys,
                .items = cells->items,
                .count = cells->count,
        };

        fields_read(&reading, fields, &mapping, target);
}

static void check_queue(const struct table *table, struct att_config_place place,
                        const struct sim_row *read)
{
        struct att_text queue = read->request.queue;

        if (!att_text_is_empty(queue) && att_config_find_queue(table->config, queue) == ATT_NONE) {
                struct att_text nearest = att_config_nearest_queue(table->config, queue);

                att_config_errors_add(table->errors, place,
                                      att_text_is_empty(nearest)
                                              ? "unknown queue '%.*s'%.*s"
                                              : "unknown queue '%.*s', did you mean '%.*s'?",
                                      ATT_TEXT_ARGS(queue), ATT_TEXT_ARGS(nearest));
        }
}

static void read_row(struct table *table, const struct sim_csv_row *row, struct sim_row *read)
{
        struct att_yaml_node nodes[SIM_CSV_COLUMNS_MAX];
        struct cells contact = {.count = 0};
        struct cells customer = {.count = 0};
        struct request_form form = {.request = *table->common};
        uint32_t queue_column = 0;

        *read = (struct sim_row){
                .at_us = -1, .line = row->line, .handle_s = (double)NAN, .patience_s = (double)NAN};
        for (uint32_t i = 0; i < row->count; i++) {
                const struct column *column = &table->columns[i];
                struct cells *of = column->kind == COLUMN_CUSTOMER ? &customer : &contact;

                if (att_text_is_empty(row->cells[i])) {
                        continue;
                }
                nodes[i] = (struct att_yaml_node){
                        .kind = ATT_YAML_SCALAR,
                        .place = place_of(table, row->line, i),
                        .text = att_arena_text(table->arena, row->cells[i]),
                };
                switch (column->kind) {
                case COLUMN_AT:
                        read->at_us = (int64_t)llround(read_seconds(table, &nodes[i]) * MICRO);
                        break;
                case COLUMN_HANDLE:
                        read->handle_s = read_seconds(table, &nodes[i]);
                        break;
                case COLUMN_PATIENCE:
                        read->patience_s = read_seconds(table, &nodes[i]);
                        break;
                case COLUMN_CONTACT:
                case COLUMN_CUSTOMER:
                        queue_column = att_text_equals_c(column->key.text, "queue") ? i
                                                                                    : queue_column;
                        of->keys[of->count] = &column->key;
                        of->items[of->count] = &nodes[i];
                        of->count++;
                        break;
                }
        }
        read_cells(table, &contact, &request_contact_fields, &form);
        read_cells(table, &customer, &request_customer_fields, &form.request.customer);
        read->request = form.request;
        check_queue(table, place_of(table, row->line, queue_column), read);
}

/* What was found in a row, with the columns' names. */
static void name_columns(struct table *table, const struct att_config_errors *found)
{
        for (uint32_t i = 0; i < found->count; i++) {
                const struct att_config_error *error = &found->items[i];

                if (error->place.column <= table->column_count) {
                        att_config_errors_add(
                                table->errors, error->place, "column '%.*s': %.*s",
                                ATT_TEXT_ARGS(table->columns[error->place.column - 1].key.text),
                                ATT_TEXT_ARGS(error->message));
                }
        }
}

static bool take_row(void *context, const struct sim_csv_row *row)
{
        struct table *table = context;
        struct att_config_errors found = {0};
        struct att_config_errors *errors = table->errors;

        if (!table->has_header) {
                read_header(table, row);
                return !table->has_failed;
        }
        if (row->count > table->column_count) {
                att_config_errors_add(table->errors, place_of(table, row->line, 0),
                                      "%u cells, but %u columns", row->count, table->column_count);
                return !att_config_errors_is_full(table->errors);
        }
        if (table->count == table->capacity) {
                table->capacity = att_grown_capacity(table->capacity, table->count + 1u);
                table->rows = att_realloc_array(table->rows, table->capacity, sizeof(*table->rows));
        }
        table->errors = &found;
        read_row(table, row, &table->rows[table->count]);
        table->errors = errors;
        name_columns(table, &found);
        if (found.count == 0 && table->rows[table->count].at_us < 0) {
                att_config_errors_add(errors, place_of(table, row->line, 0),
                                      "column 'at_s': there is no time");
        }
        table->count++;
        att_config_errors_deinit(&found);
        return !att_config_errors_is_full(errors);
}

static int by_time(const void *left, const void *right)
{
        const struct sim_row *a = left;
        const struct sim_row *b = right;

        if (a->at_us != b->at_us) {
                return a->at_us < b->at_us ? -1 : 1;
        }
        return a->line != b->line ? (a->line < b->line ? -1 : 1) : 0;
}

bool sim_trace_read(const char *path, const struct att_contact_request *common,
                    const struct att_config *config, struct att_arena *arena,
                    struct att_config_errors *errors, struct sim_trace *ret_trace)
{
        struct table table = {.errors = errors, .arena = arena, .config = config, .common = common};
        uint32_t before = errors->error_count;
        struct sim_row *rows;

        table.source = att_arena_text(&errors->arena, att_text_from(path));
        if (sim_csv_read(path, errors, &table, take_row) != 0 || errors->error_count > before) {
                free(table.rows);
                return false;
        }
        if (table.count == 0) {
                att_config_errors_add(errors, place_of(&table, 0, 0), "there are no rows");
                return false;
        }
        rows = att_arena_take_array(arena, table.count, sizeof(*rows));
        att_copy(rows, table.rows, table.count * sizeof(*rows));
        free(table.rows);
        qsort(rows, table.count, sizeof(*rows), by_time);
        *ret_trace = (struct sim_trace){rows, table.count};
        return true;
}

/* Values ------------------------------------------------------------------ */

struct values {
        struct att_config_errors *errors;
        struct att_text source;
        const struct att_config *config;
        float *values;
        bool has_header;
};

static bool take_value(void *context, const struct sim_csv_row *row)
{
        struct values *table = context;
        struct att_config_place place = {table->source, row->line, 1};
        uint32_t agent;
        uint32_t queue;
        int64_t micro;

        if (!table->has_header) {
                table->has_header = true;
                if (row->count != 3 || !att_text_equals_c(row->cells[0], "agent") ||
                    !att_text_equals_c(row->cells[1], "queue") ||
                    !att_text_equals_c(row->cells[2], "value")) {
                        att_config_errors_add(table->errors, place,
                                              "the columns must be agent,queue,value");
                        return false;
                }
                return true;
        }
        if (row->count != 3) {
                att_config_errors_add(table->errors, place, "expected agent,queue,value");
                return !att_config_errors_is_full(table->errors);
        }
        agent = att_config_find_agent(table->config, row->cells[0]);
        queue = att_config_find_queue(table->config, row->cells[1]);
        place.column = 3;
        if (agent == ATT_NONE || queue == ATT_NONE) {
                bool is_agent = agent == ATT_NONE;

                place.column = is_agent ? 1 : 2;
                att_config_errors_add(table->errors, place, "column '%s': unknown %s '%.*s'",
                                      is_agent ? "agent" : "queue", is_agent ? "agent" : "queue",
                                      ATT_TEXT_ARGS(row->cells[is_agent ? 0 : 1]));
        } else {
                const struct att_yaml_node cell = {
                        .kind = ATT_YAML_SCALAR, .place = place, .text = row->cells[2]};

                if (att_value_decimal(table->errors, &cell, 6, -(INT64_C(1) << 50),
                                      INT64_C(1) << 50, &micro)) {
                        table->values[(size_t)agent * table->config->queue_count + queue] =
                                (float)((double)micro / MICRO);
                }
        }
        return !att_config_errors_is_full(table->errors);
}

const float *sim_values_read(const char *path, const struct att_config *config,
                             struct att_arena *arena, struct att_config_errors *errors)
{
        size_t count = (size_t)config->agent_count * config->queue_count;
        uint32_t before = errors->error_count;
        struct values table = {.errors = errors, .config = config};

        table.source = att_arena_text(&errors->arena, att_text_from(path));
        table.values = att_arena_take_array(arena, count, sizeof(float));
        for (size_t i = 0; i < count; i++) {
                table.values[i] = NAN;
        }
        if (sim_csv_read(path, errors, &table, take_value) != 0 || errors->error_count > before) {
                return NULL;
        }
        return table.values;
}
