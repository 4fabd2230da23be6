/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of one moment, and their text in Prometheus' exposition format (0.0.4).
 *
 *      struct metrics_page page = {.metrics = &metrics};
 *      while (!metrics_write(&page, &text, 16384)) { let others work }
 *
 * One table has every family: its name, type, help, and where its figure is. Units are base units
 * (seconds, bytes), figures are exact decimals. No label is unbounded: queues, channels, outcomes and
 * codes are few; agents and contacts are none. docs/operations.md says what each means and what to do.
 */
#ifndef ATT_DAEMON_METRICS_H
#define ATT_DAEMON_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/admission.h"
#include "daemon/histogram.h"
#include "daemon/history_thread.h"
#include "daemon/tally.h"
#include "lib/base/buffer.h"
#include "lib/base/digest.h"
#include "lib/core/core.h"
#include "lib/model/words.h"

#define METRICS_ABSENT INT64_MIN /* A figure that is not known: its line is left out. */

/* The codes of the listener's answers, which are counted by them. */
#define METRICS_HTTP_CODE_COUNT 4

struct metrics_queue {
        size_t name_at; /* In `names`, escaped. */
        size_t name_len;
        int64_t waiting;
        int64_t offered;
        int64_t connected;
        int64_t longest_wait_ms;
        int64_t estimate_ms; /* Or METRICS_ABSENT. */
        int64_t staffed;
        int64_t open;
        int64_t entered;
        int64_t answered;
        int64_t answered_in_level;
        int64_t abandoned;
        int64_t refused;
        int64_t overflowed;
        int64_t expired;
        int64_t answer_wait_ms;
};

/* Of the process and its disk: some of them take a while to find out. */
struct metrics_process {
        int64_t start_ms; /* Unix time. */
        int64_t cpu_us;
        int64_t resident_bytes;
        int64_t virtual_bytes;
        int64_t open_fds;
        int64_t fds_max;
        int64_t journal_bytes;
        int64_t disk_free_bytes;
};

struct metrics {
        struct metrics_queue *queues; /* Owned. */
        uint32_t queue_count;
        struct att_buffer names;

        const char *version;
        int64_t behaviour;
        char config[ATT_DIGEST_TEXT_SIZE];

        int64_t contacts[ATT_CONTACT_STATE_COUNT];
        int64_t outcomes[ATT_OUTCOME_COUNT];
        int64_t agents[ATT_PRESENCE_COUNT];
        int64_t interactions;
        int64_t customers;
        int64_t offers;
        struct tally tally;
        int64_t shed[LOAD_LEVEL_COUNT];
        int64_t load_level;
        int64_t lane_requests;
        int64_t lane_bytes;
        int64_t last_reload_right;

        int64_t durable_commands;
        int64_t waiting_commands;
        int64_t oldest_command_ms;
        int64_t batches;
        int64_t batch_bytes;
        struct histogram commits;
        int64_t snapshot_at_ms; /* Unix time; METRICS_ABSENT: none yet. */
        int64_t snapshot_took_ms;
        int64_t snapshot_behind; /* Commands since. */
        int64_t disk_nearly_full;

        int64_t history_state
                [HISTORY_STATE_COUNT]; /* 1: this one; METRICS_ABSENT: none is written. */
        int64_t history_behind;        /* Commands. */
        int64_t history_behind_ms;
        int64_t history_waiting_bytes;
        int64_t history_events;
        int64_t history_failures;
        int64_t history_catch_ups;
        int64_t history_gaps;

        int64_t customers_in_memory;
        struct histogram lookups;

        struct histogram turns;
        struct histogram turns_cpu;
        int64_t longest_turn_us;
        int64_t longest_turn_cpu_us;

        int64_t sessions;
        int64_t pushes_unacknowledged;
        int64_t feeds_away;
        int64_t route_log_lines_lost;
        int64_t route_log_waiting_bytes;

        int64_t http_requests[METRICS_HTTP_CODE_COUNT];
        int64_t http_connections;
        int64_t http_turned_away;
        int64_t http_slow;

        struct metrics_process process;
};

extern const unsigned int METRICS_HTTP_CODES[METRICS_HTTP_CODE_COUNT];

void metrics_deinit(struct metrics *metrics);

/* Room for so many queues, and none of them filled in. */
void metrics_begin_queues(struct metrics *metrics, uint32_t capacity);
void metrics_add_queue(struct metrics *metrics, const struct att_queue_view *view);

/* How far a text was written. */
struct metrics_page {
        const struct metrics *metrics; /* Borrowed. */
        uint32_t family;
        uint32_t row; /* Of that family. */
};

/* Appends about so many bytes of it; true: that was the end. */
bool metrics_write(struct metrics_page *page, struct att_buffer *into, size_t bytes);

#endif
