import { delivered } from "./deliver";
import { fillForms, watchForms } from "./forms";
import { documentReady, methods } from "./interface";
import { takeLink, watchLinks } from "./links";
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

/** Cookies of another site need https. */
function warn(): void {
  if (ARIANE_BASE.startsWith("http:") && new URL(ARIANE_BASE).hostname !== location.hostname) {
    console.warn("Ariane: " + ARIANE_BASE + " is not https, so browsers refuse its cookies on other sites. Visitors are recognised on this site only.");
  }
}

function start(): void {
  warn();
  watchForms();
  documentReady(fillForms);
  watchPixel();
  takeLink();
  watchLinks();
  takeQueue();
  if (asked) {
    w[w.MauticTrackingObject || "mt"]("send", asked);
  }
}

const w = window as any;
/** Sites that forbid inline scripts ask for the first view with data-send="pageview". */
const asked = (document.currentScript as HTMLScriptElement | null)?.dataset.send;
const shared = (w.MauticJS ||= {});
if (!shared.base) {
  Object.assign(shared, methods, { base: ARIANE_BASE });
  (document as any).prerendering ? document.addEventListener("prerenderingchange", start, { once: true }) : start();
}
