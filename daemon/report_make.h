/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as it is asked for on the wire: the period in words, the zone, and what the configuration
 * says about service levels and the bonus. For attuned, and for attunectl where it reads a file.
 */
#ifndef ATT_DAEMON_REPORT_MAKE_H
#define ATT_DAEMON_REPORT_MAKE_H

#include <stdatomic.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/model/config.h"
#include "lib/store/report.h"
#include "lib/wire/message.h"

/* `path`: a history or its data directory; `threads`: at most. As att_report_make(). */
ATT_MUST_USE int report_make(const char *path, const struct att_config *config,
                             const struct att_wire_report_request *asked, int64_t now_ms,
                             uint32_t threads, const atomic_bool *stop,
                             struct att_report *ret_report, struct att_buffer *why);

#endif
