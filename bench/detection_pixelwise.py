"""The two baselines of bench/detection, in numpy: global ACE, and a matched filter after column means.

Both know what no detector knows: the scene's air and mean ground temperature in the signature
  t = tau alpha (B(T_ground) - B(T_air)),
and an oracle threshold, their own highest score off the plumes in that very scene, per gas.  Both
take either sign.  With w = L^-1 (x - mean), C = L L', s = L^-1 t:
  ACE  (w.s)^2 / (s.s w.w)      mean and covariance of the whole scene
  MF   |w.s| / |s|              each column's mean; covariance of the whole scene

Off the plumes are all pixels that lie in no plume grown by GROWN pixels; a plume is found when
any pixel of it, grown, scores above.  Two variants:
  as it is   all data, dead elements and the bad column among them, in covariance and threshold
  repaired   the bad column is left out altogether; the covariance is of the columns without a
             dead element, and a pixel with dead elements is scored on its other bands
"""
import numpy as np
import scipy.linalg
import scipy.ndimage

from detection_scene import GROWN, physics


def regions(truth, sources):
    """Each source's plume, grown; list of bool maps."""
    disc = np.hypot(*np.mgrid[-GROWN:GROWN + 1, -GROWN:GROWN + 1]) <= GROWN + 0.5
    return [scipy.ndimage.binary_dilation(truth[s["gas"]] > 0.02 * truth[s["gas"]].max(), disc)
            for s in sources]


def scores(x, signatures, centre, clean, groups):
    """ACE and MF maps {kind: [gas, h, w]} of x [h, bands, w], NaN where no group has the column.

    centre: x's mean, 'clean' the columns the covariance is learnt from; groups: list of (columns,
    bands) scored together."""
    h, nb, w = x.shape
    out = {kind: np.full((len(signatures), h, w), np.nan, np.float32) for kind in ("ace", "mf")}
    y = x - centre
    learn = y[:, :, clean].transpose(0, 2, 1).reshape(-1, nb).astype(np.float64)
    covariance = learn.T @ learn / len(learn)
    for columns, bands in groups:
        low = np.linalg.cholesky(covariance[np.ix_(bands, bands)])
        inverse = scipy.linalg.solve_triangular(low, np.eye(bands.size), lower=True)
        s = inverse @ signatures[:, bands].T  # [bands, gas]
        s /= np.linalg.norm(s, axis=0)
        data = y[:, :, columns][:, bands].transpose(0, 2, 1).reshape(-1, bands.size)
        white = data @ inverse.T.astype(np.float32)
        along = white @ s.astype(np.float32)
        length2 = np.einsum("ij,ij->i", white, white)
        shape = (len(signatures), h, len(columns))
        out["mf"][:, :, columns] = np.abs(along).T.reshape(shape)
        out["ace"][:, :, columns] = (along ** 2 / length2[:, None]).T.reshape(shape)
    return out


def margins(scene, sources):
    """How far each plume's highest score is above the oracle threshold.

    {detector: [ratio of each source]}, found where it is over 1; detectors ace, mf, ace_repaired,
    mf_repaired."""
    planck = physics().planck
    x, wl = scene["cube"], scene["wl"]
    contrast = planck(wl, scene["t_ground"]) - planck(wl, scene["t_air"])
    signatures = np.array([scene["tau"] * scene["gases"][s["gas"]] * contrast for s in sources])
    w = x.shape[2]
    every, bands = np.arange(w), np.arange(x.shape[1])
    whole = [c for c in every if not scene["dead"][:, c].any() and c != scene["bad"]]
    parts = [(whole, bands)] + [([c], bands[~scene["dead"][:, c]]) for c in every
                                if scene["dead"][:, c].any() and c != scene["bad"]]
    column_mean = x.mean(0, dtype=np.float64).astype(np.float32)
    mean = column_mean.mean(1, keepdims=True)
    clean_mean = column_mean[:, whole].mean(1, keepdims=True)
    runs = {"ace": ("ace", mean, every, [(list(every), bands)]),
            "mf": ("mf", column_mean, every, [(list(every), bands)]),
            "ace_repaired": ("ace", clean_mean, whole, parts),
            "mf_repaired": ("mf", column_mean, whole, parts)}
    plumes = regions(scene["truth"], sources)
    off = ~np.any(plumes, axis=0)
    out = {}
    for name, (kind, centre, clean, groups) in runs.items():
        maps = scores(x, signatures, centre, clean, groups)[kind]
        out[name] = [float(np.nanmax(m[p]) / np.nanmax(m[off])) for m, p in zip(maps, plumes)]
    return out
