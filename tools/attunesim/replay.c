/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attunesim replay: a journal once more through the engine. What was decided then must be decided
 * again, and for the same reasons: every batch carries the digest of its effects, every snapshot that
 * of the state. With another configuration: what would have been decided (whatif.h). The daemon may be
 * running or not; nothing is written.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/read_ahead.h"
#include "daemon/replay.h"
#include "daemon/state.h"
#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/load.h"
#include "lib/core/core.h"
#include "lib/store/blame.h"
#include "lib/store/files.h"
#include "lib/store/snapshot.h"
#include "lib/wire/journal.h"
#include "tools/attunesim/commands.h"
#include "tools/attunesim/whatif.h"

/* Of the batch that differs first, so many commands are shown. */
#define COMMANDS_SHOWN_MAX 20

struct comparison {
        struct replay replay;
        struct att_blame blame;
        uint64_t from_seq; /* Compared from here on. */
        bool accept_differences;
        uint64_t differences;   /* Batches. */
        uint64_t states_agreed; /* Snapshots on the way that have the state it came to. */
        uint64_t *snapshots;    /* Owned; their commands, in order. */
        size_t snapshot_count;
        size_t next_snapshot;
};

static void show_command(const struct att_command *command)
{
        fprintf(stderr, "  command %" PRIu64 " at %" PRId64 " ms: %s", command->seq, command->at_ms,
                att_command_kind_word(command->kind));
        if (!att_text_is_empty(command->contact)) {
                fprintf(stderr, " contact=%.*s", ATT_TEXT_ARGS(command->contact));
        }
        if (!att_text_is_empty(command->agent)) {
                fprintf(stderr, " agent=%.*s", ATT_TEXT_ARGS(command->agent));
        }
        if (!att_text_is_empty(command->front_end)) {
                fprintf(stderr, " front_end=%.*s", ATT_TEXT_ARGS(command->front_end));
        }
        fputc('\n', stderr);
}

static void show_commands(const struct att_batch *batch)
{
        struct att_journal_reader reader = {0};
        struct att_command command;
        int shown = 0;

        if (att_journal_reader_open(&reader, batch->records) == ATT_JOURNAL_OK) {
                while (shown < COMMANDS_SHOWN_MAX &&
                       att_journal_reader_next(&reader, &command) == ATT_JOURNAL_OK) {
                        show_command(&command);
                        shown++;
                }
        }
        if (batch->last_seq - batch->first_seq >= COMMANDS_SHOWN_MAX) {
                fprintf(stderr, "  and %" PRIu64 " more\n",
                        batch->last_seq - batch->first_seq + 1 - COMMANDS_SHOWN_MAX);
        }
        att_journal_reader_deinit(&reader);
}

static const char *word_of(enum replay_difference difference)
{
        switch (difference) {
        case REPLAY_OTHER_BEHAVIOUR:
                return "were decided by an engine of another behaviour";
        case REPLAY_OTHER_EFFECTS:
                break;
        }
        return "have other effects now than they had";
}

static int note_difference(void *context, const struct att_stored_batch *stored,
                           enum replay_difference difference, struct att_buffer *why)
{
        struct comparison *comparison = context;
        const struct att_batch *batch = &stored->batch;

        if (batch->last_seq < comparison->from_seq) {
                return 0;
        }
        if (comparison->differences++ == 0) {
                fprintf(stderr,
                        "attunesim: commands %" PRIu64 " to %" PRIu64 " %s: the first difference\n",
                        batch->first_seq, batch->last_seq, word_of(difference));
                show_commands(batch);
        }
        if (comparison->accept_differences) {
                return 0;
        }
        att_buffer_printf(why, "commands %" PRIu64 " to %" PRIu64 " %s", batch->first_seq,
                          batch->last_seq, word_of(difference));
        return -ESTALE;
}

/* The next snapshot that the replay may come by. */
static bool is_at_snapshot(struct comparison *comparison, uint64_t seq)
{
        while (comparison->next_snapshot < comparison->snapshot_count &&
               comparison->snapshots[comparison->next_snapshot] < seq) {
                comparison->next_snapshot++;
        }
        return comparison->next_snapshot < comparison->snapshot_count &&
               comparison->snapshots[comparison->next_snapshot] == seq;
}

static bool is_compared(void *context, uint64_t seq)
{
        return is_at_snapshot(context, seq);
}

static int compare_with_snapshot(void *context, const struct att_stored_batch *stored,
                                 struct att_buffer *why)
{
        struct comparison *comparison = context;
        const uint64_t seq = stored->batch.last_seq;
        struct att_snapshot_loaded loaded = {0};
        struct att_digest state;
        int error;

        error = att_snapshot_load(comparison->replay.dir, seq, &loaded, why);
        if (error < 0) {
                return error;
        }
        state = loaded.snapshot.state;
        att_snapshot_loaded_deinit(&loaded);
        if (att_digest_equals(state, att_core_digest(comparison->replay.core))) {
                comparison->states_agreed++;
                return 0;
        }
        if (comparison->differences > 0) {
                return 0; /* Told already, and what is to be expected. */
        }
        att_buffer_printf(
                why, "the snapshot of command %" PRIu64 " has another state than the replay", seq);
        return -ESTALE;
}

