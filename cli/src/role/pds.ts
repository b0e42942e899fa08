import { createNodeClient, createSequencerClient, getDeployment } from '@parley/client'
import { httpContents, severalContents } from '@parley/content'
import { ContentStore, levelBlocks } from '@parley/content/store'
import { createPdsServer, Pds, pdsBounds } from '@parley/pds'
import { bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import manifest from '../../package.json' with { type: 'json' }
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { Closing } from './closing.ts'
import { DataDir } from './data-dir.ts'
import { failedOf } from './failed-of.ts'
import { openL2Client } from './l2-client.ts'

/** Starts a post-delivery service. */
export function startPds(context: RoleContext): Promise<Service> {
  return Closing.guard(async (closing) => {
    const { config, clock, log, sources } = context
    // Before anybody is asked.
    const secret = needed(config, 'pds.key').reveal()
    const rollup = needed(config, 'l2.rollup')
    const directory = needed(config, 'l2.directory')
    const inbox = needed(config, 'l2.publicInbox')
    const feedUrl = needed(config, 'sequencer.url')
    const nodeUrl = needed(config, 'node.url')
    const { stores, contentMs, maxStoredBytes, reputation } = config.pds
    if (stores.length === 0)
      throw new CliError({
        code: 'CONFIG_VALUE_INVALID',
        key: 'pds.stores',
        source: sources.get('pds.stores') ?? 'fallback',
        reason: 'must name one store at least: contents are mirrored from there',
      })
    const options = Object.fromEntries(
      Object.keys(pdsBounds).map((name) => [name, config.pds[name as keyof typeof pdsBounds]]),
    )
    const client = openL2Client(context)
    const deployment = await getDeployment(client, { rollup })
    const { chainId } = deployment
    const belongsTo = `chain ${chainId}, rollup ${rollup}, directory ${directory}, public inbox ${inbox}`
    const dataDir = new DataDir({ path: needed(config, 'run.dataDir'), deployment: belongsTo }, closing)
    const index = await dataDir.bytes('pds contents')
    const registry = createRegistry()
    const key = privateKeyToAccount(bytesToHex(secret))
    const pds = await Pds.open(
      {
        client,
        contracts: {
          directory,
          inbox,
          inboxBlock: config.l2.publicInboxBlock,
          rollup,
          ...(reputation !== undefined && { reputation }),
        },
        deployment,
        feed: createSequencerClient({ url: feedUrl, clock }),
        node: createNodeClient({ url: nodeUrl, clock, l2: { client, rollup } }, { chainId }),
        contents: severalContents(
          stores.map((url) => httpContents({ url, clock })),
          clock,
        ),
        mirror: await ContentStore.open(
          { index, blocks: levelBlocks(index), clock, log },
          { handshakeMs: contentMs, maxStoredBytes },
        ),
        db: await dataDir.bytes('pds users'),
        key,
        secret,
        clock,
        log,
        registry,
      },
      options,
    )
    const { host, port } = config.run
    await context.takePorts()
    const server = await createPdsServer(pds, { ...config.http, host, port, version: manifest.version })
    const stopping = new AbortController()
    const running = pds.run(stopping.signal)
    closing.add(async () => {
      stopping.abort()
      // What made it fail is told by `failed`.
      await running.catch(() => undefined)
    })
    closing.add(() => server.close())
    const failed = failedOf(running, dataDir, clock, stopping.signal)
    return { ready: { url: server.url, key: key.address }, failed, stop: () => closing.close() }
  })
}
