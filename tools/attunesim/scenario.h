/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scenario: a configuration, what happens when, and what must follow. docs/scenarios.md has the
 * format; scenario_parse.c reads it, scenario_run.c runs it on an engine of its own.
 */
#ifndef ATT_TOOLS_ATTUNESIM_SCENARIO_H
#define ATT_TOOLS_ATTUNESIM_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"

/* One field that an expected effect must have, as text. */
struct expected_field {
        struct att_text name;
        struct att_text value;
};

struct expected_effect {
        enum att_effect_kind kind;
        const struct expected_field *fields;
        uint32_t field_count;
};

struct expected_explanation {
        struct att_text contact;
        struct att_text agent; /* Empty: about the contact alone. */
        struct att_text contains;
};

/* What must have been said since the step before. Sets of kinds are bits. */
struct expectation {
        bool is_given;
        uint32_t kinds; /* Those compared, as one sequence. */
        const struct expected_effect *effects;
        uint32_t effect_count;
        uint32_t never;
        const struct expected_explanation *explanations;
        uint32_t explanation_count;
};

struct scenario_step {
        struct att_config_place place;
        int64_t at_ms;    /* From the scenario's start. */
        bool has_command; /* Else time passes. */
        struct att_command command;
        struct expectation expect;
};

struct scenario {
        struct att_text name;
        struct att_config_place place;
        bool is_live;
        int64_t start_ms;
        const struct att_config *config; /* Owned. */
        struct scenario_step *steps;     /* In the arena; a reload's configuration is owned. */
        uint32_t step_count;
        struct att_arena arena;
};

/* Reads one document, whose nodes must outlive the scenario. `folder` is what relative paths start
 * from, with its slash. False and errors; the scenario has its name, and must be freed, anyway. */
ATT_MUST_USE bool scenario_parse(const struct att_yaml_node *document, struct att_text folder,
                                 struct att_config_errors *errors, struct scenario *scenario);
void scenario_deinit(struct scenario *scenario);

/* What an effect says, field by field; scenario_effects.c. */
bool effect_kind_find(struct att_text word, enum att_effect_kind *ret_kind);
bool effect_has_field(enum att_effect_kind kind, struct att_text name);
void effect_list_fields(enum att_effect_kind kind, struct att_buffer *into);
/* The field's value as text: empty if the effect has none. */
void effect_write_field(const struct att_effect *effect, struct att_text name,
                        struct att_buffer *into);
/* `offer { contact: c1, agent: ann }` */
void effect_write(const struct att_effect *effect, struct att_buffer *into);
void expected_effect_write(const struct expected_effect *expected, struct att_buffer *into);
bool effect_is_expected(const struct att_effect *effect, const struct expected_effect *expected);

struct scenario_result {
        bool has_passed;
        struct att_buffer difference; /* The first one, in lines. Owned. */
};

/* Runs a scenario; adds every effect and the final state to the digest. With `is_verbose` each
 * effect is printed as it comes. */
void scenario_run(const struct scenario *scenario, bool is_verbose, struct att_digester *digester,
                  struct scenario_result *ret_result);
void scenario_result_deinit(struct scenario_result *result);

#endif
