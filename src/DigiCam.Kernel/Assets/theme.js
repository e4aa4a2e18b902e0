(function () {
  "use strict";
  // Outputs made for editors recognise darkness by a class of the body.
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function theme() {
    document.body.classList.toggle("vscode-dark", dark.matches);
    document.body.classList.toggle("vscode-light", !dark.matches);
  }
  theme();
  dark.addEventListener("change", theme);
})();
