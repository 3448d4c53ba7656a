import { delivered } from "./deliver";
import { fillForms, watchForms } from "./forms";
import { documentReady, methods } from "./interface";
import { takeQueue } from "./queue";

declare const ARIANE_BASE: string;

/** A pixel placed by hand in the page counts as a delivered view once loaded. */
function watchPixel(): void {
  const isPixel = (node: any) => node instanceof HTMLImageElement && node.src.includes("mtracking.gif");
  const loaded = () => delivered({ image: true });
  const placed = Array.from(document.images).find(isPixel);
  if (placed?.complete) {
    loaded();
  }
  document.addEventListener("load", (event) => isPixel(event.target) && loaded(), true);
}

function start(): void {
  watchForms();
  documentReady(fillForms);
  watchPixel();
  takeQueue();
}

const w = window as any;
const shared = (w.MauticJS ||= {});
if (!shared.base) {
  Object.assign(shared, methods, { base: ARIANE_BASE });
  (document as any).prerendering ? document.addEventListener("prerenderingchange", start, { once: true }) : start();
}
