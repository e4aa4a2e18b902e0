(function () {
  "use strict";
  var ID = "__ID__";

  function start(root) {
    if (root.digicamReady) return;
    root.digicamReady = true;
    var store = root.querySelector(".k-rows");
    if (!store.dataset.packed) { open(root, JSON.parse(store.textContent)); return; }
    if (!window.DecompressionStream) return;
    var text = atob(store.textContent), bytes = new Uint8Array(text.length);
    for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).json().then(function (data) { open(root, data); });
  }

  function open(root, data) {
    var columns = data.columns, count = data.count, size = data.page;
    var heads = root.querySelectorAll("thead tr:first-child th"), body = root.querySelector("tbody"), more = root.querySelector(".k-more"), tools = root.querySelector(".k-tools");
    var order = [], page = 0, by = -1, down = false, sought = "";
    for (var i = 0; i < count; i++) order.push(i);

    // Whole numbers come without a text of their own: groups of three from five digits on.
    function text(c, i) {
      if (c.text) return c.text[i];
      var v = c.raw[i];
      if (v === null) return "\u2013";
      var digits = v.replace("-", "");
      return v.replace("-", "\u2212").replace(/\d+/, digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, "\u202f") : digits);
    }
    function key(c, i) { return c.raw ? c.raw[i] === null ? NaN : Number(c.raw[i]) : c.text[i]; }
    function found(i) { return columns.some(function (c) { return text(c, i).toLowerCase().indexOf(sought) >= 0 || c.raw && c.raw[i] !== null && c.raw[i].indexOf(sought) >= 0; }); }

    function arrange() {
      order = [];
      for (var i = 0; i < count; i++) if (!sought || found(i)) order.push(i);
      if (by >= 0) {
        var c = columns[by], sign = down ? -1 : 1, keys = order.map(function (i) { return key(c, i); }), places = order.map(function (_, k) { return k; });
        places.sort(function (a, b) {
          var p = keys[a], q = keys[b];
          if (c.raw && (p !== p || q !== q)) return (p !== p) - (q !== q) || a - b;
          return (p < q ? -sign : p > q ? sign : 0) || a - b;
        });
        order = places.map(function (k) { return order[k]; });
      }
      page = 0;
      draw();
    }

    function draw() {
      var first = page * size, last = Math.min(first + size, order.length);
      body.textContent = "";
      order.slice(first, last).forEach(function (i) {
        var row = body.insertRow();
        columns.forEach(function (c) {
          var cell = row.insertCell();
          cell.textContent = text(c, i);
          if (c.right) cell.className = "k-r";
        });
      });
      for (var k = 0; k < heads.length; k++) heads[k].setAttribute("aria-sort", k !== by ? "none" : down ? "descending" : "ascending");
      var all = sought ? order.length + " of " + count + " rows" : count + " rows";
      var rows = !order.length ? "no row has it" : last - first < order.length ? "rows " + (first + 1) + " to " + last + " of " + all : all;
      status.textContent = rows + (data.left ? "; " + data.left + " more are not in this output" : "");
      back.disabled = page === 0;
      next.disabled = last >= order.length;
    }

    function make(tag, className, words, act) {
      var e = document.createElement(tag);
      e.className = className;
      e.textContent = words;
      if (act) e.addEventListener("click", act);
      return e;
    }
    function field(v) { return /[",\r\n]/.test(v) ? '"' + v.replace(/"/g, '""') + '"' : v; }
    function csv() {
      var lines = [[]];
      columns.forEach(function (c) {
        var unit = c.unit ? " [" + c.unit + "]" : "";
        lines[0].push(c.name + unit);
        if (c.error) lines[0].push(c.name + " error" + unit);
      });
      order.forEach(function (i) {
        var line = [];
        columns.forEach(function (c) {
          line.push(!c.raw ? (c.csv || c.text)[i] : c.raw[i] === null ? "" : c.raw[i]);
          if (c.error) line.push(c.error[i] === null ? "" : c.error[i]);
        });
        lines.push(line);
      });
      return lines.map(function (line) { return line.map(field).join(",") + "\n"; }).join("");
    }

    for (var k = 0; k < heads.length; k++) (function (k) {
      var name = heads[k].textContent, button = make("button", "k-sort", name, function () {
        if (by !== k) { by = k; down = false; } else if (!down) down = true; else by = -1;
        arrange();
      });
      button.type = "button";
      button.title = "sort by " + (name || "this column");
      heads[k].textContent = "";
      heads[k].appendChild(button);
    })(k);

    var back = make("button", "", "\u2039", function () { page--; draw(); });
    var next = make("button", "", "\u203a", function () { page++; draw(); });
    back.setAttribute("aria-label", "previous rows");
    next.setAttribute("aria-label", "next rows");
    var status = make("span", "k-quiet k-status", "");
    status.setAttribute("aria-live", "polite");
    if (count > size) tools.append(back, next);
    tools.append(status);
    if (count > 8) {
      var filter = make("input", "k-filter", "");
      filter.type = "search";
      filter.placeholder = "filter";
      filter.setAttribute("aria-label", "show only rows that hold this text");
      filter.addEventListener("input", function () { sought = filter.value.trim().toLowerCase(); arrange(); });
      tools.append(filter);
    }
    var link = make("a", "k-csv", "CSV", function () {
      if (link.digicamUrl) URL.revokeObjectURL(link.digicamUrl);
      link.href = link.digicamUrl = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    });
    link.href = "#";
    link.download = data.file;
    link.title = "save these rows, numbers with every digit";
    var copy = make("button", "k-copy", "copy", function () {
      // The clipboard of the page may be out of reach inside a notebook; what is selected can always be copied.
      var area = make("textarea", "", "");
      area.value = csv();
      tools.append(area);
      area.select();
      var done = document.execCommand("copy");
      area.remove();
      copy.focus();
      copy.textContent = done ? "copied" : "not allowed here";
    });
    copy.title = "copy these rows as CSV, numbers with every digit";
    tools.append(link, copy);
    [back, next, copy].forEach(function (b) { b.type = "button"; });
    root.addEventListener("keydown", function (e) { e.stopPropagation(); });
    if (more) more.remove();
    draw();
    root.classList.add("k-live");
  }

  Array.prototype.forEach.call(document.querySelectorAll('[id="' + ID + '"]'), start);
})();
