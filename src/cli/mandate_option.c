#include "cli/mandate_option.h"

#include "cli/command.h"

int mandate_option_take(struct mandate_option *out, const char *command, int option,
                        const char *value)
{
    switch (option) {
    case 'M': out->mandate_path = value; return EXIT_DONE;
    case 'T': out->trust_path = value; return EXIT_DONE;
    default: break;
    }
    if (out->n_revocations == MANDATE_MAX_REVOCATIONS)
        return command_misused(command, "more than %d --revocations", MANDATE_MAX_REVOCATIONS);
    out->revocations_path[out->n_revocations++] = value;
    return EXIT_DONE;
}

int mandate_option_load(struct mandate_option *option, const char *command)
{
    struct vaho_error error;
    enum vaho_status status = VAHO_OK;

    if (option->mandate_path == NULL) {
        if (option->trust_path != NULL || option->n_revocations > 0)
            return command_misused(command, "--trust and --revocations go with --mandate");
        return EXIT_DONE;
    }
    if (option->trust_path == NULL)
        return command_misused(command, "--mandate needs --trust: whose keys are an authority's is "
                                        "for you to say");
    status = vaho_mandate_open(&option->mandate, option->mandate_path, &error);
    if (status == VAHO_OK)
        status = vaho_trust_open(&option->trust, option->trust_path, &error);
    for (size_t i = 0; status == VAHO_OK && i < option->n_revocations; i++)
        status =
            vaho_revocations_open(&option->revocations[i], option->revocations_path[i], &error);
    if (status == VAHO_OK)
        status = vaho_mandate_check(option->mandate, option->trust,
                                    (const struct vaho_revocations *const *)option->revocations,
                                    option->n_revocations, &error);
    return status == VAHO_OK ? EXIT_DONE : command_failed(command, &error);
}

void mandate_option_free(struct mandate_option *option)
{
    vaho_mandate_free(option->mandate);
    vaho_trust_free(option->trust);
    for (size_t i = 0; i < option->n_revocations; i++)
        vaho_revocations_free(option->revocations[i]);
}
