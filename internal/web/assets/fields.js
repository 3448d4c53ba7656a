// The list of fields works by itself: buttons move a field by a place. Here fields that were moved in another way are
// stored so; and what is told of an index is read again while it is filled.
const rows = (group) => [...group.querySelectorAll("[data-field]")];

function settle(group) {
  rows(group).forEach((row, i, all) => {
    const [up, down] = row.querySelectorAll("button");
    up.disabled = i === 0;
    down.disabled = i === all.length - 1;
  });
}

async function store(group, row) {
  settle(group);
  row.querySelector("a").focus();
  const order = rows(group).map((one) => one.dataset.field);
  const answer = await fetch(group.action, { method: "POST", body: new URLSearchParams({ group: group.dataset.group, order: order.join() }) });
  if (!answer.ok) return location.reload();
  const line = document.querySelector("[data-said]");
  line.textContent = line.dataset.said.replace("#", row.querySelector("a").textContent).replace("@", order.indexOf(row.dataset.field) + 1);
}

for (const grip of document.querySelectorAll("[data-grip]")) grip.hidden = false;
for (const group of document.querySelectorAll("[data-group]")) group.addEventListener("moved", (event) => store(group, event.target));

async function follow() {
  const shown = document.querySelector("[data-index]");
  if (!shown) return;
  await new Promise((done) => setTimeout(done, 1000));
  const answer = await fetch(location.href).catch(() => null);
  const next = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".field-index");
  if (!next) return;
  shown.replaceWith(next);
  follow();
}
follow();
