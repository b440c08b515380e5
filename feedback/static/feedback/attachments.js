// Makes choosing files easier; without it all fields are there and the server says what is wrong.
// One free field is shown at a time, a chosen file can be removed, and a file that is too large
// is told before anything is sent, because a page that comes back with an error has lost the files.

const box = document.querySelector("[data-attachments]");

if (box) {
  const inputs = [...box.querySelectorAll("input[type=file]")];
  const sizeOf = (input) => input.files[0]?.size ?? 0;

  const complaintAbout = (input, total) => {
    if (sizeOf(input) > Number(box.dataset.maxBytes)) return box.dataset.tooLarge;
    if (sizeOf(input) && total > Number(box.dataset.maxTotalBytes)) return box.dataset.tooLargeTogether;
    return "";
  };

  const update = () => {
    const total = inputs.reduce((sum, input) => sum + sizeOf(input), 0);
    const firstFree = inputs.find((input) => !input.files.length);
    for (const input of inputs) {
      const field = input.closest(".field");
      field.hidden = !input.files.length && input !== firstFree && !field.querySelector(".errorlist");
      field.querySelector("button").hidden = !input.files.length;
      input.setCustomValidity(complaintAbout(input, total));
    }
  };

  for (const input of inputs) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = box.dataset.remove;
    button.setAttribute("aria-label", `${box.dataset.remove}: ${input.labels[0].textContent}`);
    button.addEventListener("click", () => {
      input.value = "";
      update();
      input.focus();
    });
    input.after(button);
    input.addEventListener("change", () => {
      update();
      input.reportValidity();
    });
  }

  update();
  window.addEventListener("pageshow", update); // a browser may bring chosen files back with its history
}
