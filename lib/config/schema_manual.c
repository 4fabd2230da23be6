/* SPDX-License-Identifier: Apache-2.0 */
/* The key tables once more, as scdoc wants them. */
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/key.h"
#include "lib/config/schema.h"

/* Of the tables' Markdown only `code` occurs; it becomes bold, and scdoc's own marks stay letters. */
static void put_markdown(struct att_buffer *into, const char *text)
{
        for (; *text; text++) {
                if (*text == '`') {
                        att_buffer_append_byte(into, '*');
                        continue;
                }
                if (strchr("_*\\#[]|~<>", *text)) {
                        att_buffer_append_byte(into, '\\');
                }
                att_buffer_append_byte(into, *text);
        }
}

static void put_key(struct att_buffer *into, const struct att_key *key)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer type = {0};

        att_key_type_write(key, &type);
        att_buffer_append_byte(into, '*');
        put_markdown(into, key->name);
        att_buffer_append_c(into, "*: ");
        put_markdown(into, type.data);
        att_buffer_append_c(into, "\n\t");
        put_markdown(into, key->prose);
        if (key->is_required) {
                att_buffer_append_c(into, " Required.");
        } else if (key->standard[0]) {
                att_buffer_append_c(into, "++\nWhere absent: ");
                put_markdown(into, key->standard);
        }
        att_buffer_append_c(into, "\n\n");
}

void att_config_manual_write(struct att_buffer *into)
{
        size_t count;
        const struct att_key_table *const *tables = att_key_tables(&count);

        att_buffer_append_c(into, "# EVERY KEY\n\n");
        for (size_t i = 0; i < count; i++) {
                att_buffer_append_c(into, "## ");
                att_buffer_append_c(into, tables[i]->where[0] ? tables[i]->where : "The whole");
                att_buffer_append_c(into, "\n\n");
                put_markdown(into, tables[i]->prose);
                att_buffer_append_c(into, "\n\n");
                for (size_t k = 0; k < tables[i]->key_count; k++) {
                        put_key(into, &tables[i]->keys[k]);
                }
        }
}
