/* parts.h - what the files of the server share: its parts, and how a request goes through them */
#ifndef VAHO_SERVE_PARTS_H
#define VAHO_SERVE_PARTS_H

#include <microhttpd.h>
#include <pthread.h>

#include "serve/attempts.h"
#include "serve/connections.h"
#include "serve/here.h"
#include "serve/request.h"
#include "serve/server.h"
#include "serve/watch.h"

struct vaho_server {
    struct vaho_serve_settings settings;
    char url[128], cookie[40], title[128];
    struct vaho_casebook_info info;
    struct MHD_Daemon *daemon;
    char *certificate, *key;
    struct vaho_here *here;
    struct vaho_attempts *attempts;
    struct vaho_events *events;
    struct vaho_lanes *lanes;
    struct vaho_connections *connections;
    struct vaho_watch *watch;
    struct vaho_static_root page, map;
    pthread_mutex_t setup_lock;
    char setup_token[VAHO_TOKEN_NBYTES], setup_link[256]; /* "": there is an account */
    int needs_setup;                                      /* atomically */
};

int vaho_server_is_secure(const struct vaho_server *server);
double vaho_server_now_s(const struct vaho_server *server);

/* Of a request's head: may it be taken?  Where not it has an answer. */
void vaho_admit(struct vaho_request *request, const char *method, const char *version);
/* Of its body. */
void vaho_admit_body(struct vaho_request *request);

/* Gives the answer that the request has to the HTTP library. */
enum MHD_Result vaho_respond(struct vaho_request *request);

/* --- sessions -------------------------------------------------------------------- */

/* What a secret of 64 hexadecimal digits is known by; 0: it is none. */
int vaho_secret_hash(unsigned char out[VAHO_SESSION_HASH_NBYTES], const char *secret);
/* The token that goes with a secret, against requests from other pages. */
void vaho_csrf_of(char out[VAHO_TOKEN_NBYTES], const char *secret);
/* 32 random bytes in hexadecimal. */
void vaho_secret_make(char out[VAHO_TOKEN_NBYTES]);

/* Ends the streams of sessions that are over. */
void vaho_server_end_streams(struct vaho_server *server);
/* Ends sessions here and their streams; the casebook's rows are the caller's. */
void vaho_server_end_session(struct vaho_server *server, const unsigned char *hash);
void vaho_server_end_account(struct vaho_server *server, const char *account,
                             vaho_session_hash *kept, size_t n);

/* Tells all readers who looks at a site now. */
void vaho_server_tell_looking(struct vaho_server *server, const char *site);

#endif
