/** Whoever has not chosen a time zone yet most likely means that of their device. */
const zone = document.querySelector("[data-zone]");

if (zone.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
