#include "spectra/importer.h"

/* Formats that say their name in the first bytes come first, guesses from columns last. */
static const struct vaho_importer *const importers[] = {
    &vaho_importer_jcamp,       &vaho_importer_absorption_table, &vaho_importer_cross_section,
    &vaho_importer_line_list,   &vaho_importer_ecostress,        &vaho_importer_envi_library,
    &vaho_importer_envi_lookup, &vaho_importer_luma_slum,        &vaho_importer_unit_absorption,
    &vaho_importer_csv,
};

const struct vaho_importer *vaho_importer_find(const struct vaho_spectrum_file *file)
{
    for (size_t i = 0; i < sizeof importers / sizeof importers[0]; i++)
        if (importers[i]->probe(file))
            return importers[i];
    return NULL;
}
