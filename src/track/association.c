/*
 * association.c - agglomeration by likelihood
 *
 * Sources lie anywhere, rho of them a square metre where one is known.  A source at s gives
 * plumes at x_i ~ N(s, C_i).  A group of plumes has a mean and covariance by precision (fix.h),
 * and with s integrated out the odds that two groups A and B are one source's over two's are
 *
 *     gain = ln N(x_A - x_B; 0, C_A + C_B) - ln rho
 *            + ln Gamma(n_A + n_B) - ln Gamma(n_A) - ln Gamma(n_B) + m ln p .
 *
 * The first two terms say that two measurements of one place differ by their errors and not by
 * chance; precise ones may differ by less.  The Gammas are the partitions' prior (Ewens 1972, doi
 * 10.1016/0040-5809(72)90035-4): a source that was seen n times is n times as probable to be seen
 * again, without which one plume in a hundred of a much-seen source would be a site of its own.
 * m is the number of passes that both have a plume of: a source has a second plume in its pass
 * with probability p only.
 *
 *   1. each plume is a group; plumes with a pin start as one
 *   2. of all near pairs the one with the largest gain is joined, and so on while a gain is
 *      positive; then the near pairs of the new groups are looked up again, until none joins
 *   3. each plume is taken out of its group and put where its gain is largest: in it, in a
 *      near group, or alone; then 2 again.  Until nothing moves, at most MAX_ROUNDS times
 *
 * Near.  A gain can only be positive within a distance that follows from rho and the largest
 * covariance, so a grid with cells of that size holds a plume's partners in its own and the
 * adjacent cells.  The grid is of Earth-centred coordinates: no seam, no pole.  Of each cell at
 * most WINDOW groups are looked at, those next in order, and of each group's pairs the BEST are
 * kept, so that ten thousand plumes of one source cost little more a plume than ten; the
 * repetition in 2 brings together what that kept apart.  Pairs wait in a heap with the gain
 * of when they were put there; one whose group has changed since is reckoned again when it comes
 * up.
 *
 * Order.  Plumes are sorted by place, then covariance, then id, and ties of gain are broken by that
 * order.
 */
#include "track/association.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { WINDOW = 256, BEST = 16, MAX_LEVELS = 16, MAX_ROUNDS = 8, NONE = -1 };
static const double PI = 3.141592653589793, LEAST_CELL_M = 10, MOST_CELL_M = 20000;

struct group {
    struct vaho_fix fix;
    int32_t root;        /* itself, or what it was joined into */
    int32_t first, last; /* its plumes, a chain through 'next' */
    int32_t n;
    uint32_t changed; /* how often */
    int tallied;      /* its passes are in the table; not before it has two plumes */
    size_t pin;
};

struct edge {
    double gain;
    int32_t a, b;
    uint32_t changed_a, changed_b;
};

struct cell {
    int64_t at[3];
    int32_t begin, end; /* of 'entry' */
};

/* How many plumes of a pass a group has. */
struct tally {
    int32_t group_plus_1, n; /* 0: a free slot */
    size_t pass;
};

struct work {
    const struct vaho_track_plume *plume; /* sorted */
    size_t n;
    double ln_near, ln_again, cell_m;
    double *ln_gamma;    /* of 0 .. n */
    struct group *group; /* group i begins as plume i */
    int32_t *next, *of;  /* the next plume of the group; the plume's group */
    int32_t *entry;      /* groups, cell by cell, each cell in order */
    struct cell *cell;
    size_t n_cells, n_slots;
    int32_t *slot; /* hash table of cells */
    struct edge *heap;
    size_t n_edges, capacity;
    struct tally *tally; /* hash table */
    size_t n_tallies, tally_slots;
    int failed;
};

struct vaho_association_settings vaho_association_defaults(void)
{
    return (struct vaho_association_settings){3e-6, 0.02};
}

