#include "format/gdal_scope.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const char *const option_name[VAHO_GDAL_N_OPTIONS] = {
    "GDAL_PAM_ENABLED", /* no .aux.xml beside the file */
    "GDAL_NUM_THREADS",
    "OGR_SQLITE_PRAGMA", /* a user's pragmas change the bytes */
    "OGR_CURRENT_DATE",
};

static void CPL_STDCALL keep_message(CPLErr level, CPLErrorNum number, const char *message)
{
    struct vaho_gdal_scope *scope = CPLGetErrorHandlerUserData();

    (void)number;
    if (level >= CE_Failure && scope->message[0] == '\0')
        snprintf(scope->message, sizeof scope->message, "%s", message);
}

static pthread_once_t registered = PTHREAD_ONCE_INIT;

enum vaho_status vaho_gdal_enter(struct vaho_gdal_scope *scope, const char *extension,
                                 const char *stamp, struct vaho_error *error)
{
    const char *value[VAHO_GDAL_N_OPTIONS] = {"NO", "1", "", stamp};

    *scope = (struct vaho_gdal_scope){.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    if (scope->c_locale == (locale_t)0)
        return vaho_fail_memory(error, "the C locale");
    scope->saved_locale = uselocale(scope->c_locale);
    snprintf(scope->file, sizeof scope->file, "/vsimem/vaho_%p.%s", (void *)scope, extension);
    pthread_once(&registered, GDALAllRegister); /* not safe from two threads at once */
    for (size_t i = 0; i < VAHO_GDAL_N_OPTIONS; i++) {
        const char *old = CPLGetThreadLocalConfigOption(option_name[i], NULL);
        scope->saved[i] = old == NULL ? NULL : CPLStrdup(old);
        CPLSetThreadLocalConfigOption(option_name[i], value[i]);
    }
    CPLPushErrorHandlerEx(keep_message, scope);
    return VAHO_OK;
}

void vaho_gdal_leave(struct vaho_gdal_scope *scope)
{
    VSIUnlink(scope->file);
    CPLPopErrorHandler();
    for (size_t i = 0; i < VAHO_GDAL_N_OPTIONS; i++) {
        CPLSetThreadLocalConfigOption(option_name[i], scope->saved[i]);
        CPLFree(scope->saved[i]);
    }
    uselocale(scope->saved_locale);
    freelocale(scope->c_locale);
}

enum vaho_status vaho_gdal_fail(const struct vaho_gdal_scope *scope, const char *path,
                                struct vaho_error *error)
{
    return vaho_fail(error, VAHO_FAULT, "%s: could not be made: %s", path,
                     scope->message[0] == '\0' ? "GDAL did not say why" : scope->message);
}

const unsigned char *vaho_gdal_file(size_t *out_nbytes, const struct vaho_gdal_scope *scope)
{
    vsi_l_offset nbytes = 0;
    const unsigned char *data = VSIGetMemFileBuffer(scope->file, &nbytes, FALSE);

    *out_nbytes = data == NULL ? 0 : (size_t)nbytes;
    return data;
}
