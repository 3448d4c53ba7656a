import { Call } from "./hooks";

type Row = HTMLElement & { said?: string };

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
  row.querySelector("input")!.setAttribute("aria-invalid", "true");
  if (form.querySelector(".mauticform-has-error") === row) {
    row.querySelector("input")!.focus();
  }
}

export function clearErrors(form: HTMLFormElement, call: Call): void {
  form.querySelectorAll<HTMLElement>(".mauticform-has-error").forEach((row) => {
    if (!call("onErrorClear", row)) {
      row.classList.remove("mauticform-has-error");
      row.querySelector<HTMLElement>(".mauticform-errormsg")!.style.display = "none";
      row.querySelector("input")!.removeAttribute("aria-invalid");
    }
  });
}

function problem(row: HTMLElement, email: string): string | null {
  const value = row.querySelector("input")!.value.trim();
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
