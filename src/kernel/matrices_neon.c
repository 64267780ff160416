/* matrices_neon.c - matrices_tiles.h with the 64-bit Arm's vector unit: 32 registers of 4 float32
 */
#ifdef __aarch64__
#include <arm_neon.h>

typedef float32x4_t vec;
typedef float64x2_t dvec;

#define LANES 4
#define D_LANES 2
#define LOAD(p) vld1q_f32(p)
#define STORE(p, v) vst1q_f32(p, v)
#define SPREAD(x) vdupq_n_f32(x)
#define ADD(a, b) vaddq_f32(a, b)
#define SUBTRACT(a, b) vsubq_f32(a, b)
#define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b) /* a b + c */
#define MULTIPLY(a, b) vmulq_f32(a, b)
#define DIVIDE(a, b) vdivq_f32(a, b)
#define ROOT(a) vsqrtq_f32(a)
#define TAKE(a, b, c) vfmsq_f32(c, a, b) /* c - a b */
#define D_LOAD(p) vld1q_f64(p)
#define D_STORE(p, v) vst1q_f64(p, v)
#define D_SPREAD(x) vdupq_n_f64(x)
#define D_SUBTRACT(a, b) vsubq_f64(a, b)
#define D_MULTIPLY(a, b) vmulq_f64(a, b)
#define D_DIVIDE(a, b) vdivq_f64(a, b)
#define D_ROOT(a) vsqrtq_f64(a)
#define D_TAKE(a, b, c) vfmsq_f64(c, a, b) /* c - a b */

#define D_WIDEN(p) vcvt_f64_f32(vld1_f32(p))        /* of float32 */
#define D_NARROW(p, v) vst1_f32(p, vcvt_f32_f64(v)) /* to float32 */
#define D_ADD(a, b) vaddq_f64(a, b)
#define D_MULTIPLY_ADD(a, b, c) vfmaq_f64(c, a, b)
#define D_ABOVE_ZERO(a, b)                                                                         \
    vreinterpretq_f64_u64(vandq_u64(vcgtzq_f64(a), vreinterpretq_u64_f64(b))) /* a > 0 ? b : 0 */

static inline void add_to_double(double *sum, vec v)
{
    D_STORE(sum, vaddq_f64(D_LOAD(sum), vcvt_f64_f32(vget_low_f32(v))));
    D_STORE(sum + 2, vaddq_f64(D_LOAD(sum + 2), vcvt_high_f64_f32(v)));
}

#define GRAM_PANELS 1  /* times 16 bands, in a tile of gram() */
#define GRAM_COLUMNS 4 /* 16 sums, 4 rows, 1 spread value */
#define LANE_TILE 4    /* 16 sums, 4 + 1 rows */
#define EXACT_TILE 4
#define FILTER_ROWS 8
#define FILTER_VECTORS 3
#define TABLE vaho_matrices_neon
#include "kernel/matrices_tiles.h"
#endif
