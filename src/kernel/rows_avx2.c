#ifdef __x86_64__
#define LANES 8
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define ODD 1, 3, 5, 7, 9, 11, 13, 15
#define TABLE vaho_kernels_avx2
#define MATRICES vaho_matrices_avx2
#define NAME "avx2"
#include "kernel/rows_vector.h"
#endif
