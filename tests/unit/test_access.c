/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/permission.h"
#include "tests/support/main.h"

static const struct peer OWNER = {.is_local = true, .uid = 0};
static const struct peer STRANGER = {.is_local = true, .uid = 54321};
static const struct peer DISPLAY = {.is_local = true, .uid = 998};
static const struct peer REMOTE = {.is_local = false};

struct fixture {
        char dir[64];
        char config_path[96];
        char token_path[96];
        struct att_config *config;
        struct access_rules rules;
        struct att_buffer problems;
};

static void write_file(const char *path, const char *text)
{
        FILE *file = fopen(path, "w");

        ck_assert_ptr_nonnull(file);
        (void)fputs(text, file);
        (void)fclose(file);
}

static void set_up(struct fixture *fixture, const char *token)
{
        static const struct att_access ACCESS[] = {
                {.name = {"pbx", 3},
                 .role = ATT_ROLE_PLATFORM,
                 .token_file = {"pbx.token", 9},
                 .uid = -1},
                {.name = {"wall", 4}, .role = ATT_ROLE_OBSERVER, .token_file = {"", 0}, .uid = 998},
        };

        *fixture = (struct fixture){.dir = "/tmp/attune-access-XXXXXX"};
        ck_assert_ptr_nonnull(mkdtemp(fixture->dir));
        (void)snprintf(fixture->config_path, sizeof(fixture->config_path), "%s/a.yaml",
                       fixture->dir);
        (void)snprintf(fixture->token_path, sizeof(fixture->token_path), "%s/pbx.token",
                       fixture->dir);
        write_file(fixture->config_path, "attune: 1\n");
        if (token) {
                write_file(fixture->token_path, token);
        }
        fixture->config = att_config_new();
        fixture->config->access = ACCESS;
        fixture->config->access_count = 2;
        access_load(&fixture->rules, fixture->config, fixture->config_path, &fixture->problems);
}

static void tear_down(struct fixture *fixture)
{
        access_deinit(&fixture->rules);
        att_buffer_deinit(&fixture->problems);
        att_config_unref(fixture->config);
        (void)unlink(fixture->token_path);
        (void)unlink(fixture->config_path);
        (void)rmdir(fixture->dir);
}

static enum att_role decide(const struct fixture *fixture, struct peer peer, const char *name,
                            const char *token)
{
        return access_decide(&fixture->rules, &peer, att_text_from(name), att_text_from(token));
}

START_TEST(a_token_gives_its_role_from_anywhere)
{
        struct fixture fixture;

        set_up(&fixture, "s3cret\n");
        ck_assert_int_eq(decide(&fixture, REMOTE, "pbx", "s3cret"), ATT_ROLE_PLATFORM);
        ck_assert_int_eq(decide(&fixture, STRANGER, "pbx", "s3cret"), ATT_ROLE_PLATFORM);
        ck_assert_int_eq(decide(&fixture, OWNER, "pbx", "s3cret"), ATT_ROLE_PLATFORM);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_wrong_token_is_denied_to_everyone)
{
        struct fixture fixture;

        set_up(&fixture, "s3cret\n");
        ck_assert_int_eq(decide(&fixture, REMOTE, "pbx", "s3creT"), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, REMOTE, "pbx", "s3cre"), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, REMOTE, "pbx", "s3crets3cret"), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, REMOTE, "wall", "s3cret"), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, REMOTE, "nobody", "s3cret"), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, OWNER, "pbx", "wrong"), ATT_ROLE_NONE);
        tear_down(&fixture);
}
END_TEST

START_TEST(the_sockets_owner_is_supervisor_and_a_stranger_nothing)
{
        struct fixture fixture;

        set_up(&fixture, "s3cret\n");
        ck_assert_int_eq(decide(&fixture, OWNER, "", ""), ATT_ROLE_SUPERVISOR);
        ck_assert_int_eq(decide(&fixture, OWNER, "anything", ""), ATT_ROLE_SUPERVISOR);
        ck_assert_int_eq(decide(&fixture, STRANGER, "", ""), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, STRANGER, "pbx", ""), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, REMOTE, "", ""), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, REMOTE, "pbx", ""), ATT_ROLE_NONE);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_user_is_known_on_the_unix_socket_only)
{
        struct fixture fixture;
        struct peer far_away = {.is_local = false, .uid = 998};

        set_up(&fixture, "s3cret\n");
        ck_assert_int_eq(decide(&fixture, DISPLAY, "wall", ""), ATT_ROLE_OBSERVER);
        ck_assert_int_eq(decide(&fixture, DISPLAY, "pbx", ""), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, STRANGER, "wall", ""), ATT_ROLE_NONE);
        ck_assert_int_eq(decide(&fixture, far_away, "wall", ""), ATT_ROLE_NONE);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_missing_or_empty_token_lets_nobody_in_and_is_told)
{
        const char *const tokens[] = {NULL, "", " \n"};

        for (size_t i = 0; i < 3; i++) {
                struct fixture fixture;

                set_up(&fixture, tokens[i]);
                ck_assert_int_eq(decide(&fixture, REMOTE, "pbx", ""), ATT_ROLE_NONE);
                ck_assert_int_eq(decide(&fixture, REMOTE, "pbx", " "), ATT_ROLE_NONE);
                ck_assert_ptr_nonnull(strstr(fixture.problems.data, "access of 'pbx'"));
                tear_down(&fixture);
        }
}
END_TEST

