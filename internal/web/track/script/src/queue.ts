import { automatic, Parameters, textual } from "./parameters";
import { Callbacks, complete, deliver } from "./deliver";
import { consent, deny, grant, mayFollow } from "./consent";
import { fillForms } from "./forms";
import { addLink } from "./links";

declare const ARIANE_BASE: string;

const ADDED = "eventAddedToMauticQueue";

type View = { params: Parameters; call: any[] };

let counter = 0;
let first: Promise<void> | undefined;
/** Views that wait for the first one, or for consent, in their order. */
let waiting: View[] = [];

function view(call: any[]): void {
  const n = counter++;
  const view: View = { params: { ...automatic(n), ...textual(call[2]) }, call };
  if (consent() === "0") {
    return;
  }
  addLink(view.params);
  waiting.push(view);
  if (mayFollow()) {
    send();
  }
}

/** Sends the first view, and those that wait for it afterwards. */
function send(): void {
  if (first) {
    first.then(flush);
  } else if (waiting.length) {
    const { params, call } = waiting.shift()!;
    first = deliver(params, call, call[3] || {});
    first.then(flush);
  }
}

function flush(): void {
  if (mayFollow()) {
    waiting.splice(0).forEach(({ params, call }) => deliver(params, call, (call[3] || {}) as Callbacks));
  }
}

/** The page goes away: what still waits is handed to the browser, which sends it all the same. */
function handOver(): void {
  if (mayFollow()) {
    waiting.splice(0).forEach(({ params }) => {
      navigator.sendBeacon(ARIANE_BASE + "/mtc/event", new URLSearchParams(complete(params)));
    });
  }
}

function decide(answer: unknown): void {
  if (answer === "grant") {
    grant();
    fillForms();
    send();
  } else if (answer === "deny") {
    waiting = [];
    deny();
  }
}

/** Takes over the array filled by the snippet: handles what waits in it, then each call as it is made. */
export function takeQueue(): void {
  const w = window as any;
  const name: string = w.MauticTrackingObject || "mt";
  if (typeof w[name] !== "function") {
    w[name] = function () {
      w[name].q.push(arguments);
    };
  }
  const queue: ArrayLike<any>[] = (w[name].q = w[name].q || []);
  const handle = () => {
    queue.splice(0).forEach((item) => {
      const call = Array.from(item);
      if (call[0] === "send" && call[1] === "pageview") {
        view(call);
      } else if (call[0] === "consent") {
        decide(call[1]);
      }
    });
  };
  queue.push = (...items) => {
    const length = Array.prototype.push.apply(queue, items);
    document.dispatchEvent(new CustomEvent(ADDED, { detail: items }));
    return length;
  };
  document.addEventListener(ADDED, handle);
  addEventListener("pagehide", handOver);
  handle();
}
