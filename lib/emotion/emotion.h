/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How upset somebody is, estimated from what they wrote or said.
 *
 *      struct att_emotion emotion;
 *
 *      if (att_emotion_estimate(ATT_TEXT("en-GB"), text, &emotion) == ATT_ESTIMATE_MADE) {
 *              ... emotion.negative_ppm
 *      }
 *
 * Words are looked up in a published lexicon of their language, built in, and what stands around
 * them turns, strengthens or weakens them: "not happy", "very angry", CAPITALS, "!!!", "good, but".
 * docs/emotion.md says how, how well, and what it cannot know. Integers alone: the same text gives
 * the same figure on every machine. Nothing is kept from one text to the next; any bytes will do.
 */
#ifndef ATT_LIB_EMOTION_EMOTION_H
#define ATT_LIB_EMOTION_EMOTION_H

#include <stdint.h>

#include "lib/base/check.h"
#include "lib/base/text.h"

/* Of a longer text the beginning is read. */
#define ATT_EMOTION_BYTES_MAX 4096

struct att_emotion {
        int64_t sentiment_ppm; /* -1,000,000 as bad as can be, 1,000,000 as good. */
        int64_t negative_ppm;  /* 0..1,000,000: what of it is negative, as the engine has it. */
        uint32_t rated;        /* How many words or phrases it rests on. */
};

enum att_estimate_result {
        ATT_ESTIMATE_MADE,
        ATT_ESTIMATE_NO_LANGUAGE, /* No lexicon for it. */
        ATT_ESTIMATE_NO_WORDS,    /* None of the text is in the lexicon. */
};

/* `language` is a tag of BCP 47, of which the first part counts: "en", "fr-CA". */
ATT_MUST_USE enum att_estimate_result att_emotion_estimate(struct att_text language,
                                                           struct att_text text,
                                                           struct att_emotion *ret_emotion);

/* The languages there are, as two letters; NULL after the last one. */
const char *att_emotion_language(uint32_t index);

#endif
