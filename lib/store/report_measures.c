/* SPDX-License-Identifier: Apache-2.0 */
/* Measures from sums: docs/measures.md defines each. Shares in ppm, means in ms or thousandths. */
#include <math.h>

#include "lib/base/util.h"
#include "lib/store/report_work.h"

#define Z95 1.959963984540054
#define PPM 1e6

enum how {
        HOW_SUM,   /* a */
        HOW_MEAN,  /* a / b, whole */
        HOW_SHARE, /* a / b, ppm */
        HOW_LOW,   /* Of that share's 95 % interval: Wilson's. */
        HOW_HIGH,
        HOW_MILLI, /* a / b, thousandths */
        HOW_HANDLE,
        HOW_STAFFED,
        HOW_NPS,
        HOW_NPS_LOW,
        HOW_NPS_HIGH,
        HOW_CES_LOW,
        HOW_CES_HIGH,
};

static const struct measure {
        const char *name;
        enum how how;
        enum sum a;
        enum sum b;
} measures[] = {
        {"contacts", HOW_SUM, SUM_CONTACTS, 0},
        {"offered", HOW_SUM, SUM_OFFERED, 0},
        {"answered", HOW_SUM, SUM_ANSWERED, 0},
        {"abandoned", HOW_SUM, SUM_ABANDONED, 0},
        {"abandoned_short", HOW_SUM, SUM_SHORT, 0},
        {"turned_away", HOW_SUM, SUM_TURNED_AWAY, 0},
        {"cancelled", HOW_SUM, SUM_CANCELLED, 0},
        {"waiting", HOW_SUM, SUM_WAITING, 0},
        {"abandoned_share_ppm", HOW_SHARE, SUM_ABANDONED, SUM_OFFERED_LONG},
        {"service_level_ppm", HOW_SHARE, SUM_LEVEL_GOOD, SUM_LEVEL_BASE},
        {"service_level_good", HOW_SUM, SUM_LEVEL_GOOD, 0},
        {"service_level_base", HOW_SUM, SUM_LEVEL_BASE, 0},
        {"asa_ms", HOW_MEAN, SUM_WAIT_MS, SUM_ANSWERED},
        {"longest_wait_ms", HOW_SUM, SUM_WAIT_MAX_MS, 0},
        {"abandon_wait_ms", HOW_MEAN, SUM_ABANDON_WAIT_MS, SUM_ABANDONED},
        {"first_response_ms", HOW_MEAN, SUM_RESPONSE_MS, SUM_ANSWERED},
        {"queue_entries", HOW_SUM, SUM_QUEUE_ENTRIES, 0},
        {"moved_on", HOW_SUM, SUM_MOVED_ON, 0},
        {"conversations", HOW_SUM, SUM_CONVERSATIONS, 0},
        {"aht_ms", HOW_HANDLE, SUM_TALK_MS, SUM_CONVERSATIONS},
        {"talk_ms", HOW_MEAN, SUM_TALK_MS, SUM_CONVERSATIONS},
        {"hold_ms", HOW_MEAN, SUM_HOLD_MS, SUM_CONVERSATIONS},
        {"wrap_up_ms", HOW_MEAN, SUM_WRAP_MS, SUM_CONVERSATIONS},
        {"transfers", HOW_SUM, SUM_TRANSFERS, 0},
        {"transfers_share_ppm", HOW_SHARE, SUM_TRANSFERS, SUM_CONVERSATIONS},
        {"offers", HOW_SUM, SUM_OFFERS, 0},
        {"offers_declined", HOW_SUM, SUM_DECLINED, 0},
        {"offers_missed", HOW_SUM, SUM_MISSED, 0},
        {"offers_missed_share_ppm", HOW_SHARE, SUM_MISSED, SUM_OFFERS},
        {"occupancy_ppm", HOW_STAFFED, SUM_BUSY_MS, SUM_STAFFED_MS},
        {"staffed_ms", HOW_STAFFED, SUM_STAFFED_MS, SUM_COUNT},
        {"busy_ms", HOW_STAFFED, SUM_BUSY_MS, SUM_COUNT},
        {"known", HOW_SUM, SUM_KNOWN, 0},
        {"repeats", HOW_SUM, SUM_REPEATS, 0},
        {"repeats_share_ppm", HOW_SHARE, SUM_REPEATS, SUM_KNOWN},
        {"fcr_count", HOW_SUM, SUM_FIRSTS, 0},
        {"fcr_ppm", HOW_SHARE, SUM_RESOLVED_FIRST, SUM_FIRSTS},
        {"fcr_low_ppm", HOW_LOW, SUM_RESOLVED_FIRST, SUM_FIRSTS},
        {"fcr_high_ppm", HOW_HIGH, SUM_RESOLVED_FIRST, SUM_FIRSTS},
        {"csat_count", HOW_SUM, SUM_CSAT, 0},
        {"csat_ppm", HOW_SHARE, SUM_CSAT_HIGH, SUM_CSAT},
        {"csat_low_ppm", HOW_LOW, SUM_CSAT_HIGH, SUM_CSAT},
        {"csat_high_ppm", HOW_HIGH, SUM_CSAT_HIGH, SUM_CSAT},
        {"csat_mean_milli", HOW_MILLI, SUM_CSAT_POINTS, SUM_CSAT},
        {"nps_count", HOW_SUM, SUM_NPS, 0},
        {"nps_milli", HOW_NPS, 0, 0},
        {"nps_low_milli", HOW_NPS_LOW, 0, 0},
        {"nps_high_milli", HOW_NPS_HIGH, 0, 0},
        {"ces_count", HOW_SUM, SUM_CES, 0},
        {"ces_milli", HOW_MILLI, SUM_CES_POINTS, SUM_CES},
        {"ces_low_milli", HOW_CES_LOW, 0, 0},
        {"ces_high_milli", HOW_CES_HIGH, 0, 0},
        {"resolved_count", HOW_SUM, SUM_SAID, 0},
        {"resolved_ppm", HOW_SHARE, SUM_SAID_RESOLVED, SUM_SAID},
        {"resolved_low_ppm", HOW_LOW, SUM_SAID_RESOLVED, SUM_SAID},
        {"resolved_high_ppm", HOW_HIGH, SUM_SAID_RESOLVED, SUM_SAID},
        {"positive", HOW_SUM, SUM_POSITIVE, 0},
        {"neutral", HOW_SUM, SUM_NEUTRAL, 0},
        {"negative", HOW_SUM, SUM_NEGATIVE, 0},
        {"positive_ratio_milli", HOW_MILLI, SUM_POSITIVE, SUM_NEGATIVE},
        {"estimated", HOW_SUM, SUM_ESTIMATED, 0},
        {"estimate_bias_ms", HOW_MEAN, SUM_ESTIMATE_ERROR_MS, SUM_ESTIMATED},
        {"estimate_error_ms", HOW_MEAN, SUM_ESTIMATE_OFF_MS, SUM_ESTIMATED},
        {"estimate_within_ppm", HOW_SHARE, SUM_ESTIMATE_WITHIN, SUM_ESTIMATED},
};

