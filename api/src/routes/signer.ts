import { BlockHeaderType } from '@parley/protocol/light'
import { bytes, uint64 } from '../codec/codec.ts'
import { described, nullable, object } from '../codec/composed.ts'
import { ssz } from '../codec/ssz.ts'
import { route } from '../route.ts'
import { healthRoutes } from './health.ts'

/** Whose key signs, and for which deployment. */
export const signerAddress = object({ address: bytes(20), chainId: uint64, inbox: bytes(20) })

/** The highest place that was recorded. */
export const recordedPlace = object({
  header: nullable(
    object({
      lineage: bytes(32),
      number: uint64,
      root: described('Null where the record begins with a watermark', nullable(bytes(32))),
    }),
  ),
})

/** A header and the deployment that it is of. */
export const headerToSign = object({ chainId: uint64, inbox: bytes(20), header: ssz(BlockHeaderType) })

export const headerSignature = object({ signature: described('r ‖ s ‖ v, v 27 or 28', bytes(65)) })

/** Routes of a signer of headers. There is none that signs anything else. */
export const signerRoutes = {
  address: route({
    method: 'GET',
    path: '/v1/address',
    summary: 'The address of the key, and the deployment that it signs headers of',
    answer: { json: signerAddress },
    faults: [],
  }),
  latest: route({
    method: 'GET',
    path: '/v1/headers/latest',
    summary: 'The highest place in the lineage that was recorded last; null when nothing was ever signed',
    answer: { json: recordedPlace },
    faults: ['RECORD_CORRUPT'],
  }),
  sign: route({
    method: 'POST',
    path: '/v1/headers',
    summary: 'Signs a header whose place no other has taken; its digest is made here',
    body: { json: headerToSign },
    answer: { json: headerSignature },
    faults: [
      'CHAIN_OTHER',
      'LINEAGE_CLOSED',
      'LINEAGE_FORBIDDEN',
      'LINEAGE_UNKNOWN',
      'NUMBER_PASSED',
      'RATE_EXCEEDED',
      'RECORD_FAILED',
      'SECOND_HEADER',
    ],
    bodyLimit: 8_192,
  }),
  ...healthRoutes,
}
