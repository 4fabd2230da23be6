/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failpoints: named places where a test makes the process die or stop.
 *
 *      ATTUNED_FAILPOINT=segment.created:2 attuned ...         dies by SIGKILL the second time
 *      ATTUNED_FAILPOINT=step.contact-7:1:abort attuned ...    aborts in the step of that contact
 *
 * They are in every build, so that what is tested is what runs: an unarmed one costs a load and a
 * branch, and there are a few a batch and one a command. Nothing but the program's start arms one.
 */
#ifndef ATT_LIB_STORE_FAILPOINT_H
#define ATT_LIB_STORE_FAILPOINT_H

#include <stdbool.h>

#include "lib/base/check.h"
#include "lib/base/text.h"

/* Of "NAME[:N[:kill|abort|stop]]": the N-th time (1) the place is come to. False: not of this form. */
ATT_MUST_USE bool att_failpoint_arm(const char *text);

extern bool att_failpoint_is_armed; /* Set once, before threads are. */
void att_failpoint_reach(const char *name, struct att_text rest);

static inline void att_failpoint(const char *name)
{
        if (__builtin_expect(att_failpoint_is_armed, 0)) {
                att_failpoint_reach(name, ATT_TEXT_NONE);
        }
}

/* The same with a name that ends in `rest`. */
static inline void att_failpoint_of(const char *name, struct att_text rest)
{
        if (__builtin_expect(att_failpoint_is_armed, 0)) {
                att_failpoint_reach(name, rest);
        }
}

#endif
