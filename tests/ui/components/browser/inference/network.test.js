// Networks in the browser: by hand what is small enough. All kinds are held to the NumPy engine in
// test_browser_inference.py.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Network } from "../../../../../cnnviz/ui/components/browser/inference/network.js"
import { colour } from "../../../../../cnnviz/ui/components/browser/inference/reader.js"
import { packed } from "../packed.js"

const CONVOLUTION = {
  kind: "Conv2D", name: "conv", filters: 1, kernel_size: [2, 2], strides: [1, 1], padding: "valid",
  dilation_rate: [1, 1], groups: 1, activation: "relu", use_bias: true,
} // prettier-ignore

function network(layers, weights, input_shape = [2, 3, 1]) {
  const described = []
  let at = 0
  for (const [layer, name, values] of weights) {
    described.push({ layer, name, at, count: values.length })
    at += 4 * values.length
  }
  const all = Float32Array.from(weights.flatMap(([, , values]) => values))
  return new Network(packed({ name: "small", input_shape, layers, weights: described }, all, 3))
}

test("a window is multiplied by its kernel, the bias added, and what is negative becomes 0", () => {
  const weights = [
    ["conv", "kernel", [1, 0, 0, -1]],
    ["conv", "bias", [0.5]],
  ]
  const [{ before, after, shape }] = network([CONVOLUTION], weights).run(Float32Array.of(3, 1, 0, 0, 1, 4))
  assert.deepEqual(shape, [1, 2, 1])
  assert.deepEqual([...before], [2.5, -2.5])
  assert.deepEqual([...after], [2.5, 0])
})

test("a layer that changes nothing has its input's own values", () => {
  const layers = [{ kind: "Flatten", name: "flatten" }, { kind: "Dropout", name: "dropout", rate: 0.5 }] // prettier-ignore
  const x = Float32Array.of(1, 2, 3, 4, 5, 6)
  const outputs = network(layers, []).run(x)
  assert.deepEqual(
    outputs.map(({ shape }) => shape),
    [[6], [6]],
  )
  assert.ok(outputs.every(({ before, after }) => before === x && after === x))
})

test("another digit leaves nothing of the one before", () => {
  const weights = [["conv", "kernel", [1, 1, 1, 1]]]
  const made = network([CONVOLUTION], weights)
  made.run(Float32Array.of(9, 9, 9, 9, 9, 9))
  assert.deepEqual([...made.run(new Float32Array(6))[0].after], [0, 0])
})

test("kinds and activations that nobody knows here are refused", () => {
  assert.throws(() => network([{ kind: "Attention", name: "a" }], []), /Attention is not known/)
  const other = { ...CONVOLUTION, activation: "gelu" }
  assert.throws(() => network([other], [["conv", "kernel", [1, 1, 1, 1]]]), /gelu is not known/)
})

test("a digit in colour has paper around it and ink where it is full", () => {
  const made = colour(Float32Array.of(0, 1, 0.5, 0), 2, "#ff0000", "#0000ff")
  const at = (row, column) => [...made.subarray((row * 6 + column) * 3, (row * 6 + column) * 3 + 3)]
  assert.equal(made.length, 6 * 6 * 3)
  assert.deepEqual([at(0, 0), at(2, 3), at(3, 2)], [[0, 0, 1], [1, 0, 0], [0.5, 0, 0.5]]) // prettier-ignore
})