uint32_t measures_count(void)
{
        return ATT_ARRAY_LEN(measures);
}

const char *measures_name(uint32_t measure)
{
        return measures[measure].name;
}

/* ---- Intervals of 95 % ---- */

void measures_wilson(int64_t hits, int64_t n, int64_t *ret_low_ppm, int64_t *ret_high_ppm)
{
        const double share = (double)hits / (double)n;
        const double z2n = Z95 * Z95 / (double)n;
        const double middle = (share + z2n / 2) / (1 + z2n);
        const double half = Z95 / (1 + z2n) *
                            sqrt(share * (1 - share) / (double)n + z2n / (4 * (double)n));

        *ret_low_ppm = hits == 0 ? 0 : llround(fmax(middle - half, 0) * PPM);
        *ret_high_ppm = hits == n ? (int64_t)PPM : llround(fmin(middle + half, 1) * PPM);
}

/* Student's t at 97.5 %: from the table up to 30 degrees of freedom, then by its expansion in
 * 1/freedom, which is right to four places there. */
static double student(int64_t freedom)
{
        static const double table[] = {
                12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
                2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
                2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
        const double z3 = Z95 * Z95 * Z95;
        const double z5 = z3 * Z95 * Z95;

        if (freedom <= (int64_t)ATT_ARRAY_LEN(table)) {
                return table[freedom - 1];
        }
        return Z95 + (z3 + Z95) / (4 * (double)freedom) +
               (5 * z5 + 16 * z3 + 3 * Z95) / (96 * (double)freedom * (double)freedom);
}

/* Promoters less detractors, in hundredths; `sign`: which end of the interval, or neither. */
static int64_t nps(const int64_t *sums, int sign)
{
        const double n = (double)sums[SUM_NPS];
        const double up = (double)sums[SUM_NPS_PROMOTERS] / n;
        const double down = (double)sums[SUM_NPS_DETRACTORS] / n;
        const double score = up - down;
        const double half = Z95 * sqrt((up + down - score * score) / n);

        if (sums[SUM_NPS] == 0) {
                return ATT_REPORT_ABSENT;
        }
        return llround(fmax(-1, fmin(1, score + sign * half)) * 1e5);
}

static int64_t ces_end(const int64_t *sums, int sign)
{
        const double n = (double)sums[SUM_CES];
        const double mean = (double)sums[SUM_CES_POINTS] / n;
        double variance;

        if (sums[SUM_CES] < 2) {
                return ATT_REPORT_ABSENT;
        }
        variance = ((double)sums[SUM_CES_SQUARES] - n * mean * mean) / (n - 1);
        return llround(1000 * fmax(1, fmin(7, mean + sign * student(sums[SUM_CES] - 1) *
                                                              sqrt(fmax(variance, 0) / n))));
}

/* ---- Values ---- */

static int64_t divide(int64_t a, int64_t b, double factor)
{
        return b == 0 ? ATT_REPORT_ABSENT : llround((double)a / (double)b * factor);
}

static int64_t wilson_end(int64_t hits, int64_t n, bool is_low)
{
        int64_t low_ppm;
        int64_t high_ppm;

        if (n == 0) {
                return ATT_REPORT_ABSENT;
        }
        measures_wilson(hits, n, &low_ppm, &high_ppm);
        return is_low ? low_ppm : high_ppm;
}

static int64_t staffed_value(const struct measure *measure, const int64_t *sums)
{
        return measure->b == SUM_COUNT ? sums[measure->a]
                                       : divide(sums[measure->a], sums[measure->b], PPM);
}

int64_t measures_value(uint32_t number, const int64_t *sums, bool has_staff)
{
        const struct measure *measure = &measures[number];

        switch (measure->how) {
        case HOW_SUM:
                return sums[measure->a];
        case HOW_MEAN:
                return divide(sums[measure->a], sums[measure->b], 1);
        case HOW_SHARE:
                return divide(sums[measure->a], sums[measure->b], PPM);
        case HOW_LOW:
        case HOW_HIGH:
                return wilson_end(sums[measure->a], sums[measure->b], measure->how == HOW_LOW);
        case HOW_MILLI:
                return divide(sums[measure->a], sums[measure->b], 1000);
        case HOW_HANDLE:
                return divide(sums[SUM_TALK_MS] + sums[SUM_HOLD_MS] + sums[SUM_WRAP_MS],
                              sums[measure->b], 1);
        case HOW_STAFFED:
                return has_staff ? staffed_value(measure, sums) : ATT_REPORT_ABSENT;
        case HOW_NPS:
                return nps(sums, 0);
        case HOW_NPS_LOW:
                return nps(sums, -1);
        case HOW_NPS_HIGH:
                return nps(sums, 1);
        case HOW_CES_LOW:
                return ces_end(sums, -1);
        case HOW_CES_HIGH:
                return ces_end(sums, 1);
        }
        return ATT_REPORT_ABSENT;
}