/* --- who has a plume of which pass ----------------------------------------- */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30; /* splitmix64's */
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static struct tally *find_tally(const struct work *w, int32_t group, size_t pass)
{
    size_t i = mix(mix((uint64_t)group + 1) ^ pass) & (w->tally_slots - 1);

    while (w->tally[i].group_plus_1 != 0 &&
           (w->tally[i].group_plus_1 != group + 1 || w->tally[i].pass != pass))
        i = (i + 1) & (w->tally_slots - 1);
    return &w->tally[i];
}

static void grow_tallies(struct work *w)
{
    struct tally *old = w->tally;
    size_t n = w->tally_slots;

    w->tally_slots = n == 0 ? 1024 : 2 * n;
    w->tally = vaho_alloc(w->tally_slots, sizeof *w->tally);
    if (w->tally == NULL) {
        w->tally = old;
        w->tally_slots = n;
        w->failed = 1;
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (old[i].group_plus_1 != 0)
            *find_tally(w, old[i].group_plus_1 - 1, old[i].pass) = old[i];
    free(old);
}

static void add_tally(struct work *w, int32_t group, size_t pass)
{
    struct tally *t;

    if (2 * (w->n_tallies + 1) > w->tally_slots)
        grow_tallies(w);
    if (w->failed)
        return;
    t = find_tally(w, group, pass);
    w->n_tallies += t->group_plus_1 == 0;
    *t = (struct tally){group + 1, t->n + 1, pass};
}

static void tally_group(struct work *w, int32_t group)
{
    struct group *g = &w->group[group];

    for (int32_t i = g->first; i != NONE && !g->tallied; i = w->next[i])
        add_tally(w, group, w->plume[i].pass);
    g->tallied = 1;
}

static int has_pass(const struct work *w, int32_t group, size_t pass)
{
    const struct group *g = &w->group[group];

    return g->tallied ? find_tally(w, group, pass)->n > 0 : w->plume[g->first].pass == pass;
}

static int n_passes_shared(const struct work *w, int32_t a, int32_t b)
{
    int32_t small = w->group[a].n <= w->group[b].n ? a : b, large = small == a ? b : a;
    int n = 0;

    for (int32_t i = w->group[small].first; i != NONE; i = w->next[i])
        n += has_pass(w, large, w->plume[i].pass);
    return n;
}

static double gain_of(const struct work *w, int32_t a, int32_t b)
{
    double gain;

    if (w->group[a].pin != 0 && w->group[b].pin != 0)
        return -INFINITY;
    gain = vaho_fix_ln_same(&w->group[a].fix, &w->group[b].fix) - w->ln_near +
           w->ln_gamma[w->group[a].n + w->group[b].n] - w->ln_gamma[w->group[a].n] -
           w->ln_gamma[w->group[b].n];
    return gain <= 0 ? gain : gain + w->ln_again * n_passes_shared(w, a, b);
}

/* --- the grid -------------------------------------------------------------- */

static void cell_of(int64_t out[3], const struct work *w, const double xyz[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = (int64_t)floor(xyz[k] / w->cell_m);
}

static size_t slot_of(const struct work *w, const int64_t at[3])
{
    uint64_t h =
        mix((uint64_t)at[0] * 0x9e3779b97f4a7c15u ^ mix((uint64_t)at[1])) ^ (uint64_t)at[2];
    size_t i = mix(h) & (w->n_slots - 1);

    while (w->slot[i] != NONE && memcmp(w->cell[w->slot[i]].at, at, 3 * sizeof *at) != 0)
        i = (i + 1) & (w->n_slots - 1);
    return i;
}

/* Counts, then fills: groups come in order, so each cell's are in order too. */
static void lay_grid(struct work *w)
{
    int64_t at[3];
    int32_t total = 0;

    w->n_cells = 0;
    for (size_t i = 0; i < w->n_slots; i++)
        w->slot[i] = NONE;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t g = 0; g < w->n; g++) {
            size_t s;
            if (w->group[g].root != (int32_t)g || w->group[g].n == 0)
                continue;
            cell_of(at, w, w->group[g].fix.xyz);
            s = slot_of(w, at);
            if (w->slot[s] == NONE) {
                w->slot[s] = (int32_t)w->n_cells;
                w->cell[w->n_cells++] = (struct cell){{at[0], at[1], at[2]}, 0, 0};
            }
            if (pass == 0)
                w->cell[w->slot[s]].end++;
            else
                w->entry[w->cell[w->slot[s]].end++] = (int32_t)g;
        }
        for (size_t c = 0; pass == 0 && c < w->n_cells; c++) {
            int32_t count = w->cell[c].end;
            w->cell[c].begin = w->cell[c].end = total;
            total += count;
        }
    }
}

