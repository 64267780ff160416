"""Folders of products as 'vaho detect' writes them, made up by the tests; the content of a cube is its name."""
import hashlib
import json
import math
import pathlib


def write(folder, flight, plumes=3, mandate="no mandate", exercise=False, time="2026-04-10T10:00:00Z",
          longitude=-117.5, latitude=34.5):
    about = {"version": "0.1.0", "flight": flight, "time": time, "exercise": exercise, "mandate": mandate}
    run = {**about, "searched": ["acetone", "ammonia"],
           "cube": {"sha256": hashlib.sha256(flight.encode()).hexdigest(), "sensor": "HyTES", "format": "ENVI",
                    "lines": 100, "samples": 64, "bands": 32}}
    features = []
    for i in range(plumes):
        x, y = longitude + 1e-3 * i, latitude
        ring = [[x, y], [x + 1e-4, y], [x, y + 1e-4], [x, y]]
        features.append({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {
            "id": f"{flight}-{i + 1:04}", "gas": "ammonia", "q_value": 0.01 * (i + 1) / plumes, "snr": 9, "peak_ppmm": 80,
            "mean_ppmm": 40, "sigma_ppmm": 4, "pixels": 12, "source_line": 1, "source_sample": 2,
            "source_sigma_px": 1, "source_longitude": x, "source_latitude": y, "emission_kg_h": None,
            "emission_sigma_kg_h": None, "probability": 0.9, "alternatives": [], "exercise": exercise,
            "mandate": mandate}})
    pathlib.Path(folder).mkdir(exist_ok=True)
    pathlib.Path(folder, "run.json").write_text(json.dumps(run))
    pathlib.Path(folder, "plumes.geojson").write_text(json.dumps(
        {"type": "FeatureCollection", "vaho": about, "features": features}))
    return folder


METRES_A_DEGREE = 111320.0


def write_pass(folder, flight, seen, limits=None, time="2026-04-10T10:00:00Z", longitude=-117.5, latitude=34.5, tiles=4,
               tile_m=200, steepness=3, **about):
    """A pass of which 'seen' lists plumes as dicts (east_m, north_m from the corner, q_value, and what else a plume
    has), and that could have seen 'limits' ({gas: kg/h}; None: it does not say) in tiles x tiles."""
    write(folder, flight, plumes=0, time=time, **about)
    east = METRES_A_DEGREE * math.cos(math.radians(latitude))
    product = json.loads(pathlib.Path(folder, "plumes.geojson").read_text())

    def wrap(x):
        return (x + 180) % 360 - 180

    for i, plume in enumerate(seen):
        x, y = wrap(longitude + plume["east_m"] / east), latitude + plume["north_m"] / METRES_A_DEGREE
        ring = [[x, y], [x + 1e-4, y], [x, y + 1e-4], [x, y]]
        sigma = plume.get("position_sigma_m", 5)
        properties = {
            "id": f"{flight}-{i + 1:04}", "gas": "ammonia", "snr": 9, "peak_ppmm": 80, "mean_ppmm": 40,
            "sigma_ppmm": 4, "pixels": 12, "source_line": 1, "source_sample": 2, "source_sigma_px": 1,
            "source_longitude": x, "source_latitude": y, "emission_kg_h": None, "emission_sigma_kg_h": None,
            "position_sigma_m": sigma, "position_covariance_m2": sigma and [sigma ** 2, 0, sigma ** 2],
            "probability": 0.9, "alternatives": [], "exercise": False, "mandate": "no mandate",
            **{k: v for k, v in plume.items() if k not in ("east_m", "north_m", "position_sigma_m")}}
        properties["exercise"], properties["mandate"] = product["vaho"]["exercise"], product["vaho"]["mandate"]
        product["features"].append({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
                                    "properties": properties})
    pathlib.Path(folder, "plumes.geojson").write_text(json.dumps(product))
    if limits is not None:
        features = []
        for k in range(tiles * tiles):
            corner = [[wrap(longitude + tile_m * (k % tiles + a) / east), latitude + tile_m * (k // tiles + b) / METRES_A_DEGREE]
                      for a, b in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
            features.append({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [corner]}, "properties": {
                "pixel_bbox": [0, 0, 31, 31], "valid": 1, "limit_ppmm": {g: 10 * v for g, v in limits.items()},
                "limit_kg_h": limits}})
        pathlib.Path(folder, "coverage.geojson").write_text(json.dumps(
            {"type": "FeatureCollection", "flight": flight, "steepness": steepness, "features": features}))
    return folder


def write_stack(folder, stack, flights, sources, mandate="no mandate", exercise=False, longitude=-117.5, latitude=34.5):
    """What 'vaho stack' writes of these flights' cubes; sources as dicts (east_m, north_m, q_value)."""
    about = {"version": "0.1.0", "stack": stack, "exercise": exercise, "mandate": mandate}
    run = {**about, "searched": ["acetone", "ammonia"], "passes": [
        {"path": f"{f}.bil", "sha256": hashlib.sha256(f.encode()).hexdigest(), "time": None} for f in flights]}
    east = METRES_A_DEGREE * math.cos(math.radians(latitude))
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [
        longitude + s["east_m"] / east, latitude + s["north_m"] / METRES_A_DEGREE]}, "properties": {
            "id": f"{stack}-{i + 1:04}", "gas": "ammonia", "row": 7, "col": 9, "q_value": s["q_value"], "snr": 6,
            "mean_ppmm": 20, "sigma_ppmm": 2, "position_sigma_m": 5, "position_covariance_m2": [25, 0, 25],
            "passes": []}} for i, s in enumerate(sources)]
    pathlib.Path(folder).mkdir(exist_ok=True)
    pathlib.Path(folder, "run.json").write_text(json.dumps(run))
    pathlib.Path(folder, "stack.geojson").write_text(json.dumps(
        {"type": "FeatureCollection", "vaho": {**about, "passes": len(flights)}, "features": features}))
    return folder
