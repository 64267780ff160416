/* test_association.c - one group a source: pairs 50 m apart, dense fields, any order, pins */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "track/association.h"

static unsigned long long state_of_dice = 7;

static double dice(void)
{
    unsigned long long x = state_of_dice += 0x9e3779b97f4a7c15u; /* splitmix64 */

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return ((double)((x ^ x >> 31) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(dice())) * cos(2 * 3.141592653589793 * dice());
}

/* At metres from 30 N, with an error that is stated. */
static struct vaho_track_plume plume_at(double east, double north, double sigma, size_t pass)
{
    const double c[3] = {sigma * sigma, 0, sigma * sigma};

    return (struct vaho_track_plume){.pass = pass,
                                     .fix = vaho_fix_at((east + sigma * normal()) / 96486.0,
                                                        30 + (north + sigma * normal()) / 110852.0,
                                                        c)};
}

static size_t associate(size_t *group, const struct vaho_track_plume *plume, size_t n)
{
    const struct vaho_association_settings settings = vaho_association_defaults();
    size_t n_groups;

    assert_int_equal(vaho_associate(group, &n_groups, plume, n, &settings, NULL), VAHO_OK);
    return n_groups;
}

enum { SIDE = 12, N_PASSES = 16, MAX = SIDE * SIDE * N_PASSES };

/* Sources in squares of 50 m, each seen in two of three passes, errors of 10 m: of the sources that
 * were seen twice or more, 95 in 100 have a group of their own, and no more than one in twenty has
 * a second. */
static void dense_fields_keep_their_sources(void **state)
{
    static struct vaho_track_plume plume[MAX];
    static size_t group[MAX], source[MAX], owner_votes[MAX][2];
    size_t n = 0, n_groups, owned[SIDE * SIDE] = {0}, one = 0, split = 0;

    (void)state;
    for (size_t s = 0; s < SIDE * SIDE; s++)
        for (size_t pass = 0; pass < N_PASSES; pass++)
            if (dice() < 0.67) {
                source[n] = s;
                plume[n++] =
                    plume_at(50.0 * (double)(s % SIDE), 50.0 * (double)(s / SIDE), 10, pass);
            }
    n_groups = associate(group, plume, n);
    for (size_t i = 0; i < n; i++) { /* majority by counting off (Boyer and Moore) */
        size_t *vote = owner_votes[group[i]];
        if (vote[1] == 0)
            vote[0] = source[i];
        vote[1] += vote[0] == source[i] ? 1 : (size_t)-1;
    }
    for (size_t g = 0; g < n_groups; g++)
        owned[owner_votes[g][0]]++;
    for (size_t s = 0; s < SIDE * SIDE; s++) {
        one += owned[s] == 1;
        split += owned[s] > 1;
    }
    assert_true(one * 20 >= 19 * SIDE * SIDE);
    assert_true(split * 20 <= SIDE * SIDE);
}

static void a_pair_50_m_apart_is_two(void **state)
{
    size_t n_right = 0;

    (void)state;
    for (int turn = 0; turn < 200; turn++) {
        struct vaho_track_plume plume[12];
        size_t group[12];
        for (size_t i = 0; i < 12; i++)
            plume[i] = plume_at(i % 2 == 0 ? 0 : 50, 0, 3 + 7 * dice(), i / 2);
        n_right += associate(group, plume, 12) == 2;
    }
    assert_true(n_right >= 190);
}

/* One plume of each pass, all of one source: one group, however many. */
static void one_source_is_one(void **state)
{
    static struct vaho_track_plume plume[300];
    static size_t group[300];
    size_t n_right = 0;

    (void)state;
    for (int turn = 0; turn < 100; turn++) {
        for (size_t i = 0; i < 30; i++)
            plume[i] = plume_at(0, 0, 3 + 17 * dice(), i);
        n_right += associate(group, plume, 30) == 1;
    }
    assert_true(n_right >= 95);
    for (size_t i = 0; i < 300; i++)
        plume[i] = plume_at(0, 0, 10, i);
    assert_true(associate(group, plume, 300) <= 2);
}

/* The same groups for any order of the input. */
static void order_does_not_matter(void **state)
{
    enum { N = 200 };
    struct vaho_track_plume plume[N], other[N];
    size_t group[N], other_group[N], at[N];

    (void)state;
    for (size_t i = 0; i < N; i++) {
        plume[i] = plume_at(400 * dice(), 400 * dice(), 12, i % 8);
        plume[i].id = (int64_t)i;
        at[i] = i;
    }
    plume[1].fix = plume[0].fix; /* nothing but the id tells them apart */
    for (size_t i = N - 1; i > 0; i--) {
        size_t k = (size_t)(dice() * (double)(i + 1)), keep = at[i];
        at[i] = at[k];
        at[k] = keep;
    }
    for (size_t i = 0; i < N; i++)
        other[i] = plume[at[i]];
    assert_int_equal(associate(group, plume, N), associate(other_group, other, N));
    for (size_t i = 0; i < N; i++)
        assert_int_equal(other_group[i], group[at[i]]);
}

static void pins_hold(void **state)
{
    struct vaho_track_plume plume[4];
    size_t group[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        plume[i] = plume_at(0, 0, 1, i);
    plume[3] = plume_at(5000, 0, 1, 3);
    plume[0].pin = 1;
    plume[1].pin = 2; /* same place, another site */
    plume[3].pin = 1; /* far away, the same site */
    associate(group, plume, 4);
    assert_int_equal(group[0], group[3]);
    assert_int_not_equal(group[0], group[1]);
    assert_int_equal(associate(group, plume, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_fields_keep_their_sources),
        cmocka_unit_test(a_pair_50_m_apart_is_two),
        cmocka_unit_test(one_source_is_one),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(pins_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
