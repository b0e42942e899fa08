import { createNativeSigner } from '@parley/execution'
import {
  type Bytes20,
  type Bytes32,
  type Conversation,
  limits,
  type Member,
  noSponsor,
  type Shard,
  ShardType,
} from '@parley/protocol'
import type { Random } from '../fuzz/random.ts'
import { member, owner, type Signer } from '../vectors/people.ts'

const highest = 2n ** 64n - 1n
const native = createNativeSigner()
const quick = <Name extends Uint8Array>(signer: Signer<Name>): Signer<Name> => ({
  ...signer,
  sign: (digest) => native.sign(signer.secret, digest),
})
/** Few, since a key costs more to make than a shard. */
const members = Array.from({ length: 24 }, (_, i) => quick(member(`fraud ${i}`)))
const owners = Array.from({ length: 12 }, (_, i) => quick(owner(`fraud ${i}`)))
const hexOf = (name: Uint8Array): string => Buffer.from(name).toString('hex')
const byName = new Map<string, Signer>([...members, ...owners].map((signer) => [hexOf(signer.name), signer]))

/** Whoever has this name; somebody else for a name that is nobody's. */
export const people = (name: Uint8Array | undefined): Signer =>
  (name === undefined ? undefined : byName.get(hexOf(name))) ?? (members[0] as Signer)

export const isSomebody = (name: Uint8Array | undefined): boolean => name !== undefined && byName.has(hexOf(name))

/** A key that somebody has; one in eight is nobody's. */
export const keyOf = (random: Random): Bytes32 =>
  random.below(8) === 0 ? random.bytes(32) : (random.pick(members).name as Bytes32)

const ownerOf = (random: Random): Bytes20 => random.pick(owners).name

/** A shard of a few accounts and conversations in which about half of what may be tried is refused. */
export function randomShard(random: Random, now: bigint): Shard {
  const accounts = Array.from({ length: 1 + random.below(9) }, () => ({
    owner: ownerOf(random),
    nonce: counterOf(random),
    balance: BigInt(random.below(2 ** 31)) * 1_000n,
    withdrawn: BigInt(random.below(2 ** 31)),
  }))
  const conversations = Array.from({ length: random.below(9) }, () => randomConversation(random, accounts.length))
  return {
    ...ShardType.defaultValue(),
    accounts,
    conversations,
    feeExcess: BigInt(random.below(2_000)),
    feeTime: now - BigInt(random.below(3_000)),
    revenue: BigInt(random.below(2 ** 31)),
  }
}

function randomConversation(random: Random, accounts: number): Conversation {
  return {
    id: random.bytes(32),
    epoch: counterOf(random),
    members: membersOf(random, accounts),
    messageCount: counterOf(random),
    head: random.bytes(32),
  }
}

/** A few; in one of two hundred as many as a conversation holds, in half of these without a free slot. */
function membersOf(random: Random, accounts: number): Member[] {
  if (random.below(200) > 0) return Array.from({ length: 1 + random.below(7) }, () => randomMember(random, accounts))
  const isTaken = random.below(2) === 0
  const few = Array.from({ length: 8 }, () => {
    const drawn = randomMember(random, accounts)
    return isTaken && drawn.role === 0 ? { ...drawn, role: 1 } : drawn
  })
  return Array.from({ length: limits.membersPerConversation }, (_, slot) => ({ ...(few[slot % 8] as Member) }))
}

function randomMember(random: Random, accounts: number): Member {
  const role = random.below(4) % 3
  return {
    key: keyOf(random),
    role,
    nonce: counterOf(random),
    sponsor: random.below(4) === 0 ? noSponsor : random.below(accounts),
    allowance: random.below(5) === 0 ? BigInt(random.below(1_000)) : BigInt(random.below(2 ** 31)),
    priceLimit: random.below(5) === 0 ? BigInt(random.below(1_000)) : 1_000_000n,
  }
}

/** Small, but for one in twenty that stands at its highest value or just below. */
function counterOf(random: Random): bigint {
  const drawn = random.below(40)
  return drawn < 2 ? highest - BigInt(drawn) : BigInt(random.below(100))
}
