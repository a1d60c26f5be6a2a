// Runs cases of the Python tests: `node run_cases.js CASES`, a JSON file of [{network, input, out}], [{strokes, steps,
// out}], [{strokes, out}] or [{values, out}]. `network`, `input` and `values` are files; what comes out is written to the
// file `out`: float32, the values of each layer before and after its activation; uint8, the five pictures of the
// preparation; JSON, the strokes as a link keeps them; or JSON, the signed sums of float32 values.
import { readFileSync, writeFileSync } from "node:fs"
import { Buffer } from "node:buffer"
import process from "node:process"
import { addSigned } from "../../../../../cnnviz/ui/components/browser/feature_maps/check.js"
import { asKept } from "../../../../../cnnviz/ui/components/browser/inference/kept.js"
import { Network } from "../../../../../cnnviz/ui/components/browser/inference/network.js"
import { prepare } from "../../../../../cnnviz/ui/components/browser/inference/preprocessing.js"
import { Raster, SIDE } from "../../../../../cnnviz/ui/components/browser/inference/raster.js"

const read = (path) => new Uint8Array(readFileSync(path))

function run({ network, input }) {
  const outputs = new Network(read(network)).run(new Float32Array(read(input).buffer))
  return outputs.flatMap(({ before, after }) => [Buffer.from(before.slice().buffer), Buffer.from(after.slice().buffer)])
}

function draw({ strokes, steps }) {
  return prepare(new Raster().paint(strokes), SIDE, new Set(steps)).map(({ data }) => data)
}

function make(one) {
  if (one.values) return JSON.stringify([...addSigned(new Float32Array(read(one.values).buffer))])
  if (!one.network && !one.steps) return JSON.stringify(asKept(one.strokes))
  return Buffer.concat(one.network ? run(one) : draw(one))
}

for (const one of JSON.parse(readFileSync(process.argv[2], "utf-8"))) {
  writeFileSync(one.out, make(one))
}
