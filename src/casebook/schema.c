/*
 * schema.c - what a casebook holds, and the rules that hold whoever writes
 *
 * The file is an OGC GeoPackage 1.3, an SQLite database with agreed tables:
 * gpkg_contents lists the others, gpkg_geometry_columns the geometries, and each
 * geometry has an R-tree rtree_TABLE_geom that triggers keep (extension
 * gpkg_rtree_index).  The standard owns the file's application_id and
 * user_version, so the version of our own schema is in casebook.version.
 *
 *   casebook          one row: kind, version
 *     open            anyone's own survey: flights without a mandate; no release, ever
 *     operation       flights under a mandate only
 *     exercise        simulated flights only
 *   mandates          verified when taken in, kept as signed; mandate_partners
 *   flights           a cube taken in, once a mandate (by the hash of its content), or a stack
 *   stack_passes      which cubes a stack is of
 *   coverage          what a pass could have seen, of each gas; coverage_tiles: tile by tile
 *   plumes            what it saw
 *   known_sources     licensed emitters that explain sites
 *   sites             places that emit; site_plumes: what they are made of; site_models,
 *                     site_updates: what they were reckoned with, and when
 *   reviews           what people decided of a site
 *   releases          what was given to a partner; outbox: the very bytes, in order
 *   partners          who may be given anything; partner_keys, partner_policies: the last counts
 *   accounts          who may review, with roles; account_passwords, account_codes,
 *                     account_sessions; account_endings
 *   plume_spectra     what a person compares a plume's gas by
 *   ledger_entries    every act of a person; ledger_hashes, ledger_checkpoints (schema_people.c)
 *
 * What was recorded is never changed or deleted: flights, plumes, coverage,
 * mandates, reviews and releases are append-only by trigger, also against INSERT OR
 * REPLACE, which deletes without telling delete triggers.
 */
#include "casebook/schema.h"

#include <stddef.h>

const struct vaho_schema_layer vaho_schema_layers[] = {
    {"plumes", "MULTIPOLYGON", "what passes saw: one row a plume", 1},
    {"coverage", "MULTIPOLYGON", "what passes could have seen, of each gas", 1},
    {"sites", "POINT", "places that emit, joined from plumes over passes", 2},
    {"known_sources", "MULTIPOLYGON", "licensed emitters", 2},
    {NULL, NULL, NULL, 0}};

/* clang-format off */
static const char GEOPACKAGE[] =
    "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY"
    " KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,"
    " definition TEXT NOT NULL, description TEXT);\n"
    "INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian SRS', -1, 'NONE', -1,"
    " 'undefined', NULL), ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),"
    " ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS"
    " 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS"
    " 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],AUTHORITY[\"EPSG\",\"4326\"]]', NULL);\n"
    "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT"
    " NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT"
    " NULL DEFAULT '1970-01-01T00:00:00.000Z', min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,"
    " max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));\n"
    "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT"
    " NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,"
    " m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),"
    " CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY"
    " (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY"
    " (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));\n"
    "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT"
    " NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE"
    " (table_name, column_name, extension_name));\n";
/* clang-format on */

