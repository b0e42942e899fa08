import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Talk } from '../load/talk.ts'
import { bodyBytes, type PreparedLoad, writeDescription } from './prepared-load.ts'

/** What one thread signs: some streams, all repeats of them in order. */
export interface SigningWork {
  readonly seed: string
  readonly chainId: bigint
  readonly load: PreparedLoad
  readonly repeats: number
  readonly streams: readonly { readonly number: number; readonly talks: readonly Talk[] }[]
}

/** All bodies of one stream, one after another. */
export interface SignedStream {
  readonly repeat: number
  readonly stream: number
  readonly bytes: Uint8Array
}

/**
 * Signs loads into files, one a repeat, on all cores: a signature takes longer than its verification.
 * @param talks - One after another in neighbouring shards; each stream takes as many.
 */
export async function signLoads(
  paths: readonly string[],
  talks: readonly Talk[],
  { seed, chainId, load }: Pick<SigningWork, 'seed' | 'chainId' | 'load'>,
): Promise<void> {
  const files = await Promise.all(paths.map((path) => open(path, 'w')))
  try {
    const share = talks.length / load.streams
    const streams = Array.from({ length: load.streams }, (_, number) => {
      return { number, talks: talks.slice(number * share, (number + 1) * share) }
    })
    const threads = availableParallelism()
    const shares = Array.from({ length: threads }, (_, thread) => streams.filter((_s, i) => i % threads === thread))
    const streamBytes = load.bodiesPerStream * bodyBytes(load)
    const write = async ({ repeat, stream, bytes }: SignedStream): Promise<void> => {
      await files[repeat]?.write(bytes, 0, bytes.length, stream * streamBytes)
    }
    const work = { seed, chainId, load, repeats: paths.length }
    await Promise.all(shares.map((own) => signShare({ ...work, streams: own }, write)))
    await Promise.all(paths.map((path) => writeDescription(path, load)))
  } finally {
    await Promise.all(files.map((file) => file.close()))
  }
}

async function signShare(work: SigningWork, write: (signed: SignedStream) => Promise<void>): Promise<void> {
  const worker = new Worker(new URL('./sign-worker.ts', import.meta.url), { workerData: work })
  const writes: Promise<void>[] = []
  worker.on('message', (signed: SignedStream) => writes.push(write(signed)))
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', () => resolve())
  })
  await Promise.all(writes)
}
