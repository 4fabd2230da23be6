/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Persons as the history has them. For a thread: each call waits for the disk.
 */
#ifndef ATT_LIB_STORE_PEOPLE_READ_H
#define ATT_LIB_STORE_PEOPLE_READ_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/store/history.h"
#include "lib/store/people.h"

/* Whoever comes under that name, an id or an alias, with the last contacts, open promises and aliases;
 * who came under an alias as under an id is part of it. *ret_person is NULL if nobody does. Of one
 * transaction: `ret_applied_seq` is the last command that the history knew then. 0, or a negative
 * errno and a sentence. */
ATT_MUST_USE int att_people_read(struct att_history *history, struct att_text name,
                                 struct att_person **ret_person, uint64_t *ret_applied_seq,
                                 struct att_buffer *why);

/* Persons in the order of their ids, those after `after`, or only those with a conflict. At most
 * `count_max` into `persons`; fewer: that was all. */
ATT_MUST_USE int att_people_read_page(struct att_history *history, struct att_text after,
                                      bool only_conflicts, size_t count_max,
                                      struct att_person **persons, size_t *ret_count,
                                      struct att_buffer *why);

/* The marks of all names, and the last command that the history knew. */
ATT_MUST_USE int att_people_read_marks(struct att_history *history, struct att_marks *ret_marks,
                                       uint64_t *ret_applied_seq, struct att_buffer *why);

/* The last command that the history knows. */
ATT_MUST_USE int att_people_read_seq(struct att_history *history, uint64_t *ret_applied_seq,
                                     struct att_buffer *why);

#endif