/* clang-format off */
static const char STEP_1[] =
    "CREATE TABLE casebook (id INTEGER PRIMARY KEY CHECK (id = 1), kind TEXT NOT NULL"
    " CHECK (kind IN ('open', 'operation', 'exercise')), version INTEGER NOT NULL, created"
    " TEXT NOT NULL);\n"
    "CREATE TRIGGER casebook_stays_what_it_is BEFORE UPDATE ON casebook WHEN NEW.kind IS"
    " NOT OLD.kind OR NEW.id IS NOT OLD.id OR NEW.created IS NOT OLD.created OR"
    " NEW.version < OLD.version BEGIN SELECT RAISE(ABORT, 'the kind of a casebook is never"
    " changed'); END;\n"
    "CREATE TRIGGER casebook_is_one BEFORE INSERT ON casebook WHEN EXISTS (SELECT 1 FROM"
    " casebook) BEGIN SELECT RAISE(ABORT, 'the kind of a casebook is never changed');"
    " END;\n"
    "CREATE TRIGGER casebook_stays BEFORE DELETE ON casebook BEGIN SELECT RAISE(ABORT,"
    " 'the kind of a casebook is never changed'); END;\n"
    "CREATE TABLE mandates (id INTEGER PRIMARY KEY, name TEXT NOT NULL, issuer TEXT NOT"
    " NULL, sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), document TEXT NOT"
    " NULL CHECK (document GLOB '{*}'), exercise INTEGER NOT NULL CHECK (exercise IN (0,"
    " 1)), from_s REAL NOT NULL, to_s REAL NOT NULL, taken_in TEXT NOT NULL, CHECK (from_s"
    " < to_s));\n"
    "CREATE TRIGGER mandates_fit_the_kind BEFORE INSERT ON mandates WHEN (SELECT kind FROM"
    " casebook) IS NOT CASE NEW.exercise WHEN 1 THEN 'exercise' ELSE 'operation' END BEGIN"
    " SELECT RAISE(ABORT, 'a casebook of this kind takes in no such mandate'); END;\n"
    APPEND_ONLY("mandates", "id = NEW.id OR sha256 = NEW.sha256")
    "CREATE TABLE mandate_partners (id INTEGER PRIMARY KEY, mandate_id INTEGER NOT NULL"
    " REFERENCES mandates(id), partner TEXT NOT NULL, precision_m REAL NOT NULL CHECK"
    " (precision_m >= 0), time_precision_s REAL NOT NULL CHECK (time_precision_s >= 0),"
    " UNIQUE (mandate_id, partner));\n"
    APPEND_ONLY("mandate_partners",
                "id = NEW.id OR (mandate_id = NEW.mandate_id AND partner = NEW.partner)")
    "CREATE TABLE flights (id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT"
    " NULL CHECK (length(sha256) = 64), products_sha256 TEXT NOT NULL CHECK"
    " (length(products_sha256) = 64), mandate_id INTEGER REFERENCES mandates(id), exercise"
    " INTEGER NOT NULL CHECK (exercise IN (0, 1)), flown TEXT, flown_s REAL, sensor TEXT,"
    " n_lines INTEGER NOT NULL CHECK (n_lines > 0), n_samples INTEGER NOT NULL CHECK"
    " (n_samples > 0), n_bands INTEGER NOT NULL, n_plumes INTEGER NOT NULL CHECK (n_plumes"
    " >= 0), made_by TEXT NOT NULL, taken_in TEXT NOT NULL, CHECK ((flown IS NULL) ="
    " (flown_s IS NULL)));\n"
    "CREATE UNIQUE INDEX flights_once ON flights (sha256, ifnull(mandate_id, 0));\n"
    "CREATE INDEX flights_by_time ON flights (flown_s);\n"
    "CREATE INDEX flights_by_mandate ON flights (mandate_id);\n"
    "CREATE TRIGGER flights_fit_the_kind BEFORE INSERT ON flights BEGIN SELECT"
    " RAISE(ABORT, 'an open casebook takes in surveys only: no mandate, no exercise')"
    " WHERE (SELECT kind FROM casebook) = 'open' AND (NEW.mandate_id IS NOT NULL OR"
    " NEW.exercise); SELECT RAISE(ABORT, 'a casebook of an operation takes in nothing"
    " without a mandate') WHERE (SELECT kind FROM casebook) = 'operation' AND"
    " NEW.mandate_id IS NULL; SELECT RAISE(ABORT, 'a casebook of an operation takes in no"
    " exercise') WHERE (SELECT kind FROM casebook) = 'operation' AND NEW.exercise; SELECT"
    " RAISE(ABORT, 'a casebook of an exercise takes in exercises only') WHERE (SELECT kind"
    " FROM casebook) = 'exercise' AND NOT NEW.exercise; SELECT RAISE(ABORT, 'there is no"
    " kind of casebook') WHERE (SELECT kind FROM casebook) IS NULL; SELECT RAISE(ABORT,"
    " 'the flight is outside the window of its mandate') WHERE NEW.mandate_id IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM mandates WHERE id = NEW.mandate_id AND NEW.flown_s"
    " BETWEEN from_s AND to_s); END;\n"
    APPEND_ONLY("flights",
                "id = NEW.id OR (sha256 = NEW.sha256 AND ifnull(mandate_id, 0) = ifnull(NEW.mandate_id, 0))")
    "CREATE TABLE plumes (id INTEGER PRIMARY KEY, flight_id INTEGER NOT NULL REFERENCES"
    " flights(id), name TEXT NOT NULL, gas TEXT NOT NULL, q_value REAL NOT NULL CHECK"
    " (q_value BETWEEN 0 AND 1), snr REAL, peak_ppmm REAL, mean_ppmm REAL, sigma_ppmm"
    " REAL, pixels INTEGER NOT NULL CHECK (pixels > 0), source_line REAL NOT NULL,"
    " source_sample REAL NOT NULL, source_sigma_px REAL, source_longitude REAL CHECK"
    " (source_longitude BETWEEN -360 AND 360), source_latitude REAL CHECK (source_latitude"
    " BETWEEN -90 AND 90), emission_kg_h REAL, emission_sigma_kg_h REAL, probability REAL"
    " CHECK (probability BETWEEN 0 AND 1), alternatives TEXT NOT NULL CHECK (alternatives"
    " GLOB '[[]*]'), geom BLOB, UNIQUE (flight_id, name), CHECK ((source_longitude IS"
    " NULL) = (source_latitude IS NULL)));\n"
    "CREATE INDEX plumes_by_q ON plumes (q_value, source_longitude, source_latitude);\n"
    "CREATE INDEX plumes_by_gas ON plumes (gas, q_value, source_longitude,"
    " source_latitude);\n"
    APPEND_ONLY("plumes", "id = NEW.id OR (flight_id = NEW.flight_id AND name = NEW.name)")
    /* sources can lie outside their footprint and have an index of their own */
    "CREATE VIRTUAL TABLE plume_places USING rtree(id, minx, maxx, miny, maxy);\n"
    "CREATE TRIGGER plume_places_insert AFTER INSERT ON plumes WHEN NEW.source_longitude"
    " IS NOT NULL BEGIN INSERT INTO plume_places VALUES (NEW.id, NEW.source_longitude,"
    " NEW.source_longitude, NEW.source_latitude, NEW.source_latitude); END;\n"
    "CREATE TABLE coverage (id INTEGER PRIMARY KEY, flight_id INTEGER NOT NULL REFERENCES"
    " flights(id), gas TEXT NOT NULL, limit_ppmm REAL CHECK (limit_ppmm > 0), limit_kg_h"
    " REAL CHECK (limit_kg_h > 0), steepness REAL CHECK (steepness > 0), geom BLOB, UNIQUE"
    " (flight_id, gas));\n"
    "CREATE INDEX coverage_by_gas ON coverage (gas);\n"
    APPEND_ONLY("coverage", "id = NEW.id OR (flight_id = NEW.flight_id AND gas = NEW.gas)");
