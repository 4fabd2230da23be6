/* SPDX-License-Identifier: Apache-2.0 */
/* What was decided is decided again, bit for bit: every figure of a decision counts in the digest of
 * its batch, and `attunesim replay` says where one was another. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/store/journal.h"
#include "lib/wire/journal.h"
#include "lib/wire/message.h"
#include "tests/support/centre.h"
#include "tests/support/main.h"

#define OFFICE                                                                                     \
        "attune: 1\n"                                                                              \
        "skills: { cards: {} }\n"                                                                  \
        "agents: { ann: { skills: { cards: 5 } }, bob: { skills: { cards: 3 } } }\n"               \
        "queues: { q: { requires: { cards: 3 } } }\n"

/* A data directory whose journal a centre writes, a batch for each command. */
struct fixture {
        char data[64];
        char dir[80]; /* Of the journal. */
        struct att_journal *journal;
        struct att_core *core;
        struct att_buffer why;
        uint64_t lie_seq; /* Of this command one figure of the decision is told otherwise. */
};

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
        (void)status;
        (void)kind;
        (void)walk;
        return remove(path);
}

static void set_up(struct fixture *fixture, uint64_t lie_seq)
{
        struct att_journal_position end = {0};
        struct att_journal_options options = {.dir = fixture->dir, .behaviour = ATT_CORE_BEHAVIOUR};

        *fixture = (struct fixture){.data = "/tmp/attune-replay-XXXXXX", .lie_seq = lie_seq};
        ck_assert_ptr_nonnull(mkdtemp(fixture->data));
        (void)snprintf(fixture->dir, sizeof(fixture->dir), "%s/journal", fixture->data);
        ck_assert_int_eq(mkdir(fixture->dir, 0700), 0);
        ck_assert_int_eq(att_journal_open(&options, &end, NULL, &fixture->journal, &fixture->why),
                         0);
        fixture->core = att_core_new();
}

