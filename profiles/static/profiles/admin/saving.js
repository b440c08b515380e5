// Saving without losing one's place: Ctrl+S from wherever one writes, and afterwards the same rows in view and the
// caret where it was. The place waits in the tab's own memory while the page is away; its rows are known by their
// keys, for a save may move and number them anew.

const form = document.getElementById("profile_form");
const label = form?.querySelector("[data-unsaved-label]");
const MEMORY = `place ${location.pathname}`;

const rows = () => [...form.querySelectorAll("[data-row]:not(.removed)")];
const nameOf = (row) => row.querySelector("[name$='-key'], [name$='-topic']")?.value;
const rowNamed = (name) => name && rows().find((row) => nameOf(row) === name);
const lastPart = (field) => field.name.split("-").pop();

// --- the key ----------------------------------------------------------------------

// By its code, which is the same where "S" is not on the keyboard, as in Cyrillic.
function isSaveKey(event) {
  return event.keyCode === 83 && event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
}

function saveByKey(event) {
  if (!isSaveKey(event)) return;
  event.preventDefault(); // not the browser's "Save page as"
  event.stopImmediatePropagation();
  if (!event.repeat && !form.inert && !window.CKEDITOR?.dialog?.getCurrent()) form.requestSubmit(form.elements._continue);
}

// --- what the page remembers --------------------------------------------------------

let writingIn; // the field that had the focus last, for the mouse takes it to the button

function keepPlace() {
  const top = rows().find((row) => row.getBoundingClientRect().bottom > 0);
  const row = writingIn?.closest("[data-row]");
  const place = {
    scroll: scrollY,
    row: top && nameOf(top),
    top: top?.getBoundingClientRect().top,
    field: writingIn && { row: row && nameOf(row), name: lastPart(writingIn), caret: caretIn(writingIn) },
  };
  sessionStorage.setItem(MEMORY, JSON.stringify(place));
}

// In an editor the places of its selection in its document, and how far its frame is scrolled.
function caretIn(field) {
  const editor = window.CKEDITOR?.instances[field.id];
  if (!editor) return { from: field.selectionStart, to: field.selectionEnd };
  const frame = editor.document?.$.defaultView; // none while a moved row's is written anew
  return frame && { selected: editor.getSelection()?.createBookmarks2(true), scroll: frame.scrollY };
}

// Nothing that is typed now would be saved: keys wait until the page is back. It is let go if it stays, as when
// the network is down.
function holdStill() {
  document.activeElement.blur(); // a frame that has the focus would go on taking keys
  form.inert = true;
  setTimeout(() => (form.inert = false), 10_000);
}

// --- and goes back to ---------------------------------------------------------------

function goBack(place) {
  if (label) label.textContent = label.dataset.savedLabel;
  const field = place.field && fieldAt(place.field);
  const caret = place.field?.caret;
  const settle = () => scrollTo(scrollX, topOf(place));
  // Editors grow as they become ready; whoever moves meanwhile is left where they go.
  const watch = new ResizeObserver(settle);
  watch.observe(form);
  const stop = () => watch.disconnect();
  for (const name of ["wheel", "keydown", "pointerdown", "touchstart"]) addEventListener(name, stop, { once: true, passive: true });
  window.CKEDITOR?.on("instanceReady", ({ editor }) => {
    if (editor.element.$ === field) writeOn(editor, caret);
    if (allReady()) setTimeout(stop, 500);
  });
  writingIn = field;
  if (field && !field.matches("[data-type=ckeditortype]")) {
    field.focus({ preventScroll: true });
    field.setSelectionRange?.(caret.from, caret.to);
  }
  settle();
}

function topOf(place) {
  const row = rowNamed(place.row);
  return row ? scrollY + row.getBoundingClientRect().top - place.top : place.scroll;
}

function fieldAt({ row, name }) {
  return row ? rowNamed(row)?.querySelector(`[name$='-${name}']`) : form.elements[name];
}

function writeOn(editor, caret) {
  if (document.activeElement !== document.body) return;
  editor.focus();
  if (!caret?.selected) return;
  try {
    editor.getSelection().selectBookmarks(caret.selected);
    editor.window.$.scrollTo(0, caret.scroll);
  } catch {
    // Its text has been written otherwise, and no longer has that place.
  }
}

function allReady() {
  return Object.values(window.CKEDITOR.instances).every((editor) => editor.status === "ready");
}

if (form?.elements._continue) {
  const place = JSON.parse(sessionStorage.getItem(MEMORY));
  sessionStorage.removeItem(MEMORY);
  // A page that was not saved shows first why.
  if (place && !form.querySelector("[data-unsaved]")) goBack(place);

  document.addEventListener("keydown", saveByKey, true);
  form.addEventListener("focusin", ({ target }) => {
    if (target.matches("input:not([type=submit], [type=checkbox]), textarea, select")) writingIn = target;
  });
  window.CKEDITOR?.on("instanceReady", ({ editor }) => {
    const listen = () => editor.document.$.addEventListener("keydown", saveByKey, true);
    listen();
    editor.on("contentDom", listen);
    editor.on("focus", () => (writingIn = editor.element.$));
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "_save") keepPlace();
    holdStill();
  });
  addEventListener("pageshow", () => (form.inert = false));
}
