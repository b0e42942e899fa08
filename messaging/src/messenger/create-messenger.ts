import {
  ClientError,
  confirm,
  createGatewayClient,
  createGateways,
  createNodeClient,
  createSequencerClient,
  getDeployment,
  type L2Client,
} from '@parley/client'
import { sameBytes } from '@parley/protocol/light'
import { Pulse, Turns } from '@parley/runtime'
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
  readonly contents: Contents
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
  const { wallet: client, contracts, store, contents, clock = systemClock, random = systemRandom } = options
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
  const report = options.onTrouble ?? (() => undefined)
  const gateways = (options.gateways ?? []).map((at) => createGatewayClient(at))
  const { sponsor = byGateways(), forceAfterMs } = options
  const { inboxAddress: queue } = deployment
  const paying = { client, contracts, identity: bytesToHex(installation.identity), queue }
  const payer =
    gateways.length === 0
      ? walletPayer(paying, write)
      : gatewayPayer(paying, createGateways({ client, contracts: { ...contracts, queue }, gateways }), {
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
    contents,
    store,
    clock,
    random,
    installation,
    sponsor: sponsor({ client, sequencer, deployment, store, random, gateways }),
    payer,
    strict: options.strict ?? false,
    changed: new Pulse(),
    signal: end.signal,
    report,
    write,
  }
  const messenger = new Messenger(context, new Inbox(context), (reason) => end.abort(reason))
  await messenger.open()
  return messenger
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
