/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a simulated run came to: figures, what was covered, and the first thing that was wrong.
 *
 * A run is a process of its own, so that a crash is a result. It writes into memory that it shares with
 * the process that started it.
 */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_REPORT_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"

enum chaos_fault {
        /* Of the machine. */
        CHAOS_KILL,           /* kill -9 between two turns. */
        CHAOS_KILL_IN_WRITE,  /* kill -9 at some operation of the disk. */
        CHAOS_POWER_CUT,      /* Between two turns. */
        CHAOS_POWER_IN_WRITE, /* At some operation of the disk. */
        CHAOS_WRITE_ERROR,    /* EIO */
        CHAOS_SYNC_ERROR,
        CHAOS_SHORT_WRITE,
        CHAOS_DISK_FULL,
        CHAOS_SLOW_DISK,
        CHAOS_ROT,           /* A bit flips while nothing runs. */
        CHAOS_START_KILLED,  /* Killed in a start. */
        CHAOS_START_CUT,     /* Without power in a start. */
        CHAOS_START_ERROR,   /* EIO or ENOSPC in a start. */
        CHAOS_SECOND_WRITER, /* Somebody else has gone on with the journal. */
        CHAOS_PAUSE,         /* The process stands still. */
        CHAOS_WALL_JUMP,     /* The wall clock is set. */
        CHAOS_STOP,          /* SIGTERM and a new start. */
        /* Of the network. */
        CHAOS_CUT,       /* Connections are reset. */
        CHAOS_HALF_OPEN, /* Nothing arrives any more, and nobody says so. */
        CHAOS_STUCK,     /* A client does not read. */
        CHAOS_TRICKLE,   /* A byte at a time. */
        CHAOS_DUPLICATE, /* A request comes twice. */
        CHAOS_REORDER,   /* Two requests change places. */
        CHAOS_GARBAGE,   /* A frame is damaged. */
        CHAOS_STORM,     /* Many connect at once and say nothing. */
        /* Of front ends and people. */
        CHAOS_DOUBLE_ACCEPT,
        CHAOS_LATE_ACCEPT,
        CHAOS_FOREIGN_ACCEPT, /* Of somebody else's offer. */
        CHAOS_TWO_ENDINGS,
        CHAOS_UNKNOWN_ID,
        CHAOS_REPEATED_ADD,
        CHAOS_CHANGED_ADD, /* Other content under an id in use. */
        CHAOS_SILENCE,     /* An offer that nobody answers. */
        CHAOS_FLOOD,
        /* Of those who change the rules. */
        CHAOS_RELOAD,
        CHAOS_BAD_RELOAD,
        CHAOS_FAULT_COUNT
};

/* What was going on when a fault struck. */
enum chaos_place {
        CHAOS_JOURNAL_IDLE,
        CHAOS_JOURNAL_COLLECTS, /* The next batch, while one is being written. */
        CHAOS_JOURNAL_WRITES,
        CHAOS_JOURNAL_SEALS,
        CHAOS_JOURNAL_READS, /* In a start. */
        CHAOS_CONTACT_NONE,
        CHAOS_CONTACT_SCHEDULED,
        CHAOS_CONTACT_QUEUED,
        CHAOS_CONTACT_OFFERED,
        CHAOS_CONTACT_CONNECTED,
        CHAOS_CONTACT_CLOSED,
        CHAOS_AGENT_OFFLINE,
        CHAOS_AGENT_PAUSED,
        CHAOS_AGENT_FREE,
        CHAOS_AGENT_OFFERED,
        CHAOS_AGENT_TALKS,
        CHAOS_AGENT_WRAPS_UP,
        CHAOS_SESSION_NONE,
        CHAOS_SESSION_OPEN,
        CHAOS_SESSION_DETACHED,
        CHAOS_SESSION_BEHIND, /* With pushes that are not acknowledged. */
        CHAOS_PLACE_COUNT
};

const char *chaos_fault_name(enum chaos_fault fault); /* "kill", "power_cut", ... */
const char *chaos_place_name(enum chaos_place place);

/* A planted bug: the simulation must find it. */
enum chaos_plant {
        CHAOS_PLANT_NONE,
        CHAOS_PLANT_EARLY_ANSWER, /* Answers leave before their batch is durable. */
        CHAOS_PLANT_LYING_SYNC,   /* Syncs that sync nothing. */
        CHAOS_PLANT_LOST_ANSWERS, /* A start forgets which requests were answered. */
        CHAOS_PLANT_TWO_OWNERS,   /* An accept that came too late connects all the same. */
        CHAOS_PLANT_LOST_PUSHES,  /* What was sent counts as acknowledged. */
        CHAOS_PLANT_COUNT
};
const char *chaos_plant_name(enum chaos_plant plant);

struct chaos_figures {
        uint64_t commands; /* Decided live. */
        uint64_t replayed; /* Decided again, in starts. */
        uint64_t checks;   /* Recounts of the whole engine. */
        uint64_t judged;   /* Commands that an oracle decided, too. */
        uint64_t batches;
        uint64_t starts;
        uint64_t snapshot_starts; /* That began with a snapshot. */
        uint64_t snapshots;       /* Made while attuned ran. */
        uint64_t faults;
        uint64_t bytes_sent;
        uint64_t frames_checked;
        uint64_t contacts;
        uint64_t connects;
        uint64_t operations; /* Of the disk. */
        uint64_t virtual_s;
        uint64_t covered[CHAOS_FAULT_COUNT][CHAOS_PLACE_COUNT];
        uint64_t by_fault[CHAOS_FAULT_COUNT];
};

struct chaos_result {
        struct chaos_figures figures;
        char invariant[16]; /* Empty: nothing was wrong. "S12", "check", ... */
        char what[600];
        uint64_t at_command;
        char log[2000]; /* The last lines of the daemon. */
};

extern struct chaos_result *chaos_result; /* Of this process; shared. */

/* Says what is wrong, and ends this process. */
_Noreturn void chaos_fail(const char *invariant, const char *format, ...) ATT_PRINTF(2, 3);

#define CHAOS_CHECK(condition, invariant, ...)                                                     \
        do {                                                                                       \
                if (__builtin_expect(!(condition), 0)) {                                           \
                        chaos_fail(invariant, __VA_ARGS__);                                        \
                }                                                                                  \
        } while (0)

/* A line of the daemon's log; the last few are told with what is wrong. */
void chaos_note_log(const void *line, size_t len);
extern bool chaos_is_verbose; /* They are printed at once. */

void chaos_covered(enum chaos_fault fault, enum chaos_place place);
/* Some can't be, by how the simulation is made: a fault in a start strikes in a start. (A fault that is
 * counted there all the same ends the run.) */
bool chaos_can_be(enum chaos_fault fault, enum chaos_place place);
void chaos_figures_add(struct chaos_figures *sum, const struct chaos_figures *more);
/* Faults down, states across; `-` can't be, 0 was not come to. */
void chaos_table_print(const struct chaos_figures *figures);

#endif