/* clang-format on */

/* clang-format off */
static const char STEP_2[] =
    "CREATE TABLE known_sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL, gases TEXT"
    " NOT NULL CHECK (gases GLOB '[[]*]'), sha256 TEXT NOT NULL CHECK (length(sha256) ="
    " 64), geom BLOB);\n"
    "CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, gas TEXT NOT"
    " NULL, longitude REAL NOT NULL CHECK (longitude BETWEEN -360 AND 360), latitude REAL"
    " NOT NULL CHECK (latitude BETWEEN -90 AND 90), sigma_m REAL NOT NULL CHECK (sigma_m"
    " >= 0), probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1), active REAL"
    " CHECK (active BETWEEN 0 AND 1), first_seen TEXT, last_seen TEXT, known_source_id"
    " INTEGER REFERENCES known_sources(id), rank REAL, reasons TEXT NOT NULL DEFAULT '[]'"
    " CHECK (reasons GLOB '[[]*]'), geom BLOB NOT NULL);\n"
    "CREATE INDEX sites_by_rank ON sites (rank DESC);\n"
    "CREATE INDEX sites_by_known_source ON sites (known_source_id);\n"
    "CREATE TABLE site_plumes (id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES"
    " sites(id), plume_id INTEGER NOT NULL UNIQUE REFERENCES plumes(id));\n"
    "CREATE INDEX site_plumes_by_site ON site_plumes (site_id);\n"
    "CREATE TRIGGER site_plumes_same_gas BEFORE INSERT ON site_plumes WHEN (SELECT gas"
    " FROM sites WHERE id = NEW.site_id) IS NOT (SELECT gas FROM plumes WHERE id ="
    " NEW.plume_id) BEGIN SELECT RAISE(ABORT, 'a site is made of plumes of its own gas');"
    " END;\n"
    "CREATE TABLE reviews (id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES"
    " sites(id), at TEXT NOT NULL, person TEXT NOT NULL CHECK (person <> ''), decision"
    " TEXT NOT NULL CHECK (decision IN ('confirm', 'reject', 'pass')), reason TEXT NOT"
    " NULL DEFAULT '', CHECK (decision <> 'reject' OR reason <> ''));\n"
    "CREATE INDEX reviews_by_site ON reviews (site_id, id);\n"
    APPEND_ONLY("reviews", "id = NEW.id")
    "CREATE TABLE releases (id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES"
    " sites(id), mandate_id INTEGER NOT NULL, partner TEXT NOT NULL, at TEXT NOT NULL,"
    " person TEXT NOT NULL CHECK (person <> ''), recalls INTEGER REFERENCES releases(id),"
    " FOREIGN KEY (mandate_id, partner) REFERENCES mandate_partners(mandate_id,"
    " partner));\n"
    "CREATE INDEX releases_by_site ON releases (site_id);\n"
    "CREATE INDEX releases_by_partner ON releases (mandate_id, partner);\n"
    "CREATE INDEX releases_by_recall ON releases (recalls);\n"
    "CREATE TRIGGER releases_are_permitted BEFORE INSERT ON releases BEGIN SELECT"
    " RAISE(ABORT, 'nothing of an open casebook can be released') WHERE (SELECT kind FROM"
    " casebook) = 'open' OR (SELECT kind FROM casebook) IS NULL; SELECT RAISE(ABORT, 'a"
    " site is released only after it was confirmed') WHERE (SELECT decision FROM reviews"
    " WHERE site_id = NEW.site_id ORDER BY id DESC LIMIT 1) IS NOT 'confirm'; SELECT"
    " RAISE(ABORT, 'who confirmed a site cannot release it') WHERE EXISTS (SELECT 1 FROM"
    " reviews WHERE site_id = NEW.site_id AND decision = 'confirm' AND person ="
    " NEW.person); SELECT RAISE(ABORT, 'a site is released under a mandate its plumes were"
    " found under') WHERE NOT EXISTS (SELECT 1 FROM site_plumes s JOIN plumes p ON p.id ="
    " s.plume_id JOIN flights f ON f.id = p.flight_id WHERE s.site_id = NEW.site_id AND"
    " f.mandate_id = NEW.mandate_id); SELECT RAISE(ABORT, 'a mandate that the site rests"
    " on does not name this partner') WHERE EXISTS (SELECT 1 FROM site_plumes s JOIN"
    " plumes p ON p.id = s.plume_id JOIN flights f ON f.id = p.flight_id WHERE s.site_id ="
    " NEW.site_id AND (f.mandate_id IS NULL OR NOT EXISTS (SELECT 1 FROM mandate_partners"
    " m WHERE m.mandate_id = f.mandate_id AND m.partner = NEW.partner))); END;\n"
    APPEND_ONLY("releases", "id = NEW.id");
