#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/static_files.h"

static char folder[] = "/tmp/vaho-static-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void a_folder_is_listed_once(void **state)
{
    struct vaho_static_root root, again;
    const struct vaho_static_file *file;
    struct vaho_error error;
    char text[8] = "", tag[VAHO_ETAG_NBYTES];
    int fd;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(mkdir(in_folder("a"), 0700), 0);
    put("index.html", "one");
    put("a/b.js", "two");
    put(".hidden", "three");
    assert_int_equal(symlink("/etc/passwd", in_folder("link")), 0);
    assert_int_equal(symlink("/etc", in_folder("links")), 0);
    assert_int_equal(vaho_static_open(&root, in_folder("none"), &error), VAHO_NOT_FOUND);
    assert_int_equal(vaho_static_open(&root, folder, &error), VAHO_OK);
    assert_int_equal(root.n, 2);
    file = vaho_static_find(&root, "a/b.js");
    assert_non_null(file);
    assert_true(file->nbytes == 3 && strncmp(file->type, "text/javascript", 15) == 0);
    fd = vaho_static_file_open(&root, file);
    assert_int_equal(read(fd, text, sizeof text), 3);
    assert_string_equal(text, "two");
    close(fd);
    static const char *const none[] = {"",
                                       "a",
                                       "a/",
                                       "link",
                                       "links/passwd",
                                       ".hidden",
                                       "/a/b.js",
                                       "../index.html",
                                       "a/../index.html",
                                       "A/B.JS"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_null(vaho_static_find(&root, none[i]));
    /* the same bytes, the same tag; other bytes, another; and not while the old one is listed */
    snprintf(tag, sizeof tag, "%s", file->etag);
    assert_true(tag[0] == '"' && tag[strlen(tag) - 1] == '"' && strlen(tag) == 34);
    put("a/b.js", "zwo");
    assert_int_equal(vaho_static_file_open(&root, file), -1);
    assert_int_equal(vaho_static_open(&again, folder, &error), VAHO_OK);
    assert_string_not_equal(vaho_static_find(&again, "a/b.js")->etag, tag);
    put("a/b.js", "two");
    vaho_static_close(&again);
    assert_int_equal(vaho_static_open(&again, folder, &error), VAHO_OK);
    assert_string_equal(vaho_static_find(&again, "a/b.js")->etag, tag);
    unlink(in_folder("a/b.js"));
    assert_int_equal(vaho_static_file_open(&again, vaho_static_find(&again, "a/b.js")), -1);
    vaho_static_close(&again);
    vaho_static_close(&root);
    unlink(in_folder("index.html"));
    unlink(in_folder(".hidden"));
    unlink(in_folder("link"));
    unlink(in_folder("links"));
    rmdir(in_folder("a"));
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_folder_is_listed_once)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
