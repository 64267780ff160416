"""A flight made up by hand that would have seen the grid of a simulated cube of 200 lines of 64 samples, in every
form that is read; used by the tests."""
import math
import struct

LINES, SAMPLES = 200, 64
GROUND_M, FLYING_M, LINE_S = 300.0, 1500.0, 0.02
WEEK, LEAP, FIRST_SOW = 2416, 18, 497400.0
EASTING, NORTHING = 500000.0, 3800000.0  # the simulator's corner; 500000 is UTM's central meridian

# WGS 84
A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)


def latitude_of(northing):
    """On the central meridian: the latitude whose meridian arc is northing / 0.9996, by quadrature."""
    arc, phi, steps = northing / 0.9996, 0.0, 2000
    for _ in range(6):
        total, h = 0.0, phi / steps
        for i in range(steps + 1):  # Simpson
            weight = 1 if i in (0, steps) else 4 if i % 2 else 2
            total += weight * A * (1 - E2) / (1 - E2 * math.sin(i * h) ** 2) ** 1.5
        m = A * (1 - E2) / (1 - E2 * math.sin(phi) ** 2) ** 1.5
        phi += (arc - total * h / 3) / m
    return phi


def records():
    """Time of week, latitude, longitude, ellipsoid height, roll, pitch, heading (radians): flying south along the
    middle of the grid, a record every 0.05 s, rolled and pitched by what the camera makes up for."""
    phi0 = latitude_of(NORTHING - 2 * 0.5)
    phi1 = latitude_of(NORTHING - 2 * (LINES - 0.5))
    # the grid's middle is SAMPLES metres east of the meridian
    east = SAMPLES / 0.9996 / (A / math.sqrt(1 - E2 * math.sin(phi0) ** 2) * math.cos(phi0))
    for i in range(-20, int(LINES * LINE_S / 0.05) + 21):
        t = 0.05 * i
        phi = phi0 + (phi1 - phi0) * t / (LINE_S * (LINES - 1))
        yield FIRST_SOW + t, phi, math.radians(-117) + east, FLYING_M, 0.0, 0.0, math.pi


def write_flight(folder):
    with open(folder / "flight.csv", "w") as out:
        out.write("# made up\nsow,lat,lon,h,roll,pitch,heading\n")
        for t, lat, lon, h, roll, pitch, heading in records():
            out.write(f"{t:.3f},{math.degrees(lat):.11f},{math.degrees(lon):.11f},{h},{roll},{pitch},"
                      f"{math.degrees(heading)}\n")
    with open(folder / "sbet.out", "wb") as out:  # heading in a frame that has wandered by 0.3 rad
        for t, lat, lon, h, roll, pitch, heading in records():
            out.write(struct.pack("<17d", t, lat, lon, h, 0, 0, 0, roll, pitch, heading + 0.3, 0.3, *[0] * 6))
    with open(folder / "geoid.csv", "w") as out:  # the same flight, heights above a geoid at -33 m
        out.write("sow lat lon h roll pitch heading\n")
        for t, lat, lon, h, roll, pitch, heading in records():
            out.write(f"{t:.3f} {math.degrees(lat):.11f} {math.degrees(lon):.11f} {h + 33} {roll} {pitch} "
                      f"{math.degrees(heading)}\n")
    with open(folder / "camera.csv", "w") as out:  # sample 0 is in the west: to the right of a flight to the south
        out.write("across,along\n")
        for s in range(SAMPLES):
            right = (SAMPLES - 1 - 2 * s) / 0.9996
            out.write(f"{math.atan2(right, FLYING_M - GROUND_M):.12f},0\n")
    with open(folder / "times.txt", "w") as out:
        for line in range(LINES):
            out.write(f"{FIRST_SOW + LINE_S * line:.6f}\n")
    for name, height in ("dem", GROUND_M), ("dem_geoid", GROUND_M + 33):
        (folder / f"{name}.asc").write_text(  # Arc/Info grid of 20 m around the scene
            "ncols 80\nnrows 80\nxllcorner 499200\nyllcorner 3799000\ncellsize 20\nNODATA_value -9999\n" +
            (" ".join([f"{height}"] * 80) + "\n") * 80)
        (folder / f"{name}.prj").write_text(
            'PROJCS["WGS_1984_UTM_Zone_11N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,'
            '298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]],PROJECTION['
            '"Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-117],PARAMETER['
            '"scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]')


def gps(**more):
    return {"unit": "gps_week_s", "week": WEEK, "leap_seconds": LEAP, **more}


def description(**changed):
    angle = {name: {"column": name, "unit": unit} for name, unit in
             (("roll", "rad"), ("pitch", "rad"), ("heading", "deg"))}
    columns = {"time": gps(column="sow"), "latitude": {"column": "lat", "unit": "deg"},
               "longitude": {"column": 3, "unit": "deg"}, "height": {"column": "h", "unit": "m"}, **angle}
    none = {"roll_deg": 0, "pitch_deg": 0, "heading_deg": 0}
    whole = {
        "vaho_geometry": 1,
        "trajectory": {"file": "flight.csv", "format": "csv", "columns": columns, "height_datum": "ellipsoid",
                       "max_gap_s": 0.2,
                       "sigma": {"north_m": 0.3, "east_m": 0.3, "down_m": 0.3, "roll_deg": 0.05, "pitch_deg": 0.05,
                                 "heading_deg": 0.1}},
        "camera": {"file": "camera.csv", "columns": {"across": {"column": "across", "unit": "rad"},
                                                     "along": {"column": "along", "unit": "rad"}},
                   "sigma": {"across_deg": 0.01, "along_deg": 0.01}},
        "boresight": {**none, "sigma": {"roll_deg": 0.01, "pitch_deg": 0.01, "heading_deg": 0.02}},
        "lever_arm": {"forward_m": 0, "right_m": 0, "down_m": 0,
                      "sigma": {"forward_m": 0.01, "right_m": 0.01, "down_m": 0.01}},
        "lines": {"first": gps(value=FIRST_SOW), "interval_s": LINE_S, "sigma_s": 0.001},
        "terrain": {"height_m": GROUND_M, "height_datum": "ellipsoid", "sigma_m": 2, "horizontal_sigma_m": 2},
    }
    whole.update(changed)
    return {key: value for key, value in whole.items() if value is not None}
