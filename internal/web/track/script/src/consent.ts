import { knownDevice } from "./device";
import { erase, read, remember, write } from "./store";

declare const ARIANE_BASE: string;
declare const ARIANE_CONSENT: boolean;

const NAME = "mtc_consent";

/** "1" when the visitor has agreed, "0" when not, "" when nobody asked. */
export function consent(): string {
  return read(NAME);
}

/** Whether something may be sent and kept now. */
export function mayFollow(): boolean {
  return consent() !== "0" && (!ARIANE_CONSENT || consent() === "1");
}

export function grant(): void {
  write(NAME, "1");
}

/**
 * Forgets the visitor here and, if there was one, on our server's site. A refusal is kept only where it would
 * otherwise count for nothing on the next page.
 */
export function deny(): void {
  const token = knownDevice();
  erase(NAME);
  erase("mtc_id");
  erase("mautic_device_id");
  ARIANE_CONSENT ? remember(NAME, "0") : write(NAME, "0");
  if (token || !ARIANE_CONSENT) {
    navigator.sendBeacon(ARIANE_BASE + "/mtc/event", new URLSearchParams({ [NAME]: "0" }));
  }
}