/* The entries of the cell that come next to group g in order. */
static void window_of(int32_t *begin, int32_t *end, const struct work *w, const struct cell *cell,
                      int32_t g)
{
    int32_t low = cell->begin, high = cell->end;

    *begin = low;
    *end = high;
    if (high - low <= WINDOW)
        return;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (w->entry[middle] < g)
            low = middle + 1;
        else
            high = middle;
    }
    *begin = low - WINDOW / 2 > cell->begin ? low - WINDOW / 2 : cell->begin;
    *end = *begin + WINDOW < cell->end ? *begin + WINDOW : cell->end;
}

/* Calls 'take' for each group near a place; g is the one that looks. */
static void look_around(struct work *w, const double xyz[3], int32_t g,
                        void (*take)(struct work *w, int32_t g, int32_t other, void *context),
                        void *context)
{
    int64_t here[3];

    cell_of(here, w, xyz);
    for (int k = 0; k < 27; k++) {
        const int64_t at[3] = {here[0] + k % 3 - 1, here[1] + k / 3 % 3 - 1, here[2] + k / 9 - 1};
        int32_t cell = w->slot[slot_of(w, at)], begin, end;
        if (cell == NONE)
            continue;
        window_of(&begin, &end, w, &w->cell[cell], g);
        for (int32_t i = begin; i < end; i++)
            take(w, g, w->entry[i], context);
    }
}

/* --- joining --------------------------------------------------------------- */

/* The larger gain first, then the earlier groups. */
static int comes_first(const struct edge *a, const struct edge *b)
{
    if (a->gain != b->gain)
        return a->gain > b->gain;
    return a->a != b->a ? a->a < b->a : a->b < b->b;
}

