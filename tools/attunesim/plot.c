/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/plot.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"

#define HOUR_S     3600.0
#define MICRO      1e6
#define DAY_HOURS  24.0
#define NAME_CHARS 22 /* Of a queue in the legend; longer names are cut. */

/* Everything in pixels, from the upper left corner. */
#define LEFT          64
#define RIGHT         28
#define TOP           66 /* Above the legend: the title, and what is shown. */
#define LEGEND_LINE   24
#define LEGEND_CELL   226
#define HEADING       34 /* Above a column of several. */
#define PANEL_TITLE   62
#define ABOVE_FIRST   16 /* Which needs no room for the hours of one above it. */
#define PANEL         190
#define BOTTOM        44
#define COLUMN_ALONE  860
#define COLUMN_OF_3   430
#define COLUMN_GAP    66
#define BAND_OPACITY  0.18 /* Of up to four; more are fainter, for they lie on each other. */
#define BANDS_TOO_FAR 1.6  /* A band of few contacts must not flatten all lines. */

/* Okabe and Ito, "Color Universal Design" (2008), without black and yellow; the second six repeat them
 * dashed. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73",
                                      "#CC79A7", "#56B4E9", "#E69F00"};
#define COLOURS ATT_ARRAY_LEN(colours)

static const struct {
        enum plot_figure figure;
        const char *title;
        const char *difference;
} panels[] = {
        {PLOT_WAIT, "Mean wait, seconds", "Mean wait, seconds"},
        {PLOT_LEVEL, "Answered within the target, %", "Answered within the target, points"},
        {PLOT_BUSY, "Agents at work, by queue, and signed in", "Agents at work"},
};
#define PANELS ATT_ARRAY_LEN(panels)

struct scale {
        double least;
        double most;
};

struct picture {
        const struct plot_side *sides;
        uint32_t side_count;
        uint32_t columns; /* Sides, and their difference. */
        struct plot_choice choice;
        double start_h; /* Of the day, at the simulation's beginning. */
        double bin_h;
        uint32_t legend_cells; /* A line. */
        uint32_t legend_lines;
        uint32_t width;
        uint32_t height;
        struct scale scales[PANELS]; /* Of the sides. */
        struct scale difference[PANELS];
        struct att_buffer *into;
};

/* Small words ------------------------------------------------------------- */

/* Between single quotes, where gnuplot changes nothing but a doubled quote. */
static void write_quoted(struct att_buffer *into, struct att_text text)
{
        att_buffer_append_byte(into, '\'');
        for (size_t i = 0; i < text.len; i++) {
                if (text.data[i] == '\'') {
                        att_buffer_append_byte(into, '\'');
                }
                att_buffer_append_byte(into,
                                       (unsigned char)text.data[i] < ' ' ? ' ' : text.data[i]);
        }
        att_buffer_append_byte(into, '\'');
}

/* Cut between characters, not within one. */
static void write_name(struct att_buffer *into, struct att_text name)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer cut = {0};
        uint32_t chars = 0;
        size_t len = 0;

        while (len < name.len) {
                if (((unsigned char)name.data[len] & 0xC0) != 0x80 && chars++ == NAME_CHARS) {
                        break;
                }
                len++;
        }
        att_buffer_append_text(&cut, att_text_of(name.data, len));
        if (len < name.len) {
                att_buffer_append_c(&cut, "\u2026");
        }
        write_quoted(into, att_buffer_text(&cut));
}

static double screen_x(const struct picture *picture, double pixels)
{
        return pixels / picture->width;
}

static double screen_y(const struct picture *picture, double pixels)
{
        return 1 - pixels / picture->height;
}

static const char *colour_of(uint32_t queue)
{
        return colours[queue % COLOURS];
}

static int dash_of(uint32_t queue)
{
        return queue < COLOURS ? 1 : 2;
}

/* Figures ----------------------------------------------------------------- */

static bool is_difference(const struct picture *picture, uint32_t column)
{
        return column == picture->side_count;
}

static struct sim_estimate estimate(const struct picture *picture, uint32_t column, uint32_t queue,
                                    uint32_t bin, enum plot_figure figure)
{
        const uint32_t *queues = picture->choice.queues[queue];
        struct sim_estimate none = {(double)NAN, (double)NAN};

        if (is_difference(picture, column)) {
                return queues[0] == ATT_NONE || queues[1] == ATT_NONE
                               ? none
                               : plot_difference(picture->sides, queues, bin, figure);
        }
        return queues[column] == ATT_NONE
                       ? none
                       : plot_estimate(&picture->sides[column], queues[column], bin, figure);
}

