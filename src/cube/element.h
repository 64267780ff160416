/*
 * element.h - elements of a raw cube, any type and byte order, to float
 */
#ifndef VAHO_CUBE_ELEMENT_H
#define VAHO_CUBE_ELEMENT_H

#include <stddef.h>

/* How a recorded element becomes a value. */
struct cube_element_rule {
    double ignore_low, ignore_high; /* recorded in [low, high] is missing; low > high: none is */
    double gain, offset;            /* value = recorded * gain + offset */
};

/* out[i] = the element at in + i * stride_nbytes, i < n; missing ones NaN.
 * 'in' need not be aligned. */
typedef void cube_decoder(float *out, const unsigned char *in, size_t n, size_t stride_nbytes,
                          const struct cube_element_rule *rule);

/*
 * The decoder for an ENVI data type (1 uint8, 2 int16, 3 int32, 4 float32,
 * 5 float64, 12 uint16, 13 uint32) and its size in bytes; NULL for another.
 */
cube_decoder *cube_decoder_find(size_t *out_nbytes, long long data_type, int big_endian);

/*
 * 1: native float32 elements under this rule are values after cube_settle_float32(), so
 * that they can be read straight to where they are wanted.  The product of two float32 is
 * exact in float64, so that one multiplication in float32 rounds as the decoder does.
 */
int cube_float32_settles(const struct cube_element_rule *rule);
void cube_settle_float32(float *value, size_t n, const struct cube_element_rule *rule);

/* 1 for the decoder of native float32. */
int cube_decoder_is_float32(cube_decoder *decoder);

/* The rule for an ignore value, as exact as the type can hold it. */
void cube_element_ignore(struct cube_element_rule *rule, double ignore, long long data_type);

#endif
