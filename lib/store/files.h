/* SPDX-License-Identifier: Apache-2.0 */
/* The few things to do with files that more than one part of the store needs. Results are 0 or a
 * negative errno. */
#ifndef ATT_LIB_STORE_FILES_H
#define ATT_LIB_STORE_FILES_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"

/* "DIR/NAME", to free(). */
char *att_path_join(const char *dir, const char *name);

/* Makes a file's name, or the lack of it, as durable as the file. */
ATT_MUST_USE int att_dir_sync(const char *dir);

/* Makes a folder, durably, unless it is there. Its parent must be. */
ATT_MUST_USE int att_dir_make(const char *dir);

/* Puts a small file in the place of the one of that name, if any: durably, and whole or not at all. */
ATT_MUST_USE int att_file_replace(const char *dir, const char *name, struct att_text text);

/* Of all the files in a folder, as far as they can be looked at. */
int64_t att_dir_bytes(const char *dir);

/* Appends "WHAT: the system's word for it" and gives `error` back, a negative errno. */
int att_say_errno(struct att_buffer *why, const char *what, int error);

#endif
