/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of everything, in one place. What reaches one is refused with a code; nothing that is
 * already there is dropped for it. Those that a centre may set lower are in its configuration
 * (`limits:`); these are the walls behind them.
 */
#ifndef ATT_LIB_MODEL_LIMITS_H
#define ATT_LIB_MODEL_LIMITS_H

#include <stdint.h>

#define ATT_ID_BYTES_MAX         128  /* An id of a contact, agent, customer, front end. */
#define ATT_NAME_BYTES_MAX       256  /* A title, a person's name, an address. */
#define ATT_TEXT_BYTES_MAX       4096 /* A contact's free context: text, notes, attributes in all. */
#define ATT_CHANNELS_MAX         64   /* A channel is a bit of a 64-bit mask. */
#define ATT_SKILLS_MAX           4096
#define ATT_QUEUES_MAX           16384
#define ATT_TEAMS_MAX            4096
#define ATT_AGENTS_MAX           200000
#define ATT_STEPS_MAX            32 /* Of one queue, its first included. */
#define ATT_DELAYS_MAX           4  /* Different profile delays of one queue. */
#define ATT_REQUIREMENTS_MAX     32 /* Of one contact: skills required; the same of preferred. */
#define ATT_EXCLUDES_MAX         32 /* Agents that one contact leaves out. */
#define ATT_ATTRIBUTES_MAX       64 /* Of one contact or agent. */
#define ATT_BROADCAST_MAX        16 /* Agents offered one contact at a time. */
#define ATT_COOLDOWNS_MAX        64 /* Declines of one contact remembered at a time. */
#define ATT_ALIASES_MAX          16 /* Other names under which one customer comes. */
#define ATT_LEVEL_MAX            10
#define ATT_UNITS_MAX            100
#define ATT_INCIDENTS_MAX        64 /* Open at a time. */
#define ATT_CONDITIONS_MAX       32 /* Of one incident; and the values of one condition: */
#define ATT_CONDITION_VALUES_MAX 100
#define ATT_MESSAGE_BYTES_MAX    1024 /* What an incident tells customers. */
#define ATT_JOINT_MAX            64   /* Contacts that are matched as one assignment. */

#define ATT_POINTS_MAX           INT64_C(1000000) /* Points of priority, either way. */
#define ATT_SLOPE_PER_HOUR_MAX   INT64_C(60000)   /* Points an hour (1,000 a minute). */
#define ATT_DURATION_MS_MAX      (INT64_C(10000) * 86400 * 1000) /* Ten thousand days. */
#define ATT_WAITED_MS_MAX        (INT64_C(365) * 86400 * 1000) /* A wait counts for a year, no longer. */

/* Defaults of the configuration's `limits:` */
#define ATT_CONTACTS_DEFAULT           200000
#define ATT_CUSTOMERS_DEFAULT          100000
#define ATT_OFFERS_PER_CONTACT_DEFAULT 50

/* Closed contacts are remembered so that late and repeated events find them. */
#define ATT_CLOSED_KEPT_MS  (INT64_C(3600) * 1000)
#define ATT_CLOSED_KEPT_MAX 65536

#define ATT_PPM             INT64_C(1000000) /* One, in parts per million. */
#define ATT_MILLI           INT64_C(1000)    /* One point, in thousandths. */
#define ATT_HOUR_MS         INT64_C(3600000)

#endif
