const memory: Record<string, string> = {};

/** Reads a value kept on the visited site: local storage, then cookie, then this page's memory. */
export function read(name: string): string {
  let value: string | null | undefined;
  try {
    value = localStorage.getItem(name);
  } catch {
    // Refused by the browser; the cookie may still be readable.
  }
  try {
    value = value || (document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1];
  } catch {
    // Sandboxed frames refuse cookies.
  }
  return value || memory[name] || "";
}

/** Keeps a value for this page only. */
export function remember(name: string, value: string): void {
  memory[name] = value;
}

/** Removes a value from everywhere. */
export function erase(name: string): void {
  delete memory[name];
  try {
    localStorage.removeItem(name);
  } catch {
    // Nothing is there then.
  }
  writeCookie(name, "", -1);
}

/** Keeps a value on the visited site; seconds = 0 makes a session cookie. */
export function write(name: string, value: string, seconds = 0): void {
  remember(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {
    // Full or refused: the cookie or the memory remain.
  }
  writeCookie(name, value, seconds);
}

export function writeCookie(name: string, value: string, seconds = 0): void {
  try {
    document.cookie =
      `${name}=${value}; path=/; samesite=lax` +
      (seconds ? `; max-age=${seconds}` : "") +
      (location.protocol === "https:" ? "; secure" : "");
  } catch {
    // Sandboxed frames refuse cookies.
  }
}
