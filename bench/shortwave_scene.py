"""Scenes for bench/shortwave: methane put by physics into two real backgrounds.

Ground.  The reflectance of ../shared/data, every pixel of it once a tile:
  aviris  aviris_90x90.bil as it is (repeated or mirrored ground would show every oddity of it
          several times over, as if independent places agreed)
  enmap   the 18 tiles of 32 x 32 as a mosaic of 288 x 64: tiles that touch on the ground touch here;
          the seams are at lines 128, 192 and 256, and in the last 32 lines at sample 32
A seed turns the whole by one of four flips.

Light.  The radiance in a band is its reflectance times what a ground of one albedo sends up through
  c ppm.m of methane, from MODTRAN's look-up table ../shared/spectra/swir/mag1c_ch4.lut (0 to 16000
  ppm.m, between columns linear in the logarithm of the radiance), summed over a Gaussian response.
  So the sun's spectrum and the air's own absorption are the table's, the exponential is taken on fine
  wavelengths, before bands are summed, and strong plumes saturate as they do.  No path radiance, no
  scattering between neighbours.  Bands that the data mark as empty are left empty.

Sensor.  Noise of each element from ../shared/data/snr at the ground's mean brightness in that band
  (half of its variance grows with the pixel's radiance, as photons do): EnMAP's own columns, as many
  neighbours as the mosaic has samples; Tanager's for AVIRIS, at the nearest band.  It is added to
  what noise the data have.  EnMAP's elements differ by 0.2 % in gain (a pushbroom; AVIRIS sweeps one
  line of detectors over all samples).

Plumes.  One a scene of AVIRIS, three of EnMAP in thirds of its lines, each a meandering row of puffs (plume_map of
  ../shared/scenes/scene.py), its 95th percentile one of the ladder's strengths.
"""
import glob
import os
import re

import numpy as np

from detection_scene import physics, shared

LADDER = [float(f"{125 * 2 ** (k / 2):.3g}") for k in range(13)]  # 125 to 8000 ppm.m
PLUMES = {"aviris": 1, "enmap": 3}
GAIN_ERROR = {"aviris": 0.0, "enmap": 0.002}
PPMM = np.array([0, 500, 1000, 2000, 4000, 8000, 16000], float)  # the table's columns, ppm.m
GROWN = 4  # pixels beyond those of over 2 % of the peak belong to the plume
GROUNDS = ("aviris", "enmap")


def data(*parts):
    return os.path.join(shared(), *parts)


def lut():
    """Wavelengths, um, and radiance [wavelength, column]."""
    with open(data("spectra", "swir", "mag1c_ch4.hdr"), encoding="utf-8") as f:
        text = f.read().split("wavelength = {")[1].split("}")[0]
    wl = np.array([float(v) for v in text.split(",")]) / 1000
    return wl, np.fromfile(data("spectra", "swir", "mag1c_ch4.lut"), "<f8").reshape(wl.size, PPMM.size)


def aviris():
    """Wavelengths, widths (um), reflectance [line, band, sample] with NaN in empty bands."""
    with open(data("data", "aviris", "aviris_90x90.bil.hdr"), encoding="utf-8") as f:
        text = f.read().split("wavelength = {")[1].split("}")[0]
    wl = np.array([float(v) for v in text.split(",")]) / 1000
    cube = np.fromfile(data("data", "aviris", "aviris_90x90.bil"), "<i2").reshape(90, wl.size, 90) / 1e4
    cube[:, ~(cube.max((0, 2)) > 0)] = np.nan
    return wl, np.full(wl.size, 0.010), cube


def enmap():
    from osgeo import gdal
    gdal.UseExceptions()
    tile = {}
    for path in glob.glob(data("data", "enmap", "*.tif")):
        sample, line = map(int, re.search(r"_(\d+)_(\d+)\.tif$", path).groups())
        opened = gdal.Open(path)
        value = opened.ReadAsArray().astype(float)
        tile[line, sample] = np.where(value == -32768, np.nan, value / 1e4).transpose(1, 0, 2)
        wl = np.array([float(opened.GetRasterBand(b + 1).GetMetadata()["wavelength"])
                       for b in range(opened.RasterCount)]) / 1000
    rows = [((64, 160), (64, 192)), ((96, 160), (96, 192)), ((128, 160), (128, 192)), ((160, 160), (160, 192)),
            ((96, 96), (96, 128)), ((128, 96), (128, 128)), ((0, 96), (0, 128)), ((32, 96), (32, 128)),
            ((0, 64), (32, 64))]
    cube = np.concatenate([np.concatenate([tile[t] for t in row], 2) for row in rows])
    return wl, 1.2 * np.gradient(wl), cube


