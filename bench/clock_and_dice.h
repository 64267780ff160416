/* clock_and_dice.h - time that only goes on, and numbers that come again, for programs that fill
 * casebooks */
#ifndef VAHO_BENCH_CLOCK_AND_DICE_H
#define VAHO_BENCH_CLOCK_AND_DICE_H

#include <time.h>

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Repeatable: xorshift. */
static double dice(void)
{
    static unsigned long long x = 88172645463325252ull;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (double)(x >> 11) / 9007199254740992.0;
}

#endif
