/*
 * pieces.h - plumes that show in more than one piece
 *
 * Ground without contrast and gas that comes in gusts leave gaps in a plume, and what lies beyond
 * one wins the competition by itself.  Two footprints of one gas in one pass that come within
 * VAHO_PIECES_GAP pixels of each other are one plume with the pixels of both.  Two sources whose
 * plumes meet are told apart by passes in other winds.
 */
#ifndef VAHO_FIND_PIECES_H
#define VAHO_FIND_PIECES_H

#include "vaho/plume.h"
#include "vaho/status.h"

enum { VAHO_PIECES_GAP = 3 };

/* Whether the footprints come that close, along lines and along samples. */
int vaho_pieces_meet(const struct vaho_plume *a, const struct vaho_plume *b);

/* Adds the pixels of 'piece' to the footprint and bbox of 'plume'.  VAHO_NO_MEMORY: unchanged. */
enum vaho_status vaho_pieces_join(struct vaho_plume *plume, const struct vaho_plume *piece,
                                  struct vaho_error *error);

#endif
