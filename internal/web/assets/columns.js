// The columns of a table are chosen in a form, which works by itself. Here they are also dragged by their heads, or
// moved with Alt and an arrow, and widened at the right edge of a head by pointer or by arrows. The address says what is
// chosen; the part of the page that shows it is read again.
const least = 60;
const most = 800;
const table = () => document.querySelector("[data-columns]");
const heads = () => [...table().querySelectorAll("th[data-column]")];
const movable = () => heads().slice(1);

function prepare() {
  for (const grip of document.querySelectorAll(".columns-order [data-grip]")) grip.hidden = false;
  if (!table()) return;
  for (const head of heads()) {
    const edge = document.createElement("span");
    edge.className = "column-edge";
    edge.tabIndex = 0;
    for (const [name, value] of Object.entries({ role: "separator", "aria-orientation": "vertical", "aria-label": table().dataset.columns.replace("#", head.textContent.trim()), "aria-valuemin": least, "aria-valuemax": most, "aria-valuenow": Math.min(Math.max(head.offsetWidth, least), most) })) edge.setAttribute(name, value);
    head.append(edge);
  }
}

// choose goes to the list with these columns, and comes back to what is focused.
async function choose(names, widths, focus) {
  const url = new URL(location.href);
  url.searchParams.delete("after");
  url.searchParams.delete("column");
  for (const name of names) url.searchParams.append("column", widths[name] ? name + ":" + widths[name] : name);
  const answer = await fetch(url).catch(() => null);
  const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page && page.querySelector("[data-part=list]");
  if (!part) return location.assign(url);
  history.replaceState(null, "", url);
  document.querySelector("[data-part=list]").replaceWith(part);
  prepare();
  document.querySelector(focus)?.focus();
}

const chosen = () => heads().map((head) => head.dataset.column);
const widths = () => Object.fromEntries(heads().map((head) => [head.dataset.column, head.getAttribute("width")]));
const named = (names, sizes) => names.filter((name, i) => i > 0 || sizes[name]);

async function move(name, to) {
  const names = chosen().filter((other) => other !== name);
  const at = Math.min(Math.max(to, 1), names.length);
  if (chosen().indexOf(name) === at) return;
  names.splice(at, 0, name);
  const label = heads().find((head) => head.dataset.column === name).textContent.trim();
  await choose(named(names, widths()), widths(), `th[data-column="${CSS.escape(name)}"] :is(a, .column-edge)`);
  const said = document.querySelector("[data-columns-said]");
  said.textContent = said.dataset.columnsSaid.replace("#", label).replace("@", at + 1);
}

function widen(head, width) {
  const name = head.dataset.column;
  const sizes = { ...widths(), [name]: Math.round(Math.min(Math.max(width, least), most)) };
  return choose(named(chosen(), sizes), sizes, `th[data-column="${CSS.escape(name)}"] .column-edge`);
}

const ends = ["pointerup", "pointercancel"];
function follow(move, end) {
  const over = (event) => {
    removeEventListener("pointermove", move);
    for (const name of ends) removeEventListener(name, over);
    end(event);
  };
  addEventListener("pointermove", move);
  for (const name of ends) addEventListener(name, over);
}

document.addEventListener("pointerdown", (event) => {
  const head = event.target.closest("[data-columns] th[data-column]");
  if (!head || event.button) return;
  const from = event.clientX;
  if (event.target.closest(".column-edge")) {
    event.preventDefault();
    const before = head.offsetWidth;
    let width = before;
    follow((now) => {
      width = Math.min(Math.max(before + now.clientX - from, least), most);
      head.style.width = width + "px";
    }, (last) => last.type === "pointerup" && width !== before && widen(head, width));
    return;
  }
  if (event.pointerType === "touch" || !movable().includes(head)) return;
  event.preventDefault();
  let dragged = false;
  let before = null;
  follow((now) => {
    dragged ||= Math.abs(now.clientX - from) > 6;
    if (!dragged) return;
    head.classList.add("is-dragged");
    before = movable().find((other) => now.clientX < other.getBoundingClientRect().left + other.offsetWidth / 2) || null;
    for (const other of heads()) other.classList.toggle("is-target", other === before);
  }, (last) => {
    head.classList.remove("is-dragged");
    for (const other of heads()) other.classList.remove("is-target");
    if (!dragged || last.type !== "pointerup") return;
    // The link of the head is not followed at the end of a drag.
    const stay = (click) => click.preventDefault();
    addEventListener("click", stay, { capture: true });
    setTimeout(() => {
      removeEventListener("click", stay, { capture: true });
      const others = chosen().filter((name) => name !== head.dataset.column);
      const to = before === head ? chosen().indexOf(head.dataset.column) : before ? others.indexOf(before.dataset.column) : others.length;
      move(head.dataset.column, to);
    });
  });
});

document.addEventListener("dragstart", (event) => event.target.closest?.("[data-columns] th") && event.preventDefault());
document.addEventListener("keydown", (event) => {
  const head = event.target.closest("[data-columns] th[data-column]");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!head || !step || event.ctrlKey || event.metaKey) return;
  if (event.altKey) {
    event.preventDefault();
    if (movable().includes(head)) move(head.dataset.column, chosen().indexOf(head.dataset.column) + step);
  } else if (event.target.matches(".column-edge")) {
    event.preventDefault();
    widen(head, head.offsetWidth + 16 * step);
  }
});

prepare();
