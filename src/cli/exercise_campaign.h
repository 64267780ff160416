/* exercise_campaign.h - the verbs of 'vaho exercise' that work on a campaign's folder */
#ifndef VAHO_CLI_EXERCISE_CAMPAIGN_H
#define VAHO_CLI_EXERCISE_CAMPAIGN_H

#include <stdint.h>

/* 'exercise new --scenario': lays one out; key_path NULL: DIR.key; seed NULL: drawn.  The exit
 * code. */
int exercise_campaign_new(const char *scenario, const char *dir, const char *key_path,
                          const uint64_t *seed, int json);

/* 'exercise run|show|score'; argv[0] is the verb.  0: there is none of that name. */
int exercise_campaign(int *code, int argc, char **argv);

#endif
