import assert from "node:assert/strict";
import test from "node:test";

import { mended } from "../../static/js/missing.js";

const HOME = "http://127.0.0.1:8000/";

test("a link whose # was encoded is the link that it was, below a path too", () => {
  for (const home of [HOME, "https://example.org/unrolled/"]) {
    for (const fragment of ["v=1&scene=%7B%22version%22%3A1%7D&step=7", "v=2&s=abc_-&kept=1/2,1/3", "view=gradients"]) {
      assert.equal(mended(`${home}%23${fragment}`), `${home}#${fragment}`);
    }
  }
});

test("what was encoded as a whole is decoded once", () => {
  const fragment = "v=1&scene=%7B%22label%22%3A1%7D";
  assert.equal(mended(`${HOME}%23${encodeURIComponent(fragment)}`), `${HOME}#${fragment}`);
  assert.equal(mended(`${HOME}%23v%3D1%26scene%3D%E0`), `${HOME}#v%3D1%26scene%3D%E0`, "what cannot be decoded stays");
});

test("a question mark or another # behind it belongs to the fragment", () => {
  assert.equal(mended(`${HOME}%23v=1&lab=a?b#c`), `${HOME}#v=1&lab=a?b#c`);
});

test("a path without a # is left alone", () => {
  for (const path of ["", "nothing", "a/b?x=%23v=1", "nothing#v=1"]) assert.equal(mended(HOME + path), null);
});

test("nobody is led to another site or into a script", () => {
  for (const path of ["//evil.example/%23v=1", "/\\evil.example/%23v=1", "javascript:alert(1)%23v=1", "//evil.example%2f%23"]) {
    const link = mended(HOME + path);
    if (link) assert.equal(new URL(link).origin, new URL(HOME).origin);
  }
});
