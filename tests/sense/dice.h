/* dice.h - repeatable random numbers for tests: xorshift64* (Vigna 2016), Box and Muller 1958 */
#ifndef VAHO_TESTS_DICE_H
#define VAHO_TESTS_DICE_H

#include <math.h>
#include <stdint.h>

struct dice {
    uint64_t state; /* not 0 */
};

/* 0 < x < 1 */
static inline double dice_uniform(struct dice *dice)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return ((double)(dice->state * 2685821657736338717u >> 11) + 0.5) / 9007199254740992.0;
}

static inline double dice_normal(struct dice *dice)
{
    double radius = sqrt(-2.0 * log(dice_uniform(dice)));
    return radius * cos(6.283185307179586 * dice_uniform(dice));
}

static inline double dice_exponential(struct dice *dice)
{
    return -log(dice_uniform(dice));
}

#endif
