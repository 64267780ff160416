#include "serve/connections.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/error.h"

struct vaho_connected {
    int fd, is_used;
    double by_s;
};

struct vaho_connections {
    pthread_mutex_t lock;
    struct vaho_connected one[VAHO_CONNECTIONS_MAX];
};

enum vaho_status vaho_connections_new(struct vaho_connections **out, struct vaho_error *error)
{
    *out = vaho_alloc(1, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, "connections");
    pthread_mutex_init(&(*out)->lock, NULL);
    return VAHO_OK;
}

void vaho_connections_free(struct vaho_connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

struct vaho_connected *vaho_connected_open(struct vaho_connections *connections, int fd,
                                           double by_s)
{
    struct vaho_connected *out = NULL;

    pthread_mutex_lock(&connections->lock);
    for (size_t i = 0; i < VAHO_CONNECTIONS_MAX && out == NULL; i++)
        if (!connections->one[i].is_used)
            out = &connections->one[i];
    if (out != NULL)
        *out = (struct vaho_connected){fd, 1, by_s};
    pthread_mutex_unlock(&connections->lock);
    return out;
}

void vaho_connected_by(struct vaho_connections *connections, struct vaho_connected *connected,
                       double by_s)
{
    if (connected == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    connected->by_s = by_s;
    pthread_mutex_unlock(&connections->lock);
}

void vaho_connected_close(struct vaho_connections *connections, struct vaho_connected *connected)
{
    if (connected == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    connected->is_used = 0;
    pthread_mutex_unlock(&connections->lock);
}

void vaho_connections_sweep(struct vaho_connections *connections, double now_s)
{
    pthread_mutex_lock(&connections->lock);
    for (size_t i = 0; i < VAHO_CONNECTIONS_MAX; i++) {
        struct vaho_connected *c = &connections->one[i];
        if (c->is_used && c->by_s <= now_s) {
            shutdown(c->fd, SHUT_RDWR); /* the library closes it when it sees that */
            c->by_s = INFINITY;
        }
    }
    pthread_mutex_unlock(&connections->lock);
}
