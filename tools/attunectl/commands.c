/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, and how a command is found in it. */
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunectl/command.h"
#include "tools/attunectl/commands.h"

const struct option_row common_options[] = {
        {"socket", "PATH", "attuned's socket; else $ATTUNE_SOCKET, else /run/attune/attuned.sock",
         's'},
        {"json", NULL, "one JSON object, or one a line for lists", 'j'},
        {"name", "NAME", "connect under this name of the configuration's access:", 0},
        {"token-file", "PATH", "and with the token in this file", 0},
        {"help", NULL, "help on the command", 'h'},
        {0},
};

const struct command *const commands[] = {
        &command_status,
        &command_queues,
        &command_agents,
        &command_contacts,
        &command_skills,
        &command_explain,
        &command_tail,
        &command_top,
        &command_report,
        &command_review,
        &command_config_check,
        &command_config_diff,
        &command_config_reload,
        &command_config_history,
        &command_config_show,
        &command_config_rollback,
        &command_queue_close,
        &command_queue_open,
        &command_agent_ready,
        &command_agent_pause,
        &command_agent_offline,
        &command_agent_accept,
        &command_agent_decline,
        &command_agent_done,
        &command_agent_occupied,
        &command_agent_free,
        &command_agent_skills,
        &command_contact_add,
        &command_contact_update,
        &command_contact_end,
        &command_contact_transfer,
        &command_contact_hold,
        &command_contact_resume,
        &command_contact_abandon,
        &command_contact_cancel,
        &command_contact_feedback,
        &command_customer_show,
        &command_customer_conflicts,
        &command_customer_link,
        &command_customer_unlink,
        &command_customer_forget,
        &command_customer_import,
        &command_customer_export,
        &command_incident_announce,
        &command_incident_close,
        &command_incident_list,
        &command_drain,
        &command_help,
        NULL,
};

/* How many words of the name these are, from the first on; 0 as soon as one differs. */
static size_t match(const char *name, const char *const *words, size_t count)
{
        size_t len = strcspn(name, " ");

        if (count == 0 || strlen(words[0]) != len || strncmp(name, words[0], len) != 0) {
                return 0;
        }
        if (name[len] == '\0') {
                return 1;
        }
        return count > 1 && strcmp(name + len + 1, words[1]) == 0 ? 2 : 1;
}

static bool has_two_words(const char *name)
{
        return strchr(name, ' ') != NULL;
}

const struct command *command_find(const char *const *words, size_t count, size_t *ret_words)
{
        size_t known = 0;

        for (size_t i = 0; commands[i]; i++) {
                size_t matched = match(commands[i]->name, words, count);

                if (matched == (has_two_words(commands[i]->name) ? 2 : 1)) {
                        *ret_words = matched;
                        return commands[i];
                }
                known = matched > known ? matched : known;
        }
        *ret_words = known;
        return NULL;
}

/* ---- Did you mean ---- */

static size_t count_commands(void)
{
        size_t count = 0;

        while (commands[count]) {
                count++;
        }
        return count;
}

static struct att_text get_full_name(const void *context, size_t i)
{
        (void)context;
        return att_text_from(commands[i]->name);
}

static struct att_text get_first_word(const void *context, size_t i)
{
        (void)context;
        return att_text_of(commands[i]->name, strcspn(commands[i]->name, " "));
}

struct att_text command_nearest(const char *const *words, size_t count)
{
        struct att_buffer both = {0};
        struct att_text nearest = ATT_TEXT_NONE;

        if (count > 1) {
                att_buffer_printf(&both, "%s %s", words[0], words[1]);
                nearest = att_text_nearest(att_buffer_text(&both), count_commands(), get_full_name,
                                           NULL);
                att_buffer_deinit(&both);
        }
        if (att_text_is_empty(nearest) && count > 0) {
                nearest = att_text_nearest(att_text_from(words[0]), count_commands(),
                                           get_first_word, NULL);
        }
        return nearest;
}
