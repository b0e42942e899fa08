import { createHash } from 'node:crypto'
import {
  type ChainConfig,
  type ChangeMembers,
  type Conversation,
  type CreateConversation,
  domainSeparator,
  type MemberKey,
  messageDigest,
  type Operation,
  OperationKind,
  operationDigests,
  Role,
  type SignedMessage,
  type SignedOperation,
  signDigest,
} from '@parley/protocol'
import { type Cast, slots } from './cast.ts'

/** What honest people do, one after another; each is made of how things stand then. */
export type Deed =
  | { readonly kind: 'operation'; readonly make: (view: View) => SignedOperation }
  | {
      readonly kind: 'messages'
      readonly shard: number
      readonly make: (conversation: Conversation) => SignedMessage[]
    }

/** How things stand in the cast's shard. */
export interface View {
  readonly conversation: Conversation | undefined
  /** Nonces of the accounts. */
  readonly nonces: { readonly ann: bigint; readonly ben: bigint }
}

const digestOf = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest())
const plenty = 10n ** 12n
const anyPrice = 10n ** 10n

/** Honest deeds of a cast on one deployment. */
export class Rounds {
  private readonly cast: Cast
  private readonly config: ChainConfig

  constructor(cast: Cast, config: ChainConfig) {
    this.cast = cast
    this.config = config
  }

  /** What stands before the first round: both conversations, and a member that was removed. */
  opening(): Deed[] {
    const { keys, shard, otherShard } = this.cast
    const member = { role: Role.member, allowance: plenty, priceLimit: anyPrice }
    const members = [
      { ...member, role: Role.admin },
      member,
      { ...member, allowance: 1n },
      { ...member, priceLimit: 1n },
      member,
      member,
    ]
    const pair = [{ ...member, role: Role.admin }, member]
    return [
      this.creation(shard, 'opening', members, keys),
      this.creation(otherShard, 'opening', pair, keys.slice(0, pair.length)),
      this.change({ remove: [{ slot: slots.gone }] }, []),
    ]
  }

  /** A full segment of messages and more, every operation, and another shard besides. */
  round(number: number): Deed[] {
    const { shard, otherShard, accounts, keys, keyOfRound } = this.cast
    const own = { shard, account: accounts.ann, conversation: this.cast.conversation, member: slots.talker }
    const member = { role: Role.member, allowance: 1_000_000n, priceLimit: anyPrice }
    const entering = keyOfRound(number)
    return [
      this.said(shard, `round ${number}`, 40),
      this.said(otherShard, `round ${number}, other`, 3),
      this.change(
        {
          remove: [{ slot: slots.changing }],
          add: [{ slot: slots.changing, key: entering.key, ...member }],
        },
        [entering],
      ),
      this.ofOwner('ann', (nonce) => ({
        selector: OperationKind.fund,
        value: { ...own, nonce, amount: 5_000_000n, priceLimit: anyPrice },
      })),
      this.ofOwner('ann', (nonce) => ({ selector: OperationKind.reclaim, value: { ...own, nonce, amount: 1n } })),
      this.ofOwner('ben', (nonce) => ({
        selector: OperationKind.withdraw,
        value: { shard, account: accounts.ben, nonce, amount: 5n },
      })),
      this.creation(shard, `round ${number}`, [{ ...member, role: Role.admin }, member], keys.slice(0, 2)),
      this.said(shard, `round ${number}, after`, 3),
    ]
  }

  /** Forced through the L2, where the sender is the owner or not. */
  exit(account: number, nonce: bigint): Operation & { selector: 4 } {
    return { selector: OperationKind.withdraw, value: { shard: this.cast.shard, account, nonce, amount: 7n } }
  }

  private said(shard: number, label: string, count: number): Deed {
    const { cast, config } = this
    const index = shard === cast.shard ? cast.conversation : cast.otherConversation
    return {
      kind: 'messages',
      shard,
      make: ({ id, members }) =>
        Array.from({ length: count }, (_, i) => {
          const nonce = (members[slots.talker]?.nonce ?? 0n) + BigInt(i)
          const content = digestOf(`${label} ${i}`)
          const digest = messageDigest(config.chainId, id, slots.talker, nonce, content)
          const signature = signDigest((cast.keys[slots.talker] as MemberKey).secret, digest)
          return { shard, conversation: index, member: slots.talker, nonce, content, signature }
        }),
    }
  }

  private creation(
    shard: number,
    label: string,
    members: readonly Omit<CreateConversation['members'][number], 'key'>[],
    keys: readonly MemberKey[],
  ): Deed {
    // In the other shard ann has no more to do than this, so its nonce there is the first.
    return this.ofOwner(
      'ann',
      (nonce) => ({
        selector: OperationKind.createConversation,
        value: {
          shard,
          account: shard === this.cast.shard ? this.cast.accounts.ann : this.cast.otherAccount,
          nonce: shard === this.cast.shard ? nonce : 0n,
          salt: digestOf(label),
          members: members.map((member, i) => ({ ...member, key: (keys[i] as MemberKey).key })),
        },
      }),
      keys,
    )
  }

  private ofOwner(
    who: 'ann' | 'ben',
    operation: (nonce: bigint) => Operation,
    consenting: readonly MemberKey[] = [],
  ): Deed {
    const secrets = [this.cast.owners[who].secret, ...consenting.map(({ secret }) => secret)]
    return { kind: 'operation', make: ({ nonces }) => this.signed(operation(nonces[who]), secrets) }
  }

  private change(entries: Partial<ChangeMembers>, consenting: readonly MemberKey[]): Deed {
    const { shard, conversation: index, keys } = this.cast
    const secrets = [keys[slots.admin] as MemberKey, ...consenting].map(({ secret }) => secret)
    return {
      kind: 'operation',
      make: ({ conversation }) => {
        if (conversation === undefined) throw new TypeError('the cast has no conversation yet')
        const none = { remove: [], roles: [], add: [], exchange: [] }
        const place = { shard, conversation: index, epoch: conversation.epoch, signer: slots.admin }
        const value: ChangeMembers = { ...place, ...none, ...entries }
        return this.signed({ selector: OperationKind.changeMembers, value }, secrets, conversation)
      },
    }
  }

  private signed(operation: Operation, secrets: readonly Uint8Array[], conversation?: Conversation): SignedOperation {
    return signedBy(this.config, operation, secrets, conversation)
  }
}

/** An operation with the signatures of these keys, in their order. */
export function signedBy(
  { chainId, inbox }: Pick<ChainConfig, 'chainId' | 'inbox'>,
  operation: Operation,
  secrets: readonly Uint8Array[],
  conversation?: Conversation,
): SignedOperation {
  const digests = operationDigests(operation, { chainId, separator: domainSeparator(chainId, inbox) }, conversation)
  return { operation, signatures: digests.map((digest, i) => signDigest(secrets[i] as Uint8Array, digest)) }
}
