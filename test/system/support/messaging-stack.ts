import { httpContents, severalContents } from '@parley/content'
import { createStoreServer } from '@parley/content/server'
import { ContentStore, memoryBlocks } from '@parley/content/store'
import { createGatewayServer, Gateway, memoryWindows } from '@parley/gateway'
import { rpcTransport } from '@parley/http'
import type { MessagingStack } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import { describeRevert } from '@parley/settlement'
import { createSenderMetrics, openAccountSender, senderDefaults } from '@parley/transactions'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { bytesToHex, createWalletClient, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { eventually } from './eventually.ts'
import { log } from './l2.ts'
import { textStore } from './memory-stores.ts'
import { Messengers } from './messengers.ts'
import { startPds } from './pds.ts'
import { openShards, Rollup } from './rollup.ts'

const server = { host: '127.0.0.1', port: 0, version: '1' } as const
const windows = { anonymousSecond: 100, anonymousMinute: 1_000, anonymousDay: 1_000 } as const

/** A rollup with node and batcher, two gateways that pay on both layers, two stores and a post-delivery service, all in this process. */
export class MessagingServers {
  readonly rollup: Rollup
  readonly stack: MessagingStack
  private readonly stops: (() => Promise<void>)[]

  private constructor(rollup: Rollup, stack: MessagingStack, stops: (() => Promise<void>)[]) {
    this.rollup = rollup
    this.stack = stack
    this.stops = stops
  }

  static async start(): Promise<MessagingServers> {
    const stops: (() => Promise<void>)[] = []
    try {
      const rollup = await Rollup.start()
      stops.push(() => rollup.stop())
      const node = await rollup.startNode()
      await rollup.startBatcher()
      await Promise.all(openShards.map((shard) => eventually('an account', () => rollup.client.account(shard, 0))))
      const { contracts } = await Messengers.deploy(rollup)
      const { directory, inbox } = contracts
      const gateways = [
        await startGateway(rollup, contracts, 0, stops),
        await startGateway(rollup, contracts, 1, stops),
      ]
      const storeUrls = [await startStore(stops), await startStore(stops)]
      const clients = storeUrls.map((url) => httpContents({ url }))
      const contents = severalContents(clients, systemClock)
      const key = privateKeyToAccount(generatePrivateKey())
      const pds = await startPds({ rollup, node, directory, inbox, key, contents })
      stops.push(() => pds.stop())
      const stack: MessagingStack = {
        places: {
          l1Url: rollup.chain.url,
          l2Url: rollup.chain.url,
          rollup: contracts.rollup,
          daLocalUrl: undefined,
          altDaUrl: undefined,
          celestia: undefined,
          daNodeUrls: [],
          sequencerUrl: rollup.sequencer.url,
          batcherUrl: rollup.sequencer.url,
          nodeUrl: node.url,
          relayUrl: undefined,
          messaging: { directory, inbox, gateways, storeUrls, pds },
        },
        deployment: rollup.deployment,
        users: rollup.roles.users.map(({ secret }) => secret),
      }
      return new MessagingServers(rollup, stack, stops)
    } catch (error) {
      for (const stop of stops.reverse()) await stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop()
  }
}

/** Each with an account of its own in one shard. */
async function startGateway(
  rollup: Rollup,
  contracts: Messengers['contracts'],
  place: 0 | 1,
  stops: (() => Promise<void>)[],
) {
  const sender = await openAccountSender(
    {
      transport: rpcTransport(rollup.chain.url, { timeoutMs: 60_000 }),
      describeRevert,
      secret: rollup.roles.gateways[place]!.secret,
      store: textStore(),
      clock: systemClock,
      log,
      metrics: createSenderMetrics(new Registry()),
    },
    { ...senderDefaults, pollMs: 100 },
    AbortSignal.timeout(60_000),
  )
  stops.push(() => sender.close())
  const key = privateKeyToAccount(generatePrivateKey())
  const gateway = new Gateway(
    {
      client: createWalletClient({ transport: http(rollup.chain.url), pollingInterval: 100, cacheTime: 0 }),
      chainId: rollup.config.chainId,
      contracts: { ...contracts, queue: bytesToHex(rollup.config.inbox) },
      sender,
      key,
      windows: memoryWindows(systemClock),
      l3: {
        sequencer: rollup.client,
        deployment: rollup.config,
        owner: rollup.owner,
        accounts: [{ shard: openShards[place], account: 0 }],
      },
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    windows,
  )
  stops.push(() => gateway.close())
  const { url, close } = await createGatewayServer(gateway, server)
  stops.push(close)
  return { url, key: key.address }
}

async function startStore(stops: (() => Promise<void>)[]): Promise<string> {
  const index = new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  const store = await ContentStore.open({ index, blocks: memoryBlocks(), clock: systemClock, log }, {})
  const { url, close } = await createStoreServer({ store, registry: new Registry(), clock: systemClock, log }, server)
  stops.push(close)
  return url
}
