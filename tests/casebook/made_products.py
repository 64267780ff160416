"""Folders of products as 'vaho detect' writes them, made up by the tests; the content of a cube is its name."""
import hashlib
import json
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
