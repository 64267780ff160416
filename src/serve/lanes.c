#include "serve/lanes.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/error.h"

enum { MAX_THREADS = 2, MAX_QUEUED = 512 };

static const struct {
    size_t n_threads, n_queued;
} sizes[VAHO_N_LANES] = {{0, 0}, {2, 512}, {1, 128}, {1, 32}};

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    void *context[MAX_QUEUED];
    size_t first, n, max_n, n_threads;
    int is_ending;
    vaho_lane_fn *run;
    struct vaho_casebook *casebook[MAX_THREADS];
    pthread_t thread[MAX_THREADS];
};

struct seat { /* which casebook a thread has */
    struct queue *queue;
    size_t number;
};

struct vaho_lanes {
    struct queue queue[VAHO_N_LANES];
    struct seat seat[VAHO_N_LANES][MAX_THREADS];
};

static void *work(void *argument)
{
    const struct seat *seat = argument;
    struct queue *q = seat->queue;

    pthread_mutex_lock(&q->lock);
    for (;;) {
        void *context;
        while (q->n == 0 && !q->is_ending)
            pthread_cond_wait(&q->filled, &q->lock);
        if (q->n == 0)
            break;
        context = q->context[q->first];
        q->first = (q->first + 1) % MAX_QUEUED;
        q->n--;
        pthread_mutex_unlock(&q->lock);
        q->run(context, q->casebook[seat->number]);
        pthread_mutex_lock(&q->lock);
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

static enum vaho_status start(struct vaho_lanes *lanes, size_t lane, const char *path,
                              struct vaho_error *error)
{
    struct queue *q = &lanes->queue[lane];

    for (size_t i = 0; i < sizes[lane].n_threads; i++) {
        enum vaho_status status = vaho_casebook_open(&q->casebook[i], path, error);
        if (status != VAHO_OK)
            return status;
        lanes->seat[lane][i] = (struct seat){q, i};
        if (pthread_create(&q->thread[i], NULL, work, &lanes->seat[lane][i]) != 0) {
            vaho_casebook_close(q->casebook[i]);
            return vaho_fail(error, VAHO_FAULT, "no thread could be started");
        }
        q->n_threads++;
    }
    return VAHO_OK;
}

enum vaho_status vaho_lanes_new(struct vaho_lanes **out, const char *path, vaho_lane_fn *run,
                                struct vaho_error *error)
{
    struct vaho_lanes *lanes = vaho_alloc(1, sizeof *lanes);
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    if (lanes == NULL)
        return vaho_fail_memory(error, "lanes");
    for (size_t i = 0; i < VAHO_N_LANES; i++) {
        struct queue *q = &lanes->queue[i];
        pthread_mutex_init(&q->lock, NULL);
        pthread_cond_init(&q->filled, NULL);
        q->max_n = sizes[i].n_queued;
        q->run = run;
    }
    for (size_t i = 0; i < VAHO_N_LANES && status == VAHO_OK; i++)
        status = start(lanes, i, path, error);
    if (status != VAHO_OK) {
        vaho_lanes_free(lanes);
        return status;
    }
    *out = lanes;
    return VAHO_OK;
}

static void stop(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->is_ending = 1;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
    for (size_t i = 0; i < q->n_threads; i++) {
        pthread_join(q->thread[i], NULL);
        vaho_casebook_close(q->casebook[i]);
    }
    q->n_threads = 0;
}

void vaho_lanes_stop(struct vaho_lanes *lanes)
{
    for (size_t i = 0; lanes != NULL && i < VAHO_N_LANES; i++)
        stop(&lanes->queue[i]);
}

void vaho_lanes_free(struct vaho_lanes *lanes)
{
    if (lanes == NULL)
        return;
    vaho_lanes_stop(lanes);
    for (size_t i = 0; i < VAHO_N_LANES; i++) {
        pthread_cond_destroy(&lanes->queue[i].filled);
        pthread_mutex_destroy(&lanes->queue[i].lock);
    }
    free(lanes);
}

int vaho_lane_push(struct vaho_lanes *lanes, enum vaho_lane lane, void *context)
{
    struct queue *q = &lanes->queue[lane];
    int fits;

    pthread_mutex_lock(&q->lock);
    fits = q->n < q->max_n && !q->is_ending;
    if (fits) {
        q->context[(q->first + q->n++) % MAX_QUEUED] = context;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return fits;
}
