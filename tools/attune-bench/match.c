/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision alone: which of the free agents for a contact, which of the waiting contacts for an
 * agent.
 *
 * The centre has two floors. In its chats everyone is busy and contacts wait; on its phones people
 * are free. Every agent has handled contacts before, so that strain and feedback are known. Measured
 * is then whom a waiting contact would get had it come by phone, and whom an agent of the chats
 * would get were the conversation over; the same draws are decided by a naive router.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/probe.h"
#include "lib/model/limits.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/centre.h"
#include "tools/attune-bench/figures.h"
#include "tools/attune-bench/oracle.h"

#define MINUTE_MS     INT64_C(60000)
#define PAST_MS       (30 * MINUTE_MS) /* Within it the chats fill with agents ... */
#define WAIT_MS       (60 * MINUTE_MS) /* ... then contacts come there, and agents to the phones. */
#define PAST_NUMBERS  50000000u        /* Contacts of before are numbered from here. */
#define PASS_NS       INT64_C(10000000)
#define PASSES_MIN    2
#define COUNTED_DRAWS 100

struct match_bench {
        int64_t agents;
        int64_t waiting;
        int64_t skills;
        int64_t signatures;
        int64_t emotions;
        int64_t draws;
        int64_t milliseconds;
        int64_t seed;
        bool is_json;

        struct centre centre;
        struct oracle oracle;
        struct att_rng rng;
        uint32_t past_number;
        uint32_t voice; /* As the engine knows it. */

        size_t contact_draws;
        struct contact **contacts; /* Owned. */
        uint32_t *contact_numbers; /* Owned. */
        size_t agent_draws;
        struct agent **busy;    /* Owned. */
        uint32_t *busy_numbers; /* Owned. */

        double contact_to_agent_ns;
        double agent_to_contact_ns;
        double agent_change_ns;
        double contact_change_ns;
        double eligible;
        uint64_t unpaired;
        uint64_t disagreements;
};

/* The centre ---------------------------------------------------------------------------------- */

static void step_about(struct match_bench *bench, enum att_command_kind kind, uint32_t contact,
                       uint32_t agent)
{
        struct att_command command = centre_command(kind);
        char contact_id[CENTRE_ID_BYTES];
        char agent_id[CENTRE_ID_BYTES];

        command.contact = centre_contact_id(contact, contact_id);
        command.agent = centre_agent_id(agent, agent_id);
        centre_step(&bench->centre, &command);
}

static void give_feedback(struct match_bench *bench, uint32_t contact, uint32_t queue,
                          uint32_t agent)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_FEEDBACK);
        bool went_well = att_rng_below(&bench->rng, 4) > 0;
        char id[CENTRE_ID_BYTES];

        command.contact = centre_contact_id(contact, id);
        command.feedback.csat = -1;
        command.feedback.nps = -1;
        command.feedback.ces = -1;
        command.feedback.resolved = went_well;
        command.feedback.emotion_ppm = ATT_ABSENT;
        centre_step(&bench->centre, &command);
        oracle_note_feedback(&bench->oracle, agent, queue, went_well);
}

/* A queue whose contacts the agent may take, from a random one on. */
static bool find_queue(struct match_bench *bench, uint32_t agent, uint32_t *ret_queue)
{
        uint32_t count = bench->centre.plan.queues;
        uint32_t first = (uint32_t)att_rng_below(&bench->rng, count);

        for (uint32_t i = 0; i < count; i++) {
                if (oracle_serves(&bench->oracle, agent, (first + i) % count)) {
                        *ret_queue = (first + i) % count;
                        return true;
                }
        }
        return false;
}

/* A conversation begins. Nobody else is free on the floor: it is this agent's. False: there is
 * nothing that the agent can do. */
static bool talk(struct match_bench *bench, uint32_t agent, uint32_t channel,
                 struct centre_contact *ret_contact)
{
        uint32_t queue;

        if (!find_queue(bench, agent, &queue)) {
                return false;
        }
        *ret_contact = centre_draw_contact(&bench->centre, &bench->rng, bench->past_number++,
                                           (uint32_t)bench->emotions);
        ret_contact->queue = queue;
        ret_contact->channel = channel;
        ret_contact->has_customer = false;
        centre_add_contact(&bench->centre, ret_contact);
        step_about(bench, ATT_CMD_OFFER_ACCEPT, ret_contact->number, agent);
        oracle_note_talk(&bench->oracle, agent, ret_contact->emotion_ppm, bench->centre.now_ms);
        return true;
}

