import { randomID } from "./random";
import { read, remember, write } from "./store";

const NAME = "mautic_device_id";
const YEAR = 31536000;

/** The token kept on this site, or "" when this browser has none yet. */
export function knownDevice(): string {
  const token = read(NAME);
  return /^[\w-]{16,64}$/.test(token) ? token : "";
}

/** The visitor's browser asks not to be followed. */
export function refusesTracking(): boolean {
  return navigator.doNotTrack === "1" || !!(navigator as any).globalPrivacyControl;
}

/**
 * The token of this browser, made and kept before the first request so that parallel requests agree.
 * A browser that asks not to be followed keeps it in memory until the server decides otherwise.
 */
export function device(): string {
  const token = knownDevice() || randomID();
  refusesTracking() ? remember(NAME, token) : write(NAME, token, YEAR);
  return knownDevice();
}

/** Takes over the ids chosen by the server. */
export function setDevice(ids: { id?: unknown; device_id?: unknown }): void {
  if (ids.device_id) {
    write(NAME, String(ids.device_id), YEAR);
  }
  if (ids.id) {
    write("mtc_id", String(ids.id));
  }
}
