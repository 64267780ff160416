#include "find/companions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Evidence that is explained before anything else is asked for: the search's own floor. */
static const double EXPLAINED = 4.0;
/* A plume of a gas that is so many times stronger explains the gas so many pixels around, as in
 * competition.c. */
static const double DOMINATES = 1.5, FAR_PX = 40.0;

struct asking {
    const struct vaho_companion_search *search;
    const struct vaho_host *host;
    size_t n_hosts;
    struct vaho_companion *companion;
    size_t n_companions;
    struct vaho_winner *winner; /* all that was tested: the companions first */
    size_t n_winners;
    struct vaho_winner *rest; /* tested, but no companions */
    size_t n_rest;
    double *z, *tempering; /* n_all */
};

static void asking_free(struct asking *a)
{
    free(a->winner);
    free(a->rest);
    free(a->z);
    free(a->tempering);
}

static int is_beside(size_t gas, const size_t *beside, size_t n_beside)
{
    for (size_t i = 0; i < n_beside; i++)
        if (beside[i] == gas)
            return 1;
    return 0;
}

/* What is left for the gases and decoys once the gases beside are explained. */
static void list_rest(struct asking *a, size_t host_gas, const size_t *beside, size_t n_beside)
{
    const struct vaho_companion_search *s = a->search;

    for (size_t i = 0; i < s->n_all; i++) {
        int decoy = i >= s->n_searched;
        if (decoy ? s->gas_of[i] == host_gas : is_beside(i, beside, n_beside))
            continue;
        if (a->z[i] > 0.0)
            a->rest[a->n_rest++] = (struct vaho_winner){a->z[i], s->gas_of[i], decoy, 0};
    }
}

/* Whether what shows of a gas at a host is the thin end of another plume of that gas. */
static int is_a_neighbours(const struct asking *a, size_t number, size_t gas, double raw)
{
    double line, sample;

    vaho_candidate_centre(&line, &sample, &a->host[number].winner->candidate);
    for (size_t i = 0; i < a->n_hosts; i++) {
        const struct vaho_candidate *other = &a->host[i].winner->candidate;
        double l, s;
        vaho_candidate_centre(&l, &s, other);
        if (i != number && a->host[i].gas == gas && (double)other->raw >= DOMINATES * raw &&
            hypot(l - line, s - sample) <= FAR_PX)
            return 1;
    }
    return 0;
}

static enum vaho_status ask(struct asking *a, size_t number, struct vaho_error *error)
{
    const struct vaho_host *host = &a->host[number];
    const struct vaho_companion_search *s = a->search;
    const struct vaho_candidate *candidate = &host->winner->candidate;
    size_t beside[VAHO_MAX_BESIDE] = {host->gas}, n_beside = 1;

    for (;;) {
        size_t best = s->n_searched;
        enum vaho_status status =
            vaho_evidence_beside(a->z, a->tempering, NULL, s->evidence, candidate, s->parts,
                                 s->n_all, beside, n_beside, error);
        if (status != VAHO_OK)
            return status;
        for (size_t g = 0; g < s->n_searched; g++)
            if (!is_beside(g, beside, n_beside) && (best == s->n_searched || a->z[g] > a->z[best]))
                best = g;
        if (n_beside == VAHO_MAX_BESIDE || best == s->n_searched || a->z[best] < EXPLAINED)
            break;
        double raw = a->z[best] * a->tempering[best];
        if (is_a_neighbours(a, number, best, raw)) {
            beside[n_beside++] = best;
            continue;
        }
        struct vaho_companion *c = &a->companion[a->n_companions++];
        *c = (struct vaho_companion){.host = number, .contender = *host->winner};
        c->contender.gas = (unsigned)best;
        c->contender.candidate.z = (float)a->z[best];
        c->contender.candidate.raw = (float)raw;
        c->contender.n_beside = n_beside;
        memcpy(c->contender.beside, beside, sizeof beside);
        a->winner[a->n_winners++] = (struct vaho_winner){a->z[best], (unsigned)best, 0, 0};
        beside[n_beside++] = best;
    }
    list_rest(a, host->gas, beside, n_beside);
    return VAHO_OK;
}

/* q-values of the companions among all that was tested. */
static enum vaho_status judge(struct asking *a, struct vaho_error *error)
{
    size_t n = a->n_winners + a->n_rest;
    double *q = vaho_alloc(n, sizeof *q);
    struct vaho_significance *why = vaho_alloc(n, sizeof *why);
    enum vaho_status status =
        q != NULL && why != NULL ? VAHO_OK : vaho_fail_memory(error, "a plume's companions");

    memcpy(a->winner + a->n_winners, a->rest, a->n_rest * sizeof *a->rest);
    if (status == VAHO_OK)
        status = vaho_q_values_explained(q, why, a->winner, n, a->search->n_decoys,
                                         a->search->n_searched, 0, error);
    for (size_t i = 0; status == VAHO_OK && i < a->n_companions; i++) {
        struct vaho_companion *c = &a->companion[i];
        c->q = 1.0 - (1.0 - q[i]) * (1.0 - a->host[c->host].q);
        c->why = why[i];
    }
    free(q);
    free(why);
    return status;
}

enum vaho_status vaho_companions_find(struct vaho_companion **out, size_t *out_n,
                                      const struct vaho_host *host, size_t n,
                                      const struct vaho_companion_search *search,
                                      struct vaho_error *error)
{
    size_t most = n * (VAHO_MAX_BESIDE - 1), tested = n * search->n_all;
    struct asking a = {.search = search,
                       .host = host,
                       .n_hosts = n,
                       .companion = vaho_alloc(most, sizeof *a.companion),
                       .winner = vaho_alloc(most + tested, sizeof *a.winner),
                       .rest = vaho_alloc(tested, sizeof *a.rest),
                       .z = vaho_alloc(search->n_all, sizeof *a.z),
                       .tempering = vaho_alloc(search->n_all, sizeof *a.tempering)};
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    *out_n = 0;
    if (!a.companion || !a.winner || !a.rest || !a.z || !a.tempering)
        status = vaho_fail_memory(error, "a plume's companions");
    for (size_t i = 0; status == VAHO_OK && i < n; i++)
        status = ask(&a, i, error);
    if (status == VAHO_OK && a.n_companions > 0)
        status = judge(&a, error);
    asking_free(&a);
    if (status != VAHO_OK) {
        free(a.companion);
        return status;
    }
    *out = a.companion;
    *out_n = a.n_companions;
    return VAHO_OK;
}
