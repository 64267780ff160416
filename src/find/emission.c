#include "find/emission.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/robust.h"
#include "vaho/library.h"

static const double AVOGADRO = 6.02214076e23;
static const double SKIPPED_PX = 2.0;  /* at the source: the plume is narrower than a pixel */
static const double WIDER = 1.6;       /* slices than the footprint, and ... */
static const double WIDER_PX = 2.0;    /* ... so many pixels more to each side */
static const double LOCAL_SHARE = 0.7; /* how a pixel differs from its neighbours' mean */
enum { NEAR = 2, FIT_SLICES = 3, N_CENTRES = 13, N_WIDTHS = 10, MIN_SLICES = 3 };

/* One pixel of the plume's surroundings, in the frame of the wind. */
struct point {
    double a, v;     /* metres from the source, along and across */
    double c, sigma; /* ppm.m, its neighbours' say included */
};

struct frame {
    double line0, sample0, along_m, across_m, ul, us; /* u: downwind unit vector, metres */
};

static void place_point(double *a, double *v, const struct frame *f, double line, double sample)
{
    double l = (line - f->line0) * f->along_m, s = (sample - f->sample0) * f->across_m;

    *a = l * f->ul + s * f->us;
    *v = s * f->ul - l * f->us;
}

/* Downwind: as given, or from the source to the footprint's centre of evidence. */
static int find_frame(struct frame *f, const struct vaho_plume *plume, const struct vaho_maps *maps,
                      size_t gas, const struct vaho_drift *drift)
{
    double l = drift->to_line, s = drift->to_sample, norm;

    *f = (struct frame){
        plume->source_line, plume->source_sample, drift->along_m, drift->across_m, 0.0, 0.0};
    if (l == 0.0 && s == 0.0) {
        double sum = 0.0;
        for (size_t i = 0; i < plume->n_pixels; i++) {
            unsigned line = plume->pixel[2 * i], sample = plume->pixel[2 * i + 1];
            float snr = maps->snr[(gas * maps->n_lines + line) * maps->n_samples + sample];
            double w = snr > 0.0f ? (double)snr : 0.0;
            sum += w;
            l += w * ((double)line - plume->source_line) * f->along_m;
            s += w * ((double)sample - plume->source_sample) * f->across_m;
        }
        if (!(sum > 0.0))
            return 0;
    }
    norm = hypot(l, s);
    f->ul = norm > 0.0 ? l / norm : 0.0;
    f->us = norm > 0.0 ? s / norm : 0.0;
    return norm > 0.0;
}

/* A pixel's column with its neighbours': they speak up where it says little itself. */
static int look_at(struct point *p, const struct vaho_maps *maps, size_t gas,
                   const struct vaho_competition *competition, unsigned claim, size_t line,
                   size_t sample)
{
    double w = 0.0, wc = 0.0, own = NAN, sigma = INFINITY, tau2, u;
    double spread = (double)maps->spread[gas];

    for (size_t l = line > NEAR ? line - NEAR : 0; l <= line + NEAR && l < maps->n_lines; l++)
        for (size_t s = sample > NEAR ? sample - NEAR : 0;
             s <= sample + NEAR && s < maps->n_samples; s++) {
            size_t pixel = l * maps->n_samples + s;
            size_t at = gas * maps->n_lines * maps->n_samples + pixel;
            unsigned other = competition->claim[pixel];
            double weight;
            if (!isfinite(maps->ppmm[at]) || !(maps->weight[at] > 0.0f) ||
                (other != 0 && other != VAHO_CLAIM_DECOY && other != claim))
                continue;
            /* by noise alone: the air's part of sigma grows with c and would favour small c */
            weight = (double)maps->weight[at] / (spread * spread);
            w += weight;
            wc += weight * (double)maps->ppmm[at];
            if (l == line && s == sample) {
                own = (double)maps->ppmm[at];
                sigma = 1.0 / sqrt(weight);
            }
        }
    if (!(w > 0.0))
        return 0;
    tau2 = LOCAL_SHARE * LOCAL_SHARE * (wc / w) * (wc / w);
    u = isfinite(own) ? tau2 / (tau2 + sigma * sigma) : 0.0;
    p->c = u > 0.0 ? u * own + (1.0 - u) * wc / w : wc / w;
    p->sigma = sqrt(1.0 / w + (1.0 - u) * tau2);
    return 1;
}

