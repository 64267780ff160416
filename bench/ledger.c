/* bench_ledger N - how long a ledger of N entries takes to grow, to verify, and to prove from */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "casebook/ledger_verify.h"
#include "clock_and_dice.h"

static const struct vaho_act ACT = {"bench", VAHO_BY_CLAIM, "2026-04-10T12:00:00Z",
                                    "to see how long it takes"};
enum { PER_TRANSACTION = 1000, N_PROOFS = 1000, N_FLUSHED = 100 };

static int fail(const struct vaho_error *error)
{
    fprintf(stderr, "bench_ledger: %s\n", error->message);
    return 1;
}

static json_t *object(int64_t i)
{
    return json_pack("{s:s, s:I, s:s}", "site", "ammonia-0123456789abcdef", "row", (json_int_t)i,
                     "evidence", "0123456789abcdef0123456789abcdef");
}

static enum vaho_status grow(struct vaho_casebook *book, int64_t from, int64_t to,
                             struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    while (from < to && status == VAHO_OK) {
        status = vaho_database_run(book->database, book->path, "BEGIN IMMEDIATE", error);
        for (int i = 0; i < PER_TRANSACTION && from < to && status == VAHO_OK; i++, from++)
            status = vaho_ledger_append(NULL, book, &ACT, "backup", object(from), NULL, error);
        status = vaho_database_end(book->database, book->path, status, error);
    }
    return status;
}

static void say(void *context, const char *finding)
{
    (void)context;
    fprintf(stderr, "bench_ledger: %s\n", finding);
}

static enum vaho_status time_proofs(struct vaho_casebook *book, int64_t n, struct vaho_error *error)
{
    struct vaho_checkpoint now, then;
    struct vaho_proof proof;
    double begin = now_s();
    enum vaho_status status = vaho_ledger_state(&now, book, VAHO_LEDGER_NOW, error);

    for (int i = 0; i < N_PROOFS && status == VAHO_OK; i++) {
        status = vaho_ledger_prove(&proof, book, 1, (uint64_t)(dice() * (double)n), &now, error);
        if (status == VAHO_OK)
            status = vaho_proof_verify_inclusion(&proof, error);
        vaho_proof_free(&proof);
    }
    printf("inclusion proof, made and verified   %8.3f ms\n", 1e3 * (now_s() - begin) / N_PROOFS);
    begin = now_s();
    for (int i = 1; i <= N_PROOFS && status == VAHO_OK; i++) {
        status = vaho_ledger_state(&then, book, n / N_PROOFS * i, error);
        if (status == VAHO_OK)
            status = vaho_ledger_prove(&proof, book, 0, then.size, &now, error);
        if (status == VAHO_OK)
            status = vaho_merkle_verify_consistency(&proof.hashes, then.size, now.size, &then.root,
                                                    &now.root, error);
        vaho_proof_free(&proof);
    }
    printf("consistency proof, made and verified %8.3f ms\n", 1e3 * (now_s() - begin) / N_PROOFS);
    return status;
}

int main(int argc, char **argv)
{
    static const struct vaho_ledger_policy nobody = {0};
    int64_t n = argc > 2 ? atoll(argv[2]) : 100000;
    struct vaho_casebook *book;
    struct vaho_ledger_report report;
    struct vaho_error error;
    double begin;

    if (argc < 2 || n < N_PROOFS) {
        fprintf(stderr, "usage: bench_ledger FILE [ENTRIES]\n");
        return 2;
    }
    unlink(argv[1]);
    if (vaho_casebook_new(argv[1], VAHO_CASEBOOK_OPEN, &ACT, &error) != VAHO_OK ||
        vaho_casebook_open(&book, argv[1], &error) != VAHO_OK)
        return fail(&error);
    begin = now_s();
    if (grow(book, 0, n, &error) != VAHO_OK)
        return fail(&error);
    printf("%" PRId64 " entries, %d a transaction       %8.3f s, %.3f ms each\n", n,
           PER_TRANSACTION, now_s() - begin, 1e3 * (now_s() - begin) / (double)n);
    begin = now_s();
    for (int i = 0; i < N_FLUSHED; i++)
        if (vaho_ledger_act(book, &ACT, "backup", object(i), &error) != VAHO_OK)
            return fail(&error);
    printf("an entry of its own, flushed         %8.3f ms\n", 1e3 * (now_s() - begin) / N_FLUSHED);
    begin = now_s();
    if (vaho_ledger_verify(&report, book, &nobody, say, NULL, &error) != VAHO_OK)
        return fail(&error);
    printf("all %" PRIu64 " verified                 %8.3f s, %zu findings\n", report.size,
           now_s() - begin, report.n_findings);
    if (time_proofs(book, n, &error) != VAHO_OK)
        return fail(&error);
    vaho_casebook_close(book);
    return report.n_findings > 0;
}
