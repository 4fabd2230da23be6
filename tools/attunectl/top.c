/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl top: a live view that fills the terminal. */
#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/route_text.h"
#include "tools/attunectl/top_screen.h"

#define EVERY_MS    1000
#define KEYS_MS     100 /* Between two looks at the keyboard. */
#define LINES_LEAST 8

struct view {
        struct ctl *ctl; /* Asks. */
        struct ctl tail; /* Follows the route log, on a connection of its own. */
        struct top top;
        struct att_buffer why;
};

static int64_t now_ms(void)
{
        struct timespec now = {0};

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Asking ---- */

static bool ask_queues(struct view *view)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        uint64_t cursor = 0;

        top_begin_queues(&view->top);
        do {
                att_wire_message_init(&question, ATT_WIRE_QUEUES);
                question.page.cursor = cursor;
                if (!link_ask(&view->ctl->link, &question, &answer, &view->why)) {
                        return false;
                }
                if (answer.kind != ATT_WIRE_RESULT_QUEUES) {
                        return true; /* Too busy for it now, or not for us: the next time. */
                }
                for (uint32_t i = 0; i < answer.queues.row_count; i++) {
                        top_add_queue(&view->top, &answer.queues.rows[i]);
                }
                cursor = answer.queues.next;
        } while (cursor != 0);
        return true;
}

static bool ask(struct view *view)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        uint64_t decided;

        att_wire_message_init(&question, ATT_WIRE_STATUS);
        if (!link_ask(&view->ctl->link, &question, &answer, &view->why)) {
                return false;
        }
        if (answer.kind != ATT_WIRE_RESULT_STATUS) {
                return true;
        }
        top_set_status(&view->top, &answer.status);
        decided = answer.status.commands;
        if (!ask_queues(view)) {
                return false;
        }
        top_end_queues(&view->top, now_ms(), decided);
        return true;
}

static bool follow(struct view *view, int64_t wait_ms)
{
        struct att_wire_events events;

        if (!link_poll_events(&view->tail.link, wait_ms, &events, &view->why)) {
                return false;
        }
        view->top.lost += events.lost;
        for (uint32_t i = 0; i < events.line_count; i++) {
                struct att_buffer line = {0};

                route_text_write(&line, events.lines[i]);
                top_add_decision(&view->top, att_buffer_text(&line));
                att_buffer_deinit(&line);
        }
        return true;
}

static bool begin_tail(struct view *view)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        view->tail = *view->ctl;
        view->tail.is_linked = false;
        view->tail.out = (struct att_buffer){0};
        att_wire_message_init(&question, ATT_WIRE_TAIL);
        return ctl_ask(&view->tail, &question, ATT_WIRE_RESULT_DONE, &answer);
}

/* ---- The terminal ---- */

static void begin_screen(void)
{
        (void)setlocale(LC_ALL, "");
        (void)initscr();
        (void)cbreak();
        (void)noecho();
        (void)keypad(stdscr, TRUE);
        (void)nodelay(stdscr, TRUE);
        (void)curs_set(0);
        if (has_colors()) {
                (void)start_color();
                (void)use_default_colors();
                (void)init_pair(TOP_LATE, COLOR_YELLOW, -1);
                (void)init_pair(TOP_VERY_LATE, COLOR_RED, -1);
        }
}

static chtype attributes_of(enum top_style style)
{
        switch (style) {
        case TOP_HEADING:
                return A_REVERSE;
        case TOP_LATE:
        case TOP_VERY_LATE:
                return A_BOLD | (has_colors() ? (chtype)COLOR_PAIR(style) : 0);
        case TOP_DIM:
                return A_DIM;
        case TOP_PLAIN:
                break;
        }
        return A_NORMAL;
}

static void draw(const struct view *view)
{
        int height = getmaxy(stdscr);
        int width = getmaxx(stdscr);

        (void)erase();
        for (int i = 0; i < height && height >= LINES_LEAST; i++) {
                struct att_buffer line = {0};
                /* The corner stays free: a character there scrolls some terminals. */
                enum top_style style = top_line(&view->top, i, i == height - 1 ? width - 1 : width,
                                                height, &line);

                (void)attrset((int)attributes_of(style));
                (void)mvaddstr(i, 0, line.data ? line.data : "");
                att_buffer_deinit(&line);
        }
        if (height < LINES_LEAST) {
                (void)mvaddstr(0, 0, "more lines, please");
        }
        (void)refresh();
}

/* False: it is enough. */
static bool take_keys(struct view *view)
{
        struct top *top = &view->top;
        int key;

        while ((key = getch()) != ERR) {
                switch (key) {
                case 'q':
                case 'Q':
                        return false;
                case 's':
                        top->order = (enum top_order)((top->order + 1) % TOP_ORDERS);
                        break;
                case 'p':
                case ' ':
                        top->is_paused = !top->is_paused;
                        break;
                case KEY_UP:
                        top_scroll(top, -1);
                        break;
                case KEY_DOWN:
                        top_scroll(top, 1);
                        break;
                default:
                        break;
                }
        }
        return true;
}

/* False: the connection is gone. */
static bool watch(struct view *view)
{
        int64_t next_ms = now_ms();

        while (take_keys(view)) {
                if (now_ms() >= next_ms) {
                        next_ms = now_ms() + EVERY_MS;
                        link_keep_alive(&view->tail.link);
                        if (!view->top.is_paused && !ask(view)) {
                                return false;
                        }
                        if (view->top.is_paused) {
                                link_keep_alive(&view->ctl->link);
                        }
                }
                if (!follow(view, KEYS_MS)) {
                        return false;
                }
                draw(view);
        }
        return true;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct view view = {.ctl = ctl};
        bool is_well;

        (void)arguments;
        if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
                ctl_complain(ctl, "top needs a terminal; `attunectl status` and `attunectl queues` "
                                  "don't");
                return VERDICT_NO;
        }
        if (!ctl_connect(ctl) || !begin_tail(&view)) {
                return VERDICT_NO;
        }
        begin_screen();
        is_well = watch(&view);
        (void)endwin();
        if (!is_well) {
                ctl_complain(ctl, "%s", view.why.data ? view.why.data : "the connection is gone");
        }
        link_close(&view.tail.link);
        top_deinit(&view.top);
        att_buffer_deinit(&view.why);
        return is_well ? VERDICT_DONE : VERDICT_NO;
}

const struct command command_top = {
        .name = "top",
        .arguments = "",
        .summary = "a live view that fills the terminal",
        .details = "Queues with their waits, what came and went in the last minute, and the last "
                   "decisions; anew each second. A queue is yellow when its longest wait is past "
                   "its service level's time, red at three times that. Keys: q quits, s sorts "
                   "otherwise, p pauses, up and down go through the queues.",
        .run = run,
};