static bool is_on_the_phone(const struct match_bench *bench, uint32_t agent)
{
        return bench->centre.config->agents[agent].limits[CENTRE_VOICE] != ATT_LIMIT_OFF;
}

/* Signs an agent in who has some conversations. Those in the chats go on with the last, those of the
 * phones leave again. */
static void work_before(struct match_bench *bench, uint32_t agent)
{
        bool leaves = is_on_the_phone(bench, agent);
        uint32_t channel = leaves ? CENTRE_VOICE : CENTRE_CHAT;
        struct centre_contact contact;

        step_about(bench, ATT_CMD_AGENT_READY, 0, agent);
        for (uint32_t i = 0; i < ORACLE_HISTORY_MAX && talk(bench, agent, channel, &contact); i++) {
                give_feedback(bench, contact.number, contact.queue, agent);
                if (leaves || i + 1 < ORACLE_HISTORY_MAX) {
                        step_about(bench, ATT_CMD_CONTACT_END, contact.number, agent);
                }
        }
        if (leaves) {
                step_about(bench, ATT_CMD_AGENT_OFFLINE, 0, agent);
        }
}

static void come_back(struct match_bench *bench, uint32_t agent)
{
        step_about(bench, ATT_CMD_AGENT_READY, 0, agent);
        bench->oracle.agents[agent].is_free = true;
        bench->oracle.agents[agent].idle_since_ms = bench->centre.now_ms;
}

static void begin_wait(struct match_bench *bench, uint32_t number)
{
        struct oracle_contact *noted = &bench->oracle.contacts[number];

        noted->drawn = centre_draw_contact(&bench->centre, &bench->rng, number,
                                           (uint32_t)bench->emotions);
        noted->drawn.channel = CENTRE_CHAT;
        noted->arrived_ms = bench->centre.now_ms;
        bench->oracle.contact_count++;
        centre_add_contact(&bench->centre, &noted->drawn);
}

/* The i-th of so many, spread evenly over a time. */
static int64_t moment(int64_t begin_ms, int64_t length_ms, int64_t i, int64_t count)
{
        return begin_ms + length_ms * i / count;
}

static void fill_past(struct match_bench *bench)
{
        for (uint32_t i = 0; i < bench->agents; i++) {
                bench->centre.now_ms = moment(CENTRE_START_MS, PAST_MS, i, bench->agents);
                work_before(bench, i);
        }
}

/* Agents come to the phones, from `*agent` on, as far as the time has come. */
static void fill_phones(struct match_bench *bench, int64_t begin_ms, uint32_t *agent)
{
        while (*agent < bench->agents &&
               moment(begin_ms, WAIT_MS, *agent, bench->agents) <= bench->centre.now_ms) {
                if (is_on_the_phone(bench, *agent)) {
                        come_back(bench, *agent);
                }
                (*agent)++;
        }
}

static void fill_queues(struct match_bench *bench)
{
        int64_t begin_ms = CENTRE_START_MS + PAST_MS;
        uint32_t agent = 0;

        for (uint32_t i = 0; i < bench->waiting; i++) {
                bench->centre.now_ms = moment(begin_ms, WAIT_MS, i, bench->waiting);
                fill_phones(bench, begin_ms, &agent);
                begin_wait(bench, i);
        }
        bench->centre.now_ms = begin_ms + WAIT_MS;
        fill_phones(bench, begin_ms, &agent);
}

static bool fill(struct match_bench *bench)
{
        struct att_command tick = centre_command(ATT_CMD_TICK);
        struct att_core_counts counts;

        fill_past(bench);
        fill_queues(bench);
        centre_step(&bench->centre, &tick);
        bench->oracle.now_ms = bench->centre.now_ms;
        att_core_counts(bench->centre.core, &counts);
        if (bench->centre.refused > 0 || counts.contacts[ATT_CONTACT_QUEUED] != bench->waiting) {
                fprintf(stderr, "attune-bench: %u contacts wait, %llu commands were refused\n",
                        counts.contacts[ATT_CONTACT_QUEUED],
                        (unsigned long long)bench->centre.refused);
                return false;
        }
        return true;
}

/* Draws --------------------------------------------------------------------------------------- */

