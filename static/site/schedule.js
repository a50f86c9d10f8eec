/** The schedule's form: a preset writes its expression as if somebody had typed it. */
const field = document.getElementById("id_cron");

document.addEventListener("click", ({ target }) => {
  const preset = target.closest("[data-cron]");
  if (!preset) return;
  field.value = preset.dataset.cron;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
