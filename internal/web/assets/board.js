// The board of stages works by itself: each card leads to where it can be moved. Here cards are also dragged to another
// column, or moved with Alt and an arrow; the board as it is then comes back from the server.
const board = () => document.querySelector("[data-board]");
const columns = () => [...board().querySelectorAll("[data-stage]")];
const cardOf = (number) => board().querySelector(`[data-card="${CSS.escape(number)}"]`);

async function place(number, stage) {
  const card = cardOf(number);
  card?.setAttribute("aria-busy", "true");
  const body = new URLSearchParams({ stage, search: board().dataset.search });
  const answer = await fetch("/s/stages/place/" + number, { method: "POST", body }).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page && page.querySelector("[data-board]");
  if (!next) return location.reload();
  const left = board().scrollLeft;
  board().replaceWith(next);
  board().scrollLeft = left;
  for (const old of document.querySelectorAll("#main > .notice")) old.remove();
  const notices = [...page.querySelectorAll("#main > .notice")];
  document.getElementById("main").prepend(...notices);
  document.querySelector("[data-board-said]").textContent = notices.map((one) => one.textContent.trim()).join(" ");
  const moved = cardOf(number)?.querySelector("a") || columns().find((one) => one.dataset.stage === stage)?.querySelector("a");
  moved?.focus();
  moved?.closest("[data-stage]").scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const card = event.altKey && step && event.target.closest("[data-board] [data-card]");
  if (!card) return;
  event.preventDefault();
  const all = columns();
  let at = all.indexOf(card.closest("[data-stage]")) + step;
  while (all[at] && all[at].hasAttribute("data-closed")) at += step;
  if (all[at]) place(card.dataset.card, all[at].dataset.stage);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("dialog .board-places");
  if (!form || !event.submitter) return;
  event.preventDefault();
  form.closest("dialog").close();
  place(new URL(form.action).pathname.split("/").at(-1), event.submitter.value);
});

document.addEventListener("dragstart", (event) => event.target.closest?.("[data-board] [data-card]") && event.preventDefault());
document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest("[data-board] [data-card]");
  if (!card || event.button || event.pointerType === "touch") return;
  const home = card.closest("[data-stage]");
  const from = { x: event.clientX + board().scrollLeft, y: event.clientY };
  let target = null;
  let dragged = false;
  const aim = (column) => {
    target = column && column !== home && !column.hasAttribute("data-closed") ? column : null;
    for (const one of columns()) one.classList.toggle("is-target", one === target);
  };
  const move = (now) => {
    dragged ||= Math.hypot(now.clientX + board().scrollLeft - from.x, now.clientY - from.y) > 6;
    if (!dragged) return;
    const box = board().getBoundingClientRect();
    if (now.clientX > box.right - 40) board().scrollLeft += 12;
    if (now.clientX < box.left + 40) board().scrollLeft -= 12;
    card.classList.add("is-dragged");
    card.style.translate = `${now.clientX + board().scrollLeft - from.x}px ${now.clientY - from.y}px`;
    aim(document.elementFromPoint(now.clientX, now.clientY)?.closest("[data-board] [data-stage]"));
  };
  const end = (last) => {
    removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel", "keydown"]) removeEventListener(name, over);
    card.classList.remove("is-dragged");
    card.style.translate = "";
    const to = last && target;
    aim(null);
    if (!dragged) return;
    // The link of the card is not followed at the end of a drag.
    const stay = (click) => click.preventDefault();
    addEventListener("click", stay, { capture: true });
    setTimeout(() => removeEventListener("click", stay, { capture: true }));
    if (to) place(card.dataset.card, to.dataset.stage);
  };
  const over = (last) => {
    if (last.type !== "keydown") end(last.type === "pointerup");
    else if (last.key === "Escape") end(false);
  };
  addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel", "keydown"]) addEventListener(name, over);
});
