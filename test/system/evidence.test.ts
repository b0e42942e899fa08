import {
  type BatchClaim,
  type BlockHeader,
  BlockHeaderType,
  coreRootOfHeaders,
  type SettlementEvent,
  type SignedHeader,
} from '@parley/protocol'
import { openHeader } from '@parley/protocol/fraud'
import { type ClaimerSettlement, type Contester, openSettlement, settlementDefaults } from '@parley/settlement'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployedL2, forever, sealed, startDeployedL2 } from './support/l2.ts'
import { accountDeps, type ClaimRemover, contesterOf, fillBond, inQuestion } from './support/remove-claim.ts'

let l2: DeployedL2
let claimer: ClaimerSettlement
let contester: Contester
let another: Contester
beforeAll(async () => {
  l2 = await startDeployedL2()
  const deps = accountDeps(l2.chain.url, l2.roles.batcher)
  claimer = await openSettlement(deps, { ...settlementDefaults, rollup: l2.deployment.rollup, pollMs: 20 }, forever)
  await claimer.ensureBond(forever)
  contester = await contesterOf(remover())
  another = await contesterOf({ ...remover(), account: l2.roles.pricePusher })
})
afterAll(async () => {
  await Promise.all([claimer?.close(), contester?.close(), another?.close()])
  await l2?.stop()
})

const remover = (): ClaimRemover => ({
  url: l2.chain.url,
  rollup: l2.deployment.rollup,
  account: l2.roles.verifier,
  filler: l2.roles.deployer,
})

/** Headers of `count` blocks behind the latest claim, of blocks that hold whatever they hold. */
async function headersAhead(count: number): Promise<BlockHeader[]> {
  const { lastHeader } = await claimer.head(forever)
  const lineage = await claimer.lineage(forever)
  const headers: BlockHeader[] = []
  let previous = lastHeader
  for (let i = 0; i < count; i += 1) {
    const runsRoot = new Uint8Array(32).fill(i)
    const { number, timestamp } = previous
    const parent = BlockHeaderType.hashTreeRoot(previous)
    previous = { ...previous, number: number + 1n, timestamp: timestamp + 250n, parent, lineage, runsRoot }
    headers.push(previous)
  }
  return headers
}

const signed = async (header: BlockHeader): Promise<SignedHeader> => ({
  header,
  signature: await sealed(l2, claimer, header),
})

/** The header that the sequencer shows instead of one. */
const other = (header: BlockHeader): BlockHeader => ({ ...header, stateRoot: new Uint8Array(32).fill(7) })

/** Claims these headers. */
async function claim(headers: readonly BlockHeader[]): Promise<BatchClaim> {
  const head = await claimer.head(forever)
  const lastHeader = headers.at(-1) as BlockHeader
  const part = { layer: 1, pointer: new Uint8Array(1) }
  const { number } = await claimer.claim(
    {
      number: head.number + 1n,
      parent: head.hash,
      lineage: lastHeader.lineage,
      coreRoot: coreRootOfHeaders(headers),
      witnessRoot: new Uint8Array(32),
      lastHeader,
      core: part,
      witness: part,
      signature: await sealed(l2, claimer, lastHeader),
    },
    forever,
  )
  return (await inQuestion(remover(), number)).claim
}

async function finalize({ windows }: BatchClaim): Promise<void> {
  await l2.control.increaseTime({ seconds: windows.challenge })
  await l2.control.mine({ blocks: 1 })
  await claimer.finalize(forever)
}

const fillKeyBond = () => fillBond(remover(), Buffer.from(l2.roles.bondOwner.address.slice(2), 'hex'))

test('evidence › two headers of one place cost the bond behind the key, once', async () => {
  // Numbers that nothing else here is about: a place is paid for once.
  const [first, second] = (await headersAhead(2)).map((header) => ({ ...header, number: header.number + 5_000n }))
  const a = await signed(first!)
  const b = await signed(other(first!))
  await expect(contester.proveEquivocation(a, a, forever)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_REFUSED', reason: expect.stringContaining('Rollup_NoContradiction') },
  })
  const both = await Promise.all([contester.proveEquivocation(a, b, forever), another.proveEquivocation(a, b, forever)])
  expect(both.sort()).toEqual(['already', 'done'])
  expect((await contester.credit(forever)) + (await another.credit(forever))).toBeGreaterThan(0n)
  // There is nothing left to take: what was not shown before waits for another bond.
  const c = await signed(second!)
  const d = await signed(other(second!))
  expect(await contester.proveEquivocation(c, d, forever)).toBe('unbonded')
  expect(await contester.proveEquivocation(b, a, forever)).toBe('already')
  await fillKeyBond()
  expect(await contester.proveEquivocation(b, a, forever)).toBe('already')
  expect(await contester.proveEquivocation(c, d, forever)).toBe('done')
  await fillKeyBond()
})

test.each([
  ['alone', 1, [0]],
  ['of five', 5, [0, 3, 4]],
  ['of as many as a claim may have', 1024, [511, 1023]],
])('evidence › a header %s that a final claim contradicts is opened in its core', async (_, count, places) => {
  const headers = await headersAhead(count)
  await l2.control.mine({ blocks: 1 })
  const made = await claim(headers)
  const shown = await signed(other(headers[places[0]!]!))
  const opening = openHeader(headers, places[0]!)
  await expect(contester.proveContradiction(shown, made, opening, forever)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_REFUSED', reason: expect.stringContaining('Rollup_NoEvidence') },
  })
  await finalize(made)
  for (const place of places) {
    const against = await signed(other(headers[place]!))
    const right = await signed(headers[place]!)
    await expect(contester.proveContradiction(right, made, openHeader(headers, place), forever)).rejects.toMatchObject({
      fault: { code: 'TRANSACTION_REFUSED', reason: expect.stringContaining('Rollup_NoContradiction') },
    })
    const before = await contester.credit(forever)
    expect(await contester.proveContradiction(against, made, openHeader(headers, place), forever)).toBe('done')
    expect(await contester.credit(forever)).toBeGreaterThan(before)
    await fillKeyBond()
  }
})

test('evidence › a follower is told the signature of the header that a claim ends in', async () => {
  const told: SettlementEvent[] = []
  for await (const { events, caughtUp } of claimer.follow(undefined, 'latest', AbortSignal.timeout(60_000))) {
    told.push(...events.filter(({ kind }) => kind === 'claim'))
    if (caughtUp) break
  }
  expect(told.length).toBe(3)
  for (const event of told) {
    if (event.kind !== 'claim') throw new Error(`told ${event.kind}`)
    expect(event.seal).toEqual(await sealed(l2, claimer, event.claim.lastHeader))
  }
})
