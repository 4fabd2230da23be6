/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl customer import, export */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/arena.h"
#include "lib/base/map.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/customer_pages.h"
#include "tools/attunesim/sim_csv.h"

#define UNDER_WAY_MAX 64 /* Requests that are not answered yet. */
#define MICRO_DIGITS  6

enum column {
        COLUMN_ID,
        COLUMN_ALIASES,
        COLUMN_NAME,
        COLUMN_TIER,
        COLUMN_CURRENCY,
        COLUMN_LIFETIME_VALUE,
        COLUMN_CHURN_RISK,
        COLUMN_NOTES,
        COLUMN_SINCE,
        COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
        [COLUMN_ID] = "id",
        [COLUMN_ALIASES] = "aliases",
        [COLUMN_NAME] = "name",
        [COLUMN_TIER] = "tier",
        [COLUMN_CURRENCY] = "currency",
        [COLUMN_LIFETIME_VALUE] = "lifetime_value",
        [COLUMN_CHURN_RISK] = "churn_risk",
        [COLUMN_NOTES] = "notes",
        [COLUMN_SINCE] = "since",
};

/* ---- Times ---- */

static bool take_number(struct att_text *text, size_t digits, int *ret)
{
        int number = 0;

        if (text->len < digits) {
                return false;
        }
        for (size_t i = 0; i < digits; i++) {
                if (text->data[i] < '0' || text->data[i] > '9') {
                        return false;
                }
                number = number * 10 + (text->data[i] - '0');
        }
        *text = att_text_of(text->data + digits, text->len - digits);
        *ret = number;
        return true;
}

static bool take_char(struct att_text *text, char wanted)
{
        if (text->len == 0 || text->data[0] != wanted) {
                return false;
        }
        *text = att_text_of(text->data + 1, text->len - 1);
        return true;
}

/* "2025-03-01", "2025-03-01T09:30:00Z" or "2025-03-01T09:30:00.250Z": UTC. */
static bool parse_time(struct att_text text, int64_t *ret_ms)
{
        struct tm parts = {.tm_isdst = 0};
        struct tm back;
        int month = 0;
        int ms = 0;
        time_t seconds;

        if (!take_number(&text, 4, &parts.tm_year) || !take_char(&text, '-') ||
            !take_number(&text, 2, &month) || !take_char(&text, '-') ||
            !take_number(&text, 2, &parts.tm_mday)) {
                return false;
        }
        if (text.len > 0) {
                if (!take_char(&text, 'T') || !take_number(&text, 2, &parts.tm_hour) ||
                    !take_char(&text, ':') || !take_number(&text, 2, &parts.tm_min) ||
                    !take_char(&text, ':') || !take_number(&text, 2, &parts.tm_sec) ||
                    (take_char(&text, '.') && !take_number(&text, 3, &ms)) ||
                    !take_char(&text, 'Z') || text.len > 0) {
                        return false;
                }
        }
        parts.tm_year -= 1900;
        parts.tm_mon = month - 1;
        back = parts;
        seconds = timegm(&back);
        if (back.tm_mday != parts.tm_mday || back.tm_mon != parts.tm_mon ||
            back.tm_hour != parts.tm_hour || back.tm_min != parts.tm_min ||
            back.tm_sec != parts.tm_sec || seconds < 0) {
                return false; /* There is no such day. */
        }
        *ret_ms = (int64_t)seconds * 1000 + ms;
        return true;
}

static void put_time(struct att_buffer *into, int64_t at_ms)
{
        const time_t seconds = (time_t)(at_ms / 1000);
        struct tm parts;
        char text[64];

        (void)gmtime_r(&seconds, &parts);
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
        att_buffer_append_c(into, text);
        if (at_ms % 1000 != 0) {
                att_buffer_printf(into, ".%03d", (int)(at_ms % 1000));
        }
        att_buffer_append_byte(into, 'Z');
}

/* ---- Reading ---- */

struct line_name { /* Of an id or an alias, each of which may stand there once. */
        struct att_map_node by_name;
        uint32_t line;
};

struct row {
        uint32_t line;
        struct att_command command;
        struct att_text aliases[ATT_ALIASES_MAX];
};

struct import {
        struct att_arena arena;
        struct att_config_errors errors;
        struct att_text source;
        int places[COLUMN_COUNT]; /* Of each column in a row; -1: it is not there. */
        uint32_t column_count;
        bool has_head;
        struct att_map names;
        struct row **rows; /* Owned; the rows are the arena's. */
        size_t count;
};

