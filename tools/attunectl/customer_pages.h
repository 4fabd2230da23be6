/* SPDX-License-Identifier: Apache-2.0 */
/* All customers, page by page, in the order of their ids. */
#ifndef ATT_TOOLS_ATTUNECTL_CUSTOMER_PAGES_H
#define ATT_TOOLS_ATTUNECTL_CUSTOMER_PAGES_H

#include <stdbool.h>

#include "tools/attunectl/command.h"

/* Calls `put` for each; false from it ends. False: it was told why not. */
ATT_MUST_USE bool customer_pages(struct ctl *ctl, bool only_conflicts,
                                 bool (*put)(struct ctl *ctl, const struct att_wire_person *person,
                                             void *context),
                                 void *context);

#endif