static void draw_contacts(struct match_bench *bench)
{
        char id[CENTRE_ID_BYTES];

        bench->contacts = att_alloc_array((size_t)bench->draws, sizeof(struct contact *));
        bench->contact_numbers = att_alloc_array((size_t)bench->draws, sizeof(uint32_t));
        for (int64_t i = 0; i < bench->draws; i++) {
                uint32_t number = (uint32_t)att_rng_below(&bench->rng, (uint64_t)bench->waiting);

                bench->contact_numbers[i] = number;
                bench->contacts[i] = att_probe_find_contact(bench->centre.core,
                                                            centre_contact_id(number, id));
                ATT_CHECK(bench->contacts[i]);
        }
        bench->contact_draws = (size_t)bench->draws;
}

static void draw_agents(struct match_bench *bench)
{
        char id[CENTRE_ID_BYTES];

        bench->busy = att_alloc_array((size_t)bench->draws, sizeof(struct agent *));
        bench->busy_numbers = att_alloc_array((size_t)bench->draws, sizeof(uint32_t));
        while (bench->agent_draws < (size_t)bench->draws) {
                uint32_t number = (uint32_t)att_rng_below(&bench->rng, (uint64_t)bench->agents);

                if (!is_on_the_phone(bench, number)) {
                        struct att_text name = centre_agent_id(number, id);

                        bench->busy_numbers[bench->agent_draws] = number;
                        bench->busy[bench->agent_draws++] = att_probe_find_agent(bench->centre.core,
                                                                                 name);
                }
        }
}

/* Measuring ----------------------------------------------------------------------------------- */

/* One draw of what is measured. */
typedef void draw_fn(struct match_bench *bench, size_t draw);

static void decide_contact(struct match_bench *bench, size_t draw)
{
        (void)att_probe_contact(bench->centre.core, bench->contacts[draw], bench->voice);
}

static void decide_agent(struct match_bench *bench, size_t draw)
{
        (void)att_probe_agent(bench->centre.core, bench->busy[draw]);
}

static void touch_contact(struct match_bench *bench, size_t draw)
{
        att_probe_touch_contact(bench->centre.core, bench->contacts[draw]);
}

static void touch_agent(struct match_bench *bench, size_t draw)
{
        att_probe_touch_agent(bench->centre.core, bench->busy[draw]);
}

/* CPU time of one in the least disturbed of several passes over all draws. */
static double measure(struct match_bench *bench, draw_fn *run)
{
        int64_t end_ns = bench_own_cpu_ns() + bench->milliseconds * 1000000;
        double best_ns = 0;

        for (int pass = 0; pass < PASSES_MIN || bench_own_cpu_ns() < end_ns; pass++) {
                int64_t begin_ns = bench_own_cpu_ns();
                int64_t passed_ns = 0;
                size_t count = 0;

                while (passed_ns < PASS_NS) {
                        for (size_t i = 0; i < bench->contact_draws; i++) {
                                run(bench, i);
                        }
                        count += bench->contact_draws;
                        passed_ns = bench_own_cpu_ns() - begin_ns;
                }
                if (pass == 0 || (double)passed_ns / (double)count < best_ns) {
                        best_ns = (double)passed_ns / (double)count;
                }
        }
        return best_ns;
}

static void count_eligible(struct match_bench *bench)
{
        size_t count = (size_t)att_min_i64(bench->draws, COUNTED_DRAWS);
        uint64_t eligible = 0;

        for (size_t i = 0; i < count; i++) {
                eligible += att_probe_count_agents(bench->centre.core, bench->contacts[i],
                                                   bench->voice);
        }
        bench->eligible = (double)eligible / (double)count;
}

/* Whether the engine gave the one of this number; ATT_NONE: nobody. */
static bool is_same(struct att_text given, uint32_t number)
{
        return att_text_is_empty(given) ? number == ATT_NONE
                                        : number != ATT_NONE && centre_number(given) == number;
}

static void compare_with_oracle(struct match_bench *bench)
{
        const struct oracle *oracle = &bench->oracle;

        for (size_t i = 0; i < bench->contact_draws; i++) {
                struct att_text agent = att_probe_contact(bench->centre.core, bench->contacts[i],
                                                          bench->voice);
                uint32_t number = bench->contact_numbers[i];

                bench->disagreements += !is_same(
                        agent, oracle_agent_for(oracle, &oracle->contacts[number]));
                bench->unpaired += att_text_is_empty(agent);
        }
        for (size_t i = 0; i < bench->agent_draws; i++) {
                struct att_text contact = att_probe_agent(bench->centre.core, bench->busy[i]);

                bench->disagreements += !is_same(
                        contact, oracle_contact_for(oracle, bench->busy_numbers[i]));
                bench->unpaired += att_text_is_empty(contact);
        }
}

