/** Finds a number that makes the SHA-256 of a text begin with zero bits. It works in small steps, so that the page stays awake. */
declare const ARIANE_PROOF: { solve?: Solve };
export type Solve = (form: number, bits: number, minute: number, stamp: string) => Promise<string>;

const STEP = 3000;
const K: number[] = [];
const START: number[] = [];

const root = (n: number, power: number) => {
  const r = n ** power;
  return ((r - Math.floor(r)) * 0x100000000) | 0;
};
for (let n = 2; K.length < 64; n++) {
  if (prime(n)) {
    if (START.length < 8) START.push(root(n, 1 / 2));
    K.push(root(n, 1 / 3));
  }
}

function prime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

/** The first 32 bits of the SHA-256 of an ASCII text. */
export function head(text: string): number {
  const length = text.length;
  const words = new Int32Array((((length + 8) >> 6) + 1) << 4);
  for (let i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
  words[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
  words[words.length - 1] = length * 8;
  const state = START.slice();
  const w = new Int32Array(64);
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        w[i] = words[block + i];
      } else {
        const x = w[i - 15];
        const y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      const e1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + e1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const a0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (a0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((v, i) => (state[i] = (state[i] + v) | 0));
  }
  return state[0] >>> 0;
}

ARIANE_PROOF.solve = (form, bits, minute, stamp) =>
  new Promise((found) => {
    const limit = 2 ** (32 - bits);
    let n = 0;
    const step = () => {
      for (const end = n + STEP; n < end; n++) {
        if (head(`${form}.${stamp}.${minute}.${n}`) < limit) {
          found(`${stamp}.${minute}.${n}`);
          return;
        }
      }
      setTimeout(step);
    };
    step();
  });
