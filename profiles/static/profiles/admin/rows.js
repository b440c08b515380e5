// Rows of a working copy: add, take out (and put back), move.
//
// Nothing is ever renumbered and no row leaves the page: a row taken out is
// ticked for deletion and folded away, so that an editor in it keeps its name
// and its text until the page is saved.

const groups = document.querySelectorAll("[data-rows]");

function addRow(group) {
  const total = group.querySelector("[name$='-TOTAL_FORMS']");
  const markup = group.querySelector("template").innerHTML.replaceAll("__prefix__", total.value);
  const list = group.querySelector("[data-list]");
  list.insertAdjacentHTML("beforeend", markup);
  total.value = Number(total.value) + 1;
  const row = list.lastElementChild;
  const key = row.querySelector("[name$='-key']");
  if (key) key.value = newKey();
  storePositions(group);
  // Django's own event for a new row: it is what starts django-ckeditor's editors.
  row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: group.dataset.rows } }));
  tellChanged(row);
  return row;
}

// Not every page has crypto.randomUUID: browsers keep it from plain http.
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function toggleRemoved(button) {
  const row = button.closest("[data-row]");
  const tick = row.querySelector("[name$='-DELETE']");
  tick.checked = !tick.checked;
  row.classList.toggle("removed", tick.checked);
  [button.textContent, button.dataset.again] = [button.dataset.again, button.textContent];
  tellChanged(row);
}

function move(button) {
  const row = button.closest("[data-row]");
  const list = row.parentElement;
  const other = button.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling?.nextElementSibling;
  const isLast = button.dataset.move === "down" && !row.nextElementSibling;
  if (isLast || (button.dataset.move === "up" && !other)) return;
  // moveBefore keeps frames alive; where it is missing CKEditor restores its own.
  if (list.moveBefore) list.moveBefore(row, other ?? null);
  else list.insertBefore(row, other ?? null);
  storePositions(row.closest("[data-rows]"));
  button.focus();
  row.scrollIntoView({ block: "nearest" });
  tellChanged(row);
}

function storePositions(group) {
  group.querySelectorAll("[data-row]").forEach((row, place) => {
    const position = row.querySelector("[name$='-position']");
    if (position) position.value = place;
  });
}

function tellChanged(row) {
  row.dispatchEvent(new CustomEvent("rows:changed", { bubbles: true }));
}

// A row that was shown again after a refused save may be ticked for deletion already.
function foldRemoved(group) {
  for (const tick of group.querySelectorAll("[name$='-DELETE']:checked")) {
    tick.checked = false;
    toggleRemoved(tick.closest("[data-row]").querySelector("[data-remove]"));
  }
}

// What someone else stored may be taken over what was typed here.
function takeTheirs(button) {
  const theirs = button.closest("[data-theirs-of]");
  const field = document.getElementById(`id_${theirs.dataset.theirsOf}`);
  const text = theirs.querySelector("textarea").value;
  const editor = window.CKEDITOR?.instances[field.id];
  if (editor) editor.setData(text);
  else field.value = text;
  tellChanged(theirs.closest("[data-row]"));
}

for (const group of groups) {
  foldRemoved(group);
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("add" in button.dataset) addRow(group).querySelector("input:not([type=hidden]), textarea")?.focus();
    if ("remove" in button.dataset) toggleRemoved(button);
    if ("move" in button.dataset) move(button);
    if ("takeTheirs" in button.dataset) takeTheirs(button);
  });
}

window.profileRows = { add: (name) => addRow(document.querySelector(`[data-rows="${name}"]`)) };
