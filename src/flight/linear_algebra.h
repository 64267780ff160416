/*
 * linear_algebra.h - whether OpenBLAS runs as fast as this processor can
 *
 * OpenBLAS chooses its arithmetic when it is loaded, and OPENBLAS_CORETYPE overrides the
 * choice: a preset for an older processor halves its speed and says nothing.
 */
#ifndef VAHO_FLIGHT_LINEAR_ALGEBRA_H
#define VAHO_FLIGHT_LINEAR_ALGEBRA_H

#include "vaho/detect.h"

/* Sets detection->blas, and blas_below where this processor has wider vectors than it uses. */
void vaho_linear_algebra_tell(struct vaho_detection *detection);

/* 1: the kind of processor 'core' that OpenBLAS knows has narrower vectors than 'kernels', a
 * name as in kernels.h. */
int vaho_linear_algebra_is_below(const char *core, const char *kernels);

#endif
