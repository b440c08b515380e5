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

// The first that one can see: a row's tick for deletion is a field too.
function firstFieldOf(row) {
  return [...row.querySelectorAll("input, textarea")].find((field) => field.getClientRects().length);
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
  keepCarets(row);
  list.insertBefore(row, other ?? null);
  storePositions(row.closest("[data-rows]"));
  button.focus();
  row.scrollIntoView({ block: "nearest" });
  tellChanged(row);
}

// A frame that is moved loses its content; CKEditor sees that and writes it anew, all but the caret. Not moveBefore: it
// keeps the frame's content, CKEditor writes it anew all the same, and every mark in it is dead.
function keepCarets(row) {
  for (const editor of Object.values(window.CKEDITOR?.instances ?? {})) {
    const carets = row.contains(editor.element.$) && isThere(editor) && editor.getSelection()?.createBookmarks2(true);
    if (!carets) continue;
    editor.once("mode", () => setTimeout(() => isThere(editor) && editor.getSelection()?.selectBookmarks(carets)));
  }
}

// While its frame is written anew, an editor has a document that no window shows.
function isThere(editor) {
  return Boolean(editor.document?.$.defaultView);
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

// Enter in a heading goes on to its text, as where one writes a letter; by itself it would save the page.
function leaveHeading(event) {
  const isHeading = /(^|[-_])heading$/.test(event.target.name ?? "");
  if (event.key !== "Enter" || event.isComposing || !isHeading) return;
  event.preventDefault();
  const areas = [...document.querySelectorAll("[data-rows] textarea[data-type=ckeditortype]")];
  const next = areas.find((area) => event.target.compareDocumentPosition(area) & Node.DOCUMENT_POSITION_FOLLOWING);
  const editor = next && !next.closest(".removed") && window.CKEDITOR?.instances[next.id];
  if (editor?.status === "ready") editor.focus();
  else editor?.once("instanceReady", () => editor.focus());
}

document.addEventListener("keydown", leaveHeading);

for (const group of groups) {
  foldRemoved(group);
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("add" in button.dataset) firstFieldOf(addRow(group))?.focus();
    if ("remove" in button.dataset) toggleRemoved(button);
    if ("move" in button.dataset) move(button);
    if ("takeTheirs" in button.dataset) takeTheirs(button);
  });
}

window.profileRows = { add: (name) => addRow(document.querySelector(`[data-rows="${name}"]`)) };
