"use strict";
// Comfort only: the page says everything without it.
(function () {
  var titles = document.title.split(" | ");
  function follow() {
    var id = decodeURIComponent(location.hash.slice(1));
    var english = /^en(-|$)/.test(id);
    document.documentElement.lang = english ? "en" : "fr";
    document.title = titles[english ? 1 : 0] || titles[0];
    var target = id && document.getElementById(id);
    for (var node = target; node; node = node.parentElement) {
      if (node.localName === "details") { node.open = true; }
    }
  }
  addEventListener("hashchange", follow);
  follow();
  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details.theme:not([open]), details.fold:not([open])"));
    closed.forEach(function (one) { one.open = true; });
  });
  addEventListener("afterprint", function () { closed.forEach(function (one) { one.open = false; }); });
})();
