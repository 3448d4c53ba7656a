// The editor of forms works by itself: each button sends the whole form back and forth. Here the answer takes the
// place of a part of the page, fields that were moved are stored so, and the form is drawn while it is typed.
const form = document.querySelector("[data-builder]");

const fieldsOf = (list) => [...list.querySelectorAll("[data-field]")];
const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);

async function rearrange(button) {
  const data = new FormData(form);
  data.set("do", button);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data) });
  if (!answer.ok) return form.requestSubmit();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!part("fields", page)) return location.reload();
  for (const name of ["fields", "actions"]) part(name).replaceWith(part(name, page));
  prepare();
  const target = form.querySelector("[data-part] [autofocus]");
  target?.focus();
  target?.closest(".form-field")?.scrollIntoView({ block: "nearest" });
  tell(target, button);
  draw();
}

// Says where a field has come to.
function tell(target, button) {
  const field = target?.closest("[data-field]");
  const line = part("fields").querySelector("[data-said]");
  if (!field || !/^(up|down|order)/.test(button)) return;
  const place = fieldsOf(part("fields")).indexOf(field) + 1;
  line.textContent = line.dataset.said.replace("#", field.querySelector("legend").textContent).replace("@", place);
}

// After the fields were put into another order on the page.
function reorder(moved) {
  const order = fieldsOf(part("fields")).map((field) => field.dataset.field);
  const place = order.indexOf(moved.dataset.field);
  rearrange(`order:${order}`).then(() => {
    const field = fieldsOf(part("fields"))[place];
    field.querySelector("summary").focus();
    tell(field.querySelector("summary"), "order");
  });
}

function prepare() {
  for (const grip of form.querySelectorAll("[data-grip]")) {
    grip.hidden = false;
    grip.addEventListener("click", (event) => event.preventDefault());
  }
  for (const details of form.querySelectorAll(".form-field-details")) {
    details.addEventListener("toggle", () => {
      details.parentElement.querySelector("[data-open]").value = details.open ? "1" : "";
    });
  }
}

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name === "do" && /^(add|up|down|remove|act|unact):/.test(button.value)) {
    event.preventDefault();
    rearrange(button.value);
  }
});

form.addEventListener("moved", (event) => reorder(event.target));

// The form as it would look, kept apart from the styles of this page.
const box = form.querySelector("[data-preview]");
const shadow = box.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
shadow.adoptedStyleSheets = [sheet];
let drawn = 0;

async function draw() {
  const turn = ++drawn;
  const data = new FormData(form);
  data.set("do", "draw");
  const answer = await fetch(form.dataset.builder, { method: "POST", body: new URLSearchParams(data) });
  if (!answer.ok || turn !== drawn) return;
  const { html, css } = await answer.json();
  sheet.replaceSync(`:host{display:block;font:16px/1.5 system-ui,sans-serif;color:#1c1f24}${css}.mauticform-errormsg,[hidden]{display:none!important}`);
  shadow.innerHTML = html;
  for (const control of shadow.querySelectorAll("[autofocus]")) control.removeAttribute("autofocus");
  box.inert = true;
  box.hidden = false;
}

let pause = 0;
form.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(draw, 300);
});

prepare();
draw();