static double half_width(struct sim_estimate of)
{
        return isnan(of.ci95) ? 0 : of.ci95;
}

static void note(struct scale *means, struct scale *bands, struct sim_estimate of)
{
        if (isnan(of.mean)) {
                return;
        }
        means->least = fmin(means->least, of.mean);
        means->most = fmax(means->most, of.mean);
        bands->least = fmin(bands->least, of.mean - half_width(of));
        bands->most = fmax(bands->most, of.mean + half_width(of));
}

static void note_queues(const struct picture *picture, uint32_t column, enum plot_figure figure,
                        struct scale *means, struct scale *bands)
{
        for (uint32_t queue = 0; queue < picture->choice.count; queue++) {
                for (uint32_t bin = picture->choice.first_bin; bin < picture->choice.end_bin;
                     bin++) {
                        note(means, bands, estimate(picture, column, queue, bin, figure));
                }
        }
}

static void note_all(const struct picture *picture, uint32_t column, struct scale *means,
                     struct scale *bands)
{
        for (uint32_t bin = picture->choice.first_bin; bin < picture->choice.end_bin; bin++) {
                note(means, bands,
                     plot_estimate(&picture->sides[column], ATT_NONE, bin, PLOT_BUSY));
                note(means, bands,
                     plot_estimate(&picture->sides[column], ATT_NONE, bin, PLOT_SIGNED_IN));
        }
}

/* From 0, or (levels) from a round figure below all, to 100. */
static struct scale scale_of_sides(const struct picture *picture, enum plot_figure figure)
{
        struct scale means = {(double)INFINITY, 0};
        struct scale bands = means;

        for (uint32_t column = 0; column < picture->side_count; column++) {
                if (figure == PLOT_BUSY) {
                        note_all(picture, column, &means, &bands);
                } else {
                        note_queues(picture, column, figure, &means, &bands);
                }
        }
        if (figure == PLOT_LEVEL) {
                return (struct scale){
                        isinf(means.least) ? 0 : fmax(floor(means.least / 20 - 0.25), 0) * 20,
                        100.5};
        }
        bands.most = 1.04 * fmin(bands.most, BANDS_TOO_FAR * means.most);
        return (struct scale){0, bands.most > 0 ? bands.most : 1};
}

static struct scale scale_of_difference(const struct picture *picture, enum plot_figure figure)
{
        struct scale means = {0, 0};
        struct scale bands = means;
        double size;

        note_queues(picture, picture->side_count, figure, &means, &bands);
        size = fmax(means.most, -means.least);
        size = 1.04 * fmin(fmax(bands.most, -bands.least), 2 * BANDS_TOO_FAR * size);
        return size > 0 ? (struct scale){-size, size} : (struct scale){-1, 1};
}

/* Data -------------------------------------------------------------------- */

static double hour_at(const struct picture *picture, double bin)
{
        return picture->start_h + fmin(bin * picture->bin_h, DAY_HOURS);
}

static void write_number(struct att_buffer *into, double number)
{
        if (isnan(number)) {
                att_buffer_append_c(into, " NaN");
        } else {
                att_buffer_printf(into, " %.6g", number);
        }
}

/* The mean, and both ends of its band as far as they are possible. */
static void write_estimate(struct att_buffer *into, struct sim_estimate of, double least,
                           double most)
{
        write_number(into, of.mean);
        write_number(into, isnan(of.mean) ? of.mean : fmax(of.mean - half_width(of), least));
        write_number(into, isnan(of.mean) ? of.mean : fmin(of.mean + half_width(of), most));
}

static double or_nothing(double number)
{
        return isnan(number) ? 0 : number;
}

