import { join } from 'node:path'
import { Closing, DataDir } from '@parley/cli/roles'
import { createIdentity, createNetwork, type Network } from '@parley/network'
import { chainOf, type SignedChain } from '@parley/network/testing'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import type { Context } from '../../context.ts'

/** Peers on loopback that follow one chain. */
export interface Peers {
  readonly all: readonly Network[]
  /** Of the first, which the others dial. */
  readonly address: string
  stop(): Promise<void>
}

const withinMs = 60_000
const lookMs = 5

/** Waits for a condition. @throws {RangeError} saying what did not come within a minute. */
export async function until(what: string, holds: () => boolean, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + withinMs; !holds(); ) {
    signal.throwIfAborted()
    if (performance.now() > end) throw new RangeError(`${what}: not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

/** Starts peers, each with a store on the disk, and waits until each has as many others as it is to have. */
export async function startPeers(
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
  log: Logger,
  chain: SignedChain,
  { count, directory, perPeer }: { readonly count: number; readonly directory: string; readonly perPeer: number },
): Promise<Peers> {
  return Closing.guard(async (closing) => {
    const all: Network[] = []
    for (let i = 0; i < count; i += 1) {
      const place = new DataDir({ path: join(directory, `peer-${i}`) }, closing)
      const bootnodes = all.length === 0 ? [] : [all[0]?.addresses[0] as string]
      const network = await createNetwork(
        {
          chain: chainOf(chain),
          identity: await createIdentity(),
          store: await place.bytes('network'),
          clock,
          log,
          registry: new Registry(),
        },
        { listen: ['/ip4/127.0.0.1/tcp/0'], allowPrivate: true, wantedPeers: perPeer, bootnodes },
      )
      closing.add(() => network.stop())
      all.push(network)
    }
    const least = Math.min(perPeer, count - 1)
    await until(`${least} peers of each`, () => all.every((each) => each.status().peers.length >= least), signal)
    return { all, address: all[0]?.addresses[0] as string, stop: () => closing.close() }
  })
}
