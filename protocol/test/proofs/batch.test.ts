import { expect, test } from 'vitest'
import {
  batchGindex,
  coreRoot,
  proveHeader,
  proveMessage,
  proveSegment,
  proveSignature,
  rootOf,
  SignatureType,
  verifyHeader,
  verifyMessage,
  verifySegment,
  witnessRoot,
} from '../../src/index.ts'
import { testBatch } from '../support/batches.ts'
import { digestOf } from '../support/keys.ts'

const { blocks, witness } = testBatch()
const root = coreRoot(blocks)
// Block 1 of the batch: run 0 is shard 3 with segments of 32 and 18 messages and a removal.
const place = { block: 1, run: 0, segment: 1 }
const segment = blocks[1]!.runs[0]!.segments[1]!
const message = segment.body.selector === 0 ? segment.body.value[17]! : undefined
const proof = proveMessage(blocks, place, 17)

test('message › is proven in its segment, run, block and batch', () => {
  expect(message).toBeDefined()
  expect(rootOf(proof)).toEqual(root)
  expect(verifyMessage(root, place, 17, message!, proof.branch)).toBe(true)
})

test.each([
  { why: 'another content', index: 17, content: digestOf('other'), at: place },
  { why: 'another index', index: 16, at: place },
  { why: 'another segment', index: 17, at: { ...place, segment: 0 } },
  { why: 'another run', index: 17, at: { ...place, run: 1 } },
  { why: 'another block', index: 17, at: { ...place, block: 3 } },
])('message › $why is not proven', ({ index, content, at }) => {
  expect(verifyMessage(root, at, index, { ...message!, ...(content && { content }) }, proof.branch)).toBe(false)
})

test('message › a branch of another length is not proven', () => {
  expect(verifyMessage(root, place, 17, message!, proof.branch.slice(0, -1))).toBe(false)
  expect(verifyMessage(root, place, 17, message!, [])).toBe(false)
  expect(verifyMessage(root, place, 17, message!, [...proof.branch, digestOf('')])).toBe(false)
})

test('message › a body of another kind proves no message, whatever its tree holds', () => {
  const bent = structuredClone(blocks)
  const body = bent[1]!.runs[0]!.segments[1]!.body
  // The same tree under another selector: what a claimer could hash who does not keep to the types.
  const forged = { ...proveMessage(bent, place, 17) }
  const branch = forged.branch.with(6, new Uint8Array(32).fill(1, 0, 1))
  expect(body.selector).toBe(0)
  const root = rootOf({ ...forged, branch })
  expect(verifyMessage(root, place, 17, message!, branch)).toBe(false)
})

test.each([
  { why: 'a message beyond the last', at: place, index: 18 },
  { why: 'a message of an operation', at: { ...place, segment: 2 }, index: 0 },
  { why: 'a message of no segment', at: { ...place, segment: 9 }, index: 0 },
])('proveMessage › $why has no proof', ({ at, index }) => {
  expect(() => proveMessage(blocks, at, index)).toThrow(RangeError)
})

test('segment › is proven with its roots', () => {
  const { branch } = proveSegment(blocks, place)
  expect(verifySegment(root, place, segment, branch)).toBe(true)
  expect(verifySegment(root, { ...place, segment: 0 }, segment, branch)).toBe(false)
  expect(verifySegment(root, place, { ...segment, postRoot: digestOf('') }, branch)).toBe(false)
  expect(() => proveSegment(blocks, { ...place, segment: 3 })).toThrow(RangeError)
})

test('header › is proven at its place', () => {
  const { branch } = proveHeader(blocks, 2)
  expect(verifyHeader(root, 2, blocks[2]!.header, branch)).toBe(true)
  expect(verifyHeader(root, 1, blocks[2]!.header, branch)).toBe(false)
  expect(verifyHeader(root, 2, { ...blocks[2]!.header, number: 9n }, branch)).toBe(false)
  expect(() => proveHeader(blocks, 4)).toThrow(RangeError)
})

test('signature › is proven in the witness at the place of its message', () => {
  const signature = proveSignature(witness, place, 17)
  expect(signature.leaf).toEqual(SignatureType.hashTreeRoot(witness[1]![0]![1]![17]!))
  expect(signature.gindex).toBe(batchGindex.signature(place, 17))
  expect(rootOf(signature)).toEqual(witnessRoot(witness))
  expect(() => proveSignature(witness, place, 18)).toThrow(RangeError)
})

test('verify › a header or message that its type cannot hold shows nothing', () => {
  const { header } = blocks[2]!
  const { branch } = proveHeader(blocks, 2)
  expect(verifyHeader(root, 2, { ...header, number: header.number + 2n ** 64n }, branch)).toBe(false)
  const wide = { ...message!, member: message!.member + 65_536 }
  expect(verifyMessage(root, place, 17, wide, proof.branch)).toBe(false)
})
