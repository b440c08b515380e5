// Footnotes for CKEditor 4: a mark in the text, a note in the page's list of notes.
//
// A mark is <sup data-footnote="KEY">[7]</sup>. Its key is its identity; the
// number is written by notes.js, which looks over all editors of the page and
// offers the notes here as `window.footnoteBook`. A mark may be cut, pasted, undone
// and deleted like a letter; its note stays in the list whatever happens to it.

(function () {
  "use strict";

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
      editor.setKeystroke(CKEDITOR.CTRL + CKEDITOR.ALT + 70, "footnote");
      CKEDITOR.dialog.add("footnote", dialog);
    },
  });

  function dialog(editor) {
    var words = editor.config.footnote;

    function fill(select, wanted) {
      var sought = wanted.toLowerCase();
      select.clear();
      select.add(words.new, "");
      window.footnoteBook.all().forEach(function (note) {
        var text = plain(note.text);
        var name = (note.number === "–" ? "(" + words.unused + ")" : note.number) + " " + text.slice(0, 70);
        if ((name + text).toLowerCase().indexOf(sought) >= 0) select.add(name, note.key);
      });
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
              onChange: function () {
                var text = this.getDialog().getContentElement("note", "text");
                var chosen = this.getValue();
                text.setValue(chosen ? window.footnoteBook.text(chosen) : "");
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
              },
              validate: function () {
                return this.getValue().trim() ? true : words.empty;
              },
            },
          ],
        },
      ],
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

  function plain(html) {
    return new DOMParser().parseFromString(html, "text/html").body.textContent.replace(/\s+/g, " ").trim();
  }
})();
