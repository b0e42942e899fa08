import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import kzg from '@crate-crypto/node-eth-kzg'
import { bytesPerBlob } from './layer.ts'

/** One job for the worker; answered by a `KzgAnswer` of the same id. */
export interface KzgJob {
  readonly id: number
  readonly kind: 'commitment' | 'cellProofs'
  readonly blob: Uint8Array
}

export type KzgAnswer =
  | { readonly id: number; readonly result: Uint8Array }
  | { readonly id: number; readonly notABlob: true }
  | { readonly id: number; readonly failure: string }

export interface KzgWorkerData {
  readonly precompute: boolean
}

/** Order of the BLS12-381 scalar field: every element of a blob is below it. */
const modulus = Buffer.from('73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001', 'hex')

/** How much this thread yields to others: proofs have a slot's time, and who sends a message waits. */
const niceness = 10
// Linux alone takes the caller's thread for the process that it was asked for.
if (process.platform === 'linux') setPriority(niceness)

const { precompute } = workerData as KzgWorkerData
let context: ReturnType<typeof kzg.DasContextJs.create> | undefined

function isBlob(bytes: Uint8Array): boolean {
  if (bytes.length !== bytesPerBlob) return false
  for (let at = 0; at < bytesPerBlob; at += 32)
    // The first byte decides for all but one element in 256.
    if ((bytes[at] ?? 0) >= 0x73 && Buffer.compare(bytes.subarray(at, at + 32), modulus) >= 0) return false
  return true
}

function answer({ id, kind, blob }: KzgJob): KzgAnswer {
  try {
    if (!isBlob(blob)) return { id, notABlob: true }
    context ??= kzg.DasContextJs.create({ usePrecomp: precompute })
    if (kind === 'commitment') return { id, result: context.blobToKzgCommitment(blob) }
    return { id, result: new Uint8Array(Buffer.concat(context.computeCellsAndKzgProofs(blob).proofs)) }
  } catch (error) {
    return { id, failure: String(error) }
  }
}

parentPort?.on('message', (job: KzgJob) => parentPort?.postMessage(answer(job)))
