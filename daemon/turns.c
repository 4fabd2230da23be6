/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/turns.h"

#include "lib/base/util.h"

void turns_begin(struct turns *turns, int64_t now_us, int64_t idle_us, int64_t cpu_us)
{
        *turns = (struct turns){.last_us = now_us, .last_idle_us = idle_us, .last_cpu_us = cpu_us};
}

static void note_longest(struct turns_longest *longest, int64_t now_us, int64_t us)
{
        const int64_t slot = now_us / TURNS_SLOT_US;
        const int64_t i = slot % TURNS_SLOTS;

        if (longest->slot_of[i] != slot) {
                longest->slot_of[i] = slot;
                longest->us[i] = 0;
        }
        longest->us[i] = att_max_i64(longest->us[i], us);
}

void turns_note(struct turns *turns, int64_t now_us, int64_t idle_us, int64_t cpu_us)
{
        const int64_t passed_us = now_us - turns->last_us;
        const int64_t worked_us = att_max_i64(passed_us - (idle_us - turns->last_idle_us), 0);

        histogram_add(&turns->worked, worked_us);
        histogram_add(&turns->worked_cpu, cpu_us - turns->last_cpu_us);
        note_longest(&turns->longest, now_us, worked_us);
        note_longest(&turns->longest_cpu, now_us, cpu_us - turns->last_cpu_us);
        if (passed_us > TURNS_STOOD_US) {
                turns->stood_us = passed_us;
                turns->stood_until_us = now_us;
        }
        turns->last_us = now_us;
        turns->last_idle_us = idle_us;
        turns->last_cpu_us = cpu_us;
}

static int64_t longest_of(const struct turns_longest *longest, int64_t now_us)
{
        const int64_t slot = now_us / TURNS_SLOT_US;
        int64_t longest_us = 0;

        for (int i = 0; i < TURNS_SLOTS; i++) {
                if (slot - longest->slot_of[i] < TURNS_SLOTS) {
                        longest_us = att_max_i64(longest_us, longest->us[i]);
                }
        }
        return longest_us;
}

int64_t turns_longest_us(const struct turns *turns, int64_t now_us)
{
        return longest_of(&turns->longest, now_us);
}

int64_t turns_longest_cpu_us(const struct turns *turns, int64_t now_us)
{
        return longest_of(&turns->longest_cpu, now_us);
}

int64_t turns_stood_us(const struct turns *turns, int64_t now_us)
{
        if (now_us - turns->last_us > TURNS_STOOD_US) {
                return now_us - turns->last_us;
        }
        return turns->stood_us > 0 && now_us - turns->stood_until_us < TURNS_STOOD_US
                       ? turns->stood_us
                       : 0;
}
