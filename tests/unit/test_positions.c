/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/positions.h"

#include <stdio.h>

#include "tests/support/centre.h"
#include "tests/support/main.h"

#define CONFIG "attune: 1\nagents: { ann: {} }\nqueues: { q: {} }\n"

/* An engine, and the positions that hear it. */
struct hall {
        struct centre centre;
        struct positions positions;
};

static void hear(struct hall *hall)
{
        for (uint32_t i = 0; i < hall->centre.effects.count; i++) {
                positions_note(&hall->positions, &hall->centre.effects.items[i],
                               hall->centre.now_ms);
        }
}

static void begin(struct hall *hall)
{
        centre_init(&hall->centre, CONFIG);
        positions_init(&hall->positions);
}

static void end(struct hall *hall)
{
        positions_deinit(&hall->positions);
        centre_deinit(&hall->centre);
}

static void arrives(struct hall *hall, const char *id)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, id, "");

        command.request.id = att_text_from(id);
        command.request.channel = ATT_TEXT("voice");
        command.request.queue = ATT_TEXT("q");
        command.front_end = ATT_TEXT("pbx");
        centre_step(&hall->centre, &command);
        hear(hall);
}

static void happens(struct hall *hall, enum att_command_kind kind, const char *contact,
                    const char *agent)
{
        centre_event(&hall->centre, kind, contact, agent);
        hear(hall);
}

static void wait(struct hall *hall, int64_t ms)
{
        centre_wait(&hall->centre, ms);
        hear(hall);
}

/* What would be told now: "c2 1; c3 2". */
static const char *news(struct hall *hall, uint64_t feeds)
{
        static char said[512];
        struct att_effect effect;
        struct place *place;
        size_t len = 0;

        said[0] = '\0';
        while ((place = positions_take(&hall->positions, hall->centre.now_ms))) {
                if (!positions_find_news(&hall->positions, place, hall->centre.core, feeds,
                                         &effect)) {
                        continue;
                }
                ck_assert(att_text_equals_c(effect.front_end, "pbx"));
                ck_assert(att_text_equals_c(effect.queue, "q"));
                len += (size_t)snprintf(said + len, sizeof(said) - len, "%s%.*s %u",
                                        len > 0 ? "; " : "", ATT_TEXT_ARGS(effect.contact),
                                        effect.position);
                place_was_told(place, &effect, feeds, hall->centre.now_ms);
        }
        return said;
}

START_TEST(a_position_is_told_when_it_changed_and_not_before)
{
        struct hall hall;

        begin(&hall);
        arrives(&hall, "c1");
        arrives(&hall, "c2");
        arrives(&hall, "c3");
        ck_assert_str_eq(news(&hall, 1), "");
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), ""); /* They were told when they entered. */
        happens(&hall, ATT_CMD_CONTACT_ABANDON, "c1", "");
        ck_assert_str_eq(news(&hall, 1), "");
        wait(&hall, POSITIONS_EVERY_MS - 1);
        ck_assert_str_eq(news(&hall, 1), "");
        wait(&hall, 1);
        ck_assert_str_eq(news(&hall, 1), "c2 1; c3 2");
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "");
        end(&hall);
}
END_TEST

START_TEST(who_does_not_wait_is_forgotten)
{
        struct hall hall;

        begin(&hall);
        arrives(&hall, "c1");
        arrives(&hall, "c2");
        ck_assert_uint_eq(positions_count(&hall.positions), 2);
        happens(&hall, ATT_CMD_AGENT_READY, "", "ann");
        ck_assert_uint_eq(positions_count(&hall.positions), 1); /* c1 is offered. */
        happens(&hall, ATT_CMD_CONTACT_CANCEL, "c2", "");
        ck_assert_uint_eq(positions_count(&hall.positions), 0);
        end(&hall);
}
END_TEST

START_TEST(one_put_back_waits_again)
{
        struct hall hall;

        begin(&hall);
        arrives(&hall, "c1");
        happens(&hall, ATT_CMD_AGENT_READY, "", "ann");
        ck_assert_uint_eq(positions_count(&hall.positions), 0);
        happens(&hall, ATT_CMD_OFFER_DECLINE, "c1", "ann");
        ck_assert_uint_eq(positions_count(&hall.positions), 1);
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "c1 1"); /* Nobody said yet where it stands now. */
        end(&hall);
}
END_TEST

START_TEST(one_that_closed_unheard_is_forgotten_when_it_is_due)
{
        struct hall hall;

        begin(&hall);
        arrives(&hall, "c1");
        centre_event(&hall.centre, ATT_CMD_CONTACT_ABANDON, "c1", "");
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "");
        ck_assert_uint_eq(positions_count(&hall.positions), 0);
        end(&hall);
}
END_TEST

START_TEST(a_session_that_begins_is_told_what_others_know)
{
        struct hall hall;

        begin(&hall);
        arrives(&hall, "c1");
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "");
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 2), "c1 1");
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 2), "");
        end(&hall);
}
END_TEST

/* An engine that knows a pace of its own says so with the next one who comes. */
static void say_estimate(struct hall *hall, int64_t estimate_ms)
{
        const struct att_effect effect = {
                .kind = ATT_EFFECT_QUEUED,
                .contact = ATT_TEXT("other"),
                .front_end = ATT_TEXT("pbx"),
                .queue = ATT_TEXT("q"),
                .position = 1,
                .estimate_ms = estimate_ms,
        };

        positions_note(&hall->positions, &effect, hall->centre.now_ms);
}

START_TEST(an_estimate_is_told_when_it_changed_by_more_than_its_grain)
{
        struct hall hall;

        begin(&hall);
        arrives(&hall, "c1");
        say_estimate(&hall, 20000);
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "c1 1"); /* It was not known before. */
        say_estimate(&hall, 20000 + POSITIONS_GRAIN_MS);
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "");
        say_estimate(&hall, 20001 + POSITIONS_GRAIN_MS);
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "c1 1");
        say_estimate(&hall, 600000);
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "c1 1");
        say_estimate(&hall, 540000); /* A tenth. */
        wait(&hall, POSITIONS_EVERY_MS);
        ck_assert_str_eq(news(&hall, 1), "");
        end(&hall);
}
END_TEST

ATT_TEST_MAIN("positions", a_position_is_told_when_it_changed_and_not_before,
              who_does_not_wait_is_forgotten, one_put_back_waits_again,
              one_that_closed_unheard_is_forgotten_when_it_is_due,
              a_session_that_begins_is_told_what_others_know,
              an_estimate_is_told_when_it_changed_by_more_than_its_grain)
