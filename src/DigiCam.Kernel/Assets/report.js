(function () {
  "use strict";
  var button = document.getElementById("toggle-code");
  if (button) {
    var open = false;
    button.hidden = false;
    button.addEventListener("click", function () {
      open = !open;
      document.querySelectorAll("details.code").forEach(function (cell) { cell.open = open; });
      button.textContent = open ? "Hide all code" : "Show all code";
    });
  }

  // The contents mark the section being read.
  var links = Array.from(document.querySelectorAll(".toc li a"));
  var targets = links.map(function (link) { return document.getElementById(decodeURIComponent(link.hash.slice(1))); });
  function mark() {
    var here = -1;
    targets.forEach(function (target, i) {
      if (target && target.getBoundingClientRect().top < 120) here = i;
    });
    links.forEach(function (link, i) { link.classList.toggle("here", i === here); });
  }
  var waiting = false;
  window.addEventListener("scroll", function () {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () { waiting = false; mark(); });
  }, { passive: true });
  mark();
})();
