import { consent, mayFollow } from "./consent";
import { knownDevice, refusesTracking } from "./device";
import { Parameters } from "./parameters";

declare const ARIANE_BASE: string;
declare const ARIANE_SITES: string[];

const NAME = "mtc_link";
/** Less than a link counts, in milliseconds. */
const FRESH = 60000;

let arrived = "";
const sealed: Record<string, { at: number; link: Promise<string> }> = {};

/** Takes what a link from another site says out of the address, for the first view. */
export function takeLink(): void {
  const here = new URL(location.href);
  arrived = here.searchParams.get(NAME) || "";
  if (arrived) {
    here.search = here.search.slice(1).split("&").filter((part) => !part.startsWith(NAME + "=")).join("&");
    history.replaceState(history.state, "", here);
  }
}

/** Adds where the browser comes from to the first view after it came. */
export function addLink(params: Parameters): void {
  if (arrived) {
    params[NAME] = arrived;
    arrived = "";
  }
}

function isOurs(origin: string): boolean {
  return ARIANE_SITES.some((site) => {
    const [before, below] = site.split("*");
    return below === undefined ? site === origin : origin.startsWith(before) && origin.endsWith(below);
  });
}

async function ask(to: string): Promise<string> {
  const body = new URLSearchParams({ to, mautic_device_id: knownDevice(), mtc_consent: consent() });
  const answer = await fetch(ARIANE_BASE + "/mtc/link", { method: "POST", body, credentials: "include" });
  return (await answer.json()).link || "";
}

/** Somebody is about to follow a link: to another site of ours it takes the visitor along. */
async function decorate(event: Event): Promise<void> {
  const anchor = (event.target as Element).closest?.<HTMLAnchorElement>("a[href]");
  const to = anchor && anchor.origin;
  if (!to || to === location.origin || !isOurs(to) || !mayFollow() || refusesTracking() || !knownDevice()) {
    return;
  }
  const now = Date.now();
  let known = sealed[to];
  if (!known || now - known.at > FRESH) {
    known = sealed[to] = { at: now, link: ask(to).catch(() => "") };
  }
  const link = await known.link;
  const target = new URL(anchor.href);
  if (link && target.searchParams.get(NAME) !== link) {
    target.searchParams.set(NAME, link);
    anchor.href = target.href;
  }
}

export function watchLinks(): void {
  if (ARIANE_SITES.length) {
    ["pointerover", "pointerdown", "focusin"].forEach((name) => document.addEventListener(name, decorate, { capture: true, passive: true }));
  }
}
