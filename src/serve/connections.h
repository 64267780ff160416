/*
 * connections.h - clients that take too long are cut off
 *
 * The HTTP library ends a connection on which nothing moves; a client that sends a byte now and
 * then keeps it busy for hours.  So each connection has a moment until which its request must be
 * there as a whole; a sweep shuts down what is late.  While an answer is made or sent there is
 * none.
 */
#ifndef VAHO_SERVE_CONNECTIONS_H
#define VAHO_SERVE_CONNECTIONS_H

#include "vaho/status.h"

enum { VAHO_CONNECTIONS_MAX = 1536, VAHO_REQUEST_S = 20, VAHO_BETWEEN_S = 60 };

struct vaho_connections;
struct vaho_connected; /* one of them */

enum vaho_status vaho_connections_new(struct vaho_connections **out, struct vaho_error *error);
void vaho_connections_free(struct vaho_connections *connections); /* NULL is fine */

/* A new one, until 'by_s'.  NULL: there is no more room. */
struct vaho_connected *vaho_connected_open(struct vaho_connections *connections, int fd,
                                           double by_s);
/* By when its next request must be there; INFINITY: whenever.  NULL is fine. */
void vaho_connected_by(struct vaho_connections *connections, struct vaho_connected *connected,
                       double by_s);
void vaho_connected_close(struct vaho_connections *connections, struct vaho_connected *connected);

void vaho_connections_sweep(struct vaho_connections *connections, double now_s);

#endif