static void __attribute__((format(printf, 4, 5)))
complain(struct import *import, uint32_t line, enum column column, const char *format, ...)
{
        char what[256];
        va_list list;

        va_start(list, format);
        (void)vsnprintf(what, sizeof(what), format, list);
        va_end(list);
        att_config_errors_add(&import->errors,
                              (struct att_config_place){import->source, line,
                                                        (uint32_t)import->places[column] + 1},
                              "column '%s': %s", column_names[column], what);
}

static struct att_text get_name(const void *context, size_t i)
{
        (void)context;
        return att_text_from(column_names[i]);
}

static void take_heading(struct import *import, uint32_t line, struct att_text name, uint32_t at)
{
        const struct att_config_place place = {import->source, line, at + 1};
        struct att_text nearest;

        for (int i = 0; i < COLUMN_COUNT; i++) {
                if (att_text_equals_c(name, column_names[i])) {
                        if (import->places[i] >= 0) {
                                att_config_errors_add(&import->errors, place,
                                                      "column '%s' is there twice",
                                                      column_names[i]);
                        }
                        import->places[i] = (int)at;
                        return;
                }
        }
        nearest = att_text_nearest(name, COLUMN_COUNT, get_name, NULL);
        if (att_text_is_empty(nearest)) {
                att_config_errors_add(&import->errors, place, "there is no column '%.*s'",
                                      ATT_TEXT_ARGS(name));
        } else {
                att_config_errors_add(&import->errors, place,
                                      "there is no column '%.*s', did you mean '%.*s'?",
                                      ATT_TEXT_ARGS(name), ATT_TEXT_ARGS(nearest));
        }
}

static bool take_head(struct import *import, const struct sim_csv_row *row)
{
        static const char mark[] = "\xef\xbb\xbf"; /* Spreadsheets begin UTF-8 with it. */

        import->has_head = true;
        import->column_count = row->count;
        for (uint32_t i = 0; i < row->count; i++) {
                struct att_text name = row->cells[i];

                if (i == 0 && att_text_starts_with(name, att_text_from(mark))) {
                        name = att_text_of(name.data + 3, name.len - 3);
                }
                take_heading(import, row->line, name, i);
        }
        if (import->places[COLUMN_ID] < 0) {
                att_config_errors_add(&import->errors,
                                      (struct att_config_place){import->source, row->line, 1},
                                      "a column 'id' is needed");
        }
        return import->errors.count == 0;
}

static struct att_text cell(const struct import *import, const struct sim_csv_row *row,
                            enum column column)
{
        const int at = import->places[column];

        return at >= 0 && (uint32_t)at < row->count ? row->cells[at] : ATT_TEXT_NONE;
}

static struct att_text take_text(struct import *import, const struct sim_csv_row *row,
                                 enum column column, size_t bytes_max)
{
        struct att_text text = cell(import, row, column);

        if (text.len > bytes_max) {
                complain(import, row->line, column, "longer than %zu bytes", bytes_max);
        } else if (!att_text_is_utf8(text) || (text.len > 0 && memchr(text.data, 0, text.len))) {
                complain(import, row->line, column, "not UTF-8");
        } else {
                return att_arena_text(&import->arena, text);
        }
        return ATT_TEXT_NONE;
}

static int64_t take_scaled(struct import *import, const struct sim_csv_row *row, enum column column,
                           int64_t max, const char *range)
{
        struct att_text text = cell(import, row, column);
        int64_t value = -1;

        if (att_text_is_empty(text)) {
                return -1;
        }
        if (!parse_scaled(text, MICRO_DIGITS, &value) || value < 0 || value > max) {
                complain(import, row->line, column, "'%.*s' is not %s", ATT_TEXT_ARGS(text), range);
                return -1;
        }
        return value;
}

/* A name belongs to one row. */
static void claim(struct import *import, uint32_t line, enum column column, struct att_text name)
{
        struct att_map_node *node = att_map_find(&import->names, name);
        struct line_name *claimed;

        if (node) {
                claimed = ATT_CONTAINER_OF(node, struct line_name, by_name);
                complain(import, line, column, "'%.*s' stands in line %" PRIu32 " too",
                         ATT_TEXT_ARGS(name), claimed->line);
                return;
        }
        claimed = att_arena_take(&import->arena, sizeof(*claimed));
        claimed->line = line;
        att_map_add(&import->names, &claimed->by_name, name);
}

