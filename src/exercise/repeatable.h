/*
 * repeatable.h - numbers that come out the same, bit for bit, on every machine
 *
 * The C library's exp() and log() differ in the last bit between machines, and
 * a generator with a state gives numbers that depend on who asks first.  A
 * scene must depend on its seed alone, whatever the machine and the number of
 * threads.  So: elementary functions from additions, multiplications and
 * divisions only (IEEE 754 doubles, no contraction), and random numbers
 * addressed by a key and a counter.
 */
#ifndef VAHO_EXERCISE_REPEATABLE_H
#define VAHO_EXERCISE_REPEATABLE_H

#include <stdint.h>

/* Relative error under 1e-11; x below -700 gives 0, above 700 is taken as 700. */
double vaho_repeatable_exp(double x);
/* Absolute error under 1e-13 for 0 < x < 1e300. */
double vaho_repeatable_log(double x);
/* Angle in degrees, any; error under 1e-11. */
double vaho_repeatable_sin_deg(double angle_deg);
double vaho_repeatable_cos_deg(double angle_deg);

/* The key of one stream of random numbers: what they are for, in the world of 'seed'. */
uint64_t vaho_random_key(uint64_t seed, uint64_t stream);
/* The counter-th number of a stream: uniform in (0, 1). */
double vaho_random_uniform(uint64_t key, uint64_t counter);
/* Normal, mean 0 and deviation 1; |x| < 8.3. */
double vaho_random_normal(uint64_t key, uint64_t counter);

/*
 * Fractal texture at (line, sample): octaves of smoothly interpolated random
 * values, from 'scale' pixels down to 2, each half as wide and 0.6 as strong as
 * the one before.  Mean 0, deviation about 1.
 */
double vaho_random_texture(uint64_t key, double line, double sample, double scale);

#endif
