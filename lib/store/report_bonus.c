/* SPDX-License-Identifier: Apache-2.0 */
/* The bonus table: docs/measures.md has the rule, with an example. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/store/report_work.h"

#define SHRINK_ANSWERS 10 /* Of the team, that every agent is given beside their own. */
#define PPM            1e6

enum {
        BONUS,
        SCORE,
        PARTS,
        CONVERSATIONS,
        STANDINGS,
        MEASURES = STANDINGS + ATT_BONUS_WEIGHT_COUNT
};

static const char *const names[MEASURES] = {
        [BONUS] = "bonus_milli",
        [SCORE] = "score_ppm",
        [PARTS] = "takes_part",
        [CONVERSATIONS] = "conversations",
        [STANDINGS + ATT_BONUS_CSAT] = "csat_standing_ppm",
        [STANDINGS + ATT_BONUS_NPS] = "nps_standing_ppm",
        [STANDINGS + ATT_BONUS_CES] = "ces_standing_ppm",
        [STANDINGS + ATT_BONUS_RESOLVED] = "resolved_standing_ppm",
        [STANDINGS + ATT_BONUS_FCR] = "fcr_standing_ppm",
        [STANDINGS + ATT_BONUS_POSITIVE] = "positive_standing_ppm",
        [STANDINGS + ATT_BONUS_TAKEN] = "taken_standing_ppm",
};

/* A share: so much of so many. */
struct share {
        double hits;
        double n;
};

static struct share share_of(enum att_bonus_weight weight, const int64_t *sums)
{
        switch (weight) {
        case ATT_BONUS_CSAT:
                return (struct share){(double)sums[SUM_CSAT_HIGH], (double)sums[SUM_CSAT]};
        case ATT_BONUS_NPS: /* (promoters - detractors + all) / (2 all) */
                return (struct share){(double)(sums[SUM_NPS_PROMOTERS] - sums[SUM_NPS_DETRACTORS] +
                                               sums[SUM_NPS]) /
                                              2,
                                      (double)sums[SUM_NPS]};
        case ATT_BONUS_CES: /* (mean - 1) / 6 */
                return (struct share){(double)(sums[SUM_CES_POINTS] - sums[SUM_CES]) / 6,
                                      (double)sums[SUM_CES]};
        case ATT_BONUS_RESOLVED:
                return (struct share){(double)sums[SUM_SAID_RESOLVED], (double)sums[SUM_SAID]};
        case ATT_BONUS_FCR:
                return (struct share){(double)sums[SUM_RESOLVED_FIRST], (double)sums[SUM_FIRSTS]};
        case ATT_BONUS_POSITIVE:
                return (struct share){
                        (double)sums[SUM_POSITIVE],
                        (double)(sums[SUM_POSITIVE] + sums[SUM_NEUTRAL] + sums[SUM_NEGATIVE])};
        case ATT_BONUS_TAKEN:
                return (struct share){(double)(sums[SUM_OFFERS] - sums[SUM_MISSED]),
                                      (double)sums[SUM_OFFERS]};
        case ATT_BONUS_WEIGHT_COUNT:
                break;
        }
        return (struct share){0, 0};
}

/* The agent's own and ten of the team's, so that three answers make nobody best or worst. */
static double standing_of(struct share own, struct share team)
{
        return (own.hits + SHRINK_ANSWERS * team.hits / team.n) / (own.n + SHRINK_ANSWERS);
}

static double score_of(const struct att_bonus *bonus, const int64_t *own, const int64_t *team,
                       int64_t *values)
{
        double sum = 0;
        double weights = 0;

        for (int i = 0; i < ATT_BONUS_WEIGHT_COUNT; i++) {
                const double weight = (double)bonus->weights_milli[i];
                const struct share of_team = share_of((enum att_bonus_weight)i, team);
                double standing;

                if (weight <= 0 || of_team.n <= 0) { /* Not asked for, or nobody was told. */
                        continue;
                }
                standing = standing_of(share_of((enum att_bonus_weight)i, own), of_team);
                values[STANDINGS + i] = llround(standing * PPM);
                sum += weight * standing;
                weights += weight;
        }
        return weights > 0 ? sum / weights : 0;
}

static bool is_left_out(const struct att_report_ask *ask, struct att_text agent)
{
        for (uint32_t i = 0; i < ask->left_out_count; i++) {
                if (att_text_equals(ask->left_out[i], agent)) {
                        return true;
                }
        }
        return false;
}

