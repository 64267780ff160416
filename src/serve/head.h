/*
 * head.h - may a request with this head be taken at all
 *
 * The HTTP library takes heads that two programs in a row may read differently, and so find
 * different requests in one stream (request smuggling, RFC 9112 section 11.2).  What could be is
 * refused here, and the connection closed:
 *   more than one Content-Length, or one that is not a plain number     RFC 9112, 6.3
 *   any Transfer-Encoding: no client of ours needs it                   6.1
 *   HTTP/1.1 without Host, or with several                              3.2
 */
#ifndef VAHO_SERVE_HEAD_H
#define VAHO_SERVE_HEAD_H

#include <stddef.h>

struct vaho_head {
    int is_http_1_1;
    unsigned n_host, n_length, n_coding, n_host_empty;
    int is_length_plain;
    size_t length; /* of the body; 0: none */
};

struct vaho_head vaho_head_begin(const char *version); /* "HTTP/1.1" */
/* One header field, as it came. */
void vaho_head_take(struct vaho_head *head, const char *name, const char *value, size_t nbytes);

/* 0: it may be taken; else the status to refuse it with, and why. */
unsigned vaho_head_check(const char **out_why, const struct vaho_head *head);

#endif
