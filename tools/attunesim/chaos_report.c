/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"

struct chaos_result *chaos_result;

static const char *const fault_names[] = {
        [CHAOS_KILL] = "kill",
        [CHAOS_KILL_IN_WRITE] = "kill_in_write",
        [CHAOS_POWER_CUT] = "power_cut",
        [CHAOS_POWER_IN_WRITE] = "power_in_write",
        [CHAOS_WRITE_ERROR] = "write_error",
        [CHAOS_SYNC_ERROR] = "sync_error",
        [CHAOS_SHORT_WRITE] = "short_write",
        [CHAOS_DISK_FULL] = "disk_full",
        [CHAOS_SLOW_DISK] = "slow_disk",
        [CHAOS_ROT] = "rot",
        [CHAOS_START_KILLED] = "start_killed",
        [CHAOS_START_CUT] = "start_cut",
        [CHAOS_START_ERROR] = "start_error",
        [CHAOS_SECOND_WRITER] = "second_writer",
        [CHAOS_PAUSE] = "pause",
        [CHAOS_WALL_JUMP] = "wall_jump",
        [CHAOS_STOP] = "stop",
        [CHAOS_CUT] = "cut",
        [CHAOS_HALF_OPEN] = "half_open",
        [CHAOS_STUCK] = "stuck",
        [CHAOS_TRICKLE] = "trickle",
        [CHAOS_DUPLICATE] = "duplicate",
        [CHAOS_REORDER] = "reorder",
        [CHAOS_GARBAGE] = "garbage",
        [CHAOS_STORM] = "storm",
        [CHAOS_DOUBLE_ACCEPT] = "double_accept",
        [CHAOS_LATE_ACCEPT] = "late_accept",
        [CHAOS_FOREIGN_ACCEPT] = "foreign_accept",
        [CHAOS_TWO_ENDINGS] = "two_endings",
        [CHAOS_UNKNOWN_ID] = "unknown_id",
        [CHAOS_REPEATED_ADD] = "repeated_add",
        [CHAOS_CHANGED_ADD] = "changed_add",
        [CHAOS_SILENCE] = "silence",
        [CHAOS_FLOOD] = "flood",
        [CHAOS_RELOAD] = "reload",
        [CHAOS_BAD_RELOAD] = "bad_reload",
};

static const char *const place_names[] = {
        [CHAOS_JOURNAL_IDLE] = "journal:idle",
        [CHAOS_JOURNAL_COLLECTS] = "journal:collects",
        [CHAOS_JOURNAL_WRITES] = "journal:writes",
        [CHAOS_JOURNAL_SEALS] = "journal:seals",
        [CHAOS_JOURNAL_READS] = "journal:reads",
        [CHAOS_CONTACT_NONE] = "contact:none",
        [CHAOS_CONTACT_SCHEDULED] = "contact:scheduled",
        [CHAOS_CONTACT_QUEUED] = "contact:queued",
        [CHAOS_CONTACT_OFFERED] = "contact:offered",
        [CHAOS_CONTACT_CONNECTED] = "contact:connected",
        [CHAOS_CONTACT_CLOSED] = "contact:closed",
        [CHAOS_AGENT_OFFLINE] = "agent:offline",
        [CHAOS_AGENT_PAUSED] = "agent:paused",
        [CHAOS_AGENT_FREE] = "agent:free",
        [CHAOS_AGENT_OFFERED] = "agent:offered",
        [CHAOS_AGENT_TALKS] = "agent:talks",
        [CHAOS_AGENT_WRAPS_UP] = "agent:wraps_up",
        [CHAOS_SESSION_NONE] = "session:none",
        [CHAOS_SESSION_OPEN] = "session:open",
        [CHAOS_SESSION_DETACHED] = "session:detached",
        [CHAOS_SESSION_BEHIND] = "session:behind",
};

static const char *const plant_names[] = {
        [CHAOS_PLANT_NONE] = "none",
        [CHAOS_PLANT_EARLY_ANSWER] = "early_answer",
        [CHAOS_PLANT_LYING_SYNC] = "lying_sync",
        [CHAOS_PLANT_LOST_ANSWERS] = "lost_answers",
        [CHAOS_PLANT_TWO_OWNERS] = "two_owners",
        [CHAOS_PLANT_LOST_PUSHES] = "lost_pushes",
};

const char *chaos_fault_name(enum chaos_fault fault)
{
        return fault_names[fault];
}

const char *chaos_place_name(enum chaos_place place)
{
        return place_names[place];
}

const char *chaos_plant_name(enum chaos_plant plant)
{
        return plant_names[plant];
}

void chaos_fail(const char *invariant, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(chaos_result->what, sizeof(chaos_result->what), format, arguments);
        va_end(arguments);
        (void)snprintf(chaos_result->invariant, sizeof(chaos_result->invariant), "%s", invariant);
        chaos_result->at_command = chaos_result->figures.commands;
        (void)fflush(stdout);
        _exit(1);
}

