/* test_competition.c - one winner a place, whatever the order of candidates */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "base/error.h"
#include "find/competition.h"

/* 60 lines x 50 samples; signatures 0 and 1 are real, 2 .. 5 decoys of them. */
enum { LINES = 60, SAMPLES = 50, N_REAL = 2, N_ALL = 6 };
static const unsigned gas_of[N_ALL] = {0, 1, 0, 1, 0, 1};

struct field {
    struct vaho_level_map map[N_REAL * VAHO_N_SCALES];
    struct vaho_evidence_maps maps;
};

static void field_new(struct field *field)
{
    for (size_t i = 0; i < N_REAL * VAHO_N_SCALES; i++) {
        struct vaho_level_map *map = &field->map[i];
        size_t side = (size_t)1 << vaho_scale(i % VAHO_N_SCALES)->level;
        map->n_rows = (LINES + side - 1) / side;
        map->n_cols = (SAMPLES + side - 1) / side;
        map->z = malloc(map->n_rows * map->n_cols * sizeof *map->z);
        assert_non_null(map->z);
        for (size_t j = 0; j < map->n_rows * map->n_cols; j++)
            map->z[j] = j % 7 == 3 ? NAN : 0.5f;
    }
    field->maps = (struct vaho_evidence_maps){field->map, N_REAL, VAHO_N_SCALES};
}

static void field_free(struct field *field)
{
    for (size_t i = 0; i < N_REAL * VAHO_N_SCALES; i++)
        free(field->map[i].z);
}

static struct vaho_candidate at_scale(unsigned signature, unsigned scale, unsigned row,
                                      unsigned col, float z)
{
    return (struct vaho_candidate){.signature = signature,
                                   .scale = (unsigned char)scale,
                                   .level = (unsigned char)vaho_scale(scale)->level,
                                   .row = row,
                                   .col = col,
                                   .z = z,
                                   .raw = z};
}

/* On the round scale of a level. */
static struct vaho_candidate at(unsigned signature, unsigned level, unsigned row, unsigned col,
                                float z)
{
    return at_scale(signature, level - 1, row, col, z);
}

/* Runs the competition on a copy of the candidates. */
static struct vaho_competition *compete(const struct vaho_candidate *candidate, size_t n,
                                        const struct field *field)
{
    struct vaho_candidate *copy = malloc((n + 1) * sizeof *copy);
    struct vaho_competition *c;
    struct vaho_error error;

    assert_non_null(copy);
    memcpy(copy, candidate, n * sizeof *copy);
    assert_int_equal(vaho_compete(&c, copy, n, gas_of, &field->maps, LINES, SAMPLES, &error),
                     VAHO_OK);
    free(copy);
    return c;
}

static void centres_are_block_centres(void **state)
{
    (void)state;
    double line, sample;
    struct vaho_candidate candidate = at(0, 2, 3, 0, 5.0f);

    vaho_candidate_centre(&line, &sample, &candidate); /* lines 12 .. 15, samples 0 .. 3 */
    assert_float_equal(line, 13.5, 0.0);
    assert_float_equal(sample, 1.5, 0.0);
}

static void the_stronger_of_two_on_one_place_wins(void **state)
{
    (void)state;
    struct field field;
    struct vaho_competition *c;
    struct vaho_candidate real_wins[] = {at(2, 1, 10, 10, 5.0f), at(0, 1, 10, 11, 6.0f)};
    struct vaho_candidate decoy_wins[] = {at(1, 1, 10, 10, 5.0f), at(4, 1, 10, 11, 6.0f)};
    struct vaho_candidate apart[] = {at(0, 1, 10, 10, 5.0f), at(3, 1, 25, 20, 6.0f)};

    field_new(&field);
    c = compete(real_wins, 2, &field);
    assert_int_equal(c->n, 1);
    assert_false(c->winner[0].decoy);
    assert_int_equal(c->claim[20 * SAMPLES + 22], c->winner[0].claim);
    vaho_competition_free(c);
    c = compete(decoy_wins, 2, &field);
    assert_int_equal(c->n, 1);
    assert_true(c->winner[0].decoy);
    assert_int_equal(c->winner[0].gas, 0); /* signature 4 was made from gas 0 */
    assert_int_equal(c->claim[20 * SAMPLES + 22], VAHO_CLAIM_DECOY);
    vaho_competition_free(c);
    c = compete(apart, 2, &field);
    assert_int_equal(c->n, 2);
    assert_true(c->winner[0].decoy && !c->winner[1].decoy);
    assert_true(c->winner[0].candidate.z > c->winner[1].candidate.z);
    vaho_competition_free(c);
    field_free(&field);
}

