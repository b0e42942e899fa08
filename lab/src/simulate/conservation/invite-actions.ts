import { type Address, bytesToHex, type Hex, zeroAddress } from 'viem'
import type { RandomStream } from '../../load/seeded.ts'
import { authorizeInvite } from '../chain/sign.ts'
import type { DemandCurve } from '../model/demand.ts'
import { type Repute, reputeOf } from '../model/reputation.ts'
import { sharingGate } from './parameters.ts'
import {
  bookIncome,
  creditOf,
  type GateChoice,
  lower,
  type Maker,
  oneOf,
  personOf,
  upTo,
  type World,
  walletOf,
} from './world.ts'

const basisPoints = 10_000n

interface Fee {
  readonly fee: bigint
  /** What the gate takes for itself, and for whom. */
  readonly gatePart: bigint
}

/** What the recipient's gate must ask at `now`, by the specification; counts the invite. */
function admit({ known, contracts, beneficiary }: World, recipient: Address, now: bigint): Fee {
  const inbox = lower(contracts.inbox.address)
  const flat = known.flatFees.get(recipient) ?? 0n
  switch (known.gates.get(recipient) ?? 'default') {
    case 'default':
      return { fee: known.demand.admit(inbox, recipient, now), gatePart: 0n }
    case 'flat':
      return { fee: flat, gatePart: 0n }
    case 'sharing':
      return {
        fee: sharingGate.fee,
        gatePart: beneficiary === zeroAddress ? 0n : (sharingGate.fee * sharingGate.basisPoints) / basisPoints,
      }
    case 'all': {
      const composite = lower(contracts.composite.address)
      return { fee: flat + known.demand.admit(composite, recipient, now), gatePart: 0n }
    }
  }
}

interface Invite {
  readonly payer: Address
  readonly value: bigint
  readonly sender: Address
  readonly recipient: Address
}

function settleInvite(world: World, { payer, value, sender, recipient }: Invite, now: bigint): void {
  const { ledger, known, contracts, beneficiary } = world
  const { fee, gatePart } = admit(world, recipient, now)
  const protocolPart = (fee * known.protocolShare) / basisPoints
  const repute = (account: Address): Repute => reputeOf(known.reputation, known, account, now)
  const networkPart = known.isPriced ? known.bulk.charge({ sender, payer, now, reputeOf: repute }) : 0n
  ledger.post(walletOf(payer), creditOf(payer), value)
  ledger.post(creditOf(payer), creditOf(contracts.treasury.address), protocolPart + networkPart)
  ledger.post(creditOf(payer), creditOf(beneficiary), gatePart)
  ledger.post(creditOf(payer), creditOf(recipient), fee - protocolPart - gatePart)
}

const digestOf = ({ derive }: World, step: number): Hex => bytesToHex(derive('digest', step))

/** Sends nothing, something like the fee, or far too much. */
function valueSent(random: RandomStream): bigint {
  return oneOf(random, [0n, 10n ** 10n, upTo(random, 10n ** 14n), 10n ** 16n])
}

function requestOf(world: World, random: RandomStream, step: number, recipient: Address) {
  const maxFee = oneOf(random, [10n ** 18n, 10n ** 18n, upTo(random, 10n ** 14n)])
  return { recipient, contentDigest: digestOf(world, step), maxFee, gateData: '0x' as const }
}

export const invite: Maker = (world, random, step) => {
  const from = personOf(world, random)
  const recipient = personOf(world, random)
  const request = requestOf(world, random, step, recipient)
  const value = valueSent(random)
  return {
    action: 'invite',
    transaction: world.contracts.inbox.call(from, 'invite', [request], value),
    settle: (_, now) => settleInvite(world, { payer: from, value, sender: from, recipient }, now),
  }
}

