import { kuboBlocks, pinnedBlocks } from '@parley/content/ipfs'
import { createStoreServer } from '@parley/content/server'
import { ContentStore, levelBlocks } from '@parley/content/store'
import manifest from '../../package.json' with { type: 'json' }
import { needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { Closing } from './closing.ts'
import { bitswapPackage, contentPeerOf } from './content-peer.ts'
import { DataDir } from './data-dir.ts'
import { failedOf } from './failed-of.ts'

/** Starts a store of contents. It belongs to no deployment: a digest says all there is to say. */
export function startStore({ config, clock, log, takePorts }: RoleContext): Promise<Service> {
  return Closing.guard(async (closing) => {
    const dataDir = new DataDir({ path: needed(config, 'run.dataDir') }, closing)
    const { token, kuboUrl, pinningUrl, pinningToken: _token, pinningOrigin, ...rest } = config.store
    const { bitswap, bitswapPort, bitswapPeers, ...bounds } = rest
    const { putBurstBytes, putBytesPerDay, maxPuts, ...kept } = bounds
    const index = await dataDir.bytes('contents')
    const own = kuboUrl === undefined ? levelBlocks(index) : kuboBlocks({ url: kuboUrl })
    const origins = pinningOrigin === undefined ? [] : [pinningOrigin]
    const blocks =
      pinningUrl === undefined
        ? own
        : pinnedBlocks(own, { url: pinningUrl, token: needed(config, 'store.pinningToken').reveal(), origins, clock })
    const store = await ContentStore.open({ index, blocks, clock, log }, kept)
    const peer = bitswap
      ? await (await contentPeerOf(bitswapPackage))(
          { store, keys: await dataDir.texts('store peer'), clock, log },
          { host: config.run.host, port: bitswapPort, peers: bitswapPeers },
        )
      : undefined
    if (peer !== undefined) closing.add(() => peer.close())
    await takePorts()
    const server = await createStoreServer(
      { store, registry: createRegistry(), clock, log, ...(peer !== undefined && { elsewhere: peer.fetch }) },
      {
        ...serverOptions(config),
        version: manifest.version,
        token: token?.reveal(),
        putBurstBytes,
        putBytesPerDay,
        maxPuts,
      },
    )
    closing.add(() => server.close())
    const stopping = new AbortController()
    const running = store.run(stopping.signal)
    closing.add(async () => {
      stopping.abort()
      await running
    })
    const failed = failedOf(running, dataDir, clock, stopping.signal)
    return {
      ready: { url: server.url, ...(peer !== undefined && { bitswap: peer.addresses }) },
      failed,
      stop: () => closing.close(),
    }
  })
}
