import { hash } from 'node:crypto'
import { type ChainConfig, limits, type MemberKey, messageDigest, OperationKind, type Prices } from '@parley/protocol'
import type { Gateway } from './gateway.ts'
import type { Foreseen } from './lookahead.ts'
import type { MessageOffer, Offer } from './offer.ts'
import { addition, operationOffers } from './operations.ts'
import { highestPrices } from './prices.ts'
import { type Derive, deriveScalar } from './seeded.ts'
import type { LoadSigner } from './signer.ts'
import type { Seat, Talk } from './talk.ts'

export interface PlannerDeps {
  readonly config: ChainConfig
  /** Prices in force when the run begins. */
  readonly prices: Prices
  readonly gateway: Gateway
  readonly signer: LoadSigner
  /** Keys and salts follow from it. */
  readonly derive: Derive
}

/** Turns lines of a trace into what has to be sent, in order. */
export interface Planner {
  /** Offers that one line makes: its message last, before it what it needs. */
  plan(foreseen: Foreseen): Offer[]
  /** Conversations so far; memory grows by about a kilobyte with each. */
  readonly conversations: number
}

const saltBytes = 16

/** A payment covers so many messages at least: each costs as much as three messages. */
const leastGrant = 16

export function createPlanner({ config, prices, gateway, signer, derive }: PlannerDeps): Planner {
  const highest = highestPrices(config.fees, prices)
  const operations = operationOffers({ config, gateway, signer })
  const talks = new Map<number, Talk>()

  const keyOf = (conversation: number, speaker: number): MemberKey =>
    signer.key(deriveScalar(derive, 'key', conversation, speaker))

  /** What a speaker needs for the messages that are foreseen, at the highest price. */
  const grant = (speakers: Foreseen['speakers'], speaker: number): bigint =>
    highest.message * BigInt(Math.max(leastGrant, speakers.get(speaker) as number))

  function seat(talk: Talk, conversation: number, speaker: number): Seat {
    const taken: Seat = { slot: talk.seats.size, key: keyOf(conversation, speaker), nonce: 1n, allowance: 0n }
    talk.seats.set(speaker, taken)
    return taken
  }

  function begin({ line, speakers }: Foreseen): { talk: Talk; offers: Offer[] } {
    const { conversation } = line
    const shard = talks.size % limits.shards
    const talk: Talk = { shard, index: -1, id: new Uint8Array(32), epoch: 0n, seats: new Map(), messages: 0 }
    talks.set(conversation, talk)
    const order = new Set([line.speaker, ...speakers.keys()])
    for (const speaker of [...order].slice(0, limits.entriesPerOperation))
      seat(talk, conversation, speaker).allowance = grant(speakers, speaker)
    return { talk, offers: [operations.create(talk, derive('creation', conversation), highest.message)] }
  }

  function join(talk: Talk, { line, speakers }: Foreseen): Offer[] {
    const admin = talk.seats.values().next().value as Seat
    const joined = seat(talk, line.conversation, line.speaker)
    const cost = highest.of({ selector: OperationKind.changeMembers, value: addition(talk, joined) })
    const offers = admin.allowance < cost ? [fund(talk, admin, cost)] : []
    admin.allowance -= cost
    return [...offers, operations.add(talk, joined), fund(talk, joined, grant(speakers, line.speaker))]
  }

  function fund(talk: Talk, funded: Seat, amount: bigint): Offer {
    funded.allowance += amount
    return operations.fund(talk, funded, amount, highest.message)
  }

  function message(talk: Talk, speaking: Seat, { line }: Foreseen): MessageOffer {
    const salt = derive('salt', line.conversation, talk.messages).subarray(0, saltBytes)
    const content = hash('sha256', Buffer.concat([salt, Buffer.from(line.text)]), 'buffer')
    talk.messages += 1
    speaking.allowance -= highest.message
    return {
      kind: 'message',
      talk,
      build() {
        const { slot, key, nonce } = speaking
        speaking.nonce += 1n
        const digest = messageDigest(config.chainId, talk.id, slot, nonce, content)
        const signature = signer.sign(key.secret, digest)
        return { shard: talk.shard, conversation: talk.index, member: slot, nonce, content, signature }
      },
      refused({ nonce }) {
        // Of several sent together, all after the first are refused for their nonces.
        if (nonce < speaking.nonce) speaking.nonce = nonce
      },
    }
  }

  return {
    plan(foreseen) {
      const { line, speakers } = foreseen
      const known = talks.get(line.conversation)
      const { talk, offers } = known === undefined ? begin(foreseen) : { talk: known, offers: [] }
      if (!talk.seats.has(line.speaker)) offers.push(...join(talk, foreseen))
      const speaking = talk.seats.get(line.speaker) as Seat
      if (speaking.allowance < highest.message) offers.push(fund(talk, speaking, grant(speakers, line.speaker)))
      offers.push(message(talk, speaking, foreseen))
      return offers
    },
    get conversations() {
      return talks.size
    },
  }
}
