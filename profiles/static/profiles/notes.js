/* Opens a note where it is cited. Without this script a number is a link to the list of notes, and it stays one:
   modifier keys, the middle button and "copy address" do what they do with any link.

   The frame is an element of the page (a <template> beside the notes), so its words are translated there.
   A popover of the kind "auto" brings the top layer, Esc and closing by a click outside; naming it, moving the
   focus there and back, and staying near the number are done here. */

const frame = document.getElementById("note-frame").content.firstElementChild;
const toList = frame.querySelector(".note-ways a");
const GAP = 24; // between the text and a note beside it, in pixels
const NARROWEST = 260; // what a note beside the text needs, and the most it takes
const WIDEST = 400;

let mark = null; // the number whose note is open
let pressed = null; // the number whose note was open when the pointer went down: that alone may have closed it

const watcher = new IntersectionObserver(([seen]) => {
  if (!seen.isIntersecting) frame.hidePopover();
});

function open(link) {
  fill(link.hash.slice(1));
  insertAfterBlockOf(link);
  mark = link;
  mark.setAttribute("aria-expanded", "true");
  frame.showPopover({ source: link });
  place();
  frame.focus({ preventScroll: true });
  watcher.observe(link);
}

/** A copy of the note; what it must not copy are the ids. */
function fill(id) {
  const text = document.getElementById(id).querySelector(".nt").cloneNode(true);
  text.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  frame.querySelector(".note-text").replaceChildren(text);
  frame.querySelector(".note-number").textContent = id.slice("n-".length);
  frame.scrollTop = 0;
  toList.href = `#${id}`;
}

/** Who reads on from the note, by key or by ear, goes on where the text goes on. */
function insertAfterBlockOf(link) {
  const block = link.closest("p, h3, h4, li, th, td, caption");
  if (block.matches("p, h3, h4")) block.after(frame);
  else block.append(frame);
}

/** Beside the text where there is room, else at the foot of the screen with the number in sight above. */
function place() {
  if (!mark) return;
  const screen = document.documentElement;
  const column = mark.closest(".article").getBoundingClientRect();
  const before = screen.dir === "rtl" ? screen.clientWidth - column.left : column.right;
  const room = screen.clientWidth - before - 2 * GAP;
  const isBeside = room >= NARROWEST;
  frame.classList.toggle("is-beside", isBeside);
  frame.style.inlineSize = isBeside ? `${Math.min(room, WIDEST)}px` : "";
  frame.style.insetInlineStart = isBeside ? `${before + GAP}px` : "";
  frame.style.insetBlockStart = "";
  const number = mark.getBoundingClientRect();
  if (isBeside) {
    const lowest = screen.clientHeight - frame.offsetHeight - GAP;
    frame.style.insetBlockStart = `${window.scrollY + Math.max(GAP, Math.min(number.top - GAP, lowest))}px`;
  } else {
    const covered = number.bottom + GAP - frame.getBoundingClientRect().top;
    if (covered > 0) window.scrollBy(0, covered);
  }
}

/** However it closes: the number says so, and has the focus again unless the reader has put it elsewhere. */
function closing() {
  const left = mark;
  mark = null;
  watcher.disconnect();
  left.setAttribute("aria-expanded", "false");
  queueMicrotask(() => {
    const focused = document.activeElement;
    if (focused === document.body || frame.contains(focused)) left.focus({ preventScroll: true });
  });
}

function clicked(event) {
  const link = event.target.closest("a[role=doc-noteref]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const wasOpen = event.detail ? pressed : mark; // no pointer goes down for a key
  if (mark) frame.hidePopover();
  if (wasOpen !== link) open(link);
}

/** In the list, the way back to the very place the reader comes from is marked. */
function goToList() {
  const back = document.querySelector(`[role=doc-backlink][href="#${mark.id}"]`);
  document.querySelectorAll(".came-from").forEach((element) => element.classList.remove("came-from"));
  back.classList.add("came-from");
  frame.hidePopover();
}

if ("popover" in HTMLElement.prototype) {
  document.addEventListener("pointerdown", () => (pressed = mark), true);
  document.addEventListener("click", clicked);
  window.addEventListener("resize", place);
  toList.addEventListener("click", goToList);
  frame.querySelector("button").addEventListener("click", () => frame.hidePopover());
  frame.addEventListener("beforetoggle", (event) => {
    if (event.newState === "closed") closing();
  });
}
