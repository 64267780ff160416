/* option.h - the values of options, read strictly: all of the text, in range, or not at all */
#ifndef VAHO_CLI_OPTION_H
#define VAHO_CLI_OPTION_H

#include <stddef.h>
#include <stdint.h>

/* 1 and the value; 0 when 'text' is anything but a number of min .. max. */
int option_integer(uint64_t *out, const char *text, uint64_t min, uint64_t max);
int option_real(double *out, const char *text, double min, double max);

/*
 * Splits "a,b,c" in place at its commas.  Returns how many parts there are; 0
 * when one is empty or there are more than max_n.
 */
size_t option_list(const char **out, size_t max_n, char *text);

#endif
