#include "flight/stack.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "flight/permit.h"
#include "flight/search.h"
#include "flight/signatures.h"
#include "spectra/decoys.h"
#include "vaho/place.h"

static const double CELL_PX = 2.0;
enum { MAX_CELLS = 1 << 24, PATH_NBYTES = 4096, DECOY_LEVEL = 2 };

/* The spectra that every pass is searched for: those of the first, and its decoys. */
struct asked {
    size_t n_bands, n_gases, n_all;
    char (*name)[VAHO_NAME_NBYTES]; /* n_gases */
    double *wavelength_um;          /* n_bands */
    float *decoy;                   /* (n_all - n_gases) x n_bands: absorption */
    unsigned *gas_of, *set_of;      /* n_all */
    size_t n_sets;
};

struct stacking {
    const struct vaho_stack_request *request;
    struct vaho_stacked *out;
    struct vaho_pool *pool;
    struct asked asked;
    const struct vaho_place *place; /* of the pass at hand */
    size_t pass;
};

/* An opened pass. */
struct opened {
    struct vaho_source *source;
    struct vaho_place *place;
    const struct vaho_cube_info *info;
};

static void opened_free(struct opened *opened)
{
    vaho_place_free(opened->place);
    vaho_source_free(opened->source);
    *opened = (struct opened){0};
}

/* A file the list names, from its own folder; NULL for "". */
static const char *in_folder(char out[PATH_NBYTES], const struct vaho_stack_request *request,
                             const char *name)
{
    if (name[0] == '\0')
        return NULL;
    if (name[0] == '/')
        snprintf(out, PATH_NBYTES, "%s", name);
    else
        snprintf(out, PATH_NBYTES, "%s/%s", request->folder, name);
    return out;
}

/* Opens and places a pass. */
static enum vaho_status open_pass(struct opened *out, const struct vaho_stack_request *request,
                                  size_t pass, struct vaho_error *error)
{
    const struct vaho_pass *p = &request->passes->pass[pass];
    char cube[PATH_NBYTES], geo[PATH_NBYTES], dem[PATH_NBYTES];
    enum vaho_status status;

    *out = (struct opened){0};
    status = vaho_source_open(&out->source, in_folder(cube, request, p->cube), error);
    if (status == VAHO_OK && p->geo[0] != '\0')
        status = vaho_place_source(out->source, in_folder(geo, request, p->geo),
                                   in_folder(dem, request, p->dem), request->settings->n_threads,
                                   NULL, error);
    if (status == VAHO_OK) {
        out->info = vaho_source_info(out->source);
        status = vaho_place_new(&out->place, out->info->georeference, out->info->n_lines,
                                out->info->n_samples, error);
    }
    if (status == VAHO_OK && !vaho_place_known(out->place))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: does not say where it lies; name its geolocation in the column geo",
                           cube);
    if (status != VAHO_OK)
        opened_free(out);
    return status;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* What is known of a pass before it is searched: path, time, hash, error of its place. */
static enum vaho_status describe_pass(struct stacking *s, const struct opened *opened,
                                      double *pixel_m, struct vaho_error *error)
{
    const struct vaho_pass *p = &s->request->passes->pass[s->pass];
    struct vaho_stacked_pass *pass = &s->out->pass[s->pass];
    double line = 0.5 * (double)opened->info->n_lines,
           sample = 0.5 * (double)opened->info->n_samples;
    double along, across, covariance[3];

    pass->path = vaho_strdup(opened->info->path);
    pass->time = vaho_strdup(opened->info->acquired[0] != '\0' ? opened->info->acquired : p->time);
    if (pass->path == NULL || pass->time == NULL)
        return vaho_fail_memory(error, "the passes");
    s->out->exercise |= opened->info->exercise;
    if (!vaho_place_pixel_size_m(&along, &across, opened->place, line, sample))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: the place of its middle is not known",
                         pass->path);
    *pixel_m = sqrt(along * across);
    pass->wind = (struct vaho_pass_wind){p->wind_from_deg, p->wind_from_sigma_deg,
                                         1.0 / p->wind_speed_m_s, 0.0};
    if (vaho_place_covariance(covariance, opened->place, line, sample, NULL))
        pass->wind.place_sigma_m = sqrt(0.5 * (covariance[0] + covariance[2]));
    else { /* nobody says: a pixel */
        pass->wind.place_sigma_m = *pixel_m;
        s->out->place_assumed = 1;
    }
    return vaho_file_sha256(pass->sha256, opened->info->file[0], error);
}

