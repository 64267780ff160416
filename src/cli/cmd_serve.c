/* cmd_serve.c - vaho serve: a casebook over HTTP, for people to judge on a map */
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/option.h"
#include "serve/server.h"

struct request {
    struct vaho_serve_settings settings;
    char page[4096];
    int json, routes;
};

static void print_help(void)
{
    puts(
        "usage: vaho serve CASEBOOK [--bind ADDRESS] [--port N] [--cert FILE --key FILE]\n"
        "                           [--page DIR] [--map DIR] [--products DIR] [--json]\n"
        "       vaho serve --routes\n\n"
        "Serves the command centre over HTTP: people log in with their accounts, judge sites and\n"
        "see live what happens to the casebook, whoever does it.  Without a certificate it serves\n"
        "on this machine only.  While there is no account it prints a link that makes the first,\n"
        "once.  It runs until it gets SIGINT or SIGTERM.\n\n"
        "  --bind ADDRESS  a numeric address; 127.0.0.1\n"
        "  --port N        8080; 0: a free one\n"
        "  --cert FILE     certificate and chain, PEM\n"
        "  --key FILE      its key, PEM\n"
        "  --page DIR      the page's files; else those that were installed\n"
        "  --map DIR       base map and hillshade of yours, for the page\n"
        "  --products DIR  folders that 'vaho detect' wrote: maps of evidence for the page\n"
        "  --routes        print every route, who may use it and what it takes, as JSON\n"
        "  --json          print JSON\n"
        "  -h, --help      this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused: an\n"
        "address that others reach, without a certificate.\n\n"
        "Examples:\n"
        "  vaho serve valley.gpkg\n"
        "  vaho serve valley.gpkg --bind 0.0.0.0 --port 8443 --cert chain.pem --key key.pem");
}

static double system_clock_s(void *ignored)
{
    struct timespec now;

    (void)ignored;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void say(void *ignored, const char *line)
{
    (void)ignored;
    fprintf(stderr, "vaho serve: %s\n", line);
}

/* PREFIX/bin/vaho has its page in PREFIX/share/vaho/page; where it was built it is beside it. */
static const char *installed_page(char out[4096])
{
    static const char *const places[] = {"/../share/vaho/page", "/share/vaho/page"};
    char self[3072];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    struct stat about;

    while (n > 0 && self[--n] != '/')
        ;
    for (size_t i = 0; i < sizeof places / sizeof places[0] && n > 0; i++) {
        snprintf(out, 4096, "%.*s%s", (int)n, self, places[i]);
        if (stat(out, &about) == 0 && S_ISDIR(about.st_mode))
            return out;
    }
    return NULL;
}

static void tell(const struct request *r, const struct vaho_server *server)
{
    const char *url = vaho_server_url(server), *link = vaho_server_setup_link(server);

    if (r->json) {
        json_t *line = json_pack("{s:s, s:s?}", "serving", url, "setup", link);
        json_dumpf(line, stdout, JSON_COMPACT);
        json_decref(line);
        putchar('\n');
    } else {
        printf("serving %s\n", url);
        if (link != NULL)
            printf("set-up: %s\n", link);
        if (r->settings.page == NULL)
            puts("there is no page; give --page, or use the API");
    }
    fflush(stdout);
}

static int serve(struct request *r)
{
    struct vaho_server *server;
    struct vaho_error error;
    sigset_t stops;
    int got;

    /* before there are threads, so that all of them have it so */
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (vaho_server_start(&server, &r->settings, &error) != VAHO_OK)
        return command_failed("serve", &error);
    tell(r, server);
    sigwait(&stops, &got);
    vaho_server_stop(server);
    return EXIT_DONE;
}

static int print_routes(void)
{
    char *text = vaho_server_routes_json();

    if (text == NULL)
        return EXIT_FAULT;
    puts(text);
    free(text);
    return EXIT_DONE;
}

/* -1: go on. */
static int take_options(struct request *r, int argc, char **argv)
{
    static const struct option options[] = {{"bind", required_argument, NULL, 'b'},
                                            {"port", required_argument, NULL, 'p'},
                                            {"cert", required_argument, NULL, 'c'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"page", required_argument, NULL, 'g'},
                                            {"map", required_argument, NULL, 'm'},
                                            {"products", required_argument, NULL, 'd'},
                                            {"routes", no_argument, NULL, 'r'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    uint64_t port;
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        switch (option) {
        case 'b': r->settings.bind = optarg; break;
        case 'p':
            if (!option_integer(&port, optarg, 0, 65535))
                return command_misused("serve", "--port takes a number from 0 to 65535");
            r->settings.port = (unsigned)port;
            break;
        case 'c': r->settings.certificate = optarg; break;
        case 'k': r->settings.key = optarg; break;
        case 'g': r->settings.page = optarg; break;
        case 'm': r->settings.map = optarg; break;
        case 'd': r->settings.products = optarg; break;
        case 'r': r->routes = 1; break;
        case 'j': r->json = 1; break;
        case 'h': print_help(); return EXIT_DONE;
        default: return command_misused("serve", "no such option, or its value is missing");
        }
    return -1;
}

int cmd_serve(int argc, char **argv)
{
    struct request r = {
        .settings = {.bind = "127.0.0.1", .port = 8080, .now_s = system_clock_s, .say = say}};
    int code = take_options(&r, argc, argv);

    if (code != -1)
        return code;
    if (r.routes)
        return print_routes();
    if (argc - optind != 1)
        return command_misused("serve", "one casebook is needed");
    r.settings.casebook = argv[optind];
    if (r.settings.page == NULL)
        r.settings.page = installed_page(r.page);
    return serve(&r);
}
