"""Fits of photo-electron spectra with iminuit and a numpy cost, for the figures beside ours. Needs iminuit, numpy and scipy.

usage: fits.py CASES.json        sets of histograms as FitFigures.cs writes them
Prints one line of JSON: for each set the fits a second of processor time and the minimum of every fit (null where MINUIT ends without a valid one).

The cost is -2 ln L of the binned Poisson likelihood with the integral over each bin; expectation and gradient are arrays over (edge, peak), the derivatives
of contents, centres and widths by the parameters are written out. MIGRAD with the gradient, then HESSE.
"""
import json
import sys
import time

import numpy as np
from iminuit import Minuit
from scipy.special import gammaln, ndtr


def law(n, mu, x):
    """Generalised Poisson law with its derivatives by mu and x."""
    mean = mu + n * x
    p = np.exp(np.log(mu) + (n - 1) * np.log(mean) - mean - gammaln(n + 1.0))
    slope = (n - 1) / mean - 1
    return p, p * (1 / mu + slope), p * n * slope


def gaussian(_):
    def peaks(p):
        dw, dc, ds = np.zeros((3, 3, 1))
        dw[0], dc[1], ds[2] = 1, 1, 1
        return p[0:1], p[1:2], p[2:3], dw, dc, ds

    return peaks


def single(settings):
    base, noise, count = settings["baseline"], settings["noise"], int(settings["peaks"])
    n = np.arange(1, count + 1)

    def peaks(p):
        s = np.sqrt(noise**2 + n * p[0] ** 2)
        dw, dc, ds = np.zeros((3, 3 + count, count))
        dw[3:] = np.eye(count)
        dc[1], dc[2] = n, 1
        ds[0] = n * p[0] / s
        return p[3:], base + n * p[1] + p[2], s, dw, dc, ds

    return peaks


def level(settings):
    n = np.arange(int(settings["peaks"]))

    def peaks(p):
        mu, x, gain, base, noise, spread, amplitude = p
        w, by_mu, by_x = law(n, mu, x)
        s = np.sqrt(noise**2 + n * spread**2)
        dw, dc, ds = np.zeros((3, 7, n.size))
        dw[0], dw[1], dw[6] = amplitude * by_mu, amplitude * by_x, w
        dc[2], dc[3] = n, 1
        ds[4], ds[5] = noise / s, n * spread / s
        return amplitude * w, base + n * gain, s, dw, dc, ds

    return peaks


def full(settings):
    count = int(settings["peaks"])
    n = np.arange(count)

    def peaks(p):
        s = np.sqrt(p[2] ** 2 + n * p[3] ** 2)
        dw, dc, ds = np.zeros((3, 4 + count, count))
        dw[4:] = np.eye(count)
        dc[0], dc[1] = 1, n
        ds[2], ds[3] = p[2] / s, n * p[3] / s
        return p[4:], p[0] + n * p[1], s, dw, dc, ds

    return peaks


def window(settings):
    events, count, fraction = settings["events"], int(settings["peaks"]), settings["window"] / settings["samples"]
    n = np.arange(count + 1)

    def peaks(p):
        mean, x, gain, spread, noise, zero = p
        theta = mean * fraction
        any_, inside = -np.expm1(-mean), -np.expm1(-theta)
        ratio = any_ / inside
        ratio_slope = (np.exp(-mean) - ratio * fraction * np.exp(-theta)) / inside
        w, by_mu, by_x = law(n[1:], theta, x)
        shift = -theta * gain / (1 - x)
        s = np.sqrt(n * spread**2 + noise**2)
        c = shift + n * gain
        c[0] = zero
        dw, dc, ds = np.zeros((3, 6, count + 1))
        dw[0, 0] = -events * np.exp(-mean)
        dw[0, 1:] = events * (ratio_slope * w + ratio * fraction * by_mu)
        dw[1, 1:] = events * ratio * by_x
        dc[0, 1:] = -fraction * gain / (1 - x)
        dc[1, 1:] = shift / (1 - x)
        dc[2, 1:] = n[1:] - theta / (1 - x)
        dc[5, 0] = 1
        ds[3], ds[4] = n * spread / s, noise / s
        return np.concatenate([[events * np.exp(-mean)], events * ratio * w]), c, s, dw, dc, ds

    return peaks


MODELS = {"gaussian": gaussian, "single": single, "level": level, "full": full, "window": window}


class Cost:
    def __init__(self, peaks, first, counts):
        self.peaks, self.y = peaks, np.asarray(counts, float)
        self.edges = first - 0.5 + np.arange(self.y.size + 1)
        self.filled = self.y > 0
        self.constant = np.sum(self.y[self.filled] * np.log(self.y[self.filled])) - self.y.sum()

    def integrals(self, c, s):
        z = (self.edges[:, None] - c) / s
        below = z < 0
        shifted = np.where(below, 1.0, -1.0) * ndtr(-np.abs(z))
        return np.diff(shifted, axis=0) + np.diff(below.astype(np.int8), axis=0).astype(bool), z

    def value(self, *p):
        w, c, s, *_ = self.peaks(np.array(p))
        m = np.maximum(self.integrals(c, s)[0] @ w, 1e-300)
        return 2 * (m.sum() - self.y[self.filled] @ np.log(m[self.filled]) + self.constant)

    def gradient(self, *p):
        w, c, s, dw, dc, ds = self.peaks(np.array(p))
        integral, z = self.integrals(c, s)
        r = 2 * (1 - self.y / np.maximum(integral @ w, 1e-300))
        density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
        by_content = r @ integral
        by_centre = -(r @ np.diff(density, axis=0)) * w / s
        by_width = -(r @ np.diff(z * density, axis=0)) * w / s
        return dw @ by_content + dc @ by_centre + ds @ by_width


def fit(kind, case):
    cost = Cost(MODELS[kind](case["settings"]), case["first"], case["counts"])
    minuit = Minuit(cost.value, *case["start"], grad=cost.gradient)
    minuit.errordef = 1
    minuit.limits = case["limits"]
    minuit.fixed = case["fixed"]
    minuit.migrad()
    minuit.hesse()
    return minuit.fval if minuit.valid else None


def main():
    np.seterr(all="ignore")
    with open(sys.argv[1], encoding="utf-8") as f:
        sets = json.load(f)
    results = []
    for group in sets:
        fit(group["kind"], group["cases"][0])
        start = time.process_time()
        minima = [fit(group["kind"], case) for case in group["cases"]]
        results.append({"name": group["name"], "rate": len(minima) / (time.process_time() - start), "minima": minima})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
