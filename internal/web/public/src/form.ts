import { fillForm, renewKey } from "../../track/script/src/forms";
import { randomID } from "../../track/script/src/random";
import { hooks } from "./hooks";
import type { Solve } from "./proof";
import { clearErrors, mark, validate } from "./validation";

export interface Config {
  id: number;
  name: string;
  origin: string; // of our server, from which answers come
  html: string; // empty where the form is in the page already
  css?: string;
  hide: boolean; // the form gives way to the message
  kiosk?: boolean; // many people fill it in on the same device
  wait: string;
  failed: string;
  email: string;
  proof?: number; // zero bits that a proof begins with
  minute?: number; // of the server, when it asked for one
}

interface Answer {
  success: number;
  formName?: string;
  validationErrors?: Record<string, string>;
  errorMessage?: string;
  successMessage?: string;
  redirect?: string;
}

declare const ARIANE_FORM: Config;
declare const ARIANE_PROOF: { solve?: Solve };

const PATIENCE = 30000;
const GRACE = 1000;
const config = ARIANE_FORM;
const call = hooks(config.name);
const begin = performance.now();

/** Styles the form in ways that a Content-Security-Policy without inline styles allows. */
function dress(form: HTMLFormElement): void {
  form.querySelectorAll<HTMLElement>(".mauticform-row:not(.mauticform-has-error) > .mauticform-errormsg").forEach((line) => (line.style.display = "none"));
  if (!config.css) {
    return;
  }
  const seen = document as Document & { arianeStyled?: boolean };
  if (seen.arianeStyled) {
    return;
  }
  seen.arianeStyled = true;
  if (document.adoptedStyleSheets) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(config.css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } else {
    document.head.appendChild(document.createElement("style")).textContent = config.css;
  }
}

/** Puts the form behind the script element that asked for it. */
function place(): HTMLFormElement | null {
  if (!config.html) {
    return document.querySelector(`form[data-mautic-form="${config.name}"]`);
  }
  const asked = document.querySelectorAll<HTMLElement>(`script[src*="/form/generate.js?id=${config.id}"]`);
  const tag = (document.currentScript as HTMLElement | null) || asked[asked.length - 1];
  if (!tag || document.head.contains(tag)) {
    document.body.insertAdjacentHTML("beforeend", config.html);
    return document.body.lastElementChild!.querySelector("form");
  }
  tag.insertAdjacentHTML("afterend", config.html);
  return tag.nextElementSibling!.querySelector("form");
}

/** Fills empty, visible fields with the parameters of the page's address that bear their names. */
function prefill(form: HTMLFormElement): void {
  new URLSearchParams(location.search).forEach((value, alias) => {
    const row = form.querySelector(`[data-alias="${CSS.escape(alias)}"]:not(.mauticform-consent)`);
    const given = value.replace(/<[^>]*>/g, "").split("|");
    row?.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input,textarea").forEach((input) => {
      if (input instanceof HTMLInputElement && /radio|checkbox/.test(input.type)) {
        input.checked = given.includes(input.value);
      } else if (!input.value) {
        input.value = given.join("|");
      }
    });
    row?.querySelectorAll("option").forEach((option) => (option.selected = given.includes(option.value)));
  });
}

function hidden(form: HTMLFormElement, name: string, value: string): void {
  let input = form.elements.namedItem(`mauticform[${name}]`) as HTMLInputElement | null;
  if (!input) {
    input = document.createElement("input");
    input.type = "hidden";
    input.name = `mauticform[${name}]`;
    form.appendChild(input);
  }
  input.value = value;
}

function go(address: string): void {
  const target = new URL(address, location.href);
  if (!/^https?:$/.test(target.protocol)) {
    return;
  }
  try {
    window.top!.location.href = target.href;
  } catch {
    location.href = target.href;
  }
}

function attach(form: HTMLFormElement): void {
  const wrapper = form.parentElement!;
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
  const label = button.textContent;
  const frame = document.createElement("iframe");
  frame.name = `mauticiframe_${config.name}_${randomID()}`;
  frame.hidden = true;
  frame.title = config.name;
  wrapper.appendChild(frame);
  let waiting = 0;
  let proof: Promise<string> | null = null;
  const prove = () => {
    const minute = config.minute! + Math.floor((performance.now() - begin) / 60000);
    proof = proof || ARIANE_PROOF.solve!(config.id, config.proof!, minute, randomID());
    return proof;
  };

  const say = (kind: "message" | "error", text: string) => {
    const box = form.querySelector<HTMLElement>(`.mauticform-${kind}`);
    if (box && !call("onMessageSet", { kind, text })) {
      box.textContent = text;
      box.hidden = !text;
      text && box.focus();
    }
  };
  const wait = (yes: boolean) => {
    clearTimeout(waiting);
    waiting = yes ? window.setTimeout(fail, PATIENCE) : 0;
    if (!call(yes ? "onSubmitButtonDisable" : "onSubmitButtonEnable", form)) {
      button.disabled = yes;
      button.textContent = yes ? config.wait : label;
    }
  };
  const fail = () => {
    wait(false);
    say("error", config.failed);
  };
  const accept = (answer: Answer) => {
    form.reset();
    renewKey(form);
    wrapper.classList.add("mauticform-post-success");
    form.querySelector<HTMLElement>(".mauticform-innerform")!.hidden = config.hide && !!answer.successMessage;
    say("message", answer.successMessage || "");
  };
  const respond = (answer: Answer) => {
    wait(false);
    proved = !config.proof;
    if (!answer.validationErrors) {
      proof = null;
    }
    call("onResponseStart", answer);
    if (!call("onResponse", answer)) {
      Object.entries(answer.validationErrors || {}).forEach(([alias, text]) => mark(form, alias, text, call));
      say("error", answer.errorMessage || "");
      if (answer.success) {
        accept(answer);
      }
      if (answer.redirect) {
        go(answer.redirect);
      }
    }
    call("onResponseEnd", answer);
  };

  let proved = !config.proof;
  const submit = async () => {
    hidden(form, "proof", await prove());
    proved = true;
    // Later: a proof that was there already goes on inside the event of the first submission, which allows no other.
    setTimeout(() => {
      wait(false);
      form.requestSubmit();
    });
  };

  if (config.kiosk) {
    form.dataset.kiosk = ""; // copies of the form may be older
    form.autocomplete = "off";
  }
  config.proof && form.addEventListener("focusin", prove);
  form.noValidate = true;
  form.target = frame.name;
  form.addEventListener("submit", (event) => {
    if (waiting || !validate(form, config.email, call)) {
      event.preventDefault();
      return;
    }
    if (!proved) {
      event.preventDefault();
      wait(true);
      submit();
      return;
    }
    say("error", "");
    say("message", "");
    wrapper.classList.remove("mauticform-post-success");
    hidden(form, "messenger", "1");
    hidden(form, "return", location.href);
    hidden(form, "referrer", document.referrer);
    fillForm(form, true);
    wait(true);
  });
  form.addEventListener("reset", () => clearErrors(form, call));
  frame.addEventListener("load", () => {
    const mine = waiting;
    setTimeout(() => mine && mine === waiting && fail(), GRACE);
  });
  window.addEventListener("message", (event) => {
    if (waiting && event.source === frame.contentWindow && event.origin === config.origin) {
      respond(JSON.parse(event.data));
    }
  });
  dress(form);
  prefill(form);
}

const form = place();
if (form) {
  attach(form);
}
