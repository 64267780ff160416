/* replay.c - runs a fuzzer's entry over the files of its corpus, without libFuzzer */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int main(int argc, char **argv)
{
    struct dirent **entry = NULL;
    int n = argc == 2 ? scandir(argv[1], &entry, NULL, alphasort) : -1, n_run = 0;

    if (n < 0) {
        fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
        return 2;
    }
    for (int i = 0; i < n; i++) {
        char path[4096];
        char *data;
        size_t nbytes;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry[i]->d_name);
        if (entry[i]->d_name[0] != '.' &&
            vaho_file_read(&data, &nbytes, path, (size_t)1 << 24, NULL) == VAHO_OK) {
            LLVMFuzzerTestOneInput((const uint8_t *)data, nbytes);
            free(data);
            n_run++;
        }
        free(entry[i]);
    }
    free(entry);
    printf("%d inputs replayed\n", n_run);
    return n_run > 0 ? 0 : 1; /* a fuzzer without a corpus has tested nothing */
}
