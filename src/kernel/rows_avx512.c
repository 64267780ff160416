#ifdef __x86_64__
#define LANES 16
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define TABLE vaho_kernels_avx512
#define MATRICES vaho_matrices_avx512
#define NAME "avx512"
#include "kernel/rows_vector.h"
#endif
