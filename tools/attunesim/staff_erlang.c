/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/staff_erlang.h"

#include <math.h>

#define STEPS      2000 /* Of Simpson's rule; even. */
#define NEGLIGIBLE 40.0 /* exp(-40) adds nothing to a double's sum of order 1. */

double erlang_b(double load, uint32_t agents)
{
        double inverse = 1; /* Of the probability: stable for any size. */

        if (load <= 0) {
                return agents == 0 ? 1 : 0;
        }
        for (uint32_t n = 1; n <= agents; n++) {
                inverse = 1 + inverse * n / load;
        }
        return 1 / inverse;
}

double erlang_c(double load, uint32_t agents)
{
        double b = erlang_b(load, agents);

        return load >= agents ? 1 : b / (1 - load / agents * (1 - b));
}

/* Patience ---------------------------------------------------------------- */

/* With rates lambda, mu and theta, the wait that is offered (V: until an agent would be free) has the
 * density  v(x) = lambda exp(h(x)) / (E + lambda J)  with
 *
 *      h(x) = lambda (1 - exp(-theta x)) / theta - n mu x,   J = integral of exp(h) over x > 0,
 *      E = 1 / (Erlang B of n - 1 agents),                   P(V = 0) = E / (E + lambda J).
 *
 * Who is offered V is answered if patience outlasts it: exp(-theta V). h has one top; all is taken
 * relative to it, so that nothing overflows. */
struct offered {
        double lambda;
        double theta;
        double n_mu;
        double top;
};

static double exponent(const struct offered *offered, double x)
{
        return offered->lambda * -expm1(-offered->theta * x) / offered->theta - offered->n_mu * x;
}

/* The integral of exp(h - top), each x weighed by who is still there if `is_answered`. */
static double integrate(const struct offered *offered, double to, int is_answered)
{
        double width = to / STEPS;
        double sum = 0;

        for (int i = 0; i <= STEPS; i++) {
                double x = i * width;
                double weight = i == 0 || i == STEPS ? 1 : i % 2 == 1 ? 4 : 2;

                sum += weight * exp(exponent(offered, x) - offered->top -
                                    (is_answered ? offered->theta * x : 0));
        }
        return sum * width / 3;
}

static double level_with_patience(const struct erlang_queue *queue, uint32_t agents,
                                  double within_s)
{
        struct offered offered = {
                .lambda = queue->per_s,
                .theta = 1 / queue->patience_s,
                .n_mu = agents / queue->handle_s,
        };
        double top_at = offered.lambda > offered.n_mu
                                ? log(offered.lambda / offered.n_mu) / offered.theta
                                : 0;
        double end = top_at + queue->handle_s / agents;
        double whole;
        double odds; /* Of V > 0. */
        double waits;

        offered.top = exponent(&offered, top_at);
        while (exponent(&offered, end) > offered.top - NEGLIGIBLE) {
                end *= 2;
        }
        whole = integrate(&offered, end, 0);
        odds = exp(offered.top + log(offered.lambda * whole) +
                   log(erlang_b(queue->per_s * queue->handle_s, agents - 1)));
        waits = isinf(odds) ? 1 : odds / (1 + odds);
        return 1 - waits + waits * integrate(&offered, fmin(within_s, end), 1) / whole;
}

/* The level --------------------------------------------------------------- */

double erlang_level(const struct erlang_queue *queue, uint32_t agents, double within_s)
{
        double load = queue->per_s * queue->handle_s;

        if (load <= 0) {
                return 1;
        }
        if (agents == 0) {
                return 0;
        }
        if (isfinite(queue->patience_s) && queue->patience_s > 0) {
                return level_with_patience(queue, agents, within_s);
        }
        return load >= agents ? 0
                              : 1 - erlang_c(load, agents) *
                                                exp(-(agents - load) * within_s / queue->handle_s);
}

uint32_t erlang_agents(const struct erlang_queue *queue, double within_s, double level,
                       uint32_t most)
{
        uint32_t low = 0;
        uint32_t high = 1;

        while (high < most && erlang_level(queue, high, within_s) < level) {
                low = high;
                high *= 2;
        }
        high = high < most ? high : most;
        if (erlang_level(queue, 0, within_s) >= level) {
                return 0;
        }
        while (high - low > 1) { /* Fails at low; holds at high, or high is the most. */
                uint32_t middle = low + (high - low) / 2;

                if (erlang_level(queue, middle, within_s) >= level) {
                        high = middle;
                } else {
                        low = middle;
                }
        }
        return high;
}
