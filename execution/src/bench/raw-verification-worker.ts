import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import secp256k1 from 'secp256k1'
import type { RawVerificationOptions, RawWorkerReport } from './raw-verification.ts'

const samples = 512
const mostWarmUpMs = 500

const { seconds } = workerData as RawVerificationOptions
if (parentPort === null) throw new Error('runs as a worker only')

const signed = Array.from({ length: samples }, (_, i) => {
  const secret = createHash('sha256').update(`secret ${i}`).digest()
  const digest = createHash('sha256').update(`digest ${i}`).digest()
  const { signature } = secp256k1.ecdsaSign(digest, secret)
  return { digest, signature, key: secp256k1.publicKeyCreate(secret, true) }
})

/** Verifies for `forMs`, looking at the clock once a round of samples. */
function verifyFor(forMs: number): RawWorkerReport {
  const start = performance.now()
  const cpuBefore = process.threadCpuUsage()
  let verifications = 0
  for (;;) {
    for (const { digest, signature, key } of signed)
      if (!secp256k1.ecdsaVerify(signature, digest, key)) throw new Error('a good signature was refused')
    verifications += samples
    const elapsedMs = performance.now() - start
    if (elapsedMs < forMs) continue
    const { user, system } = process.threadCpuUsage(cpuBefore)
    return { verifications, elapsedMs, cpuMicroseconds: user + system }
  }
}

verifyFor(Math.min(mostWarmUpMs, 1000 * seconds))
const go = once(parentPort, 'message')
parentPort.postMessage('ready')
await go
parentPort.postMessage(verifyFor(1000 * seconds))
