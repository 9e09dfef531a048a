// What one has ready can be ticked off; it is kept on this device alone, page by page, and printed as it stands.
(function () {
  "use strict";

  function begin() {
    const items = document.querySelectorAll(".boxes > li, .checklist tbody th");
    if (!items.length) return;
    const key = "portal-ready:" + location.pathname;
    let ready;
    try {
      ready = new Set(JSON.parse(localStorage.getItem(key)) || []);
    } catch (closed) {
      // No storage, or something else in it: the list begins anew.
      ready = new Set();
    }

    const all = [];
    const status = document.createElement("p");
    const said = document.createElement("span");
    const clear = document.createElement("button");
    status.className = "ready";
    said.setAttribute("role", "status");
    clear.type = "button";
    clear.className = "pill-button";
    clear.textContent = "全部重来";
    status.append(said, clear);

    function show(save) {
      const count = all.filter(function (box) {
        return box.checked;
      }).length;
      said.textContent = count < all.length ? "已备好 " + count + " / " + all.length + " 样" : "都备好了，共 " + count + " 样";
      clear.hidden = count === 0;
      if (!save) return;
      try {
        if (ready.size) localStorage.setItem(key, JSON.stringify(Array.from(ready)));
        else localStorage.removeItem(key);
      } catch (closed) {
        // Then the ticks last as long as the page.
      }
    }

    items.forEach(function (item) {
      // Of a row of the table its name alone, without the marks behind it.
      const name = (item.tagName === "TH" ? item.firstChild : item).textContent.trim();
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = ready.has(name);
      box.setAttribute("aria-label", name + "，已备好");
      box.addEventListener("change", function () {
        // The same paper may be wanted in several situations: it is ready for all of them.
        all.forEach(function (other) {
          if (other.getAttribute("aria-label") === box.getAttribute("aria-label")) other.checked = box.checked;
        });
        if (box.checked) ready.add(name);
        else ready.delete(name);
        show(true);
      });
      all.push(box);
      item.classList.add("tickable");
      item.prepend(box);
    });

    clear.addEventListener("click", function () {
      ready.clear();
      all.forEach(function (box) {
        box.checked = false;
      });
      show(true);
      all[0].focus();
    });
    const first = items[0].closest("section");
    first.querySelector("h2").after(status);
    show(false);
  }

  document.addEventListener("portal-fresh", begin);
  begin();
})();
