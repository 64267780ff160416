/* The Merkle tree: published vectors, published roots, and every proof of every small tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/merkle.h"

enum { N_MOST = 70 };

/* Hashes of a tree under test, at their places. */
static struct vaho_hash held[2 * N_MOST];
static int n_reads;

static int read_held(void *context, struct vaho_hash *out, uint64_t place)
{
    (void)context;
    n_reads++;
    if (place >= sizeof held / sizeof held[0])
        return 0;
    *out = held[place];
    return 1;
}

static const struct vaho_merkle_store store = {read_held, NULL};

/* RFC 9162, 2.1.1, as it is written: slowly. */
static void root_by_definition(struct vaho_hash *out, const struct vaho_hash *leaf, size_t n)
{
    struct vaho_hash left, right;
    size_t k = 1;

    if (n == 1) {
        *out = leaf[0];
        return;
    }
    while (2 * k < n)
        k *= 2;
    root_by_definition(&left, leaf, k);
    root_by_definition(&right, leaf + k, n - k);
    vaho_merkle_node(out, &left, &right);
}

static void assert_hex(const struct vaho_hash *hash, const char *expected)
{
    char hex[65];

    sodium_bin2hex(hex, sizeof hex, hash->byte, VAHO_HASH_NBYTES);
    assert_string_equal(hex, expected);
}

