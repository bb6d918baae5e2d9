// SPDX-License-Identifier: Apache-2.0
// Sets theme and language before the first paint, so that nobody sees a white flash in the dark.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('hinomi.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    // What was chosen in this browser, else what the instance speaks, else what the browser asks for.
    var locale = localStorage.getItem('hinomi.locale') || root.dataset.locale || navigator.language || 'en';
    root.lang = locale.slice(0, 2) === 'ja' ? 'ja' : 'en';
  } catch (_) {
    root.lang = 'en';
  }
})();