/* The agent that a row "2026-03<tab>ann" is of. */
static struct att_text agent_of(struct att_text name)
{
        size_t at = 0;

        while (at < name.len && name.data[at] != '\t') {
                at++;
        }
        return at < name.len ? att_text_of(name.data + at + 1, name.len - at - 1) : name;
}

struct bonuses {
        struct work *work;
        const struct att_bonus *bonus;
        const struct slicing *periods;
        const struct slicing *agents; /* By period and agent. */
        struct att_report_row *rows;
        double *above; /* Of each row: its score above the floor. */
        uint32_t count;
};

static void add_row(struct bonuses *bonuses, const struct group *group, const struct group *period)
{
        const struct att_text name = slices_group_name(bonuses->work, bonuses->agents, group);
        struct att_report_row *row = &bonuses->rows[bonuses->count];
        int64_t *values;
        double score;

        if (group->sums[SUM_CONVERSATIONS] == 0 ||
            is_left_out(bonuses->work->ask, agent_of(name))) {
                return;
        }
        values = work_values(bonuses->work, MEASURES);
        score = score_of(bonuses->bonus, group->sums, period->sums, values);
        values[SCORE] = llround(score * PPM);
        values[CONVERSATIONS] = group->sums[SUM_CONVERSATIONS];
        values[PARTS] = group->sums[SUM_CONVERSATIONS] >= bonuses->bonus->least_contacts;
        bonuses->above[bonuses->count++] =
                values[PARTS] ? fmax(0, score - (double)bonuses->bonus->floor_ppm / PPM) : 0;
        row->slice = bonuses->agents->name;
        row->name = name;
        row->values = values;
}

/* Shares the pool among the rows of a period, from this one on, down to hundredths. */
static void share_pool(struct bonuses *bonuses, uint32_t first)
{
        double total = 0;

        for (uint32_t i = first; i < bonuses->count; i++) {
                total += bonuses->above[i];
        }
        for (uint32_t i = first; i < bonuses->count; i++) {
                int64_t *values = work_values(bonuses->work, MEASURES);

                memcpy(values, bonuses->rows[i].values, MEASURES * sizeof(*values));
                values[BONUS] = 0;
                if (total > 0) {
                        values[BONUS] = 10 * (int64_t)floor((double)bonuses->bonus->pool * 100 *
                                                                    bonuses->above[i] / total +
                                                            1e-6);
                }
                bonuses->rows[i].values = values;
        }
}

static void make_rows(struct bonuses *bonuses)
{
        uint32_t next = 0;

        bonuses->rows = work_rows(bonuses->work, bonuses->agents->count);
        bonuses->above = att_alloc_array(bonuses->agents->count + 1, sizeof(*bonuses->above));
        for (uint32_t i = 0; i < bonuses->periods->count; i++) {
                const struct group *period = &bonuses->periods->groups[i];
                const uint32_t first = bonuses->count;

                /* Both are in the order of time. */
                for (; next < bonuses->agents->count &&
                       bonuses->agents->groups[next].key >> DIM_VALUE_BITS == period->key;
                     next++) {
                        add_row(bonuses, &bonuses->agents->groups[next], period);
                }
                share_pool(bonuses, first);
        }
        bonuses->work->report->row_count = bonuses->count;
        free(bonuses->above);
}

int bonus_make(struct work *work)
{
        const struct att_bonus *bonus = work->ask->bonus;
        const struct att_report_ask *asked = work->ask;
        struct att_report_ask ask = *asked;
        struct bonuses bonuses = {.work = work, .bonus = bonus};
        int result;

        if (!bonus || bonus->pool <= 0) {
                att_buffer_append_c(work->why, "the configuration has no `bonus`");
                return -EINVAL;
        }
        ask.slices = bonus->per == ATT_BONUS_WEEK ? ATT_TEXT("week,week+agent")
                                                  : ATT_TEXT("month,month+agent");
        work->ask = &ask;
        result = slices_parse(work);
        result = result == 0 ? scan_history(work) : result;
        if (result == 0) {
                slices_sort(work, &work->slicings[1]);
                slices_sort(work, &work->slicings[2]);
                bonuses.periods = &work->slicings[1];
                bonuses.agents = &work->slicings[2];
                work_set_measures(work, names, MEASURES);
                make_rows(&bonuses);
        }
        work->ask = asked;
        return result;
}
