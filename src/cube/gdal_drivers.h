/* gdal_drivers.h - which of GDAL's drivers may open a file that someone gave us */
#ifndef VAHO_CUBE_GDAL_DRIVERS_H
#define VAHO_CUBE_GDAL_DRIVERS_H

/*
 * The short names of the raster drivers that are let in (gdal.c says why not all),
 * NULL after the last; release with CSLDestroy().  'with_envi': ENVI too, which
 * cubes read without GDAL.
 */
char **cube_gdal_drivers(int with_envi);

#endif