static void push(struct work *w, struct edge e)
{
    size_t i = w->n_edges;

    if (w->n_edges == w->capacity) {
        size_t more = w->capacity == 0 ? 1024 : 2 * w->capacity;
        struct edge *heap = realloc(w->heap, more * sizeof *heap);
        if (heap == NULL) {
            w->failed = 1;
            return;
        }
        w->heap = heap;
        w->capacity = more;
    }
    w->n_edges++;
    for (; i > 0 && comes_first(&e, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = e;
}

static struct edge pop(struct work *w)
{
    struct edge top = w->heap[0], e = w->heap[--w->n_edges];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < w->n_edges) {
        if (child + 1 < w->n_edges && comes_first(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (!comes_first(&w->heap[child], &e))
            break;
        w->heap[i] = w->heap[child];
        i = child;
    }
    w->heap[i] = e;
    return top;
}

struct best {
    struct edge edge[BEST];
    size_t n;
};

static void keep_edge(struct work *w, int32_t g, int32_t other, void *context)
{
    struct best *best = context;
    struct edge e = {0, g, other, w->group[g].changed, w->group[other].changed};
    size_t worst = 0;

    if (other <= g) /* each pair once */
        return;
    e.gain = gain_of(w, g, other);
    if (!(e.gain > 0))
        return;
    if (best->n < BEST) {
        best->edge[best->n++] = e;
        return;
    }
    for (size_t i = 1; i < BEST; i++)
        if (comes_first(&best->edge[worst], &best->edge[i]))
            worst = i;
    if (comes_first(&e, &best->edge[worst]))
        best->edge[worst] = e;
}

static int32_t root_of(struct work *w, int32_t g)
{
    while (w->group[g].root != g) {
        w->group[g].root = w->group[w->group[g].root].root;
        g = w->group[g].root;
    }
    return g;
}

/* The smaller into the larger. */
static void join(struct work *w, int32_t a, int32_t b)
{
    int32_t large =
        w->group[a].n > w->group[b].n || (w->group[a].n == w->group[b].n && a < b) ? a : b;
    int32_t small = large == a ? b : a;
    struct group *l = &w->group[large], *s = &w->group[small];

    tally_group(w, large);
    for (int32_t i = s->first; i != NONE; i = w->next[i]) {
        w->of[i] = large;
        add_tally(w, large, w->plume[i].pass);
    }
    l->fix = vaho_fix_join(&l->fix, &s->fix);
    w->next[l->last] = s->first;
    l->last = s->last;
    l->n += s->n;
    l->changed++;
    l->pin = l->pin != 0 ? l->pin : s->pin;
    s->root = large;
    s->n = 0;
    s->first = s->last = NONE;
}

/* Joins near groups while there is a gain; how many. */
static size_t agglomerate_once(struct work *w)
{
    size_t n_joined = 0;

    lay_grid(w);
    w->n_edges = 0;
    for (size_t g = 0; g < w->n; g++) {
        struct best best = {.n = 0};
        if (w->group[g].root != (int32_t)g || w->group[g].n == 0)
            continue;
        look_around(w, w->group[g].fix.xyz, (int32_t)g, keep_edge, &best);
        for (size_t i = 0; i < best.n; i++)
            push(w, best.edge[i]);
    }
    while (w->n_edges > 0 && !w->failed) {
        struct edge e = pop(w);
        int32_t a = root_of(w, e.a), b = root_of(w, e.b);
        if (a == b)
            continue;
        if (a == e.a && b == e.b && e.changed_a == w->group[a].changed &&
            e.changed_b == w->group[b].changed) {
            join(w, a, b);
            n_joined++;
            continue;
        }
        e = (struct edge){gain_of(w, a, b), a, b, w->group[a].changed, w->group[b].changed};
        if (e.gain > 0)
            push(w, e);
    }
    return n_joined;
}

static void agglomerate(struct work *w)
{
    for (int level = 0; level < MAX_LEVELS && !w->failed; level++)
        if (agglomerate_once(w) == 0)
            return;
}

/* --- moving plumes --------------------------------------------------------- */

enum { ALONE = -2 };

struct move {
    int32_t plume, own, to; /* to: a group, or ALONE */
    double gain;
};

/* In a group with this fix and n plumes besides. */
static double gain_of_plume(const struct work *w, int32_t i, const struct vaho_fix *fix, int32_t n)
{
    return vaho_fix_ln_same(fix, &w->plume[i].fix) - w->ln_near + log(n);
}

static void try_group(struct work *w, int32_t g, int32_t other, void *context)
{
    struct move *move = context;
    double gain;

    (void)g;
    if (other == move->own || w->group[other].n == 0)
        return;
    gain = gain_of_plume(w, move->plume, &w->group[other].fix, w->group[other].n);
    if (gain > move->gain)
        gain += w->ln_again * has_pass(w, other, w->plume[move->plume].pass);
    if (gain > move->gain + 1e-9) { /* more than rounding */
        move->gain = gain;
        move->to = other;
    }
}

static void take_out(struct work *w, int32_t i, const struct vaho_fix *rest)
{
    struct group *g = &w->group[w->of[i]];
    int32_t before = NONE;

    for (int32_t k = g->first; k != i; k = w->next[k])
        before = k;
    if (before == NONE)
        g->first = w->next[i];
    else
        w->next[before] = w->next[i];
    if (g->last == i)
        g->last = before;
    w->next[i] = NONE;
    find_tally(w, w->of[i], w->plume[i].pass)->n--;
    g->n--;
    g->fix = *rest;
}

static void put_into(struct work *w, int32_t i, int32_t to)
{
    struct group *g = &w->group[to];

    tally_group(w, to);
    add_tally(w, to, w->plume[i].pass);
    g->fix = g->n == 0 ? w->plume[i].fix : vaho_fix_join(&g->fix, &w->plume[i].fix);
    if (g->n == 0)
        g->first = i;
    else
        w->next[g->last] = i;
    g->last = i;
    g->n++;
    w->of[i] = to;
}

/* Means and tallies anew, so that nothing that was taken out is left in them. */
static void settle(struct work *w)
{
    memset(w->tally, 0, w->tally_slots * sizeof *w->tally);
    w->n_tallies = 0;
    for (size_t g = 0; g < w->n; g++) {
        w->group[g].tallied = w->group[g].n == 0;
        w->group[g].root = (int32_t)g;
    }
    for (size_t g = 0; g < w->n; g++) {
        struct group *group = &w->group[g];
        if (group->n < 2)
            continue;
        tally_group(w, (int32_t)g);
        group->fix = w->plume[group->first].fix;
        for (int32_t i = w->next[group->first]; i != NONE; i = w->next[i])
            group->fix = vaho_fix_join(&group->fix, &w->plume[i].fix);
    }
}

/* Puts each plume where it fits best; how many moved. */
static size_t move_plumes(struct work *w)
{
    size_t n_moved = 0, empty = 0;

    settle(w);
    lay_grid(w);
    for (size_t i = 0; i < w->n && !w->failed; i++) {
        struct move move = {(int32_t)i, w->of[i], w->of[i], 0};
        struct group *own = &w->group[move.own];
        struct vaho_fix rest;
        if (own->n < 2 || w->plume[i].pin != 0)
            continue;
        rest = vaho_fix_without(&own->fix, &w->plume[i].fix);
        move.gain = gain_of_plume(w, (int32_t)i, &rest, own->n - 1) +
                    w->ln_again * (find_tally(w, move.own, w->plume[i].pass)->n > 1);
        if (move.gain < 0) {
            move.gain = 0;
            move.to = ALONE;
        }
        look_around(w, w->plume[i].fix.xyz, move.own, try_group, &move);
        if (move.to == move.own)
            continue;
        take_out(w, (int32_t)i, &rest);
        while (move.to == ALONE && w->group[empty].n > 0)
            empty++;
        if (move.to == ALONE)
            w->group[empty].pin = 0;
        put_into(w, (int32_t)i, move.to == ALONE ? (int32_t)empty : move.to);
        n_moved++;
    }
    return n_moved;
}

/* --- all of it -------------------------------------------------------------- */

/* How far apart two plumes like this one can be and still be taken for one source's. */
static double reach_m(const struct work *w, const struct vaho_fix *fix)
{
    const double *c = fix->covariance_m2;
    double sigma = vaho_fix_largest_sigma_m(c), determinant = c[0] * c[2] - c[1] * c[1];
    double room = -log(2 * PI) - 0.5 * log(determinant) - w->ln_near;
    /* against a well-known group, and against its like: twice the covariance */
    double square = 2 * sigma * sigma * fmax(room, 2 * (room - log(2)));

    return square > 0 ? sqrt(square) : 0;
}

static int by_place(const void *left, const void *right)
{
    const struct vaho_track_plume *a = *(const struct vaho_track_plume *const *)left;
    const struct vaho_track_plume *b = *(const struct vaho_track_plume *const *)right;

    for (int k = 0; k < 3; k++)
        if (a->fix.xyz[k] != b->fix.xyz[k])
            return a->fix.xyz[k] < b->fix.xyz[k] ? -1 : 1;
    for (int k = 0; k < 3; k++)
        if (a->fix.covariance_m2[k] != b->fix.covariance_m2[k])
            return a->fix.covariance_m2[k] < b->fix.covariance_m2[k] ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static int by_pin(const void *left, const void *right)
{
    const size_t *a = left, *b = right; /* pin, plume */

    for (int k = 0; k < 2; k++)
        if (a[k] != b[k])
            return a[k] < b[k] ? -1 : 1;
    return 0;
}

/* Plumes of one pin begin as one group. */
static void join_pinned(struct work *w)
{
    size_t(*pinned)[2] = vaho_alloc(w->n, sizeof *pinned), n = 0;

    if (pinned == NULL) {
        w->failed = 1;
        return;
    }
    for (size_t i = 0; i < w->n; i++)
        if (w->plume[i].pin != 0) {
            pinned[n][0] = w->plume[i].pin;
            pinned[n++][1] = i;
        }
    qsort(pinned, n, sizeof *pinned, by_pin);
    for (size_t i = 1; i < n; i++)
        if (pinned[i][0] == pinned[i - 1][0])
            join(w, w->of[pinned[i - 1][1]], w->of[pinned[i][1]]);
    free(pinned);
}

static void set_up(struct work *w)
{
    w->cell_m = LEAST_CELL_M;
    for (size_t i = 0; i < w->n; i++) {
        w->cell_m = fmin(fmax(w->cell_m, reach_m(w, &w->plume[i].fix)), MOST_CELL_M);
        w->of[i] = (int32_t)i;
        w->next[i] = NONE;
        w->group[i] = (struct group){.fix = w->plume[i].fix,
                                     .root = (int32_t)i,
                                     .first = (int32_t)i,
                                     .last = (int32_t)i,
                                     .n = 1,
                                     .pin = w->plume[i].pin};
    }
    w->n_slots = 64;
    while (w->n_slots < 2 * w->n)
        w->n_slots *= 2;
    w->slot = vaho_alloc(w->n_slots, sizeof *w->slot);
    w->failed |= w->slot == NULL;
    grow_tallies(w);
}

static void associate(struct work *w)
{
    set_up(w);
    if (!w->failed)
        join_pinned(w);
    if (!w->failed)
        agglomerate(w);
    for (int round = 0; round < MAX_ROUNDS && !w->failed && move_plumes(w) > 0; round++)
        agglomerate(w);
}

enum vaho_status vaho_associate(size_t *out_group, size_t *out_n,
                                const struct vaho_track_plume *plume, size_t n,
                                const struct vaho_association_settings *settings,
                                struct vaho_error *error)
{
    struct work w = {
        .n = n, .ln_near = log(settings->near_per_m2), .ln_again = log(settings->again)};
    const struct vaho_track_plume **order = vaho_alloc(n, sizeof *order);
    struct vaho_track_plume *sorted = vaho_alloc(n, sizeof *sorted);
    int32_t *number = vaho_alloc(n, sizeof *number);

    *out_n = 0;
    w.group = vaho_alloc(n, sizeof *w.group);
    w.ln_gamma = vaho_alloc(n + 1, sizeof *w.ln_gamma);
    w.next = vaho_alloc(n, sizeof *w.next);
    w.of = vaho_alloc(n, sizeof *w.of);
    w.entry = vaho_alloc(n, sizeof *w.entry);
    w.cell = vaho_alloc(n, sizeof *w.cell);
    w.failed = !w.ln_gamma || !order || !sorted || !number || !w.group || !w.next || !w.of ||
               !w.entry || !w.cell;
    if (n > INT32_MAX / 2) {
        w.failed = 2;
    } else if (!w.failed) {
        for (size_t i = 0; i < n; i++)
            order[i] = &plume[i];
        qsort(order, n, sizeof *order, by_place);
        for (size_t i = 0; i < n; i++)
            sorted[i] = *order[i];
        for (size_t i = 2; i <= n; i++)
            w.ln_gamma[i] = w.ln_gamma[i - 1] + log((double)(i - 1));
        w.plume = sorted;
        associate(&w);
    }
    for (size_t i = 0; i < n && !w.failed; i++)
        number[i] = NONE;
    for (size_t i = 0; i < n && !w.failed; i++) {
        int32_t g = w.of[i];
        if (number[g] == NONE)
            number[g] = (int32_t)(*out_n)++;
        out_group[order[i] - plume] = (size_t)number[g];
    }
    free(order);
    free(sorted);
    free(number);
    free(w.group);
    free(w.ln_gamma);
    free(w.next);
    free(w.of);
    free(w.entry);
    free(w.cell);
    free(w.slot);
    free(w.heap);
    free(w.tally);
    return w.failed == 2   ? vaho_fail(error, VAHO_USAGE, "more than %d plumes", INT32_MAX / 2)
           : w.failed != 0 ? vaho_fail_memory(error, "sites")
                           : VAHO_OK;
}
