// The pages of an edition and of a certification: open all notes at once, and print them opened.

const notes = [...document.querySelectorAll("details.clause-more")];
const button = document.querySelector("[data-open-all]");
const chapters = document.querySelector("[data-chapters]");

function openAll(open) {
  for (const note of notes) note.open = open;
}

if (button && notes.length) {
  const [unfold, fold] = [button.textContent, button.dataset.close];
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") === "false";
    openAll(open);
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? fold : unfold;
  });
}

// On a narrow screen the chapters would push the text away.
if (chapters && matchMedia("(max-width: 74.99rem)").matches) chapters.open = false;

let closed = [];
addEventListener("beforeprint", () => {
  closed = notes.filter((note) => !note.open);
  openAll(true);
});
addEventListener("afterprint", () => {
  for (const note of closed) note.open = false;
});
