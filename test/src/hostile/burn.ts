import { workerData } from 'node:worker_threads'

/** Uses a share of one core, in slices of 10 ms, until it is terminated. */
const { share } = workerData as { share: number }
const sliceMs = 10
const nap = new Int32Array(new SharedArrayBuffer(4))
for (;;) {
  const until = performance.now() + sliceMs * share
  while (performance.now() < until);
  Atomics.wait(nap, 0, 0, sliceMs * (1 - share))
}
