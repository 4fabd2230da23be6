/* SPDX-License-Identifier: Apache-2.0 */
/* Estimating how upset a text is, in ns of CPU for 100 characters: the rated sentences of tests/emotion. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/check.h"
#include "lib/emotion/emotion.h"

#define LINES_MAX 5000
#define REPEATS   50

static char lines[LINES_MAX][2048];
static struct att_text texts[LINES_MAX];

static double cpu_ns(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static size_t read_lines(const char *path)
{
        FILE *file = fopen(path, "r");
        size_t count = 0;

        ATT_CHECK(file);
        while (count < LINES_MAX && fgets(lines[count], sizeof(lines[count]), file)) {
                const char *text = strrchr(lines[count], '\t');

                ATT_CHECK(text);
                texts[count++] = att_text_from(text + 1);
        }
        (void)fclose(file);
        return count;
}

int main(int argc, char **argv)
{
        const size_t count = argc == 2 ? read_lines(argv[1]) : 0;
        double best = 0;
        size_t chars = 0;
        int64_t sum = 0;

        ATT_CHECK(count > 0);
        for (size_t i = 0; i < count; i++) {
                chars += texts[i].len;
        }
        for (int repeat = 0; repeat < REPEATS; repeat++) {
                const double began = cpu_ns();
                double took;

                for (size_t i = 0; i < count; i++) {
                        struct att_emotion emotion;

                        if (att_emotion_estimate(ATT_TEXT("en"), texts[i], &emotion) ==
                            ATT_ESTIMATE_MADE) {
                                sum += emotion.negative_ppm;
                        }
                }
                took = cpu_ns() - began;
                best = repeat == 0 || took < best ? took : best;
        }
        printf("%-44s %7.0f ns\n", "emotion of 100 characters", best / (double)chars * 100);
        printf("%-44s %7.0f ns\n", "emotion of a sentence", best / (double)count);
        return sum > 0 ? 0 : 1;
}
