/* SPDX-License-Identifier: Apache-2.0 */
/* What customers write: any bytes, in each language. The figure stays in its range, and is the same
 * twice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/emotion/emotion.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *copy = malloc(size > 0 ? size : 1); /* Its own: a read past its end is seen. */
        const char *language;

        ATT_CHECK(copy);
        if (size > 0) {
                memcpy(copy, data, size);
        }
        for (uint32_t i = 0; (language = att_emotion_language(i)); i++) {
                struct att_emotion once = {0};
                struct att_emotion again = {0};
                const enum att_estimate_result result = att_emotion_estimate(
                        att_text_from(language), att_text_of(copy, size), &once);

                ATT_CHECK(result != ATT_ESTIMATE_NO_LANGUAGE);
                ATT_CHECK(att_emotion_estimate(att_text_from(language), att_text_of(copy, size),
                                               &again) == result);
                ATT_CHECK(once.sentiment_ppm == again.sentiment_ppm && once.rated == again.rated);
                ATT_CHECK(once.sentiment_ppm >= -1000000 && once.sentiment_ppm <= 1000000);
                ATT_CHECK((once.rated > 0) == (result == ATT_ESTIMATE_MADE));
        }
        free(copy);
        return 0;
}
