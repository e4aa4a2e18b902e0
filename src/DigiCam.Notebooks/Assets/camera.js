(function () {
  "use strict";
  var ID = "__ID__";

  function start(root) {
    if (root.digicamReady) return;
    root.digicamReady = true;
    var data = JSON.parse(root.querySelector(".k-data").textContent);
    var svg = root.querySelector(".k-camera");
    var polygons = Array.prototype.slice.call(svg.querySelectorAll(".k-pixels polygon"));
    var tip = root.querySelector(".k-tip");
    var side = root.querySelector(".k-side");
    var state = { quantity: 0, pixel: data.selected, log: data.log, goal: null, hover: -1 };
    var flagged = Object.keys(data.flagged || {}).map(Number).sort(function (a, b) { return a - b; });
    var HALF = 24.3 / 2, THIRD = 24.3 * Math.sqrt(3) / 6;
    var BAR = { x: 500, width: 30, top: -390, height: 780 };

    function x(i) { return data.column[i] * HALF; }
    function y(i) { return (1 + 3 * (data.row[i] - 24)) * THIRD; }
    function num(v) { var t = (Math.round(v * 100) / 100).toString(); return t === "-0" ? "0" : t; }
    function minus(t) { return t.replace(/-/g, "\u2212"); }
    function esc(t) { return t.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;"); }

    function corners(i) {
      var c = data.column[i], r = -(1 + 3 * (data.row[i] - 24));
      return [[c, r - 2], [c + 1, r - 1], [c + 1, r + 1], [c, r + 2], [c - 1, r + 1], [c - 1, r - 1]]
        .map(function (p) { return num(p[0] * HALF) + "," + num(p[1] * THIRD); }).join(" ");
    }

    // ---- axes -----------------------------------------------------------------------------------------------------

    function step(span, intervals) {
      if (!(span > 0)) return 1;
      var raw = span / intervals, power = Math.pow(10, Math.floor(Math.log10(raw))), lead = raw / power;
      return power * (lead <= 1 + 1e-9 ? 1 : lead <= 2 + 1e-9 ? 2 : lead <= 5 + 1e-9 ? 5 : 10);
    }
    function label(v, s) {
      if (v !== 0 && (Math.abs(v) >= 1e6 || s < 1e-5)) return minus(String(Number(v.toPrecision(4))).replace("e+", "e"));
      var t = v.toFixed(Math.max(0, -Math.floor(Math.log10(s) + 1e-9)));
      return minus(/[1-9]/.test(t) ? t : t.replace("-", ""));
    }
    function linear(low, high, intervals) {
      var s = step(high - low, intervals), out = [];
      for (var i = Math.ceil(low / s - 1e-9); i <= Math.floor(high / s + 1e-9); i++) out.push([i * s, label(i * s, s)]);
      return out;
    }
    function decade(p) {
      if (p === 0) return "1";
      if (p === 1) return "10";
      return "10" + (p < 0 ? "\u207b" : "") + String(Math.abs(p)).replace(/./g, function (d) { return "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079".charAt(+d); });
    }
    function decades(low, high) {
      var first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9), out = [];
      for (var i = first, s = Math.max(1, Math.ceil((last - first) / 6)); i <= last; i += s) out.push([Math.pow(10, i), decade(i)]);
      return out;
    }

    // ---- camera ---------------------------------------------------------------------------------------------------

    function color(q, v) {
      var i = Math.min(255, Math.max(0, Math.floor(255 * (v - q.low) / (q.high - q.low) + 0.5)));
      return "#" + data.maps[q.map].substr(6 * i, 6);
    }
    function title(q) { return (q.symbol || q.name) + (q.unit ? " [" + q.unit + "]" : ""); }

    function paint() {
      var q = data.quantities[state.quantity], above = [], below = [], missing = 0;
      q.values.forEach(function (v, i) {
        var p = polygons[i];
        if (v === null) { missing++; p.setAttribute("class", "k-none"); p.removeAttribute("fill"); return; }
        p.removeAttribute("class");
        p.setAttribute("fill", color(q, v));
        if (v < q.low) below.push(i); else if (v > q.high) above.push(i);
      });
      function mark(down) { return function (i) { return '<path d="M' + num(x(i)) + " " + num(-y(i) + down * 7) + "l6.5 " + -down * 11 + 'h-13z"/>'; }; }
      svg.querySelector(".k-marks").innerHTML = above.map(mark(-1)).join("") + below.map(mark(1)).join("");

      var t = '<text class="k-bar-title" x="' + BAR.x + '" y="' + (BAR.top - 62) + '">' + esc(title(q)) + "</text>";
      t += '<rect class="k-bar-box" x="' + BAR.x + '" y="' + BAR.top + '" width="' + BAR.width + '" height="' + BAR.height + '" fill="url(#' + ID + "-" + q.map + ')"/>';
      function end(list, base, sign, word) {
        if (!list.length) return;
        t += '<path class="k-bar-box" d="M' + BAR.x + " " + (base + 6 * sign) + "h" + BAR.width + "l" + -BAR.width / 2 + " " + 26 * sign + 'z" fill="' + color(q, sign < 0 ? q.high : q.low) + '"/>';
        t += '<text x="' + (BAR.x + BAR.width + 14) + '" y="' + (base + (sign < 0 ? -22 : 34)) + '">' + list.length + " " + word + "</text>";
      }
      end(above, BAR.top, -1, "above");
      end(below, BAR.top + BAR.height, 1, "below");
      linear(q.low, q.high, 8).forEach(function (k) {
        var at = BAR.top + BAR.height * (q.high - k[0]) / (q.high - q.low);
        t += '<path class="k-tick" d="M' + (BAR.x + BAR.width) + " " + num(at) + 'h8"/><text x="' + (BAR.x + BAR.width + 14) + '" y="' + num(at + 7.5) + '">' + k[1] + "</text>";
      });
      svg.querySelector(".k-bar").innerHTML = t;
      svg.querySelector(".k-corner").innerHTML = '<text class="k-bar-title" x="-452" y="-494">' + esc(q.name) + "</text>" +
        q.statistics.map(function (s, i) { return '<text x="-452" y="' + (-466 + 26 * i) + '">' + esc(s) + "</text>"; }).join("");

      t = "";
      if (missing) t += '<span><i class="k-swatch k-swatch-none"></i>not measured ' + missing + "</span>";
      if (above.length) t += '<span><i class="k-swatch">\u25b2</i>above the range ' + above.length + "</span>";
      if (below.length) t += '<span><i class="k-swatch">\u25bc</i>below the range ' + below.length + "</span>";
      root.querySelector(".k-range").innerHTML = t;
      Array.prototype.forEach.call(root.querySelectorAll("[data-quantity]"), function (b) {
        b.setAttribute("aria-pressed", String(Number(b.dataset.quantity) === state.quantity));
      });
    }

    function flagsOf(i) {
      var bits = (data.flagged || {})[i] || 0;
      return (data.flags || []).filter(function (f) { return Math.floor(bits / Math.pow(2, f.bit)) % 2 === 1; });
    }

    function valueText(q, i) { return q.texts[i] ? q.texts[i] + (q.unit ? " " + q.unit : "") : "not measured"; }

    function hover(i, event) {
      var outline = svg.querySelector(".k-hover");
      if (i < 0) { tip.hidden = true; outline.setAttribute("points", ""); state.hover = -1; return; }
      if (i !== state.hover) {
        state.hover = i;
        outline.setAttribute("points", corners(i));
        var q = data.quantities[state.quantity], f = flagsOf(i);
        var v = q.values[i], beyond = v === null ? "" : v < q.low ? " (below the range)" : v > q.high ? " (above the range)" : "";
        tip.innerHTML = "<b>Pixel " + i + "</b>, module " + data.module[i] + ", patch " + data.patch[i] + "<br>" + esc((q.symbol || q.name) + " = " + valueText(q, i) + beyond) +
          (f.length ? "<br>" + esc(f.map(function (k) { return k.name; }).join(", ")) : "");
        tip.hidden = false;
      }
      var box = tip.parentNode.getBoundingClientRect();
      var left = event.clientX - box.left + 14, top = event.clientY - box.top + 14;
      if (left + tip.offsetWidth > box.width) left = Math.max(0, left - 28 - tip.offsetWidth);
      tip.style.left = left + "px";
      tip.style.top = top + "px";
    }

    // ---- panel ----------------------------------------------------------------------------------------------------

    var L = 52, R = 452, T = 16, SPLIT = 214, RT = 228, B = 292;

    function horizontal(low, high, text, px) {
      var t = '<path class="k-frame" d="M' + L + " " + B + "H" + R + '"/>';
      linear(low, high, 7).forEach(function (k) {
        t += '<path class="k-frame" d="M' + num(px(k[0])) + " " + B + 'v4"/><text class="k-mid" x="' + num(px(k[0])) + '" y="' + (B + 16) + '">' + k[1] + "</text>";
      });
      return t + '<text class="k-mid" x="' + (L + R) / 2 + '" y="' + (B + 36) + '">' + esc(text) + "</text>";
    }
    function rule(v, text) {
      return '<path class="k-grid" d="M' + L + " " + num(v) + "H" + R + '"/><text class="k-num" x="' + (L - 6) + '" y="' + num(v + 3.5) + '">' + text + "</text>";
    }
    function vertical(at, text) { return '<text class="k-axis" transform="translate(12 ' + num(at) + ') rotate(-90)">' + esc(text) + "</text>"; }
    function svgStart(text) { return '<svg viewBox="0 0 472 334" role="img" aria-label="' + esc(text) + '">'; }

    function residual(n, m) {
      m = Math.max(m, 1e-300);
      var d = 2 * (m - n + (n > 0 ? n * Math.log(n / m) : 0));
      return (n < m ? -1 : 1) * Math.sqrt(Math.max(d, 0));
    }

    function smooth(p) {
      return p.map(function (c, i) {
        if (!i) return "M" + num(c[0]) + " " + num(c[1]);
        var a = p[Math.max(i - 2, 0)], b = p[i - 1], d = p[Math.min(i + 1, p.length - 1)];
        return "C" + [b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6, c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6, c[0], c[1]].map(num).join(" ");
      }).join("");
    }

    // A negative number stands for so many zeros.
    function unpack(list) {
      var out = [];
      list.forEach(function (v) { if (v === null || v >= 0) out.push(v); else for (; v < 0; v++) out.push(0); });
      return out;
    }

    function spectrum(packed, pixel) {
      var s = { f: packed.f, w: packed.w || data.width, n: unpack(packed.n), m: packed.m && unpack(packed.m), r: packed.r, c: packed.c, s: packed.s, e: packed.e };
      var w = s.w, low = s.f - w / 2, high = low + s.n.length * w, fitted = !!s.m, floor = fitted ? SPLIT : B, log = state.log;
      var largest = Math.max.apply(null, [1].concat(s.n, (s.m || []).filter(function (v) { return v !== null; })));
      var top = log ? largest * 2.2 : largest * 1.08;
      function px(v) { return L + (R - L) * (v - low) / (high - low); }
      function py(v) { return log ? floor - (floor - T) * Math.log(Math.max(v, 0.5) / 0.5) / Math.log(top / 0.5) : floor - (floor - T) * v / top; }
      var t = '<div class="k-plot"><div class="k-live k-scale"><button type="button" data-scale="">' + (log ? "linear" : "logarithmic") + "</button></div>" + svgStart("histogram of pixel " + pixel + ": " + s.e);
      var name = "counts";
      if (log) decades(0.5, top).forEach(function (k) { t += rule(py(k[0]), k[1]); });
      else {
        var power = top >= 1e5 ? Math.floor(Math.log10(top)) : 0, unit = Math.pow(10, power);
        if (power) name = "counts [" + decade(power) + "]";
        linear(0, top / unit, 5).forEach(function (k) { t += rule(py(k[0] * unit), k[1]); });
      }
      t += vertical((T + SPLIT) / 2, name) + horizontal(low, high, data.axis, px);
      if (fitted) t += '<path class="k-grid" d="M' + L + " " + SPLIT + "H" + R + '"/>';
      var path = "M" + L + " " + floor, bars = "";
      s.n.forEach(function (n, i) {
        path += "V" + num(py(n)) + "H" + num(px(low + (i + 1) * w));
        if (n <= 0) return;
        var up = py(n + Math.sqrt(n)), down = py(n - Math.sqrt(n));
        if (down - up >= 3) bars += "M" + num(px(low + (i + 0.5) * w)) + " " + num(up) + "V" + num(Math.min(down, floor));
      });
      t += '<path class="k-fill" d="' + path + "V" + floor + 'z"/><path class="k-errors" d="' + bars + '"/>';
      if (fitted) {
        var points = [], pulls = [];
        s.m.forEach(function (m, i) {
          if (m === null) return;
          var centre = low + (i + 0.5) * w, r = residual(s.n[i], m);
          if (!log || m >= 0.5) points.push([px(centre), py(m)]);
          if (isFinite(r)) pulls.push([centre, r]);
        });
        t += '<path class="k-curve" d="' + smooth(points) + '"/>';
        if (points.length <= 60) points.forEach(function (p) { t += '<circle class="k-dot" cx="' + num(p[0]) + '" cy="' + num(p[1]) + '" r="2.2"/>'; });
        var reach = Math.max(3, Math.ceil(Math.max.apply(null, [0].concat(pulls.map(function (p) { return Math.abs(p[1]); })))));
        var middle = (RT + B) / 2, scale = (B - RT) / 2 / (reach * 1.08), mark = reach > 6 ? step(reach, 2) : 2;
        t += '<path class="k-grid" d="M' + L + " " + middle + "H" + R + '"/>';
        t += '<path class="k-grid k-dash" d="M' + L + " " + num(middle - mark * scale) + "H" + R + "M" + L + " " + num(middle + mark * scale) + "H" + R + '"/>';
        t += '<text class="k-num" x="' + (L - 6) + '" y="' + num(middle - mark * scale + 3.5) + '">' + num(mark) + '</text><text class="k-num" x="' + (L - 6) + '" y="' + num(middle + mark * scale + 3.5) + '">\u2212' + num(mark) + "</text>";
        var width = Math.max(0.8 * (px(low + w) - px(low)), 0.6);
        t += vertical(middle, "pull [\u03c3]") + '<path class="k-pull" d="' + pulls.map(function (p) {
          return "M" + num(px(p[0]) - width / 2) + " " + num(middle) + "v" + num(-p[1] * scale) + "h" + num(width) + "V" + num(middle) + "z";
        }).join("") + '"/>';
      }
      t += "</svg></div>";
      if (s.r) {
        t += '<table class="k-params"><tbody>' + data.parameters.map(function (p, i) { return row(p, s.r[i]); }).join("") + "</tbody></table>";
      }
      return t + '<div class="k-fit">' + [s.c, s.s, s.e].filter(Boolean).map(function (v) { return "<span>" + esc(v) + "</span>"; }).join("") + "</div>";
    }

    function waveform(s, pixel) {
      if (!s.n.length) return "";
      var high = s.n.length * data.width, least = Math.min.apply(null, s.n), most = Math.max.apply(null, s.n), base = s.b;
      var lo = base === null ? least : Math.min(least, base), hi = base === null ? most : Math.max(most, base), margin = Math.max(2, 0.06 * (hi - lo));
      lo -= margin; hi += margin;
      function px(v) { return L + (R - L) * v / high; }
      function py(v) { return B - (B - T) * (v - lo) / (hi - lo); }
      var t = '<div class="k-plot">' + svgStart("waveform of pixel " + pixel);
      linear(lo, hi, 6).forEach(function (k) { t += rule(py(k[0]), k[1]); });
      t += vertical((T + B) / 2, "ADC value [LSB]") + horizontal(0, high, "time [ns]", px);
      if (base !== null) t += '<path class="k-curve k-dash" d="M' + L + " " + num(py(base)) + "H" + R + '"/>';
      t += '<path class="k-line" d="' + s.n.map(function (v, i) { return (i ? "L" : "M") + num(px(i * data.width)) + " " + num(py(v)); }).join("") + '"/></svg></div>';
      return t + '<div class="k-fit"><span>' + s.n.length + " samples, " + least + " to " + most + " LSB</span>" + (base === null ? "" : "<span>baseline " + Number(base.toPrecision(6)) + " LSB</span>") + "</div>";
    }

    function row(q, text) {
      return '<tr><th scope="row">' + esc(q.name) + '</th><td class="k-symbol">' + esc(q.symbol) + '</td><td class="k-value">' + esc(text || "not measured") + '</td><td class="k-unit">' + esc(text ? q.unit : "") + "</td></tr>";
    }

    function panel() {
      var i = state.pixel, one = function (v) { return label(v, 0.1); };
      var t = '<div class="k-pixel"><b>Pixel ' + i + "</b> <span>module " + data.module[i] + " \u00b7 sector " + data.sector[i] + " \u00b7 patch " + data.patch[i] +
        " \u00b7 x\u00a0" + one(x(i)) + "\u00a0mm \u00b7 y\u00a0" + one(y(i)) + "\u00a0mm</span></div>";
      if (data.flags) {
        t += '<div class="k-reasons">' + (flagsOf(i).map(function (f) { return "<span><b>" + esc(f.name) + "</b> " + esc(f.words) + "</span>"; }).join("") || '<span class="k-quiet">no flag</span>') + "</div>";
      }
      var p = data.panels && data.panels[i];
      if (p) t += data.kind === "waveform" ? waveform(p, i) : spectrum(p, i);
      var known = p && p.r ? data.parameters.map(function (q) { return q.name; }) : [];
      var rest = data.quantities.filter(function (q) { return known.indexOf(q.name) < 0; });
      if (rest.length) t += '<table class="k-params k-all"><tbody>' + rest.map(function (q) { return row(q, q.texts[i]); }).join("") + "</tbody></table>";
      side.innerHTML = t;
    }

    function select(i, keepGoal) {
      if (i === undefined || i < 0 || i >= polygons.length) return;
      state.pixel = i;
      if (!keepGoal) state.goal = null;
      svg.querySelector(".k-selected").setAttribute("points", corners(i));
      svg.querySelector(".k-selected-halo").setAttribute("points", corners(i));
      panel();
      where();
      root.dataset.pixel = String(i);
    }

    function where() {
      var box = root.querySelector(".k-where");
      if (!box) return;
      var at = flagged.indexOf(state.pixel);
      box.textContent = at < 0 ? flagged.length + " flagged" : "flagged " + (at + 1) + " of " + flagged.length;
    }

    function jump(direction, list) {
      if (!list.length) return;
      var next = direction > 0 ? list.filter(function (i) { return i > state.pixel; })[0] : list.filter(function (i) { return i < state.pixel; }).pop();
      select(next === undefined ? (direction > 0 ? list[0] : list[list.length - 1]) : next);
    }

    // The nearest pixel in a direction; going up and down keeps to the column one started in, as in a text editor.
    function move(dx, dy) {
      var here = state.pixel, best = -1, least = Infinity;
      if (dx) {
        var side = here + dx;
        if (side >= 0 && side < polygons.length && data.row[side] === data.row[here]) select(side);
        return;
      }
      if (state.goal === null) state.goal = x(here) + 1e-3;
      for (var i = 0; i < polygons.length; i++) {
        if (data.row[i] !== data.row[here] + dy) continue;
        var d = Math.abs(x(i) - state.goal);
        if (d < least) { least = d; best = i; }
      }
      if (best >= 0) select(best, true);
    }

    // ---- events ---------------------------------------------------------------------------------------------------

    var index = new Map();
    polygons.forEach(function (p, i) { index.set(p, i); });
    function at(event) { var i = index.get(event.target); return i === undefined ? -1 : i; }
    svg.addEventListener("pointermove", function (event) { hover(at(event), event); });
    svg.addEventListener("pointerleave", function (event) { hover(-1, event); });
    svg.addEventListener("click", function (event) {
      var i = at(event);
      if (i >= 0) { select(i); svg.focus({ preventScroll: true, focusVisible: false }); }
    });
    svg.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      switch (event.key) {
        case "ArrowLeft": move(-1, 0); break;
        case "ArrowRight": move(1, 0); break;
        case "ArrowUp": move(0, 1); break;
        case "ArrowDown": move(0, -1); break;
        case "Home": select(0); break;
        case "End": select(polygons.length - 1); break;
        case "PageDown": jump(1, flagged); break;
        case "PageUp": jump(-1, flagged); break;
        case "Enter": case " ": break;
        default: return;
      }
      hover(-1);
      event.preventDefault();
      event.stopPropagation();
    });
    root.addEventListener("click", function (event) {
      var b = event.target.closest && event.target.closest("button");
      if (!b || !root.contains(b)) return;
      if (b.dataset.quantity !== undefined) { state.quantity = Number(b.dataset.quantity); paint(); }
      else if (b.dataset.jump !== undefined) jump(Number(b.dataset.jump), flagged);
      else if (b.dataset.scale !== undefined) { state.log = !state.log; panel(); side.querySelector("[data-scale]").focus(); }
      else if (b.dataset.hatch !== undefined) b.setAttribute("aria-pressed", String(!root.classList.toggle("k-plain")));
      else if (b.dataset.bit !== undefined) {
        var bit = Number(b.dataset.bit);
        jump(1, flagged.filter(function (i) { return flagsOf(i).some(function (f) { return f.bit === bit; }); }));
      }
    });
    // Keys typed on a button belong to it, not to the notebook around.
    root.addEventListener("keydown", function (event) {
      if ((event.key === "Enter" || event.key === " ") && event.target.closest && event.target.closest("button")) event.stopPropagation();
    });

    svg.setAttribute("tabindex", "0");
    svg.setAttribute("role", "application");
    svg.setAttribute("aria-label", data.title + ": camera of " + polygons.length + " pixels. Arrow keys move, Page Up and Page Down go to flagged pixels.");
    root.classList.add("k-ready");
    paint();
    select(state.pixel);
  }

  Array.prototype.forEach.call(document.querySelectorAll('[id="' + ID + '"]'), start);
})();
