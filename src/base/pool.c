#include "base/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

enum { MAX_THREADS = 256 };

struct worker {
    struct vaho_pool *pool;
    size_t index;
    pthread_t thread;
};

struct vaho_pool {
    pthread_mutex_t lock;
    pthread_cond_t work, idle;
    size_t n_threads, n_started; /* worker 0 is the calling thread */
    struct worker worker[MAX_THREADS];
    /* the run in progress, guarded by lock */
    vaho_task_fn *task;
    void *context;
    size_t n_tasks, next, running, failed_task;
    enum vaho_status status;
    struct vaho_error error;
    int stop;
};

/* Takes tasks until none is left.  Called with the lock held; returns with it held. */
static void take_tasks(struct vaho_pool *pool, size_t worker)
{
    while (pool->next < pool->n_tasks && pool->status == VAHO_OK) {
        size_t task = pool->next++;
        struct vaho_error error = {VAHO_OK, ""};
        enum vaho_status status;

        pool->running++;
        pthread_mutex_unlock(&pool->lock);
        status = pool->task(pool->context, task, worker, &error);
        pthread_mutex_lock(&pool->lock);
        pool->running--;
        if (status != VAHO_OK && (pool->status == VAHO_OK || task < pool->failed_task)) {
            pool->status = status;
            pool->failed_task = task;
            pool->error = error;
        }
    }
    if (pool->running == 0)
        pthread_cond_broadcast(&pool->idle);
}

static void *work(void *argument)
{
    struct worker *self = argument;
    struct vaho_pool *pool = self->pool;

    pthread_mutex_lock(&pool->lock);
    while (!pool->stop) {
        if (pool->next < pool->n_tasks && pool->status == VAHO_OK)
            take_tasks(pool, self->index);
        else
            pthread_cond_wait(&pool->work, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

enum vaho_status vaho_pool_new(struct vaho_pool **out, size_t n_threads, struct vaho_error *error)
{
    struct vaho_pool *pool;

    *out = NULL;
    if (n_threads == 0) {
        long n = sysconf(_SC_NPROCESSORS_ONLN);
        n_threads = n > 0 ? (size_t)n : 1;
    }
    if (n_threads > MAX_THREADS)
        n_threads = MAX_THREADS;
    pool = vaho_alloc(1, sizeof *pool);
    if (pool == NULL)
        return vaho_fail_memory(error, "the worker pool");
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->idle, NULL);
    pool->n_threads = n_threads;
    pool->n_started = 1;
    for (size_t i = 1; i < n_threads; i++) {
        pool->worker[i].pool = pool;
        pool->worker[i].index = i;
        if (pthread_create(&pool->worker[i].thread, NULL, work, &pool->worker[i]) != 0) {
            vaho_pool_free(pool);
            return vaho_fail(error, VAHO_FAULT,
                             "could not start thread %zu; ask for fewer with --threads", i);
        }
        pool->n_started++;
    }
    *out = pool;
    return VAHO_OK;
}

void vaho_pool_free(struct vaho_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = 1;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 1; i < pool->n_started; i++)
        pthread_join(pool->worker[i].thread, NULL);
    pthread_cond_destroy(&pool->idle);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

size_t vaho_pool_n_threads(const struct vaho_pool *pool)
{
    return pool->n_threads;
}

enum vaho_status vaho_pool_run(struct vaho_pool *pool, size_t n_tasks, vaho_task_fn *task,
                               void *context, struct vaho_error *error)
{
    enum vaho_status status;

    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->context = context;
    pool->n_tasks = n_tasks;
    pool->next = 0;
    pool->status = VAHO_OK;
    pthread_cond_broadcast(&pool->work);
    take_tasks(pool, 0);
    while (pool->running > 0)
        pthread_cond_wait(&pool->idle, &pool->lock);
    status = pool->status;
    if (status != VAHO_OK && error != NULL)
        *error = pool->error;
    pool->n_tasks = 0;
    pool->next = 0;
    pthread_mutex_unlock(&pool->lock);
    return status;
}