/* The ground all passes lie on, its pixel, and their winds against each other. */
static enum vaho_status survey(struct stacking *s, struct vaho_error *error)
{
    size_t n = s->out->n_passes;
    double *pixel_m = vaho_alloc(n, sizeof *pixel_m), mean = 0.0;
    struct vaho_ground_extent extent = {0};
    enum vaho_status status = pixel_m != NULL ? VAHO_OK : vaho_fail_memory(error, "the passes");

    for (s->pass = 0; status == VAHO_OK && s->pass < n; s->pass++) {
        struct opened opened;
        status = open_pass(&opened, s->request, s->pass, error);
        if (status == VAHO_OK)
            status = describe_pass(s, &opened, &pixel_m[s->pass], error);
        if (status == VAHO_OK)
            vaho_ground_extent_add(&extent, opened.place, opened.info->n_lines,
                                   opened.info->n_samples);
        opened_free(&opened);
    }
    if (status == VAHO_OK) {
        qsort(pixel_m, n, sizeof *pixel_m, ascending);
        s->out->pixel_m = pixel_m[n / 2];
        status = vaho_ground_grid_make(&s->out->grid, &extent, CELL_PX * s->out->pixel_m, MAX_CELLS,
                                       error);
        for (size_t i = 0; i < n; i++)
            mean += s->out->pass[i].wind.relative / (double)n;
        s->out->speed_known = isfinite(mean);
        for (size_t i = 0; i < n; i++)
            s->out->pass[i].wind.relative =
                isfinite(mean) ? s->out->pass[i].wind.relative / mean : 1.0;
    }
    free(pixel_m);
    return status;
}

/* Names, wavelengths and decoys from the first pass, and the stack they go into. */
static enum vaho_status ask(struct stacking *s, const struct vaho_searched *searched,
                            struct vaho_error *error)
{
    const struct vaho_signatures *signatures = searched->signatures;
    size_t nb = signatures->n_bands, ng = signatures->n_searched;
    size_t wanted = s->request->settings->n_decoys, room = ng * (wanted + 1);
    struct asked *asked = &s->asked;
    float *profile = vaho_alloc(nb, sizeof *profile);
    struct vaho_decoy_metric metric = {nb, profile,
                                       vaho_evidence_cholesky(searched->evidence, DECOY_LEVEL)};
    enum vaho_status status = VAHO_OK;

    *asked = (struct asked){.n_bands = nb,
                            .n_gases = ng,
                            .n_all = ng,
                            .name = vaho_alloc(ng, sizeof *asked->name),
                            .wavelength_um = vaho_alloc(nb, sizeof(double)),
                            .decoy = vaho_alloc(ng * wanted * nb, sizeof(float)),
                            .gas_of = vaho_alloc(room, sizeof(unsigned)),
                            .set_of = vaho_alloc(room, sizeof(unsigned)),
                            .n_sets = wanted};
    if (!profile || !asked->name || !asked->wavelength_um || !asked->decoy || !asked->gas_of ||
        !asked->set_of) {
        free(profile);
        return vaho_fail_memory(error, "decoys");
    }
    memcpy(asked->name, signatures->name, ng * sizeof *asked->name);
    memcpy(asked->wavelength_um, signatures->wavelength_um, nb * sizeof(double));
    vaho_contrast_profile(profile, searched->scene->contrast);
    for (size_t g = 0; status == VAHO_OK && g < ng; g++) {
        size_t made = 0;
        asked->gas_of[g] = (unsigned)g;
        status = vaho_decoys_make(asked->decoy + (asked->n_all - ng) * nb, &made, wanted,
                                  searched->absorption, signatures->n, g, &metric, error);
        for (size_t i = 0; i < made; i++) {
            asked->set_of[asked->n_all] = (unsigned)i;
            asked->gas_of[asked->n_all++] = (unsigned)g;
        }
    }
    free(profile);
    s->out->n_gases = ng;
    s->out->n_decoys = asked->n_all - ng;
    return status != VAHO_OK
               ? status
               : vaho_stack_new(&s->out->stack, &s->out->grid, s->out->pixel_m, asked->gas_of,
                                asked->n_all, ng, s->out->n_passes, error);
}