/* Slices from the source to where the footprint ends: their half widths. */
static size_t cut_slices(double *half_m, const struct frame *f, const struct vaho_plume *plume,
                         double step)
{
    double reach = 0.0;
    size_t n;

    for (size_t i = 0; i < plume->n_pixels; i++) {
        double a, v;
        place_point(&a, &v, f, plume->pixel[2 * i], plume->pixel[2 * i + 1]);
        reach = fmax(reach, a);
    }
    reach = 0.95 * reach - SKIPPED_PX * step;
    n = reach > 0.0 ? (size_t)(reach / step) : 0;
    n = n < VAHO_MAX_SLICES ? n : VAHO_MAX_SLICES;
    for (size_t k = 0; k < n; k++)
        half_m[k] = 0.0;
    for (size_t i = 0; i < plume->n_pixels; i++) {
        double a, v, at;
        place_point(&a, &v, f, plume->pixel[2 * i], plume->pixel[2 * i + 1]);
        at = a / step - SKIPPED_PX;
        for (size_t k = 0; k < n; k++)
            if (fabs((double)k + 0.5 - at) <= 2.5)
                half_m[k] = fmax(half_m[k], fabs(v));
    }
    for (size_t k = 0; k < n; k++) {
        if (half_m[k] == 0.0 && k > 0)
            half_m[k] = (half_m[k - 1] - WIDER_PX * step) / WIDER;
        half_m[k] = WIDER * half_m[k] + WIDER_PX * step;
    }
    return n;
}

/* Everything within the slices, as points; sorted into none: at most n_most. */
static size_t gather(struct point *out, size_t n_most, const struct frame *f, const double *half_m,
                     size_t n_slices, double step, const size_t box[4],
                     const struct vaho_maps *maps, size_t gas,
                     const struct vaho_competition *competition, unsigned claim)
{
    size_t n = 0;

    for (size_t l = box[0]; l <= box[2]; l++)
        for (size_t s = box[1]; s <= box[3]; s++) {
            struct point p;
            double at;
            place_point(&p.a, &p.v, f, (double)l, (double)s);
            at = p.a / step - SKIPPED_PX;
            if (at < 0.0 || at >= (double)n_slices || fabs(p.v) > half_m[(size_t)at] || n == n_most)
                continue;
            if (look_at(&p, maps, gas, competition, claim, l, s))
                out[n++] = p;
        }
    return n;
}

/* The area under the best Gaussian over the points of slices [k, k + FIT_SLICES). */
static double fit_slice(const struct point *point, size_t n, size_t k, double half, double step)
{
    double best = -1.0, area = 0.0;

    for (int c = 0; c < N_CENTRES; c++)
        for (int w = 0; w < N_WIDTHS; w++) {
            double centre = half * 0.6 * (2.0 * c / (N_CENTRES - 1) - 1.0);
            double width = 0.6 * step * pow(fmax(half / step, 1.2), (double)w / (N_WIDTHS - 1));
            double y = 0.0, g = 0.0;
            for (size_t i = 0; i < n; i++) {
                double at = point[i].a / step - SKIPPED_PX - (double)k, u, m, weight;
                if (at < 0.0 || at >= FIT_SLICES)
                    continue;
                u = (point[i].v - centre) / width;
                m = exp(-0.5 * u * u);
                weight = 1.0 / (point[i].sigma * point[i].sigma);
                y += weight * m * point[i].c;
                g += weight * m * m;
            }
            if (g > 0.0 && y > 0.0 && y * y / g > best) {
                best = y * y / g;
                area = y / g * width * 2.5066282746310002; /* sqrt(2 pi) */
            }
        }
    return area;
}

/* Relative standard deviation of the mean of n slices that are correlated. */
static double scatter_share(const double *slice, size_t n, double mean)
{
    double square = 0.0, lagged = 0.0, rho, independent;

    for (size_t k = 0; k < n; k++) {
        square += (slice[k] - mean) * (slice[k] - mean);
        if (k + 1 < n)
            lagged += (slice[k] - mean) * (slice[k + 1] - mean);
    }
    rho = square > 0.0 ? fmin(fmax(lagged / square, 0.0), 0.95) : 0.0;
    independent = fmax(1.0, (double)n * (1.0 - rho) / (1.0 + rho));
    return sqrt(square / (double)(n - 1) / independent) / mean;
}

/* How many slices lie before the plume begins: its source was found too far upwind. */
static size_t before_it_begins(const double *slice, size_t n)
{
    float sorted[VAHO_MAX_SLICES];
    double half;

    for (size_t k = 0; k < n; k++)
        sorted[k] = (float)slice[k];
    half = 0.5 * (double)vaho_median(sorted, n);
    for (size_t k = 0; k + 2 * FIT_SLICES <= n; k++) {
        double mean = 0.0;
        for (size_t i = 0; i < FIT_SLICES; i++)
            mean += slice[k + i] / FIT_SLICES;
        if (mean >= half)
            return k;
    }
    return 0;
}

