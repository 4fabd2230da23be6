/* SPDX-License-Identifier: Apache-2.0 */
/* A new contact as files of the simulator write it: the fields of a request. */
#ifndef ATT_TOOLS_ATTUNESIM_REQUEST_FORM_H
#define ATT_TOOLS_ATTUNESIM_REQUEST_FORM_H

#include "lib/core/command.h"
#include "tools/attunesim/fields.h"

/* A request with what is not part of it. */
struct request_form {
        struct att_contact_request request;
        struct att_text front_end;
        const struct att_yaml_node *customer; /* An id, or a mapping. */
};

extern const struct fields request_contact_fields;  /* Into a request_form. */
extern const struct fields request_customer_fields; /* Into its att_customer_info. */

void request_form_init(struct request_form *form); /* Nothing said. */
void request_form_read(const struct reading *reading, const struct att_yaml_node *node,
                       struct request_form *form);

#endif