/* clang-format on */

/* How well the place of a plume's source is known, as its flight states it; NULL: nobody does.
 * The covariance of the east and north error is kept as numbers, to be reckoned with. */
/* clang-format off */
static const char STEP_3[] =
    "ALTER TABLE plumes ADD COLUMN position_sigma_m REAL CHECK (position_sigma_m >= 0);\n"
    "ALTER TABLE plumes ADD COLUMN east_east_m2 REAL CHECK (east_east_m2 >= 0);\n"
    "ALTER TABLE plumes ADD COLUMN east_north_m2 REAL CHECK ((east_north_m2 IS NULL) ="
    " (east_east_m2 IS NULL));\n"
    "ALTER TABLE plumes ADD COLUMN north_north_m2 REAL CHECK (north_north_m2 >= 0 AND"
    " (north_north_m2 IS NULL) = (east_east_m2 IS NULL) AND (north_north_m2 IS NULL) ="
    " (position_sigma_m IS NULL));\n";
/* clang-format on */

/* What a flight could have seen, tile by tile (coverage.h), with an index of its own; what sites
 * are reckoned from and what is reckoned of them. */
/* clang-format off */
static const char STEP_4[] =
    "CREATE TABLE coverage_tiles (flight_id INTEGER PRIMARY KEY REFERENCES flights(id),"
    " gases TEXT NOT NULL CHECK (gases GLOB '[[]*]'), n_gases INTEGER NOT NULL CHECK"
    " (n_gases > 0), steepness REAL NOT NULL CHECK (steepness > 0), searched_m2 REAL NOT"
    " NULL CHECK (searched_m2 >= 0), west REAL NOT NULL CHECK (west BETWEEN -180 AND 180),"
    " east REAL NOT NULL CHECK (east BETWEEN west AND west + 180), south REAL NOT NULL"
    " CHECK (south >= -90), north REAL NOT NULL CHECK (north BETWEEN south AND 90), n"
    " INTEGER NOT NULL CHECK (n > 0), tiles BLOB NOT NULL CHECK (length(tiles) = n * (36 +"
    " 8 * n_gases)));\n"
    APPEND_ONLY("coverage_tiles", "flight_id = NEW.flight_id")
    "CREATE VIRTUAL TABLE coverage_places USING rtree(id, minx, maxx, miny, maxy);\n"
    "CREATE TRIGGER coverage_places_insert AFTER INSERT ON coverage_tiles BEGIN INSERT"
    " INTO coverage_places VALUES (NEW.flight_id, NEW.west, NEW.east, NEW.south,"
    " NEW.north); END;\n"
    "ALTER TABLE sites ADD COLUMN east_east_m2 REAL CHECK (east_east_m2 >= 0);\n"
    "ALTER TABLE sites ADD COLUMN east_north_m2 REAL CHECK ((east_north_m2 IS NULL) ="
    " (east_east_m2 IS NULL));\n"
    "ALTER TABLE sites ADD COLUMN north_north_m2 REAL CHECK (north_north_m2 >= 0 AND"
    " (north_north_m2 IS NULL) = (east_east_m2 IS NULL));\n"
    "ALTER TABLE sites ADD COLUMN on_share REAL CHECK (on_share BETWEEN 0 AND 1);\n"
    "ALTER TABLE sites ADD COLUMN on_share_low REAL CHECK (on_share_low BETWEEN 0 AND 1);\n"
    "ALTER TABLE sites ADD COLUMN on_share_high REAL CHECK (on_share_high BETWEEN"
    " on_share_low AND 1);\n"
    "ALTER TABLE sites ADD COLUMN emission_kg_h REAL;\n"
    "ALTER TABLE sites ADD COLUMN emission_sigma_kg_h REAL CHECK (emission_sigma_kg_h >= 0"
    " AND (emission_sigma_kg_h IS NULL) = (emission_kg_h IS NULL));\n"
    "ALTER TABLE sites ADD COLUMN least_q REAL CHECK (least_q BETWEEN 0 AND 1);\n"
    "ALTER TABLE sites ADD COLUMN n_plumes INTEGER CHECK (n_plumes > 0);\n"
    "ALTER TABLE sites ADD COLUMN n_seen INTEGER CHECK (n_seen BETWEEN 1 AND n_plumes);\n"
    "ALTER TABLE sites ADD COLUMN n_missed INTEGER CHECK (n_missed >= 0);\n"
    "ALTER TABLE sites ADD COLUMN known_share REAL CHECK (known_share BETWEEN 0 AND 1 AND"
    " (known_share IS NULL) = (known_source_id IS NULL));\n"
    "ALTER TABLE known_sources ADD COLUMN area TEXT CHECK (area GLOB '{*}');\n"
    "CREATE INDEX sites_by_gas ON sites (gas, rank DESC);\n"
    "CREATE TRIGGER sites_keep_their_gas BEFORE UPDATE OF gas ON sites WHEN NEW.gas IS NOT"
    " OLD.gas BEGIN SELECT RAISE(ABORT, 'the gas of a site is never changed'); END;\n"
    "CREATE TRIGGER sites_emit_if_real BEFORE INSERT ON sites WHEN NEW.active >"
    " NEW.probability BEGIN SELECT RAISE(ABORT, 'a site cannot be active more probably than"
    " it is real'); END;\n"
    "CREATE TRIGGER sites_still_emit_if_real BEFORE UPDATE ON sites WHEN NEW.active >"
    " NEW.probability BEGIN SELECT RAISE(ABORT, 'a site cannot be active more probably than"
    " it is real'); END;\n"
    "CREATE TRIGGER site_plumes_never_change BEFORE UPDATE ON site_plumes BEGIN SELECT"
    " RAISE(ABORT, 'plumes are put into a site or taken out, never changed'); END;\n"
    "CREATE TRIGGER site_plumes_stay BEFORE DELETE ON site_plumes WHEN EXISTS (SELECT 1"
    " FROM reviews WHERE site_id = OLD.site_id) BEGIN SELECT RAISE(ABORT, 'the plumes of a"
    " site that was reviewed stay in it'); END;\n"
    "CREATE TABLE site_models (id INTEGER PRIMARY KEY, gas TEXT NOT NULL UNIQUE,"
    " real_per_m2 REAL NOT NULL CHECK (real_per_m2 > 0), false_per_m2 REAL NOT NULL CHECK"
    " (false_per_m2 > 0), tail_shape REAL NOT NULL CHECK (tail_shape > 0));\n"
    "CREATE TABLE site_updates (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL,"
    " at_s REAL NOT NULL, last_flight_id INTEGER NOT NULL, n_unplaced INTEGER NOT NULL"
    " CHECK (n_unplaced >= 0));\n";
