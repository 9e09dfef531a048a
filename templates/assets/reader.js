// The edition for elders (three sizes, high contrast) and reading aloud. What is chosen stays on the device.
(function (root) {
  "use strict";

  function keep(key, value) {
    try {
      if (value) localStorage.setItem(key, value);
      else localStorage.removeItem(key);
    } catch (closed) {
      // Without storage the choice lasts as long as the page.
    }
  }

  function show() {
    const elder = root.dataset.elder || "";
    document.querySelectorAll("[data-size]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.size === elder));
    });
    const contrast = document.querySelector("[data-contrast-switch]");
    if (contrast) contrast.setAttribute("aria-pressed", String(root.dataset.contrast === "high"));
  }

  function set(elder, contrast) {
    if (elder) root.dataset.elder = elder;
    else delete root.dataset.elder;
    if (contrast) root.dataset.contrast = contrast;
    else delete root.dataset.contrast;
    keep("portal-elder", elder);
    keep("portal-contrast", contrast);
    show();
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.elderSwitch === "on") {
      set("1", root.dataset.contrast);
      document.querySelector('[data-size="1"]').focus();
    } else if (button.dataset.elderSwitch === "off") {
      set("", "");
      document.querySelector('[data-elder-switch="on"]').focus();
    } else if (button.dataset.size) {
      set(button.dataset.size, root.dataset.contrast);
    } else if (button.hasAttribute("data-contrast-switch")) {
      set(root.dataset.elder, root.dataset.contrast === "high" ? "" : "high");
    } else if (button.hasAttribute("data-read")) {
      read(button);
    }
  });

  // Reading aloud, where the browser has a voice for it; elsewhere the button never shows.
  const speech = window.speechSynthesis;
  let reading = false;

  function paragraphs() {
    const found = document.querySelectorAll("article h1, article .lede, article .answers > div, article .prose > *, article section");
    return Array.from(found, function (one) {
      return one.innerText.replace(/\s+/g, " ").trim();
    }).filter(Boolean);
  }

  function stop(button) {
    reading = false;
    speech.cancel();
    button.textContent = button.dataset.read;
    button.setAttribute("aria-pressed", "false");
  }

  function read(button) {
    if (reading) {
      stop(button);
      return;
    }
    const waiting = paragraphs();
    reading = true;
    button.textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    speech.cancel();
    // One utterance for each paragraph: several browsers fall silent in the middle of a long one.
    (function next() {
      const text = waiting.shift();
      if (!reading) return;
      if (text === undefined) {
        stop(button);
        return;
      }
      const said = new SpeechSynthesisUtterance(text);
      said.lang = root.lang;
      said.rate = root.dataset.elder ? 0.85 : 1;
      said.onend = next;
      said.onerror = function () {
        if (reading) stop(button);
      };
      speech.speak(said);
    })();
  }

  function voices() {
    const language = root.lang.slice(0, 2);
    const able = speech.getVoices().some(function (voice) {
      return voice.lang.slice(0, 2) === language;
    });
    document.querySelectorAll("[data-read]").forEach(function (button) {
      button.hidden = !able;
    });
  }

  function begin() {
    show();
    if (speech && window.SpeechSynthesisUtterance) voices();
  }

  document.addEventListener("portal-fresh", begin);
  if (speech && window.SpeechSynthesisUtterance) {
    // The list of voices comes late, and in some browsers this is how one hears of it.
    if (speech.addEventListener) speech.addEventListener("voiceschanged", voices);
    window.addEventListener("pagehide", function () {
      speech.cancel();
    });
  }
  begin();
})(document.documentElement);
