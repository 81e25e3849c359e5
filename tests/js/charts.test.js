import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf } from "../../static/js/charts/twin.js";

test("a chart's CSV has every digit, and quotes what would break its lines", () => {
  const rows = [["layer 1", 0.1 + 0.2, -0], ['say "a, b"', 1e-300, 2]];
  assert.equal(csvOf({ name: "", scene: "", title: "", header: ["layer", "value", "n"], rows }), 'layer,value,n\r\nlayer 1,0.30000000000000004,0\r\n"say ""a, b""",1e-300,2\r\n');
});
