import { inboxAbi, rollupAbi } from '@parley/contracts'
import { type BatchClaim, BlockHeaderType, type InboxItem, InboxItemType, SettlementError } from '@parley/protocol'
import { claimHash } from '@parley/settlement'
import { decodeLog, type RawLog } from '@parley/settlement/decoders'
import { type Abi, type AbiEvent, encodeAbiParameters, encodeEventTopics, type Hex, hexToBytes, toHex } from 'viem'
import { vectorChain } from '../../vectors/blocks.ts'
import { Seeded } from '../../vectors/seeded.ts'
import { change, creation, fund, reclaim, withdraw } from '../../vectors/standing.ts'
import { type FuzzTarget, Garbage, verdictOf } from '../target.ts'

const random = new Seeded('parley fuzz/logs')
const addresses = { inbox: toHex(random.bytes(20)), rollup: toHex(random.bytes(20)) } as const

/** A log as bytes: 0 for the inbox or 1 for the rollup, the number of topics, the topics, the data. */
function logBytes(contract: 0 | 1, topics: readonly Hex[], data: Hex): Uint8Array {
  return new Uint8Array([
    contract,
    topics.length,
    ...topics.flatMap((topic) => [...hexToBytes(topic)]),
    ...hexToBytes(data),
  ])
}

function logOf(input: Uint8Array): RawLog {
  const count = Math.min(4, input[1] ?? 0)
  const topics = Array.from({ length: count }, (_, i) => toHex(input.slice(2 + 32 * i, 34 + 32 * i)))
  const address = input[0] === 0 ? addresses.inbox : addresses.rollup
  return { address, topics, data: toHex(input.slice(2 + 32 * count)), logIndex: 0 }
}

function emitted(contract: 0 | 1, eventName: string, args: Record<string, unknown>): Uint8Array {
  const abi = (contract === 0 ? inboxAbi : rollupAbi) as Abi
  const event = abi.find((each): each is AbiEvent => each.type === 'event' && each.name === eventName)
  if (event === undefined) throw new Error(`no event ${eventName}`)
  const topics = encodeEventTopics({ abi: [event], eventName, args }) as Hex[]
  const inputs = event.inputs.filter(({ indexed }) => indexed !== true)
  return logBytes(
    contract,
    topics,
    encodeAbiParameters(
      inputs,
      inputs.map(({ name }) => args[name as string]),
    ),
  )
}

const sig = () => ({ r: toHex(random.bytes(32)), s: toHex(random.bytes(32)) })

function itemLogs(): Uint8Array[] {
  const item = { index: 7n, time: 8n, root: toHex(random.bytes(32)), inboxHash: toHex(random.bytes(32)) }
  const forced = { ...item, sender: toHex(random.bytes(20)) }
  const creating = {
    ...creation,
    salt: toHex(creation.salt),
    members: creation.members.map((each) => ({ ...each, key: toHex(each.key) })),
  }
  const changing = change({ remove: [{ slot: 1 }], roles: [{ slot: 2, role: 1 }] })
  const adding = {
    ...changing.value,
    add: [{ slot: 4, key: toHex(random.bytes(32)), role: 2, allowance: 7n, priceLimit: 9n }],
    exchange: [{ key: toHex(random.bytes(32)) }],
  }
  const message = { conversation: 1, member: 2, content: toHex(random.bytes(32)) }
  const deposit = { shard: 3, account: 0, owner: toHex(random.bytes(20)), amount: 5n }
  return [
    emitted(0, 'DepositQueued', { ...item, deposit }),
    emitted(0, 'CreateConversationQueued', { ...forced, operation: creating, signatures: [sig(), sig(), sig()] }),
    emitted(0, 'ChangeMembersQueued', { ...forced, operation: adding, signatures: [sig(), sig(), sig()] }),
    emitted(0, 'FundQueued', { ...forced, operation: fund().value, signatures: [sig()] }),
    emitted(0, 'ReclaimQueued', { ...forced, operation: reclaim().value, signatures: [sig()] }),
    emitted(0, 'WithdrawQueued', { ...forced, operation: withdraw().value, signatures: [sig()] }),
    emitted(0, 'MessageQueued', { ...item, shard: 3, message, signature: sig() }),
    emitted(0, 'PricesQueued', { ...item, prices: { coreByte: 1n, witnessByte: 1n, settlement: 2n, stateByte: 3n } }),
  ]
}

function claimLogs(): Uint8Array[] {
  const bytes32 = () => random.bytes(32)
  const claim: BatchClaim = {
    number: 3n,
    parent: bytes32(),
    lineage: bytes32(),
    coreRoot: bytes32(),
    witnessRoot: bytes32(),
    lastHeader: vectorChain().parent,
    core: { layer: 1, pointer: random.bytes(49) },
    witness: { layer: 0, pointer: random.bytes(37) },
    windows: { challenge: 1, data: 2, answer: 3, proof: 4 },
    claimer: random.bytes(20),
    claimedAt: 5n,
  }
  const header = claim.lastHeader
  const told = {
    ...claim,
    parent: toHex(claim.parent),
    lineage: toHex(claim.lineage),
    coreRoot: toHex(claim.coreRoot),
    witnessRoot: toHex(claim.witnessRoot),
    lastHeader: {
      ...header,
      parent: toHex(header.parent),
      lineage: toHex(header.lineage),
      inboxHash: toHex(header.inboxHash),
      runsRoot: toHex(header.runsRoot),
      stateRoot: toHex(header.stateRoot),
    },
    core: { layer: 1, pointer: toHex(claim.core.pointer) },
    witness: { layer: 0, pointer: toHex(claim.witness.pointer) },
    claimer: toHex(claim.claimer),
  }
  const hash = toHex(claimHash(claim))
  return [emitted(1, 'Claimed', { number: 3n, hash, claim: told }), emitted(1, 'Finalized', { number: 3n, hash })]
}

interface Rooted<T> {
  serialize(value: T): Uint8Array
  deserialize(bytes: Uint8Array): T
  toJson(value: T): unknown
}

/** Integers wider than their field are cut by SSZ without a word, so a value must survive its own bytes. */
function assertWithin<T>(type: Rooted<T>, value: T, what: string): void {
  const again = type.deserialize(type.serialize(value))
  if (JSON.stringify(type.toJson(again)) !== JSON.stringify(type.toJson(value)))
    throw new Garbage(`${what}: a field is wider than its type`)
}

/** Events of the L2's contracts. */
export function logTargets(): FuzzTarget[] {
  return [
    {
      name: 'L2 log',
      weight: 4,
      corpus: [...itemLogs(), ...claimLogs()],
      run: (input) =>
        verdictOf(() => {
          const told = decodeLog(logOf(input), addresses)
          if (told.kind === 'item')
            assertWithin(InboxItemType as unknown as Rooted<InboxItem>, told.told.item, 'L2 log')
          if (told.kind === 'claim') assertWithin(BlockHeaderType, told.claim.lastHeader, 'L2 log')
        }, SettlementError),
    },
  ]
}
