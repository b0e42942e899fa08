import {
  type Body,
  BodyType,
  domainSeparator,
  executionPrice,
  type InboxItem,
  InboxItemType,
  portableVerifier,
  type Shard,
  ShardType,
  TransitionError,
  transitionFaults,
} from '@parley/protocol'
import { applyInboxItem, applyMessages, applyOperation, blockContext } from '@parley/protocol/reference'
import { describe, expect, test } from 'vitest'
import {
  configOf,
  feesOf,
  fromHex,
  type Packed,
  pricesOf,
  toHex,
  type VectorDeployment,
  type VectorPrices,
  vectorFile,
} from './support/vector-file.ts'

describe('transition.json', () => {
  const file = vectorFile<{
    deployment: VectorDeployment
    shard: string
    timestamp: string
    prices: VectorPrices
    cases: {
      name: string
      kind: string
      body: Packed
      signatures: string[]
      pre: Packed
      post?: Packed
      outcome: string
      entry?: string
      fault?: { code: string }
    }[]
  }>('transition.json')
  const config = configOf(file.deployment)
  const context = blockContext(config, portableVerifier, BigInt(file.timestamp), pricesOf(file.prices))
  const index = Number(file.shard)

  /** Runs one case from its bytes alone; gives the outcome with the code of its fault. */
  function outcomeOf(each: (typeof file.cases)[number], shard: Shard): string {
    const signatures = each.signatures.map(fromHex)
    try {
      if (each.kind === 'inboxItem') {
        const skipped = applyInboxItem(
          shard,
          index,
          InboxItemType.deserialize(fromHex(each.body.ssz)) as InboxItem,
          context,
        )
        return skipped === undefined ? 'applied' : `skipped ${skipped.code}`
      }
      const body = BodyType.deserialize(fromHex(each.body.ssz)) as Body
      if (body.selector === 0) applyMessages(shard, index, body.value, signatures, context)
      if (body.selector === 1) applyOperation(shard, index, body.value, signatures, context)
      return 'applied'
    } catch (error) {
      if (error instanceof TransitionError) return `refused ${error.fault.code} ${error.entry}`
      throw error
    }
  }

  test('transition vectors › belong to the deployment that they name', () => {
    expect(toHex(domainSeparator(config.chainId, config.inbox))).toBe(file.deployment.separator)
  })

  test.each(file.cases)('transition vector › $name', (each) => {
    const shard = ShardType.deserialize(fromHex(each.pre.ssz))
    expect(toHex(ShardType.hashTreeRoot(shard))).toBe(each.pre.root)
    const { outcome, fault, entry, post } = each
    expect(outcomeOf(each, shard)).toBe([outcome, fault?.code, entry].filter((part) => part !== undefined).join(' '))
    if (outcome === 'applied') expect(toHex(ShardType.hashTreeRoot(shard))).toBe(post?.root)
    if (outcome === 'skipped') expect(toHex(ShardType.hashTreeRoot(shard))).toBe(each.pre.root)
  })

  test('transition vectors › reach every code but that of a full list, which no file can hold', () => {
    const reached = new Set(file.cases.map(({ fault }) => fault?.code))
    expect(Object.keys(transitionFaults).filter((code) => !reached.has(code))).toEqual(['SHARD_FULL'])
  })
})

describe('signatures.json', () => {
  const file = vectorFile<{
    messages: { key: string; digest: string; signature: string }[]
    consents: { key: string; digest: string; signature: string }[]
    changes: { key: string; digest: string; signature: string }[]
    owners: { owner: string; digest: string; signature: string }[]
    headers: { sequencer: string; digest: string; signature: string }[]
    invalid: {
      digest: string
      members: { why: string; key: string; signature: string }[]
      owners: { why: string; owner: string; signature: string }[]
    }
  }>('signatures.json')

  test('signature vectors › every good one holds', () => {
    for (const { key, digest, signature } of [...file.messages, ...file.consents, ...file.changes])
      expect(portableVerifier.verifyMember(fromHex(key), fromHex(digest), fromHex(signature))).toBe(true)
    for (const { owner, digest, signature } of file.owners)
      expect(portableVerifier.verifyOwner(fromHex(owner), fromHex(digest), fromHex(signature))).toBe(true)
    for (const { sequencer, digest, signature } of file.headers)
      expect(
        portableVerifier.verifyOwner(fromHex(sequencer), fromHex(digest), fromHex(signature).subarray(0, 64)),
      ).toBe(true)
  })

  test.each(file.invalid.members)('signature vector › member, $why', ({ key, signature }) => {
    expect(portableVerifier.verifyMember(fromHex(key), fromHex(file.invalid.digest), fromHex(signature))).toBe(false)
  })
  test.each(file.invalid.owners)('signature vector › owner, $why', ({ owner, signature }) => {
    expect(portableVerifier.verifyOwner(fromHex(owner), fromHex(file.invalid.digest), fromHex(signature))).toBe(false)
  })
})

describe('fees.json', () => {
  const file = vectorFile<{ executionPrice: { fees: VectorDeployment['fees']; excess: string; price: string }[] }>(
    'fees.json',
  )

  test('fee vectors › prices follow from the parameters', () => {
    for (const point of file.executionPrice)
      expect(executionPrice(BigInt(point.excess), feesOf(point.fees)).toString()).toBe(point.price)
  })
})
