import { parentPort, workerData } from 'node:worker_threads'
import { deriveFrom } from '../load/seeded.ts'
import { nativeSigner } from '../load/signer.ts'
import { signStream } from './prepare.ts'
import type { SignedStream, SigningWork } from './sign-load.ts'

const { seed, chainId, load, repeats, streams } = workerData as SigningWork
const derive = deriveFrom(seed)
const signer = nativeSigner()
for (let repeat = 0; repeat < repeats; repeat += 1)
  for (const { number, talks } of streams) {
    const bytes = Buffer.concat([...signStream({ chainId, signer, derive }, talks, load, number)])
    const signed: SignedStream = { repeat, stream: number, bytes }
    parentPort?.postMessage(signed)
  }
