import { type BlobPoolProxy, type LayerProxy, startBlobPoolProxy, startProxy } from '@parley/da-adapters/testing'
import { createPublicClient, http } from 'viem'
import type { ChildConfig } from '../../../stack/environment.ts'
import { daNodeNames, type RoleName } from '../../../stack/roles.ts'
import type { ChainUrls } from '../../../stack/stack.ts'
import { celestiaBlockMs, drillBatcher } from './profile.ts'

/** Calls of a chain's JSON-RPC, the development ones too. */
export type Rpc = <T = unknown>(method: string, ...params: unknown[]) => Promise<T>

export function rpcOf(url: string): Rpc {
  const client = createPublicClient({ transport: http(url, { retryCount: 0 }), cacheTime: 0 })
  return (method, ...params) => client.request({ method, params } as never)
}

/** What stands between the processes of a stack and the layers, and breaks what drills tell it to. */
export interface Fronts {
  /** The L1's RPC as the batcher has it, with the rules of geth's pools. */
  readonly pool: BlobPoolProxy
  /** Before that pool. */
  readonly l1: LayerProxy
  /** The L1's beacon API as the batcher has it, and as the node has it: two nodes and an archive. */
  readonly batcherBeacon: LayerProxy
  readonly beacons: readonly [LayerProxy, LayerProxy]
  readonly archive: LayerProxy
  /** The L2 as the batcher has it. */
  readonly l2: LayerProxy
  /** Before each member of the committee. */
  readonly members: readonly LayerProxy[]
  /** Everything passes again. */
  heal(): Promise<void>
}

interface ChainFronts extends Omit<Fronts, 'members'> {
  close(): Promise<void>
}

/** Makes them while a stack is started: `settings` and `front` are the stack's. */
export class FrontsBuilder {
  private made: Promise<ChainFronts> | undefined
  private readonly members = new Map<RoleName, LayerProxy>()
  private readonly policy: string

  constructor(policy: string) {
    this.policy = policy
  }

  readonly settings = async (role: RoleName, chains: ChainUrls): Promise<ChildConfig> => {
    const { l1, batcherBeacon, beacons, archive, l2 } = await this.chainFronts(chains)
    switch (role) {
      case 'batcher':
        return {
          ...drillBatcher,
          'da.layer': this.policy,
          'l1.url': l1.url,
          'l1.beaconUrl': batcherBeacon.url,
          'l2.url': l2.url,
        }
      case 'node':
        return { 'l1.beaconUrl': beacons.map(({ url }) => url).join(), 'l1.archiveUrl': archive.url }
      case 'celestia-double':
        return { 'double.adminPort': 0, 'double.blockMs': celestiaBlockMs }
      default:
        return {}
    }
  }

  readonly front = async (role: RoleName, url: string): Promise<string> => {
    if (!daNodeNames.some((name) => name === role)) return url
    const proxy = await startProxy(() => url, { remember: false })
    this.members.set(role, proxy)
    return proxy.url
  }

  async built(): Promise<Fronts> {
    if (this.made === undefined) throw new TypeError('no stack was started behind these fronts')
    const chains = await this.made
    const members = daNodeNames.map((name) => this.members.get(name) as LayerProxy)
    const proxies = [chains.l1, chains.batcherBeacon, ...chains.beacons, chains.archive, chains.l2, ...members]
    return {
      ...chains,
      members,
      async heal() {
        for (const proxy of proxies) proxy.heal()
        await chains.heal()
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.members.values()].map((member) => member.close()))
    await (await this.made)?.close()
  }

  /** Before both chains, once they are there. */
  private chainFronts(chains: ChainUrls): Promise<ChainFronts> {
    this.made ??= startChainFronts(chains)
    return this.made
  }
}

async function startChainFronts({ l1Url, l2Url }: ChainUrls): Promise<ChainFronts> {
  const before = (url: string) => startProxy(() => url, { remember: false })
  const pool = await startBlobPoolProxy({ url: l1Url, rpc: rpcOf(l1Url) })
  const l1 = await before(pool.url)
  const batcherBeacon = await before(l1Url)
  const beacons = [await before(l1Url), await before(l1Url)] as const
  const archive = await before(l1Url)
  const l2 = await before(l2Url)
  return {
    pool,
    l1,
    batcherBeacon,
    beacons,
    archive,
    l2,
    heal: () => pool.reset(),
    close: async () => {
      await Promise.all([l1, pool, batcherBeacon, ...beacons, archive, l2].map((each) => each.close()))
    },
  }
}
