/** 128 random bits as 32 lower-case hexadecimal characters. */
export function randomID(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => (b + 256).toString(16).slice(1)).join("");
}