export const relay: Maker = async (world, random, step) => {
  const from = personOf(world, random)
  const recipient = personOf(world, random)
  // A person, or a key that nobody has seen.
  const signer = oneOf(random, [oneOf(random, world.people), world.signerOf(step)])
  const request = requestOf(world, random, step, recipient)
  const relayer = oneOf(random, [zeroAddress, from, from, personOf(world, random)])
  const { address } = world.contracts.inbox
  const { contentDigest } = request
  const authorization = await authorizeInvite(signer, address, { recipient, contentDigest, relayer })
  const value = valueSent(random)
  return {
    action: 'relay',
    transaction: world.contracts.inbox.call(from, 'relay', [{ request, relayer, authorization }], value),
    settle: (_, now) => settleInvite(world, { payer: from, value, sender: lower(signer.address), recipient }, now),
  }
}

export const setGate: Maker = (world, random) => {
  const from = personOf(world, random)
  const choice = oneOf<GateChoice>(random, ['default', 'flat', 'sharing', 'all'])
  const { flat, sharing, composite } = world.contracts
  const address = { default: zeroAddress, flat: flat.address, sharing, all: composite.address }[choice]
  return {
    action: 'setGate',
    transaction: world.contracts.inbox.call(from, 'setGate', [address]),
    settle: () => void world.known.gates.set(from, choice),
  }
}

export const setFlatFee: Maker = (world, random) => {
  const from = personOf(world, random)
  const fee = oneOf(random, [0n, 10n ** 9n, 10n ** 9n + upTo(random, 10n ** 14n), 10n ** 8n])
  return {
    action: 'setFlatFee',
    transaction: world.contracts.flat.call(from, 'setFee', [fee]),
    settle: () => void world.known.flatFees.set(from, fee),
  }
}

function randomCurve(random: RandomStream): DemandCurve {
  const minFee = 10n ** 9n + upTo(random, 10n ** 12n)
  return {
    minFee,
    maxFee: minFee * BigInt(1 + random.below(2 ** 20)),
    target: 1 + random.below(50),
    period: 1 + random.below(86_400),
    fraction: 1 + random.below(100),
  }
}

export const setCurve: Maker = (world, random) => {
  const from = personOf(world, random)
  const curve = oneOf(random, [undefined, randomCurve(random), randomCurve(random)])
  const { demand } = world.contracts
  return {
    action: 'setCurve',
    transaction: curve === undefined ? demand.call(from, 'clearCurve', []) : demand.call(from, 'setCurve', [curve]),
    settle: () => world.known.demand.setCurve(from, curve),
  }
}

export const setGates: Maker = (world, random) => {
  const from = personOf(world, random)
  const { composite, flat, demand } = world.contracts
  return {
    action: 'setGates',
    transaction: composite.call(from, 'setGates', [1, [flat.address, demand.address]]),
    settle: () => undefined,
  }
}

export const setStanding: Maker = (world, random) => {
  const from = personOf(world, random)
  const account = personOf(world, random)
  const standing = oneOf(random, [0, 0, 0, 1, 2])
  return {
    action: 'setStanding',
    transaction: world.contracts.inbox.call(from, 'setStanding', [account, standing]),
    settle: () => undefined,
  }
}

export const deposit: Maker = (world, random) => {
  const from = personOf(world, random)
  const account = personOf(world, random)
  const value = upTo(random, 10n ** 16n)
  return {
    action: 'deposit',
    transaction: world.contracts.inbox.call(from, 'deposit', [account], value),
    settle: () => world.ledger.post(walletOf(from), creditOf(account), value),
  }
}

/** Somebody's own credit to anyone; now and then more than there is. */
export const withdraw: Maker = (world, random) => {
  const [from, recipient] = [personOf(world, random), personOf(world, random)]
  const credit = world.ledger.balanceOf(creditOf(from))
  const amount = oneOf(random, [credit, upTo(random, credit), credit + 1n])
  return {
    action: 'withdraw',
    transaction: world.contracts.inbox.call(from, 'withdraw', [recipient, amount]),
    settle: () => world.ledger.post(creditOf(from), walletOf(recipient), amount),
  }
}

/** Anyone brings the treasury its shares. */
export const collectShares: Maker = (world, random) => {
  const shares = creditOf(world.contracts.treasury.address)
  return {
    action: 'collectShares',
    transaction: world.contracts.inbox.call(personOf(world, random), 'collectShares', []),
    settle: () => bookIncome(world, shares, world.ledger.balanceOf(shares)),
  }
}
