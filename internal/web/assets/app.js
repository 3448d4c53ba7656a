// Conveniences only: every screen works without this file.
document.documentElement.classList.remove("no-script");

const search = () => document.querySelector("input[type=search]");
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

// Keys one after another: g and the one of a page, g i to the list that a page
// belongs to, f n to what there is to be told.
let sequence = null;
const leads = (keys) => {
  if (keys === "gi") return document.querySelector(".crumbs a") || document.querySelector(".nav a[aria-current]");
  if (keys === "fn") return document.querySelector(".bell[href$=notices]");
  if (keys === "f/") return document.querySelector("[data-find-open]");
  return keys[0] === "g" ? [...document.querySelectorAll(".nav a[data-go]")].find((a) => a.dataset.go === keys[1]) : null;
};

document.addEventListener("keydown", (event) => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && !document.querySelector("dialog[open]")) {
    const find = document.querySelector("[data-find-open]");
    if (find) {
      event.preventDefault();
      find.click();
    }
  }
  if (event.key === "/" && sequence?.key !== "f" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target) && search()) {
    event.preventDefault();
    search().focus();
    search().select();
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest("form[method=post]");
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".button-primary"));
    }
  }
  if (!event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !typing(event.target) && !document.querySelector("dialog[open]")) {
    const began = sequence && event.timeStamp - sequence.at < 1500 ? sequence.key : "";
    sequence = null;
    if (began) {
      const target = leads(began + event.key);
      if (target) {
        event.preventDefault();
        target.click();
      }
      return;
    }
    if (event.key === "g" || event.key === "f") {
      sequence = { key: event.key, at: event.timeStamp };
      return;
    }
    const meant = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.split(" ").includes(event.key));
    if (meant) {
      event.preventDefault();
      meant.click();
    }
  }
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".side details.menu[open], .main details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const label = button.querySelector("span");
    const before = label.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      label.textContent = button.dataset.done;
      setTimeout(() => (label.textContent = before), 2000);
    });
  }
}

for (const select of document.querySelectorAll(".gate select[name=zone]")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select.value === "UTC" && [...select.options].some((o) => o.value === here)) select.value = here;
}

// The earlier part of a thread is put below the later one.
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".thread-more a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = document.querySelector(".thread > ol");
    const earlier = [...page.querySelectorAll(".thread > ol > li")];
    const headings = list.querySelectorAll("h3");
    if (earlier[0]?.textContent === headings[headings.length - 1]?.textContent) earlier.shift();
    list.append(...earlier);
    earlier[0]?.scrollIntoView({ block: "nearest" });
    const more = page.querySelector(".thread-more");
    const here = link.closest(".thread-more");
    if (more) here.replaceWith(more);
    else here.remove();
  } catch {
    location.assign(link.href);
  }
});

// A form of few fields comes up over the list instead of in a page of its own.
document.addEventListener("click", async (event) => {
  const close = event.target.closest("dialog [data-close]");
  if (close) {
    event.preventDefault();
    close.closest("dialog").close();
    return;
  }
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const title = document.createElement("h2");
    title.id = "dialog-title";
    title.textContent = page.querySelector("h1").textContent;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(title, page.querySelector("[data-quick]"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      link.focus();
    });
    showRecent(dialog);
    document.body.append(dialog);
    dialog.showModal();
  } catch {
    location.assign(link.href);
  }
});

// A form whose later fields depend on a choice is read again when that changes.
document.addEventListener("change", async (event) => {
  const form = event.target.closest("form[data-choose]");
  if (!form || !event.target.matches("select")) return;
  const { name } = event.target;
  const answer = await fetch(form.action + "?" + new URLSearchParams(new FormData(form))).catch(() => null);
  const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-choose]");
  if (!fresh || !form.isConnected) return;
  form.replaceWith(fresh);
  fresh.elements[name]?.focus();
});

// What is looked for is found while it is typed; arrows go through it.
let finding = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-find]");
  if (!form) return;
  clearTimeout(finding);
  finding = setTimeout(async () => {
    const typed = event.target.value;
    const answer = await fetch(form.action + "?" + new URLSearchParams({ q: typed })).catch(() => null);
    if (!answer?.ok || answer.redirected || event.target.value !== typed) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-found]");
    if (event.target.value !== typed) return;
    showRecent(found);
    form.parentElement.querySelector("[data-found]").replaceWith(found);
    form.parentElement.querySelector("[data-find-said]").textContent = found.dataset.said;
    form.dataset.find = typed;
  }, 120);
});
document.addEventListener("keydown", (event) => {
  const place = event.target.closest(".find");
  if (!place || event.isComposing) return;
  const input = place.querySelector("input");
  const stops = [input, ...place.querySelectorAll("[data-found] :is(a, button)")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    stops.at((stops.indexOf(document.activeElement) + step) % stops.length).focus();
  } else if (event.key === "Enter" && event.target === input && input.value && input.value === place.querySelector("form").dataset.find && stops[1]) {
    event.preventDefault();
    stops[1].click();
  }
});