static void tear_down(struct fixture *fixture)
{
        att_core_free(fixture->core);
        att_buffer_deinit(&fixture->why);
        ck_assert_int_eq(nftw(fixture->data, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* The digest of the effects; as a lie, with a runner-up whose one term was a millionth better. */
static struct att_digest digest_of(const struct att_effects *effects, bool lie)
{
        struct att_digester digester;
        struct att_decision decision;
        bool lied = false;

        att_digester_init(&digester);
        for (uint32_t i = 0; lie && i < effects->count; i++) {
                if (effects->items[i].decision) {
                        decision = *effects->items[i].decision;
                        decision.agents[1].terms_ppm[ATT_FIT_SKILL]++;
                        effects->items[i].decision = &decision;
                        lied = true;
                }
        }
        ck_assert(lied == lie);
        att_effects_digest(effects, &digester);
        return att_digester_finish(&digester);
}

static void write_command(struct fixture *fixture, struct att_command *command)
{
        struct att_effects effects = {0};
        struct att_journal_writer encoder;
        struct att_buffer records = {0};
        struct att_digest digest;
        struct att_batch batch;

        command->seq = att_core_seq(fixture->core) + 1;
        command->at_ms = CENTRE_START_MS + (int64_t)command->seq * 1000;
        att_core_step(fixture->core, command, &effects);
        digest = digest_of(&effects, command->seq == fixture->lie_seq);
        att_journal_batch_begin(&encoder, &records, command->seq, ATT_CORE_BEHAVIOUR);
        att_journal_batch_add(&encoder, command);
        att_journal_batch_end(&encoder, digest);
        batch = (struct att_batch){
                .first_seq = command->seq,
                .last_seq = command->seq,
                .time_ms = command->at_ms,
                .records = att_buffer_text(&records),
                .effects = digest,
        };
        att_journal_append(fixture->journal, &batch);
        ck_assert_int_eq(att_journal_wait(fixture->journal, &fixture->why), ATT_APPEND_DURABLE);
        att_buffer_deinit(&records);
        att_effects_deinit(&effects);
}

/* Command 4 is decided: ann rather than bob. */
static void write_day(struct fixture *fixture)
{
        struct att_command command;

        att_wire_command_init(&command, ATT_CMD_CONFIG);
        command.config = centre_config(OFFICE);
        write_command(fixture, &command);
        att_config_unref(command.config);
        att_wire_command_init(&command, ATT_CMD_AGENT_READY);
        command.agent = ATT_TEXT("ann");
        write_command(fixture, &command);
        command.agent = ATT_TEXT("bob");
        write_command(fixture, &command);
        att_wire_command_init(&command, ATT_CMD_CONTACT_ADD);
        command.contact = ATT_TEXT("c1");
        command.request.id = ATT_TEXT("c1");
        command.request.channel = ATT_TEXT("voice");
        command.request.queue = ATT_TEXT("q");
        write_command(fixture, &command);
        att_wire_command_init(&command, ATT_CMD_OFFER_ACCEPT);
        command.contact = ATT_TEXT("c1");
        command.agent = ATT_TEXT("ann");
        write_command(fixture, &command);
        att_journal_close(fixture->journal);
}

/* Its exit status, and all that it said. */
static int run_replay_with(const struct fixture *fixture, const char *options, char *said,
                           size_t size)
{
        const char *attunesim = getenv("ATT_ATTUNESIM");
        char line[512];
        FILE *pipe;
        size_t len;

        ck_assert_msg(attunesim, "ATT_ATTUNESIM says where attunesim is");
        (void)snprintf(line, sizeof(line), "'%s' replay %s %s 2>&1", attunesim, fixture->data,
                       options);
        pipe = popen(line, "r");
        ck_assert_ptr_nonnull(pipe);
        len = fread(said, 1, size - 1, pipe);
        said[len] = '\0';
        return WEXITSTATUS(pclose(pipe));
}

static int run_replay(const struct fixture *fixture, char *said, size_t size)
{
        return run_replay_with(fixture, "", said, size);
}

START_TEST(a_journal_is_decided_again_as_it_was)
{
        struct fixture fixture;
        char said[2000];

        set_up(&fixture, 0);
        write_day(&fixture);
        ck_assert_msg(run_replay(&fixture, said, sizeof(said)) == 0, "%s", said);
        ck_assert_msg(strstr(said, "5 commands in 5 batches, every effect and decision as it was"),
                      "%s", said);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_decision_with_one_other_figure_is_found_with_its_place)
{
        struct fixture fixture;
        char said[2000];

        set_up(&fixture, 4);
        write_day(&fixture);
        ck_assert_msg(run_replay(&fixture, said, sizeof(said)) == 1, "%s", said);
        ck_assert_msg(strstr(said, "commands 4 to 4 have other effects now than they had"), "%s",
                      said);
        ck_assert_msg(strstr(said, "contact=c1"), "%s", said);
        tear_down(&fixture);
}
END_TEST

START_TEST(differences_that_are_accepted_are_counted)
{
        struct fixture fixture;
        char said[2000];

        set_up(&fixture, 4);
        write_day(&fixture);
        ck_assert_msg(run_replay_with(&fixture, "--accept-differences", said, sizeof(said)) == 0,
                      "%s", said);
        ck_assert_msg(strstr(said, "commands 4 to 4 have other effects"), "%s", said);
        ck_assert_msg(strstr(said, "5 commands in 5 batches, 1 batches with other effects"), "%s",
                      said);
        tear_down(&fixture);
}
END_TEST

START_TEST(only_what_follows_the_place_asked_for_is_compared)
{
        struct fixture fixture;
        char said[2000];

        set_up(&fixture, 4);
        write_day(&fixture);
        ck_assert_msg(run_replay_with(&fixture, "--from 5", said, sizeof(said)) == 0, "%s", said);
        ck_assert_msg(strstr(said, "after command 5"), "%s", said);
        ck_assert_int_eq(run_replay_with(&fixture, "--from 4", said, sizeof(said)), 1);
        ck_assert_int_eq(run_replay_with(&fixture, "--from x", said, sizeof(said)), 2);
        tear_down(&fixture);
}
END_TEST

/* ---- Every figure counts ---- */

static struct att_digest digest_with(const struct att_decision *decision)
{
        struct att_effect effect = {.kind = ATT_EFFECT_OFFER, .decision = decision};
        struct att_effects effects = {.items = &effect, .count = 1};
        struct att_digester digester;

        att_digester_init(&digester);
        att_effects_digest(&effects, &digester);
        return att_digester_finish(&digester);
}

#define CHANGED(change)                                                                            \
        do {                                                                                       \
                struct att_decision other = decision;                                              \
                other.change;                                                                      \
                ck_assert_msg(!att_digest_equals(digest_with(&decision), digest_with(&other)),     \
                              #change " is not in the digest");                                    \
        } while (0)

START_TEST(every_figure_of_a_decision_is_in_the_digest)
{
        const struct att_decision decision = {
                .exact = true,
                .agents_shown = 2,
                .agents = {{.agent = ATT_TEXT("ann")}, {.agent = ATT_TEXT("bob")}},
        };

        CHANGED(waited_ms++);
        CHANGED(urgency_milli++);
        CHANGED(exact = false);
        CHANGED(joint_contacts++);
        CHANGED(joint_place++);
        CHANGED(considered++);
        CHANGED(eligible++);
        for (int i = 0; i < ATT_EXCLUSION_COUNT; i++) {
                CHANGED(excluded[i]++);
        }
        CHANGED(agents_shown--);
        for (int i = 0; i < 2; i++) {
                CHANGED(agents[i].agent = ATT_TEXT("eve"));
                CHANGED(agents[i].fit_ppm++);
                CHANGED(agents[i].urgency_milli++);
                CHANGED(agents[i].load_units++);
                CHANGED(agents[i].idle_ms++);
                for (int term = 0; term < ATT_FIT_TERM_COUNT; term++) {
                        CHANGED(agents[i].terms_ppm[term]++);
                }
        }
        CHANGED(agent_by = ATT_BY_LINK);
        CHANGED(contacts_considered++);
        CHANGED(next_contact = ATT_TEXT("c2"));
        CHANGED(contact_by = ATT_BY_WAITED);
}
END_TEST

ATT_TEST_MAIN("replay", a_journal_is_decided_again_as_it_was,
              a_decision_with_one_other_figure_is_found_with_its_place,
              differences_that_are_accepted_are_counted,
              only_what_follows_the_place_asked_for_is_compared,
              every_figure_of_a_decision_is_in_the_digest)