/* clang-format on */

/* A stack of passes is a flight of many cubes: it has no sensor and no coverage of its own, and its
 * sources stand among the plumes. */
/* clang-format off */
static const char STEP_5[] =
    "CREATE TABLE stack_passes (id INTEGER PRIMARY KEY, stack_id INTEGER NOT NULL REFERENCES"
    " flights(id), flight_id INTEGER NOT NULL REFERENCES flights(id), UNIQUE (stack_id,"
    " flight_id));\n"
    "CREATE INDEX stack_passes_by_flight ON stack_passes (flight_id);\n"
    APPEND_ONLY("stack_passes", "id = NEW.id OR (stack_id = NEW.stack_id AND flight_id = NEW.flight_id)")
    "CREATE TRIGGER stack_passes_are_cubes BEFORE INSERT ON stack_passes BEGIN SELECT"
    " RAISE(ABORT, 'the passes of a stack are cubes, not stacks') WHERE NEW.flight_id ="
    " NEW.stack_id OR EXISTS (SELECT 1 FROM stack_passes WHERE stack_id = NEW.flight_id OR"
    " flight_id = NEW.stack_id); SELECT RAISE(ABORT, 'the passes of a stack were flown under"
    " its mandate') WHERE (SELECT mandate_id FROM flights WHERE id = NEW.stack_id) IS NOT"
    " (SELECT mandate_id FROM flights WHERE id = NEW.flight_id); END;\n"
    "ALTER TABLE sites ADD COLUMN n_single INTEGER CHECK (n_single BETWEEN 0 AND n_plumes);\n"
    "ALTER TABLE sites ADD COLUMN n_stacked INTEGER CHECK (n_stacked >= 0);\n";
/* clang-format on */

const char *vaho_schema_step(int version)
{
    switch (version) {
    case 0: return GEOPACKAGE;
    case 1: return STEP_1;
    case 2: return STEP_2;
    case 3: return STEP_3;
    case 4: return STEP_4;
    case 5: return STEP_5;
    case VAHO_SCHEMA_LEDGER: return vaho_schema_ledger;
    case VAHO_SCHEMA_REVIEW: return vaho_schema_review;
    case VAHO_SCHEMA_SERVE: return vaho_schema_serve;
    case VAHO_SCHEMA_RELEASE: return vaho_schema_release;
    default: return NULL;
    }
}
