import { fillForm, renewKey } from "../../track/script/src/forms";
import { randomID } from "../../track/script/src/random";
import { hooks } from "./hooks";
import { clearErrors, mark, validate } from "./validation";

export interface Config {
  id: number;
  name: string;
  origin: string; // of our server, from which answers come
  html: string; // empty where the form is in the page already
  hide: boolean; // the form gives way to the message
  wait: string;
  failed: string;
  email: string;
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

const PATIENCE = 30000;
const GRACE = 1000;
const config = ARIANE_FORM;
const call = hooks(config.name);

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
    const input = form.elements.namedItem(`mauticform[${alias}]`);
    if (input instanceof HTMLInputElement && input.type !== "hidden" && !input.value) {
      input.value = value.replace(/<[^>]*>/g, "");
    }
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

  form.noValidate = true;
  form.target = frame.name;
  form.addEventListener("submit", (event) => {
    if (waiting || !validate(form, config.email, call)) {
      event.preventDefault();
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
  prefill(form);
}

const form = place();
if (form) {
  attach(form);
}
