// Sets the colours that were chosen on an earlier visit, before anything is drawn.
"use strict";
try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
    // Without storage the system's choice holds.
}