/* A decoy's absorption in the bands of another pass, the ends held. */
static void resample(float *out, const struct vaho_signatures *to, const struct asked *from,
                     const float *decoy)
{
    size_t i = 0;

    for (size_t b = 0; b < to->n_bands; b++) {
        double at = to->wavelength_um[b], low, high, t;
        while (i + 2 < from->n_bands && from->wavelength_um[i + 1] <= at)
            i++;
        low = from->wavelength_um[i];
        high = from->wavelength_um[i + 1];
        t = fmin(fmax((at - low) / (high - low), 0.0), 1.0);
        out[b] = (float)((1.0 - t) * (double)decoy[i] + t * (double)decoy[i + 1]);
    }
}

/* The parts of all signatures in the eyes of this pass: n_all x stride. */
static enum vaho_status make_parts(float **out, const struct asked *asked,
                                   const struct vaho_searched *searched, struct vaho_error *error)
{
    const struct vaho_contrast *contrast = searched->scene->contrast;
    size_t nb = searched->signatures->n_bands, stride = (contrast->n_parts + 1) * nb;
    float *absorption = vaho_alloc(nb, sizeof *absorption);

    *out = vaho_alloc(asked->n_all * stride, sizeof **out);
    if (*out == NULL || absorption == NULL) {
        free(absorption);
        return vaho_fail_memory(error, "the signatures");
    }
    for (size_t i = 0; i < asked->n_all; i++) {
        if (i < asked->n_gases)
            memcpy(absorption, searched->absorption + i * nb, nb * sizeof *absorption);
        else
            resample(absorption, searched->signatures, asked,
                     asked->decoy + (i - asked->n_gases) * asked->n_bands);
        vaho_contrast_parts(*out + i * stride, contrast, absorption);
    }
    free(absorption);
    return VAHO_OK;
}

/* Takes what a pass learned into the stack. */
static enum vaho_status take_pass(void *context, const struct vaho_searched *searched,
                                  struct vaho_error *error)
{
    struct stacking *s = context;
    const struct vaho_cube_info *info = vaho_source_info(searched->scene->source);
    const struct vaho_signatures *signatures = searched->signatures;
    struct vaho_pass_planes *planes = NULL;
    unsigned *cell = vaho_alloc(info->n_lines * info->n_samples, sizeof *cell);
    float *parts = NULL;
    size_t n_cells = s->out->grid.n_rows * s->out->grid.n_cols;
    enum vaho_status status = cell != NULL ? VAHO_OK : vaho_fail_memory(error, "a pass's ground");

    if (status == VAHO_OK && s->out->stack == NULL)
        status = ask(s, searched, error);
    if (status == VAHO_OK &&
        (signatures->n_searched != s->asked.n_gases ||
         memcmp(signatures->name, s->asked.name, s->asked.n_gases * sizeof *s->asked.name) != 0))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: its bands show other gases than the first pass's; name with --gas "
                           "those that all of them show",
                           info->path);
    if (status == VAHO_OK)
        status = make_parts(&parts, &s->asked, searched, error);
    if (status == VAHO_OK) {
        vaho_ground_grid_cells(cell, VAHO_NO_CELL, &s->out->grid, s->place, info->n_lines,
                               info->n_samples);
        status =
            vaho_pass_planes_make(&planes, searched->evidence, searched->hypothesis, parts,
                                  s->asked.gas_of, s->asked.n_all, cell, n_cells, s->pool, error);
    }
    if (status == VAHO_OK)
        status = vaho_stack_add(s->out->stack, planes, &s->out->pass[s->pass].wind, s->pool, error);
    vaho_pass_planes_free(planes);
    free(parts);
    free(cell);
    return status;
}

/* Says which pass it was, where the message does not. */
static enum vaho_status name_pass(enum vaho_status status, const char *path,
                                  struct vaho_error *error)
{
    struct vaho_error said;

