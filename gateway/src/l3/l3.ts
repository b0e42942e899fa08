import {
  buildCreateConversation,
  buildFund,
  conversationId,
  type Deployment,
  type OwnerSigner,
  type Receipt,
  refusalDetails,
  type SequencerClient,
} from '@parley/client'
import type { Bytes32, InitialMember, Signature, SignedOperation } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { GatewayError } from '../faults.ts'
import { Pool, type PoolAccount, type Reservation } from './pool.ts'

export interface L3Deps {
  readonly sequencer: SequencerClient
  readonly deployment: Deployment
  /** Owns the accounts. */
  readonly owner: OwnerSigner
  readonly accounts: readonly PoolAccount[]
  readonly clock: Clock
}

export interface L3Bounds {
  /** Mwei of all members of a new conversation together. */
  readonly maxAllowance: bigint
  /** Mwei that a unit is. */
  readonly unitMwei: bigint
  /** Mwei that one message of a member who is funded may cost. */
  readonly priceLimit: bigint
}

/** A conversation for a gateway to create. */
export interface NewConversation {
  readonly reservation: Uint8Array
  readonly salt: Bytes32
  readonly members: readonly InitialMember[]
  /** One a member, in their order, over the conversation's id. */
  readonly consents: readonly Signature[]
}

export interface Created {
  readonly shard: number
  readonly index: number
  readonly id: Bytes32
  readonly block: bigint
}

/** A member whose allowance grows. */
export interface Funding {
  readonly shard: number
  readonly conversation: number
  readonly member: number
  readonly units: number
}

const retryAfterMs = 1_000

/** What a gateway does on the L3: it creates conversations and funds their members, from accounts of its own. */
export class L3 {
  readonly bounds: L3Bounds
  private readonly deps: L3Deps
  private readonly pool: Pool

  constructor(deps: L3Deps, bounds: L3Bounds) {
    this.deps = deps
    this.bounds = bounds
    this.pool = new Pool(deps, deps.accounts)
  }

  /** @throws {GatewayError} `GATEWAY_BUSY`, `SHARD_UNSERVED`. */
  reserve(signal: AbortSignal): Promise<Reservation> {
    return this.pool.reserve(signal)
  }

  /** @throws {GatewayError} `RESERVATION_UNKNOWN`, `ALLOWANCE_TOO_HIGH`, `OPERATION_REFUSED`. */
  async create(asked: NewConversation, signal: AbortSignal): Promise<Created> {
    const { deployment, owner } = this.deps
    const { salt, members, consents } = asked
    const total = members.reduce((sum, { allowance }) => sum + allowance, 0n)
    const maximum = this.bounds.maxAllowance
    if (total > maximum) throw new GatewayError({ code: 'ALLOWANCE_TOO_HIGH', allowance: total, maximum })
    const reserved = this.pool.claim(asked.reservation)
    try {
      const { shard, account, nonce } = reserved
      const create = { shard, account, nonce, salt, members: [...members] }
      const operation = await buildCreateConversation(
        deployment,
        create,
        owner,
        consents.map((consent) => () => consent),
      )
      const { block, position } = await this.submit(operation, signal)
      return { shard, index: Number(position), id: conversationId(deployment, create), block }
    } finally {
      this.pool.release(reserved)
    }
  }

  /** @throws {GatewayError} `GATEWAY_BUSY`, `SHARD_UNSERVED`, `OPERATION_REFUSED`. */
  async fund(
    { shard, conversation, member, units }: Funding,
    signal: AbortSignal,
  ): Promise<{ block: bigint; amount: bigint }> {
    const { deployment, owner } = this.deps
    const { unitMwei, priceLimit } = this.bounds
    const reserved = this.pool.claim((await this.pool.reserve(signal, shard)).reservation)
    try {
      const { account, nonce } = reserved
      const amount = BigInt(units) * unitMwei
      const fund = { shard, account, nonce, conversation, member, amount, priceLimit }
      const { block } = await this.submit(await buildFund(deployment, fund, owner), signal)
      return { block, amount }
    } finally {
      this.pool.release(reserved)
    }
  }

  private async submit(operation: SignedOperation, signal: AbortSignal) {
    let receipt: Receipt
    try {
      receipt = await this.deps.sequencer.submitOperation(operation, signal)
    } catch (error) {
      signal.throwIfAborted()
      const reason = (error as Error).message
      throw new GatewayError({ code: 'GATEWAY_BUSY', reason, retryAfterMs }, { cause: error })
    }
    if (receipt.accepted) return receipt
    throw new GatewayError({ code: 'OPERATION_REFUSED', ...refusalDetails(receipt) })
  }
}
