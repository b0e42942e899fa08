import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  UintBigintType,
} from '@chainsafe/ssz'
import {
  BlockHeaderType,
  Bytes32Type,
  type DaAmount,
  DaLayer,
  type DaToken,
  maxPointerBytes,
  Uint8Type,
  Uint64Type,
} from '@parley/protocol'
import type { BatchPlan, PlannedPart, Publication } from './plan.ts'

/** Layers on which one part may have been begun. */
const maxBegun = 8

/** Of a record; a token keeps its number for ever. */
const tokens: readonly DaToken[] = ['none', 'eth', 'l2-eth', 'tia']

/**
 * What a record of version 2 and later begins with: as many zeros as a number of a claim has bytes, which are counted from 1
 * and which records of version 1 begin with, and then the version.
 */
const unnumbered = 8
const version = 2

const where = { layer: Uint8Type, pointer: new ByteListType(maxPointerBytes), height: Uint64Type }
const amount = new UintBigintType(32)
const part = { digest: Bytes32Type, bytes: Uint64Type, root: Bytes32Type }

const Part1Type = new ContainerType({
  ...part,
  published: new ListCompositeType(new ContainerType({ ...where, costWei: amount }), 1),
})

const Part2Type = new ContainerType({
  ...part,
  published: new ListCompositeType(new ContainerType({ ...where, token: Uint8Type, amount }), 1),
  begun: new ListBasicType(Uint8Type, maxBegun),
})

const batch = {
  number: Uint64Type,
  first: Uint64Type,
  parent: Bytes32Type,
  lastHeader: BlockHeaderType,
  signature: new ByteVectorType(65),
}

const Plan1Type = new ContainerType({ ...batch, core: Part1Type, witness: Part1Type }, { typeName: 'BatchPlan1' })
const Plan2Type = new ContainerType(
  { ...batch, messages: Uint64Type, core: Part2Type, witness: Part2Type },
  { typeName: 'BatchPlan2' },
)

/** Writes version 2. */
export function serializePlan(plan: BatchPlan): Uint8Array {
  const record = Plan2Type.serialize({ ...plan, core: stored(plan.core), witness: stored(plan.witness) })
  const bytes = new Uint8Array(unnumbered + 1 + record.length)
  bytes[unnumbered] = version
  bytes.set(record, unnumbered + 1)
  return bytes
}

function stored({ published, ...planned }: PlannedPart) {
  if (published === undefined) return { ...planned, begun: [...planned.begun], published: [] }
  const { cost, ...place } = published
  const record = { ...place, token: tokens.indexOf(cost.token), amount: cost.amount }
  return { ...planned, begun: [...planned.begun], published: [record] }
}

/** Reads versions 1 and 2. @throws {Error} when the bytes are not a plan. */
export function deserializePlan(bytes: Uint8Array): BatchPlan {
  if (bytes.subarray(0, unnumbered).some((byte) => byte !== 0)) return readFirst(bytes)
  if (bytes[unnumbered] !== version) throw new TypeError(`version ${bytes[unnumbered]} of a plan is not known`)
  const { core, witness, ...plan } = Plan2Type.deserialize(bytes.slice(unnumbered + 1))
  const of = ({ published: [found], ...planned }: typeof core): PlannedPart => ({
    ...planned,
    published: found && publicationOf(found, amountOf(found.token, found.amount)),
  })
  return { ...plan, core: of(core), witness: of(witness) }
}

function readFirst(bytes: Uint8Array): BatchPlan {
  const { core, witness, ...plan } = Plan1Type.deserialize(bytes)
  const of = ({ published: [found], ...planned }: typeof core): PlannedPart => ({
    ...planned,
    published: found && publicationOf(found, { token: tokenOf(found.layer), amount: found.costWei }),
    begun: [],
  })
  return { ...plan, messages: 0n, core: of(core), witness: of(witness) }
}

function publicationOf({ layer, pointer, height }: Omit<Publication, 'cost'>, cost: DaAmount): Publication {
  return { layer, pointer, height, cost }
}

function amountOf(number: number, amount: bigint): DaAmount {
  const token = tokens[number]
  if (token === undefined) throw new TypeError(`token ${number} of a plan is not known`)
  return { token, amount }
}

/** What the layers were paid in while records did not say it. */
function tokenOf(layer: number): DaToken {
  if (layer === DaLayer.ethereumBlobs) return 'eth'
  return layer === DaLayer.celestia ? 'tia' : 'none'
}
