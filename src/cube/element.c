/*
 * element.c - one loop a type and byte order
 *
 * The loops differ only in how an element is loaded, so they come from one
 * template: DECODER(name, type, bits, swap) loads 'bits' bits as an unsigned
 * integer, swaps its bytes if asked, and reads them as 'type'.  Elements lie
 * anywhere (header offsets are odd in the wild), so they are copied out.
 * Arithmetic is in double, where every recorded value is exact.
 */
#include "cube/element.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define KEEP(bits) (bits)

#define DECODER(name, type, bits, swap)                                                            \
    static void name(float *restrict out, const unsigned char *restrict in, size_t n,              \
                     size_t stride_nbytes, const struct cube_element_rule *rule)                   \
    {                                                                                              \
        const double low = rule->ignore_low, high = rule->ignore_high;                             \
        const double gain = rule->gain, offset = rule->offset;                                     \
        for (size_t i = 0; i < n; i++, in += stride_nbytes) {                                      \
            uint##bits##_t raw;                                                                    \
            type element;                                                                          \
            double recorded;                                                                       \
            memcpy(&raw, in, sizeof raw);                                                          \
            raw = swap(raw);                                                                       \
            memcpy(&element, &raw, sizeof element);                                                \
            recorded = (double)element;                                                            \
            out[i] =                                                                               \
                recorded >= low && recorded <= high ? NAN : (float)(recorded * gain + offset);     \
        }                                                                                          \
    }

DECODER(decode_uint8, uint8_t, 8, KEEP)
DECODER(decode_int16, int16_t, 16, KEEP)
DECODER(decode_int16_swapped, int16_t, 16, __builtin_bswap16)
DECODER(decode_uint16, uint16_t, 16, KEEP)
DECODER(decode_uint16_swapped, uint16_t, 16, __builtin_bswap16)
DECODER(decode_int32, int32_t, 32, KEEP)
DECODER(decode_int32_swapped, int32_t, 32, __builtin_bswap32)
DECODER(decode_uint32, uint32_t, 32, KEEP)
DECODER(decode_uint32_swapped, uint32_t, 32, __builtin_bswap32)
DECODER(decode_any_float32, float, 32, KEEP)
DECODER(decode_float32_swapped, float, 32, __builtin_bswap32)
DECODER(decode_float64, double, 64, KEEP)
DECODER(decode_float64_swapped, double, 64, __builtin_bswap64)

int cube_float32_settles(const struct cube_element_rule *rule)
{
    int none = rule->ignore_low > rule->ignore_high;
    int one = rule->ignore_low == rule->ignore_high &&
              (double)(float)rule->ignore_low == rule->ignore_low;

    return (none || one) && (double)(float)rule->gain == rule->gain && rule->offset == 0;
}

/* Four at a time: the compiler does not do a comparison of floats side by side by itself. */
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t four_bits __attribute__((vector_size(16)));

static void take_out(float *value, size_t n, float ignore, float gain)
{
    const four nan = {NAN, NAN, NAN, NAN};
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        four x = *(const four *)(value + i), scaled = x * gain;
        four_bits gone = x == ignore;
        *(four *)(value + i) = (four)(((four_bits)nan & gone) | ((four_bits)scaled & ~gone));
    }
    for (; i < n; i++)
        value[i] = value[i] == ignore ? NAN : value[i] * gain;
}

void cube_settle_float32(float *value, size_t n, const struct cube_element_rule *rule)
{
    const float gain = (float)rule->gain;

    if (rule->ignore_low <= rule->ignore_high)
        take_out(value, n, (float)rule->ignore_low, gain);
    else if (rule->gain != 1)
        for (size_t i = 0; i < n; i++)
            value[i] *= gain;
}

/* The commonest case by far. */
static void decode_float32(float *restrict out, const unsigned char *restrict in, size_t n,
                           size_t stride_nbytes, const struct cube_element_rule *rule)
{
    if (stride_nbytes == sizeof *out && cube_float32_settles(rule)) {
        memcpy(out, in, n * sizeof *out);
        cube_settle_float32(out, n, rule);
    } else
        decode_any_float32(out, in, n, stride_nbytes, rule);
}

int cube_decoder_is_float32(cube_decoder *decoder)
{
    return decoder == decode_float32;
}

cube_decoder *cube_decoder_find(size_t *out_nbytes, long long data_type, int big_endian)
{
    static const struct {
        long long data_type;
        size_t nbytes;
        cube_decoder *native, *swapped;
    } decoders[] = {
        {1, 1, decode_uint8, decode_uint8},
        {2, 2, decode_int16, decode_int16_swapped},
        {3, 4, decode_int32, decode_int32_swapped},
        {4, 4, decode_float32, decode_float32_swapped},
        {5, 8, decode_float64, decode_float64_swapped},
        {12, 2, decode_uint16, decode_uint16_swapped},
        {13, 4, decode_uint32, decode_uint32_swapped},
    };
    const int native_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++)
        if (decoders[i].data_type == data_type) {
            *out_nbytes = decoders[i].nbytes;
            return big_endian == native_big_endian ? decoders[i].native : decoders[i].swapped;
        }
    return NULL;
}

void cube_element_ignore(struct cube_element_rule *rule, double ignore, long long data_type)
{
    /* "-3.40282e+38" stands for the lowest float, which so few digits miss */
    const double huge = 0.9999 * (data_type == 5 ? DBL_MAX : (double)FLT_MAX);

    if (isnan(ignore)) { /* missing anyway */
        rule->ignore_low = 1;
        rule->ignore_high = 0;
    } else if (fabs(ignore) > huge) {
        rule->ignore_low = ignore < 0 ? -INFINITY : huge;
        rule->ignore_high = ignore < 0 ? -huge : INFINITY;
    } else {
        rule->ignore_low = rule->ignore_high = data_type == 4 ? (double)(float)ignore : ignore;
    }
}
