import { device, setDevice } from "./device";
import { consent, mayFollow } from "./consent";
import { randomID } from "./random";
import { Parameters } from "./parameters";
import { fillForms } from "./forms";

declare const ARIANE_BASE: string;

export type Callbacks = Partial<Record<"onload" | "onerror" | "onabort", (detail: unknown) => void>>;
type Detail = { event: unknown; params: Parameters; response?: any; image?: boolean };
type BeforeFirst = (params: Parameters) => void;

const LONGEST_PIXEL_VALUE = 1500;
const PATIENCE = 15000;

let fetchWorks = typeof fetch === "function";
let started = false;
let firstDelivered = false;
const before: BeforeFirst[] = [];
const after: (() => void)[] = [];

export function beforeFirst(f: BeforeFirst): void {
  before.push(f);
}

export function afterFirst(f: () => void): void {
  firstDelivered ? f() : after.push(f);
}

/** Calls what the page gave us; its errors are shown in the console without stopping the delivery. */
function call<T>(f: ((arg: T) => void) | undefined, arg: T): void {
  try {
    f?.(arg);
  } catch (e) {
    setTimeout(() => {
      throw e;
    });
  }
}

/** Tells the page that a view reached the server. */
export function delivered(detail: Partial<Detail>): void {
  if (mayFollow()) {
    setDevice(detail.response || {});
  }
  fillForms();
  firstDelivered = true;
  document.dispatchEvent(new CustomEvent("mauticPageEventDelivered", { detail }));
  after.splice(0).forEach((f) => call(f, undefined));
}

/** Adds what names the browser and the view. */
export function complete(params: Parameters): Parameters {
  params.mautic_device_id = device();
  params.mtc_view ||= randomID();
  if (consent()) {
    params.mtc_consent = consent();
  }
  return params;
}

/** Sends one view: the script's request, then the pixel when that failed. Never rejects. */
export async function deliver(params: Parameters, event: unknown, callbacks: Callbacks): Promise<void> {
  complete(params);
  if (!started) {
    started = true;
    before.forEach((f) => call(f, params));
  }
  const response = fetchWorks && (await post(params));
  if (!response) {
    return pixel(params, event, callbacks);
  }
  const detail = { event, params, response };
  delivered(detail);
  call(callbacks.onload, detail);
}

async function post(params: Parameters): Promise<unknown> {
  let status = 0;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(ARIANE_BASE + "/mtc/event", {
      method: "POST",
      body: new URLSearchParams(params),
      credentials: "include",
      keepalive: true,
      signal: stop.signal,
    });
    status = answer.status;
    return status === 200 && (await answer.json());
  } catch {
    fetchWorks = status !== 0;
  } finally {
    clearTimeout(timer);
  }
}

function pixel(params: Parameters, event: unknown, callbacks: Callbacks): Promise<void> {
  return new Promise((done) => {
    const image = new Image();
    const query = new URLSearchParams();
    Object.entries(params).forEach(([name, value]) => query.set(name, value.slice(0, LONGEST_PIXEL_VALUE)));
    image.onload = (e) => {
      delivered({ event, params, image: true });
      call(callbacks.onload, e);
      done();
    };
    image.onerror = (e) => {
      call(callbacks.onerror, e);
      done();
    };
    image.onabort = (e) => {
      call(callbacks.onabort, e);
      done();
    };
    image.src = ARIANE_BASE + "/mtracking.gif?" + query;
  });
}
