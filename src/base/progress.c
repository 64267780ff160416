#include "vaho/progress.h"

void vaho_progress_report(const struct vaho_progress *progress, const char *stage, size_t done,
                          size_t total, const char *unit)
{
    if (progress != NULL && progress->report != NULL)
        progress->report(progress->context, stage, done, total, unit);
}
