// Runs before the first paint: what a reader chose on this device is in force at once, and nothing flashes.
(function (root) {
  "use strict";
  root.classList.add("js");
  try {
    const size = localStorage.getItem("portal-elder");
    if (/^[123]$/.test(size)) root.dataset.elder = size;
    if (localStorage.getItem("portal-contrast") === "high") root.dataset.contrast = "high";
  } catch (closed) {
    // Some browsers give a page no storage; then each page begins as it is.
  }
})(document.documentElement);
