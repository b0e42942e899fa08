import {
  ClientError,
  confirm,
  createGatewayClient,
  createGateways,
  createNodeClient,
  createSequencerClient,
  type GatewayClient,
  type Gateways,
  getDeployment,
  type L2Client,
  type PledgeContracts,
} from '@parley/client'
import type { NamedContents } from '@parley/content'
import { millis, sameBytes } from '@parley/protocol/light'
import { Pulse, systemClock as runtimeClock, Turns } from '@parley/runtime'
import { type Address, bytesToHex, type Hash, hexToBytes } from 'viem'
import { ChainLog } from '../chain/chain-log.ts'
import { ContactDirectory } from '../chain/contact-directory.ts'
import { Forcing } from '../chain/forcing.ts'
import { systemClock } from '../chain/system-clock.ts'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import { MessagingError } from '../faults.ts'
import { createInstallation, type OwnInstallation, type Random, systemRandom } from '../keys/installation.ts'
import type { Clock } from '../ports/clock.ts'
import type { Contents } from '../ports/contents.ts'
import type { Store } from '../ports/store.ts'
import type { Evidence, Provider } from '../providers/provider.ts'
import { Providers } from '../providers/providers.ts'
import { Stores, type StoresDeps } from '../providers/stores.ts'
import type { Context, Contracts } from './context.ts'
import { byGateways } from './gateway-sponsor.ts'
import { Inbox } from './inbox.ts'
import { Messenger } from './messenger.ts'
import { gatewayPayer, walletPayer } from './payer.ts'
import type { SponsorFactory } from './sponsor.ts'

/** Where a gateway is, and by which key it promises: what it says of itself at first when left out, and then no other. */
export interface GatewayAt {
  readonly url: string
  readonly key?: Address
}

/** What a messenger is made of. */
export interface MessengerOptions {
  /** Any viem client of the L2 with the identity's account. */
  readonly wallet: L2Client
  readonly contracts: Contracts
  /** What this device keeps; one messenger at a time. */
  readonly store: Store
  /** Such as `http://127.0.0.1:8080`. */
  readonly sequencer: string
  /** Where entries are read; the sequencer itself when left out. */
  readonly relay?: string
  /** Proves records; `verify` needs it. */
  readonly node?: string
  /** One face of stores, or the stores themselves: then contents go to two of them at least, and who withholds is reported. */
  readonly contents: Contents | readonly NamedContents[]
  /**
   * Gateways, in the order in which they are asked. They pay for what the wallet signs, which needs no money then: registration,
   * invites, revocations; it sends itself where there are none.
   */
  readonly gateways?: readonly GatewayAt[]
  /** Who pays for conversations: `ownAccount`, or `byGateways`, which it is when left out. */
  readonly sponsor?: SponsorFactory
  /**
   * Milliseconds after which a message that the sequencer gives no answer to is forced through the L2's queue, which the gateways
   * or the wallet pay for. Never when left out: the sequencer may just be away.
   */
  readonly forceAfterMs?: number
  /** Refuses to speak while a device is in the group that the directory does not have. @default false */
  readonly strict?: boolean
  /** Is told what stops a part for a while: a server that is away. It goes on by itself. */
  readonly onTrouble?: (part: string, error: unknown) => void
  readonly clock?: Clock
  readonly random?: Random
}

const installationKey = 'installation'

/**
 * Opens the messenger of one device, with new keys if its store has none.
 * @throws {MessagingError} `STORE_OF_ANOTHER`; {ClientError} `ACCOUNT_MISSING`, `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`.
 */
