import {
  type ChainConfig,
  type ChangeMembers,
  type CreateConversation,
  changeDigest,
  consentDigest,
  createConversationDigest,
  domainSeparator,
  type Fund,
  fundDigest,
  OperationKind,
  Role,
} from '@parley/protocol'
import type { Gateway, GatewayAccount } from './gateway.ts'
import type { OperationOffer } from './offer.ts'
import type { LoadSigner } from './signer.ts'
import type { Seat, Talk } from './talk.ts'

export interface OperationDeps {
  readonly config: ChainConfig
  readonly gateway: Gateway
  readonly signer: LoadSigner
}

/** Turns what a conversation needs into operations paid by the gateway. */
export interface OperationOffers {
  /** Creates `talk` with its seats as they are; allowances are those of the seats. */
  create(talk: Talk, salt: Uint8Array, priceLimit: bigint): OperationOffer
  /** Adds `seat`, in its own name and the first seat's. */
  add(talk: Talk, seat: Seat): OperationOffer
  /** Pays `amount` into a seat's allowance. */
  fund(talk: Talk, seat: Seat, amount: bigint, priceLimit: bigint): OperationOffer
}

const adminOf = (talk: Talk): Seat => talk.seats.values().next().value as Seat

/** The change that adds `seat`; what it costs does not hang on the fields that are not known yet. */
export function addition(talk: Talk, seat: Seat): ChangeMembers {
  return {
    shard: talk.shard,
    conversation: talk.index,
    epoch: talk.epoch,
    signer: adminOf(talk).slot,
    remove: [],
    roles: [],
    add: [{ slot: seat.slot, key: seat.key.key, role: Role.member, allowance: 0n, priceLimit: 0n }],
    exchange: [],
  }
}

export function operationOffers({ config, gateway, signer }: OperationDeps): OperationOffers {
  const separator = domainSeparator(config.chainId, config.inbox)
  const payerOf = (talk: Talk): GatewayAccount => gateway.accounts[talk.shard] as GatewayAccount
  const consent = (talk: Talk, seat: Seat): Uint8Array =>
    signer.sign(seat.key.secret, consentDigest(config.chainId, talk.id, seat.slot, 0n, seat.key.key))

  const create: OperationOffers['create'] = (talk, salt, priceLimit) => {
    const payer = payerOf(talk)
    // Seats may join before this is sent; the allowances are those of now.
    const seats = [...talk.seats.values()].map((seat) => ({ seat, allowance: seat.allowance }))
    return {
      kind: 'operation',
      creates: true,
      talk,
      build() {
        const value: CreateConversation = {
          shard: talk.shard,
          account: payer.account,
          nonce: payer.nonce,
          salt,
          members: seats.map(({ seat, allowance }, slot) => ({
            key: seat.key.key,
            role: slot === 0 ? Role.admin : Role.member,
            allowance,
            priceLimit,
          })),
        }
        talk.id = createConversationDigest(separator, value)
        const signatures = [gateway.sign(talk.id), ...seats.map(({ seat }) => consent(talk, seat))]
        return { operation: { selector: OperationKind.createConversation, value }, signatures }
      },
      accepted(index) {
        talk.index = index
        payer.nonce += 1n
      },
    }
  }

  const add: OperationOffers['add'] = (talk, seat) => ({
    kind: 'operation',
    creates: false,
    talk,
    build() {
      const value = addition(talk, seat)
      const own = signer.sign(adminOf(talk).key.secret, changeDigest(config.chainId, talk.id, value))
      return { operation: { selector: OperationKind.changeMembers, value }, signatures: [own, consent(talk, seat)] }
    },
    accepted() {
      talk.epoch += 1n
    },
  })

  const fund: OperationOffers['fund'] = (talk, seat, amount, priceLimit) => {
    const payer = payerOf(talk)
    return {
      kind: 'operation',
      creates: false,
      talk,
      build() {
        const value: Fund = {
          shard: talk.shard,
          account: payer.account,
          nonce: payer.nonce,
          conversation: talk.index,
          member: seat.slot,
          amount,
          priceLimit,
        }
        const signatures = [gateway.sign(fundDigest(separator, value))]
        return { operation: { selector: OperationKind.fund, value }, signatures }
      },
      accepted() {
        payer.nonce += 1n
      },
    }
  }

  return { create, add, fund }
}
