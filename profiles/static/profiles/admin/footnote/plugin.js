// Footnotes for CKEditor 4: a mark in the text, a note in the page's list of notes.
//
// A mark is <sup data-footnote="KEY">[7]</sup>. Its key is its identity; the
// number is written by notes.js, which looks over all editors of the page and
// offers the notes here as `window.footnoteBook`. A mark may be cut, pasted, undone
// and deleted like a letter, and one writes on behind it; its note stays in the
// list whatever happens to it.

(function () {
  "use strict";

  var NOTE_KEY = CKEDITOR.CTRL + CKEDITOR.ALT + 70; // F, as in Word
  var KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  // By default an empty sup is dropped on load, and with it the mark.
  CKEDITOR.dtd.$removeEmpty.sup = 0;

  CKEDITOR.addCss(
    ".cke_widget_footnote > sup { color: #0b57a4; font-weight: 600; padding: 0 .1em; cursor: pointer; }" +
      ".cke_widget_footnote.unknown > sup { color: #fff; background: #b00020; }",
  );

  CKEDITOR.plugins.add("footnote", {
    requires: "widget,dialog",

    init: function (editor) {
      var words = editor.config.footnote;
      var icon = this.path + "icon.svg";

      editor.widgets.add("footnote", {
        inline: true,
        draggable: false, // dragged by its handle a mark stays where it is and takes the next keys with it
        dialog: "footnote",
        template: '<sup data-footnote="">[?]</sup>',
        allowedContent: "sup[data-footnote]",
        requiredContent: "sup[data-footnote]",
        pathName: words.title,
        upcast: function (element) {
          return element.name === "sup" && KEY.test(element.attributes["data-footnote"] || "");
        },
        downcast: function (element) {
          element.attributes = { "data-footnote": this.data.key };
          return element;
        },
        init: function () {
          this.setData("key", this.element.data("footnote") || "");
        },
        data: function () {
          this.element.data("footnote", this.data.key);
        },
      });

      editor.ui.addButton("Footnote", { label: words.button + " (Ctrl+Alt+F)", command: "footnote", toolbar: "links", icon: icon });
      CKEDITOR.dialog.add("footnote", dialog);
      writeOnBehindMarks(editor);
    },
  });

  // --- the caret ---------------------------------------------------------------

  // A mark that has the focus takes no keys, and what is put in place of it would lose its note.
  function writeOnBehindMarks(editor) {
    // Before CKEditor's own listener for widgets, which cancels every key.
    editor.on("key", pressed, null, null, 0);
    ["insertHtml", "insertText", "insertElement"].forEach(function (name) {
      editor.on(name, goBehindMark, null, null, 1);
    });
    editor.on("afterPaste", goBehindMark); // in Firefox a mark at the end of what was pasted takes the focus
    editor.on("dialogAccepted", function (event) {
      if (event.data.getName() === "footnote") goBehindMark(event);
    });
    editor.on("beforeCommandExec", function (event) {
      if (event.data.name === "footnote" && !focusedMark(editor)) goBehindWords(editor);
    });
  }

  function pressed(event) {
    var key = event.data.domEvent.$;
    var editor = event.editor;
    if (prints(key) && focusedMark(editor)) {
      goBehindMark(event);
      editor.undoManager.update(); // or undo would bring back the focus, and typing a paragraph
      event.stop();
    } else if (event.data.keyCode === NOTE_KEY && !isAltGr(key)) {
      event.cancel();
      editor.execCommand("footnote");
    }
  }

  // 229: an input method takes the key and will print something of its own.
  function prints(key) {
    if (key.keyCode === 229 || key.key === "Dead") return true;
    if (key.key.length !== 1) return false;
    return isAltGr(key) || !(key.ctrlKey || key.metaKey || (key.altKey && !CKEDITOR.env.mac));
  }

  // Windows sends AltGr as Control and Alt: AltGr+F is a letter in Hungary, and not the key for a note.
  function isAltGr(key) {
    return key.key.length === 1 && key.getModifierState("AltGraph");
  }

  function focusedMark(editor) {
    var widget = editor.widgets.focused;
    return widget && widget.name === "footnote" ? widget : null;
  }

  function goBehindMark(event) {
    var mark = focusedMark(event.editor);
    if (!mark) return;
    var range = event.editor.createRange();
    var next = mark.wrapper.getNext();
    if (next && next.type === CKEDITOR.NODE_TEXT && next.getText()) range.setStart(next, 0);
    else range.setStartAfter(mark.wrapper);
    range.collapse(true);
    range.select();
  }

  // A new mark replaces nothing: it goes behind the words that are selected, and not into the end of a link.
  function goBehindWords(editor) {
    var selected = editor.getSelection().getRanges().pop();
    if (!selected) return;
    var range = endOfWords(editor, selected) || selected;
    range.collapse(false);
    var link = range.startContainer.getAscendant("a", true);
    if (link && range.checkBoundaryOfElement(link, CKEDITOR.END)) range.setStartAfter(link);
    range.collapse(true);
    range.select();
  }

  // A double click selects the space after a word too, a triple one reaches into the next paragraph, cells are selected from without.
  function endOfWords(editor, selected) {
    if (selected.collapsed) return null;
    var within = editor.document.$.createRange();
    within.setStart(selected.startContainer.$, selected.startOffset);
    within.setEnd(selected.endContainer.$, selected.endOffset);
    var nodes = editor.document.$.createTreeWalker(editor.editable().$, NodeFilter.SHOW_TEXT);
    var range = null;
    while (nodes.nextNode()) {
      var node = nodes.currentNode;
      if (!within.intersectsNode(node)) continue;
      var from = node === within.startContainer ? within.startOffset : 0;
      var to = node === within.endContainer ? within.endOffset : node.length;
      var length = node.data.slice(from, to).replace(/[\s\u200b]+$/, "").length;
      if (length) range = behind(editor, new CKEDITOR.dom.text(node), from + length);
    }
    return range;
  }

  function behind(editor, text, offset) {
    var mark = editor.widgets.getByElement(text.getParent());
    var range = editor.createRange();
    if (mark) range.setStartAfter(mark.wrapper);
    else range.setStart(text, offset);
    range.collapse(true);
    return range;
  }

  // --- the dialog --------------------------------------------------------------

  function dialog(editor) {
    var words = editor.config.footnote;

    // What was chosen stays chosen while it is among what is found.
    function fill(select, wanted) {
      var sought = wanted.toLowerCase();
      var chosen = select.getValue();
      select.clear();
      select.add(words.new, "");
      window.footnoteBook.all().forEach(function (note) {
        var text = plain(note.text);
        var name = (note.number === "–" ? "(" + words.unused + ")" : note.number) + " " + text.slice(0, 70);
        if ((name + text).toLowerCase().indexOf(sought) >= 0) select.add(name, note.key);
      });
      var isThere = Array.from(select.getInputElement().$.options).some(function (option) {
        return option.value === chosen;
      });
      select.setValue(isThere ? chosen : "");
    }

    return {
      title: words.title,
      minWidth: Math.min(480, window.innerWidth - 60),
      minHeight: 200,
      resizable: CKEDITOR.DIALOG_RESIZE_NONE,
      contents: [
        {
          id: "note",
          elements: [
            {
              type: "text",
              id: "find",
              label: words.find,
              onKeyup: function () {
                fill(this.getDialog().getContentElement("note", "key"), this.getValue());
              },
            },
            {
              type: "select",
              id: "key",
              label: words.choose,
              size: 6,
              items: [[words.new, ""]],
              inputStyle: "width: 100%; height: 9em; overflow: auto",
              setup: function () {
                fill(this, "");
                this.setValue("");
              },
              // Words that were typed for a new note come back with "New note".
              onChange: function () {
                var text = this.getDialog().getContentElement("note", "text");
                var chosen = this.getValue();
                if (text.isEnabled()) text.typed = text.getValue();
                text.setValue(chosen ? window.footnoteBook.text(chosen) : text.typed);
                text[chosen ? "disable" : "enable"]();
              },
              commit: function (widget) {
                var area = this.getDialog().getContentElement("note", "text");
                var key = widget.data.key;
                if (key) window.footnoteBook.write(key, area.getValue());
                else widget.setData("key", this.getValue() || window.footnoteBook.add(area.getValue()));
              },
            },
            {
              type: "textarea",
              id: "text",
              label: words.text,
              rows: 5,
              setup: function (widget) {
                this.enable();
                this.setValue(widget.data.key ? window.footnoteBook.text(widget.data.key) || "" : "");
                this.typed = this.getValue();
              },
              validate: function () {
                return this.getValue().trim() ? true : words.empty;
              },
            },
          ],
        },
      ],
      onLoad: function () {
        this.getElement().on("keydown", entered, this);
      },
      // A mark that stands already is opened to write its note; choosing is for new ones.
      onShow: function () {
        var isNew = !(this.getModel && this.getModel(editor) && this.getModel(editor).data.key);
        ["find", "key"].forEach(function (name) {
          var row = this.getContentElement("note", name).getElement().getAscendant("tr");
          row[isNew ? "show" : "hide"]();
        }, this);
        this.getContentElement("note", "find").setValue("");
      },
      onFocus: function () {
        this.getContentElement("note", "text").focus();
      },
    };
  }

  // Ctrl+Enter is OK wherever one is; Enter in the list picks what is chosen there, a new note by going to its text.
  function entered(event) {
    var pressed = event.data.$;
    var isInList = event.data.getTarget().getName() === "select";
    if (pressed.key !== "Enter" || pressed.isComposing || !(isInList || pressed.ctrlKey || pressed.metaKey)) return;
    event.data.preventDefault(true);
    if (isInList && !this.getValueOf("note", "key")) this.getContentElement("note", "text").focus();
    else this.click("ok");
  }

  function plain(html) {
    return new DOMParser().parseFromString(html, "text/html").body.textContent.replace(/\s+/g, " ").trim();
  }
})();
