// What is pasted from elsewhere: what its author sees as text, in the forms that are stored.
//
// Two looks at it. The first comes before CKEditor's filters for Word, Docs and LibreOffice, which turn all
// they find into text: what nobody meant as text is taken out, and told. The second comes after them and before
// the filter of what an editor may hold, which knows nothing of the forms that saving would have given the rest.

// Neither runs or loads anything. A page has a head, which Word's filter reads; a piece of one keeps its spaces and lone cells.
const pageOf = (html) => new DOMParser().parseFromString(html, "text/html").documentElement;
const pieceOf = (html) => Object.assign(document.createElement("template"), { innerHTML: html });

const isFromElsewhere = ({ data, editor }) => data.dataTransfer.getTransferType(editor) === CKEDITOR.DATA_TRANSFER_EXTERNAL;
const links = (root) => [...root.querySelectorAll("a[href]")];
const hrefOf = (link) => link.getAttribute("href");
const has = (node, style) => style.test(node.getAttribute("style") ?? "");

// --- what was not meant as text -------------------------------------------------

// Tracked changes, hidden words and comments as Word marks them, and pictures, which have no place here.
const UNSEEN = {
  deleted: (node) => node.matches("del, .msoDel") || has(node, /mso-hide:\s*all/i),
  comments: (node) =>
    node.matches(".MsoCommentReference, .MsoCommentText, .msocomanchor, .msocomtxt, .msocomoff") ||
    has(node, /mso-(element|special-character):\s*comment/i),
  pictures: (node) => node.matches("img:not([class^='cke_']), svg"),
};
// Marks on this site's own pages lead to "#n-9", and the notes there back to "#nr-9".
const OWN_MARK = /#n-(\d+)$/;
const OWN_WAY_BACK = /#nr-\d+[a-z]*$/;

function takeOutUnseen(event) {
  if (!isFromElsewhere(event)) return;
  const { dataTransfer: transfer, dataValue } = event.data;
  const page = pageOf(transfer.getData("text/html", true) || dataValue);
  const found = unseenIn(page);
  if (!Object.values(found).some(Boolean)) return;
  // Some of CKEditor's filters read the clipboard itself, others what has been made of it by now.
  const getData = transfer.getData;
  transfer.getData = (type, ...rest) => (type === "text/html" ? page.outerHTML : getData.call(transfer, type, ...rest));
  const piece = pieceOf(dataValue);
  unseenIn(piece.content);
  event.data.dataValue = piece.innerHTML;
  tell(event.editor, found);
}

// Takes it out of the page, and counts what was seen of it elsewhere.
function unseenIn(page) {
  const found = { deleted: 0, comments: commentsIn(page), pictures: 0, marks: ownMarksIn(page), waysBack: waysBackIn(page) };
  for (const node of page.querySelectorAll("*")) {
    const kind = page.contains(node) && Object.keys(UNSEEN).find((name) => UNSEEN[name](node));
    if (!kind) continue;
    if (kind === "pictures" || (kind === "deleted" && node.textContent.trim())) found[kind] += 1;
    node.remove();
  }
  return found;
}

// A comment stands at its anchor and in a list; either may be missing from what was copied.
function commentsIn(page) {
  const written = [...page.querySelectorAll("[style]")].filter((node) => has(node, /mso-element:\s*comment(?!-list)/i));
  return Math.max(page.querySelectorAll(".msocomanchor").length, written.length);
}

// Their notes stay behind: a mark that would lead to another page, or into the admin, becomes the number it showed.
function ownMarksIn(page) {
  let count = 0;
  for (const link of links(page)) {
    const mark = OWN_MARK.exec(hrefOf(link));
    if (!mark || !link.closest("sup")) continue;
    link.closest("sup").replaceWith(`[${mark[1]}]`);
    count += 1;
  }
  return count;
}

function waysBackIn(page) {
  const ways = links(page).filter((link) => OWN_WAY_BACK.test(hrefOf(link)));
  for (const link of ways) (link.closest(".back") ?? link).remove();
  return ways.length;
}

