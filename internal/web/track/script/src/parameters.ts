import { refusesTracking } from "./device";

export type Parameters = Record<string, string>;

const PLATFORMS: [string, string][] = [
  ["Linux", "Linux"],
  ["X11", "UNIX"],
  ["Mac", "MacOS"],
  ["Win", "Windows"],
];

function timezone(): string {
  try {
    return Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  } catch {
    return "";
  }
}

/** What is sent with each view without being asked. */
export function automatic(counter: number): Parameters {
  const n = navigator;
  const language = n.language || "";
  return {
    page_title: document.title,
    page_language: language,
    preferred_locale: language.replace("-", "_"),
    page_referrer: document.referrer.split("/")[2] || "",
    page_url: location.href,
    counter: String(counter),
    timezone_offset: String(new Date().getTimezoneOffset()),
    timezone: timezone(),
    resolution: `${screen.width}x${screen.height}`,
    platform: (PLATFORMS.find(([mark]) => n.appVersion.includes(mark)) || ["", "Unknown OS"])[1],
    do_not_track: String(refusesTracking()),
  };
}

/** Turns what the site passed into text parameters; absent values are left out, lists are joined by commas. */
export function textual(values: Record<string, unknown> | undefined): Parameters {
  const result: Parameters = {};
  Object.entries(values || {}).forEach(([name, value]) => {
    if (value !== undefined && value !== null && typeof value !== "function") {
      result[name] = String(value);
    }
  });
  return result;
}
