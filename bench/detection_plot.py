"""A small writer of SVG plots: panels with axes, curves, points with error bars, a legend."""
from html import escape

import numpy as np

COLOURS = ("#0b5fa5", "#2a9d6f", "#d1811f", "#b3386b", "#6b7280")
INK, GRID = "#1f2933", "#d9dee4"


def number(x):
    return f"{x:.2f}".rstrip("0").rstrip(".")


class Panel:
    """One plot in data coordinates; x may be logarithmic."""

    def __init__(self, title, x_label, y_label, x_range, y_range, x_ticks, y_ticks, log_x=False):
        self.title, self.x_label, self.y_label = title, x_label, y_label
        self.x_range, self.y_range, self.x_ticks, self.y_ticks = x_range, y_range, x_ticks, y_ticks
        self.log_x, self.marks = log_x, []

    def curve(self, x, y, colour, dashed=False):
        self.marks.append(("curve", list(x), list(y), colour, dashed))

    def points(self, x, y, colour, low=None, high=None):
        self.marks.append(("points", list(x), list(y), colour, (low, high)))

    def svg(self, left, top, width, height):
        scale = np.log if self.log_x else np.asarray
        a, b = scale(self.x_range)
        c, d = self.y_range

        def px(x):
            return left + width * (float(scale(x)) - a) / (b - a)

        def py(y):
            return top + height * (1 - (y - c) / (d - c))

        out = [f'<text x="{left}" y="{top - 8}" font-weight="600">{escape(self.title)}</text>']
        for t in self.x_ticks:
            out.append(f'<path d="M{px(t):.1f} {top}V{top + height}" stroke="{GRID}"/>'
                       f'<text x="{px(t):.1f}" y="{top + height + 14}" text-anchor="middle">{number(t)}</text>')
        for t in self.y_ticks:
            out.append(f'<path d="M{left} {py(t):.1f}H{left + width}" stroke="{GRID}"/>'
                       f'<text x="{left - 5}" y="{py(t) + 4:.1f}" text-anchor="end">{number(t)}</text>')
        out.append(f'<text x="{left + width / 2}" y="{top + height + 29}" text-anchor="middle">'
                   f'{escape(self.x_label)}</text>')
        out.append(f'<text transform="translate({left - 34} {top + height / 2}) rotate(-90)"'
                   f' text-anchor="middle">{escape(self.y_label)}</text>')
        for kind, x, y, colour, more in self.marks:
            if kind == "curve":
                path = "L".join(f"{px(i):.1f} {py(j):.1f}" for i, j in zip(x, y))
                dash = ' stroke-dasharray="4 4"' if more else ""
                out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>')
                continue
            low, high = more
            for k, (i, j) in enumerate(zip(x, y)):
                if low is not None:
                    out.append(f'<path d="M{px(i):.1f} {py(low[k]):.1f}V{py(high[k]):.1f}" stroke="{colour}"/>')
                out.append(f'<circle cx="{px(i):.1f}" cy="{py(j):.1f}" r="3" fill="{colour}"/>')
        out.append(f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="{INK}"/>')
        return "\n".join(out)


def page(panels, across, legend=(), size=(230, 170)):
    """An SVG page of panels in rows of 'across'; legend: list of (name, colour)."""
    w, h = size
    step_x, step_y, head = w + 62, h + 70, 30 if legend else 6
    rows = -(-len(panels) // across)
    width, height = across * step_x + 14, head + rows * step_y
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
           f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11" fill="{INK}">',
           f'<rect width="{width}" height="{height}" fill="#fff"/>']
    x = 48
    for name, colour in legend:
        out.append(f'<circle cx="{x}" cy="16" r="4" fill="{colour}"/><text x="{x + 9}" y="20">{escape(name)}</text>')
        x += 30 + 6.5 * len(name)
    for i, panel in enumerate(panels):
        out.append(panel.svg(48 + i % across * step_x, head + 26 + i // across * step_y, w, h))
    return "\n".join(out) + "\n</svg>\n"