    if (status == VAHO_OK || error == NULL || strstr(error->message, path) != NULL)
        return status;
    said = *error;
    return vaho_fail(error, status, "%s: %s", path, said.message);
}

static enum vaho_status add_pass(struct stacking *s, struct vaho_error *error)
{
    struct vaho_detect_settings settings = *s->request->settings;
    struct vaho_stacked_pass *pass = &s->out->pass[s->pass];
    struct vaho_detection *notes = vaho_alloc(1, sizeof *notes);
    struct vaho_signatures *signatures = NULL;
    struct opened opened;
    enum vaho_status status = open_pass(&opened, s->request, s->pass, error);

    settings.air_temperature_k = s->request->passes->pass[s->pass].air_temperature_k;
    if (status == VAHO_OK && notes == NULL)
        status = vaho_fail_memory(error, "a pass");
    if (status == VAHO_OK && settings.mandate != NULL)
        status = vaho_detect_permit(opened.source, opened.place, settings.mandate,
                                    s->request->trust, NULL, error);
    if (status == VAHO_OK)
        status = vaho_signatures_choose(&signatures, opened.info, s->request->library, &settings,
                                        notes, error);
    s->place = opened.place;
    if (status == VAHO_OK)
        status = vaho_search_learn(notes, opened.source, signatures, &settings, s->pool, take_pass,
                                   s, error);
    if (status == VAHO_OK) {
        pass->n_notes = notes->n_notes;
        pass->note = notes->note;
        notes->n_notes = 0;
        notes->note = NULL;
    }
    vaho_signatures_free(signatures);
    vaho_detection_free(notes);
    opened_free(&opened);
    return name_pass(status, pass->path, error);
}

enum vaho_status vaho_stack_passes(struct vaho_stacked **out,
                                   const struct vaho_stack_request *request,
                                   const struct vaho_progress *progress, struct vaho_error *error)
{
    struct vaho_stacked *stacked = vaho_alloc(1, sizeof *stacked);
    struct stacking s = {.request = request, .out = stacked};
    size_t n = request->passes->n;
    enum vaho_status status;

    *out = NULL;
    if (stacked != NULL)
        stacked->pass = vaho_alloc(n, sizeof *stacked->pass);
    if (stacked == NULL || stacked->pass == NULL) {
        free(stacked);
        return vaho_fail_memory(error, "the stack of passes");
    }
    stacked->n_passes = n;
    openblas_set_num_threads(1); /* as in vaho_detect() */
    status = vaho_permit_settings(request->settings, error);
    if (status == VAHO_OK)
        status = vaho_pool_new(&s.pool, request->settings->n_threads, error);
    if (status == VAHO_OK)
        status = survey(&s, error);
    for (s.pass = 0; status == VAHO_OK && s.pass < n; s.pass++) {
        vaho_progress_report(progress, "stack", s.pass, n, "passes");
        status = add_pass(&s, error);
    }
    vaho_progress_report(progress, "stack", n, n, "passes");
    if (status == VAHO_OK) {
        vaho_stack_finish(stacked->stack);
        status =
            vaho_stack_sources(&stacked->source, &stacked->n_sources, stacked->stack,
                               s.asked.set_of, s.asked.n_sets, request->settings->q_kept, error);
    }
    stacked->name = s.asked.name;
    free(s.asked.wavelength_um);
    free(s.asked.decoy);
    free(s.asked.gas_of);
    free(s.asked.set_of);
    vaho_pool_free(s.pool);
    if (status != VAHO_OK) {
        vaho_stacked_free(stacked);
        return status;
    }
    *out = stacked;
    return VAHO_OK;
}

void vaho_stacked_free(struct vaho_stacked *stacked)
{
    if (stacked == NULL)
        return;
    for (size_t i = 0; i < stacked->n_passes; i++) {
        for (size_t k = 0; k < stacked->pass[i].n_notes; k++)
            free(stacked->pass[i].note[k]);
        free(stacked->pass[i].note);
        free(stacked->pass[i].path);
        free(stacked->pass[i].time);
    }
    free(stacked->pass);
    free(stacked->name);
    free(stacked->source);
    vaho_stack_free(stacked->stack);
    free(stacked);
}
