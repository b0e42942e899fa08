import {
  buildCreateConversation,
  ClientError,
  confirm,
  consentOf,
  conversationId,
  type DeploymentOnL2,
  deposit,
  depositsOf,
  type GatewayClient,
  type L2Client,
  type OwnerSigner,
  poll,
  type SequencerClient,
} from '@parley/client'
import { type Bytes32, type MemberKey, mwei, type TransitionFault } from '@parley/protocol/light'
import { bytesToHex, hexToBytes } from 'viem'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import { MessagingError } from '../faults.ts'
import type { Random } from '../keys/installation.ts'
import type { Place } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'

/** Who a conversation begins with: the first is an admin. */
export interface Founder {
  readonly key: MemberKey
  readonly role: number
}

/** Who pays for conversations: an own account, or a gateway. */
export interface Sponsor {
  /** Opens a conversation, whose members may speak at once. @returns once it is accepted. */
  create(members: readonly Founder[], signal: AbortSignal): Promise<{ readonly place: Place; readonly id: Bytes32 }>
}

/** What a sponsor may work with. */
export interface SponsorDeps {
  /** With the account that pays. */
  readonly client: L2Client
  readonly sequencer: SequencerClient
  readonly deployment: DeploymentOnL2
  readonly store: Store
  readonly random: Random
  /** Those of the messenger; none when it has none. */
  readonly gateways: readonly GatewayClient[]
  /** Whether the messenger was switched away from one of them. */
  readonly isAside?: (gateway: GatewayClient) => boolean
}

/** Makes a sponsor for a messenger. */
export type SponsorFactory = (deps: SponsorDeps) => Sponsor

/** An account on the L3, paid into by the messenger's own account of the L2. */
export interface OwnAccountOptions {
  readonly shard: number
  /** Signs for the account; the messenger's own account of the L2 when left out, whose key must be at hand then. */
  readonly owner?: OwnerSigner
  /** Index of the account in its shard; one is opened at the first need when left out. */
  readonly account?: number
  /** What is paid into an account that is opened, in mwei. */
  readonly amount?: bigint
  /** What each member of a new conversation may spend, in mwei. An admin gives of its own to those who are added later. */
  readonly allowance?: bigint
  /** Highest price of a message, in mwei. */
  readonly priceLimit?: bigint
}

const defaults = { amount: 10n ** 11n, allowance: 10n ** 9n, priceLimit: 10n ** 7n } as const
/** Times that a creation is signed anew because something else was paid from the account meanwhile. */
const attempts = 8
const storeKey = 'account'

/** Pays for conversations from an account of one's own. */
export function ownAccount(options: OwnAccountOptions): SponsorFactory {
  return (deps) => new OwnAccount(deps, { ...defaults, ...options })
}

class OwnAccount implements Sponsor {
  private readonly deps: SponsorDeps
  private readonly options: typeof defaults & OwnAccountOptions
  private index: Promise<number> | undefined

  constructor(deps: SponsorDeps, options: typeof defaults & OwnAccountOptions) {
    this.deps = deps
    this.options = options
  }

  async create(founders: readonly Founder[], signal: AbortSignal): Promise<{ place: Place; id: Bytes32 }> {
    const { client, sequencer, deployment, random } = this.deps
    const { shard, allowance, priceLimit } = this.options
    const owner = this.options.owner ?? ownerOf(client)
    const members = founders.map(({ key, role }) => ({ key: key.key, role, allowance, priceLimit }))
    const consents = founders.map(({ key }) => consentOf(deployment.chainId, key))
    const account = await this.account(signal)
    let refusal: TransitionFault['code'] = 'ACCOUNT_UNKNOWN'
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const held = await sequencer.account(shard, account, signal)
      if (held === undefined) break
      const create = { shard, account, nonce: held.nonce, salt: random(32), members }
      const operation = await buildCreateConversation(deployment, create, owner, consents)
      const receipt = await sequencer.submitOperation(operation, signal)
      if (receipt.accepted)
        return { place: { shard, index: Number(receipt.position) }, id: conversationId(deployment, create) }
      refusal = receipt.refusal
      if (refusal !== 'NONCE_MISMATCH') break
    }
    throw new MessagingError({ code: 'SPONSOR_REFUSED', refusal })
  }

  /** The account's index, once for all who ask. */
  private account(signal: AbortSignal): Promise<number> {
    this.index ??= this.find(signal).catch((error) => {
      this.index = undefined
      throw error
    })
    return this.index
  }

  private async find(signal: AbortSignal): Promise<number> {
    const { store } = this.deps
    const { account } = this.options
    if (account !== undefined) return account
    const stored = await store.get(storeKey)
    if (stored !== undefined) return decodeValue(stored) as number
    const opened = await this.openAccount(signal)
    await store.write([{ key: storeKey, value: encodeValue(opened) }])
    return opened
  }

  /** Pays into an account, and waits until the L3 has it. */
  private async openAccount(signal: AbortSignal): Promise<number> {
    const { client, sequencer, deployment } = this.deps
    const { shard, amount } = this.options
    const owner = bytesToHex((this.options.owner ?? ownerOf(client)).address)
    const hash = await deposit(client, { ...deployment, shard, amount: mwei(amount), owner })
    const [paid] = depositsOf(await confirm(client, { hash }), deployment.inboxAddress)
    const index = paid?.account as number
    await poll(() => sequencer.account(shard, index, signal), signal)
    return index
  }
}

/** Signs for the client's account. @throws {ClientError} `ACCOUNT_MISSING`: it has none with a key at hand. */
function ownerOf({ account }: L2Client): OwnerSigner {
  const sign = account?.type === 'local' ? account.sign : undefined
  if (account === undefined || sign === undefined) throw new ClientError({ code: 'ACCOUNT_MISSING' })
  return {
    address: hexToBytes(account.address),
    sign: async (digest) => hexToBytes(await sign({ hash: bytesToHex(digest) })).subarray(0, 64),
  }
}
