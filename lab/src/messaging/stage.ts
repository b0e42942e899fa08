import type { Closing } from '@parley/cli/roles'
import { type LayerProxy, startProxy } from '@parley/da-adapters/testing'
import { createGatewayServer, Gateway, memoryWindows } from '@parley/gateway'
import type { GatewayAt } from '@parley/messaging'
import { Registry } from 'prom-client'
import { type Address, bytesToHex, createWalletClient, http, zeroHash } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { Context } from '../context.ts'
import { type MessagingConfiguration, messagingConfiguration } from '../stack/messaging-file.ts'
import type { Stack } from '../stack/stack.ts'

/** What stands between the people of a walk and the stack, and breaks what a step tells it to. */
export interface Stage {
  /** Everything by these fronts. */
  readonly configuration: MessagingConfiguration
  readonly sequencer: LayerProxy
  /** Before the first store. */
  readonly store: LayerProxy
  /** Before the post-delivery service. */
  readonly pds: LayerProxy
  /** By which key that signs. */
  readonly pdsKey: Address
  /** A gateway that promises everything and sends nothing. */
  readonly censor: GatewayAt
}

export type StageDeps = Pick<Context, 'clock' | 'log'>

/** Seconds of the L2 that a censor promises: so soon it is found out. */
const censorsPromise = 4

/** What of a stack people meet. */
export type MessagingStack = Pick<Stack, 'places' | 'deployment' | 'users'>

export async function openStage(context: StageDeps, stack: MessagingStack, closing: Closing): Promise<Stage> {
  const { places, deployment } = stack
  const { messaging } = places
  if (messaging?.pds === undefined) throw new TypeError('no messaging with a post-delivery service runs in this stack')
  const { url: pdsUrl, key: pdsKey } = messaging.pds
  const whole = messagingConfiguration(places, messaging, deployment.chainId)
  const before = async (url: string): Promise<LayerProxy> => {
    const proxy = await startProxy(() => url, { remember: false })
    closing.add(() => proxy.close())
    return proxy
  }
  const [firstStore, ...otherStores] = whole.contents as [string, ...string[]]
  const sequencer = await before(whole.sequencer)
  const store = await before(firstStore)
  const pds = await before(pdsUrl)
  const censor = await openCensor(context, stack, closing)
  // Feeds go past the front, which knows requests alone.
  const { relay = whole.sequencer } = whole
  const configuration = { ...whole, relay, sequencer: sequencer.url, contents: [store.url, ...otherStores] }
  return { configuration, sequencer, store, pds, pdsKey, censor }
}

/** A gateway as any, but that what it promised is never sent. */
async function openCensor(
  { clock, log }: StageDeps,
  { places, deployment, users }: MessagingStack,
  closing: Closing,
): Promise<GatewayAt> {
  const { directory, inbox } = places.messaging as NonNullable<Stack['places']['messaging']>
  const { address } = privateKeyToAccount(bytesToHex(users[0] as Uint8Array))
  const key = privateKeyToAccount(generatePrivateKey())
  const never = (): Promise<never> => new Promise(() => undefined)
  const gateway = new Gateway(
    {
      client: createWalletClient({ transport: http(places.l2Url), cacheTime: 0 }),
      chainId: deployment.chainId,
      contracts: { directory, inbox, queue: bytesToHex(deployment.inbox) },
      sender: {
        address,
        isPending: () => false,
        send: never,
        begin: async () => ({ hash: zeroHash, wait: never }),
        close: async () => undefined,
      },
      key,
      windows: memoryWindows(clock),
      clock,
      log: log.child({}, { level: 'warn' }),
      registry: new Registry(),
    },
    { includeWithinSeconds: censorsPromise },
  )
  closing.add(() => gateway.close())
  const { url, close } = await createGatewayServer(gateway, { host: '127.0.0.1', port: 0, version: 'censor' })
  closing.add(close)
  return { url, key: key.address }
}
