/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/reports.h"

#include "lib/base/util.h"

static const char *const formula_names[] = {
        [ATT_LEVEL_NO_SHORT] = "no-short", [ATT_LEVEL_OFFERED] = "offered",
        [ATT_LEVEL_ANSWERED] = "answered", [ATT_LEVEL_NO_EARLY] = "no-early",
        [ATT_LEVEL_EARLY] = "early",
};

static const char *const weight_names[] = {
        [ATT_BONUS_CSAT] = "csat",   [ATT_BONUS_NPS] = "nps",
        [ATT_BONUS_CES] = "ces",     [ATT_BONUS_RESOLVED] = "resolved",
        [ATT_BONUS_FCR] = "fcr",     [ATT_BONUS_POSITIVE] = "positive",
        [ATT_BONUS_TAKEN] = "taken",
};

_Static_assert(ATT_ARRAY_LEN(formula_names) == ATT_LEVEL_FORMULA_COUNT, "formulas");
_Static_assert(ATT_ARRAY_LEN(weight_names) == ATT_BONUS_WEIGHT_COUNT, "weights");

struct att_reports att_reports_default(void)
{
        return (struct att_reports){.zone = ATT_TEXT_NONE,
                                    .short_ms = ATT_REPORTS_SHORT_MS,
                                    .within_ms = ATT_REPORTS_WITHIN_MS,
                                    .formula = ATT_LEVEL_NO_SHORT};
}

const char *att_level_formula_name(enum att_level_formula formula)
{
        return formula < ATT_LEVEL_FORMULA_COUNT ? formula_names[formula] : "?";
}

const char *att_bonus_weight_name(enum att_bonus_weight weight)
{
        return weight < ATT_BONUS_WEIGHT_COUNT ? weight_names[weight] : "?";
}

bool att_level_formula_find(struct att_text name, enum att_level_formula *ret_formula)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(formula_names); i++) {
                if (att_text_equals_c(name, formula_names[i])) {
                        *ret_formula = (enum att_level_formula)i;
                        return true;
                }
        }
        return false;
}
