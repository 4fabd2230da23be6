/* SPDX-License-Identifier: Apache-2.0 */
/* A report from attuned, page by page, or from a history's file. */
#ifndef ATT_TOOLS_ATTUNECTL_REPORT_GET_H
#define ATT_TOOLS_ATTUNECTL_REPORT_GET_H

#include <stdbool.h>

#include "lib/store/report.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/command.h"

/* What `report` and `review` both take. */
#define REPORT_COMMON_OPTIONS                                                                      \
        {"from", "DATE", "contacts that arrived from then on: 2026-03-01, 2026-03, today ...", 0}, \
                {"to", "DATE", "and up to then: a day, month or year to its end", 0},              \
                {"zone", "ZONE", "whose days and hours these are, as Europe/Madrid", 0},           \
                {"service-level", "DURATION", "what is in time, instead of the queues' own", 0},   \
                {"short-abandons", "DURATION", "who gives up sooner is counted apart", 0},         \
                {"formula", "NAME",                                                                \
                 "of the service level: no-short, offered, answered, no-early, early", 0},         \
                {"history", "PATH", "read this history, or data directory, not a running attuned", \
                 0},                                                                               \
                {"config", "PATH",                                                                 \
                 "with --history: the configuration, for service levels and the bonus", 'c'},      \
        {                                                                                          \
                "html", "FILE", "write a page that can be printed", 0                              \
        }

/* One reference, or NULL: none was named. False: told what is wrong with it. */
ATT_MUST_USE bool report_take_config(struct ctl *ctl, const struct arguments *arguments,
                                     const struct att_config **ret_config);
/* False: told why not. */
ATT_MUST_USE bool report_take_request(struct ctl *ctl, const struct arguments *arguments,
                                      struct att_wire_report_request *ret_request);
/* False: told why not, unless `is_optional` and it is refused. att_report_deinit() it. */
ATT_MUST_USE bool report_get(struct ctl *ctl, const struct arguments *arguments,
                             const struct att_wire_report_request *request, bool is_optional,
                             struct att_report *ret_report);

#endif
