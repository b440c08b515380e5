// Wherever an editor stands: what the next key does after a dialog, and what of CKEditor's own is never stored.

// CKEditor holds a caret between two elements by seven of these, and may leave them there.
// Only the run of seven: single ones part words in Khmer, Lao and Thai.
const FILLING = /\u200b{7}/g;

function watch(editor) {
  editor.on("getData", (event) => {
    event.data.dataValue = event.data.dataValue.replace(FILLING, "");
  });
  editor.on("dialogHide", ({ data: dialog }) => {
    if (!accepted.delete(dialog)) return;
    if (dialog.getName() === "link") goBehindLink(editor);
    editor.fire("dialogAccepted", dialog);
  });
}

// Dialogs that OK closes; one that is cancelled leaves the selection as it was.
const accepted = new WeakSet();

// The words of a link stay selected after OK, and the next key would replace them.
function goBehindLink(editor) {
  const range = editor.getSelection().getRanges().pop();
  if (!range) return;
  const link = range.endContainer.getAscendant("a", true);
  if (link) range.setEndAfter(link);
  range.collapse(false);
  range.select();
}

window.CKEDITOR?.on("instanceCreated", ({ editor }) => watch(editor));
window.CKEDITOR?.on("dialogDefinition", ({ data }) => {
  data.dialog.on("ok", () => accepted.add(data.dialog), null, null, 100);
});