bool chaos_is_verbose;

void chaos_note_log(const void *line, size_t len)
{
        char *log = chaos_result->log;
        const size_t size = sizeof(chaos_result->log);
        size_t used = strnlen(log, size);

        if (chaos_is_verbose) {
                (void)fwrite(line, 1, len, stdout);
        }
        len = len < size / 2 ? len : size / 2;
        if (used + len >= size) {
                memmove(log, log + size / 2, used - size / 2 + 1);
                used -= size / 2;
        }
        memcpy(log + used, line, len);
        log[used + len] = '\0';
}

static bool is_of_start(enum chaos_fault fault)
{
        return fault == CHAOS_ROT || fault == CHAOS_START_KILLED || fault == CHAOS_START_CUT ||
               fault == CHAOS_START_ERROR;
}

/* Of one frame on a connection that there is. */
static bool is_of_frame(enum chaos_fault fault)
{
        return fault == CHAOS_DUPLICATE || fault == CHAOS_REORDER || fault == CHAOS_GARBAGE;
}

bool chaos_can_be(enum chaos_fault fault, enum chaos_place place)
{
        switch (place) {
        case CHAOS_JOURNAL_READS: /* A start: attuned hears nothing and nobody. */
                return is_of_start(fault);
        case CHAOS_JOURNAL_IDLE:
                return !is_of_start(fault);
        case CHAOS_JOURNAL_COLLECTS:
        case CHAOS_JOURNAL_WRITES:
        case CHAOS_JOURNAL_SEALS: /* A second writer opens what is at rest. */
                return !is_of_start(fault) && fault != CHAOS_SECOND_WRITER;
        case CHAOS_SESSION_NONE:
        case CHAOS_SESSION_DETACHED:
                return !is_of_frame(fault);
        case CHAOS_CONTACT_NONE:
        case CHAOS_CONTACT_SCHEDULED:
        case CHAOS_CONTACT_QUEUED:
        case CHAOS_CONTACT_OFFERED:
        case CHAOS_CONTACT_CONNECTED:
        case CHAOS_CONTACT_CLOSED:
        case CHAOS_AGENT_OFFLINE:
        case CHAOS_AGENT_PAUSED:
        case CHAOS_AGENT_FREE:
        case CHAOS_AGENT_OFFERED:
        case CHAOS_AGENT_TALKS:
        case CHAOS_AGENT_WRAPS_UP:
        case CHAOS_SESSION_OPEN:
        case CHAOS_SESSION_BEHIND:
        case CHAOS_PLACE_COUNT:
                break;
        }
        return true;
}

void chaos_covered(enum chaos_fault fault, enum chaos_place place)
{
        CHAOS_CHECK(chaos_can_be(fault, place), "coverage", "%s at %s, which can't be",
                    chaos_fault_name(fault), chaos_place_name(place));
        chaos_result->figures.covered[fault][place]++;
}

void chaos_figures_add(struct chaos_figures *sum, const struct chaos_figures *more)
{
        const uint64_t *from = (const uint64_t *)(const void *)more;
        uint64_t *to = (uint64_t *)(void *)sum;

        for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++) {
                to[i] += from[i];
        }
}

static void print_count(uint64_t count)
{
        if (count < 100000) {
                printf(" %5" PRIu64, count);
        } else {
                printf(" %4" PRIu64 "k", count / 1000);
        }
}

void chaos_table_print(const struct chaos_figures *figures)
{
        unsigned empty = 0;
        unsigned possible = 0;

        for (int place = 0; place < CHAOS_PLACE_COUNT; place++) {
                printf("%14s %*s%c = %s\n", place == 0 ? "columns:" : "", 1, "", 'a' + place,
                       place_names[place]);
        }
        printf("%14s  times", "fault");
        for (int place = 0; place < CHAOS_PLACE_COUNT; place++) {
                printf("     %c", 'a' + place);
        }
        printf("\n");
        for (int fault = 0; fault < CHAOS_FAULT_COUNT; fault++) {
                printf("%14s ", fault_names[fault]);
                print_count(figures->by_fault[fault]);
                for (int place = 0; place < CHAOS_PLACE_COUNT; place++) {
                        if (!chaos_can_be((enum chaos_fault)fault, (enum chaos_place)place)) {
                                printf("     -");
                                continue;
                        }
                        print_count(figures->covered[fault][place]);
                        possible++;
                        empty += figures->covered[fault][place] == 0;
                }
                printf("\n");
        }
        printf("%u of %u cells are empty; %u more can't be (-)\n", empty, possible,
               CHAOS_FAULT_COUNT * CHAOS_PLACE_COUNT - possible);
}
