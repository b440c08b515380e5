// Asks before unsaved text is left behind, and only then.

const form = document.getElementById("profile_form");
const label = form?.querySelector("[data-unsaved-label]");
let changed = Boolean(form?.querySelector("[data-unsaved]"));
let leaving = false;

function noteChange() {
  changed = true;
  if (label) label.textContent = label.dataset.unsavedLabel;
}

function editorsChanged() {
  return Object.values(window.CKEDITOR?.instances ?? {}).some((editor) => editor.checkDirty());
}

if (label) {
  if (changed) noteChange();
  form.addEventListener("input", noteChange);
  form.addEventListener("rows:changed", noteChange);
  form.addEventListener("submit", () => (leaving = true));
  for (const link of document.querySelectorAll("[data-leave]")) link.addEventListener("click", () => (leaving = true));
  window.addEventListener("DOMContentLoaded", () => {
    window.CKEDITOR?.on("instanceReady", ({ editor }) => {
      editor.on("change", () => editor.checkDirty() && noteChange());
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (changed || editorsChanged())) event.preventDefault();
  });
}
