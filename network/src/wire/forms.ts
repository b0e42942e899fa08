import { ContainerType, ListCompositeType, type ValueOf } from '@chainsafe/ssz'
import { Bytes20Type, Bytes32Type, SignedHeaderType, Uint16Type, Uint64Type } from '@parley/protocol'
import { networkLimits } from '../limits.ts'

/** Number of the forms below; a peer of another one is not for us. */
export const networkForm = 1

/** What a peer follows and has. `light` peers serve nothing. */
export const StatusType = new ContainerType(
  {
    form: Uint16Type,
    rollup: Bytes20Type,
    genesis: Bytes32Type,
    head: Uint64Type,
    final: Uint64Type,
    first: Uint64Type,
    evidence: Uint64Type,
  },
  { typeName: 'PeerStatus' },
)
export type PeerStatus = ValueOf<typeof StatusType>

/** Asks for blocks, or headers, from a number on. */
export const RangeType = new ContainerType({ from: Uint64Type, count: Uint16Type }, { typeName: 'PeerRange' })
export type PeerRange = ValueOf<typeof RangeType>

export const HeadersType = new ListCompositeType(SignedHeaderType, networkLimits.headersPerAnswer)

/** Two headers of one lineage and number that one key signed. */
export const EvidencePairType = new ContainerType(
  { a: SignedHeaderType, b: SignedHeaderType },
  { typeName: 'Evidence' },
)
export type EvidencePair = ValueOf<typeof EvidencePairType>

export const EvidencesType = new ListCompositeType(EvidencePairType, networkLimits.evidencePerAnswer)

/** Names of the protocols and topics of a deployment. */
export const protocols = {
  status: '/parley/status/1',
  headers: '/parley/headers/1',
  blocks: '/parley/blocks/1',
  evidence: '/parley/evidence/1',
  peers: '/parley/peers/1',
} as const
export type ProtocolName = (typeof protocols)[keyof typeof protocols]

export const topicOf = (rollup: Uint8Array, of: 'headers' | 'evidence'): string =>
  `parley/1/0x${Buffer.from(rollup).toString('hex')}/${of}`
