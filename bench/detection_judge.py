"""What 'vaho detect' reported against what was there, for bench/detection."""
import json
import os

import numpy as np

from detection_pixelwise import regions
from detection_scene import LATITUDE, LINES, LONGITUDE, PIXEL_DEG, SAMPLES


def footprint(geometry, shape=(LINES, SAMPLES)):
    """The pixels inside an outline along pixel edges, bool of that shape: even-odd along a line."""
    edges = np.zeros((shape[0], shape[1] + 1), int)
    polygons = geometry["coordinates"]
    for ring in (r for p in (polygons if geometry["type"] == "MultiPolygon" else [polygons]) for r in p):
        corner = np.rint((np.array(ring) - (LONGITUDE, LATITUDE)) / (PIXEL_DEG, -PIXEL_DEG)).astype(int)
        for (s0, l0), (s1, l1) in zip(corner[:-1], corner[1:]):
            if s0 == s1:
                edges[min(l0, l1):max(l0, l1), s0] += 1
    return np.cumsum(edges, axis=1)[:, :-1] % 2 == 1


def judge(directory, scene, sources):
    """All reports of plumes.geojson: list of dicts, best first.

    'plume' is the source whose grown plume shares most pixels with the footprint, None where none
    does; 'right': it has the name of that source's gas, "unknown" where that was not searched for;
    'true_ppmm' the true mean column density of the reported gas over the footprint."""
    with open(os.path.join(directory, "plumes.geojson"), encoding="utf-8") as f:
        features = json.load(f)["features"]
    plumes = regions(scene["truth"], sources)
    keep = ("gas", "q_value", "snr", "peak_ppmm", "mean_ppmm", "sigma_ppmm", "pixels", "source_line",
            "source_sample", "source_sigma_px", "pixel_bbox", "probability", "alternatives")
    out = []
    for f in features:
        p = f["properties"]
        inside = footprint(f["geometry"])
        if inside.sum() != p["pixels"]:
            raise ValueError(f"{directory}: outline of {p['id']} has {inside.sum()} pixels, not {p['pixels']}")
        report = {k: p[k] for k in keep}
        shares = [int((inside & m).sum()) for m in plumes]
        best = int(np.argmax(shares)) if shares and max(shares) > 0 else None
        truth = scene["truth"].get(p["gas"])
        report.update(plume=best, true_ppmm=None if truth is None else float(truth[inside].mean()),
                      on_bad_column=scene["bad"] is not None and bool(inside[:, scene["bad"]].any()))
        if best is not None:
            s = sources[best]
            report.update(right=p["gas"] == ("unknown" if s["unknown"] else s["gas"]),
                          distance_px=float(np.hypot(p["source_line"] - s["row"], p["source_sample"] - s["col"])))
        out.append(report)
    return out
