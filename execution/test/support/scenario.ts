import {
  type Conversation,
  type CreateConversation,
  type InboxItem,
  InboxItemKind,
  type Message,
  messageDigest,
  type Operation,
  OperationKind,
  operationDigests,
  Role,
  type Shard,
} from '@parley/protocol'
import { config, deployment, type ReferenceChain } from './chain.ts'
import type { BlockDraw, EntryDraw, Flaw, ItemDraw } from './draws.ts'
import { digestOf, members as keys, ownerSecretOf, owners, secretOf, signer } from './identities.ts'
import type { SentOffer } from './lanes.ts'

/** Shards that scenarios play in; every number of lanes tested spreads them differently. */
export const playedShards = [3, 4, 11, 62] as const

const order = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T

function withHighS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
  const changed = signature.slice()
  changed.set(Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'), 32)
  return changed
}

function spoil(signature: Uint8Array, flaw: Flaw, place: number): Uint8Array {
  const changed = signature.slice()
  if (flaw === 'signature bit') changed[place % 64] = (changed[place % 64] as number) ^ (1 << (place % 8))
  if (flaw === 'signature out of range') changed.fill(0xff, 0, 32)
  return flaw === 'high s' ? withHighS(signature) : changed
}

/** Makes entries of draws that are valid or wrong on purpose in the state the reference stands in, as far as can be foreseen. */
export class Scenario {
  private readonly chain: ReferenceChain
  /** Nonces that accounts and members will have if what was made so far is accepted. */
  private readonly foreseen = new Map<string, bigint>()
  private serial = 0

  constructor(chain: ReferenceChain) {
    this.chain = chain
  }

  /** What a scenario begins with: funded accounts and conversations of 2 and 5 members in every played shard. */
  prologue(): { items: InboxItem[]; offers: SentOffer[] } {
    const items = playedShards.flatMap((shard) =>
      owners.slice(0, 3).map((owner, account) => this.deposit(shard, account, owner.address, 100_000_000n)),
    )
    const offers = playedShards.flatMap((shard) =>
      [2, 5, 1].map((count, i) => this.creation(shard, i, at(owners, i).secret, count, BigInt(0), 'none')),
    )
    return { items, offers }
  }

  block(draw: BlockDraw): { items: InboxItem[]; offers: SentOffer[] } {
    this.foreseen.clear()
    const opened = new Map<number, number>()
    const items = draw.items.flatMap((item) => this.item(item, opened))
    const offers = draw.entries.flatMap((entry) =>
      Array.from({ length: entry.kind === 'message' ? entry.repeat : 1 }, () => this.offer(entry)),
    )
    return { items, offers }
  }

  private shard(index: number): Shard {
    return this.chain.state.shards[index] as Shard
  }

  /** The nonce to use next for what `key` names. */
  private nonce(key: string, standing: bigint, flaw: Flaw): bigint {
    const nonce = this.foreseen.get(key) ?? standing
    if (flaw === 'none') this.foreseen.set(key, nonce + 1n)
    return flaw === 'nonce' ? nonce + 1n : nonce
  }

  private item(draw: ItemDraw, opened: Map<number, number>): InboxItem[] {
    if (draw.kind === 'prices')
      return [
        {
          selector: InboxItemKind.prices,
          value: {
            coreByte: BigInt(draw.a % 5),
            witnessByte: BigInt(draw.b % 5),
            settlement: BigInt(draw.b % 9),
            stateByte: 2n,
          },
        },
      ]
    if (draw.kind === 'deposit') {
      const shard = at(playedShards, draw.a)
      const known = this.shard(shard).accounts.length
      const count = opened.get(shard) ?? known
      if (draw.b % 3 === 0) {
        opened.set(shard, count + 1)
        return [this.deposit(shard, count, at(owners, count).address, BigInt(1 + draw.b))]
      }
      return [this.deposit(shard, draw.b % known, this.shard(shard).accounts[draw.b % known]?.owner as Uint8Array, 5n)]
    }
    return [this.forced(this.offer(draw.entry), draw.bySender)]
  }