static void take_aliases(struct import *import, const struct sim_csv_row *from, struct row *row)
{
        struct att_text rest = take_text(import, from, COLUMN_ALIASES, ATT_TEXT_BYTES_MAX);
        struct att_text alias;

        while (!att_text_is_empty(rest)) {
                if (!argument_split(rest, ';', &alias, &rest)) {
                        alias = rest;
                        rest = ATT_TEXT_NONE;
                }
                while (alias.len > 0 && alias.data[0] == ' ') {
                        alias = att_text_of(alias.data + 1, alias.len - 1);
                }
                while (alias.len > 0 && alias.data[alias.len - 1] == ' ') {
                        alias.len--;
                }
                if (alias.len == 0) {
                        continue;
                }
                if (alias.len > ATT_ID_BYTES_MAX) {
                        complain(import, from->line, COLUMN_ALIASES,
                                 "an alias is longer than %d bytes", ATT_ID_BYTES_MAX);
                } else if (row->command.customer.alias_count == ATT_ALIASES_MAX) {
                        complain(import, from->line, COLUMN_ALIASES, "more than %d aliases",
                                 ATT_ALIASES_MAX);
                        return;
                } else {
                        row->aliases[row->command.customer.alias_count++] = alias;
                        claim(import, from->line, COLUMN_ALIASES, alias);
                }
        }
}

static void take_currency(struct import *import, const struct sim_csv_row *from, struct row *row)
{
        struct att_text currency = take_text(import, from, COLUMN_CURRENCY, ATT_NAME_BYTES_MAX);
        bool is_code = currency.len == 3;

        for (size_t i = 0; is_code && i < 3; i++) {
                is_code = currency.data[i] >= 'A' && currency.data[i] <= 'Z';
        }
        if (currency.len > 0 && !is_code) {
                complain(import, from->line, COLUMN_CURRENCY,
                         "'%.*s' is not a code of three letters such as EUR",
                         ATT_TEXT_ARGS(currency));
        }
        row->command.customer.info.currency = currency;
}

static void take_since(struct import *import, const struct sim_csv_row *from, struct row *row)
{
        struct att_text since = cell(import, from, COLUMN_SINCE);

        if (!att_text_is_empty(since) && !parse_time(since, &row->command.customer.since_ms)) {
                complain(import, from->line, COLUMN_SINCE,
                         "'%.*s' is not a day such as 2025-03-01 or a time such as "
                         "2025-03-01T09:30:00Z",
                         ATT_TEXT_ARGS(since));
        }
}

static bool take_row(void *context, const struct sim_csv_row *from)
{
        struct import *import = context;
        struct att_customer_info *info;
        struct row *row;

        if (!import->has_head) {
                return take_head(import, from);
        }
        if (from->count != import->column_count) {
                att_config_errors_add(&import->errors,
                                      (struct att_config_place){import->source, from->line, 1},
                                      "%" PRIu32 " columns, and the first line has %" PRIu32,
                                      from->count, import->column_count);
                return !att_config_errors_is_full(&import->errors);
        }
        row = att_arena_take(&import->arena, sizeof(*row));
        row->line = from->line;
        att_wire_command_init(&row->command, ATT_CMD_CUSTOMER_SET);
        row->command.customer.aliases = row->aliases;
        info = &row->command.customer.info;
        info->id = take_text(import, from, COLUMN_ID, ATT_ID_BYTES_MAX);
        if (att_text_is_empty(info->id)) {
                complain(import, from->line, COLUMN_ID, "a customer has an id");
        } else {
                claim(import, from->line, COLUMN_ID, info->id);
        }
        take_aliases(import, from, row);
        info->name = take_text(import, from, COLUMN_NAME, ATT_NAME_BYTES_MAX);
        info->tier = take_text(import, from, COLUMN_TIER, ATT_NAME_BYTES_MAX);
        take_currency(import, from, row);
        info->lifetime_value_micro = take_scaled(import, from, COLUMN_LIFETIME_VALUE, INT64_MAX,
                                                 "an amount, 0 or more");
        info->churn_risk_ppm = take_scaled(import, from, COLUMN_CHURN_RISK, ATT_PPM,
                                           "a share from 0 to 1");
        info->notes = take_text(import, from, COLUMN_NOTES, ATT_TEXT_BYTES_MAX);
        take_since(import, from, row);
        import->rows = att_realloc_array(import->rows, import->count + 1, sizeof(*import->rows));
        import->rows[import->count++] = row;
        return !att_config_errors_is_full(&import->errors);
}

