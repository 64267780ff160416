/* parts.h - what the files of mandate/ know of each other's objects */
#ifndef VAHO_MANDATE_PARTS_H
#define VAHO_MANDATE_PARTS_H

#include "mandate/area.h"
#include "mandate/document.h"
#include "vaho/mandate.h"

enum { VAHO_MANDATE_MAX_LIST = 256, VAHO_MANDATE_LABEL_NBYTES = 160 };

struct vaho_mandate {
    char *path;
    struct vaho_document document; /* owns every text of the terms */
    struct vaho_mandate_terms terms;
    struct vaho_area *area;
    char label[VAHO_MANDATE_LABEL_NBYTES];
    struct vaho_text canonical; /* of the whole document */
    const char *signer[VAHO_MANDATE_MAX_LIST + 2];
    const char *sensor[VAHO_MANDATE_MAX_LIST], *gas[VAHO_MANDATE_MAX_LIST];
    struct vaho_mandate_partner partner[VAHO_MANDATE_MAX_LIST];
};

struct vaho_authority {
    char *name;
    size_t n_keys;
    char (*key)[VAHO_KEY_HEX_NBYTES];
    struct vaho_area *territory; /* NULL: the trust does not say */
};

struct vaho_trust {
    size_t n;
    struct vaho_authority *authority;
};

/* NULL: nobody of that name, or nobody with that key. */
const struct vaho_authority *vaho_trust_named(const struct vaho_trust *trust, const char *name);
const struct vaho_authority *vaho_trust_with_key(const struct vaho_trust *trust, const char *key);

struct vaho_revocation {
    const char *issuer, *id, *reason;
};

struct vaho_revocations {
    char *path;
    struct vaho_document document;
    const char *issuer, *issued;
    size_t n;
    struct vaho_revocation *entry;
};

/* 1 when 'name' has signed the document with a key the trust gives it. */
int vaho_signed_by(const struct vaho_document *document, const struct vaho_trust *trust,
                   const char *name);

#endif
