import { createAcceptedSource, createSequencerBlockSource } from '@parley/client/blocks'
import { chooseVerifier } from '@parley/execution'
import { startRelay } from '@parley/relay'
import { needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { Closing } from './closing.ts'
import { failedOf } from './failed-of.ts'
import { openDataDir, openReader } from './l2.ts'
import { anyFailed, gossipBlocks, joinNetwork } from './network.ts'

/** A source that does not answer for this long is reported; the relay tries again by itself. Milliseconds. */
const giveUpMs = 5_000

/** Starts a relay: it keeps what it checked, and serves the feeds of a sequencer. */
export function startRelayRole(context: RoleContext): Promise<Service> {
  return Closing.guard(async (closing) => {
    const { config, clock, log, signal } = context
    const url = needed(config, 'sequencer.url')
    const dataDir = await openDataDir(context, closing)
    const registry = createRegistry()
    const settlement = await openReader(context, registry, dataDir)
    const [deployment, genesis] = await Promise.all([settlement.config(signal), settlement.genesis(signal)])
    const { keptMib, ...feeds } = config.feeds
    const gossip = await joinNetwork(context, { settlement, dataDir, registry }, closing)
    await context.takePorts()
    const relay = await startRelay(
      {
        source: (isRescued) =>
          createSequencerBlockSource(
            { url, clock, verifier: chooseVerifier(config.run.verifier) },
            { deployment, keys: async (inner) => (await settlement.schedule(inner)).keys, giveUpMs, isRescued },
          ),
        accepted: createAcceptedSource({ url, clock }, { giveUpMs }),
        settlement,
        genesis,
        store: await dataDir.bytes('relay blocks'),
        clock,
        log,
        registry,
      },
      { ...serverOptions(config), ...feeds, maxBytes: keptMib * 2 ** 20 },
    )
    closing.add(() => relay.stop())
    const gossiping = gossip === undefined ? [] : [gossip.failed, gossipBlocks(context, gossip, settlement, relay.url)]
    const watching = new AbortController()
    closing.add(async () => watching.abort())
    const failed = failedOf(anyFailed([relay.failed, ...gossiping]), dataDir, clock, watching.signal)
    return { ready: { url: relay.url }, failed, stop: () => closing.close() }
  })
}
