/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened, under another configuration (docs/what-if.md).
 *
 *      whatif_day_open(&opening, &day, &why);          // what a data directory's journal recorded
 *      whatif_compare(day, config, &options, &whatif); // the same day twice: as it was configured, and anew
 *      whatif_write_text(whatif, &show, &buffer);
 *      whatif_free(whatif);                            // before the day
 *      whatif_day_close(day);
 *
 * Customers, their patience and their conversations, and when agents are there, are those of the
 * recording; who takes whom is decided by the engine. The recorded configuration goes through the same
 * model, so that what the model gets wrong is wrong on both sides. Nothing is written to the data
 * directory, and attuned may be running.
 */
#ifndef ATT_TOOLS_ATTUNESIM_WHATIF_H
#define ATT_TOOLS_ATTUNESIM_WHATIF_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/model/config.h"

struct whatif_day;
struct whatif;

struct whatif_opening {
        const char *data;  /* The data directory. */
        uint64_t from_seq; /* Begin with the newest snapshot before this command; 0: as early as the
                                      journal goes. */
};

/* 0, or a negative errno and a sentence. A journal without a contact: -ENODATA. */
ATT_MUST_USE int whatif_day_open(const struct whatif_opening *opening, struct whatif_day **ret_day,
                                 struct att_buffer *why);
void whatif_day_close(struct whatif_day *day); /* NULL fine. */

/* When it begins: opening hours of the new configuration are to be compiled for that time. */
int64_t whatif_day_begin_ms(const struct whatif_day *day);

#define WHATIF_DRAWS_MAX 10000

struct whatif_options {
        uint64_t seed; /* Of what the recording doesn't know. */
        uint32_t
                draws; /* 1..WHATIF_DRAWS_MAX: so often it is drawn; figures are means of all draws. */
        bool gives_reasons; /* Also why each contact goes elsewhere, in the first draw. */
};

/* The day and the configuration are borrowed. */
struct whatif *whatif_compare(const struct whatif_day *day, const struct att_config *config,
                              const struct whatif_options *options);
void whatif_free(struct whatif *whatif); /* NULL fine. */

struct whatif_show {
        bool has_contacts; /* List those that go elsewhere ... */
        uint64_t limit;    /* ... at most so many. JSON lists all. */
};

void whatif_write_text(const struct whatif *whatif, const struct whatif_show *show,
                       struct att_buffer *into);
void whatif_write_json(const struct whatif *whatif, const struct whatif_show *show,
                       struct att_buffer *into);

#endif
