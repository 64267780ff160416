/* matrices_avx512.c - matrices_tiles.h with AVX-512: 32 registers of 16 float32 */
#ifdef __x86_64__
#include <immintrin.h>

typedef __m512 vec;
typedef __m512d dvec;

#define LANES 16
#define D_LANES 8
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define SPREAD(x) _mm512_set1_ps(x)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUBTRACT(a, b) _mm512_sub_ps(a, b)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c) /* a b + c */
#define MULTIPLY(a, b) _mm512_mul_ps(a, b)
#define DIVIDE(a, b) _mm512_div_ps(a, b)
#define ROOT(a) _mm512_sqrt_ps(a)
#define TAKE(a, b, c) _mm512_fnmadd_ps(a, b, c) /* c - a b */
#define D_LOAD(p) _mm512_loadu_pd(p)
#define D_STORE(p, v) _mm512_storeu_pd(p, v)
#define D_SPREAD(x) _mm512_set1_pd(x)
#define D_SUBTRACT(a, b) _mm512_sub_pd(a, b)
#define D_MULTIPLY(a, b) _mm512_mul_pd(a, b)
#define D_DIVIDE(a, b) _mm512_div_pd(a, b)
#define D_ROOT(a) _mm512_sqrt_pd(a)
#define D_TAKE(a, b, c) _mm512_fnmadd_pd(a, b, c) /* c - a b */

#define D_WIDEN(p) _mm512_cvtps_pd(_mm256_loadu_ps(p))         /* of float32 */
#define D_NARROW(p, v) _mm256_storeu_ps(p, _mm512_cvtpd_ps(v)) /* to float32 */
#define D_ADD(a, b) _mm512_add_pd(a, b)
#define D_MULTIPLY_ADD(a, b, c) _mm512_fmadd_pd(a, b, c)
#define D_ABOVE_ZERO(a, b)                                                                         \
    _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(a, _mm512_setzero_pd(), _CMP_GT_OQ),                    \
                        b) /* a > 0 ? b : 0 */

static inline void add_to_double(double *sum, vec v)
{
    __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1));

    D_STORE(sum, _mm512_add_pd(D_LOAD(sum), _mm512_cvtps_pd(_mm512_castps512_ps256(v))));
    D_STORE(sum + 8, _mm512_add_pd(D_LOAD(sum + 8), _mm512_cvtps_pd(high)));
}

#define GRAM_PANELS 3  /* times 16 bands, in a tile of gram() */
#define GRAM_COLUMNS 8 /* 24 sums, 3 rows, 1 spread value */
#define LANE_TILE 5    /* 25 sums, 5 + 1 rows */
#define EXACT_TILE 5
#define FILTER_ROWS 8
#define FILTER_VECTORS 3
#define TABLE vaho_matrices_avx512
#include "kernel/matrices_tiles.h"
#endif
