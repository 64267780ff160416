/* after_action_files.h - the two files of the report, and what both say */
#ifndef VAHO_EXERCISE_AFTER_ACTION_FILES_H
#define VAHO_EXERCISE_AFTER_ACTION_FILES_H

#include "exercise/after_action.h"

struct vaho_casebook;

/* "hidden", "licensed", "unlisted", "traffic"; static storage. */
const char *after_action_kind(enum vaho_emitter_kind kind);

/* Of the hidden sites that emitted in k flights or more which could see them: how many, and how
 * many of these had been found by the k-th. */
void after_action_after_passes(size_t *out_n, size_t *out_found, const struct vaho_after_action *a,
                               size_t k);

/* Fills 'analyst' from the histories of the sites, whose truth is known. */
enum vaho_status after_action_count_people(struct vaho_after_action *out,
                                           struct vaho_casebook *casebook,
                                           struct vaho_error *error);

enum vaho_status after_action_write_json(const struct vaho_after_action *a, const char *at,
                                         const char *path, struct vaho_error *error);
enum vaho_status after_action_write_page(const struct vaho_after_action *a, const char *at,
                                         const char *path, struct vaho_error *error);

#endif