static void report(const struct comparison *comparison)
{
        const struct replay *replay = &comparison->replay;
        char text[ATT_DIGEST_TEXT_SIZE];

        printf("%" PRIu64 " commands in %" PRIu64 " batches", replay->commands, replay->batches);
        if (replay->snapshot_seq > 0) {
                printf(" after the snapshot of command %" PRIu64, replay->snapshot_seq);
        }
        if (comparison->differences > 0) {
                printf(", %" PRIu64 " batches with other effects than they had",
                       comparison->differences);
        } else {
                fputs(", every effect and decision as it was", stdout);
        }
        if (replay->skipped > 0) {
                printf(", but for %" PRIu64 " skipped commands and %" PRIu64 " batches after them",
                       replay->skipped, replay->differences_after_skip);
        }
        putchar('\n');
        if (comparison->states_agreed > 0) {
                printf("%" PRIu64 " snapshots on the way with the same state\n",
                       comparison->states_agreed);
        }
        printf("state digest %s after command %" PRIu64 "\n",
               att_digest_format(att_core_digest(replay->core), text), att_core_seq(replay->core));
}

/* From its beginning while that is there; else, or to look only at what came later, from a
 * snapshot. */
static void choose_start(struct comparison *comparison)
{
        struct replay *replay = &comparison->replay;
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_reader *reader = NULL;
        struct att_stored_batch stored;
        bool has_beginning = att_reader_open(replay->dir, 1, &reader, &why) == 0 &&
                             att_reader_next(reader, &stored, &why) != ATT_READ_CORRUPT;

        att_reader_close(reader);
        if (comparison->from_seq > 1) {
                replay->snapshot_seq_max = comparison->from_seq - 1;
        } else if (!has_beginning && comparison->snapshot_count > 0) {
                replay->snapshot_seq_max = comparison->snapshots[0];
        } else {
                replay->codec = NULL;
        }
}

static int run(const char *data, struct comparison *comparison)
{
        struct replay *replay = &comparison->replay;
        ATT_CLEANUP(att_free_pointer) char *dir = att_path_join(data, "journal");
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        int error;

        att_blame_read(data, &comparison->blame);
        *replay = (struct replay){
                .dir = dir,
                .codec = state_codec_of_engine(),
                .blame = &comparison->blame,
                .core = att_core_new(),
                .with_thread = read_ahead_is_worth_it(),
                .on_batch = compare_with_snapshot,
                .wants_batch = is_compared,
                .on_difference = note_difference,
                .context = comparison,
        };
        error = att_snapshot_list(dir, &comparison->snapshots, &comparison->snapshot_count, &why);
        if (error == 0) {
                choose_start(comparison);
                error = replay_run(replay, &why);
        }
        if (replay->unused.len > 0) {
                fprintf(stderr, "attunesim: %s", replay->unused.data);
        }
        if (error < 0) {
                fprintf(stderr, "attunesim: %s\n",
                        why.data ? why.data : "the journal can't be read");
        } else {
                report(comparison);
        }
        att_core_free(replay->core);
        replay_deinit(replay);
        att_blame_close(&comparison->blame);
        free(comparison->snapshots);
        return error == 0 && (comparison->differences == 0 || comparison->accept_differences)
                       ? EXIT_DONE
                       : EXIT_FAILED;
}

/* ---- Under another configuration ---- */

struct whatif_request {
        const char *path; /* Of the configuration; NULL: the recording as it is. */
        bool has_contacts;
        bool is_json;
        bool has_limit;
        uint64_t limit;
        uint64_t seed;
        uint64_t draws;
};

/* Hours are compiled for the time of the recording. Errors are told once, warnings too. */
static const struct att_config *load_config(const char *path, int64_t now_ms, bool is_told)
{
        struct att_config_errors errors = {0};
        struct att_buffer text ATT_CLEANUP(att_buffer_deinit) = {0};
        const struct att_config *config = NULL;

        if (att_config_load_path(path, now_ms, &errors, &config) != ATT_CONFIG_OK) {
                config = NULL;
        }
        if (is_told || !config) {
                att_config_errors_write(&errors, &text);
                fputs(text.data ? text.data : "", stderr);
        }
        att_config_errors_deinit(&errors);
        return config;
}

static void print_whatif(const struct whatif_day *day, const struct att_config *config,
                         const struct whatif_request *request)
{
        const struct whatif_options options = {
                .seed = request->seed,
                .draws = (uint32_t)request->draws,
                .gives_reasons = request->has_contacts,
        };
        const struct whatif_show show = {
                .has_contacts = request->has_contacts,
                .limit = request->limit,
        };
        struct att_buffer text ATT_CLEANUP(att_buffer_deinit) = {0};
        struct whatif *whatif = whatif_compare(day, config, &options);

        if (request->is_json) {
                whatif_write_json(whatif, &show, &text);
        } else {
                whatif_write_text(whatif, &show, &text);
        }
        fputs(text.data, stdout);
        whatif_free(whatif);
}

