var packed = document.querySelector(".dc-plotly");
if (window.DigiCamPlotly || window.DigiCamPlotlyComes || !packed || !window.DecompressionStream) return;
window.DigiCamPlotlyComes = true;

var text = atob(JSON.parse(packed.textContent)), bytes = new Uint8Array(text.length);
for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text().then(function (source) {
  // The library looks for module loaders first: the shadowed names make it set the global instead. Another plotly.js
  // that was there before stays what it was; the charts of the kit use their own name for theirs.
  var script = document.createElement("script");
  script.textContent = "(function () { var other = window.Plotly, module, exports, define;\n" + source + "\nwindow.DigiCamPlotly = window.Plotly; if (other) window.Plotly = other; })();";
  document.head.appendChild(script);
  script.remove();
});
