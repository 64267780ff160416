/*
 * geopackage_style.c - QGIS's style language (QML, as written by QGIS 3.22 LTR)
 *
 * A 'categorizedSymbol' renderer on the field "gas", one symbol a category.  A
 * symbol's "alpha" property is data-defined: plumes above the reported q-value
 * are pale.  Labels are an expression of gas and q-value with a white halo.
 */
#include <stdio.h>

#include "format/escape.h"
#include "format/geopackage.h"

static void option(struct vaho_text *out, const char *name, const char *value)
{
    vaho_text_printf(out, "<Option type=\"QString\" name=\"%s\" value=\"%s\"/>", name, value);
}

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void colour_option(struct vaho_text *out, const char *name, const char *rrggbb, int alpha)
{
    char value[32];
    int part[3];

    for (int i = 0; i < 3; i++)
        part[i] = 16 * hex_digit(rrggbb[1 + 2 * i]) + hex_digit(rrggbb[2 + 2 * i]);
    snprintf(value, sizeof value, "%d,%d,%d,%d", part[0], part[1], part[2], alpha);
    option(out, name, value);
}

static void symbol(struct vaho_text *out, size_t index, int points, const char *colour,
                   double q_reported)
{
    vaho_text_printf(out,
                     "<symbol name=\"%zu\" type=\"%s\" alpha=\"1\" clip_to_extent=\"1\" "
                     "force_rhr=\"0\"><data_defined_properties><Option type=\"Map\">"
                     "<Option type=\"QString\" name=\"name\" value=\"\"/>"
                     "<Option type=\"Map\" name=\"properties\"><Option type=\"Map\" name=\"alpha\">"
                     "<Option type=\"bool\" name=\"active\" value=\"true\"/>"
                     "<Option type=\"QString\" name=\"expression\" "
                     "value=\"if(&quot;q_value&quot; &lt;= %g, 100, 30)\"/>"
                     "<Option type=\"int\" name=\"type\" value=\"3\"/></Option></Option>"
                     "<Option type=\"QString\" name=\"type\" value=\"collection\"/></Option>"
                     "</data_defined_properties>",
                     index, points ? "marker" : "fill", q_reported);
    vaho_text_printf(out,
                     "<layer class=\"%s\" enabled=\"1\" locked=\"0\" pass=\"0\">"
                     "<Option type=\"Map\">",
                     points ? "SimpleMarker" : "SimpleFill");
    colour_option(out, "color", colour, points ? 255 : 70);
    colour_option(out, "outline_color", points ? "#ffffff" : colour, 255);
    option(out, "outline_style", "solid");
    option(out, "outline_width", points ? "0.4" : "0.5");
    option(out, "outline_width_unit", "MM");
    if (points) {
        option(out, "name", "circle");
        option(out, "size", "2.6");
        option(out, "size_unit", "MM");
    } else {
        option(out, "style", "solid");
    }
    vaho_text_puts(out, "</Option></layer></symbol>\n");
}

static void labels(struct vaho_text *out, int points)
{
    vaho_text_printf(out,
                     "<labeling type=\"simple\"><settings calloutType=\"simple\"><text-style "
                     "fieldName=\"replace(&quot;gas&quot;, '_', ' ') || '\\nq ' || "
                     "format_number(&quot;q_value&quot;, 3)\" isExpression=\"1\" fontSize=\"9\" "
                     "fontWeight=\"63\" "
                     "fontSizeUnit=\"Point\" textColor=\"40,40,40,255\" textOpacity=\"1\">"
                     "<text-buffer bufferDraw=\"1\" bufferSize=\"0.9\" bufferSizeUnits=\"MM\" "
                     "bufferColor=\"255,255,255,255\" bufferOpacity=\"0.85\"/></text-style>"
                     "<placement placement=\"%d\" dist=\"1.5\" distUnits=\"MM\"/>"
                     "<rendering scaleVisibility=\"0\" obstacle=\"0\" "
                     "displayAll=\"0\"/></settings></labeling>\n",
                     points ? 6 : 0);
}

void vaho_geopackage_style(struct vaho_text *out, int points, const struct vaho_palette *palette,
                           double q_reported)
{
    vaho_text_printf(out,
                     "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
                     "<qgis version=\"3.22.0\" styleCategories=\"Symbology|Labeling\" "
                     "labelsEnabled=\"%d\">\n"
                     "<renderer-v2 type=\"categorizedSymbol\" attr=\"gas\" enableorderby=\"0\" "
                     "forceraster=\"0\" symbollevels=\"0\">\n<categories>\n",
                     points);
    for (size_t i = 0; i < palette->n; i++) {
        vaho_text_printf(out, "<category render=\"true\" symbol=\"%zu\" value=\"", i);
        vaho_escape_markup(out, palette->gas[i]);
        vaho_text_puts(out, "\" label=\"");
        vaho_escape_markup(out, palette->gas[i]);
        vaho_text_puts(out, "\"/>\n");
    }
    vaho_text_puts(out, "</categories>\n<symbols>\n");
    for (size_t i = 0; i < palette->n; i++)
        symbol(out, i, points, vaho_palette_colour(palette, palette->gas[i]), q_reported);
    vaho_text_puts(out, "</symbols>\n</renderer-v2>\n");
    labels(out, points);
    vaho_text_printf(out, "<layerGeometryType>%d</layerGeometryType>\n</qgis>\n", points ? 0 : 2);
}
