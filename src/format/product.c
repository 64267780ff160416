#include "format/product.h"

#include <string.h>

/* 1 when 'text' begins with 'shape', in which 0 stands for any digit. */
static int looks_like(const char *text, const char *shape)
{
    for (; *shape != '\0'; text++, shape++)
        if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
            return 0;
    return 1;
}

void vaho_product_stamp(char out[VAHO_STAMP_NBYTES], const struct vaho_product *product)
{
    static const char epoch[VAHO_STAMP_NBYTES] = "1970-01-01T00:00:00.000Z";

    memcpy(out, epoch, VAHO_STAMP_NBYTES);
    if (!looks_like(product->time, "0000-00-00"))
        return;
    memcpy(out, product->time, 10);
    if (looks_like(product->time + 10, "T00:00:00"))
        memcpy(out + 10, product->time + 10, 9);
}
