import { ed25519 } from '@noble/curves/ed25519.js'
import {
  confirm,
  getDeployment,
  invite,
  keyAttribute,
  type L2Client,
  quoteInvite,
  register,
  type SequencerClient,
} from '@parley/client'
import type { Contents } from '@parley/content'
import { ContentStore, memoryBlocks } from '@parley/content/store'
import { contractOf, deployPhases, devPreset } from '@parley/infra'
import { createPdsServer, Pds, type PdsOptions } from '@parley/pds'
import { PdsClient } from '@parley/pds/client'
import { systemClock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import { Registry } from 'prom-client'
import { type Address, bytesToHex, createWalletClient, type Hex, hexToBytes, http } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { log } from './l2.ts'
import { byteStore } from './memory-stores.ts'
import type { Rollup, RunningNode } from './rollup.ts'

const money = `0x${(10n ** 22n).toString(16)}` as const

/** Somebody with one registered device. */
export interface Person {
  readonly account: PrivateKeyAccount
  readonly identity: Uint8Array
  readonly secret: Uint8Array
}

export interface RunningPds {
  readonly url: string
  readonly key: Address
  stop(): Promise<void>
}

interface PdsStores {
  readonly db: BytesLevel
  readonly index: BytesLevel
}

interface PdsBeside {
  readonly rollup: Rollup
  readonly node: RunningNode
  readonly directory: Address
  readonly inbox: Address
  readonly key: PrivateKeyAccount
  readonly contents: Contents
  /** @default the rollup's sequencer */
  readonly feed?: SequencerClient
}

/** Starts a post-delivery service beside a rollup, in this process. */
export async function startPds(
  { rollup, node, directory, inbox, key, contents, feed = rollup.client }: PdsBeside,
  options: PdsOptions = {},
  stores: PdsStores = { db: byteStore(), index: byteStore() },
): Promise<RunningPds> {
  const transport = http(rollup.chain.url)
  const client = createWalletClient({ account: key, transport, pollingInterval: 50, cacheTime: 0 })
  const address = bytesToHex(rollup.deployment.rollup)
  const blocks = memoryBlocks()
  const pds = await Pds.open(
    {
      client,
      contracts: { directory, inbox, inboxBlock: 1n, rollup: address },
      deployment: await getDeployment(client, { rollup: address }),
      feed,
      node: node.client,
      contents,
      mirror: await ContentStore.open({ index: stores.index, blocks, clock: systemClock, log }, {}),
      db: stores.db,
      key,
      secret: new Uint8Array(32).fill(7),
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    { inboxEveryMs: 100, finalEveryMs: 200, checkpointEveryMs: 1_000, ...options },
  )
  const server = await createPdsServer(pds, { host: '127.0.0.1', port: 0, version: '1' })
  const stopping = new AbortController()
  const run = pds.run(stopping.signal)
  const stop = async (): Promise<void> => {
    await server.close()
    stopping.abort()
    await run
  }
  return { url: server.url, key: key.address, stop }
}

/** Contacts and inbox on a rollup's L2, and post-delivery services beside it. */
export class PdsWorld {
  readonly directory: Address
  readonly inbox: Address
  readonly rollup: Rollup
  private readonly node: RunningNode
  private readonly running = new Set<RunningPds>()
  readonly pdsKey = privateKeyToAccount(generatePrivateKey())

  private constructor(rollup: Rollup, node: RunningNode, contracts: { directory: Address; inbox: Address }) {
    this.rollup = rollup
    this.node = node
    this.directory = contracts.directory
    this.inbox = contracts.inbox
  }

  static async deploy(rollup: Rollup, node: RunningNode): Promise<PdsWorld> {
    const { roles, chain } = rollup
    const record = await deployPhases(
      { log },
      {
        url: chain.url,
        deployer: roles.deployer.secret,
        preset: devPreset,
        phases: new Set(['contacts', 'inbox'] as const),
        governance: hexToBytes(roles.deployer.address),
        treasury: hexToBytes(roles.verifier.address),
        withinMs: 340_000,
      },
    )
    return new PdsWorld(rollup, node, {
      directory: contractOf(record, 'ContactDirectory').address,
      inbox: contractOf(record, 'PublicInbox').address,
    })
  }

  wallet(account: PrivateKeyAccount): L2Client {
    return createWalletClient({ account, transport: http(this.rollup.chain.url), pollingInterval: 50, cacheTime: 0 })
  }

  /** Registers somebody with one device. */
  async person(): Promise<Person> {
    const account = privateKeyToAccount(generatePrivateKey())
    await this.rollup.l2.request({ method: 'anvil_setBalance' as never, params: [account.address, money] as never })
    const secret = crypto.getRandomValues(new Uint8Array(32))
    const value = bytesToHex(ed25519.getPublicKey(secret))
    const attribute = keyAttribute({ algorithm: 'Ed25519', use: 'installation', value }, 86_400n)
    const client = this.wallet(account)
    await confirm(client, { hash: await register(client, { directory: this.directory, attributes: [attribute] }) })
    return { account, identity: hexToBytes(account.address), secret }
  }

  /** Sends an invite with a digest. */
  async invite(from: Person, to: Person, contentDigest: Hex): Promise<void> {
    const client = this.wallet(from.account)
    const call = { inbox: this.inbox, recipient: to.account.address, contentDigest }
    const { fee } = await quoteInvite(client, { ...call, sender: from.account.address })
    await confirm(client, { hash: await invite(client, { ...call, maxFee: 2n * fee }) })
  }

  async start(
    contents: Contents,
    options: PdsOptions = {},
    stores: PdsStores = { db: byteStore(), index: byteStore() },
    feed: SequencerClient = this.rollup.client,
  ): Promise<RunningPds> {
    const { rollup, node, directory, inbox, pdsKey } = this
    const started = await startPds({ rollup, node, directory, inbox, key: pdsKey, contents, feed }, options, stores)
    const one: RunningPds = {
      ...started,
      stop: async () => {
        this.running.delete(one)
        await started.stop()
      },
    }
    this.running.add(one)
    return one
  }

  client(url: string, { identity, secret }: Person, as: Uint8Array = identity): PdsClient {
    const device = {
      identity: as,
      key: ed25519.getPublicKey(secret),
      sign: (bytes: Uint8Array) => ed25519.sign(bytes, secret),
    }
    const { chainId } = this.rollup.config
    return new PdsClient({
      url,
      key: this.pdsKey.address,
      chainId,
      inbox: this.inbox,
      device,
    })
  }

  async stop(): Promise<void> {
    for (const one of [...this.running]) await one.stop()
  }
}
