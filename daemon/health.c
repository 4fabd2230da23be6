/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/health.h"

#include <inttypes.h>

#include "lib/base/json.h"
#include "lib/base/util.h"

bool health_put_ready(const struct health *health, struct att_buffer *into)
{
        const struct {
                bool holds;
                const char *reason;
        } reasons[] = {
                {!health->is_recovered, "not_recovered"},
                {!health->is_configured, "not_configured"},
                {health->is_draining, "draining"},
                {health->is_disk_nearly_full, "disk_nearly_full"},
        };
        struct att_json json;
        bool is_ready = true;

        for (size_t i = 0; i < ATT_ARRAY_LEN(reasons); i++) {
                is_ready = is_ready && !reasons[i].holds;
        }
        att_json_init(&json, into);
        att_json_begin_object(&json);
        att_json_key(&json, "ready");
        att_json_bool(&json, is_ready);
        att_json_key(&json, "reasons");
        att_json_begin_array(&json);
        for (size_t i = 0; i < ATT_ARRAY_LEN(reasons); i++) {
                if (reasons[i].holds) {
                        att_json_string(&json, reasons[i].reason);
                }
        }
        att_json_end_array(&json);
        att_json_key(&json, "config");
        att_json_string(&json, health->config);
        att_json_key(&json, "seq");
        att_json_int(&json, (int64_t)health->seq);
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
        return is_ready;
}

bool health_put_turning(int64_t stood_us, struct att_buffer *into)
{
        if (stood_us == 0) {
                att_buffer_append_c(into, "ok\n");
        } else {
                att_buffer_printf(into, "the loop stood for %" PRId64 " ms\n", stood_us / 1000);
        }
        return stood_us == 0;
}
