/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch is written and read field by field rather than through a table, because its commands come
 * one after the other and a batch may hold thousands.
 */
#include "lib/wire/journal.h"

#include <string.h>

#include "lib/base/util.h"
#include "lib/wire/tables.h"

/* JournalBatch */
#define BATCH_FORMAT       1
#define BATCH_BEHAVIOUR    2
#define BATCH_FIRST_SEQ    3
#define BATCH_COMMANDS     4
#define BATCH_COUNT        5
#define BATCH_EFFECTS_HIGH 6
#define BATCH_EFFECTS_LOW  7

/* JournalCommand */
#define COMMAND_SEQ       1
#define COMMAND_AT        2
#define COMMAND_FRONT_END 3

/* Commands ------------------------------------------------------------------------------------ */

void att_journal_put_command(struct att_buffer *into, const struct att_command *command)
{
        struct att_buffer config ATT_CLEANUP(att_buffer_deinit) = {0};

        if (command->kind != ATT_CMD_CONFIG) {
                table_encode(into, &table_journal_command, command);
                return;
        }
        table_put_uint(into, COMMAND_SEQ, command->seq);
        table_put_uint(into, COMMAND_AT, (uint64_t)command->at_ms);
        if (command->front_end.len > 0) {
                table_put_bytes(into, COMMAND_FRONT_END, command->front_end);
        }
        att_journal_put_config(&config, command->config);
        table_put_bytes(into, JOURNAL_CONFIG, att_buffer_text(&config));
        att_buffer_append(into, "", 0);
}

/* The configuration's bytes among the fields of a command. */
static bool find_config(struct att_text bytes, struct att_text *ret_config)
{
        struct table_item item;

        while (bytes.len > 0 && table_take_item(&bytes, &item)) {
                if (item.number == JOURNAL_CONFIG && item.type == TABLE_LENGTH) {
                        *ret_config = item.bytes;
                        return true;
                }
        }
        return false;
}

static enum att_journal_result take_config(struct att_text bytes,
                                           const struct att_config **ret_config,
                                           struct att_command *command)
{
        struct att_text config;
        enum att_journal_result result;

        if (!find_config(bytes, &config)) {
                return ATT_JOURNAL_FORMAT_UNKNOWN;
        }
        result = att_journal_take_config(config, ret_config);
        if (result != ATT_JOURNAL_OK) {
                return result;
        }
        command->kind = ATT_CMD_CONFIG;
        command->config = *ret_config;
        return ATT_JOURNAL_OK;
}

/* A configuration is no row of the table, so that only what is no other command is searched for
 * one: a start reads millions of these. */
static enum att_journal_result take_command(struct att_text bytes, struct att_scratch *scratch,
                                            const struct att_config **ret_config,
                                            struct att_command *command)
{
        struct att_wire_problem problem;
        struct table_decoder decoder = {.scratch = scratch, .problem = &problem};

        memset(command, 0, sizeof(*command));
        command->kind = ATT_CMD_KIND_COUNT;
        if (!table_decode(&decoder, &table_journal_command, bytes, command)) {
                return ATT_JOURNAL_MALFORMED;
        }
        table_name_contact(command);
        return command->kind == ATT_CMD_KIND_COUNT ? take_config(bytes, ret_config, command)
                                                   : ATT_JOURNAL_OK;
}

/* Writing a batch ----------------------------------------------------------------------------- */

void att_journal_batch_begin(struct att_journal_writer *writer, struct att_buffer *into,
                             uint64_t first_seq, uint32_t behaviour)
{
        *writer = (struct att_journal_writer){.into = into, .next_seq = first_seq};
        table_put_uint(into, BATCH_FORMAT, ATT_JOURNAL_FORMAT);
        table_put_uint(into, BATCH_BEHAVIOUR, behaviour);
        table_put_uint(into, BATCH_FIRST_SEQ, first_seq);
}

void att_journal_batch_add(struct att_journal_writer *writer, const struct att_command *command)
{
        ATT_CHECK(command->seq == writer->next_seq);
        if (command->kind == ATT_CMD_CONFIG) {
                struct att_buffer bytes ATT_CLEANUP(att_buffer_deinit) = {0};

                att_journal_put_command(&bytes, command);
                table_put_bytes(writer->into, BATCH_COMMANDS, att_buffer_text(&bytes));
        } else {
                table_encode_field(writer->into, BATCH_COMMANDS, &table_journal_command, command);
        }
        writer->next_seq++;
        writer->count++;
}

