/*
 * fuzz_netcdf.c - a small classic netCDF whose names, units and numbers are the input
 *
 * Ten lines of text: names of the three dimensions, of the variable, of the
 * wavelengths' variable, units of both, fill value, scale and time; after
 * them, the numbers of the wavelengths and of the coordinates.
 * libnetcdf itself is not what is tested.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netcdf.h>

#include "vaho/source.h"

enum { SIDE = 2, N_WORDS = 10, N_NUMBERS = SIDE + 2 * SIDE * SIDE };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* Writes the file; what netCDF refuses is left out. */
static void write_file(const char *path, char *const word[N_WORDS], const double *number)
{
    int file, dim[3], variable, list, longitude, latitude;
    const double fill = atof(word[7]), scale = atof(word[8]);

    if (nc_create(path, NC_CLOBBER, &file) != NC_NOERR)
        abort();
    for (int i = 0; i < 3; i++)
        if (nc_def_dim(file, word[i], SIDE, &dim[i]) != NC_NOERR)
            goto done;
    if (nc_def_var(file, word[3], NC_DOUBLE, 3, dim, &variable) != NC_NOERR)
        goto done;
    nc_put_att_text(file, variable, "units", strlen(word[5]), word[5]);
    if (word[7][0] != '\0')
        nc_put_att_double(file, variable, "_FillValue", NC_DOUBLE, 1, &fill);
    if (word[8][0] != '\0')
        nc_put_att_double(file, variable, "scale_factor", NC_DOUBLE, 1, &scale);
    nc_put_att_text(file, NC_GLOBAL, "time_coverage_start", strlen(word[9]), word[9]);
    if (nc_def_var(file, word[4], NC_DOUBLE, 1, dim, &list) == NC_NOERR)
        nc_put_att_text(file, list, "units", strlen(word[6]), word[6]);
    else
        list = -1;
    if (nc_def_var(file, "lon", NC_DOUBLE, 2, dim, &longitude) != NC_NOERR ||
        nc_def_var(file, "lat", NC_DOUBLE, 2, dim, &latitude) != NC_NOERR ||
        nc_enddef(file) != NC_NOERR)
        goto done;
    if (list >= 0)
        nc_put_var_double(file, list, number);
    nc_put_var_double(file, longitude, number + SIDE);
    nc_put_var_double(file, latitude, number + SIDE + SIDE * SIDE);
done:
    nc_close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    char path[64], empty[] = "", *word[N_WORDS];
    char *text = malloc(nbytes + 1), *rest = text;
    double number[N_NUMBERS] = {0};
    struct vaho_source *source;
    struct vaho_block *block;

    if (text == NULL)
        abort();
    memcpy(text, data, nbytes);
    text[nbytes] = '\0';
    for (size_t i = 0; i < N_WORDS; i++)
        word[i] = rest == NULL ? empty : strsep(&rest, "\n");
    for (size_t i = 0; i < N_NUMBERS && rest != NULL; i++)
        number[i] = strtod(rest, &rest);
    snprintf(path, sizeof path, "/tmp/vaho-fuzz-%d.nc", (int)getpid());
    write_file(path, word, number);
    free(text);
    if (vaho_source_open(&source, path, NULL) == VAHO_OK) {
        const struct vaho_cube_info *info = vaho_source_info(source);
        if (vaho_block_new(&block, info->n_lines, info->n_bands, info->n_samples, NULL) == VAHO_OK)
            vaho_source_read(block, source, 0, info->n_lines, NULL, 0, NULL);
        vaho_block_free(block);
        vaho_source_free(source);
    }
    unlink(path);
    return 0;
}
