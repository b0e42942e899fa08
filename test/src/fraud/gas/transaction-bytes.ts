import type { rollupAbi } from '@parley/contracts'
import { type DataPlace, maxPointerBytes } from '@parley/protocol'
import type { Proof } from '@parley/protocol/fraud'
import { bytesToHex, encodeFunctionData, type Hex } from 'viem'

/** What a signed transaction has beside its calldata, at most: fields of EIP-1559 and their lengths. */
const envelopeBytes = 200

const word: Hex = `0x${'5a'.repeat(32)}`
const pointer: Hex = `0x${'5a'.repeat(maxPointerBytes)}`
const address: Hex = `0x${'5a'.repeat(20)}`
const number = 2n ** 40n

/** A claim whose pointers are as long as they may be. */
const claim = {
  number,
  parent: word,
  lineage: word,
  coreRoot: word,
  witnessRoot: word,
  lastHeader: {
    number,
    parent: word,
    timestamp: number,
    lineage: word,
    inboxCount: number,
    segmentCount: number,
    inboxHash: word,
    prices: { coreByte: number, witnessByte: number, settlement: number, stateByte: number },
    runsRoot: word,
    stateRoot: word,
  },
  core: { layer: 1, pointer },
  witness: { layer: 1, pointer },
  windows: { challenge: 1, data: 1, answer: 1, proof: 1 },
  claimer: address,
  claimedAt: number,
} as const

const bytesOf = (data: Hex): number => data.length / 2 - 1 + envelopeBytes

export function proveBytes(abi: typeof rollupAbi, { kind, bytes }: Proof): number {
  return bytesOf(encodeFunctionData({ abi, functionName: 'prove', args: [kind, claim, claim, bytesToHex(bytes)] }))
}

export function answerBytes(abi: typeof rollupAbi, { part, block, page }: DataPlace, data: Uint8Array): number {
  const place = { part, block_: block, page }
  return bytesOf(
    encodeFunctionData({ abi, functionName: 'answerData', args: [claim, claim, [{ place, data: bytesToHex(data) }]] }),
  )
}