void att_journal_batch_end(struct att_journal_writer *writer, struct att_digest effects)
{
        /* Even a count of 0: a batch that does not say it is torn. */
        table_put_varint(writer->into, BATCH_COUNT << 3 | TABLE_VARINT);
        table_put_varint(writer->into, writer->count);
        table_put_fixed64(writer->into, BATCH_EFFECTS_HIGH, effects.high);
        table_put_fixed64(writer->into, BATCH_EFFECTS_LOW, effects.low);
        att_buffer_append(writer->into, "", 0);
        writer->into = NULL;
}

/* Reading a batch ----------------------------------------------------------------------------- */

void att_journal_reader_deinit(struct att_journal_reader *reader)
{
        att_config_unref(reader->config);
        att_scratch_deinit(&reader->scratch);
        *reader = (struct att_journal_reader){0};
}

static bool has_type(const struct table_item *item)
{
        switch (item->number) {
        case BATCH_COMMANDS:
                return item->type == TABLE_LENGTH;
        case BATCH_EFFECTS_HIGH:
        case BATCH_EFFECTS_LOW:
                return item->type == TABLE_64_BITS;
        default:
                return item->number > BATCH_EFFECTS_LOW || item->type == TABLE_VARINT;
        }
}

static void note_item(struct att_journal_batch *batch, const struct table_item *item)
{
        switch (item->number) {
        case BATCH_FORMAT:
                batch->format = (uint32_t)item->value;
                break;
        case BATCH_BEHAVIOUR:
                batch->behaviour = (uint32_t)item->value;
                break;
        case BATCH_FIRST_SEQ:
                batch->first_seq = item->value;
                break;
        case BATCH_COUNT:
                batch->count = (uint32_t)item->value;
                break;
        case BATCH_EFFECTS_HIGH:
                batch->effects.high = item->value;
                break;
        case BATCH_EFFECTS_LOW:
                batch->effects.low = item->value;
                break;
        default:
                break;
        }
}

enum att_journal_result att_journal_reader_open(struct att_journal_reader *reader,
                                                struct att_text batch)
{
        struct att_journal_batch found = {0};
        struct att_text rest = batch;
        bool is_whole = false;
        uint32_t count = 0;

        if (reader->scratch.size == 0) {
                att_scratch_init(&reader->scratch, ATT_JOURNAL_SCRATCH_BYTES);
        }
        reader->batch = found;
        reader->rest = ATT_TEXT_NONE;
        reader->read = 0;
        while (rest.len > 0) {
                struct table_item item;

                if (!table_take_item(&rest, &item) || !has_type(&item)) {
                        return ATT_JOURNAL_MALFORMED;
                }
                note_item(&found, &item);
                count += item.number == BATCH_COMMANDS;
                is_whole |= item.number == BATCH_COUNT;
        }
        if (found.format > ATT_JOURNAL_FORMAT) {
                return ATT_JOURNAL_FORMAT_UNKNOWN;
        }
        if (found.format != ATT_JOURNAL_FORMAT || !is_whole || count != found.count) {
                return ATT_JOURNAL_MALFORMED;
        }
        reader->batch = found;
        reader->rest = batch;
        return ATT_JOURNAL_OK;
}

enum att_journal_result att_journal_reader_next_into(struct att_journal_reader *reader,
                                                     struct att_scratch *scratch,
                                                     const struct att_config **ret_config,
                                                     struct att_command *ret_command)
{
        struct table_item item;
        enum att_journal_result result;

        do {
                if (reader->rest.len == 0) {
                        return ATT_JOURNAL_END;
                }
                if (!table_take_item(&reader->rest, &item)) {
                        return ATT_JOURNAL_MALFORMED;
                }
        } while (item.number != BATCH_COMMANDS);

        result = take_command(item.bytes, scratch, ret_config, ret_command);
        if (result != ATT_JOURNAL_OK) {
                return result;
        }
        if (ret_command->seq != reader->batch.first_seq + reader->read) {
                return ATT_JOURNAL_MALFORMED;
        }
        reader->read++;
        return ATT_JOURNAL_OK;
}

enum att_journal_result att_journal_reader_next(struct att_journal_reader *reader,
                                                struct att_command *ret_command)
{
        att_scratch_reset(&reader->scratch);
        att_config_unref(reader->config);
        reader->config = NULL;
        return att_journal_reader_next_into(reader, &reader->scratch, &reader->config, ret_command);
}
