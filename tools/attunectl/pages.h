/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, which attuned answers page by page: a table for people, or an object of JSON a line. */
#ifndef ATT_TOOLS_ATTUNECTL_PAGES_H
#define ATT_TOOLS_ATTUNECTL_PAGES_H

#include <stdint.h>

#include "tools/attunectl/command.h"
#include "tools/attunectl/grid.h"

struct pages {
        struct ctl *ctl;
        enum att_wire_body body;
        enum att_wire_result_kind kind;
        struct att_wire_page filter;
        const struct grid_column *columns;
        const char *none; /* What to say if there is no row. */
        /* Puts a page's rows where they belong, counts them, and gives the next cursor. */
        uint64_t (*put)(struct pages *pages, const struct att_wire_answer *answer);
        struct grid grid;
        uint64_t row_count;
};

enum verdict pages_run(struct pages *pages, struct ctl *ctl);

#endif