/* ---- Sending ---- */

static void note_refusal(struct import *import, const struct row *row,
                         const struct att_wire_error *error)
{
        const enum column column = att_text_equals_c(error->field, "customer.id") ? COLUMN_ID
                                   : att_text_equals_c(error->field, "since")     ? COLUMN_SINCE
                                                                                  : COLUMN_ALIASES;

        complain(import, row->line, column, "%.*s", ATT_TEXT_ARGS(error->message));
}

/* All rows, some under way at a time; what is refused is noted. False: attuned is gone. */
static bool send_all(struct ctl *ctl, struct import *import, bool only_check)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        uint64_t numbers[UNDER_WAY_MAX];
        struct att_wire_message message;
        struct att_wire_answer answer;

        for (size_t sent = 0, answered = 0; answered < import->count;) {
                if (sent < import->count && sent - answered < UNDER_WAY_MAX) {
                        att_wire_message_init(&message, ATT_WIRE_COMMAND);
                        message.command = import->rows[sent]->command;
                        message.command.customer.only_check = only_check;
                        numbers[sent % UNDER_WAY_MAX] = link_send(&ctl->link, &message, &why);
                        if (numbers[sent % UNDER_WAY_MAX] == 0) {
                                break;
                        }
                        sent++;
                        continue;
                }
                if (!link_answer(&ctl->link, numbers[answered % UNDER_WAY_MAX], &answer, &why)) {
                        break;
                }
                if (answer.kind == ATT_WIRE_RESULT_ERROR) {
                        note_refusal(import, import->rows[answered], &answer.error);
                }
                answered++;
        }
        if (why.len > 0) {
                ctl_complain(ctl, "%s", why.data);
        }
        return why.len == 0;
}

static bool tell_errors(struct ctl *ctl, struct import *import, const char *what)
{
        struct att_buffer text ATT_CLEANUP(att_buffer_deinit) = {0};

        if (import->errors.count == 0) {
                return true;
        }
        att_config_errors_sort(&import->errors);
        att_config_errors_write(&import->errors, &text);
        if (!ctl->json) {
                (void)fputs(text.data, stderr);
        }
        ctl_complain(ctl, "%s", what);
        return false;
}

static enum verdict import_rows(struct ctl *ctl, struct import *import)
{
        if (!tell_errors(ctl, import, "nothing was imported")) {
                return VERDICT_NO;
        }
        if (!ctl_connect(ctl) || !send_all(ctl, import, true) ||
            !tell_errors(ctl, import, "nothing was imported") || !send_all(ctl, import, false) ||
            !tell_errors(ctl, import,
                         "these lines were not imported, the others were: somebody linked an alias "
                         "meanwhile")) {
                return VERDICT_NO;
        }
        att_buffer_printf(&ctl->out, ctl->json ? "{\"customers\":%zu}\n" : "%zu customers.\n",
                          import->count);
        return VERDICT_DONE;
}

static enum verdict run_import(struct ctl *ctl, const struct arguments *arguments)
{
        struct import import = {.source = argument_word(arguments, 0)};
        enum verdict verdict;

        for (int i = 0; i < COLUMN_COUNT; i++) {
                import.places[i] = -1;
        }
        if (sim_csv_read(import.source.data, &import.errors, &import, take_row) == 0 &&
            !import.has_head) {
                att_config_errors_add(&import.errors,
                                      (struct att_config_place){import.source, 1, 1},
                                      "the file is empty: its first line names the columns");
        }
        verdict = import_rows(ctl, &import);
        att_map_deinit(&import.names);
        free(import.rows);
        att_config_errors_deinit(&import.errors);
        att_arena_deinit(&import.arena);
        return verdict;
}

/* ---- Exporting ---- */

struct export
{
        FILE *file;
        struct att_buffer line;
        size_t count;
};