static void a_real_winner_claims_all_it_is_connected_with(void **state)
{
    (void)state;
    struct field field;
    struct vaho_competition *c;
    struct vaho_candidate candidates[] = {at(0, 1, 5, 3, 20.0f), at(3, 1, 5, 20, 9.0f),
                                          at(5, 1, 20, 20, 4.0f)};

    field_new(&field);
    for (size_t col = 3; col <= 22; col++) /* a long plume along row 5 */
        field.map[0].z[5 * field.map[0].n_cols + col] = 20.0f - 0.5f * (float)col;
    c = compete(candidates, 3, &field);
    assert_int_equal(c->n, 2); /* the decoy at its far end has lost to it */
    assert_int_equal(c->claim[10 * SAMPLES + 40], c->winner[0].claim);
    assert_true(c->winner[1].decoy);
    vaho_competition_free(c);
    for (size_t i = 0; i < field.map[0].n_rows * field.map[0].n_cols; i++)
        field.map[0].z[i] = 0.5f; /* without the connection the decoy stands */
    c = compete(candidates, 3, &field);
    assert_int_equal(c->n, 3);
    vaho_competition_free(c);
    field_free(&field);
}

static int same_winners(const struct vaho_competition *a, const struct vaho_competition *b)
{
    if (a->n != b->n || memcmp(a->claim, b->claim, LINES * SAMPLES * sizeof *a->claim) != 0)
        return 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct vaho_contender *x = &a->winner[i], *y = &b->winner[i];
        if (x->candidate.signature != y->candidate.signature ||
            x->candidate.row != y->candidate.row || x->candidate.col != y->candidate.col ||
            x->candidate.scale != y->candidate.scale || x->gas != y->gas || x->decoy != y->decoy ||
            x->claim != y->claim)
            return 0;
    }
    return 1;
}

static void ties_fall_the_same_way_in_any_order(void **state)
{
    (void)state;
    enum { N = 120 };
    struct dice dice = {42};
    struct field field;
    struct vaho_candidate candidate[N];

    field_new(&field);
    for (size_t i = 0; i < N; i++) {
        unsigned scale = (unsigned)(VAHO_N_SCALES * dice_uniform(&dice));
        unsigned side = 1u << vaho_scale(scale)->level;
        candidate[i] =
            at_scale((unsigned)(N_ALL * dice_uniform(&dice)), scale,
                     (unsigned)(LINES / (double)side * dice_uniform(&dice)),
                     (unsigned)(SAMPLES / (double)side * dice_uniform(&dice)),
                     4.0f + (float)(int)(3.0 * dice_uniform(&dice))); /* three strengths */
    }
    struct vaho_competition *first = compete(candidate, N, &field);
    assert_true(first->n > 5);
    for (int shuffle = 0; shuffle < 20; shuffle++) {
        struct vaho_competition *again;
        for (size_t i = N - 1; i > 0; i--) {
            size_t j = (size_t)((double)(i + 1) * dice_uniform(&dice));
            struct vaho_candidate swap = candidate[i];
            candidate[i] = candidate[j];
            candidate[j] = swap;
        }
        again = compete(candidate, N, &field);
        assert_true(same_winners(first, again));
        vaho_competition_free(again);
    }
    vaho_competition_free(first);
    field_free(&field);
}

/* A round and an elongated scale share a level: of two on one block the order must not tell. */
static void scales_of_one_level_tie_the_same_way(void **state)
{
    (void)state;
    struct field field;
    struct vaho_candidate pair[2] = {at_scale(0, 0, 10, 10, 5.0f), at_scale(0, 4, 10, 10, 5.0f)};
    struct vaho_candidate turned[2] = {pair[1], pair[0]};
    struct vaho_competition *one, *other;

    field_new(&field);
    one = compete(pair, 2, &field);
    other = compete(turned, 2, &field);
    assert_int_equal(one->n, 1);
    assert_int_equal(one->winner[0].candidate.scale, other->winner[0].candidate.scale);
    assert_true(same_winners(one, other));
    vaho_competition_free(one);
    vaho_competition_free(other);
    field_free(&field);
}

