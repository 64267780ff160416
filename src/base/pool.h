/*
 * pool.h - a fixed crew of threads that share out numbered tasks
 *
 * Tasks are numbered 0 .. n-1 and each writes only to places of its own, so
 * results do not depend on how many threads there are or who takes which task.
 * Reductions are the caller's, in task order.
 */
#ifndef VAHO_BASE_POOL_H
#define VAHO_BASE_POOL_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_pool;

/* A task's work.  'worker' < number of threads: an index for scratch memory. */
typedef enum vaho_status vaho_task_fn(void *context, size_t task, size_t worker,
                                      struct vaho_error *error);

/* n_threads 0: as many as the machine has processors.  VAHO_NO_MEMORY, VAHO_FAULT. */
enum vaho_status vaho_pool_new(struct vaho_pool **out, size_t n_threads, struct vaho_error *error);
void vaho_pool_free(struct vaho_pool *pool); /* NULL is fine */
size_t vaho_pool_n_threads(const struct vaho_pool *pool);

/*
 * Runs tasks 0 .. n_tasks-1 and returns when all are done.  The first failure
 * by task number is returned; after a failure no new tasks are started.
 * One run at a time a pool.
 */
enum vaho_status vaho_pool_run(struct vaho_pool *pool, size_t n_tasks, vaho_task_fn *task,
                               void *context, struct vaho_error *error);

#endif