static void put_cell(struct att_buffer *line, struct att_text text)
{
        att_buffer_append_byte(line, '"');
        for (size_t i = 0; i < text.len; i++) {
                if (text.data[i] == '"') {
                        att_buffer_append_byte(line, '"');
                }
                att_buffer_append_byte(line, text.data[i]);
        }
        att_buffer_append_byte(line, '"');
}

static void put_scaled(struct att_buffer *line, int64_t micro)
{
        if (micro >= 0) {
                att_buffer_printf(line, "%" PRId64 ".%06" PRId64, micro / 1000000, micro % 1000000);
        }
}

static void put_person(struct att_buffer *line, const struct att_wire_person *person)
{
        struct att_buffer aliases ATT_CLEANUP(att_buffer_deinit) = {0};

        for (uint32_t i = 0; i < person->alias_count; i++) {
                att_buffer_append_c(&aliases, i > 0 ? ";" : "");
                att_buffer_append_text(&aliases, person->aliases[i]);
        }
        put_cell(line, person->customer.id);
        att_buffer_append_byte(line, ',');
        put_cell(line, att_buffer_text(&aliases));
        att_buffer_append_byte(line, ',');
        put_cell(line, person->customer.name);
        att_buffer_append_byte(line, ',');
        put_cell(line, person->customer.tier);
        att_buffer_append_byte(line, ',');
        put_cell(line, person->customer.currency);
        att_buffer_append_byte(line, ',');
        put_scaled(line, person->customer.lifetime_value_micro);
        att_buffer_append_byte(line, ',');
        put_scaled(line, person->customer.churn_risk_ppm);
        att_buffer_append_byte(line, ',');
        put_cell(line, person->customer.notes);
        att_buffer_append_byte(line, ',');
        if (person->since_ms >= 0) {
                put_time(line, person->since_ms);
        }
        att_buffer_append_byte(line, '\n');
}

static bool write_person(struct ctl *ctl, const struct att_wire_person *person, void *context)
{
        struct export *export = context;

        att_buffer_clear(&export->line);
        put_person(&export->line, person);
        if (fwrite(export->line.data, 1, export->line.len, export->file) != export->line.len) {
                ctl_complain(ctl, "can't write the file: %s", strerror(errno));
                return false;
        }
        export->count++;
        return true;
}

static bool export_all(struct ctl *ctl, struct export *export)
{
        for (int i = 0; i < COLUMN_COUNT; i++) {
                (void)fprintf(export->file, "%s%s", i > 0 ? "," : "", column_names[i]);
        }
        (void)fputc('\n', export->file);
        return customer_pages(ctl, false, write_person, export);
}

static enum verdict run_export(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_text path = argument_word(arguments, 0);
        struct export export = {.file = fopen(path.data, "wxe")};
        bool is_done;

        if (!export.file) {
                ctl_complain(ctl, "%.*s: %s", ATT_TEXT_ARGS(path), strerror(errno));
                return VERDICT_NO;
        }
        is_done = export_all(ctl, &export);
        if (fclose(export.file) != 0 && is_done) {
                ctl_complain(ctl, "%.*s: %s", ATT_TEXT_ARGS(path), strerror(errno));
                is_done = false;
        }
        att_buffer_deinit(&export.line);
        if (!is_done) {
                (void)remove(path.data); /* Half of it would look like all. */
                return VERDICT_NO;
        }
        att_buffer_printf(&ctl->out, ctl->json ? "{\"customers\":%zu}\n" : "%zu customers.\n",
                          export.count);
        return VERDICT_DONE;
}

#define COLUMNS                                                                                    \
        "The first line names the columns: id; aliases, separated by semicolons; name; tier; "     \
        "currency; lifetime_value; churn_risk, 0 to 1; notes; since, a day or a time of UTC. "

const struct command command_customer_import = {
        .name = "customer import",
        .arguments = "FILE",
        .summary = "what is known of customers, from a CSV file",
        .details = COLUMNS "Only id must be there. An empty cell leaves what is known as it is. "
                           "Every error is told with its line and column, and nothing is imported "
                           "unless all is right.",
        .words_min = 1,
        .words_max = 1,
        .run = run_import,
};

const struct command command_customer_export = {
        .name = "customer export",
        .arguments = "FILE",
        .summary = "what is known of all customers, as a CSV file",
        .details = COLUMNS "The file must not be there yet. It can be imported again.",
        .words_min = 1,
        .words_max = 1,
        .run = run_export,
};
