/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/failpoint.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool att_failpoint_is_armed;

static struct {
        char name[128];
        uint32_t left; /* Atomic: two threads may come to it. */
        int signal;
} armed;

static bool take_deed(const char *word, int *ret_signal)
{
        static const struct {
                const char *word;
                int signal;
        } deeds[] = {{"kill", SIGKILL}, {"abort", SIGABRT}, {"stop", SIGSTOP}};

        for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
                if (strcmp(word, deeds[i].word) == 0) {
                        *ret_signal = deeds[i].signal;
                        return true;
                }
        }
        return false;
}

bool att_failpoint_arm(const char *text)
{
        size_t len = strcspn(text, ":");
        unsigned long times = 1;
        char *end;

        if (len == 0 || len >= sizeof(armed.name)) {
                return false;
        }
        armed.signal = SIGKILL;
        if (text[len] == ':') {
                times = strtoul(text + len + 1, &end, 10);
                if (times == 0 || times > UINT32_MAX ||
                    (*end != '\0' && (*end != ':' || !take_deed(end + 1, &armed.signal)))) {
                        return false;
                }
        }
        memcpy(armed.name, text, len);
        armed.name[len] = '\0';
        armed.left = (uint32_t)times;
        att_failpoint_is_armed = true;
        return true;
}

void att_failpoint_reach(const char *name, struct att_text rest)
{
        size_t len = strlen(name);

        if (strncmp(armed.name, name, len) != 0 || strlen(armed.name) != len + rest.len ||
            (rest.len > 0 && memcmp(armed.name + len, rest.data, rest.len) != 0)) {
                return;
        }
        if (__atomic_sub_fetch(&armed.left, 1, __ATOMIC_SEQ_CST) != 0) {
                return;
        }
        if (armed.signal == SIGABRT) {
                abort();
        }
        (void)kill(getpid(), armed.signal);
}