START_TEST(a_desktop_named_after_an_agent_is_that_agents_alone)
{
        static const struct att_agent_def AGENTS[] = {{.id = {"ann", 3}}, {.id = {"bob", 3}}};
        struct att_config *config = att_config_new();

        config->agents = AGENTS;
        config->agent_count = 2;
        ck_assert(att_text_equals_c(access_agent(config, ATT_TEXT("ann"), ATT_TEXT_NONE), "ann"));
        ck_assert(att_text_equals_c(access_agent(config, ATT_TEXT("ann"), ATT_TEXT("ann")), "ann"));
        ck_assert(att_text_is_empty(access_agent(config, ATT_TEXT("ann"), ATT_TEXT("bob"))));
        ck_assert(
                att_text_equals_c(access_agent(config, ATT_TEXT("desks"), ATT_TEXT("bob")), "bob"));
        att_config_unref(config);
}
END_TEST

START_TEST(roles_may_do_what_is_theirs)
{
        ck_assert_int_eq(permission_for_command(ATT_ROLE_PLATFORM, ATT_CMD_CONTACT_ADD),
                         PERMISSION_ALWAYS);
        ck_assert_int_eq(permission_for_command(ATT_ROLE_AGENT, ATT_CMD_CONTACT_ADD),
                         PERMISSION_NEVER);
        ck_assert_int_eq(permission_for_command(ATT_ROLE_AGENT, ATT_CMD_OFFER_ACCEPT),
                         PERMISSION_OWN);
        ck_assert_int_eq(permission_for_message(ATT_ROLE_PLATFORM, ATT_WIRE_RELOAD),
                         PERMISSION_NEVER);
        ck_assert_int_eq(permission_for_message(ATT_ROLE_SUPERVISOR, ATT_WIRE_RELOAD),
                         PERMISSION_ALWAYS);
        ck_assert_int_eq(permission_for_message(ATT_ROLE_OBSERVER, ATT_WIRE_TAIL),
                         PERMISSION_ALWAYS);
}
END_TEST

START_TEST(an_observer_changes_nothing_and_nobody_gives_the_daemons_own_commands)
{
        static const enum att_command_kind OWN[] = {
                ATT_CMD_TICK,           ATT_CMD_CONFIG, ATT_CMD_FRONT_END_LOST,
                ATT_CMD_FRONT_END_BACK, ATT_CMD_AWAY,   ATT_CMD_PRICES,
        };

        for (int kind = 0; kind < ATT_CMD_KIND_COUNT; kind++) {
                ck_assert_int_eq(
                        permission_for_command(ATT_ROLE_OBSERVER, (enum att_command_kind)kind),
                        PERMISSION_NEVER);
                ck_assert_int_eq(permission_for_command(ATT_ROLE_NONE, (enum att_command_kind)kind),
                                 PERMISSION_NEVER);
        }
        for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++) {
                ck_assert_int_eq(permission_for_command(ATT_ROLE_SUPERVISOR, OWN[i]),
                                 PERMISSION_NEVER);
        }
}
END_TEST

ATT_TEST_MAIN("access", a_token_gives_its_role_from_anywhere, a_wrong_token_is_denied_to_everyone,
              the_sockets_owner_is_supervisor_and_a_stranger_nothing,
              a_user_is_known_on_the_unix_socket_only,
              a_missing_or_empty_token_lets_nobody_in_and_is_told,
              a_desktop_named_after_an_agent_is_that_agents_alone, roles_may_do_what_is_theirs,
              an_observer_changes_nothing_and_nobody_gives_the_daemons_own_commands)
