/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a configuration: every error and warning of one reading, each with its place.
 *
 *      struct att_config_errors errors = {0};
 *
 *      if (att_config_load_path(path, now_ms, &errors, &config) != 0) { ...
 *      att_config_errors_write(&errors, &buffer);      // file:line:column: what is wrong
 *      att_config_errors_deinit(&errors);
 *
 * Texts live as long as the list.
 */
#ifndef ATT_LIB_CONFIG_ERRORS_H
#define ATT_LIB_CONFIG_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"

struct att_config_place {
        struct att_text source; /* The file as it was named. */
        uint32_t line;          /* From 1; 0: the file as a whole. */
        uint32_t column;        /* From 1. */
};

struct att_config_error {
        bool is_warning; /* Legal, but surely unmeant. */
        struct att_config_place place;
        struct att_text message;
};

/* After so many nobody reads on; the rest is counted. */
#define ATT_CONFIG_ERRORS_KEPT 500

struct att_config_errors {
        struct att_arena arena;
        struct att_config_error *items; /* Owned. */
        uint32_t count;
        uint32_t capacity;
        uint32_t error_count; /* All of them, kept or not. */
        uint32_t warning_count;
};

void att_config_errors_deinit(struct att_config_errors *errors);

void att_config_errors_add(struct att_config_errors *errors, struct att_config_place place,
                           const char *format, ...) ATT_PRINTF(3, 4);
void att_config_errors_warn(struct att_config_errors *errors, struct att_config_place place,
                            const char *format, ...) ATT_PRINTF(3, 4);

/* Whether more would only be counted: no need to look for what they should have been. */
bool att_config_errors_is_full(const struct att_config_errors *errors);

/* By file, line and column; what is wrong at one place stays in the order it was found. */
void att_config_errors_sort(struct att_config_errors *errors);

/* A line each: `file:line:column: what is wrong`, warnings as `file:line:column: warning: ...`. */
void att_config_errors_write(const struct att_config_errors *errors, struct att_buffer *into);
void att_config_error_write(const struct att_config_error *error, struct att_buffer *into);

#endif
