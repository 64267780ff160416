/* matrices_avx2.c - matrices_tiles.h with AVX2 and FMA: 16 registers of 8 float32 */
#ifdef __x86_64__
#include <immintrin.h>

typedef __m256 vec;
typedef __m256d dvec;

#define LANES 8
#define D_LANES 4
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define SPREAD(x) _mm256_set1_ps(x)
#define ADD(a, b) _mm256_add_ps(a, b)
#define SUBTRACT(a, b) _mm256_sub_ps(a, b)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c) /* a b + c */
#define MULTIPLY(a, b) _mm256_mul_ps(a, b)
#define DIVIDE(a, b) _mm256_div_ps(a, b)
#define ROOT(a) _mm256_sqrt_ps(a)
#define TAKE(a, b, c) _mm256_fnmadd_ps(a, b, c) /* c - a b */
#define D_LOAD(p) _mm256_loadu_pd(p)
#define D_STORE(p, v) _mm256_storeu_pd(p, v)
#define D_SPREAD(x) _mm256_set1_pd(x)
#define D_SUBTRACT(a, b) _mm256_sub_pd(a, b)
#define D_MULTIPLY(a, b) _mm256_mul_pd(a, b)
#define D_DIVIDE(a, b) _mm256_div_pd(a, b)
#define D_ROOT(a) _mm256_sqrt_pd(a)
#define D_TAKE(a, b, c) _mm256_fnmadd_pd(a, b, c) /* c - a b */

#define D_WIDEN(p) _mm256_cvtps_pd(_mm_loadu_ps(p))         /* of float32 */
#define D_NARROW(p, v) _mm_storeu_ps(p, _mm256_cvtpd_ps(v)) /* to float32 */
#define D_ADD(a, b) _mm256_add_pd(a, b)
#define D_MULTIPLY_ADD(a, b, c) _mm256_fmadd_pd(a, b, c)
#define D_ABOVE_ZERO(a, b)                                                                         \
    _mm256_and_pd(_mm256_cmp_pd(a, _mm256_setzero_pd(), _CMP_GT_OQ), b) /* a > 0 ? b : 0 */

static inline void add_to_double(double *sum, vec v)
{
    __m128 low = _mm256_castps256_ps128(v), high = _mm256_extractf128_ps(v, 1);

    D_STORE(sum, _mm256_add_pd(D_LOAD(sum), _mm256_cvtps_pd(low)));
    D_STORE(sum + 4, _mm256_add_pd(D_LOAD(sum + 4), _mm256_cvtps_pd(high)));
}

#define GRAM_PANELS 1  /* times 16 bands, in a tile of gram() */
#define GRAM_COLUMNS 4 /* 8 sums, 2 rows, 1 spread value */
#define LANE_TILE 3    /* 9 sums, 3 + 1 rows */
#define EXACT_TILE 3
#define FILTER_ROWS 4
#define FILTER_VECTORS 3
#define TABLE vaho_matrices_avx2
#include "kernel/matrices_tiles.h"
#endif
