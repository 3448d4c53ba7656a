// The list of fields works by itself: buttons move a field by a place. Here fields are dragged, or moved with Alt and
// an arrow; and what is told of an index is read again while it is filled.
const rows = (group) => [...group.querySelectorAll("[data-field]")];
const numbers = (group) => rows(group).map((row) => row.dataset.field);

function settle(group) {
  rows(group).forEach((row, i, all) => {
    const [up, down] = row.querySelectorAll("button");
    up.disabled = i === 0;
    down.disabled = i === all.length - 1;
  });
}

async function store(group, row, before) {
  const order = numbers(group);
  if (order.join() === before.join()) return;
  settle(group);
  const data = new URLSearchParams({ group: group.dataset.group, order: order.join() });
  const answer = await fetch(group.action, { method: "POST", body: data });
  if (!answer.ok) return location.reload();
  const line = document.querySelector("[data-said]");
  line.textContent = line.dataset.said.replace("#", row.querySelector("a").textContent).replace("@", order.indexOf(row.dataset.field) + 1);
}

function drag(event) {
  event.preventDefault();
  const row = event.currentTarget.closest("[data-field]");
  const group = row.closest("[data-group]");
  const before = numbers(group);
  const ends = ["pointerup", "pointercancel"];
  const move = ({ clientY }) => {
    const others = rows(group).filter((other) => other !== row);
    const after = others.find((other) => {
      const box = other.getBoundingClientRect();
      return clientY < box.top + box.height / 2;
    });
    if (after) after.before(row);
    else others[others.length - 1]?.after(row);
  };
  const end = () => {
    removeEventListener("pointermove", move);
    for (const name of ends) removeEventListener(name, end);
    row.classList.remove("is-dragged");
    store(group, row, before);
  };
  row.classList.add("is-dragged");
  addEventListener("pointermove", move);
  for (const name of ends) addEventListener(name, end);
}

for (const grip of document.querySelectorAll("[data-grip]")) {
  grip.hidden = false;
  grip.addEventListener("pointerdown", drag);
}

for (const group of document.querySelectorAll("[data-group]")) {
  group.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-field]");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const before = numbers(group);
    if (event.key === "ArrowUp") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    row.querySelector("a").focus();
    store(group, row, before);
  });
}

async function follow() {
  const shown = document.querySelector("[data-index]");
  if (!shown) return;
  await new Promise((done) => setTimeout(done, 1000));
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.querySelector(".field-index");
  if (next) shown.replaceWith(next);
  follow();
}
follow();
