// Looks for the nonce away from the page. SHA-256 as in FIPS 180-4; the challenge is short, so the message fits
// one or two blocks, and hashing here is far faster than asking the browser for each try.
"use strict";
const primes = (() => {
  const found = [];
  for (let n = 2; found.length < 64; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
})();
const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
const K = new Int32Array(primes.map((p) => fraction(Math.cbrt(p))));
const START = new Int32Array(primes.slice(0, 8).map((p) => fraction(Math.sqrt(p))));
const W = new Int32Array(64);
const H = new Int32Array(8);
const turn = (x, n) => (x >>> n) | (x << (32 - n));

function sha256(bytes) {
  const length = bytes.length;
  const padded = new Uint8Array(((length + 8) >> 6 << 6) + 64);
  padded.set(bytes);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, length * 8);
  H.set(START);
  for (let at = 0; at < padded.length; at += 64) block(view, at);
  return H;
}

function block(view, at) {
  for (let i = 0; i < 16; i++) W[i] = view.getInt32(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const [x, y] = [W[i - 15], W[i - 2]];
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    W[i] = W[i - 16] + s0 + W[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = H;
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const sums = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) H[i] = (H[i] + sums[i]) | 0;
}

function zeroBits(words) {
  let bits = 0;
  for (const word of words) {
    bits += Math.clz32(word);
    if (word !== 0) return bits;
  }
  return bits;
}

function solve(challenge, bits) {
  const encoder = new TextEncoder();
  for (let nonce = 0; ; nonce++) {
    if (zeroBits(sha256(encoder.encode(`${challenge}:${nonce}`))) >= bits) return String(nonce);
  }
}

self.onmessage = (event) => self.postMessage(solve(event.data.challenge, event.data.bits));