/* Columns: hour; three each of wait, level and work; from where to where its layer lies. */
static void write_queue(const struct picture *picture, uint32_t column, uint32_t queue,
                        double *stacked)
{
        struct att_buffer *into = picture->into;
        bool is_bounded = !is_difference(picture, column);

        att_buffer_printf(into, "$c%uq%u << EOD\n", column, queue);
        for (uint32_t bin = picture->choice.first_bin; bin < picture->choice.end_bin; bin++) {
                double *layer = &stacked[bin - picture->choice.first_bin];
                struct sim_estimate busy = estimate(picture, column, queue, bin, PLOT_BUSY);

                write_number(into, (hour_at(picture, bin) + hour_at(picture, bin + 1)) / 2);
                write_estimate(into, estimate(picture, column, queue, bin, PLOT_WAIT),
                               is_bounded ? 0 : -(double)INFINITY, (double)INFINITY);
                write_estimate(into, estimate(picture, column, queue, bin, PLOT_LEVEL),
                               is_bounded ? 0 : -(double)INFINITY,
                               is_bounded ? 100 : (double)INFINITY);
                write_estimate(into, busy, is_bounded ? 0 : -(double)INFINITY, (double)INFINITY);
                write_number(into, *layer);
                *layer += or_nothing(busy.mean);
                write_number(into, *layer);
                att_buffer_append_byte(into, '\n');
        }
        att_buffer_append_c(into, "EOD\n");
}

/* Columns: the interval's beginning, its middle; agents signed in; three of those at work; where the
 * layers end. */
static void write_all(const struct picture *picture, uint32_t column, const double *stacked)
{
        const struct plot_side *side = &picture->sides[column];
        struct att_buffer *into = picture->into;
        double signed_in = (double)NAN;

        att_buffer_printf(into, "$c%uall << EOD\n", column);
        for (uint32_t bin = picture->choice.first_bin; bin < picture->choice.end_bin; bin++) {
                signed_in = plot_estimate(side, ATT_NONE, bin, PLOT_SIGNED_IN).mean;
                write_number(into, hour_at(picture, bin));
                write_number(into, (hour_at(picture, bin) + hour_at(picture, bin + 1)) / 2);
                write_number(into, signed_in);
                write_estimate(into, plot_estimate(side, ATT_NONE, bin, PLOT_BUSY), 0,
                               (double)INFINITY);
                write_number(into, stacked[bin - picture->choice.first_bin]);
                att_buffer_append_byte(into, '\n');
        }
        write_number(into, hour_at(picture, picture->choice.end_bin));
        att_buffer_append_c(into, " NaN");
        write_number(into, signed_in);
        att_buffer_append_c(into, " NaN NaN NaN NaN\nEOD\n");
}

static void write_data(const struct picture *picture)
{
        uint32_t bins = picture->choice.end_bin - picture->choice.first_bin;

        for (uint32_t column = 0; column < picture->columns; column++) {
                double *stacked = att_alloc_array(bins, sizeof(*stacked));

                for (uint32_t queue = 0; queue < picture->choice.count; queue++) {
                        write_queue(picture, column, queue, stacked);
                }
                if (!is_difference(picture, column)) {
                        write_all(picture, column, stacked);
                }
                free(stacked);
        }
}

/* Around the panels ------------------------------------------------------- */

static double column_pixels(const struct picture *picture)
{
        return picture->columns == 1 ? COLUMN_ALONE : COLUMN_OF_3;
}

static double panels_begin(const struct picture *picture)
{
        return TOP + picture->legend_lines * LEGEND_LINE - ABOVE_FIRST +
               (picture->columns > 1 ? HEADING : 0);
}

static void measure(struct picture *picture)
{
        uint32_t cells = picture->choice.count + 1 +
                         (picture->choice.possible > picture->choice.count);

        picture->width = (uint32_t)(LEFT + RIGHT + picture->columns * column_pixels(picture) +
                                    (picture->columns - 1) * (double)COLUMN_GAP);
        picture->legend_cells = (picture->width - LEFT / 2) / LEGEND_CELL;
        picture->legend_lines = (cells + picture->legend_cells - 1) / picture->legend_cells;
        picture->height = (uint32_t)(panels_begin(picture) + PANELS * (PANEL_TITLE + PANEL) +
                                     BOTTOM);
}

static void write_text(const struct picture *picture, double x, double y, int size,
                       const char *colour, struct att_text text)
{
        att_buffer_append_c(picture->into, "set label ");
        write_quoted(picture->into, text);
        att_buffer_printf(picture->into, " at screen %.5f,%.5f left font ',%d' tc rgb '%s'\n",
                          screen_x(picture, x), screen_y(picture, y), size, colour);
}