/* Both methods over the points. */
static void measure(struct vaho_emission *out, const struct point *point, size_t n,
                    const double *half_m, double step, const struct vaho_drift *drift,
                    double kg_per_ppmm_m2, const struct vaho_plume *plume)
{
    double mass = 0.0, flux = 0.0, to_kg_h = drift->speed_m_s * 3600.0, parts;
    size_t n_fits = 0, first;

    for (size_t i = 0; i < n; i++) {
        size_t k = (size_t)(point[i].a / step - SKIPPED_PX);
        out->slice_kg_m[k] += point[i].c * drift->along_m * drift->across_m / step * kg_per_ppmm_m2;
    }
    first = before_it_begins(out->slice_kg_m, out->n_slices);
    out->n_slices -= first;
    memmove(out->slice_kg_m, out->slice_kg_m + first, out->n_slices * sizeof *out->slice_kg_m);
    for (size_t k = 0; k < out->n_slices; k++)
        mass += out->slice_kg_m[k] / (double)out->n_slices;
    for (size_t k = 0; k + FIT_SLICES <= out->n_slices; k += FIT_SLICES) {
        flux += fit_slice(point, n, first + k, half_m[first + k + 1], step) * kg_per_ppmm_m2;
        n_fits++;
    }
    flux /= (double)n_fits;
    out->length_m = step * (double)out->n_slices;
    out->mass_kg_h = mass * to_kg_h;
    out->flux_kg_h = flux * to_kg_h;
    out->kg_h = 0.5 * (out->mass_kg_h + out->flux_kg_h);
    if (!(out->kg_h > 0.0) || !(mass > 0.0)) {
        out->kg_h = out->sigma_kg_h = NAN;
        return;
    }
    out->wind_share = drift->sigma_m_s / drift->speed_m_s;
    out->column_share = plume->sigma_ppmm / plume->mean_ppmm;
    out->slices_share = scatter_share(out->slice_kg_m, out->n_slices, mass);
    out->method_share = fabs(out->mass_kg_h - out->flux_kg_h) / (2.0 * out->kg_h);
    parts = out->wind_share * out->wind_share + out->column_share * out->column_share +
            out->slices_share * out->slices_share + out->method_share * out->method_share;
    out->sigma_kg_h = out->kg_h * sqrt(parts);
}

enum vaho_status vaho_emission_measure(struct vaho_emission *out, const struct vaho_plume *plume,
                                       const struct vaho_maps *maps, size_t gas,
                                       const struct vaho_competition *competition, unsigned claim,
                                       double molar_mass_g_mol, const struct vaho_drift *drift,
                                       struct vaho_error *error)
{
    double step = fmax(drift->along_m, drift->across_m), widest = 0.0;
    double *half_m = vaho_alloc(VAHO_MAX_SLICES, sizeof *half_m);
    struct point *point = NULL;
    struct frame frame;
    size_t box[4], margin, room, n;

    *out =
        (struct vaho_emission){.kg_h = NAN, .sigma_kg_h = NAN, .mass_kg_h = NAN, .flux_kg_h = NAN};
    if (half_m == NULL)
        return vaho_fail_memory(error, "an emission rate");
    if (!(molar_mass_g_mol > 0.0) || !(plume->mean_ppmm > 0.0) || !(step > 0.0) ||
        !(drift->speed_m_s > 0.0) || !find_frame(&frame, plume, maps, gas, drift)) {
        free(half_m);
        return VAHO_OK;
    }
    out->line_step = frame.ul;
    out->sample_step = frame.us;
    out->n_slices = cut_slices(half_m, &frame, plume, step);
    for (size_t k = 0; k < out->n_slices; k++)
        widest = fmax(widest, half_m[k]);
    margin = (size_t)(widest / fmin(drift->along_m, drift->across_m)) + 1;
    box[0] = plume->bbox[0] > margin ? plume->bbox[0] - margin : 0;
    box[1] = plume->bbox[1] > margin ? plume->bbox[1] - margin : 0;
    box[2] = plume->bbox[2] + margin < maps->n_lines ? plume->bbox[2] + margin : maps->n_lines - 1;
    box[3] =
        plume->bbox[3] + margin < maps->n_samples ? plume->bbox[3] + margin : maps->n_samples - 1;
    room = (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
    if (out->n_slices >= MIN_SLICES) {
        point = vaho_alloc(room, sizeof *point);
        if (point == NULL) {
            free(half_m);
            return vaho_fail_memory(error, "an emission rate");
        }
        n = gather(point, room, &frame, half_m, out->n_slices, step, box, maps, gas, competition,
                   claim);
        measure(out, point, n, half_m, step, drift,
                VAHO_MOLECULES_CM2_PER_PPMM * 1e4 / AVOGADRO * molar_mass_g_mol * 1e-3, plume);
    }
    free(point);
    free(half_m);
    return VAHO_OK;
}
