import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contractOf, deployPhases, devPreset } from '@parley/infra'
import { deriveRoles, devMnemonic } from '@parley/lab'
import {
  type Contents,
  type Contracts,
  createMessenger,
  levelStore,
  type Messenger,
  type MessengerOptions,
  ownAccount,
  type WatchedEvent,
} from '@parley/messaging'
import { MemoryContents } from '@parley/messaging/testing'
import { ClassicLevel } from 'classic-level'
import { bytesToHex, createWalletClient, type Hex, hexToBytes, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { log } from './l2.ts'
import type { Rollup, RunningNode } from './rollup.ts'

const users = 6
/** 10 000 ether. */
const money = `0x${(10n ** 22n).toString(16)}` as const

/** People with messengers on one rollup, its contacts and inbox. */
export class Messengers {
  readonly contents: Contents = new MemoryContents()
  private readonly rollup: Rollup
  private readonly node: RunningNode | undefined
  readonly contracts: Contracts
  private readonly secrets: readonly Hex[]
  private readonly stops: (() => Promise<void>)[] = []

  private constructor(rollup: Rollup, node: RunningNode | undefined, contracts: Contracts) {
    this.rollup = rollup
    this.node = node
    this.contracts = contracts
    this.secrets = deriveRoles(devMnemonic, users).users.map(({ secret }) => bytesToHex(secret))
  }

  static async deploy(rollup: Rollup, node?: RunningNode): Promise<Messengers> {
    const { roles, chain, deployment } = rollup
    const governance = hexToBytes(roles.deployer.address)
    const record = await deployPhases(
      { log },
      {
        url: chain.url,
        deployer: roles.deployer.secret,
        preset: devPreset,
        phases: new Set(['contacts', 'inbox'] as const),
        governance,
        treasury: hexToBytes(roles.verifier.address),
        withinMs,
      },
    )
    const made = new Messengers(rollup, node, {
      rollup: bytesToHex(deployment.rollup),
      directory: contractOf(record, 'ContactDirectory').address,
      inbox: contractOf(record, 'PublicInbox').address,
    })
    for (const secret of made.secrets) {
      const params = [privateKeyToAccount(secret).address, money]
      await rollup.l2.request({ method: 'anvil_setBalance' as never, params: params as never })
    }
    return made
  }

  /** A device of a user: all its devices have one wallet. */
  open(user: number, contents: MessengerOptions['contents'] = this.contents): Promise<Messenger> {
    const sponsor = ownAccount({ shard: 3, ...(user === 0 ? { account: 0 } : {}) })
    return this.openOf(this.secrets[user] as Hex, { contents, sponsor })
  }

  /** A device of somebody who has a wallet without money. */
  openPoor(secret: Hex, gateways: readonly string[]): Promise<Messenger> {
    return this.openOf(secret, { contents: this.contents, gateways: gateways.map((url) => ({ url })) })
  }

  private async openOf(
    secret: Hex,
    paid: Pick<MessengerOptions, 'contents' | 'sponsor' | 'gateways'>,
  ): Promise<Messenger> {
    const path = await mkdtemp(join(tmpdir(), 'parley-messenger-'))
    const db = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: 'view' })
    const account = privateKeyToAccount(secret)
    const transport = http(this.rollup.chain.url)
    const messenger = await createMessenger({
      wallet: createWalletClient({ account, transport, pollingInterval: 100, cacheTime: 0 }),
      contracts: this.contracts,
      store: levelStore(db),
      sequencer: this.rollup.sequencer.url,
      ...(this.node === undefined ? {} : { node: this.node.url }),
      ...paid,
    })
    this.stops.push(async () => {
      await messenger.close()
      await db.close()
      await rm(path, { recursive: true, force: true })
    })
    return messenger
  }

  /** What the example of a lunch of two users takes. */
  exampleArguments(host: number, guest: number): string[] {
    const { rollup, directory, inbox } = this.contracts
    const keys = [host, guest].map((user) => this.secrets[user] as Hex)
    return [this.rollup.chain.url, rollup, directory, inbox, this.rollup.sequencer.url, ...keys]
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop()
  }
}

/** Milliseconds after which something counts as lost: it ends what hangs. */
const withinMs = 340_000

/** What a messenger is told, kept, and waited for. */
export class Heard {
  readonly events: WatchedEvent[] = []
  private readonly looking = new Set<() => void>()

  constructor(messenger: Messenger, signal: AbortSignal) {
    this.follow(messenger, signal).catch((error: unknown) => {
      // What a device is told while its store is closed is nobody's affair.
      if (!signal.aborted) throw error
    })
  }

  private async follow(messenger: Messenger, signal: AbortSignal): Promise<void> {
    for await (const event of messenger.watch({ signal })) {
      this.events.push(event)
      for (const look of [...this.looking]) look()
    }
  }

  /** The first event that is looked for, as it was or once it comes. @throws after six minutes. */
  async first<T extends WatchedEvent['type']>(
    type: T,
    fits: (event: Extract<WatchedEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<WatchedEvent, { type: T }>> {
    const found = () =>
      this.events.find((event) => event.type === type && fits(event as Extract<WatchedEvent, { type: T }>))
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`no ${type} came`)), withinMs)
    try {
      for (;;) {
        const event = found()
        if (event !== undefined) return event as Extract<WatchedEvent, { type: T }>
        const { promise, resolve } = Promise.withResolvers<void>()
        this.looking.add(resolve)
        await Promise.race([promise, late]).finally(() => this.looking.delete(resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** A text that somebody said. */
  async text(text: string): Promise<Extract<WatchedEvent, { type: 'message' }>> {
    return this.first('message', ({ content }) => content.type === 'text/1' && content.text === text)
  }
}