static void write_titles(const struct picture *picture)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        const struct plot_choice *choice = &picture->choice;

        att_buffer_printf(
                &text, picture->side_count > 1 ? "%s and %s over the day" : "%s over the day",
                picture->sides[0].label, picture->side_count > 1 ? picture->sides[1].label : "");
        if (choice->possible > choice->count) {
                att_buffer_printf(&text, ": the %u busiest of %u queues", choice->count,
                                  choice->possible);
        }
        write_text(picture, LEFT / 2.0, 26, 19, "#000000", att_buffer_text(&text));
        att_buffer_clear(&text);
        att_buffer_printf(&text, "means of %u %s; shaded: their 95 %% interval",
                          picture->sides[0].count,
                          picture->sides[0].count == 1 ? "replication" : "replications");
        write_text(picture, LEFT / 2.0, 50, 13, "#555555", att_buffer_text(&text));
}

static void write_sample(const struct picture *picture, uint32_t cell, const char *style,
                         struct att_text name)
{
        double x = LEFT / 2.0 + cell % picture->legend_cells * LEGEND_CELL;
        double y = TOP + (cell / picture->legend_cells + 0.5) * LEGEND_LINE;

        att_buffer_printf(picture->into,
                          "set arrow from screen %.5f,%.5f to screen %.5f,%.5f nohead %s\n",
                          screen_x(picture, x), screen_y(picture, y), screen_x(picture, x + 30),
                          screen_y(picture, y), style);
        att_buffer_append_c(picture->into, "set label ");
        write_name(picture->into, name);
        att_buffer_printf(picture->into, " at screen %.5f,%.5f left font ',14'\n",
                          screen_x(picture, x + 38), screen_y(picture, y));
}

static void write_legend(const struct picture *picture)
{
        uint32_t cell = 0;

        for (uint32_t i = 0; i < picture->choice.count; i++) {
                char style[64];

                (void)snprintf(style, sizeof(style), "lw 3 dt %d lc rgb '%s'", dash_of(i),
                               colour_of(i));
                write_sample(picture, cell++, style, picture->choice.names[i]);
        }
        if (picture->choice.possible > picture->choice.count) {
                write_sample(picture, cell++, "lw 8 lc rgb '#CCCCCC'", ATT_TEXT("other queues"));
        }
        write_sample(picture, cell, "lw 2 lc rgb '#000000'", ATT_TEXT("agents signed in"));
}

static double column_at(const struct picture *picture, uint32_t column)
{
        return LEFT + column * (column_pixels(picture) + COLUMN_GAP);
}

static void write_headings(const struct picture *picture)
{
        double y = TOP + picture->legend_lines * LEGEND_LINE + HEADING / 2.0 + 6;

        if (picture->columns == 1) {
                return;
        }
        for (uint32_t i = 0; i < picture->side_count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

                att_buffer_printf(&text, "%c: %s", 'A' + (char)i, picture->sides[i].label);
                write_text(picture, column_at(picture, i), y, 16, "#000000",
                           att_buffer_text(&text));
        }
        write_text(picture, column_at(picture, picture->side_count), y, 16, "#000000",
                   ATT_TEXT("Difference: B \u2212 A, on the same chance"));
}

/* Hours at round distances: at most nine. */
static void write_hours(const struct picture *picture)
{
        static const double distances[] = {1.0 / 12, 0.25, 0.5, 1, 2, 3};
        double from = hour_at(picture, picture->choice.first_bin);
        double to = hour_at(picture, picture->choice.end_bin);
        double most = picture->columns == 1 ? 13 : 7;
        size_t i = 0;
        const char *comma = "";

        while (i + 1 < ATT_ARRAY_LEN(distances) && (to - from) / distances[i] > most) {
                i++;
        }
        att_buffer_printf(picture->into, "set xrange [%.6g:%.6g]\nset xtics (", from, to);
        for (double k = ceil(from / distances[i] - 1e-6); k * distances[i] <= to + 1e-6; k++) {
                long minutes = lround(k * distances[i] * 60) % (24 * 60);

                /* The end of a day is 24:00, not the beginning of the next. */
                if (minutes == 0 && k > 0 && k * distances[i] >= to - 1e-6) {
                        minutes = 24 * 60L;
                }
                att_buffer_printf(picture->into, "%s'%02ld:%02ld' %.6g", comma, minutes / 60,
                                  minutes % 60, k * distances[i]);
                comma = ", ";
        }
        att_buffer_append_c(picture->into, ")\n");
}

