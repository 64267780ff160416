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

/* The rule for an ignore value, as exact as the type can hold it. */
void cube_element_ignore(struct cube_element_rule *rule, double ignore, long long data_type);

#endif
