import { automatic, textual } from "./parameters";
import { Callbacks, deliver } from "./deliver";

const ADDED = "eventAddedToMauticQueue";

let counter = 0;
let first: Promise<void> = Promise.resolve();

function view(call: any[]): void {
  const n = counter++;
  const params = { ...automatic(n), ...textual(call[2]) };
  const callbacks: Callbacks = call[3] || {};
  const send = () => deliver(params, call, callbacks);
  if (n === 0) {
    first = send();
  } else {
    first.then(send);
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
      }
    });
  };
  queue.push = (...items) => {
    const length = Array.prototype.push.apply(queue, items);
    document.dispatchEvent(new CustomEvent(ADDED, { detail: items }));
    return length;
  };
  document.addEventListener(ADDED, handle);
  handle();
}