  private deposit(shard: number, account: number, owner: Uint8Array, amount: bigint): InboxItem {
    return { selector: InboxItemKind.deposit, value: { shard, account, owner, amount } }
  }

  private forced(offer: SentOffer, bySender: boolean): InboxItem {
    if (offer.kind === 'message') {
      const { shard, message, signature } = offer
      return { selector: InboxItemKind.forcedMessage, value: { shard, message, signature } }
    }
    const { operation, signatures } = offer
    const account =
      'account' in operation.value ? this.shard(operation.value.shard).accounts[operation.value.account] : undefined
    const sender = bySender && account !== undefined ? account.owner : digestOf('sender').subarray(0, 20)
    return { selector: InboxItemKind.forcedOperation, value: { sender, operation, signatures: [...signatures] } }
  }

  private offer(draw: EntryDraw): SentOffer {
    const shard = at(playedShards, draw.a)
    switch (draw.kind) {
      case 'message':
        return this.message(shard, draw)
      case 'create':
        return this.drawnCreation(shard, draw)
      case 'change':
        return this.change(shard, draw)
      default:
        return this.money(shard, draw)
    }
  }

  private message(shard: number, { b, c, flaw }: EntryDraw): SentOffer {
    const { conversations } = this.shard(shard)
    const conversation = flaw === 'unknown place' && b % 2 === 0 ? conversations.length : b % conversations.length
    const standing = conversations[conversation] ?? (conversations[0] as Conversation)
    const member = flaw === 'unknown place' && b % 2 === 1 ? standing.members.length : c % standing.members.length
    const held = standing.members[member]
    const nonce = this.nonce(`${shard}/${conversation}/${member}`, held?.nonce ?? 0n, flaw)
    this.serial += 1
    const message: Message = { conversation, member, content: digestOf(`content ${this.serial}`) }
    const digest = messageDigest(config.chainId, standing.id, member, nonce, message.content)
    const secret = flaw === 'stranger' || held === undefined ? digestOf('stranger') : secretOf(held.key)
    return { kind: 'message', shard, message, signature: spoil(signer.sign(secret, digest), flaw, c), nonce }
  }

  private sign(
    operation: Operation,
    secrets: readonly Uint8Array[],
    draw: EntryDraw,
    conversation?: Conversation,
  ): SentOffer {
    const digests = operationDigests(operation, deployment, conversation)
    const signatures = secrets.map((secret, i) => signer.sign(secret, digests[i] ?? digestOf('none')))
    const place = draw.c % signatures.length
    if (draw.flaw === 'stranger')
      signatures[place] = signer.sign(digestOf('stranger'), digests[place] ?? digestOf('none'))
    else signatures[place] = spoil(signatures[place] as Uint8Array, draw.flaw, draw.c)
    if (draw.flaw === 'signature count') signatures.push(signatures[0] as Uint8Array)
    return { kind: 'operation', operation, signatures, nonce: 0n }
  }

  private creation(
    shard: number,
    account: number,
    owner: Uint8Array,
    count: number,
    nonce: bigint,
    flaw: Flaw,
    c = 0,
  ): SentOffer {
    this.serial += 1
    const chosen = Array.from({ length: count }, (_, i) => at(keys, this.serial + i))
    const value: CreateConversation = {
      shard,
      account,
      nonce,
      salt: digestOf(`salt ${this.serial}`),
      members: chosen.map(({ key }, i) => ({
        key,
        role: i === 0 && flaw !== 'role' ? Role.admin : Role.member,
        allowance: flaw === 'too much' ? 2n ** 63n : BigInt(c === 0 ? 5_000_000 : 200_000 - (c % 3) * 99_950),
        priceLimit: c % 11 === 5 ? 20n : 1_000_000n,
      })),
    }
    const operation = { selector: OperationKind.createConversation, value } as const
    const draw: EntryDraw = { kind: 'create', flaw, a: 0, b: 0, c, repeat: 1 }
    return this.sign(operation, [owner, ...chosen.map(({ secret }) => secret)], draw)
  }