export async function createMessenger(options: MessengerOptions): Promise<Messenger> {
  const { wallet: client, contracts, store, clock = systemClock, random = systemRandom } = options
  const { account } = client
  if (account === undefined) throw new ClientError({ code: 'ACCOUNT_MISSING' })
  const installation = await installationOf(store, hexToBytes(account.address), random)
  const deployment = await getDeployment(client, { rollup: contracts.rollup })
  const sequencer = createSequencerClient({ url: options.sequencer })
  const feed = options.relay === undefined ? sequencer : createSequencerClient({ url: options.relay })
  const end = new AbortController()
  const turns = new Turns(1)
  const write = (send: () => Promise<Hash>): Promise<void> =>
    turns.take(async () => {
      await confirm(client, { hash: await send() })
    }, end.signal)
  const changed = new Pulse()
  const report = options.onTrouble ?? (() => undefined)
  const providers = new Providers({ store, clock, changed })
  await providers.open()
  const accuse = (kind: Provider['kind'], name: string, evidence: Evidence): void => {
    providers.report({ kind, name }, evidence).catch((error: unknown) => report('providers', error))
  }
  const stores = storesOf(options.contents, (name, evidence) => accuse('store', name, evidence))
  if (stores !== undefined)
    providers.add('store', stores.names, () => stores.arrange((name) => providers.isAside({ kind: 'store', name })))
  const gateways = (options.gateways ?? []).map((at) => createGatewayClient(at))
  const isAside = ({ name }: { readonly name: string }): boolean => providers.isAside({ kind: 'gateway', name })
  const { sponsor = byGateways(), forceAfterMs } = options
  const { inboxAddress: queue } = deployment
  const paying = { client, contracts, identity: bytesToHex(installation.identity), queue }
  const watched = (): Gateways =>
    gatewaysOf(client, { ...contracts, queue }, gateways, providers, (name, evidence) =>
      accuse('gateway', name, evidence),
    )
  const payer =
    gateways.length === 0
      ? walletPayer(paying, write)
      : gatewayPayer(paying, watched(), {
          random,
          report: (error) => report('gateway', error),
        })
  const forcing =
    forceAfterMs === undefined
      ? undefined
      : new Forcing({ clock, force: (message, signal) => payer.force(message, signal) }, forceAfterMs)
  const context: Context = {
    client,
    contracts,
    deployment,
    sequencer,
    log: new ChainLog(sequencer, deployment, feed, forcing),
    directory: new ContactDirectory(client, contracts.directory, clock),
    node:
      options.node === undefined
        ? undefined
        : createNodeClient({ url: options.node, l2: { client, rollup: contracts.rollup } }, deployment),
    contents: stores ?? (options.contents as Contents),
    stores,
    providers,
    store,
    clock,
    random,
    installation,
    sponsor: sponsor({ client, sequencer, deployment, store, random, gateways, isAside }),
    payer,
    strict: options.strict ?? false,
    changed,
    signal: end.signal,
    report,
    write,
  }
  const messenger = new Messenger(context, new Inbox(context), (reason) => end.abort(reason))
  await messenger.open()
  return messenger
}

/** Stores that were given one by one; undefined for what is one face already. */
function storesOf(contents: MessengerOptions['contents'], report: StoresDeps['report']): Stores | undefined {
  return 'length' in contents ? new Stores(contents, { clock: runtimeClock, report }) : undefined
}

/** Gateways of which those come last that were switched away from. What each refused or broke is reported. */
function gatewaysOf(
  client: L2Client,
  contracts: PledgeContracts,
  gateways: readonly GatewayClient[],
  providers: Providers,
  report: StoresDeps['report'],
): Gateways {
  let current: Gateways | undefined
  const names = gateways.map(({ name }) => name)
  providers.add('gateway', names, () => {
    const aside = (each: GatewayClient): boolean => providers.isAside({ kind: 'gateway', name: each.name })
    const ordered = [...gateways.filter((each) => !aside(each)), ...gateways.filter(aside)]
    current = createGateways({ client, contracts, gateways: ordered })
  })
  return {
    async carryOut(request, signal) {
      const done = await (current as Gateways).carryOut(request, signal)
      for (const { fault } of done.failed) {
        if (!('gateway' in fault)) continue
        const reason = fault.code === 'PROMISE_BROKEN' ? 'broken' : 'refused'
        report(fault.gateway, { reason, digests: [], at: millis(BigInt(Date.now())), fault })
      }
      return done
    },
  }
}

async function installationOf(store: Store, identity: Uint8Array, random: Random): Promise<OwnInstallation> {
  const bytes = await store.get(installationKey)
  if (bytes !== undefined) {
    const found = decodeValue(bytes) as OwnInstallation
    if (!sameBytes(found.identity, identity))
      throw new MessagingError({ code: 'STORE_OF_ANOTHER', identity: found.identity })
    return found
  }
  const made = createInstallation(identity, random)
  await store.write([{ key: installationKey, value: encodeValue(made) }])
  return made
}
