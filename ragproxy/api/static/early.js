// Before the first paint: the theme and the language that were chosen on any of the pages, or else the browser's.
(function () {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("ragproxy.settings")) || {};
  } catch {
    // no storage, or not ours: the browser's own preferences will do
  }
  const root = document.documentElement;
  if (kept.theme === "light" || kept.theme === "dark") root.dataset.theme = kept.theme;
  const liked = kept.language || (navigator.languages || []).map((tag) => tag.slice(0, 2)).find((tag) => tag === "en" || tag === "fr");
  root.lang = liked === "fr" ? "fr" : "en";
})();
