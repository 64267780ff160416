/*
 * product.h - what every file of a flight says about itself
 *
 * The strings are borrowed, UTF-8 by intent; a writer replaces what is not.
 */
#ifndef VAHO_FORMAT_PRODUCT_H
#define VAHO_FORMAT_PRODUCT_H

struct vaho_product {
    const char *flight;  /* the flight's name, as in the plumes' ids */
    const char *time;    /* when it was flown, ISO 8601 UTC; "" unknown */
    int exercise;        /* 1: simulated, said in every file */
    const char *mandate; /* the mandate flown under, or "no mandate" */
    double q_reported;   /* plumes at this q-value or below are reported */
    const char *version; /* of the program: "0.1.0" */
};

/* A moment as files with a mandatory time stamp want it: "2026-05-01T10:20:30.000Z";
 * the flight's time or, where that is unknown or no ISO 8601 date, 1970. */
enum { VAHO_STAMP_NBYTES = 25 };
void vaho_product_stamp(char out[VAHO_STAMP_NBYTES], const struct vaho_product *product);

#endif
