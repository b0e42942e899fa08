import { type Address, concatHex, type Hex, numberToHex, toFunctionSelector } from 'viem'
import { sharingGate } from './parameters.ts'

const size = (code: Hex): number => (code.length - 2) / 2
const push2 = (value: number): Hex => concatHex(['0x61', numberToHex(value, { size: 2 })])
const word = (value: bigint): Hex => numberToHex(value, { size: 32 })

/** Code of a constructor that leaves `runtime`: copies what follows these 12 bytes and returns it. */
const leaving = (runtime: Hex): Hex => concatHex([push2(size(runtime)), '0x80600c6000396000f3', runtime])

/** Gives back `answer`, which lies at `offset` of the code. */
const giveBack = (answer: Hex, offset: number): Hex =>
  concatHex([push2(size(answer)), '0x80', push2(offset), '0x6000396000f3'])

/** A contract of two answers: one to `selector`, one to everything else. */
function twoAnswers(selector: Hex, toSelector: Hex, otherwise: Hex): Hex {
  const branch = (target: number): Hex => concatHex(['0x60003560e01c', '0x63', selector, '0x14', push2(target), '0x57'])
  const head = size(branch(0))
  const each = size(giveBack('0x', 0))
  const data = head + each + 1 + each
  const runtime = concatHex([
    branch(head + each),
    giveBack(otherwise, data + size(toSelector)),
    '0x5b',
    giveBack(toSelector, data),
    toSelector,
    otherwise,
  ])
  return leaving(runtime)
}

/** A gate that others will write: admits everyone for its fee, and takes a share for the beneficiary. */
export const sharingGateCode = (beneficiary: Address): Hex =>
  twoAnswers(
    toFunctionSelector('share()'),
    concatHex([word(BigInt(beneficiary)), word(sharingGate.basisPoints)]),
    concatHex([word(1n), word(sharingGate.fee)]),
  )

/** A rollup, as far as a treasury asks it: pays this treasury, and every claim is final. */
export function settledRollupCode(treasury: Address): Hex {
  // The sixth word is the treasury; what follows is more than there is.
  const words = Array.from({ length: 64 }, (_, at) => word(at === 5 ? BigInt(treasury) : 0n))
  return twoAnswers(toFunctionSelector('parameters()'), concatHex(words), word(1n))
}
