(function () {
  "use strict";
  var ID = "__ID__";

  function start(root) {
    if (root.digicamReady) return;
    root.digicamReady = true;
    var text = root.querySelector(".k-data").textContent;
    var place = root.querySelector(".k-plotly");
    var last = "";
    place.textContent = "";

    // A colour of the theme as plotly.js understands it.
    function color(name) {
      var parts = name.split("/"), probe = document.createElement("span");
      probe.style.color = "var(" + parts[0] + ")";
      root.appendChild(probe);
      var value = getComputedStyle(probe).color;
      probe.remove();
      var n = (value.match(/-?[\d.]+(e-?\d+)?/g) || [0, 0, 0]).map(Number);
      if (value.indexOf("color(srgb") === 0) n = [255 * n[0], 255 * n[1], 255 * n[2]].concat(n.slice(3));
      return "rgba(" + [n[0], n[1], n[2]].map(Math.round).join(",") + "," + (parts[1] || (n.length > 3 ? n[3] : 1)) + ")";
    }

    // Parsed anew for every drawing, because plotly.js keeps and changes what it is given.
    function figure() {
      var known = {};
      return JSON.parse(text, function (key, value) {
        if (typeof value !== "string" || value.indexOf("--k-") !== 0) return value;
        return known[value] || (known[value] = color(value));
      });
    }

    function draw() {
      var f = figure(), colors = JSON.stringify(f.layout.font);
      if (colors === last) return;
      last = colors;
      f.layout.autosize = true;
      f.layout.font.family = getComputedStyle(root).fontFamily;
      var options = { responsive: true, displaylogo: false, showLink: false, showEditInChartStudio: false, plotlyServerURL: "", modeBarButtonsToRemove: ["sendDataToCloud", "editInChartStudio", "lasso2d", "select2d", "autoScale2d"] };
      window.DigiCamPlotly.react(place, f.data, f.layout, options).then(function () { root.classList.add("k-drawn"); });
    }

    function follow() {
      draw();
      var watch = new MutationObserver(draw);
      watch.observe(document.body, { attributes: true });
      watch.observe(document.documentElement, { attributes: true });
      if (window.matchMedia) window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
      // An output may be laid out after its script has run.
      if (window.ResizeObserver) {
        var width = place.clientWidth;
        new ResizeObserver(function () {
          if (place.clientWidth && place.clientWidth !== width) { width = place.clientWidth; window.DigiCamPlotly.Plots.resize(place); }
        }).observe(root);
      }
    }

    // The library comes with the output of the setup cell, which may run later than this.
    var tries = 0;
    (function wait() {
      if (window.DigiCamPlotly) follow();
      else if (tries++ < 600) setTimeout(wait, 100);
    })();
  }

  Array.prototype.forEach.call(document.querySelectorAll('[id="' + ID + '"]'), start);
})();
