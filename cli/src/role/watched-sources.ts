import { createSequencerBlockSource } from '@parley/client/blocks'
import { chooseVerifier } from '@parley/execution'
import { endpointOf } from '@parley/http'
import type { WatchedSource } from '@parley/node'
import type { SettlementReader } from '@parley/protocol'
import type { Context } from '../process/context.ts'

/** A source that does not answer for this long is told; the node tries again by itself. Milliseconds. */
const giveUpMs = 5_000

/** Feeds of the sequencers and relays that a node watches. */
export async function watchedSources(
  { config, clock, signal }: Pick<Context, 'config' | 'clock' | 'signal'>,
  settlement: SettlementReader,
): Promise<readonly WatchedSource[]> {
  if (config.node.watch.length === 0) return []
  const deployment = await settlement.config(signal)
  const keys = async (inner: AbortSignal) => (await settlement.schedule(inner)).keys
  const verifier = chooseVerifier(config.run.verifier)
  return config.node.watch.map((url) => ({
    name: endpointOf(url).shown,
    // Of its blocks only the headers count here.
    blocks: createSequencerBlockSource({ url, clock, verifier }, { deployment, keys, giveUpMs, checkRuns: false }),
  }))
}