// What a user opened last is kept in the browser until the log-out: contacts, forms, saved views, pages of the
// navigation; an address at which there is nothing any more is forgotten. Names are only ever put in as text.
const kept = 9; // of which eight are shown: not the page one is on
const recentKey = "opened-" + document.querySelector("[data-user]")?.dataset.user;
const recent = () => {
  try {
    const list = JSON.parse(localStorage.getItem(recentKey));
    return Array.isArray(list) ? list.filter((one) => typeof one?.url === "string" && one.url.startsWith("/s/")) : [];
  } catch {
    return [];
  }
};
const keepRecent = (list) => {
  try {
    localStorage.setItem(recentKey, JSON.stringify(list.slice(0, kept)));
  } catch {} // no room, or not allowed
};
const entryOf = (url) => [...document.querySelectorAll(".nav a")].find((a) => a.getAttribute("href") === url);
const opened = () => {
  const here = location.pathname;
  const view = document.querySelector(".tabs-bar a[aria-current][href*='tab=']");
  const shown = /^\/s\/(contacts|forms)\/view\/\d+$/.exec(here);
  if (view && /[?&]tab=\d+/.test(view.search)) return { sort: "view", url: view.getAttribute("href"), name: view.textContent };
  if (shown) return { sort: shown[1], url: here, name: document.querySelector("main h1")?.textContent };
  return entryOf(here) && { sort: "page", url: here };
};
if (document.querySelector("[data-user]")) {
  if (document.querySelector("[data-gone]")) keepRecent(recent().filter((one) => one.url !== location.pathname));
  else {
    const now = opened();
    if (now) keepRecent([now, ...recent().filter((one) => one.url !== now.url)]);
  }
}
const showRecent = (place) => {
  const template = place?.querySelector("template[data-recent]");
  const here = opened()?.url;
  const list = recent().filter((one) => one.url !== here && (one.sort !== "page" || entryOf(one.url)));
  if (!template || !list.length) return;
  const piece = template.content.cloneNode(true);
  const lines = list.slice(0, kept - 1).map((one) => {
    const entry = entryOf(one.url);
    const line = (piece.querySelector(`li[data-sort="${CSS.escape(one.sort)}"]`) || piece.querySelector("li[data-sort=page]")).cloneNode(true);
    line.firstElementChild.setAttribute("href", one.url);
    line.querySelector(".found-name").textContent = String(entry ? entry.textContent : one.name || one.url).trim();
    if (entry) line.querySelector("svg").replaceChildren(...entry.querySelector("svg").cloneNode(true).childNodes);
    return line;
  });
  piece.querySelector("ul").replaceChildren(...lines);
  template.replaceWith(piece);
};
showRecent(document);
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") === "/s/logout") localStorage.removeItem(recentKey);
});

// What is done from a window comes back to the page below it.
document.addEventListener("submit", (event) => {
  const back = event.target.closest("dialog [data-found] form")?.elements.return;
  if (back) back.value = location.pathname + location.search;
});

// Rows are put into another order: dragged by their grip, or moved with Alt and an arrow. "moved" tells of it. The
// pointer is followed over the whole page: a row that is put elsewhere would lose it.
const rowsBeside = (row) => [...row.parentElement.children].filter((one) => one.matches("[data-field]"));
const moved = (row) => row.dispatchEvent(new Event("moved", { bubbles: true }));
document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest("[data-grip]")?.closest("[data-field]");
  if (!row) return;
  event.preventDefault();
  const before = rowsBeside(row).indexOf(row);
  const ends = ["pointerup", "pointercancel"];
  const move = ({ clientY }) => {
    const others = rowsBeside(row).filter((other) => other !== row);
    const after = others.find((other) => {
      const box = other.getBoundingClientRect();
      return clientY < box.top + box.height / 2;
    });
    if (after) after.before(row);
    else others.at(-1)?.after(row);
  };
  const end = () => {
    removeEventListener("pointermove", move);
    for (const name of ends) removeEventListener(name, end);
    row.classList.remove("is-dragged");
    if (rowsBeside(row).indexOf(row) !== before) moved(row);
  };
  row.classList.add("is-dragged");
  addEventListener("pointermove", move);
  for (const name of ends) addEventListener(name, end);
});
document.addEventListener("keydown", (event) => {
  const row = event.altKey && event.target.closest("[data-field]");
  const up = event.key === "ArrowUp";
  if (!row || !(up || event.key === "ArrowDown")) return;
  event.preventDefault();
  const other = rowsBeside(row)[rowsBeside(row).indexOf(row) + (up ? -1 : 1)];
  if (!other) return;
  if (up) other.before(row);
  else other.after(row);
  moved(row);
});

