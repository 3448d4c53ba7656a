// Rows are chosen with boxes, which work by themselves. Here x chooses the row that is focused, what needs two waits
// for two, what is chosen in the list of contacts stays so on its other pages, and what tells of work under way is read
// again.
const rows = "tr, .contact-card, .pair";
const box = (row) => row?.querySelector("input[name=c], input[name=pair]");
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

function count() {
  for (const form of document.querySelectorAll("form.selection")) {
    const boxes = [...form.elements].filter((one) => one.type === "checkbox" && one.name !== "all" && one.checked).length;
    const chosen = boxes + form.querySelectorAll("input[type=hidden][name=c]").length;
    const output = form.querySelector("output");
    const text = chosen ? String(chosen) : "";
    if (output.textContent !== text) output.textContent = text;
    form.classList.toggle("chosen", chosen > 0);
    for (const button of form.querySelectorAll("[data-two]")) button.disabled = chosen !== 2;
    for (const button of form.querySelectorAll("[data-none]")) button.hidden = chosen === 0;
  }
}

// most is how many are remembered of the other pages.
const most = 500;
const list = () => document.querySelector("#selection");
const here = () => [...list().elements].filter((one) => one.type === "checkbox" && one.name === "c");
const place = () => "chosen " + list().elements.search.value;
const kept = () => new Set(JSON.parse(sessionStorage.getItem(place()) || "[]"));
const keep = (chosen) => sessionStorage.setItem(place(), JSON.stringify([...chosen].slice(-most)));

function recall() {
  if (!list()) return;
  const chosen = kept();
  for (const one of here()) {
    if (one.checked) chosen.add(one.value);
    one.checked = chosen.has(one.value);
  }
  keep(chosen);
  const shown = new Set(here().map((one) => one.value));
  const elsewhere = [...chosen].filter((value) => !shown.has(value));
  const hidden = [...list().querySelectorAll("input[type=hidden][name=c]")];
  if (hidden.map((one) => one.value).join() === elsewhere.join()) return;
  for (const one of hidden) one.remove();
  for (const value of elsewhere) {
    const one = document.createElement("input");
    Object.assign(one, { type: "hidden", name: "c", value });
    list().append(one);
  }
}

function look() {
  recall();
  count();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("#selection input, input[form=selection]") && event.target.name === "c") {
    const chosen = kept();
    if (event.target.checked) chosen.add(event.target.value);
    else chosen.delete(event.target.value);
    keep(chosen);
  }
  if (event.target.matches("input[name=c], input[name=pair]")) count();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-none]")) return;
  keep([]);
  for (const one of here()) one.checked = false;
  look();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const here = box(document.activeElement.closest(rows)) || box([...document.querySelectorAll(rows)].find(box));
  if (!here) return;
  here.focus();
  here.click();
});
addEventListener("pageshow", look);
new MutationObserver(look).observe(document.querySelector(".main"), { childList: true, subtree: true });

async function follow() {
  const shown = document.querySelector("[data-again]");
  if (!shown) return;
  await new Promise((done) => setTimeout(done, 1000));
  const answer = await fetch(location.href).catch(() => null);
  const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page) return location.reload();
  const place = (from) => from.querySelector("[data-part=run]") || from.querySelector("[data-again]");
  const next = place(page);
  if (!next) return location.reload();
  place(document).replaceWith(next);
  follow();
}
follow();