/* Entries and roots of certificate-transparency-go's and RFC 6962's reference tree. */
static void published_roots(void **state)
{
    static const struct {
        const char *hex, *root;
    } step[] = {
        {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"606162636465666768696a6b6c6d6e6f",
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
    struct vaho_merkle_front front = {0};
    struct vaho_hash hash;

    (void)state;
    vaho_merkle_empty(&hash);
    assert_hex(&hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof step / sizeof step[0]; i++) {
        unsigned char data[32];
        size_t n;
        sodium_hex2bin(data, sizeof data, step[i].hex, strlen(step[i].hex), NULL, &n, NULL);
        vaho_merkle_leaf(&hash, data, n);
        vaho_merkle_grow(&front, &hash, NULL);
        vaho_merkle_front_root(&hash, &front);
        assert_hex(&hash, step[i].root);
    }
}

/* Fewer bytes than a hash has, "don't care 1", are filled up with zeros where that is 'allowed'. */
static int hash_of(struct vaho_hash *out, const json_t *base64, int allowed)
{
    const char *text = json_string_value(base64);
    size_t n = 0;

    memset(out, 0, sizeof *out);
    return text != NULL &&
           sodium_base642bin(out->byte, VAHO_HASH_NBYTES, text, strlen(text), NULL, &n, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           (allowed || n == VAHO_HASH_NBYTES);
}

/* What the two verifiers say of a vector; a hash that is none is an error too. */
static int accepts(const json_t *v, int inclusion)
{
    struct vaho_hash_list proof = {0};
    struct vaho_hash a, b;
    const json_t *hashes = json_object_get(v, "proof");
    const char *const names[2][4] = {{"root1", "root2", "size1", "size2"},
                                     {"leafHash", "root", "leafIdx", "treeSize"}};
    const char *const *name = names[inclusion];
    uint64_t m = (uint64_t)json_integer_value(json_object_get(v, name[2]));
    uint64_t n = (uint64_t)json_integer_value(json_object_get(v, name[3]));

    if (!hash_of(&a, json_object_get(v, name[0]), !inclusion) ||
        !hash_of(&b, json_object_get(v, name[1]), !inclusion))
        return 0;
    for (size_t i = 0; i < json_array_size(hashes); i++)
        if (i == VAHO_PROOF_MAX_HASHES ||
            !hash_of(&proof.hash[proof.n++], json_array_get(hashes, i), 0))
            return 0;
    return (inclusion ? vaho_merkle_verify_inclusion(&proof, m, n, &a, &b, NULL)
                      : vaho_merkle_verify_consistency(&proof, m, n, &a, &b, NULL)) == VAHO_OK;
}

static void run_vectors(const json_t *all, int inclusion, size_t n_least)
{
    size_t i, n_good = 0;
    const json_t *v;

    assert_true(json_array_size(all) >= n_least);
    json_array_foreach(all, i, v)
    {
        int expected = !json_is_true(json_object_get(v, "wantErr"));
        if (accepts(v, inclusion) != expected)
            fail_msg("%s (%s): must%s pass", json_string_value(json_object_get(v, "name")),
                     json_string_value(json_object_get(v, "desc")), expected ? "" : " not");
        n_good += (size_t)expected;
    }
    assert_true(n_good >= 6);
}

/* JSON's integers here do not hold 2^64 - 1; no entry has the index that stands for it either. */
static json_t *load(const char *path)
{
    char *text = calloc(1, 1 << 20);
    FILE *file = fopen(path, "r");
    json_t *all;
    size_t n;

    if (file == NULL) {
        free(text);
        return NULL;
    }
    n = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    for (char *big; (big = strstr(text, "18446744073709551615")) != NULL;)
        memcpy(big, " 9223372036854775807", 20);
    all = json_loadb(text, n, 0, NULL);
    free(text);
    return all;
}

static void kept_vectors(void **state)
{
    json_t *all = load(VAHO_TEST_SOURCE "/tests/ledger/published_vectors.json");

    (void)state;
    assert_non_null(all);
    run_vectors(json_object_get(all, "inclusion"), 1, 20);
    run_vectors(json_object_get(all, "consistency"), 0, 20);
    json_decref(all);
}

static void all_vectors(void **state)
{
    json_t *inclusion = load(VAHO_TEST_SHARED "/vectors/merkle_inclusion.json");
    json_t *consistency = load(VAHO_TEST_SHARED "/vectors/merkle_consistency.json");

    (void)state;
    if (inclusion == NULL || consistency == NULL) {
        print_message("no vectors beside the checkout: skipped\n");
        skip();
    }
    run_vectors(inclusion, 1, 90);
    run_vectors(consistency, 0, 90);
    json_decref(inclusion);
    json_decref(consistency);
}

/* Every tree up to N_MOST entries, every entry and every earlier size: made, verified, and not
 * verified when anything about it is another. */
static void every_proof(void **state)
{
    struct vaho_merkle_front front = {0}, again;
    struct vaho_hash leaf[N_MOST], root[N_MOST + 1];

    (void)state;
    for (uint64_t n = 1; n <= N_MOST; n++) {
        struct vaho_hash_list made, proof;
        uint64_t place = vaho_merkle_n_stored(n - 1);
        struct vaho_hash expected;
        vaho_merkle_leaf(&leaf[n - 1], &n, sizeof n);
        vaho_merkle_grow(&front, &leaf[n - 1], &made);
        assert_int_equal(place + made.n, vaho_merkle_n_stored(n));
        memcpy(&held[place], made.hash, made.n * sizeof made.hash[0]);
        root_by_definition(&expected, leaf, n);
        n_reads = 0;
        assert_true(vaho_merkle_front(&again, n, &store));
        assert_true(n_reads <= 7); /* log2 of N_MOST */
        vaho_merkle_front_root(&root[n], &again);
        assert_true(vaho_hash_same(&root[n], &expected));
        for (uint64_t i = 0; i < n; i++) {
            assert_true(vaho_merkle_inclusion(&proof, i, n, &store));
            assert_int_equal(vaho_merkle_verify_inclusion(&proof, i, n, &leaf[i], &root[n], NULL),
                             VAHO_OK);
            assert_int_not_equal(
                vaho_merkle_verify_inclusion(&proof, (i + 1) % n, n, &leaf[i], &root[n], NULL),
                n == 1 ? -1 : VAHO_OK);
        }
        for (uint64_t m = 1; m <= n; m++) {
            assert_true(vaho_merkle_consistency(&proof, m, n, &store));
            assert_int_equal(vaho_merkle_verify_consistency(&proof, m, n, &root[m], &root[n], NULL),
                             VAHO_OK);
            assert_int_not_equal(
                vaho_merkle_verify_consistency(&proof, m, n, &leaf[n / 2], &root[n], NULL),
                n == 1 ? -1 : VAHO_OK);
            if (m < n) {
                proof.n = 0;
                assert_int_not_equal(
                    vaho_merkle_verify_consistency(&proof, m, n, &root[m], &root[n], NULL),
                    VAHO_OK);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_roots), cmocka_unit_test(kept_vectors),
        cmocka_unit_test(all_vectors), cmocka_unit_test(every_proof)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
