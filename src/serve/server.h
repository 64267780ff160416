/*
 * server.h - 'vaho serve': a casebook over HTTP
 *
 * One thread moves bytes (libmicrohttpd), lanes answer what takes a while (lanes.h), one thread
 * watches the casebook and tells what happened (watch.h).  The API is docs/http.md, its routes are
 * the table of routes.c.
 *
 * Without a certificate it serves on the loopback interface only.
 */
#ifndef VAHO_SERVE_SERVER_H
#define VAHO_SERVE_SERVER_H

#include "vaho/status.h"

struct vaho_serve_settings {
    const char *casebook;          /* its file */
    const char *bind;              /* a numeric address: "127.0.0.1", "::1" */
    unsigned port;                 /* 0: any free one */
    const char *certificate, *key; /* PEM files; both or neither (NULL) */
    const char *page, *map;        /* folders; NULL: none */
    const char *products;          /* folder of what 'vaho detect' wrote; NULL: none */
    double (*now_s)(void *clock);  /* seconds since 1970; called by several threads */
    void *clock;
    /* A line for whoever runs it: faults, without secrets or places.  By several threads. */
    void (*say)(void *context, const char *line);
    void *context;
};

struct vaho_server;

/*
 * Starts to serve and returns.  VAHO_USAGE: settings that make no sense.  VAHO_REFUSED: an address
 * that others reach, without a certificate.  VAHO_NOT_FOUND, VAHO_BAD_INPUT: the casebook, a
 * folder, the certificate or the address will not do.
 */
enum vaho_status vaho_server_start(struct vaho_server **out,
                                   const struct vaho_serve_settings *settings,
                                   struct vaho_error *error);
/* Finishes what is under way and ends.  NULL is fine. */
void vaho_server_stop(struct vaho_server *server);

/* "http://127.0.0.1:8080/"; and the link to make the first account, NULL where there is one. */
const char *vaho_server_url(const struct vaho_server *server);
const char *vaho_server_setup_link(const struct vaho_server *server);

/* The routes, one JSON object: [{"method", "path", "roles", ...}]; owned by the caller; NULL: no
 * memory. */
char *vaho_server_routes_json(void);

#endif