static int is_held(const struct vaho_competition *c, const struct vaho_candidate *candidate)
{
    double line, sample;

    vaho_candidate_centre(&line, &sample, candidate);
    return c->claim[(size_t)fmin(line, LINES - 1) * SAMPLES + (size_t)fmin(sample, SAMPLES - 1)] >
           0;
}

/* Whether a gas with 1.5 times its evidence holds ground that its kernel reaches (two blocks and
 * 8 pixels at least): competition.c says so. */
static int is_dominated(const struct vaho_competition *c, const struct vaho_candidate *candidate)
{
    double side = (double)(1u << candidate->level);
    double reach = fmax(fmax(2.0 * side, vaho_scale(candidate->scale)->reach_px), 8.0);

    for (size_t i = 0; i < c->n; i++)
        for (size_t p = 0; !c->winner[i].decoy && p < LINES * SAMPLES; p++)
            if (c->claim[p] == c->winner[i].claim &&
                c->winner[i].candidate.z >= 1.5f * candidate->z &&
                fabs((double)(p / SAMPLES) - ((double)candidate->row + 0.5) * side) <= reach &&
                fabs((double)(p % SAMPLES) - ((double)candidate->col + 0.5) * side) <= reach)
                return 1;
    return 0;
}

/* What the claim map and the winners say of each other. */
static void claims_and_winners_agree(void **state)
{
    (void)state;
    enum { N = 300 };
    struct dice dice = {6};
    struct field field;
    struct vaho_candidate candidate[N];
    struct vaho_competition *c;
    unsigned n_real = 0;

    field_new(&field);
    for (size_t i = 0; i < N; i++) {
        unsigned scale = (unsigned)(VAHO_N_SCALES * dice_uniform(&dice));
        unsigned side = 1u << vaho_scale(scale)->level;
        /* edges and partly filled blocks included */
        candidate[i] = at_scale((unsigned)(N_ALL * dice_uniform(&dice)), scale,
                                (unsigned)((LINES + side - 1) / side * dice_uniform(&dice)),
                                (unsigned)((SAMPLES + side - 1) / side * dice_uniform(&dice)),
                                3.5f + (float)dice_exponential(&dice));
    }
    c = compete(candidate, N, &field);
    for (size_t i = 0; i < c->n; i++) {
        double line, sample;
        unsigned claim;
        if (i > 0)
            assert_true(c->winner[i].candidate.z <= c->winner[i - 1].candidate.z);
        vaho_candidate_centre(&line, &sample, &c->winner[i].candidate);
        claim =
            c->claim[(size_t)fmin(line, LINES - 1) * SAMPLES + (size_t)fmin(sample, SAMPLES - 1)];
        assert_int_equal(claim, c->winner[i].claim); /* each holds its own centre */
        if (!c->winner[i].decoy)
            assert_int_equal(c->winner[i].claim, ++n_real); /* 1, 2, ... */
        else
            assert_int_equal(c->winner[i].claim, VAHO_CLAIM_DECOY);
        assert_int_equal(c->winner[i].gas, gas_of[c->winner[i].candidate.signature]);
    }
    for (size_t i = 0; i < LINES * SAMPLES; i++)
        assert_true(c->claim[i] <= n_real || c->claim[i] == VAHO_CLAIM_DECOY);
    for (size_t i = 0; i < N; i++) /* whoever lost lies on claimed ground, or near what dominates */
        assert_true(is_held(c, &candidate[i]) || is_dominated(c, &candidate[i]));
    vaho_competition_free(c);
    c = compete(candidate, 0, &field);
    assert_int_equal(c->n, 0);
    vaho_competition_free(c);
    vaho_competition_free(NULL);
    field_free(&field);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(centres_are_block_centres),
        cmocka_unit_test(the_stronger_of_two_on_one_place_wins),
        cmocka_unit_test(a_real_winner_claims_all_it_is_connected_with),
        cmocka_unit_test(ties_fall_the_same_way_in_any_order),
        cmocka_unit_test(scales_of_one_level_tie_the_same_way),
        cmocka_unit_test(claims_and_winners_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
