/* SPDX-License-Identifier: Apache-2.0 */
/* What reports count by, and the rule of the bonus. */
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/config/zone.h"
#include "lib/model/limits.h"

/* As lib/model/reports.h has them. */
const char *const report_formulas[] = {"no-short", "offered", "answered",
                                       "no-early", "early",   NULL};
const char *const bonus_periods[] = {"month", "week", NULL};

_Static_assert(sizeof(report_formulas) / sizeof(report_formulas[0]) - 1 == ATT_LEVEL_FORMULA_COUNT,
               "a word for every formula");
_Static_assert(sizeof(bonus_periods) / sizeof(bonus_periods[0]) - 1 == ATT_BONUS_PER_COUNT,
               "a word for every period");

/* Reports ----------------------------------------------------------------- */

struct reports_draft {
        struct att_reports reports;
        const struct att_yaml_node *zone;
};

static const struct att_key reports_keys[] = {
        {.name = "zone",
         .kind = ATT_KEY_ZONE,
         ATT_KEY_AT(struct reports_draft, zone),
         .standard = "that of the first `hours`, else UTC",
         .prose = "Whose days and hours those of a report are."},
        {.name = "short_abandon",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct reports_draft, reports.short_ms),
         .max = ATT_HOUR_MS,
         .standard = "5s",
         .prose = "Customers who give up sooner are counted apart."},
        {.name = "service_level",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct reports_draft, reports.within_ms),
         .min = 1,
         .standard = "20s",
         .prose = "What is in time, in queues without a `service_level` of their own."},
        {.name = "formula",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct reports_draft, reports.formula),
         .words = report_formulas,
         .standard = "no-short",
         .prose =
                 "Which share is the service level: of all offered but short abandons, of all "
                 "`offered`, of the `answered`, of all but those who gave up in time (`no-early`), "
                 "or with these as good (`early`)."},
};

const struct att_key_table reports_table = {
        .name = "reports",
        .where = "reports",
        .prose = "What reports count by (docs/measures.md).",
        ATT_KEY_TABLE_OF(reports_keys),
};

/* Bonus ------------------------------------------------------------------- */

struct bonus_draft {
        struct att_bonus bonus;
        const struct att_yaml_node *weights;
};

#define WEIGHT(word, weight, text)                                                                 \
        {                                                                                          \
                .name = (word), .kind = ATT_KEY_WEIGHT,                                            \
                ATT_KEY_AT(struct att_bonus, weights_milli[weight]), .max = 1000 * ATT_MILLI,      \
                .standard = "0", .prose = (text)                                                   \
        }

static const struct att_key bonus_weight_keys[] = {
        WEIGHT("csat", ATT_BONUS_CSAT, "Answers that are satisfied."),
        WEIGHT("nps", ATT_BONUS_NPS, "The recommendation, -100 to 100 as 0 to 1."),
        WEIGHT("ces", ATT_BONUS_CES, "The ease, 1 to 7 as 0 to 1."),
        WEIGHT("resolved", ATT_BONUS_RESOLVED, "Customers who say that it is resolved."),
        WEIGHT("fcr", ATT_BONUS_FCR, "Resolved at the first contact."),
        WEIGHT("positive", ATT_BONUS_POSITIVE, "Good experiences among all that are known."),
        WEIGHT("taken", ATT_BONUS_TAKEN, "Offers that were not missed."),
};

const struct att_key_table bonus_weights_table = {
        .name = "weights",
        .where = "bonus.weights",
        .prose = "How much each share of an agent's work counts.",
        ATT_KEY_TABLE_OF(bonus_weight_keys),
};

static const struct att_key bonus_keys[] = {
        {.name = "per",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct bonus_draft, bonus.per),
         .words = bonus_periods,
         .standard = "month",
         .prose = "The pool is shared anew in every such period."},
        {.name = "pool",
         .kind = ATT_KEY_LONG,
         .is_required = true,
         ATT_KEY_AT(struct bonus_draft, bonus.pool),
         .min = 1,
         .max = INT64_C(1000000000),
         .prose = "What is shared, in whole units of your currency."},
        {.name = "least_contacts",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct bonus_draft, bonus.least_contacts),
         .max = 1000000,
         .unit = "conversations",
         .standard = "30",
         .prose = "Who had fewer has no part in it."},
        {.name = "floor",
         .kind = ATT_KEY_SHARE,
         ATT_KEY_AT(struct bonus_draft, bonus.floor_ppm),
         .standard = "0",
         .prose = "Only what a score is above it counts."},
        {.name = "weights",
         .kind = ATT_KEY_PART,
         .is_required = true,
         ATT_KEY_AT(struct bonus_draft, weights),
         .of = &bonus_weights_table,
         .prose = "What it is for."},
};

const struct att_key_table bonus_table = {
        .name = "a bonus",
        .where = "bonus",
        .prose =
                "How `attunectl report --bonus` shares a bonus among agents (docs/measures.md). It "
                "pays for how contacts went, never for how many.",
        ATT_KEY_TABLE_OF(bonus_keys),
};

static void read_weights(struct compiler *compiler, const struct att_yaml_node *section,
                         const struct bonus_draft *draft, struct att_bonus *bonus)
{
        uint64_t sum = 0;

        if (!draft->weights) {
                return;
        }
        compiler_read(compiler, &bonus_weights_table, draft->weights, bonus);
        for (int i = 0; i < ATT_BONUS_WEIGHT_COUNT; i++) {
                sum += bonus->weights_milli[i];
        }
        if (sum == 0) {
                att_config_errors_add(compiler->errors, section->place,
                                      "a bonus needs a weight above 0: csat, nps, ces, resolved, "
                                      "fcr, positive or taken");
        }
}

void compiler_read_reports(struct compiler *compiler)
{
        const struct sections *sections = &compiler->sections;
        struct att_config *config = compiler->config;
        struct reports_draft reports = {.reports = config->reports};
        struct bonus_draft bonus = {.bonus = {.least_contacts = 30}};

        if (sections->reports) {
                compiler_read(compiler, &reports_table, sections->reports, &reports);
                config->reports = reports.reports;
        }
        if (reports.zone) {
                struct zone *zone = compiler_open_zone(compiler, reports.zone);

                config->reports.zone = zone ? compiler_keep(compiler, reports.zone->text)
                                            : ATT_TEXT_NONE;
                zone_close(zone);
        }
        if (sections->bonus) {
                compiler_read(compiler, &bonus_table, sections->bonus, &bonus);
                config->bonus = bonus.bonus;
                read_weights(compiler, sections->bonus, &bonus, &config->bonus);
        }
}
