import { Call } from "./hooks";

type Row = HTMLElement & { said?: string };
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const controls = (row: HTMLElement) => [...row.querySelectorAll<Control>("input,select,textarea")];

function rowOf(form: HTMLFormElement, alias: string): Row | null {
  return form.querySelector(`[data-alias="${CSS.escape(alias)}"]`);
}

/** Shows what is wrong with a field; without text, the one that came with the form. */
export function mark(form: HTMLFormElement, alias: string, text: string, call: Call): void {
  const row = rowOf(form, alias);
  const line = row?.querySelector<HTMLElement>(".mauticform-errormsg");
  if (!row || !line || call("onErrorMark", row, text)) {
    return;
  }
  row.said ??= line.textContent || "";
  line.textContent = text || row.said;
  line.style.display = "";
  row.classList.add("mauticform-has-error");
  controls(row).forEach((control) => control.setAttribute("aria-invalid", "true"));
  if (form.querySelector(".mauticform-has-error") === row) {
    controls(row)[0].focus();
  }
}

export function clearErrors(form: HTMLFormElement, call: Call): void {
  form.querySelectorAll<HTMLElement>(".mauticform-has-error").forEach((row) => {
    if (!call("onErrorClear", row)) {
      row.classList.remove("mauticform-has-error");
      row.querySelector<HTMLElement>(".mauticform-errormsg")!.style.display = "none";
      controls(row).forEach((control) => control.removeAttribute("aria-invalid"));
    }
  });
}

function problem(row: HTMLElement, email: string): string | null {
  const answers = controls(row).map((control) => (/radio|checkbox/.test(control.type) && !(control as HTMLInputElement).checked ? "" : control.value.trim()));
  const value = answers.join("");
  if (!value) {
    return row.dataset.validate ? "" : null;
  }
  return row.classList.contains("mauticform-email") && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? email : null;
}

/** Checks what can be checked here; the server checks everything again. */
export function validate(form: HTMLFormElement, email: string, call: Call): boolean {
  call("onValidateStart", form);
  clearErrors(form, call);
  const whole = call("onValidate", form);
  let valid = whole !== false;
  if (typeof whole !== "boolean") {
    form.querySelectorAll<HTMLElement>("[data-alias]").forEach((row) => {
      const own = call("onValidateField", row);
      const text = typeof own === "boolean" ? (own ? null : "") : problem(row, email);
      if (text !== null) {
        valid = false;
        mark(form, row.dataset.alias!, text, call);
      }
    });
  }
  call("onValidateEnd", form, valid);
  return valid;
}
