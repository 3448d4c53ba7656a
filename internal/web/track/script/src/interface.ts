import { consent, mayFollow } from "./consent";
import { knownDevice, setDevice } from "./device";
import { randomID } from "./random";
import { writeCookie } from "./store";
import { afterFirst, beforeFirst } from "./deliver";
import { textual } from "./parameters";

declare const ARIANE_BASE: string;

type Ids = { id?: unknown; device_id?: unknown };

let asked: Promise<Ids> | undefined;

function getTrackedContact(): Promise<Ids> {
  if (!mayFollow()) {
    return Promise.resolve({});
  }
  return (asked ||= fetch(`${ARIANE_BASE}/mtc?mautic_device_id=${knownDevice()}&mtc_consent=${consent()}`, { credentials: "include" })
    .then((answer) => answer.json())
    .then((ids) => {
      setDevice(ids);
      return ids;
    }));
}

function serialize(values: Record<string, unknown>): string {
  return new URLSearchParams(textual(values)).toString();
}

function makeCORSRequest(
  method: string,
  url: string,
  data?: Record<string, unknown>,
  ok?: (response: unknown, request: XMLHttpRequest) => void,
  ko?: (response: unknown, request: XMLHttpRequest) => void,
): void {
  const request = new XMLHttpRequest();
  let body = serialize(data || {});
  if (method !== "POST" && body) {
    url += (url.includes("?") ? "&" : "?") + body;
    body = "";
  }
  request.open(method, url);
  request.withCredentials = true;
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  if (method === "POST") {
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
  }
  request.onloadend = () => {
    let response: unknown = request.responseText;
    try {
      response = JSON.parse(request.responseText);
    } catch {
      // The text is passed as it is.
    }
    (request.status === 200 ? ok : ko)?.(response, request);
  };
  request.send(body || null);
}

function insert(tag: "script" | "style", setting: Record<string, unknown>): HTMLElement {
  return document.head.appendChild(Object.assign(document.createElement(tag), setting));
}

function guid(): string {
  return randomID().replace(/(.{8})(.{4}).(.{3}).(.{3})(.+)/, "$1-$2-4$3-a$4-$5");
}

export function documentReady(f: () => void): void {
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", f) : f();
}

/** What sites and plug-ins may call. */
export const methods = {
  getTrackedContact,
  setTrackedContact: setDevice,
  appendTrackedContact(values: Record<string, unknown>) {
    const token = knownDevice();
    return token ? Object.assign(values, { mautic_device_id: token }) : values;
  },
  makeCORSRequest,
  beforeFirstEventDelivery: beforeFirst,
  onFirstEventDelivery: afterFirst,
  documentReady,
  insertScript: (src: string) => insert("script", { src, async: true }),
  insertStyle: (textContent: string) => insert("style", { textContent }),
  dispatchEvent: (name: string, detail?: unknown) => document.dispatchEvent(new CustomEvent(name, { detail })),
  setCookie: (name: string, value: string) => writeCookie(name, encodeURIComponent(value)),
  serialize,
  guid,
  log(...args: unknown[]) {
    (window as any).MauticDebug && console.log(...args);
  },
};