/* Panels ------------------------------------------------------------------ */

static void place_panel(const struct picture *picture, uint32_t column, uint32_t panel)
{
        double x = column_at(picture, column);
        double y = panels_begin(picture) + panel * (double)(PANEL_TITLE + PANEL) + PANEL_TITLE;
        bool is_of_difference = is_difference(picture, column);
        const struct scale *scale = is_of_difference ? &picture->difference[panel]
                                                     : &picture->scales[panel];

        att_buffer_printf(picture->into,
                          "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
                          "set tmargin at screen %.5f\nset bmargin at screen %.5f\n",
                          screen_x(picture, x), screen_x(picture, x + column_pixels(picture)),
                          screen_y(picture, y), screen_y(picture, y + PANEL));
        att_buffer_printf(picture->into, "set yrange [%.6g:%.6g]\n", scale->least, scale->most);
        att_buffer_printf(picture->into,
                          "set label '%s' at graph 0,1.0 offset character 0,0.75 left font ',15'\n",
                          is_of_difference ? panels[panel].difference : panels[panel].title);
        if (is_of_difference) {
                att_buffer_append_c(picture->into,
                                    "set arrow from graph 0,first 0 to graph 1,first 0 nohead "
                                    "lw 1 lc rgb '#000000'\n");
        }
}

/* Bands below, lines above. */
static void plot_lines(const struct picture *picture, uint32_t column, int first_field)
{
        const char *word = "plot ";
        double opacity = BAND_OPACITY * fmin(1, 4.0 / picture->choice.count);

        for (uint32_t i = 0; i < picture->choice.count; i++) {
                att_buffer_printf(picture->into,
                                  "%s$c%uq%u using 1:%d:%d with filledcurves fs transparent solid "
                                  "%.3f noborder lc rgb '%s'",
                                  word, column, i, first_field + 1, first_field + 2, opacity,
                                  colour_of(i));
                word = ", \\\n";
        }
        /* Points for what stands alone between two intervals without contacts. */
        for (uint32_t i = 0; i < picture->choice.count; i++) {
                att_buffer_printf(picture->into,
                                  "%s$c%uq%u using 1:%d with linespoints pt 7 ps 0.25 lw 2 dt %d "
                                  "lc rgb '%s'",
                                  word, column, i, first_field, dash_of(i), colour_of(i));
        }
        att_buffer_append_c(picture->into, "\n");
}

static void plot_layers(const struct picture *picture, uint32_t column)
{
        const char *word = "plot ";

        for (uint32_t i = 0; i < picture->choice.count; i++) {
                att_buffer_printf(picture->into,
                                  "%s$c%uq%u using 1:11:12 with filledcurves fs transparent solid "
                                  "%s noborder lc rgb '%s'",
                                  word, column, i, dash_of(i) == 1 ? "0.7" : "0.35", colour_of(i));
                word = ", \\\n";
        }
        if (picture->choice.possible > picture->choice.count) {
                att_buffer_printf(picture->into,
                                  "%s$c%uall using 2:7:4 with filledcurves fs solid noborder "
                                  "lc rgb '#CCCCCC'",
                                  word, column);
        }
        for (uint32_t i = 0; i + 1 < picture->choice.count; i++) {
                att_buffer_printf(picture->into,
                                  "%s$c%uq%u using 1:12 with lines lw 0.5 lc rgb '#FFFFFF'", word,
                                  column, i);
        }
        att_buffer_printf(picture->into,
                          "%s$c%uall using 2:5:6 with filledcurves fs transparent solid 0.2 "
                          "noborder lc rgb '#000000'%s$c%uall using 1:3 with steps lw 2 lc rgb "
                          "'#000000'\n",
                          word, column, word, column);
}

static void write_panels(const struct picture *picture)
{
        for (uint32_t column = 0; column < picture->columns; column++) {
                for (uint32_t panel = 0; panel < PANELS; panel++) {
                        place_panel(picture, column, panel);
                        if (panels[panel].figure == PLOT_BUSY && !is_difference(picture, column)) {
                                plot_layers(picture, column);
                        } else {
                                plot_lines(picture, column, 2 + 3 * (int)panel);
                        }
                        att_buffer_append_c(picture->into, "unset label\nunset arrow\n");
                }
        }
}

/* The whole --------------------------------------------------------------- */

