/* SPDX-License-Identifier: Apache-2.0 */
/* What is configured about reports (docs/measures.md): thresholds, and the rule of the bonus. */
#ifndef ATT_LIB_MODEL_REPORTS_H
#define ATT_LIB_MODEL_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"

/* Which share is called the service level. "In time" is within the level's seconds. */
enum att_level_formula {
        ATT_LEVEL_NO_SHORT, /* answered in time / (offered - short abandons) */
        ATT_LEVEL_OFFERED,  /* answered in time / offered */
        ATT_LEVEL_ANSWERED, /* answered in time / answered */
        ATT_LEVEL_NO_EARLY, /* answered in time / (offered - abandoned in time) */
        ATT_LEVEL_EARLY,    /* (answered in time + abandoned in time) / offered */
        ATT_LEVEL_FORMULA_COUNT
};

#define ATT_REPORTS_SHORT_MS  INT64_C(5000)
#define ATT_REPORTS_WITHIN_MS INT64_C(20000)

struct att_reports {
        struct att_text zone; /* Empty: that of the opening hours, if they have one; else UTC. */
        int64_t short_ms;     /* Who gives up sooner is a short abandon. */
        int64_t within_ms;    /* Of queues without a service level of their own. */
        enum att_level_formula formula;
};

enum att_bonus_per { ATT_BONUS_MONTH, ATT_BONUS_WEEK, ATT_BONUS_PER_COUNT };

/* What a bonus can be for: shares of an agent's work, each 0 to 1. */
enum att_bonus_weight {
        ATT_BONUS_CSAT,     /* Satisfied answers. */
        ATT_BONUS_NPS,      /* (score + 100) / 200 */
        ATT_BONUS_CES,      /* (mean - 1) / 6 */
        ATT_BONUS_RESOLVED, /* Customers who say that it is resolved. */
        ATT_BONUS_FCR,      /* Resolved at the first contact. */
        ATT_BONUS_POSITIVE, /* Good experiences of all that are known. */
        ATT_BONUS_TAKEN,    /* Offers that were not missed. */
        ATT_BONUS_WEIGHT_COUNT
};

struct att_bonus {
        int64_t pool; /* To share, of a whole number of the currency's units; 0: no bonus. */
        enum att_bonus_per per;
        uint32_t least_contacts; /* Conversations, to take part. */
        int64_t floor_ppm;      /* Only what a score is above it counts. */
        uint32_t weights_milli[ATT_BONUS_WEIGHT_COUNT];
};

/* What holds where nothing is configured. */
struct att_reports att_reports_default(void);

const char *att_level_formula_name(enum att_level_formula formula); /* "no-short" ... */
const char *att_bonus_weight_name(enum att_bonus_weight weight);    /* "csat" ... */
/* False: there is none of that name. */
bool att_level_formula_find(struct att_text name, enum att_level_formula *ret_formula);

#endif