static int run_whatif(const char *data, uint64_t from_seq, const struct whatif_request *request)
{
        const struct whatif_opening opening = {.data = data, .from_seq = from_seq};
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        const struct att_config *config = load_config(request->path, (int64_t)time(NULL) * 1000,
                                                      true);
        struct whatif_day *day = NULL;

        if (!config) {
                return EXIT_FAILED;
        }
        att_config_unref(config);
        if (whatif_day_open(&opening, &day, &why) < 0) {
                fprintf(stderr, "attunesim: %s\n",
                        why.data ? why.data : "the journal can't be read");
                return EXIT_FAILED;
        }
        config = load_config(request->path, whatif_day_begin_ms(day), false);
        if (config) {
                print_whatif(day, config, request);
        }
        whatif_day_close(day);
        att_config_unref(config);
        return config ? EXIT_DONE : EXIT_FAILED;
}

/* ---- The command ---- */

static const char USAGE[] =
        "usage: attunesim replay DATA [--from SEQ] [--accept-differences]\n"
        "       attunesim replay DATA --config NEW.yaml [--diff] [--limit N] [--json] [--draws N]\n"
        "                        [--seed N] [--from SEQ]\n\n"
        "Steps the journal of a data directory through the engine again and compares every\n"
        "batch's effects and decisions with those it had, and the state with every snapshot\n"
        "on the way. Prints the digest of the state it leaves, as `attunectl status` does.\n\n"
        "  --from SEQ             compare from this command on; what was before comes from a\n"
        "                         snapshot, if there is one\n"
        "  --accept-differences   go on after a difference and count them\n\n"
        "With a configuration (a file or a folder): what would have happened with it. The same\n"
        "customers and agents go through the recorded configuration and through this one, and\n"
        "queues, customers' values and agents are compared, before -> after (docs/what-if.md).\n\n"
        "  --config NEW.yaml      the configuration\n"
        "  --diff                 also the contacts that would have gone elsewhere, and why\n"
        "  --limit N              of them at most so many (20)\n"
        "  --json                 one object, with all of them\n"
        "  --draws N              what the recording doesn't know is drawn so often, and figures\n"
        "                         are means (20)\n"
        "  --seed N               of the draws (1)\n"
        "  --from SEQ             begin with the newest snapshot before this command\n";

static bool take_number(const char *text, uint64_t *ret_number)
{
        char *end;

        errno = 0;
        *ret_number = strtoull(text, &end, 10);
        return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

/* False: that is not possible. */
static bool take_option(int option, struct comparison *comparison, struct whatif_request *request)
{
        switch (option) {
        case 'a':
                comparison->accept_differences = true;
                return true;
        case 'f':
                return take_number(optarg, &comparison->from_seq);
        case 'c':
                request->path = optarg;
                return true;
        case 'd':
                request->has_contacts = true;
                return true;
        case 'j':
                request->is_json = true;
                return true;
        case 'l':
                request->has_limit = true;
                return take_number(optarg, &request->limit);
        case 's':
                return take_number(optarg, &request->seed) && request->seed <= INT64_MAX;
        case 'n':
                return take_number(optarg, &request->draws) && request->draws > 0 &&
                       request->draws <= WHATIF_DRAWS_MAX;
        default:
                return false;
        }
}

/* What is for the one way of using it is not for the other. */
static bool fits_together(const struct comparison *comparison, const struct whatif_request *request)
{
        if (request->path) {
                return !comparison->accept_differences &&
                       (!request->has_limit || request->has_contacts);
        }
        return !request->has_contacts && !request->is_json && !request->has_limit;
}

int command_replay(int argc, char **argv)
{
        static const struct option options[] = {
                {"from", required_argument, NULL, 'f'},
                {"accept-differences", no_argument, NULL, 'a'},
                {"config", required_argument, NULL, 'c'},
                {"diff", no_argument, NULL, 'd'},
                {"limit", required_argument, NULL, 'l'},
                {"json", no_argument, NULL, 'j'},
                {"seed", required_argument, NULL, 's'},
                {"draws", required_argument, NULL, 'n'},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        struct comparison comparison = {0};
        struct whatif_request request = {.limit = 20, .seed = 1, .draws = 20};
        int option;

        optind = 1;
        while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
                if (option == 'h') {
                        fputs(USAGE, stdout);
                        return EXIT_DONE;
                }
                if (!take_option(option, &comparison, &request)) {
                        fputs(USAGE, stderr);
                        return EXIT_USAGE;
                }
        }
        if (optind + 1 != argc || !fits_together(&comparison, &request)) {
                fputs(USAGE, stderr);
                return EXIT_USAGE;
        }
        return request.path ? run_whatif(argv[optind], comparison.from_seq, &request)
                            : run(argv[optind], &comparison);
}
