(function () {
  "use strict";
  var ID = "__ID__";

  function start(root) {
    if (root.digicamReady) return;
    root.digicamReady = true;
    var data = JSON.parse(root.querySelector(".k-data").textContent);
    var svg = root.querySelector(".k-camera");
    var side = root.querySelector(".k-side");
    var COUNT = svg.querySelectorAll(".k-pixels polygon").length;
    var state = { pixel: data.selected, level: data.level || 0, log: data.log, goal: null, range: "auto", decades: false, outline: "" };
    var views = [viewOf(root.querySelector(".k-cam"), 0)];
    var flagged = Object.keys(data.flagged || {}).map(Number).sort(function (a, b) { return a - b; });
    var HALF = 24.3 / 2, THIRD = 24.3 * Math.sqrt(3) / 6;
    var BAR = { x: 500, width: 30, top: -390, height: 780 };

    // A camera of the display: there is one, and a second while two quantities are compared.
    function viewOf(box, quantity) {
      var v = { box: box, svg: box.querySelector(".k-camera"), tip: box.querySelector(".k-tip"), quantity: quantity, hover: -1, index: new Map() };
      v.polygons = Array.prototype.slice.call(v.svg.querySelectorAll(".k-pixels polygon"));
      v.polygons.forEach(function (p, i) { v.index.set(p, i); });
      return v;
    }

    function x(i) { return data.column[i] * HALF; }
    function y(i) { return (1 + 3 * (data.row[i] - 24)) * THIRD; }
    function num(v) { var t = (Math.round(v * 100) / 100).toString(); return t === "-0" ? "0" : t; }
    function minus(t) { return t.replace(/-/g, "\u2212"); }
    function esc(t) { return t.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;"); }

    (function () {
      var g = JSON.parse(inflateText(data.geometry));
      ["row", "column", "module", "patch", "sector"].forEach(function (name, k) { data[name] = g[k]; });
    })();

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

    // ---- levels of a scan -------------------------------------------------------------------------------------------

    function bytes(base64) {
      var t = atob(base64), out = new Uint8Array(t.length);
      for (var i = 0; i < t.length; i++) out[i] = t.charCodeAt(i);
      return out;
    }

    // Raw deflate, RFC 1951. The browser's own DecompressionStream is asynchronous and not in every browser, and a panel is drawn at once.
    function inflate(source) {
      var out = new Uint8Array(4 * source.length + 256), size = 0, at = 0, hold = 0, held = 0;
      var order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

      function bits(n) {
        for (; held < n; held += 8) hold |= source[at++] << held;
        var v = hold & (1 << n) - 1;
        hold >>>= n;
        held -= n;
        return v;
      }
      function put(b) {
        if (size === out.length) { var longer = new Uint8Array(2 * size); longer.set(out); out = longer; }
        out[size++] = b;
      }
      // A code is told by how many there are of each length and by the symbols in the order of their codes.
      function code(lengths) {
        var count = new Array(16).fill(0), next = new Array(17).fill(0), symbols = [];
        lengths.forEach(function (n) { if (n) count[n]++; });
        for (var n = 1; n < 16; n++) next[n + 1] = next[n] + count[n];
        lengths.forEach(function (n, symbol) { if (n) symbols[next[n]++] = symbol; });
        return { count: count, symbols: symbols };
      }
      function symbol(c) {
        for (var n = 1, v = 0, first = 0, before = 0; n < 16; n++) {
          v |= bits(1);
          if (v - first < c.count[n]) return c.symbols[before + v - first];
          before += c.count[n];
          first = (first + c.count[n]) << 1;
          v <<= 1;
        }
        throw new Error("DigiCam: damaged data");
      }
      function same(count, length) { return new Array(count).fill(length); }

      for (var last = !source.length; !last;) {
        last = bits(1);
        var type = bits(2), literal, distance, n, i, k;
        if (type === 0) {
          hold = held = 0;
          n = source[at] | source[at + 1] << 8;
          for (at += 4; n > 0; n--) put(source[at++]);
          continue;
        }
        if (type === 1) {
          literal = code(same(144, 8).concat(same(112, 9), same(24, 7), same(8, 8)));
          distance = code(same(30, 5));
        } else {
          var literals = bits(5) + 257, all = literals + bits(5) + 1, lengths = same(19, 0);
          for (n = bits(4) + 4, i = 0; i < n; i++) lengths[order[i]] = bits(3);
          var meta = code(lengths);
          for (lengths = []; lengths.length < all;) {
            k = symbol(meta);
            if (k < 16) lengths.push(k);
            else lengths = lengths.concat(k === 16 ? same(3 + bits(2), lengths[lengths.length - 1]) : same(k === 17 ? 3 + bits(3) : 11 + bits(7), 0));
          }
          literal = code(lengths.slice(0, literals));
          distance = code(lengths.slice(literals));
        }
        while ((k = symbol(literal)) !== 256) {
          if (k < 256) { put(k); continue; }
          // Lengths come in fours with one more bit each time, distances in pairs.
          k -= 257;
          var e = k < 8 || k === 28 ? 0 : (k >> 2) - 1;
          n = k === 28 ? 258 : 3 + (k < 8 ? k : (4 + (k & 3) << e)) + bits(e);
          k = symbol(distance);
          e = k < 4 ? 0 : (k >> 1) - 1;
          for (i = size - (1 + (k < 4 ? k : (2 + (k & 1) << e)) + bits(e)); n > 0; n--) put(out[i++]);
        }
      }
      return out.subarray(0, size);
    }
    function inflateText(base64) { return new TextDecoder().decode(inflate(bytes(base64))); }

    function integers(base64) {
      var b = inflate(bytes(base64)), at = 0;
      return function () {
        for (var v = 0, shift = 0; ; shift += 7) {
          var k = b[at++];
          v |= (k & 127) << shift;
          if (k < 128) return v;
        }
      };
    }
    function signed(v) { return v >>> 1 ^ -(v & 1); }

    // The other side of SpectrumPacking: square roots in steps, of expected entries below one the logarithm. Counts that are kept exactly
    // follow as differences from what their root says.
    function unpackSpectra(p) {
      var words = JSON.parse(inflateText(p.words)), m = integers(p.m), n = integers(p.n), x = p.x ? integers(p.x) : null, S = p.steps;
      var spectra = words.bins.map(function (bins, l) {
        if (!bins) return null;
        var own = words.r.map(function (column) { return column[l]; });
        var s = { f: words.f[l], w: words.w[l], n: [], m: words.fit[l] ? [] : null, r: words.shared.concat(own), c: words.c[l], s: words.s[l], e: words.e[l] };
        var taps = s.m ? [signed(m()), signed(m()), signed(m())] : [], rises = [0, 0, 0], model = 0, any = false;
        for (var before = 0; s.n.length < bins;) {
          var predicted = before, step = s.m ? m() : 0;
          if (step) {
            var now = model + (taps[0] * rises[0] + taps[1] * rises[1] + taps[2] * rises[2] + 8 >> 4) + signed(step - 1);
            if (any) rises = [now - model, rises[0], rises[1]];
            any = true;
            model = now;
            predicted = Math.max(0, model);
            s.m.push(model >= S ? model * model / S / S : Math.exp(2 * (model / S - 1)));
          } else if (s.m) s.m.push(null);
          before = predicted + signed(n());
          var count = before * before / (S * S), small = before <= S * S / 2;
          s.n.push(small ? Math.round(count) : x ? Math.round(count) + signed(x()) : count);
        }
        return s;
      });
      spectra.shared = words.shared;
      return spectra;
    }

    function unpackWaveforms(p) {
      var words = JSON.parse(inflateText(p.words)), n = integers(p.n);
      return words.samples.map(function (samples, i) {
        for (var out = [], v = 0; out.length < samples;) out.push(v += signed(n()));
        return { n: out, b: words.b[i] };
      });
    }

    // The panels: of a scan all levels of the selected pixel, otherwise all pixels; unpacked when first asked for.
    var unpacked = { pixel: -1, spectra: null };
    function panelsOf(i) {
      var scan = data.kind === "levels", key = scan ? i : 0;
      if (unpacked.pixel !== key) unpacked = { pixel: key, spectra: scan ? data.panels[i] && unpackSpectra(data.panels[i]) : data.kind === "waveform" ? unpackWaveforms(data.panels) : unpackSpectra(data.panels) };
      return unpacked.spectra;
    }

    data.quantities.forEach(function (q) {
      q.all = new Float32Array(bytes(q.all).buffer);
      if (q.errors) q.errors = new Float32Array(Uint32Array.from(new Uint16Array(bytes(q.errors).buffer), function (v) { return v << 16; }).buffer);
    });
    // Single precision has seven digits; with more of them 0.3 would lie above a range that ends there.
    function valueAt(q, level, i) { var v = q.all[level * COUNT + i]; return isNaN(v) ? null : Number(v.toPrecision(7)); }

    // The other side of ValueTexts: decimals and error of each value, or a text of its own.
    function textsOf(level) {
      var digits = integers(level.digits), others = inflateText(level.others).split("\n").values();
      return level.values.map(function (v) {
        var decimals = digits() - 1;
        if (decimals < 0) return others.next().value;
        var error = digits();
        return minus(v.toFixed(decimals)) + (error ? " \u00b1 " + (error / Math.pow(10, decimals)).toFixed(decimals) : "");
      });
    }

    // A quantity as it is at the chosen level.
    function shown(q) {
      var l = q.varies ? state.level : 0, level = q.levels[l], range = q.varies && q.same ? q : level;
      if (!level.values) {
        level.values = Array.from({ length: COUNT }, function (_, i) { return valueAt(q, l, i); });
        level.texts = textsOf(level);
      }
      return { name: q.name, symbol: q.symbol, unit: q.unit, map: q.map, low: range.low, high: range.high, statistics: level.statistics, values: level.values, texts: level.texts };
    }

    // ---- camera ---------------------------------------------------------------------------------------------------

    function quantile(sorted, fraction) {
      var at = fraction * (sorted.length - 1), i = Math.floor(at);
      return i + 1 < sorted.length ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
    }
    function finite(values) { return values.filter(function (v) { return v !== null && isFinite(v); }).sort(function (a, b) { return a - b; }); }

    // Which colour stands for what: the range that was chosen, linear or by decades. A range by decades begins at its least value above zero, four decades below its end at most.
    function scaled(source) {
      var q = shown(source), of = source.varies && source.same ? Array.from(source.all) : q.values;
      if (state.range !== "auto") {
        var sorted = finite(of.filter(function (v) { return !isNaN(v); })), cut = (100 - Number(state.range)) / 200;
        if (sorted.length) {
          q.low = Number(quantile(sorted, cut).toPrecision(7));
          q.high = Number(quantile(sorted, 1 - cut).toPrecision(7));
        }
        if (q.map === "diverging") q.low = -(q.high = Math.max(Math.abs(q.low), Math.abs(q.high)));
        if (!(q.high > q.low)) q.high = q.low + (Math.abs(q.low) * 0.01 || 1);
      }
      var least = q.low;
      if (state.decades && !(least > 0)) least = finite(of.filter(function (v) { return v > 0; }))[0];
      least = Math.max(least, q.high / 1e4);
      q.log = state.decades && least > 0 && q.high > least;
      if (q.log) q.low = Number(least.toPrecision(7));
      q.place = q.log ? function (v) { return v > 0 ? Math.log(v / q.low) / Math.log(q.high / q.low) : -1; } : function (v) { return (v - q.low) / (q.high - q.low); };
      return q;
    }
    function ticks(q) {
      if (!q.log) return linear(q.low, q.high, 8);
      var out = decades(q.low, q.high);
      if (out.length < 3) out = roundNumbers(q.low, q.high).map(function (v) { return [v, plain(v)]; });
      return out.length > 1 ? out : linear(q.low, q.high, 8);
    }
    function color(q, v) {
      var i = Math.min(255, Math.max(0, Math.floor(255 * q.place(v) + 0.5)));
      return "#" + data.maps[q.map].substr(6 * i, 6);
    }
    function title(q) { return (q.symbol || q.name) + (q.unit ? " [" + q.unit + "]" : ""); }

    function paint() { views.forEach(paintView); }

    function paintView(view) {
      var source = data.quantities[view.quantity], q = view.scale = scaled(source), above = [], below = [], missing = 0, main = view === views[0];
      q.values.forEach(function (v, i) {
        var p = view.polygons[i];
        if (v === null) { missing++; p.setAttribute("class", "k-none"); p.removeAttribute("fill"); return; }
        p.removeAttribute("class");
        p.setAttribute("fill", color(q, v));
        if (v < q.low) below.push(i); else if (v > q.high) above.push(i);
      });
      function mark(down) { return function (i) { return '<path d="M' + num(x(i)) + " " + num(-y(i) + down * 7) + "l6.5 " + -down * 11 + 'h-13z"/>'; }; }
      view.svg.querySelector(".k-marks").innerHTML = above.map(mark(-1)).join("") + below.map(mark(1)).join("");

      var t = '<text class="k-bar-title" x="' + BAR.x + '" y="' + (BAR.top - 62) + '">' + esc(title(q)) + "</text>";
      t += '<rect class="k-bar-box" x="' + BAR.x + '" y="' + BAR.top + '" width="' + BAR.width + '" height="' + BAR.height + '" fill="url(#' + ID + "-" + q.map + ')"/>';
      function end(list, base, sign, word) {
        if (!list.length) return;
        t += '<path class="k-bar-box" d="M' + BAR.x + " " + (base + 6 * sign) + "h" + BAR.width + "l" + -BAR.width / 2 + " " + 26 * sign + 'z" fill="' + color(q, sign < 0 ? q.high : q.low) + '"/>';
        t += '<text x="' + (BAR.x + BAR.width + 14) + '" y="' + (base + (sign < 0 ? -22 : 34)) + '">' + list.length + " " + word + "</text>";
      }
      end(above, BAR.top, -1, "above");
      end(below, BAR.top + BAR.height, 1, "below");
      ticks(q).forEach(function (k) {
        var at = BAR.top + BAR.height * (1 - q.place(k[0]));
        t += '<path class="k-tick" d="M' + (BAR.x + BAR.width) + " " + num(at) + 'h8"/><text x="' + (BAR.x + BAR.width + 14) + '" y="' + num(at + 7.5) + '">' + k[1] + "</text>";
      });
      view.svg.querySelector(".k-bar").innerHTML = t;
      view.svg.querySelector(".k-corner").innerHTML = '<text class="k-bar-title" x="-452" y="-494">' + esc(source.varies ? q.name + ", " + data.levels[state.level] : q.name) + "</text>" +
        q.statistics.map(function (s, i) { return '<text x="-452" y="' + (-466 + 26 * i) + '">' + esc(s) + "</text>"; }).join("");

      t = "";
      if (missing) t += '<span><i class="k-swatch k-swatch-none"></i>not measured ' + missing + "</span>";
      if (above.length) t += '<span><i class="k-swatch">\u25b2</i>above the range ' + above.length + "</span>";
      if (below.length) t += '<span><i class="k-swatch">\u25bc</i>below the range ' + below.length + "</span>";
      view.box.querySelector(".k-range").innerHTML = t;
      view.svg.querySelector(".k-outline").innerHTML = outline(state.outline);
      if (!main) return;
      Array.prototype.forEach.call(root.querySelectorAll("[data-quantity]"), function (b) {
        b.setAttribute("aria-pressed", String(Number(b.dataset.quantity) === view.quantity));
      });
      var same = root.querySelector("[data-same]");
      if (same) {
        same.hidden = !source.varies;
        same.setAttribute("aria-pressed", String(!!source.same));
      }
      lists();
    }

    // Lines around the modules, patches or sectors: every side of a pixel whose neighbour belongs to another one, drawn once.
    var places = null;
    function outline(group) {
      if (!group) return "";
      var of = data[group], d = "", middle = {};
      if (!places) {
        places = new Map();
        data.column.forEach(function (c, i) { places.set(c + " " + data.row[i], i); });
      }
      of.forEach(function (g, i) {
        var at = corners(i).split(" "), m = middle[g] || (middle[g] = [0, 0, 0]);
        m[0] += x(i); m[1] += y(i); m[2]++;
        [[1, 1], [2, 0], [1, -1], [-1, -1], [-2, 0], [-1, 1]].forEach(function (step, k) {
          var other = places.get((data.column[i] + step[0]) + " " + (data.row[i] + step[1]));
          if (other === undefined || of[other] !== g && other > i) d += "M" + at[k] + "L" + at[(k + 1) % 6];
        });
      });
      var names = group === "patch" ? "" : Object.keys(middle).map(function (g) {
        var m = middle[g];
        return '<text class="k-' + group + '" x="' + num(m[0] / m[2]) + '" y="' + num(-m[1] / m[2] + 6) + '">' + g + "</text>";
      }).join("");
      return '<path class="k-halo k-' + group + '" d="' + d + '"/><path class="k-' + group + '" d="' + d + '"/>' + names;
    }

    // ---- lists under the camera -------------------------------------------------------------------------------------

    function list(name) { return root.querySelector('[data-list="' + name + '"]'); }
    function head(names) { return "<thead><tr>" + names.map(function (n) { return '<th scope="col"' + (n === "flags" ? ' class="k-flags"' : "") + ">" + esc(n) + "</th>"; }).join("") + "</tr></thead>"; }
    function flagNames(i) { return flagsOf(i).map(function (f) { return f.name; }).join(", "); }

    function lists() {
      if (list("outliers").open) outliers();
      if (list("table").open) table();
    }

    function outliers() {
      var q = shown(data.quantities[views[0].quantity]), sorted = finite(q.values), box = list("outliers").querySelector("div");
      if (sorted.length < 2) { box.textContent = "no pixel has a value"; return; }
      var middle = quantile(sorted, 0.5), spread = (quantile(sorted, 0.84) - quantile(sorted, 0.16)) / 2;
      function away(i) { return spread > 0 ? (q.values[i] - middle) / spread : q.values[i] === middle ? 0 : (q.values[i] - middle) * Infinity; }
      var worst = q.values.map(function (v, i) { return i; }).filter(function (i) { return q.values[i] !== null; }).sort(function (a, b) { return Math.abs(away(b)) - Math.abs(away(a)) || a - b; }).slice(0, 12);
      box.innerHTML = '<table class="k-list"><caption>' + esc(q.name) + (data.levels && data.quantities[views[0].quantity].varies ? ", " + esc(data.levels[state.level]) : "") + ": distance from the median in spreads (half the middle 68 % of the camera)</caption>" +
        head(["pixel", "module", title(q), "distance", "flags"].slice(0, data.flags ? 5 : 4)) + "<tbody>" + worst.map(function (i) {
          var d = away(i);
          return '<tr><th scope="row"><button type="button" data-pixel="' + i + '">' + i + "</button></th><td>" + data.module[i] + "</td><td>" + esc(q.texts[i] || "\u2013") + "</td><td>" + (isFinite(d) ? (d > 0 ? "+" : "") + minus(d.toFixed(1)) : "\u2013") + "</td>" + (data.flags ? '<td class="k-flags">' + esc(flagNames(i)) + "</td>" : "") + "</tr>";
        }).join("") + "</tbody></table>";
    }

    // What the colours say, as text for those who cannot see them and as a file.
    function table() {
      var all = data.quantities.map(shown), names = ["pixel", "module", "patch", "sector"].concat(all.map(function (q) { return q.name + (q.unit ? " [" + q.unit + "]" : ""); }), data.flags ? ["flags"] : []);
      function cells(i, texts) { return [i, data.module[i], data.patch[i], data.sector[i]].concat(texts, data.flags ? [flagNames(i)] : []); }
      var rows = "", csv = [names];
      for (var i = 0; i < COUNT; i++) {
        rows += "<tr>" + cells(i, all.map(function (q) { return esc(q.texts[i] || "\u2013"); })).map(function (c, k, row) { return k ? (data.flags && k === row.length - 1 ? '<td class="k-flags">' : "<td>") + c + "</td>" : '<th scope="row">' + c + "</th>"; }).join("") + "</tr>";
        csv.push(cells(i, all.map(function (q) { return q.values[i] === null ? "" : q.values[i]; })));
      }
      var text = csv.map(function (row) { return row.map(function (c) { return /[",]/.test(c) ? '"' + String(c).replace(/"/g, '""') + '"' : c; }).join(","); }).join("\n") + "\n";
      var raw = Array.from(new TextEncoder().encode(text), function (b) { return String.fromCharCode(b); }).join("");
      var file = (data.title + (data.levels ? " " + data.levels[state.level] : "")).replace(/[^A-Za-z0-9.]+/g, "-") + ".csv";
      list("table").querySelector("div").innerHTML = '<p><a download="' + file + '" href="data:text/csv;base64,' + btoa(raw) + '">' + esc(file) + '</a></p><div class="k-scroll" tabindex="0"><table class="k-list"><caption>' + esc(data.title) + (data.levels ? ", " + esc(data.levels[state.level]) : "") + "</caption>" + head(names) + "<tbody>" + rows + "</tbody></table></div>";
    }

    function flagsOf(i) {
      var bits = (data.flagged || {})[i] || 0;
      return (data.flags || []).filter(function (f) { return Math.floor(bits / Math.pow(2, f.bit)) % 2 === 1; });
    }

    function valueText(q, i) { return q.texts[i] ? q.texts[i] + (q.unit ? " " + q.unit : "") : "not measured"; }

    function hover(view, i, event) {
      var line = view.svg.querySelector(".k-hover"), tip = view.tip;
      if (i < 0) { tip.hidden = true; line.setAttribute("points", ""); view.hover = -1; return; }
      if (i !== view.hover) {
        view.hover = i;
        line.setAttribute("points", corners(i));
        var q = view.scale || (view.scale = scaled(data.quantities[view.quantity])), f = flagNames(i);
        var v = q.values[i], beyond = v === null ? "" : v < q.low ? " (below the range)" : v > q.high ? " (above the range)" : "";
        tip.innerHTML = "<b>Pixel " + i + "</b>, module " + data.module[i] + ", patch " + data.patch[i] + "<br>" + esc((q.symbol || q.name) + " = " + valueText(q, i) + beyond) + (f ? "<br>" + esc(f) : "");
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

    function spectrum(s, pixel) {
      var words = parameters(s.r) + '<div class="k-fit">' + [s.c, s.s, s.e].filter(Boolean).map(function (v) { return "<span>" + esc(v) + "</span>"; }).join("") + "</div>";
      if (!s.n.some(Boolean)) return words;
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
      return t + words;
    }

    function parameters(texts) {
      if (!texts || !texts.length) return "";
      return '<table class="k-params"><tbody>' + texts.map(function (text, i) { return row(data.parameters[i], text); }).join("") + "</tbody></table>";
    }

    // ---- pictures of all levels -------------------------------------------------------------------------------------

    var SL = 44, SR = 224, ST = 22, SB = 152;

    function small(kind, text, heading, inside, axis) {
      return '<div class="k-plot k-' + kind + '"><svg viewBox="0 0 232 192" role="img" aria-label="' + esc(text) + '"><text x="' + SL + '" y="12">' + esc(heading) + "</text>" + inside +
        '<path class="k-frame" d="M' + SL + " " + SB + "H" + SR + '"/><text class="k-mid" x="' + (SL + SR) / 2 + '" y="' + (SB + 34) + '">' + esc(axis) + "</text></svg></div>";
    }
    function below(px, text) {
      return '<path class="k-frame" d="M' + num(px) + " " + SB + 'v4"/><text class="k-mid" x="' + num(px) + '" y="' + (SB + 16) + '">' + text + "</text>";
    }
    function beside(py, text) {
      return '<path class="k-grid" d="M' + SL + " " + num(py) + "H" + SR + '"/><text class="k-num" x="' + (SL - 5) + '" y="' + num(py + 3.5) + '">' + text + "</text>";
    }
    // 1, 2 and 5 times the powers of ten.
    function roundNumbers(least, most) {
      for (var out = [], p = Math.floor(Math.log10(least)); p <= Math.log10(most); p++) [1, 2, 5].forEach(function (k) { out.push(Number((k + "e" + p))); });
      return out.filter(function (v) { return v >= least && v <= most; });
    }
    function plain(v) { return label(v, Math.pow(10, Math.floor(Math.log10(Math.abs(v) || 1)))); }

    // The spectra of all levels one above the other, each with its own height. Where the brightest is many times as wide as the narrowest, the axis
    // goes with the square root, on which spectra of any light are about equally wide.
    function ridges(levels, pixel) {
      var there = levels.filter(Boolean);
      if (!there.length) return "";
      function low(s) { return s.f - s.w / 2; }
      function high(s) { return low(s) + s.w * s.n.length; }
      var from = Math.min.apply(null, there.map(low)), to = Math.max.apply(null, there.map(high));
      var root = to - from > 4 * Math.min.apply(null, there.map(function (s) { return high(s) - low(s); }));
      function along(v) { return root ? Math.sqrt(Math.max(v - from, 0)) : v - from; }
      function px(v) { return SL + (SR - SL) * along(v) / along(to); }
      var height = Math.max(16, 2.2 * (SB - ST) / levels.length), pitch = (SB - ST - height) / Math.max(levels.length - 1, 1), t = "", chosen = "";
      levels.forEach(function (s, l) {
        if (!s) return;
        // Bins too narrow to be told apart are drawn as one.
        for (var points = [], n = 0, w = 0, i = 0; i < s.n.length; i++) {
          n += s.n[i];
          w += s.w;
          var right = low(s) + s.w * (i + 1);
          if (i < s.n.length - 1 && px(right) - px(right - w) < 1.5) continue;
          points.push([px(right - w / 2), n / w]);
          n = w = 0;
        }
        var top = Math.max.apply(null, points.map(function (p) { return p[1]; })) || 1, floor = SB - l * pitch;
        var path = '<path data-level="' + l + '" class="' + (l === state.level ? "k-ridge k-chosen" : "k-ridge") + '" d="M' + num(px(low(s))) + " " + num(floor) +
          points.map(function (p) { return "L" + num(p[0]) + " " + num(floor - height * p[1] / top); }).join("") + "L" + num(px(high(s))) + " " + num(floor) + 'z"><title>' + esc(data.levels[l]) + "</title></path>";
        if (l === state.level) chosen = path;
        else t = path + t;
      });
      // The chosen one in front of all, and of the names as many as there is room for.
      var apart = Math.ceil(13 / Math.max(pitch, 1e-9)), last = levels.length - 1;
      data.levels.forEach(function (name, l) {
        var near = Math.abs(l - state.level) < apart;
        if (l !== state.level && (near || l % apart)) return;
        t += '<text class="k-num' + (l === state.level ? " k-named" : "") + '" x="' + (SL - 5) + '" y="' + num(SB - l * pitch + 1) + '">' + esc(name.length > 7 ? name.slice(0, 6) + "\u2026" : name) + "</text>";
      });
      var ticks = linear(from, to, 4);
      if (root) {
        ticks = [0].concat(roundNumbers((to - from) / 1000, to)).filter(function (v) { return v >= from; }).reverse().reduce(function (kept, v) {
          if (!kept.length || px(kept[kept.length - 1]) - px(v) > 26) kept.push(v);
          return kept;
        }, []).map(function (v) { return [v, plain(v)]; });
      }
      t += ticks.map(function (k) { return below(px(k[0]), k[1]); }).join("");
      return small("ridges", "spectra of pixel " + pixel + " at all levels", "all levels" + (root ? ", square-root axis" : ""), t + chosen, data.axis);
    }

    // The chosen quantity, or the first that has levels, from level to level.
    function curve(pixel) {
      var q = [data.quantities[views[0].quantity]].concat(data.quantities).filter(function (k) { return k.varies; })[0];
      if (!q) return "";
      var points = [], missing = 0;
      data.levels.forEach(function (name, l) {
        var v = valueAt(q, l, pixel), e = q.errors ? q.errors[l * COUNT + pixel] : 0;
        if (v === null || !isFinite(v) || data.settings[l] === null) missing++;
        else points.push({ level: l, x: data.settings[l], v: v, e: isFinite(e) ? e : 0 });
      });
      if (!points.length) return "";
      points.sort(function (a, b) { return a.x - b.x; });
      var xs = points.map(function (p) { return p.x; }), positive = points.map(function (p) { return p.v; }).filter(function (v) { return v > 0; });
      var log = positive.length > 0 && Math.max.apply(null, positive) > 30 * Math.min.apply(null, positive) && 2 * positive.length > points.length;
      var on = log ? positive : points.map(function (p) { return p.v; });
      var low = Math.min.apply(null, on), high = Math.max.apply(null, on), first = Math.min.apply(null, xs), last = Math.max.apply(null, xs);
      if (log) { low /= 1.5; high *= 1.5; }
      else {
        points.forEach(function (p) { if (p.e < (high - low || Infinity)) { low = Math.min(low, p.v - p.e); high = Math.max(high, p.v + p.e); } });
        var margin = 0.06 * (high - low) || Math.abs(high) * 0.01 || 1;
        low -= margin;
        high += margin;
      }
      var edge = 0.04 * (last - first) || 1;
      function px(x) { return SL + (SR - SL) * (x - first + edge) / (last - first + 2 * edge); }
      function py(v) { return SB - (SB - ST) * (log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low)); }
      function inside(y) { return Math.min(SB, Math.max(ST, y)); }
      var t = "";
      if (log) {
        var ticks = decades(low, high);
        if (ticks.length < 2) ticks = roundNumbers(low, high).map(function (v) { return [v, plain(v)]; });
        ticks.forEach(function (k) { t += beside(py(k[0]), k[1]); });
      } else linear(low, high, 5).forEach(function (k) { t += beside(py(k[0]), k[1]); });
      linear(first, last, 4).forEach(function (k) { t += below(px(k[0]), k[1]); });
      var off = points.filter(function (p) { return log && p.v <= 0; });
      var drawn = points.filter(function (p) { return !(log && p.v <= 0); });
      t += '<path class="k-thread" d="' + drawn.map(function (p, i) { return (i ? "L" : "M") + num(px(p.x)) + " " + num(py(p.v)); }).join("") + '"/>';
      t += '<path class="k-errors" d="' + drawn.filter(function (p) { return p.e > 0; }).map(function (p) {
        var up = py(p.v + p.e), down = log && p.v <= p.e ? SB : py(p.v - p.e);
        return down - up < 3 ? "" : "M" + num(px(p.x)) + " " + num(inside(up)) + "V" + num(inside(down));
      }).join("") + '"/>';
      drawn.slice().sort(function (a, b) { return (a.level === state.level) - (b.level === state.level); }).forEach(function (p) {
        t += '<circle data-level="' + p.level + '" class="' + (p.level === state.level ? "k-point k-chosen" : "k-point") + '" cx="' + num(px(p.x)) + '" cy="' + num(py(p.v)) + '" r="' + (p.level === state.level ? 4.5 : 2.6) + '"><title>' + esc(data.levels[p.level]) + "</title></circle>";
      });
      // What a logarithmic axis cannot show is marked at its end.
      off.forEach(function (p) {
        t += '<path data-level="' + p.level + '" class="k-point' + (p.level === state.level ? " k-chosen" : "") + '" d="M' + num(px(p.x)) + " " + SB + 'l3.5 -6h-7z"><title>' + esc(data.levels[p.level]) + ": not above zero</title></path>";
      });
      return small("leveled", q.name + " of pixel " + pixel + " from level to level", title(q) + (missing ? ", " + missing + " not measured" : ""), t, data.levelAxis);
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
        " \u00b7 x\u00a0" + one(x(i)) + "\u00a0mm \u00b7 y\u00a0" + one(y(i)) + "\u00a0mm" + (data.levels ? " \u00b7 " + esc(data.levels[state.level]) : "") + "</span></div>";
      if (data.flags) {
        t += '<div class="k-reasons">' + (flagsOf(i).map(function (f) { return "<span><b>" + esc(f.name) + "</b> " + esc(f.words) + "</span>"; }).join("") || '<span class="k-quiet">no flag</span>') + "</div>";
      }
      var there = data.panels && panelsOf(i), scan = data.kind === "levels", l = scan ? keptLevel(there) : i, p = there && there[l];
      if (scan && p && l !== state.level) {
        t += '<div class="k-fit"><span>Histogram of ' + esc(data.levels[l]) + ": of most pixels the notebook keeps one level in " + data.stride + ", of flagged ones all.</span></div>";
        p = Object.assign({}, p, { r: there.shared });
      }
      var texts = p ? p.r : scan && there ? there.shared : null;
      if (p) t += data.kind === "waveform" ? waveform(p, i) : spectrum(p, i);
      else if (scan && there) t += '<div class="k-fit"><span>no histogram at this level</span></div>' + parameters(texts);
      if (data.levels) t += '<div class="k-scan">' + (scan && there ? ridges(there, i) : "") + curve(i) + "</div>";
      var known = texts ? data.parameters.slice(0, texts.length).map(function (q) { return q.name; }) : [];
      var rest = data.quantities.filter(function (q) { return known.indexOf(q.name) < 0; });
      if (rest.length) t += '<table class="k-params k-all"><tbody>' + rest.map(function (q) { return row(q, shown(q).texts[i]); }).join("") + "</tbody></table>";
      side.innerHTML = t;
    }

    // The level whose histogram is shown: the chosen one, or the nearest that is kept of this pixel where it is one of those left out for the size of the notebook.
    function keptLevel(there) {
      var here = state.level, first = data.level % data.stride;
      if (!there || there[here] || here % data.stride === first || state.pixel === data.selected || flagged.indexOf(state.pixel) >= 0) return here;
      var down = here - (here - first + data.stride) % data.stride, up = down + data.stride, near = here - down <= up - here ? [down, up] : [up, down];
      return there[near[0]] ? near[0] : there[near[1]] && Math.abs(near[1] - here) < data.stride ? near[1] : here;
    }

    function select(i, keepGoal) {
      if (i === undefined || i < 0 || i >= COUNT) return;
      state.pixel = i;
      if (!keepGoal) state.goal = null;
      views.forEach(encircle);
      panel();
      where();
      root.dataset.pixel = String(i);
      say("Pixel " + i + ", module " + data.module[i] + ", patch " + data.patch[i] + ", sector " + data.sector[i] + ". " + valuesSaid() + (data.flags ? ". " + (flagNames(i) ? "Flags: " + flagNames(i) : "No flag") : "") + ".");
    }
    function encircle(view) {
      [".k-selected", ".k-selected-halo"].forEach(function (line) { view.svg.querySelector(line).setAttribute("points", corners(state.pixel)); });
    }

    // One sentence for screen readers of what changed; the panel would be read from its first axis label to its last.
    function say(text) { root.querySelector(".k-say").textContent = text; }
    function valuesSaid() {
      return views.map(function (v) { var q = shown(data.quantities[v.quantity]); return q.name + " " + valueText(q, state.pixel); }).join(", ");
    }

    function setLevel(level) {
      if (!data.levels || level < 0 || level >= data.levels.length || level === state.level) return;
      state.level = level;
      var slider = root.querySelector(".k-level input"), name = data.levels[level];
      slider.value = String(level);
      slider.setAttribute("aria-valuetext", name);
      root.querySelector(".k-level output").textContent = name;
      root.dataset.level = String(level);
      paint();
      panel();
      say(name + ". Pixel " + state.pixel + ": " + valuesSaid() + ".");
    }

    function setQuantity(view, quantity) {
      view.quantity = quantity;
      paint();
      if (data.levels) panel();
      var q = data.quantities[quantity];
      view.svg.setAttribute("aria-label", describe(q));
      say(q.name + ": " + shown(q).statistics.join(", ") + ".");
    }

    // Another quantity on a second camera beside the first; none with -1.
    function compare(quantity) {
      if (views.length > 1 && quantity < 0) views.pop().box.remove();
      else if (quantity >= 0 && views.length < 2) {
        var box = views[0].box.cloneNode(true);
        box.querySelector("defs").remove();
        box.querySelector(".k-lists").remove();
        box.querySelector(".k-legend").innerHTML = '<span class="k-range"></span>';
        views[0].box.after(box);
        views.push(viewOf(box, quantity));
        listen(views[1]);
        hover(views[1], -1);
      }
      root.classList.toggle("k-two", views.length > 1);
      if (views.length > 1) setQuantity(views[1], quantity);
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
        if (side >= 0 && side < COUNT && data.row[side] === data.row[here]) select(side);
        return;
      }
      if (state.goal === null) state.goal = x(here) + 1e-3;
      for (var i = 0; i < COUNT; i++) {
        if (data.row[i] !== data.row[here] + dy) continue;
        var d = Math.abs(x(i) - state.goal);
        if (d < least) { least = d; best = i; }
      }
      if (best >= 0) select(best, true);
    }

    // ---- events ---------------------------------------------------------------------------------------------------

    function listen(view) {
      var svg = view.svg;
      function at(event) { var i = view.index.get(event.target); return i === undefined ? -1 : i; }
      svg.setAttribute("tabindex", "0");
      svg.setAttribute("role", "application");
      svg.setAttribute("aria-label", describe(data.quantities[view.quantity]));
      svg.addEventListener("pointermove", function (event) { hover(view, at(event), event); });
      svg.addEventListener("pointerleave", function (event) { hover(view, -1, event); });
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
          case "End": select(COUNT - 1); break;
          case "PageDown": jump(1, flagged); break;
          case "PageUp": jump(-1, flagged); break;
          case "]": case "+": if (!data.levels) return; setLevel(state.level + 1); break;
          case "[": case "-": if (!data.levels) return; setLevel(state.level - 1); break;
          case "Enter": case " ": break;
          default: return;
        }
        hover(view, -1);
        event.preventDefault();
        event.stopPropagation();
      });
    }
    function describe(q) {
      return data.title + ", " + q.name + ": camera of " + COUNT + " pixels. Arrow keys move, Page Up and Page Down go to flagged pixels" + (data.levels ? ", plus and minus step the level." : ".");
    }

    root.addEventListener("input", function (event) {
      if (event.target.type === "range") setLevel(Number(event.target.value));
    });
    root.addEventListener("change", function (event) {
      var choice = event.target.dataset.choice;
      if (choice === "beside") compare(Number(event.target.value));
      else if (choice) { state[choice] = event.target.value; paint(); }
    });
    // A details element tells of its opening only itself.
    root.addEventListener("toggle", function (event) { if (event.target.dataset.list) lists(); }, true);
    root.addEventListener("click", function (event) {
      var mark = event.target.closest && event.target.closest("[data-level]");
      if (mark && mark !== root) setLevel(Number(mark.dataset.level));
      var b = event.target.closest && event.target.closest("button");
      if (!b || !root.contains(b)) return;
      if (b.dataset.quantity !== undefined) setQuantity(views[0], Number(b.dataset.quantity));
      else if (b.dataset.pixel !== undefined) select(Number(b.dataset.pixel));
      else if (b.dataset.step !== undefined) setLevel(state.level + Number(b.dataset.step));
      else if (b.dataset.same !== undefined) { data.quantities[views[0].quantity].same = !data.quantities[views[0].quantity].same; paint(); }
      else if (b.dataset.jump !== undefined) jump(Number(b.dataset.jump), flagged);
      else if (b.dataset.scale !== undefined) { state.log = !state.log; panel(); side.querySelector("[data-scale]").focus(); }
      else if (b.dataset.decades !== undefined) { state.decades = !state.decades; b.setAttribute("aria-pressed", String(state.decades)); paint(); }
      else if (b.dataset.hatch !== undefined) b.setAttribute("aria-pressed", String(!root.classList.toggle("k-plain")));
      else if (b.dataset.bit !== undefined) {
        var bit = Number(b.dataset.bit);
        jump(1, flagged.filter(function (i) { return flagsOf(i).some(function (f) { return f.bit === bit; }); }));
      }
    });
    // Keys typed on a button, a choice, a list or the slider belong to it, not to the notebook around.
    root.addEventListener("keydown", function (event) {
      var on = event.target;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (on.type === "range" ? /^(Arrow|Page|Home$|End$)/.test(event.key) : on.closest && on.closest("button, select, summary, a, .k-scroll") && !/^(Tab|Escape)$/.test(event.key)) event.stopPropagation();
    });

    listen(views[0]);
    // For a look from the browser's console.
    root.digicam = { data: data, shown: shown, panels: panelsOf };
    root.classList.add("k-ready");
    // All else is in the page as it would be drawn now.
    if (data.levels) panel();
    where();
    root.dataset.pixel = String(state.pixel);
  }

  Array.prototype.forEach.call(document.querySelectorAll('[id="' + ID + '"]'), start);
})();
