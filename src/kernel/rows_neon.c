#ifdef __aarch64__
#define LANES 4
#define EVEN 0, 2, 4, 6
#define ODD 1, 3, 5, 7
#define TABLE vaho_kernels_neon
#define MATRICES vaho_matrices_neon
#define NAME "neon"
#include "kernel/rows_vector.h"
#endif
