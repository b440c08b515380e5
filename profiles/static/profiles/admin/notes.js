// Notes and their markers, over all editors of the page: what is cited where,
// and which number it has. The server computes the same again when it saves.

const notes = document.querySelector("[data-rows='footnotes']");
const MARKER = /<sup data-footnote="([0-9a-f-]{36})"/g;

const rows = () => [...notes.querySelectorAll("[data-row]:not(.removed)")];
const keyOf = (row) => row.querySelector("[name$='-key']").value;
const textOf = (row) => row.querySelector("textarea");
const rowOf = (key) => rows().find((row) => keyOf(row) === key);

// Texts that may carry markers, in the order in which markers are numbered.
function texts() {
  const areas = document.querySelectorAll("[data-rows='facts'] textarea[name], [data-rows='sections'] textarea[name]");
  return [...areas].filter((area) => !area.closest(".removed"));
}

function editorOf(area) {
  const editor = window.CKEDITOR?.instances[area.id];
  return editor?.mode === "wysiwyg" && editor.editable() ? editor : null;
}

function markersIn(editor) {
  return editor.editable().find("sup[data-footnote]").toArray();
}

// An editor that is not ready yet still has its text in its text area.
function keysIn(area) {
  const editor = editorOf(area);
  if (editor) return markersIn(editor).map((sup) => sup.data("footnote"));
  return [...area.value.matchAll(MARKER)].map((found) => found[1]);
}

function placeOf(area) {
  const row = area.closest("[data-row]");
  return row.querySelector("[name$='-heading']")?.value || row.dataset.place;
}

function renumber() {
  const known = new Set(rows().map(keyOf));
  const numbers = new Map();
  const uses = new Map();
  for (const area of texts()) {
    for (const key of keysIn(area)) {
      if (!known.has(key)) continue;
      if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
      uses.set(key, [...(uses.get(key) ?? []), area]);
    }
  }
  for (const area of texts()) {
    label(editorOf(area), numbers);
    flag(editorOf(area), numbers);
  }
  for (const row of rows()) describe(row, numbers.get(keyOf(row)), uses.get(keyOf(row)) ?? []);
}

// Numbers are no edit of anybody's: they neither fill the undo list nor make a page unsaved.
function label(editor, numbers) {
  if (!editor) return;
  const wrong = markersIn(editor).filter((sup) => sup.getText() !== labelFor(sup, numbers));
  if (!wrong.length) return;
  const wasClean = !editor.checkDirty();
  editor.fire("lockSnapshot");
  for (const sup of wrong) sup.setText(labelFor(sup, numbers));
  editor.fire("unlockSnapshot");
  if (wasClean) editor.resetDirty();
}

// The frame around a marker is CKEditor's and never saved; it shows a marker that has no note.
function flag(editor, numbers) {
  for (const sup of editor ? markersIn(editor) : []) {
    sup.getParent().$.classList.toggle("unknown", !numbers.has(sup.data("footnote")));
  }
}

function labelFor(sup, numbers) {
  return `[${numbers.get(sup.data("footnote")) ?? "?"}]`;
}

function describe(row, number, areas) {
  row.classList.toggle("unused", !number);
  row.querySelector("[data-number]").textContent = number ? `[${number}]` : "–";
  const places = [...new Set(areas)].map((area) => {
    const times = areas.filter((other) => other === area).length;
    return { area, name: times > 1 ? `${placeOf(area)} ×${times}` : placeOf(area) };
  });
  const shown = row.querySelector("[data-uses]");
  if (shown.textContent === places.map((place) => place.name).join("")) return;
  shown.replaceChildren(...places.map(({ area, name }) => linkTo(area, keyOf(row), name)));
}

function linkTo(area, key, name) {
  const link = document.createElement("button");
  link.type = "button";
  link.className = "use";
  link.textContent = name;
  link.addEventListener("click", () => show(area, key));
  return link;
}

function show(area, key) {
  const editor = editorOf(area);
  const sup = editor && markersIn(editor).find((found) => found.data("footnote") === key);
  if (!sup) return;
  editor.focus();
  editor.widgets.getByElement(sup)?.focus();
  editor.container.$.scrollIntoView({ block: "center" });
}

// What the footnote plugin asks for.
const book = {
  all() {
    return rows()
      .map((row) => ({ key: keyOf(row), text: textOf(row).value, number: row.querySelector("[data-number]").textContent }))
      .filter((note) => note.key);
  },
  text: (key) => (rowOf(key) ? textOf(rowOf(key)).value : null),
  add(text) {
    const row = window.profileRows.add("footnotes");
    textOf(row).value = text;
    return keyOf(row);
  },
  // A key from elsewhere, such as a marker pasted from another profile, may be given a note here.
  write(key, text) {
    const row = rowOf(key) ?? window.profileRows.add("footnotes");
    row.querySelector("[name$='-key']").value = key;
    textOf(row).value = text;
    row.dispatchEvent(new CustomEvent("rows:changed", { bubbles: true }));
  },
};

let waiting;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(renumber, 30);
}

if (notes) {
  window.footnoteBook = book;
  window.addEventListener("DOMContentLoaded", () => {
    window.CKEDITOR?.on("instanceReady", ({ editor }) => {
      editor.on("change", soon);
      editor.on("contentDom", soon);
      soon();
    });
  });
  document.addEventListener("rows:changed", soon);
  document.addEventListener("input", (event) => event.target.name?.endsWith("-heading") && soon());
  renumber();
}