static void write_canvas(const struct picture *picture, const char *path)
{
        struct att_buffer *into = picture->into;

        att_buffer_printf(into,
                          "set encoding utf8\n"
                          "set terminal svg size %u,%u noenhanced font 'Arial,13' "
                          "background '#ffffff'\n"
                          "set output ",
                          picture->width, picture->height);
        write_quoted(into, att_text_from(path));
        att_buffer_append_c(into, "\n"
                                  "unset key\n"
                                  "set border 1 lc rgb '#888888'\n"
                                  "set tics nomirror scale 0 textcolor rgb '#333333'\n"
                                  "set ytics autofreq\n"
                                  "set grid ytics lt 1 lw 1 lc rgb '#E4E4E4'\n"
                                  "set style fill noborder\n");
}

bool plot_script(const struct plot_side *sides, uint32_t side_count, const char *path,
                 struct att_buffer *into)
{
        const struct sim_plan *plan = sides[0].plan;
        struct picture picture = {
                .sides = sides,
                .side_count = side_count,
                .columns = side_count > 1 ? side_count + 1 : 1,
                .start_h = (double)(plan->start_ms % (SIM_DAY_US / 1000)) / 1000 / HOUR_S,
                .bin_h = (double)plan->interval_us / MICRO / HOUR_S,
                .into = into,
        };

        if (!plot_choose(sides, side_count, &picture.choice)) {
                return false;
        }
        measure(&picture);
        for (size_t i = 0; i < PANELS; i++) {
                picture.scales[i] = scale_of_sides(&picture, panels[i].figure);
                if (picture.columns > 1) {
                        picture.difference[i] = scale_of_difference(&picture, panels[i].figure);
                }
        }
        write_canvas(&picture, path);
        write_data(&picture);
        write_hours(&picture);
        att_buffer_append_c(into, "set multiplot\n");
        write_titles(&picture);
        write_legend(&picture);
        write_headings(&picture);
        write_panels(&picture);
        att_buffer_append_c(into, "unset multiplot\nunset output\n");
        return true;
}

static bool is_on_path(const char *program)
{
        const char *path = getenv("PATH");

        for (const char *at = path ? path : ""; *at != '\0';) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer file = {0};
                size_t len = strcspn(at, ":");

                att_buffer_append(&file, at, len);
                att_buffer_printf(&file, "/%s", program);
                if (access(file.data, X_OK) == 0) {
                        return true;
                }
                at += len + (at[len] == ':');
        }
        return false;
}

static bool can_write(const char *path)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer folder = {0};
        const char *slash = strrchr(path, '/');

        if (access(path, F_OK) == 0) {
                return access(path, W_OK) == 0;
        }
        att_buffer_append(&folder, path, slash ? (size_t)(slash - path) + 1 : 0);
        att_buffer_append_c(&folder, ".");
        return access(folder.data, W_OK) == 0;
}

bool plot_is_possible(const char *command, const char *path)
{
        if (!is_on_path("gnuplot")) {
                (void)fprintf(stderr,
                              "%s: --plot needs gnuplot, which is not here: apt-get install "
                              "gnuplot-nox\n",
                              command);
                return false;
        }
        if (!can_write(path)) {
                (void)fprintf(stderr, "%s: cannot write %s: %s\n", command, path, strerror(errno));
                return false;
        }
        return true;
}

bool plot_draw(const struct plot_side *sides, uint32_t side_count, const char *path)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer script = {0};
        const struct sigaction ignore = {.sa_handler = SIG_IGN};
        struct sigaction before;
        FILE *gnuplot;
        int status;

        if (!plot_script(sides, side_count, path, &script)) {
                (void)fprintf(stderr, "attunesim: nothing to draw: no queue had a contact\n");
                return false;
        }
        gnuplot = popen("gnuplot", "w");
        if (!gnuplot) {
                (void)fprintf(stderr, "attunesim: cannot run gnuplot: %s\n", strerror(errno));
                return false;
        }
        (void)sigaction(SIGPIPE, &ignore, &before); /* Its status tells. */
        (void)fwrite(script.data, 1, script.len, gnuplot);
        status = pclose(gnuplot);
        (void)sigaction(SIGPIPE, &before, NULL);
        if (status != 0) {
                (void)fprintf(stderr, "attunesim: gnuplot failed: %s was not drawn\n", path);
        }
        return status == 0;
}
