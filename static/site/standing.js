/** The page's root element says how the execution stands; the live view learns it first. */
const live = document.querySelector("[data-live]");

function mirror() {
  document.documentElement.dataset.executionStatus = live.dataset.executionStatus;
}

if (live) new MutationObserver(mirror).observe(live, { attributeFilter: ["data-execution-status"] });