function tell(editor, found) {
  const words = editor.config.pasting;
  const counted = (kind) => words[kind][found[kind] === 1 ? 0 : 1].replace("{n}", found[kind]);
  const leftOut = ["deleted", "comments", "pictures"].filter((kind) => found[kind]).map(counted);
  const lines = leftOut.length ? [words.leftOut.replace("{what}", leftOut.join(", "))] : [];
  if (found.marks) lines.push(counted("marks"));
  if (lines.length) editor.showNotification(lines.join("<br>"), "info", 20_000);
}

// --- the forms that are stored --------------------------------------------------

const LABELS = {
  "lower-alpha": "a",
  "lower-latin": "a",
  "lower-roman": "i",
  "upper-alpha": "A",
  "upper-latin": "A",
  "upper-roman": "I",
};

function writeInOurForms(event) {
  if (!isFromElsewhere(event)) return;
  const piece = pieceOf(event.data.dataValue);
  rename(piece.content, event.editor.config.pasting.forms);
  for (const list of piece.content.querySelectorAll("ol")) labelItems(list);
  if (window.footnoteBook) writeNotes(piece.content);
  event.data.dataValue = piece.innerHTML;
}

// A heading of any level stays one, as it would on saving.
function rename(piece, forms) {
  for (const [name, form] of Object.entries(forms)) {
    for (const node of piece.querySelectorAll(name)) {
      const written = document.createElement(form);
      written.append(...node.childNodes);
      node.replaceWith(written);
    }
  }
}

// "(a)" or "iv." is what another text cites: it is kept where the list says it by a style, or at its first item.
function labelItems(list) {
  const first = list.querySelector(":scope > li");
  const type = LABELS[list.style.listStyleType] ?? LABELS[first?.style.listStyleType];
  if (type) list.type = type;
  if (first?.value && !list.hasAttribute("start")) list.start = first.value;
}

// --- notes, which come with their marks -----------------------------------------

// Word, LibreOffice, each with end notes too. A note links back to its mark: by "#_ftnref1", "#sdfootnote1anc".
const PASTED_MARK = /#_?(ftn|edn|sdfootnote|sdendnote)(\d+)(?:sym)?$/;
const PASTED_NOTE = /#_?(ftn|edn)ref(\d+)$|#(sdfootnote|sdendnote)(\d+)anc$/;

// Notes pasted with a text become notes of this profile, and their links marks.
function writeNotes(piece) {
  const keys = {};
  for (const link of links(piece)) {
    const id = PASTED_NOTE.exec(hrefOf(link))?.slice(1).join("");
    const block = id && link.closest("div[id], p, li");
    if (!block) continue;
    link.remove();
    keys[id] = window.footnoteBook.add(inlineHtml(block).trim());
    block.remove();
  }
  for (const link of links(piece)) {
    const key = keys[PASTED_MARK.exec(hrefOf(link))?.slice(1).join("")];
    if (!key) continue;
    const isAlone = link.parentElement?.tagName === "SUP" && link.parentElement.textContent === link.textContent;
    const sup = document.createElement("sup");
    sup.dataset.footnote = key;
    sup.textContent = "[?]";
    (isAlone ? link.parentElement : link).replaceWith(sup);
  }
}

// What a note may hold; the rest of a word processor's mark-up is left behind.
const NOTE_TAGS = { I: "em", EM: "em", B: "strong", STRONG: "strong", SUB: "sub", SUP: "sup" };

function inlineHtml(node) {
  if (node.nodeType === Node.TEXT_NODE) return CKEDITOR.tools.htmlEncode(node.nodeValue.replace(/\s+/g, " "));
  const inside = [...node.childNodes].map(inlineHtml).join("");
  const name = NOTE_TAGS[node.nodeName];
  if (name) return `<${name}>${inside}</${name}>`;
  if (node.nodeName === "A" && /^(https?|mailto):/i.test(hrefOf(node) ?? "")) {
    return `<a href="${CKEDITOR.tools.htmlEncodeAttr(hrefOf(node))}">${inside}</a>`;
  }
  return node.nodeName === "P" ? `${inside} ` : inside;
}

window.CKEDITOR?.on("instanceCreated", ({ editor }) => {
  editor.on("paste", takeOutUnseen, null, null, 0);
  editor.on("paste", writeInOurForms, null, null, 5);
});
