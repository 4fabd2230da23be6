/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/util.h"

void att_config_errors_deinit(struct att_config_errors *errors)
{
        att_arena_deinit(&errors->arena);
        free(errors->items);
        *errors = (struct att_config_errors){0};
}

__attribute__((format(printf, 4, 0))) static void add(struct att_config_errors *errors,
                                                      bool is_warning,
                                                      struct att_config_place place,
                                                      const char *format, va_list arguments)
{
        ATT_CLEANUP(att_free_pointer) char *message = NULL;

        if (is_warning) {
                errors->warning_count++;
        } else {
                errors->error_count++;
        }
        if (att_config_errors_is_full(errors)) {
                return;
        }
        const int len = vasprintf(&message, format, arguments);

        ATT_CHECK(len >= 0);
        if (errors->count == errors->capacity) {
                errors->capacity = (uint32_t)att_grown_capacity(errors->capacity,
                                                                errors->count + 1);
                errors->items = att_realloc_array(errors->items, errors->capacity,
                                                  sizeof(*errors->items));
        }
        place.source = att_arena_text(&errors->arena, place.source);
        errors->items[errors->count++] = (struct att_config_error){
                .is_warning = is_warning,
                .place = place,
                .message = att_arena_text(&errors->arena, att_text_of(message, (size_t)len)),
        };
}

void att_config_errors_add(struct att_config_errors *errors, struct att_config_place place,
                           const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        add(errors, false, place, format, arguments);
        va_end(arguments);
}

void att_config_errors_warn(struct att_config_errors *errors, struct att_config_place place,
                            const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        add(errors, true, place, format, arguments);
        va_end(arguments);
}

bool att_config_errors_is_full(const struct att_config_errors *errors)
{
        return errors->count == ATT_CONFIG_ERRORS_KEPT;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
        return a < b ? -1 : a > b;
}

static int compare_places(const struct att_config_place *a, const struct att_config_place *b)
{
        int difference = att_text_compare(a->source, b->source);

        if (difference == 0) {
                difference = compare_numbers(a->line, b->line);
        }
        return difference == 0 ? compare_numbers(a->column, b->column) : difference;
}

/* Stable, and quick where the list is nearly in order, as it is. */
void att_config_errors_sort(struct att_config_errors *errors)
{
        for (uint32_t i = 1; i < errors->count; i++) {
                const struct att_config_error moved = errors->items[i];
                uint32_t to = i;

                while (to > 0 && compare_places(&errors->items[to - 1].place, &moved.place) > 0) {
                        errors->items[to] = errors->items[to - 1];
                        to--;
                }
                errors->items[to] = moved;
        }
}

void att_config_error_write(const struct att_config_error *error, struct att_buffer *into)
{
        att_buffer_append_text(into, error->place.source);
        if (error->place.line > 0) {
                att_buffer_printf(into, ":%u:%u", error->place.line, error->place.column);
        }
        att_buffer_append_c(into, error->is_warning ? ": warning: " : ": ");
        att_buffer_append_text(into, error->message);
}

void att_config_errors_write(const struct att_config_errors *errors, struct att_buffer *into)
{
        const uint32_t all = errors->error_count + errors->warning_count;

        for (uint32_t i = 0; i < errors->count; i++) {
                att_config_error_write(&errors->items[i], into);
                att_buffer_append_byte(into, '\n');
        }
        if (all > errors->count) {
                att_buffer_printf(into, "... and %u more\n", all - errors->count);
        }
}