  private account(shard: number, { b, flaw }: EntryDraw): { account: number; nonce: bigint; secret: Uint8Array } {
    const { accounts } = this.shard(shard)
    const account = flaw === 'unknown place' ? accounts.length + 3 : b % accounts.length
    const held = accounts[account]
    const nonce = this.nonce(`${shard}/${account}`, held?.nonce ?? 0n, flaw)
    return { account, nonce, secret: held === undefined ? digestOf('nobody') : ownerSecretOf(held.owner) }
  }

  private drawnCreation(shard: number, draw: EntryDraw): SentOffer {
    const { account, nonce, secret } = this.account(shard, draw)
    const count = draw.c % 29 === 0 ? 16 : 1 + (draw.c % 4)
    return this.creation(shard, account, secret, count, nonce, draw.flaw, draw.c)
  }

  private money(shard: number, draw: EntryDraw): SentOffer {
    const { account, nonce, secret } = this.account(shard, draw)
    const amount = draw.flaw === 'too much' ? 2n ** 62n : BigInt(draw.c % 4_000)
    const { conversations } = this.shard(shard)
    const conversation = draw.c % conversations.length
    const member =
      draw.b % ((conversations[conversation] as Conversation).members.length + (draw.flaw === 'role' ? 3 : 0))
    const base = { shard, account, nonce, amount }
    const operation: Operation =
      draw.kind === 'withdraw'
        ? { selector: OperationKind.withdraw, value: base }
        : draw.kind === 'reclaim'
          ? { selector: OperationKind.reclaim, value: { ...base, conversation, member } }
          : { selector: OperationKind.fund, value: { ...base, conversation, member, priceLimit: 900_000n } }
    return this.sign(operation, [secret], draw)
  }

  private change(shard: number, draw: EntryDraw): SentOffer {
    const { b, c, flaw } = draw
    const { conversations } = this.shard(shard)
    const index = b % conversations.length
    const standing = conversations[index] as Conversation
    const { length } = standing.members
    const signerSlot = c % 5 === 0 ? c % length : standing.members.findIndex(({ role }) => role === Role.admin)
    const slot = signerSlot < 0 ? 0 : signerSlot
    const epoch = this.nonce(`${shard}/${index} epoch`, standing.epoch, flaw)
    const leaves = c % 7 === 0
    const added = at(keys, b + c)
    const free = standing.members.findIndex(({ role }) => role === Role.none)
    const addSlot = flaw === 'too much' ? length + 9 : c % 2 === 0 && free >= 0 ? free : length
    // What is left beside the price, or more than that.
    const allowance = (standing.members[slot]?.allowance ?? 0n) / (b % 9 === 0 ? 1n : 8n)
    const add =
      !leaves && c % 3 !== 0
        ? [{ slot: addSlot, key: added.key, role: flaw === 'role' ? 3 : 1 + (c % 2), allowance, priceLimit: 900_000n }]
        : []
    const exchanged = c % 4 === 1 ? [at(keys, b + c + 1)] : []
    const operation = {
      selector: OperationKind.changeMembers,
      value: {
        shard,
        conversation: flaw === 'unknown place' ? conversations.length : index,
        epoch,
        signer: slot,
        remove: leaves ? [{ slot }] : c % 4 === 0 ? [{ slot: (slot + 1) % length }] : [],
        roles: !leaves && c % 6 === 1 ? [{ slot: (slot + 1) % length, role: 1 + (b % 2) }] : [],
        add,
        exchange: exchanged.map((entry) => ({ key: entry.key })),
      },
    } as const
    const mutable = structuredClone(operation) as unknown as Operation
    const key = standing.members[slot]?.key ?? digestOf('nobody')
    return this.sign(
      mutable,
      [secretOf(key), ...add.map(() => added.secret), ...exchanged.map(({ secret }) => secret)],
      draw,
      standing,
    )
  }
}