static void print(const struct match_bench *bench)
{
        double upkeep_ns = bench->agent_change_ns > bench->contact_change_ns
                                   ? bench->agent_change_ns
                                   : bench->contact_change_ns;
        const struct figure figures[] = {
                {"contact_to_agent_ns", "ns", bench->contact_to_agent_ns, 1},
                {"agent_to_contact_ns", "ns", bench->agent_to_contact_ns, 1},
                {"upkeep_ns", "ns, the dearer of the two below", upkeep_ns, 1},
                {"agent_change_ns", "ns", bench->agent_change_ns, 1},
                {"contact_change_ns", "ns", bench->contact_change_ns, 1},
                {"oracle_disagreements", "", (double)bench->disagreements, 0},
                {"compared", "decisions", 2 * (double)bench->draws, 0},
                {"unpaired", "of them without a partner", (double)bench->unpaired, 0},
                {"eligible_agents", "free and able, a contact", bench->eligible, 1},
                {"agents", "", (double)bench->agents, 0},
                {"waiting", "", (double)bench->waiting, 0},
                {"skills", "", (double)bench->skills, 0},
                {"signatures", "", (double)bench->signatures, 0},
                {"emotions", "", (double)bench->emotions, 0},
                {"seed", "", (double)bench->seed, 0},
        };

        figures_print(figures, ATT_ARRAY_LEN(figures), bench->is_json);
}

static bool run(struct match_bench *bench)
{
        const struct centre_plan plan = {
                .kind = CENTRE_TWO_FLOORS,
                .agents = (uint32_t)bench->agents,
                .skills = (uint32_t)bench->skills,
                .queues = (uint32_t)bench->signatures,
                .contacts_max = (uint32_t)(bench->agents + bench->waiting + 1000),
                .seed = (uint64_t)bench->seed,
        };
        bool is_right;

        centre_init(&bench->centre, &plan);
        oracle_init(&bench->oracle, bench->centre.config, (uint32_t)bench->waiting);
        att_rng_seed(&bench->rng, (uint64_t)bench->seed + 1);
        bench->past_number = PAST_NUMBERS;
        is_right = fill(bench);
        if (is_right) {
                bench->voice = att_probe_find_channel(bench->centre.core, ATT_TEXT("voice"));
                draw_contacts(bench);
                draw_agents(bench);
                bench->contact_to_agent_ns = measure(bench, decide_contact);
                bench->agent_to_contact_ns = measure(bench, decide_agent);
                bench->agent_change_ns = measure(bench, touch_agent) / 2; /* There and back. */
                bench->contact_change_ns = measure(bench, touch_contact);
                count_eligible(bench);
                compare_with_oracle(bench);
                print(bench);
        }
        free(bench->contacts);
        free(bench->contact_numbers);
        free(bench->busy);
        free(bench->busy_numbers);
        oracle_deinit(&bench->oracle);
        centre_deinit(&bench->centre);
        return is_right && bench->disagreements == 0;
}

int bench_match(int argc, char **argv)
{
        struct match_bench bench = {
                .agents = 10000,
                .waiting = 10000,
                .skills = 64,
                .signatures = 256,
                .emotions = 100,
                .draws = 1000,
                .milliseconds = 300,
                .seed = 1,
        };
        const struct bench_option options[] = {
                {"--agents", "one in five of them free (10000)", &bench.agents, NULL, NULL, 2,
                 ATT_AGENTS_MAX},
                {"--waiting", "contacts (10000)", &bench.waiting, NULL, NULL, 1, 1000000},
                {"--skills", "that agents may have (64)", &bench.skills, NULL, NULL, 2,
                 ATT_SKILLS_MAX},
                {"--signatures", "different demands of contacts (256)", &bench.signatures, NULL,
                 NULL, 1, ATT_QUEUES_MAX},
                {"--emotions", "different degrees of being upset (100)", &bench.emotions, NULL,
                 NULL, 1, 1000000},
                {"--draws", "of each decision, all compared (1000)", &bench.draws, NULL, NULL, 1,
                 1000000},
                {"--milliseconds", "of CPU time for each figure (300)", &bench.milliseconds, NULL,
                 NULL, 1, 3600000},
                {"--seed", "of everything (1)", &bench.seed, NULL, NULL, 0, INT64_MAX},
                {"--json", "one object instead of a table", NULL, NULL, &bench.is_json, 0, 0},
        };

        if (!bench_parse("match", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        return run(&bench) ? 0 : 1;
}