// A search is completed below its field: arrows choose, Enter or Tab takes.
let completing = 0;
const closeCompletion = (input) => {
  clearTimeout(completing);
  document.getElementById("completion")?.remove();
  input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-expanded", "false");
};
const takeCompletion = (input, chosen) => {
  const { from, to } = chosen.parentElement.dataset;
  const text = [...input.value];
  const before = text.slice(0, from).join("") + chosen.dataset.text;
  const after = text.slice(to).join("");
  const more = chosen.dataset.text.endsWith(":");
  closeCompletion(input);
  input.value = before + (more || after.startsWith(" ") || after.startsWith(")") ? "" : " ") + after;
  const at = before.length + (more ? 0 : 1);
  input.setSelectionRange(at, at);
  input.focus();
  if (more) input.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.dataset?.complete) return;
  clearTimeout(completing);
  completing = setTimeout(async () => {
    const typed = input.value;
    const at = [...typed.slice(0, input.selectionStart)].length;
    const answer = await fetch(input.dataset.complete + "?" + new URLSearchParams({ search: typed, at })).catch(() => null);
    const list = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("completion");
    if (input.value !== typed || document.activeElement !== input) return;
    closeCompletion(input);
    if (!list?.firstElementChild) return;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": "completion", "aria-autocomplete": "list", "aria-expanded": "true" })) input.setAttribute(name, value);
    list.addEventListener("pointerdown", (down) => {
      const chosen = down.target.closest("[role=option]");
      down.preventDefault();
      if (chosen) takeCompletion(input, chosen);
    });
    input.after(list);
  }, 100);
});
document.addEventListener("keydown", (event) => {
  const input = event.target;
  const list = input.dataset?.complete && document.getElementById("completion");
  if (!list || event.isComposing) return;
  const options = [...list.children];
  const chosen = list.querySelector("[aria-selected=true]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const next = options.at((options.indexOf(chosen) + step + (chosen || step > 0 ? 0 : 1)) % options.length);
    chosen?.removeAttribute("aria-selected");
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", next.id);
  } else if (chosen && (event.key === "Enter" || event.key === "Tab")) {
    event.preventDefault();
    takeCompletion(input, chosen);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closeCompletion(input);
  }
}, true);
document.addEventListener("focusout", (event) => event.target.dataset?.complete && closeCompletion(event.target));

// Says while an address is typed that it is another contact's.
let asking = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-address]");
  if (!form || event.target.name !== "email") return;
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const typed = event.target.value;
    const url = new URL(form.dataset.address, location.href);
    url.searchParams.set("email", typed);
    const answer = typed.includes("@") ? await fetch(url) : null;
    const text = answer?.ok ? await answer.text() : "";
    if (event.target.value !== typed) return;
    const note = new DOMParser().parseFromString(text, "text/html");
    form.querySelector("[data-taken]").replaceChildren(...note.body.childNodes);
  }, 250);
});

// News of a page comes as pieces of HTML, which go to the top. Hidden tabs hear
// nothing: shown again, they are told what they missed.
for (const list of document.querySelectorAll("[data-live]")) {
  const mark = document.querySelector("[data-live-mark]");
  const said = document.createElement("p");
  said.className = "only-read";
  said.setAttribute("aria-live", "polite");
  list.before(said);
  let stream = null;
  const listen = () => {
    stream = new EventSource(list.dataset.live);
    stream.onopen = () => mark && (mark.hidden = false);
    stream.onerror = () => mark && (mark.hidden = true);
    stream.onmessage = (event) => {
      const piece = new DOMParser().parseFromString("<ol>" + event.data + "</ol>", "text/html");
      const fresh = [...piece.body.firstElementChild.children].filter((e) => !e.id || !document.getElementById(e.id));
      const lines = fresh.filter((e) => e.id);
      if (!lines.length) return;
      document.querySelector("[data-live-empty]")?.remove();
      const heading = list.querySelector(":scope > .thread-day");
      if (heading?.textContent === fresh[0].textContent) heading.remove();
      list.prepend(...fresh);
      for (const line of lines) line.classList.add("is-fresh");
      document.dispatchEvent(new Event("news"));
      said.textContent = (list.dataset.liveSaid || "#").replace("#", lines.length);
    };
  };
  const turn = () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
    } else if (!stream) listen();
  };
  document.addEventListener("visibilitychange", turn);
  addEventListener("pagehide", () => {
    stream?.close();
    stream = null;
  });
  addEventListener("pageshow", turn);
  turn();
}

// Shows how far long work has come, until it is done; news may be that some began.
for (const place of document.querySelectorAll("[data-progress]")) {
  let asking;
  const ask = async () => {
    clearTimeout(asking);
    const answer = document.hidden ? null : await fetch(place.dataset.progress).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const now = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...now.body.childNodes);
    }
    later();
  };
  const later = () => place.firstElementChild && (asking = setTimeout(ask, 1500));
  document.addEventListener("news", ask);
  later();
}

// Says that somebody is still editing, and shows who else is, until the page is
// left.
for (const place of document.querySelectorAll("[data-editing]")) {
  const about = () => new URLSearchParams({ thing: place.dataset.editing });
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch("/s/editing", { method: "POST", body: about() }).catch(() => null);
    const text = answer?.ok && !answer.redirected ? await answer.text() : null;
    if (text === null || text.trim() === place.innerHTML.trim()) return;
    place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  };
  setInterval(ask, 20000);
  document.addEventListener("visibilitychange", ask);
  addEventListener("pageshow", (event) => event.persisted && ask());
  addEventListener("pagehide", () => navigator.sendBeacon("/s/editing/end", about()));
}