def noise_share(ground, wl, n_samples, rng):
    """Noise over the mean radiance, [band, sample]."""
    name = "enmap" if ground == "enmap" else "tanager"
    with np.load(data("data", "snr", f"{name}_snr_columnwise.npz")) as file:
        snr, at, columns = file["snr"], file["band_nm"] / 1000, file["valid_columns"]
    band = np.abs(at[None, :] - wl[:, None]).argmin(1)
    first = rng.integers(0, columns.size - n_samples + 1)
    chosen = snr[np.ix_(band, columns[first:first + n_samples])]
    typical = np.nanmedian(np.where(snr > 0, snr, np.nan)[:, columns], 1)[band, None]
    return 1 / np.where(chosen > 0.2 * typical, chosen, typical)  # an element without a measured value


def plan(seed, ground):
    """The plumes of a scene."""
    rng = np.random.default_rng([seed, GROUNDS.index(ground), 7001])
    h, w = {"aviris": (90, 90), "enmap": (288, 64)}[ground]
    out = []
    n = PLUMES[ground]
    for i in range(n):
        row = int(rng.integers(h * i // n + 14, h * (i + 1) // n - 14))
        out.append(dict(row=row, col=int(rng.integers(8, w - 8)), wind_deg=float(rng.uniform(0, 360)),
                        peak=LADDER[int(rng.integers(len(LADDER)))], length=float(rng.uniform(12, 30))))
    return out


class Light:
    """What a band sees through c ppm.m, over what it sees through none."""

    def __init__(self, wl, fwhm):
        fine, radiance = lut()
        width = np.gradient(fine)
        self.sums = np.empty((wl.size, PPMM.size))
        for b in range(wl.size):
            response = np.exp(-4 * np.log(2) * ((fine - wl[b]) / fwhm[b]) ** 2) * width
            self.sums[b] = response @ radiance / response.sum()
        self.log = np.log(self.sums / self.sums[:, :1])

    def logarithm(self, c):
        """ln of the share that is left, [band, ...] for c of any shape."""
        return np.stack([np.interp(c, PPMM, row) for row in self.log])


def build(seed, ground, sources=None):
    """dict(cube [line, band, sample], wl, fwhm, truth [line, sample], alone [one a source], light, flip)."""
    rng = np.random.default_rng([seed, GROUNDS.index(ground), 7002])
    wl, fwhm, reflectance = aviris() if ground == "aviris" else enmap()
    use = np.isfinite(reflectance).all((0, 2)) & (wl > 1.41) & (wl < 2.50)
    use[1:] &= np.diff(wl) > 0  # where two detectors overlap
    wl, fwhm, reflectance = wl[use], fwhm[use], reflectance[:, use]
    flip = int(rng.integers(4))
    reflectance = reflectance[::1 - 2 * (flip & 1), :, ::1 - (flip & 2)]
    h, nb, w = reflectance.shape
    light = Light(wl, fwhm)
    alone = [physics().plume_map(rng, h, w, s["row"], s["col"], s["wind_deg"], s["peak"], s["length"])
             for s in (plan(seed, ground) if sources is None else sources)]
    truth = np.sum(alone, 0) if alone else np.zeros((h, w))
    clear = np.maximum(reflectance, 1e-4) * light.sums[None, :, :1]
    typical = clear.mean((0, 2))[None, :, None]
    radiance = clear * np.exp(light.logarithm(truth)).transpose(1, 0, 2)
    share = noise_share(ground, wl, w, rng)[None]
    cube = radiance + share * typical * np.sqrt(0.5 + 0.5 * radiance / typical) * rng.normal(size=(h, nb, w))
    cube *= 1 + GAIN_ERROR[ground] * rng.normal(size=(1, nb, w))
    return dict(cube=cube.astype(np.float32), wl=wl, fwhm=fwhm, truth=truth, alone=alone, light=light, flip=flip)
