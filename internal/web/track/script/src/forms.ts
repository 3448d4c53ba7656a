import { randomID } from "./random";
import { consent, mayFollow } from "./consent";
import { device, knownDevice } from "./device";

type KeyInput = HTMLInputElement & { answers?: string };

function input(form: HTMLFormElement, name: string): HTMLInputElement {
  let found = form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  if (!found) {
    found = document.createElement("input");
    found.type = "hidden";
    found.name = name;
    form.appendChild(found);
  }
  return found;
}

const KEY = "mauticform[submissionkey]";

/** Gives the form the token of this browser, unless many people fill it in there, the address to come back to, and a key that stays the same as long as the answers do. */
export function fillForm(form: HTMLFormElement, submitting?: boolean): void {
  const follow = mayFollow() && !form.matches("[data-kiosk]");
  const token = submitting && follow ? device() : knownDevice();
  if (token && follow) {
    input(form, "mautic_device_id").value = token;
  }
  if (consent()) {
    input(form, "mtc_consent").value = consent();
  }
  const back = form.querySelector<HTMLInputElement>('input[name="mauticform[return]"]');
  if (back && !back.value) {
    back.value = location.href;
  }
  const key: KeyInput = input(form, KEY);
  const answers = JSON.stringify([...new FormData(form)].filter(([name]) => name !== KEY).map(([name, v]) => [name, v + ""]));
  if (!key.value || (submitting && key.answers !== answers)) {
    key.value = randomID();
    key.answers = answers;
  }
}

/** After an accepted submission the same answers may be sent again on purpose. */
export function renewKey(form: HTMLFormElement): void {
  input(form, KEY).value = "";
}

const SELECTOR = "form[data-mautic-form]";

export function fillForms(): void {
  document.querySelectorAll<HTMLFormElement>(SELECTOR).forEach((form) => fillForm(form));
}

export function watchForms(): void {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target as HTMLFormElement;
      if (form.matches(SELECTOR)) {
        fillForm(form, true);
      }
    },
    true,
  );
}
